// How much one caller may ask: by user, by address, through a proxy or not; and which pages of other
// origins may call at all.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startAgent } from "../support/agent.mjs";
import { openEvents } from "../support/events.mjs";
import { BUILD, startSuite, until } from "../support/suite.mjs";

const PORTAL = "https://portal.example.org";
const OTHER = "https://portal.example.org:8443";
const BURST = 20;
const ADDRESS_BURST = 40;
const STREAMS = 3;

let suite;
let agent;

before(async () => {
	suite = await startSuite({
		services: ["ledger", "registry", "gateway"],
		environment: {
			gateway: {
				ASSKOMM_RATE_USER: "1",
				ASSKOMM_RATE_USER_BURST: String(BURST),
				ASSKOMM_SSE_READERS_USER: String(STREAMS),
				ASSKOMM_RATE_ADDRESS: "1",
				ASSKOMM_RATE_ADDRESS_BURST: String(ADDRESS_BURST),
				ASSKOMM_TRUSTED_PROXY: "127.0.0.1, 10.0.0.0/8",
				ASSKOMM_LIMITS_EXEMPT: "192.0.2.0/24",
				ASSKOMM_CORS_ORIGINS: `${PORTAL}, ${OTHER}`,
			},
		},
	});
	agent = startAgent(suite.port);
});
after(async () => {
	agent?.stop();
	await suite?.stop();
});

const HEAD = "/ledger/head";
const ask = (sub, headers = {}, role = "auditor") =>
	agent.ask("GET", HEAD, { token: suite.token(role, ["*"], { sub }), headers });
const from = (address) => ({ "x-forwarded-for": address });

// As often as it is answered with 200, up to `most`; and the first answer that was another.
async function askUntilRefused(most, again) {
	for (let n = 0; n < most; n++) {
		const reply = await again();
		if (reply.status !== 200) return { count: n, reply };
	}
	return { count: most };
}

function assertTooMany(reply) {
	assert.equal(reply?.status, 429);
	const problem = JSON.parse(reply.text);
	assert.equal(problem.code, "TOO_MANY");
	assert.equal(reply.headers["content-type"], "application/problem+json");
	assert.match(reply.headers["retry-after"], /^[1-9]\d?$/);
	assert.match(problem.traceId, /^[0-9a-f]{32}$/);
}

// ---- users

test("a user who asks too much is told when to come back, and then is served", async () => {
	const { count, reply } = await askUntilRefused(BURST * 2, () => ask("eager"));
	assert.ok(count >= BURST && count < BURST * 2, `${count} were answered`);
	assertTooMany(reply);
	// Whoever else asks from the same place is not held up.
	assert.equal((await ask("calm")).status, 200);
	const limited = await suite.metric("gateway", 'asskomm_http_limited_total{by="user"}');
	assert.ok(limited >= 1);
	const again = async () => (await ask("eager")).status === 200;
	await until(again, "the next request to be granted", 5_000);
});

test("a command beyond the limit leaves no trace", async () => {
	await askUntilRefused(BURST * 2, () => ask("commander", {}, "adviser"));
	const before = await suite.head();
	const token = suite.token("adviser", ["*"], { sub: "commander" });
	const body = { advisedOn: "2023-03-01", topic: "too much" };
	const reply = await agent.ask("POST", "/participants/14628160/advice", { token, body });
	assertTooMany(reply);
	assert.equal(await suite.head(), before);
});

test("operators and machines load data as fast as they can", async () => {
	for (const role of ["operator", "machine"]) {
		const statuses = new Set();
		for (let n = 0; n < BURST * 3; n++) statuses.add((await ask(role, {}, role)).status);
		assert.ok(!statuses.has(429), role);
	}
});

test("one user cannot take the places of all in the live stream", async () => {
	const open = (sub, role = "auditor") => openEvents(suite, { token: suite.token(role, ["*"], { sub }) });
	const readers = await Promise.all(Array.from({ length: STREAMS }, () => open("follower")));
	for (const reader of readers) assert.equal(reader.status, 200);
	const more = await open("follower");
	await more.untilEnd();
	assertTooMany({ status: more.status, text: more.text, headers: more.headers });
	assert.match(more.headers["cache-control"], /no-store/);
	const machines = Array.from({ length: STREAMS + 1 }, () => open("loader", "machine"));
	for (const other of await Promise.all([open("another"), ...machines])) {
		assert.equal(other.status, 200);
		readers.push(other);
	}
	readers.shift().close();
	const left = async () => (await suite.metric("gateway", "asskomm_sse_readers")) === readers.length;
	await until(left, "one to have left", 5_000);
	readers.push(await open("follower"));
	assert.equal(readers.at(-1).status, 200);
	for (const reader of readers) reader.close();
});

// ---- addresses

test("an address that asks too much is refused, whoever asks", async () => {
	let n = 0;
	const again = () => ask(`user-${n++ % 10}`, from("203.0.113.7"));
	const { count, reply } = await askUntilRefused(ADDRESS_BURST * 2, again);
	assert.ok(count >= ADDRESS_BURST && count < ADDRESS_BURST * 2, `${count} were answered`);
	assertTooMany(reply);
	assert.equal((await ask("neighbour", from("203.0.113.8"))).status, 200);
	// The proxy's own connections have no limit by address.
	assert.equal((await ask("local")).status, 200);
});

test("tokens that do not hold cost an address more", async () => {
	const knock = () =>
		agent.ask("GET", HEAD, { token: "not.a.token", headers: from("203.0.113.20") });
	let refused = 0;
	for (; refused < ADDRESS_BURST; refused++) if ((await knock()).status !== 401) break;
	assert.ok(refused >= 1 && refused <= ADDRESS_BURST / 4, `${refused} were looked at`);
	assertTooMany(await knock());
});

test("the /64 of IPv6 is one address", async () => {
	let n = 0;
	const again = () => ask(`v6-${n % 10}`, from(`2001:db8:0:1::${(n++).toString(16)}`));
	const { count } = await askUntilRefused(ADDRESS_BURST * 2, again);
	assert.ok(count < ADDRESS_BURST * 2, "it ended");
	assert.equal((await ask("v6", from("2001:db8:0:2::1"))).status, 200);
});

// Each row: headers, and the address that must have been charged.
const CHAINS = [
	[{ "x-forwarded-for": "198.51.100.1" }, "198.51.100.1"],
	[{ "x-forwarded-for": "6.6.6.6, 198.51.100.2" }, "198.51.100.2"],
	[{ "x-forwarded-for": "6.6.6.6, 198.51.100.3, 10.1.2.3 ,10.0.0.1" }, "198.51.100.3"],
	[{ "x-forwarded-for": "unknown, 198.51.100.4" }, "198.51.100.4"],
	[{ "x-forwarded-for": "198.51.100.5:4711" }, "198.51.100.5"],
	[{ "x-forwarded-for": "::ffff:198.51.100.6" }, "198.51.100.6"],
	[{ forwarded: "for=198.51.100.7;proto=https;by=10.0.0.1" }, "198.51.100.7"],
	[{ forwarded: 'for=6.6.6.6, For="198.51.100.8:443" ; proto=https' }, "198.51.100.8"],
	[{ forwarded: 'for=_hidden;host="a,b;for=6.6.6.6", proto=https;for=198.51.100.9' },
		"198.51.100.9"],
	[{ forwarded: 'for="[2001:db8:0:99::1]:4711"' }, "2001:db8:0:99::2"],
	[{ "x-forwarded-for": "2001:db8:0:98::1" }, "2001:db8:0:98::2"],
	[{ "x-forwarded-for": "198.51.100.10", forwarded: "for=198.51.100.10" }, "198.51.100.10"],
];

test("behind a trusted proxy the client's address counts", async () => {
	for (const [headers, address] of CHAINS) {
		// All but the last few are charged at once, by logins that fail.
		for (let n = 0; n < ADDRESS_BURST / 2; n++)
			await agent.ask("GET", HEAD, { token: "x.y.z", headers });
		assertTooMany(await ask("chain", from(address)));
	}
});

const DOUBTS = [
	{ "x-forwarded-for": "198.51.100.50, unknown" },
	{ "x-forwarded-for": "" },
	{ "x-forwarded-for": "198.51.100.50," },
	{ "x-forwarded-for": "198.51.100.050" },
	{ "x-forwarded-for": "[198.51.100.50]" },
	{ "x-forwarded-for": "198.51.100.50:port" },
	{ forwarded: "for=_hidden" },
	{ forwarded: "for=unknown" },
	{ forwarded: "proto=https" },
	{ forwarded: 'for="198.51.100.50' },
	{ forwarded: "for=198.51.100.50, by=10.0.0.1" },
	{ "x-forwarded-for": "198.51.100.51", forwarded: "for=198.51.100.50" },
	{ "x-forwarded-for": Array(33).fill("10.0.0.1").join(",") },
];

test("a proxy that leaves in doubt who asks is refused", async () => {
	for (const headers of DOUBTS) {
		const reply = await ask("doubt", headers, "operator");
		assert.equal(reply.status, 400, `${JSON.stringify(headers)}: ${reply.text}`);
		assert.equal(JSON.parse(reply.text).code, "INVALID");
	}
});

// ---- other origins

test("a page of a listed origin may read the answer, and others may not", async () => {
	const listed = await ask("page", { origin: PORTAL });
	assert.equal(listed.status, 200);
	assert.equal(listed.headers["access-control-allow-origin"], PORTAL);
	assert.match(listed.headers.vary, /Origin/);
	for (const name of ["ETag", "Location", "traceparent", "Retry-After"])
		assert.match(listed.headers["access-control-expose-headers"], new RegExp(name));
	assert.equal(listed.headers["access-control-allow-credentials"], undefined);
	const second = await ask("page", { origin: OTHER });
	assert.equal(second.headers["access-control-allow-origin"], OTHER);
	for (const origin of ["null", "http://portal.example.org", `${PORTAL}.evil.org`, `${PORTAL}/`,
		`${PORTAL}:443`, "https://PORTAL.example.org", "*", ""]) {
		const reply = await ask("page", { origin });
		assert.equal(reply.status, 200);
		assert.match(reply.headers.vary, /Origin/);
		assert.deepEqual(Object.keys(reply.headers).filter((name) => /^access-/.test(name)), []);
	}
	assert.match((await ask("page")).headers.vary, /Origin/);
});

test("a page may read why it was refused", async () => {
	for (const token of ["not.a.token", suite.token("coach", [], { sub: "page" })]) {
		const reply = await agent.ask("GET", HEAD, { token, headers: { origin: PORTAL } });
		assert.ok(reply.status === 401 || reply.status === 403 || reply.status === 200);
		assert.equal(reply.headers["access-control-allow-origin"], PORTAL);
	}
});

const preflight = (path, headers = {}) =>
	agent.ask("OPTIONS", path, {
		headers: {
			origin: PORTAL,
			"access-control-request-method": "POST",
			"access-control-request-headers": "authorization,idempotency-key",
			...headers,
		},
	});

test("a browser's question before the request is answered from the routes", async () => {
	const rows = [
		["/participants/14628160/advice", "POST"],
		["/participants/14628160", "GET, HEAD"],
		["/events", "GET"],
		["/openapi.json", "GET, HEAD"],
	];
	for (const [path, methods] of rows) {
		const reply = await preflight(path);
		assert.equal(reply.status, 204, reply.text);
		assert.equal(reply.text, "");
		assert.equal(reply.headers["access-control-allow-origin"], PORTAL);
		const allowed = reply.headers["access-control-allow-methods"].split(", ");
		for (const method of methods.split(", ")) assert.ok(allowed.includes(method), path);
		for (const name of ["Authorization", "Content-Type", "Idempotency-Key", "If-Match",
			"If-None-Match", "Last-Event-ID"])
			assert.match(reply.headers["access-control-allow-headers"], new RegExp(name));
		assert.match(reply.headers.vary, /Origin.*Access-Control-Request-Method/);
		assert.equal(reply.headers["access-control-max-age"], "600");
	}
	assert.equal((await preflight("/nowhere")).status, 404);
	const stranger = await preflight("/events", { origin: "https://evil.example.org" });
	assert.equal(stranger.status, 405);
	assert.equal(stranger.headers["access-control-allow-methods"], undefined);
});

test("a page may send and read every header that the API has", async () => {
	const { components, paths } = JSON.parse(readFileSync(join(BUILD, "gen/openapi.json"), "utf8"));
	const { headers } = await preflight("/events");
	const allowed = headers["access-control-allow-headers"].toLowerCase().split(", ");
	const exposed = headers["access-control-expose-headers"].toLowerCase().split(", ");
	const sent = Object.values(components.parameters).filter((each) => each.in === "header");
	assert.ok(sent.length > 5);
	for (const { name } of sent) assert.ok(allowed.includes(name.toLowerCase()), name);
	const answers = Object.values(paths).flatMap((verbs) => Object.values(verbs))
		.flatMap(({ responses }) => Object.values(responses));
	const readable = ["cache-control", "content-language", "content-type"]; // always
	for (const { headers: named = {} } of answers)
		for (const name of Object.keys(named).map((each) => each.toLowerCase()))
			assert.ok(exposed.includes(name) || readable.includes(name), name);
});

test("where no origin is named there is nothing of it", async () => {
	const plain = await startSuite({ services: ["ledger", "registry", "gateway"], territory: false });
	const other = startAgent(plain.port);
	try {
		const token = plain.token("auditor");
		const reply = await other.ask("GET", HEAD, { token, headers: { origin: PORTAL } });
		assert.equal(reply.status, 200);
		assert.doesNotMatch(JSON.stringify(reply.headers), /access-control|Origin/i);
		const question = await other.ask("OPTIONS", HEAD, {
			headers: { origin: PORTAL, "access-control-request-method": "GET" },
		});
		assert.equal(question.status, 405);
		assert.doesNotMatch(JSON.stringify(question.headers), /access-control|Origin/i);
		// Nor is a header of a proxy that nobody named looked at.
		const forged = await other.ask("GET", HEAD, { token, headers: from("nonsense") });
		assert.equal(forged.status, 200);
	} finally {
		other.stop();
		await plain.stop();
	}
});

test("settings that cannot be end the start, and say why", async () => {
	const wrong = {
		ASSKOMM_CORS_ORIGINS: ["*", "null", "portal.example.org", `${PORTAL}/`, `${PORTAL}:443`,
			"https://*.example.org", "https://Portal.example.org", "https://a@b"],
		ASSKOMM_TRUSTED_PROXY: ["proxy", "10.0.0.1/8", "0.0.0.0/33"],
		ASSKOMM_LIMITS_EXEMPT: ["localhost"],
		ASSKOMM_RATE_USER: ["-1", "many"],
	};
	for (const [name, values] of Object.entries(wrong))
		for (const value of values) {
			const { status, stderr } = spawnSync(join(BUILD, "bin/asskomm-gateway"), [], {
				encoding: "utf8",
				timeout: 10_000,
				env: { ...suite.environmentOf("gateway"), ASSKOMM_ADMIN_PORT: "0",
					ASSKOMM_HTTP_PORT: "0", [name]: value },
			});
			assert.ok(status > 0, `${name}=${value}: ${stderr}`);
			assert.match(stderr, new RegExp(name), value);
		}
});
