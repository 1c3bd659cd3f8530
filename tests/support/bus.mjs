// A program in another language on the bus: written from proto/README.md and the .proto files alone,
// with npm's zeromq and protobufjs, and nothing of ours.
//
//   const caller = await Caller.join(endpoint, keys, serverKey);
//   const { failure, reply } = await caller.call("asskomm.ledger.v1.Ledger/GetHead", {});
//
// A pair of keys is { publicKey, secretKey } in Z85, as zeromq's curveKeyPair makes it.
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { Dealer, Reply, Router, Subscriber } from "zeromq";

const PROTO = fileURLToPath(new URL("../../proto/", import.meta.url));
export const MESSAGE_MAX = 4 * 1024 * 1024;
const CALL_MS = 5000;
const JOIN_MS = 600;
const JOIN_ATTEMPTS = 10;

// ---- messages

// Protobuf's own descriptor.proto, which the options extend, comes with protobufjs; the options of
// protobuf-c are for C and left out.
const LIBRARY = dirname(createRequire(import.meta.url).resolve("protobufjs"));
const PLACES = { asskomm: PROTO, google: LIBRARY };
function loadProto() {
	const root = new protobuf.Root();
	root.resolvePath = (_origin, target) => {
		const place = PLACES[target.split("/")[0]];
		return place ? join(place, target) : null;
	};
	const files = readdirSync(join(PROTO, "asskomm")).filter((name) => name.endsWith(".proto"));
	root.loadSync(files.map((name) => `asskomm/${name}`));
	return root;
}
const root = loadProto();
export const type = (name) => root.lookupType(name);
const Header = type("asskomm.v1.Header");
const Fact = type("asskomm.v1.Fact");
export const KIND = Header.Kind;

export const pack = (messageType, value) => messageType.encode(messageType.fromObject(value)).finish();
export const packHeader = (value) => pack(Header, { v: 1, ...value });
const unpack = (messageType, bytes) =>
	messageType.toObject(messageType.decode(bytes), { longs: String, enums: String, defaults: true });

// The types of a method's request and reply: "asskomm.ledger.v1.Ledger/GetHead".
function methodTypes(name) {
	const [service, rpc] = name.split("/");
	const method = root.lookupService(service).methods[rpc];
	return [method.requestType, method.responseType].map((each) =>
		method.parent.parent.lookupType(each),
	);
}

// ---- asking

export class Caller {
	// Connects anew until there is a sign of life: a key that was added a moment ago may be refused
	// once more, and libzmq does not try again after that.
	static async join(...where) {
		for (let i = 0; i < JOIN_ATTEMPTS; i++) {
			const caller = new Caller(...where);
			if (await caller.ping(JOIN_MS)) return caller;
			await caller.close();
		}
		throw new Error(`nobody answers at ${where[0]}`);
	}

	constructor(endpoint, keys, serverKey) {
		this.waiting = new Map();
		this.correlation = 0;
		this.socket = new Dealer({
			linger: 0,
			sendHighWaterMark: 256,
			...(serverKey && {
				curveServerKey: serverKey,
				curvePublicKey: keys.publicKey,
				curveSecretKey: keys.secretKey,
			}),
		});
		this.socket.connect(endpoint);
		this.ended = this.listen();
	}

	// Ends with the socket.
	async listen() {
		for await (const [frame, body] of this.socket) this.take(frame, body);
	}

	take(frame, body) {
		const header = unpack(Header, frame);
		const waiting = this.waiting.get(header.correlation);
		this.waiting.delete(header.correlation);
		waiting?.(header, body);
	}

	// Sends frames as they are.
	send(...frames) {
		return this.socket.send(frames);
	}

	// Sends a header with a body and gives header and body of what comes back, or undefined when
	// nothing does in time.
	async exchange(header, body = "", within = CALL_MS) {
		const correlation = String(++this.correlation);
		const answer = new Promise((done) => {
			const timer = setTimeout(() => done(undefined), within);
			this.waiting.set(correlation, (...parts) => {
				clearTimeout(timer);
				done(parts);
			});
		});
		// Without a connection it waits until the socket is closed, and then fails.
		this.send(packHeader({ correlation, timeoutMs: within, ...header }), body).catch(() => {});
		return answer;
	}

	async ping(within) {
		const answer = await this.exchange({ kind: KIND.PING }, "", within);
		return answer?.[0].kind === "PONG";
	}

	// One rpc: { reply } or { failure }, or {} when nothing came back.
	async call(method, request, header = {}) {
		const [input, output] = methodTypes(method);
		const answer = await this.exchange(
			{ kind: KIND.REQUEST, method, ...header },
			pack(input, request),
		);
		if (!answer) return {};
		const [{ failure }, body] = answer;
		return failure ? { failure } : { reply: unpack(output, body) };
	}

	close() {
		this.socket.close();
		return this.ended;
	}
}

// ---- answering

// Tells libzmq which clients may connect (RFC 27, ZAP), for all servers of this process: without it
// everybody who knows the server's public key may. Gives the handler's socket, to be closed last.
export async function admit(...publicKeys) {
	const zap = new Reply({ linger: 0 });
	await zap.bind("inproc://zeromq.zap.01");
	(async () => {
		for await (const [version, id, , , , , key] of zap) {
			const known = publicKeys.some((each) => decodeZ85(each).equals(key));
			await zap.send([version, id, known ? "200" : "400", "", known ? "peer" : "", ""]);
		}
	})();
	return zap;
}

// RFC 32: five characters are four bytes.
const Z85 =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
function decodeZ85(text) {
	const bytes = Buffer.alloc((text.length / 5) * 4);
	for (let i = 0; i < text.length; i += 5) {
		const digits = [...text.slice(i, i + 5)];
		const number = digits.reduce((sum, each) => sum * 85 + Z85.indexOf(each), 0);
		bytes.writeUInt32BE(number, (i / 5) * 4);
	}
	return bytes;
}

// A replica of a service. `answer(method, request, header)` gives { reply }, { failure }, or
// { goaway: true } for a request that another replica shall have.
export class Replica {
	static async bind(keys, answer) {
		const replica = new Replica();
		replica.answer = answer;
		replica.callers = new Map();
		replica.socket = new Router({
			linger: 0,
			mandatory: true,
			maxMessageSize: MESSAGE_MAX + 1024,
			curveServer: true,
			curveSecretKey: keys.secretKey,
			zapDomain: "bus",
		});
		await replica.socket.bind("tcp://127.0.0.1:*");
		replica.endpoint = replica.socket.lastEndpoint;
		replica.ended = replica.listen();
		return replica;
	}

	async listen() {
		for await (const [route, frame, body] of this.socket)
			await this.take(route, unpack(Header, frame), body);
	}

	send(route, header, body = "") {
		return this.socket.send([route, packHeader(header), body]);
	}

	async take(route, { kind, correlation, method, ...header }, body) {
		this.callers.set(route.toString("hex"), route);
		if (kind === "PING") await this.send(route, { kind: KIND.PONG, correlation });
		if (kind !== "REQUEST") return;
		const [input, output] = methodTypes(method);
		const { reply, failure, goaway } = this.answer(method, unpack(input, body), header);
		if (goaway) await this.send(route, { kind: KIND.GOAWAY, correlation });
		else if (failure) await this.send(route, { kind: KIND.REPLY, correlation, failure });
		else await this.send(route, { kind: KIND.REPLY, correlation }, pack(output, reply));
	}

	// Says that nothing new shall come.
	async leave() {
		for (const route of this.callers.values())
			await this.send(route, { kind: KIND.GOAWAY, correlation: 0 });
	}

	close() {
		this.socket.close();
		return this.ended;
	}
}

// ---- following

// The hash that a fact must have after one with `previous` (bytes).
function hashOf(previous, fact) {
	const number = (value) => {
		const bytes = Buffer.alloc(8);
		bytes.writeBigInt64BE(BigInt(value));
		return bytes;
	};
	// Microseconds are more than a Date holds.
	const [seconds, micros] = fact.recordedAt.slice(0, -1).split(".");
	const recorded = BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(micros);
	return createHash("sha256")
		.update(previous)
		.update(number(fact.seq))
		.update(number(recorded))
		.update(Buffer.from(fact.id.replaceAll("-", ""), "hex"))
		.update(fact.type)
		.update(fact.header)
		.update(fact.payload)
		.digest();
}

// Follows the ledger and keeps all of its facts, in order, whole and checked, in `facts`.
export class Follower {
	constructor(endpoint, keys, serverKey, caller) {
		Object.assign(this, { endpoint, keys, serverKey, caller });
		this.facts = [];
		this.hash = createHash("sha256").digest();
		this.beacons = 0;
		this.replays = 0;
		this.onChange = () => {};
	}

	connect() {
		this.socket = new Subscriber({
			linger: 0,
			curveServerKey: this.serverKey,
			curvePublicKey: this.keys.publicKey,
			curveSecretKey: this.keys.secretKey,
		});
		this.socket.connect(this.endpoint);
		this.socket.subscribe();
		this.ended = this.listen(this.socket);
	}

	async disconnect() {
		this.socket.close();
		await this.ended;
	}

	get seq() {
		return this.facts.length;
	}

	async listen(socket) {
		for await (const [frame] of socket) {
			const fact = unpack(Fact, frame);
			const seq = Number(fact.seq);
			if (fact.type === "") this.beacons++;
			if (fact.type !== "" && seq === this.seq + 1) this.append(fact);
			else if (seq > this.seq) await this.catchUp();
			this.onChange();
		}
	}

	// The only truth: pages of what is missing, until there is no more.
	async catchUp() {
		this.replays++;
		for (;;) {
			const { reply } = await this.caller.call("asskomm.ledger.v1.Ledger/ListFacts", {
				after: this.seq,
				limit: 7,
			});
			// no answer in time: the next beacon tells of the gap again
			if (!reply || reply.items.length === 0) return;
			reply.items.forEach((fact) => this.append(fact));
		}
	}

	append(fact) {
		const hash = hashOf(this.hash, fact);
		if (Number(fact.seq) !== this.seq + 1) throw new Error(`a gap before ${fact.seq}`);
		if (this.epoch !== undefined && fact.epoch !== this.epoch) throw new Error("epoch");
		if (!hash.equals(Buffer.from(fact.hash))) throw new Error(`the hash of ${fact.seq}`);
		this.epoch = fact.epoch;
		this.hash = hash;
		this.facts.push(fact);
	}

	// Until the fact with that number is here.
	async reach(seq, within = 10_000) {
		let timer;
		const late = new Promise((_done, fail) => {
			timer = setTimeout(() => fail(new Error(`${this.seq}, not ${seq}`)), within);
		});
		const here = new Promise((done) => {
			this.onChange = () => this.seq >= seq && done();
			this.onChange();
		});
		await Promise.race([here, late, this.ended.then(() => here)]).finally(() =>
			clearTimeout(timer),
		);
	}
}
