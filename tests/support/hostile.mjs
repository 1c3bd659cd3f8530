// Requests that no honest client sends, without end, from a seed: the same seed gives the same bytes.
// And the storm: as many of them as wished against a running suite, with what came back.
//
//   const { answers, statuses, faults } = await storm(suite, { seed: 1, count: 250_000 });
//
// A session is what one connection sends: { kind, requests, parts, heads }. The client always closes
// its side behind it, so that the server has the last word, and each session ends.
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { operationsOf } from "./openapi.mjs";
import { BUILD } from "./suite.mjs";

// ---- chance

// Mulberry32: small, and the same everywhere.
export class Chance {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	next() {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	below(limit) {
		return Math.floor(this.next() * limit);
	}

	of(list) {
		return list[this.below(list.length)];
	}

	// True in one of `n` cases.
	oneIn(n) {
		return this.below(n) === 0;
	}

	bytes(len) {
		return Buffer.from(Array.from({ length: len }, () => this.below(256)));
	}
}

// ---- values and JSON

// Text that stands in JSON as it is.
class Raw {
	constructor(text) {
		this.text = text;
	}
}

const raw = (...texts) => texts.map((text) => new Raw(text));

const NUMBERS = raw("0", "-0", "-1", "1.0", "1.5", "1e3", "1E400", "-1e999", "1e-999", "2147483648",
	"4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
	"18446744073709551616", "0.1e1", "1".repeat(400), "01", "+1", "0x10", "NaN", "Infinity", "1.",
	".5", "--1", "1e");
const TEXTS = ["", " ", "x", "14628160", "2023-02-30", "2023-13-01", "0000-00-00", "9999-12-31",
	"-1", "1e3", "NaN", "null", "true", "../../etc/passwd", "' or 1=1 --", "%00", "$ne",
	"<script>", "{{7*7}}", "\u202e\u202d", "\u200b", "e\u0301", "\ufeff", "𝄞", "🏛️", "\u0000", "\ud800",
	"\udfff\ud800", "A".repeat(300), "ä".repeat(5000), "\\", '"', "\n", "\u007f",
	"7c9e6679-7425-40de-944b-e07fc1f90ae7", "k-1", "urn:x", "__proto__", "constructor"];
const ODDITIES = raw("{", "[", "]", "{}", "[]", "[[]]", "[null]", "tru", "nul", "'x'", '"\\x41"',
	'"\\u12"', '"\\ud800"', '"\\u0000"', '"\ud800"', "// c\n1", "/**/1", "undefined", "",
	"[".repeat(40) + "]".repeat(40), '{"a":'.repeat(40) + "1" + "}".repeat(40), "[1,]", "{,}");

const oddValue = (chance) => {
	switch (chance.below(8)) {
		case 0: return null;
		case 1: return chance.oneIn(2);
		case 2: return chance.of(NUMBERS);
		case 3: return chance.of(ODDITIES);
		case 4: return [chance.of(TEXTS), null];
		case 5: return { [chance.of(TEXTS)]: chance.of(NUMBERS) };
		case 6: return Array(chance.below(200)).fill(chance.of(TEXTS));
		default: return chance.of(TEXTS);
	}
};

// A value with some of its parts replaced, left out, doubled or joined by unknown ones.
function spoil(chance, value, often) {
	if (chance.oneIn(often)) return oddValue(chance);
	if (Array.isArray(value)) {
		const items = value.map((item) => spoil(chance, item, often));
		return chance.oneIn(often) ? [...items, ...items, oddValue(chance)] : items;
	}
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value)
		.filter(() => !chance.oneIn(often))
		.map(([name, each]) => [name, spoil(chance, each, often)]);
	if (chance.oneIn(often)) entries.push([chance.of(TEXTS), oddValue(chance)]);
	if (chance.oneIn(often) && entries.length > 0) entries.push([entries[0][0], oddValue(chance)]);
	return new Map(entries.map(([name, each], i) => [`${i}:${name}`, each]));
}

// Like JSON.stringify, but names may stand twice and raw text stays raw.
function print(value) {
	if (value instanceof Raw) return value.text;
	if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
	if (value instanceof Map)
		return `{${[...value].map(([name, each]) =>
			`${JSON.stringify(name.slice(name.indexOf(":") + 1))}:${print(each)}`).join(",")}}`;
	if (value !== null && typeof value === "object")
		return `{${Object.entries(value).map(([name, each]) =>
			`${JSON.stringify(name)}:${print(each)}`).join(",")}}`;
	return JSON.stringify(value);
}

// ---- requests of the right form with the wrong content

const escaped = (text) =>
	[...Buffer.from(text)].map((byte) => (/[\w-]/.test(String.fromCharCode(byte))
		? String.fromCharCode(byte)
		: `%${byte.toString(16).padStart(2, "0")}`)).join("");

// The gate lets no control character, slash or double dot through; those are for `framing`.
const PATHS = TEXTS.filter((text) => !/[\u0000-\u001f\u007f/\\]|\.\.|[\ud800-\udfff]/.test(text));
const HEADERS = [
	["Idempotency-Key", ["", "a b", "x".repeat(129), "é", "k1", "k2", "k3"]],
	["If-Match", ["*", '"x"', '"-1"', '"99999999999999999999"', "3", 'W/"3"', '"1", "2"', '"1"']],
	["If-None-Match", ["*", '"x"', "W/", '"'.repeat(50)]],
	["Accept-Language", ["de", "xx;q=9", "de;q=0.000000001, *", ",".repeat(500), "de-DE-x-y;q=a"]],
	["Recorded-On", ["2021-01-18", "2021-02-30", "morgen", "9999-12-31"]],
	["Provenance", ["PUBLISHED", "RECORDED", "0"]],
	["Citation", ["%", "%zz", "%ff", "x".repeat(600), "%00"]],
	["Dry-Run", ["true", "1", "x", ""]],
	["traceparent", ["00-" + "0".repeat(32) + "-00f067aa0ba902b7-01", "ff", "x".repeat(300)]],
	["Content-Type", ["text/plain", "application/xml", "application/json;charset=utf-16", ""]],
	["Last-Event-ID", ["-1", "1e3", "9".repeat(19), "x"]],
	["X-Forwarded-For", ["127.0.0.1", "unknown", ",,,,", "::1%lo"]],
	["Forwarded", ['for="', "for=_x;", "by=;;;,"]],
	["Cookie", ["a=b; ".repeat(200)]],
	["Origin", ["null", "https://evil.example"]],
];

function formBody(chance, operation) {
	const form = operation.requestBody?.content?.["application/json"];
	if (!form) return chance.oneIn(10) ? "{}" : "";
	if (chance.oneIn(20)) return chance.of(ODDITIES).text;
	return print(spoil(chance, form.example ?? {}, chance.of([3, 6, 12])));
}

// Without afterFact: it asks to wait for a fact, and one that never comes is rightly answered 503.
function formQuery(chance, operation, parameter) {
	const names = (operation.parameters ?? []).map(parameter)
		.filter(({ in: place, name }) => place === "query" && name !== "afterFact")
		.map(({ name }) => name);
	const pairs = Array.from({ length: chance.below(4) }, () =>
		`${escaped(chance.of([...names, chance.of(TEXTS)]) ?? "x")}=${escaped(chance.of(TEXTS))}`);
	return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

// One request of the right form; { bytes, isHead }.
function formRequest(chance, world) {
	const { verb, path, operation } = chance.of(world.operations);
	const target = path.replace(/\{(\w+)\}/g, () =>
		escaped(chance.oneIn(2) ? "14628160" : chance.of(PATHS) || "x"));
	const method = chance.oneIn(15) ? chance.of(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) : verb;
	const body = Buffer.from(formBody(chance, operation));
	const lines = [`${method} ${target}${formQuery(chance, operation, world.parameter)} HTTP/1.1`,
		"Host: a", `Content-Length: ${body.length}`];
	if (!chance.oneIn(10)) lines.push("Content-Type: application/json");
	if (!chance.oneIn(20)) lines.push(`Authorization: ${world.authorization(chance)}`);
	for (let n = chance.below(3); n > 0; n--) {
		const [name, values] = chance.of(HEADERS);
		lines.push(`${name}: ${chance.of(values)}`);
	}
	const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
	return { bytes: Buffer.concat([head, body]), isHead: method === "HEAD" };
}

// ---- messages whose end is in doubt, and worse

const GET = "GET /api/v1/ledger/head HTTP/1.1\r\nHost: a\r\n\r\n";
const SMUGGLED = "POST /api/v1/budgets HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
const LENGTHS = ["Content-Length: 5", "Content-Length: 0", "Content-Length: 5, 5", "Content-Length: +5",
	"Content-Length: -5", "Content-Length: 0x5", "Content-Length:5\r\nContent-Length:6",
	"Content-Length : 5", " Content-Length: 5", "Content-Length: 9999999999", "Content-Length: 5 ",
	"Content-Length: ٥", "Content-Length: 18446744073709551621", "Content-Length:\r\n 5"];
const ENCODINGS = ["Transfer-Encoding: chunked", "Transfer-Encoding: Chunked", "Transfer-Encoding: x",
	"Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, identity",
	"Transfer-Encoding : chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
	"Transfer-Encoding:\tchunked", "Transfer-Encoding: \"chunked\"", "Transfer_Encoding: chunked",
	"Transfer-Encoding: chunked\x0b", "Transfer-Encoding:\r\n chunked", "TE: chunked"];
const BODIES = ["hello", "5\r\nhello\r\n0\r\n\r\n", "0\r\n\r\n", "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
	"5\nhello\n0\n\n", "0x5\r\nhello\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n\r\n",
	"5\r\nhelloX\r\n0\r\n\r\n", "0\r\nX\r\n\r\n", "00000000000000000005\r\nhello\r\n0\r\n\r\n", ""];
const LINES = ["GET / HTTP/1.1", "GET / HTTP/1.0", "GET  / HTTP/1.1", "GET / HTTP/2.0", "GET /",
	"get / HTTP/1.1", "BREW /pot HTTP/1.1", "CONNECT a:1 HTTP/1.1", "OPTIONS * HTTP/1.1",
	"GET http://b/ HTTP/1.1", "GET /%2e%2e/%2f HTTP/1.1", "GET /%00 HTTP/1.1", "GET /a\\b HTTP/1.1",
	"GET /\xff HTTP/1.1", "GET /# HTTP/1.1", "GET /api/v1/../../x HTTP/1.1", "GET /%c0%ae HTTP/1.1",
	"POST /api/v1/agreements HTTP/1.1", "PRI * HTTP/2.0", "\x16\x03\x01\x02\x00", "GET / HTTP/1.1 x",
	"\r\n\r\nGET / HTTP/1.1", `GET /${"a".repeat(17000)} HTTP/1.1`, `GET /?${"a=b&".repeat(2000)} HTTP/1.1`];
const FIELDS = ["Host: a\r\nHost: b", "Host:", "Host: a b", "X\0: y", "X: \0", "X: a\rb", "X: a\nb",
	": y", "X y", "X : y", " folded: x", "Expect: 100-continue", "Expect: x", "Upgrade: h2c",
	"Connection: Upgrade", "Connection: close", "Connection: keep-alive, x", "A:".repeat(40),
	`X: ${"y".repeat(17000)}`, Array(70).fill("X: y").join("\r\n"), "Authorization: Bearer",
	"Authorization: Bearer a\r\nAuthorization: Bearer b", "Range: bytes=0-,0-,0-",
	"Accept-Encoding: gzip;q=9", "X: \xff\xfe"];
const ENDS = ["\r\n\r\n", "\n\n", "\r\r", "\r\n\n", "\r\n", "\n\r\n", ""];

function framing(chance) {
	const lines = [chance.oneIn(3) ? chance.of(LINES) : "POST /api/v1/agreements HTTP/1.1"];
	if (!chance.oneIn(8)) lines.push("Host: a");
	if (!chance.oneIn(3)) lines.push(chance.of(LENGTHS));
	if (chance.oneIn(2)) lines.push(chance.of(ENCODINGS));
	for (let n = chance.below(3); n > 0; n--) lines.push(chance.of(FIELDS));
	const end = chance.oneIn(4) ? chance.of(ENDS) : "\r\n\r\n";
	const eol = chance.oneIn(10) ? "\n" : "\r\n";
	const rest = chance.oneIn(2) ? chance.of([GET, SMUGGLED]) : "";
	return Buffer.from(lines.join(eol) + end + chance.of(BODIES) + rest, "latin1");
}

// Some bytes changed, left out, put in or doubled.
function mutated(chance, bytes) {
	let list = [...bytes];
	for (let n = 1 + chance.below(8); n > 0 && list.length > 0; n--) {
		const at = chance.below(list.length);
		const kind = chance.below(4);
		if (kind === 0) list[at] = chance.below(256);
		else if (kind === 1) list.splice(at, 1 + chance.below(4));
		else if (kind === 2) list.splice(at, 0, ...chance.bytes(1 + chance.below(4)));
		else list = [...list.slice(0, at), ...list.slice(Math.max(0, at - chance.below(60)))];
	}
	return Buffer.from(list);
}

// ---- sessions

const KINDS = {
	// Up to twelve in a pipeline, more than the server takes at once.
	form(chance, world) {
		const requests = Array.from({ length: 1 + chance.below(12) }, () => formRequest(chance, world));
		return { bytes: requests.map(({ bytes }) => bytes), heads: requests.map(({ isHead }) => isHead) };
	},
	framing(chance) {
		return { bytes: Array.from({ length: 1 + chance.below(3) }, () => framing(chance)) };
	},
	mutated(chance, world) {
		const { bytes, isHead } = formRequest(chance, world);
		return { bytes: [isHead ? framing(chance) : mutated(chance, bytes)] };
	},
	halves(chance, world) {
		const { bytes, isHead } = formRequest(chance, world);
		return { bytes: [bytes.subarray(0, 6 + chance.below(bytes.length - 6))], heads: [isHead] };
	},
	noise(chance) {
		return { bytes: [chance.bytes(1 + chance.below(300))] };
	},
	stream(chance, world) {
		const after = chance.of(["", "?after=0", "?after=-1", "?after=99999999999", "?x=y"]);
		const text = `GET /api/v1/events${after} HTTP/1.1\r\nHost: a\r\nAuthorization: ${
			world.authorization(chance)}\r\n\r\n`;
		return { bytes: [Buffer.from(text), ...(chance.oneIn(2) ? [Buffer.from(GET)] : [])] };
	},
	large(chance) {
		const len = chance.of([1 << 20, (1 << 20) + 1, 300_000]);
		const body = Buffer.alloc(Math.min(len, 1 << 20), chance.of(["a", "[", '"', " ", "\xff"]));
		const head = `POST /api/v1/agreements HTTP/1.1\r\nHost: a\r\nContent-Length: ${len}\r\n\r\n`;
		return { bytes: [Buffer.concat([Buffer.from(head), body])] };
	},
};
// How many of a hundred sessions are of which kind.
const SHARES = { form: 42, framing: 22, mutated: 20, halves: 8, noise: 5, stream: 2.8, large: 0.2 };

function kindOf(chance) {
	let place = chance.next() * 100;
	for (const [kind, share] of Object.entries(SHARES)) if ((place -= share) < 0) return kind;
	return "form";
}

// In one piece, or in a few.
function partsOf(chance, bytes) {
	if (!chance.oneIn(4) || bytes.length < 2) return [bytes];
	const cuts = Array.from({ length: 1 + chance.below(3) }, () => chance.below(bytes.length)).sort((a, b) => a - b);
	return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
		.filter((part) => part.length > 0);
}

export function* hostileSessions(seed, world) {
	const chance = new Chance(seed);
	for (;;) {
		const kind = kindOf(chance);
		const { bytes, heads = [] } = KINDS[kind](chance, world);
		yield { kind, requests: bytes.length, heads, parts: partsOf(chance, Buffer.concat(bytes)) };
	}
}

// What the requests are made of: the operations of the API, and tokens good and bad.
export function worldOf(suite) {
	const api = JSON.parse(readFileSync(join(BUILD, "gen/openapi.json"), "utf8"));
	const roles = ["ministry", "adviser", "coach", "municipality", "police", "auditor", "operator", "machine"];
	const good = roles.map((role) => suite.token(role, ["14"]));
	const [header, claims, signature] = good[0].split(".");
	const none = Buffer.from('{"alg":"none"}').toString("base64url");
	const bad = ["x", "x.y.z", "...", `${none}.${claims}.`, `${header}.${claims}.${"A".repeat(86)}`,
		`${header}.${claims}`, `${good[0]}.${signature}`, `${header}.${"e30"}.${signature}`,
		suite.token("operator", ["*"], { exp: 1 }), suite.token("operator", ["*"], { iss: "x" }),
		suite.token("operator", ["*"], { header: { alg: "HS256" } }), "e30.".repeat(2000)];
	return {
		operations: operationsOf(api).filter(({ path }) => !path.endsWith("/events")),
		parameter: (each) => (each.$ref ? api.components.parameters[each.$ref.split("/").at(-1)] : each),
		authorization: (chance) =>
			chance.oneIn(6)
				? chance.of(["", "Basic eDp5", "Bearer", "bearer  x", `Bearer ${chance.of(bad)}`])
				: `Bearer ${chance.of(good)}`,
	};
}

// ---- what comes back

// The statuses of all answers in `bytes`, or what stands there instead of one.
function readAnswers(bytes, heads) {
	const statuses = [];
	let last = "";
	for (let at = 0; at < bytes.length;) {
		const end = bytes.indexOf("\r\n\r\n", at);
		const head = end < 0 ? "" : bytes.toString("latin1", at, end + 2);
		const status = Number(/^HTTP\/1\.1 (\d{3}) [ \w'-]*\r\n/.exec(head)?.[1]);
		if (!status) return { statuses, fault: `no answer: ${bytes.toString("latin1", at, at + 80)}` };
		at = end + 4;
		if (status === 100) continue;
		statuses.push(status);
		last = head;
		const isEvents = /\r\nContent-Type: text\/event-stream\r\n/i.test(head);
		if (isEvents) return { statuses, closes: true };
		const length = Number(/\r\nContent-Length: (\d+)\r\n/i.exec(head)?.[1] ?? 0);
		if (!heads[statuses.length - 1]) at += length;
		if (at > bytes.length) return { statuses, fault: "an answer that was cut off" };
	}
	return { statuses, closes: /\r\nConnection: close\r\n/i.test(last) };
}

const LIMIT_MS = 20_000; // a session that takes longer is stuck

// Sends one session; { statuses, fault, isReset }.
function play(port, session, address) {
	return new Promise((done) => {
		const chunks = [];
		const socket = connect({ host: "127.0.0.1", port, localAddress: address, noDelay: true, allowHalfOpen: true });
		let isReset = false;
		let isStuck = false;
		const timer = setTimeout(() => {
			isStuck = true;
			socket.destroy();
		}, LIMIT_MS);
		socket.on("data", (chunk) => chunks.push(chunk));
		socket.on("error", (error) => (isReset = error.code));
		socket.on("end", () => socket.end());
		socket.on("close", () => {
			clearTimeout(timer);
			const answers = readAnswers(Buffer.concat(chunks), session.heads);
			if (isStuck) answers.fault = "it never ended";
			// What was understood must be answered, unless an answer said that it is the last.
			else if (session.kind === "form" && !answers.fault && !isReset && !answers.closes &&
				answers.statuses.length !== session.requests)
				answers.fault = `${answers.statuses.length} of ${session.requests} answered`;
			done({ ...answers, isReset });
		});
		for (const part of session.parts) socket.write(part);
		socket.end();
	});
}

// ---- clients that take their time

// Holds `count` connections with heads that drip in; gives the status of each in the end, or nothing.
export function drip(port, count) {
	const one = () =>
		new Promise((done) => {
			const socket = connect(port, "127.0.0.1");
			const chunks = [];
			const timer = setInterval(() => socket.write("X"), 300);
			socket.write("GET / HTTP/1.1\r\nHost: a\r\nX: ");
			socket.on("data", (chunk) => chunks.push(chunk));
			socket.on("error", () => {});
			socket.on("close", () => {
				clearInterval(timer);
				done(readAnswers(Buffer.concat(chunks), []).statuses[0]);
			});
		});
	return Promise.all(Array.from({ length: count }, one));
}

// ---- the storm

// Sends sessions until at least `count` requests were answered. `onProgress(answers)` after each
// thousand sessions. Gives { answers, requests, sessions, statuses: Map, resets, faults: [text] }; a
// fault is any status of 500 and more, bytes that are no answer, an answer that is missing, a session
// that does not end.
export async function storm(suite, { seed, count, workers = 32, onProgress = () => {} }) {
	const sessions = hostileSessions(seed, worldOf(suite));
	const result = { answers: 0, requests: 0, sessions: 0, statuses: new Map(), resets: 0, faults: [] };
	const take = (session, { statuses, fault, isReset }) => {
		result.requests += session.requests;
		result.answers += statuses.length;
		if (isReset) result.resets += 1;
		for (const status of statuses)
			result.statuses.set(status, (result.statuses.get(status) ?? 0) + 1);
		const worst = statuses.find((status) => status >= 500);
		if ((!fault && !worst) || result.faults.length >= 20) return;
		const sent = Buffer.concat(session.parts).toString("latin1").slice(0, 3000);
		result.faults.push(`${session.kind}: ${fault ?? worst}\n${JSON.stringify(sent)}`);
	};
	const worker = async (_, place) => {
		while (result.answers < count) {
			const { value: session } = sessions.next();
			// Of another address each time: the ports of one would run out.
			const address = `127.0.${place + 1}.${1 + (result.sessions++ % 250)}`;
			take(session, await play(suite.port, session, address));
			if (result.sessions % 1000 === 0) onProgress(result.answers);
		}
	};
	await Promise.all(Array.from({ length: workers }, worker));
	return result;
}

// "200: 1234  400: 567"
export const countsOf = ({ statuses }) =>
	[...statuses].sort(([a], [b]) => a - b).map(([status, n]) => `${status}: ${n}`).join("  ");
