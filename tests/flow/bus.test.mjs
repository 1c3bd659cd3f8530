// The bus as a public contract: programs that are none of ours join it by proto/README.md, as
// caller, as follower that was away, and as a replica of a service. And peers that mean no good.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import { after, afterEach, before, describe, test } from "node:test";
import { curveKeyPair } from "zeromq";
import {
	Caller,
	Follower,
	KIND,
	MESSAGE_MAX,
	Replica,
	admit,
	packHeader,
	type,
} from "../support/bus.mjs";
import { startSuite, until } from "../support/suite.mjs";

const GET_HEAD = "asskomm.ledger.v1.Ledger/GetHead";
const DAY = "2024-03-01";

let suite, operator, keys, ledger, publisher, caller;

const publicKey = (name) =>
	readFileSync(suite.path("keys", "authorized", `${name}.pub`), "utf8").trim();
// From now on these keys stand for the service, beside its own.
const authorize = (service, pair) =>
	writeFileSync(suite.path("keys", "authorized", `${service}.foreign.pub`), `${pair.publicKey}\n`);

async function record(count = 1) {
	for (let i = 0; i < count; i++) {
		const reply = await suite.post(
			"/participants/14628160/advice",
			{ advisedOn: DAY },
			{ token: operator },
		);
		assert.equal(reply.status, 201, reply.text);
	}
}

before(async () => {
	suite = await startSuite({ services: ["ledger", "registry", "coaching", "gateway"] });
	operator = suite.token("operator");
	keys = curveKeyPair();
	authorize("monitor", keys);
	ledger = `tcp://127.0.0.1:${suite.bus.ledger}`;
	publisher = `tcp://127.0.0.1:${suite.events}`;
	caller = await Caller.join(ledger, keys, publicKey("ledger"));
});
after(async () => {
	await caller?.close();
	const began = Date.now();
	await suite?.stop();
	assert.ok(Date.now() - began < 8000, "all end when they are asked to");
});

describe("a foreign caller", () => {
	test("shows signs of life", async () => {
		assert.equal(await caller.ping(), true);
	});

	test("asks where the ledger stands, and for facts page by page", async () => {
		const before = await suite.head();
		await record(3);
		await until(async () => (await suite.head()) === before + 3, "the facts to have numbers");
		const { reply: head } = await caller.call(GET_HEAD, {});
		const all = [];
		for (;;) {
			const { reply } = await caller.call("asskomm.ledger.v1.Ledger/ListFacts", {
				after: all.length,
				limit: 2,
			});
			if (reply.items.length === 0) break;
			assert.ok(reply.items.length <= 2);
			all.push(...reply.items);
		}
		assert.equal(all.length, Number(head.seq));
		assert.equal(Buffer.from(all.at(-1).hash).toString("hex"), head.hash);
		const header = type("asskomm.v1.FactHeader").decode(all.at(-1).header);
		assert.equal(header.validOn, DAY);
		assert.deepEqual(header.participants, ["14628160"]);
		const fact = type(all.at(-1).type).decode(all.at(-1).payload);
		assert.equal(all.at(-1).type, "asskomm.registry.v1.ParticipantAdvised");
		assert.equal(fact.participant.key, "14628160");
	});

	test("is told what it may not, and why", async () => {
		const refusal = async (method, header) =>
			(await caller.exchange({ kind: KIND.REQUEST, method, ...header }))[0].failure?.code;
		assert.equal(await refusal("asskomm.ledger.v1.Ledger/DropAll"), "UNIMPLEMENTED");
		assert.equal(await refusal("asskomm.registry.v1.Registry/ResolveParties"), "UNIMPLEMENTED");
		assert.equal(await refusal(GET_HEAD, { v: 2 }), "UNIMPLEMENTED");
		const registry = await Caller.join(
			`tcp://127.0.0.1:${suite.bus.registry}`,
			keys,
			publicKey("registry"),
		);
		const { failure } = await registry.call("asskomm.registry.v1.Registry/RecordAdvice", {});
		await registry.close();
		assert.equal(failure.code, "FORBIDDEN");
	});

	test("is told where its request is wrong", async () => {
		const { failure } = await caller.call("asskomm.ledger.v1.Ledger/ListFacts", { limit: 501 });
		assert.equal(failure.code, "INVALID");
		assert.deepEqual(
			failure.violations.map(({ field, rule }) => [field, rule]),
			[["limit", "lte"]],
		);
	});
});

describe("a foreign follower", () => {
	test("that was away finds the gap, catches up, and holds a whole chain", async (t) => {
		const follower = new Follower(publisher, keys, publicKey("ledger"), caller);
		t.after(() => follower.disconnect()); // an open socket would keep a failed test from ending
		follower.connect();
		await follower.reach(await suite.head());
		const replays = follower.replays;
		assert.equal(replays, 1);

		// What is published is taken as it comes.
		const next = follower.seq + 1; // before: the fact may be here before its answer
		await record();
		await follower.reach(next);

		const left = follower.seq;
		await follower.disconnect();
		await record(5);
		await until(async () => (await suite.head()) === left + 5, "five more facts");
		assert.equal(follower.seq, left);
		follower.connect();
		await follower.reach(left + 5); // a beacon, ahead of it, says so
		assert.ok(follower.replays > replays);
		assert.ok(follower.beacons > 0);

		await record();
		await follower.reach(left + 6);
		const { reply } = await caller.call(GET_HEAD, {});
		assert.equal(follower.hash.toString("hex"), reply.hash);
		assert.equal(follower.epoch, reply.epoch);
		assert.equal(new Set(follower.facts.map((fact) => fact.id)).size, left + 6);
	});

	test("needs the publisher's key to be let in", async () => {
		const before = await suite.metric("ledger", 'asskomm_bus_dropped_total{reason="unknown_key"}');
		const stranger = new Follower(publisher, curveKeyPair(), publicKey("ledger"), caller);
		stranger.connect();
		await until(
			async () =>
				(await suite.metric(
					"ledger",
					'asskomm_bus_dropped_total{reason="unknown_key"}',
				)) > before,
			"the stranger to be counted",
		);
		assert.equal(stranger.beacons, 0);
		await stranger.disconnect();
	});
});

// Between a client and the ledger: everything passes through, can be looked at, and added to.
async function startWiretap() {
	const tap = { sent: [], closed: 0 };
	const server = net.createServer((client) => {
		const upstream = net.connect(suite.bus.ledger, "127.0.0.1");
		tap.upstream = upstream;
		client.on("data", (bytes) => {
			tap.sent.push(bytes);
			upstream.write(bytes);
		});
		upstream.on("data", (bytes) => client.write(bytes));
		upstream.on("close", () => (tap.closed++, client.destroy()));
		for (const socket of [client, upstream]) socket.on("error", () => {});
		client.on("close", () => upstream.destroy());
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	tap.endpoint = `tcp://127.0.0.1:${server.address().port}`;
	tap.end = () => server.close();
	return tap;
}

describe("a peer that means no good", () => {
	const FLOOD = 500;
	const DROPPED = (reason) => `asskomm_bus_dropped_total{reason="${reason}"}`;
	const GREETING = Buffer.concat([
		Buffer.from("ff00000000000000017f0301", "hex"),
		Buffer.from("CURVE"),
		Buffer.alloc(47),
	]);
	let pid, memory;

	const status = (field) =>
		Number(
			readFileSync(`/proc/${suite.pid("ledger")}/status`, "utf8").match(
				new RegExp(`${field}:\\s+(\\d+)`),
			)[1],
		);
	const handled = () => suite.metric("ledger", 'asskomm_rpc_total{code="OK"}');
	const isCounted = (reason, count) =>
		until(
			async () => (await suite.metric("ledger", DROPPED(reason))) >= count,
			`${count} ${reason} to be counted`,
		);

	before(() => {
		pid = suite.pid("ledger");
		memory = status("VmRSS");
	});
	// Whatever it was: others are served, by the same process.
	afterEach(async () => {
		const { reply } = await caller.call(GET_HEAD, {});
		assert.ok(Number(reply.seq) > 0);
		assert.equal(suite.pid("ledger"), pid);
	});
	after(() => {
		const grown = status("VmRSS") - memory;
		assert.ok(grown < 64 * 1024, `${grown} KiB more than before`);
	});

	test("noise in frames is dropped and counted", async () => {
		const dropped = await suite.metric("ledger", DROPPED("header"));
		const nested = Buffer.alloc(34 * 1024, 0x43); // groups in groups in field 8
		const lengths = Buffer.concat([Buffer.from("42ffffffff0f", "hex"), Buffer.alloc(10)]);
		for (const noise of [randomBytes(500).fill(0xff, 0, 12), nested, lengths])
			await caller.send(noise, "");
		await isCounted("header", dropped + 3);
		const frames = await suite.metric("ledger", DROPPED("frames"));
		await caller.send(packHeader({ kind: KIND.REQUEST, method: GET_HEAD }));
		await caller.send(...Array(20).fill("x"));
		await isCounted("frames", frames + 2);
	});

	test("noise in a body is INVALID", async () => {
		const method = "asskomm.ledger.v1.Ledger/ListFacts";
		for (const body of [Buffer.alloc(34 * 1024, 0x0b), Buffer.from("08ffffffffffffffffffff01", "hex")]) {
			const [header] = await caller.exchange({ kind: KIND.REQUEST, method }, body);
			assert.equal(header.failure?.code, "INVALID");
		}
	});

	test("4 MiB and one byte are refused, far more ends the connection", async () => {
		const large = await Caller.join(ledger, keys, publicKey("ledger"));
		const header = { kind: KIND.REQUEST, method: GET_HEAD };
		const answer = await large.exchange(header, Buffer.alloc(MESSAGE_MAX + 1));
		assert.equal(answer[0].failure?.code, "TOO_LARGE");
		const before = await handled();
		assert.equal(await large.exchange(header, Buffer.alloc(16 * MESSAGE_MAX), 500), undefined);
		assert.equal(await handled(), before);
		await large.close();
	});

	test("without CURVE, or with a key that nobody knows, nothing gets through", async () => {
		const before = await handled();
		const unknown = await suite.metric("ledger", DROPPED("unknown_key"));
		const strangers = [
			new Caller(ledger),
			new Caller(ledger, curveKeyPair(), publicKey("ledger")),
			new Caller(ledger, keys, curveKeyPair().publicKey), // takes another for the ledger
		];
		const header = { kind: KIND.REQUEST, method: GET_HEAD };
		const answers = strangers.map((each) => each.exchange(header, "", 300));
		assert.deepEqual(await Promise.all(answers), [undefined, undefined, undefined]);
		await isCounted("unknown_key", unknown + 1);
		assert.equal(await handled(), before);
		await Promise.all(strangers.map((each) => each.close()));
	});

	test("bytes put into a connection after its handshake end it", async () => {
		const tap = await startWiretap();
		const victim = await Caller.join(tap.endpoint, keys, publicKey("ledger"));
		tap.upstream.write(randomBytes(4096));
		await until(() => tap.closed > 0, "the connection to end");
		await victim.close();
		tap.end();
	});

	test("what was recorded cannot be played again", async () => {
		const tap = await startWiretap();
		const victim = await Caller.join(tap.endpoint, keys, publicKey("ledger"));
		const first = tap.sent.length;
		assert.ok((await victim.call(GET_HEAD, {})).reply);
		const before = await handled();
		// In the same connection: its number was used already.
		tap.upstream.write(Buffer.concat(tap.sent.slice(first)));
		await until(() => tap.closed > 0, "the connection to end");
		// In one of its own, from the greeting on: the server has another key for it.
		const again = net.connect(suite.bus.ledger, "127.0.0.1");
		again.on("error", () => {});
		again.resume();
		again.write(Buffer.concat(tap.sent));
		await once(again, "close");
		assert.equal(await handled(), before);
		await victim.close();
		tap.end();
	});

	test(`${FLOOD} that begin a handshake and stay silent keep nobody out`, async () => {
		const files = readdirSync(`/proc/${pid}/fd`).length;
		const flood = Array.from({ length: FLOOD }, () => {
			const socket = net.connect(suite.bus.ledger, "127.0.0.1");
			socket.on("error", () => {});
			socket.resume();
			socket.write(GREETING);
			return socket;
		});
		const ends = flood.map((socket) => once(socket, "close"));
		for (let i = 0; i < 20; i++) assert.ok((await caller.call(GET_HEAD, {})).reply);
		await (await Caller.join(ledger, keys, publicKey("ledger"))).close();
		await Promise.all(ends); // after the 5 s that a handshake may take
		await until(() => readdirSync(`/proc/${pid}/fd`).length <= files + 5, "all to be forgotten");
	});
});

describe("a foreign replica of a service", () => {
	const KNOWN = { key: "14628160", name: "Heidenau", kind: "MUNICIPALITY", district: "14628" };
	const own = curveKeyPair();
	let zap, replica, answered, givenBack;

	const request = async (participant) =>
		suite.post("/coachings", { participant, requestedOn: DAY }, { token: operator });

	before(async () => {
		answered = givenBack = 0;
		zap = await admit(publicKey("coaching"));
		replica = await Replica.bind(own, (method, { references }, header) => {
			assert.equal(method, "asskomm.registry.v1.Registry/ResolveParties");
			assert.equal(header.principal.kind, "USER");
			assert.ok(header.timeoutMs > 0);
			if (!references[0].startsWith("known here")) {
				givenBack++;
				return { goaway: true };
			}
			answered++;
			if (references[0] === "known here, but not now")
				return { failure: { code: "UNAVAILABLE", text: "come again" } };
			return { reply: { resolved: [{ reference: references[0], candidates: [KNOWN] }] } };
		});
		authorize("registry", own);
		const coaching = suite.keepers.get("coaching");
		coaching.environment.ASSKOMM_PEER_REGISTRY += `,${replica.endpoint}`;
		await suite.kill("coaching", "SIGTERM");
		await suite.ready("coaching");
		await until(() => replica.callers.size > 0, "coaching to find the replica");
	});
	after(async () => {
		await replica?.close();
		zap?.close();
	});

	// Requests are spread at random: ask until it was this replica's turn.
	async function askUntil(participant, wasAsked, status) {
		for (let i = 0; i < 200; i++) {
			const reply = await request(participant);
			if (wasAsked()) return reply;
			assert.equal(reply.status, status, reply.text);
		}
		assert.fail("it was never asked");
	}

	test("answers what the first replica cannot", async () => {
		const reply = await askUntil("known here alone", () => answered > 0, 404);
		assert.equal(reply.status, 201, reply.text);
		const { id } = reply.json;
		const coaching = await suite.get(`/coachings/${id}`, { token: operator });
		const { key, name, kind, district } = coaching.json.participant;
		assert.deepEqual({ key, name, kind, district }, KNOWN);
	});

	test("gives a request back, and the other replica answers it", async () => {
		const reply = await askUntil("Pirna", () => givenBack > 0, 201);
		assert.equal(reply.status, 201, reply.text);
	});

	test("leaves, and gets nothing new", async () => {
		await replica.leave();
		const before = givenBack;
		for (let i = 0; i < 20; i++) {
			const reply = await request("Pirna");
			assert.equal(reply.status, 201, reply.text);
		}
		assert.equal(givenBack, before);
	});
});
