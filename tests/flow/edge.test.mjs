// The edge against a caller who is wrong, confused or hostile: each is told precisely why, and
// nothing of it reaches the ledger.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { readRegister } from "../support/register.mjs";
import { startSuite, until } from "../support/suite.mjs";

const HEIDENAU = "14628160";
const ZITTAU = "14626610";
const ADVICE = `/participants/${HEIDENAU}/advice`;
const DAY = "2023-03-01";

let suite;
let adviser;
let operator;

before(async () => {
	suite = await startSuite();
	adviser = suite.token("adviser", ["14628"]);
	operator = suite.token("operator");
});
after(() => suite?.stop());

// ---- what every refusal must look like

function assertProblem(reply, status, code) {
	assert.equal(reply.status, status, reply.text);
	assert.match(reply.headers.get("content-type"), /^application\/problem\+json/);
	assert.equal(reply.json.code, code);
	assert.equal(reply.json.status, status);
	assert.ok(reply.json.title && reply.json.detail, "a title and a detail");
	assert.match(reply.json.traceId, /^[0-9a-f]{32}$/);
	assert.match(reply.headers.get("traceparent"), new RegExp(`^00-${reply.json.traceId}-`));
}

function assertNames(reply, field, rule) {
	const found = reply.json.violations.find((violation) => violation.field === field);
	assert.ok(found, `a violation of ${field} in ${reply.text}`);
	if (rule) assert.equal(found.rule, rule);
}

// The ids of the facts behind a number of the ledger.
async function factsAfter(seq) {
	const token = suite.token("auditor");
	const reply = await suite.get(`/ledger/facts?after=${seq}&limit=500`, { token });
	assert.equal(reply.status, 200, reply.text);
	return reply.json.items.map((fact) => fact.id);
}

// Runs a command that records one fact and waits until the ledger has numbered it.
async function numbered(command) {
	const before = await suite.head();
	const reply = await command();
	assert.equal(reply.status, 201, reply.text);
	const [fact] = reply.json.facts;
	await until(
		async () => (await factsAfter(before)).includes(fact),
		"the fact in the ledger",
	);
	return reply;
}

// Runs `attempt` and proves that no fact came of it: a fact recorded right behind it gets the very
// next number.
async function withoutTrace(attempt) {
	const before = await suite.head();
	const result = await attempt();
	const barrier = await numbered(() => advise({ advisedOn: DAY, topic: "barrier" }));
	assert.deepEqual(await factsAfter(before), barrier.json.facts);
	return result;
}

const advise = (body, options) => suite.post(ADVICE, body, { token: adviser, ...options });

// The keys of a district's municipalities, from the register itself.
function municipalitiesOf(district) {
	const keys = readRegister().municipalities.map(({ ags8 }) => ags8);
	return keys.filter((key) => key.startsWith(district));
}

// Bytes as they are; gives the answer's status line, head and body as text.
async function sendRaw(text) {
	const socket = connect(suite.port, "127.0.0.1");
	let received = "";
	socket.setEncoding("latin1").on("data", (data) => (received += data));
	socket.write(text, "latin1");
	await once(socket, "close");
	return { status: Number(received.split(" ")[1]), text: received };
}

const raw = (lines, body = "") =>
	sendRaw([...lines, "Host: 127.0.0.1", "Connection: close", "", body].join("\r\n"));

// ---- the form

describe("a body that is not what the route wants", () => {
	const cases = [
		["malformed JSON", '{"advisedOn": "2023-03-01"'],
		["no object", "[]"],
		["two values", "{} {}"],
		["duplicate key", `{"advisedOn":"${DAY}","advisedOn":"2023-03-02"}`],
		["unknown field", { advisedOn: DAY, version: 7 }, "version"],
		["wrong type", { advisedOn: 20230301 }, "advisedOn"],
		["list for a text", { advisedOn: [DAY] }, "advisedOn"],
		["a date that does not exist", { advisedOn: "2023-02-29" }, "advisedOn"],
		["a date in another form", { advisedOn: "1.3.2023" }, "advisedOn"],
		["a required field missing", { topic: "x" }, "advisedOn"],
		["nothing at all", undefined, "advisedOn"],
		["too long a text", { advisedOn: DAY, topic: "ä".repeat(501) }, "topic"],
		["path and body contradict", { key: ZITTAU, advisedOn: DAY }, "key"],
		["invalid UTF-8", '{"advisedOn":"2023-03-01","topic":"\\ud800"}'],
		["depth", `{"topic":${"[".repeat(100)}${"]".repeat(100)}}`],
	];
	for (const [name, body, field] of cases) {
		test(name, async () => {
			const reply = await withoutTrace(() => advise(body));
			assertProblem(reply, 400, "INVALID");
			if (field) assertNames(reply, field);
		});
	}

	test("the same key in path and body is no contradiction", async () => {
		await numbered(() => advise({ key: HEIDENAU, advisedOn: DAY }));
	});

	test("another content type", async () => {
		const headers = { "content-type": "application/x-www-form-urlencoded" };
		const reply = await withoutTrace(() => advise(`advisedOn=${DAY}`, { headers }));
		assertProblem(reply, 415, "MEDIA_TYPE");
	});

	test("over 1 MiB", async () => {
		const reply = await withoutTrace(() =>
			raw([
				`POST /api/v1${ADVICE} HTTP/1.1`,
				`Authorization: Bearer ${adviser}`,
				"Content-Type: application/json",
				`Content-Length: ${1024 * 1024 + 1}`,
			]),
		);
		assert.equal(reply.status, 413, reply.text);
	});

	test("a body with GET", async () => {
		const reply = await raw(
			[
				"GET /api/v1/ledger/head HTTP/1.1",
				`Authorization: Bearer ${adviser}`,
				"Content-Length: 2",
			],
			"{}",
		);
		assert.equal(reply.status, 400, reply.text);
	});
});

describe("a query that is not what the route wants", () => {
	const cases = [
		["unknown parameter", "/figures?asOf=2023-08-09&colour=red", "colour"],
		["a parameter twice", "/figures?asOf=2023-08-09&asOf=2023-08-10", "asOf"],
		["by both its names", "/figures?asOf=2023-08-09&as_of=2023-08-09", "asOf"],
		["a date that does not exist", "/figures?asOf=2023-02-29", "asOf"],
		["no number", "/ledger/facts?after=one", "after"],
		["too much", "/ledger/facts?limit=501", "limit"],
		["the path's own parameter", `/participants/${HEIDENAU}?key=${ZITTAU}`, "key"],
	];
	for (const [name, path, field] of cases) {
		test(name, async () => {
			const reply = await suite.get(path, { token: adviser });
			assertProblem(reply, 400, "INVALID");
			assertNames(reply, field);
		});
	}

	test("a broken escape", async () => {
		const reply = await suite.get("/figures?asOf=%zz", { token: adviser });
		assertProblem(reply, 400, "INVALID");
	});

	test("a query with a command", async () => {
		const reply = await withoutTrace(() =>
			suite.post(
				`${ADVICE}?advisedOn=${DAY}`,
				{ advisedOn: DAY },
				{ token: adviser },
			),
		);
		assertProblem(reply, 400, "INVALID");
	});
});

// ---- the address

describe("an address that is not there", () => {
	for (const path of [
		"/nothing",
		"/participants/",
		"/participants//advice",
		"/agreements/a/b/c",
	]) {
		test(path, async () => {
			assertProblem(await suite.get(path, { token: adviser }), 404, "NOT_FOUND");
		});
	}

	test("another method", async () => {
		const reply = await suite.call("DELETE", ADVICE, { token: adviser });
		assertProblem(reply, 405, "METHOD_NOT_ALLOWED");
		assert.equal(reply.headers.get("allow"), "POST");
	});

	test("a participant that does not exist", async () => {
		const reply = await withoutTrace(() =>
			suite.post(
				"/participants/14999999/advice",
				{ advisedOn: DAY },
				{ token: operator },
			),
		);
		assertProblem(reply, 404, "NOT_FOUND");
	});

	test("the way in is open to all", async () => {
		const root = await fetch(suite.url);
		assert.equal(root.status, 200);
		assert.equal((await root.json()).openapi, "/api/v1/openapi.json");
		const description = await suite.get("/openapi.json");
		assert.equal(description.status, 200);
		assert.match(description.json.openapi, /^3\.1/);
		assert.ok(
			description.json.paths["/participants/{key}/advice"] ??
				description.json.paths["/api/v1/participants/{key}/advice"],
		);
	});
});

// ---- who is calling

describe("a caller who is not known", () => {
	const now = Math.floor(Date.now() / 1000);
	const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
	const tokens = {
		none: () => undefined,
		garbage: () => "garbage",
		"no signature": () => adviser.replace(/[^.]*$/, ""),
		expired: () => suite.token("adviser", ["14628"], { exp: now - 3600 }),
		"not valid yet": () => suite.token("adviser", ["14628"], { nbf: now + 3600 }),
		"another issuer": () => suite.token("adviser", ["14628"], { iss: "elsewhere" }),
		"another audience": () => suite.token("adviser", ["14628"], { aud: "elsewhere" }),
		"another key": () => suite.token("adviser", ["14628"], { key: other }),
		"alg none": () => suite.token("adviser", ["14628"], { header: { alg: "none" } }),
		"changed claims": () => {
			const [head, , signature] = adviser.split(".");
			return [head, operator.split(".")[1], signature].join(".");
		},
	};
	for (const [name, token] of Object.entries(tokens)) {
		test(name, async () => {
			const reply = await withoutTrace(() =>
				advise({ advisedOn: DAY }, { token: token() }),
			);
			assertProblem(reply, 401, "UNAUTHENTICATED");
			assert.match(reply.headers.get("www-authenticate"), /^Bearer/);
		});
	}

	test("two tokens", async () => {
		const line = `Authorization: Bearer ${adviser}`;
		const reply = await raw(["GET /api/v1/ledger/head HTTP/1.1", line, line]);
		assert.equal(reply.status, 401, reply.text);
	});

	test("a token in the query", async () => {
		assertProblem(
			await suite.get(`/ledger/head?access_token=${adviser}`),
			401,
			"UNAUTHENTICATED",
		);
	});

	test("a token of ours in another scheme", async () => {
		const headers = { authorization: `Basic ${adviser}` };
		assertProblem(await suite.get("/ledger/head", { headers }), 401, "UNAUTHENTICATED");
	});
});

describe("a caller who may not", () => {
	test("another role", async () => {
		const token = suite.token("auditor");
		const reply = await withoutTrace(() => advise({ advisedOn: DAY }, { token }));
		assertProblem(reply, 403, "FORBIDDEN");
	});

	test("no role at all", async () => {
		const token = suite.token([]);
		assertProblem(await suite.get("/ledger/head", { token }), 403, "FORBIDDEN");
	});

	test("a foreign district looks like one that does not exist", async () => {
		const foreign = await withoutTrace(() =>
			suite.post(
				`/participants/${ZITTAU}/advice`,
				{ advisedOn: DAY },
				{ token: adviser },
			),
		);
		const missing = await withoutTrace(() =>
			suite.post(
				"/participants/14626999/advice",
				{ advisedOn: DAY },
				{ token: adviser },
			),
		);
		const shape = ({ json }) =>
			JSON.stringify({ ...json, traceId: "" }).replaceAll(/14626\d{3}/g, "KEY");
		assertProblem(foreign, 404, "NOT_FOUND");
		assert.equal(shape(foreign), shape(missing));
	});

	test("a scope cannot be widened with a comma", async () => {
		const token = suite.token("adviser", ["14628,*"]);
		const reply = await withoutTrace(() => advise({ advisedOn: DAY }, { token }));
		assertProblem(reply, 401, "UNAUTHENTICATED");
	});
});

// ---- repetition and claims

describe("Idempotency-Key", () => {
	test("a repetition is answered byte for byte and records nothing", async () => {
		const headers = { "idempotency-key": randomUUID() };
		const body = { advisedOn: DAY, topic: "once" };
		const first = await numbered(() => advise(body, { headers }));
		assert.equal(first.headers.get("location"), `/api/v1/participants/${HEIDENAU}`);
		const second = await withoutTrace(() => advise(body, { headers }));
		assert.equal(second.status, first.status);
		assert.equal(second.text, first.text);
	});

	test("repetitions at the same time give one fact", async () => {
		const headers = { "idempotency-key": randomUUID() };
		const before = await suite.head();
		const replies = await Promise.all(
			Array.from({ length: 20 }, () =>
				advise({ advisedOn: DAY, topic: "race" }, { headers }),
			),
		);
		assert.deepEqual(
			new Set(replies.map((reply) => reply.text)),
			new Set([replies[0].text]),
		);
		assert.equal(replies[0].status, 201, replies[0].text);
		await until(async () => (await suite.head()) > before, "the fact");
		await withoutTrace(() => undefined);
		assert.equal(await suite.head(), before + 2);
	});

	test("the same key with another body", async () => {
		const headers = { "idempotency-key": randomUUID() };
		await numbered(() => advise({ advisedOn: DAY, topic: "one" }, { headers }));
		const reply = await withoutTrace(() =>
			advise({ advisedOn: DAY, topic: "two" }, { headers }),
		);
		assertProblem(reply, 422, "KEY_REUSED");
	});

	for (const [name, key] of [
		["empty", ""],
		["too long", "x".repeat(129)],
		["with a space", "a b"],
	]) {
		test(`a key that is ${name}`, async () => {
			const headers = { "idempotency-key": key };
			const reply = await withoutTrace(() =>
				advise({ advisedOn: DAY }, { headers }),
			);
			assertProblem(reply, 400, "INVALID");
			assertNames(reply, "Idempotency-Key");
		});
	}
});

describe("claims", () => {
	const claims = [
		{ "recorded-on": "2021-01-18" },
		{ provenance: "PUBLISHED" },
		{ citation: "Medieninformation" },
	];
	for (const headers of claims) {
		test(`${Object.keys(headers)[0]} is for operators`, async () => {
			const reply = await withoutTrace(() =>
				advise({ advisedOn: DAY }, { headers }),
			);
			assertProblem(reply, 403, "FORBIDDEN");
		});
	}

	const broken = [
		[{ "recorded-on": "2021-02-29" }, "Recorded-On"],
		[{ "recorded-on": "18.1.2021" }, "Recorded-On"],
		[{ "recorded-on": "" }, "Recorded-On"],
		[{ provenance: "RECORDED" }, "Provenance"],
		[{ provenance: "published" }, "Provenance"],
		[{ citation: "100 %" }, "Citation"],
		[{ citation: "%C3" }, "Citation"],
		[{ citation: "a%0D%0Ab" }, "Citation"],
		[{ citation: "x".repeat(501) }, "Citation"],
	];
	for (const [headers, name] of broken) {
		test(`${JSON.stringify(headers).slice(0, 40)} is malformed`, async () => {
			const reply = await withoutTrace(() =>
				advise({ advisedOn: DAY }, { headers, token: operator }),
			);
			assertProblem(reply, 400, "INVALID");
			assertNames(reply, name);
		});
	}
});

// Each of fifty facts would repeat all who signed: the form allows it, the memory of a call does not.
test("an agreement that is too large for the ledger is refused, and stops nobody", async () => {
	const towns = municipalitiesOf("14").slice(0, 50);
	const long = { role: "w".repeat(200), organisation: "\u{1f58b}".repeat(200) };
	const body = {
		accessions: towns,
		signedOn: DAY,
		mode: "IN_PERSON",
		signatories: [
			...towns.map((organisation) => ({ role: "mayor", organisation })),
			...Array(50).fill(long),
		],
		witnesses: Array(100).fill(long),
	};
	const token = suite.token("adviser", ["14"]);
	assertProblem(await suite.post("/agreements", body, { token }), 413, "TOO_LARGE");
	const reply = await suite.get(`/participants/${HEIDENAU}`, { token });
	assert.equal(reply.status, 200, reply.text);
});

test("a trace is continued", async () => {
	const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
	const reply = await suite.get("/ledger/head", { token: adviser, headers: { traceparent } });
	assert.equal(reply.status, 200, reply.text);
	assert.match(reply.headers.get("traceparent"), /^00-4bf92f3577b34da6a3ce929d0e0e4736-/);
	assert.notEqual(reply.headers.get("traceparent"), traceparent);
});

test("a broken traceparent begins a new trace", async () => {
	const traceparent = `00-${"0".repeat(32)}-00f067aa0ba902b7-01`;
	const reply = await suite.get("/ledger/head", { token: adviser, headers: { traceparent } });
	assert.doesNotMatch(reply.headers.get("traceparent"), /^00-0{32}/);
});

test("HEAD answers as GET, without a body", async () => {
	const headers = { authorization: `Bearer ${adviser}` };
	const reply = await fetch(`${suite.base}/ledger/head`, { method: "HEAD", headers });
	assert.equal(reply.status, 200);
	assert.equal(await reply.text(), "");
});

test("a service that is killed costs time, not errors", async () => {
	const before = await suite.head();
	// Each another participant, so that nobody waits for another's version.
	const keys = municipalitiesOf("14628").slice(0, 30);
	const calls = keys.map((key) =>
		suite.post(
			`/participants/${key}/advice`,
			{ advisedOn: DAY, topic: "during the kill" },
			{
				token: adviser,
			},
		),
	);
	await suite.kill("registry");
	const replies = await Promise.all(calls);
	const failed = replies.filter((reply) => reply.status !== 201);
	assert.deepEqual(
		failed.map((reply) => reply.text),
		[],
	);
	await suite.ready("registry");
	await until(
		async () => (await suite.head()) >= before + keys.length,
		"all facts in the ledger",
	);
	await withoutTrace(() => undefined);
	assert.equal(await suite.head(), before + keys.length + 1);
});

// Runs `work` while the registry holds still and the gateway waits for its answer to `command`.
async function whileWaiting(command, work) {
	suite.pause("registry");
	try {
		const call = command();
		const isWaiting = async () =>
			(await suite.metric("gateway", "asskomm_http_inflight")) > 0;
		await until(isWaiting, "the request to be under way");
		return [call, await work()];
	} finally {
		suite.resume("registry");
	}
}

test("a client that leaves is forgotten", async () => {
	const leaving = new AbortController();
	const url = `${suite.base}/participants/${HEIDENAU}`;
	const headers = { authorization: `Bearer ${adviser}` };
	const isIdle = async () => (await suite.metric("gateway", "asskomm_http_inflight")) === 0;
	await whileWaiting(
		() => fetch(url, { headers, signal: leaving.signal }).catch(() => undefined),
		async () => {
			leaving.abort();
			await until(isIdle, "the gateway to forget it", 4_000);
		},
	);
	assert.ok(suite.logOf("gateway").some((line) => JSON.parse(line).status === "499"));
	assert.equal(
		(await suite.get(`/participants/${HEIDENAU}`, { token: adviser })).status,
		200,
	);
});

test("SIGTERM lets what is under way end", async () => {
	const pid = suite.pid("gateway");
	const [call] = await whileWaiting(
		() => advise({ advisedOn: DAY, topic: "while the gateway ends" }),
		async () => {
			process.kill(pid, "SIGTERM");
			const isDraining = () =>
				suite.logOf("gateway").some((line) => line.includes("draining"));
			await until(isDraining, "the gateway to drain");
		},
	);
	const reply = await call;
	assert.equal(reply.status, 201, reply.text);
	await until(() => suite.pid("gateway") !== pid, "another gateway");
	await suite.ready("gateway");
	assert.equal((await suite.get("/ledger/head", { token: adviser })).status, 200);
});

test("a new key set is read without a restart, and the old key counts no more", async () => {
	const path = suite.path("keys", "jwks.json");
	const old = readFileSync(path, "utf8");
	const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const jwk = {
		...pair.publicKey.export({ format: "jwk" }),
		kid: "new",
		alg: "ES256",
		use: "sig",
	};
	const replace = (text) => {
		writeFileSync(`${path}.new`, text);
		renameSync(`${path}.new`, path);
	};
	const key = createPrivateKey({
		key: pair.privateKey.export({ format: "jwk" }),
		format: "jwk",
	});
	replace(JSON.stringify({ keys: [jwk] }));
	try {
		const token = suite.token("auditor", ["*"], { key, header: { kid: "new" } });
		assert.equal((await suite.get("/ledger/head", { token })).status, 200);
		const late = await suite.get("/ledger/head", { token: adviser });
		assertProblem(late, 401, "UNAUTHENTICATED");
	} finally {
		replace(old);
	}
});

test("no token, body or subject stands in the gateway's log", () => {
	const log = suite.logOf("gateway").join("\n");
	for (const secret of [
		adviser,
		adviser.split(".")[2],
		"test-adviser",
		"barrier",
		"during the kill",
	])
		assert.ok(!log.includes(secret), secret);
	for (const line of log.split("\n")) JSON.parse(line);
});
