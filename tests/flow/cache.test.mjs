// Reads that the edge answers from memory: nobody may notice, but by the clock. Never an answer that
// goes back, never one that misses what its reader was told is done, never one for other eyes.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readRegister } from "../support/register.mjs";
import { BUILD, freePorts, startSuite, until } from "../support/suite.mjs";

const CACHE_BYTES = 64 * 1024;
const HEIDENAU = "14628160";
const PIRNA = "14628270";
const ZITTAU = "14626610";
const TOWNS = [HEIDENAU, PIRNA, ZITTAU, "14730310", "14524330", "14522260"];
const ROUNDS = 40; // commands of each writer

let suite;
let adviser;
let auditor;

before(async () => {
	suite = await startSuite({
		environment: { gateway: { ASSKOMM_CACHE_BYTES: String(CACHE_BYTES) } },
	});
	adviser = suite.token("adviser", ["14"]);
	auditor = suite.token("auditor");
	await settled(await advise(HEIDENAU));
});
after(() => suite?.stop());

let commands = 0;

// Records advice, each on a day of its own.
async function advise(town, options = {}) {
	const day = new Date(Date.UTC(2010, 0, 1 + commands++)).toISOString().slice(0, 10);
	const body = { advisedOn: day, topic: "talk" };
	const reply = await suite.post(`/participants/${town}/advice`, body, {
		token: adviser,
		...options,
	});
	assert.equal(reply.status, 201, reply.text);
	return reply.json;
}

const read = (path, token = adviser, headers = {}) => suite.get(path, { token, headers });
const readTown = (town, ...more) => read(`/participants/${town}`, ...more);
const seqOf = (reply) => Number(reply.headers.get("ledger-seq"));
const hits = () => suite.metric("gateway", 'asskomm_cache_total{result="hit"}');

// Waits until the fact has come everywhere, so that nothing more happens by itself.
async function settled({ facts }) {
	const reply = await read(`/figures?afterFact=${facts[0]}`);
	assert.equal(reply.status, 200, reply.text);
	return until(() => isKept("/figures"), "the figures to be kept");
}

// Reads until an answer comes from memory; gives that answer.
async function isKept(path, token = adviser) {
	const before = await hits();
	const reply = await read(path, token);
	return (await hits()) > before ? reply : undefined;
}

test("what was read is answered again without asking, to the letter", async () => {
	for (const path of [`/participants/${HEIDENAU}`, "/figures", "/press-text?asOf=2020-01-01"]) {
		const first = await read(path);
		assert.equal(first.status, 200, first.text);
		const again = await until(() => isKept(path), `${path} to be kept`);
		assert.equal(again.text, first.text);
		for (const name of ["etag", "content-type", "cache-control", "ledger-seq"])
			assert.equal(again.headers.get(name), first.headers.get(name), name);
		assert.equal(seqOf(again), await suite.head());
	}
});

test("ETag, HEAD and 304 work while the service is not there to be asked", async () => {
	const kept = await until(() => isKept(`/participants/${HEIDENAU}`), "the town to be kept");
	suite.pause("registry");
	try {
		const tag = kept.headers.get("etag");
		const unchanged = await readTown(HEIDENAU, adviser, { "if-none-match": tag });
		assert.equal(unchanged.status, 304);
		assert.equal(unchanged.text, "");
		assert.equal(unchanged.headers.get("etag"), tag);
		const other = await readTown(HEIDENAU, adviser, { "if-none-match": '"0"' });
		assert.equal(other.status, 200);
		const head = await fetch(`${suite.base}/participants/${HEIDENAU}`, {
			method: "HEAD",
			headers: { authorization: `Bearer ${adviser}` },
		});
		assert.equal(head.status, 200);
		assert.equal(await head.text(), "");
		assert.equal(head.headers.get("content-length"), String(Buffer.byteLength(kept.text)));
	} finally {
		suite.resume("registry");
	}
});

test("who was told that it is done, reads it", async () => {
	for (let i = 0; i < 2 * ROUNDS; i++) {
		const before = (await readTown(HEIDENAU)).json;
		const { version } = await advise(HEIDENAU);
		const after = (await readTown(HEIDENAU)).json;
		assert.ok(version > before.version && after.version >= version, `round ${i}`);
	}
});

// A reader who looks at some paths in turn until he is told to end.
async function watch(paths, token, state, judge) {
	const newest = new Map();
	let seen = 0;
	for (let i = 0; !state.ended; i++) {
		const path = paths[i % paths.length];
		const reply = await read(path, token);
		assert.equal(reply.status, 200, reply.text);
		const value = judge(path, reply);
		assert.ok(value >= (newest.get(path) ?? 0), `${path}: ${value} after ${newest.get(path)}`);
		newest.set(path, value);
		seen += 1;
	}
	return seen;
}

test("among many writers and readers no answer goes back", async () => {
	const state = { ended: false };
	const police = suite.token("police", ["14628", "14626"]);
	const towns = TOWNS.map((town) => `/participants/${town}`);
	const figures = ["/figures", "/figures?district=14628", "/figures?asOf=2012-01-01"];
	let position = 0; // of all readers of figures together
	const judgeFigures = (path, reply) => {
		assert.equal(seqOf(reply), Number(reply.json.ledgerSeq), "header and body agree");
		position = Math.max(position, seqOf(reply));
		return seqOf(reply);
	};
	const readers = [
		watch(towns, adviser, state, (path, reply) => reply.json.version),
		watch(towns.slice(0, 3), police, state, (path, reply) => seqOf(reply)),
		...[adviser, police, auditor].map((token) => watch(figures, token, state, judgeFigures)),
	];
	const write = async (town) => {
		let fact;
		for (let i = 0; i < ROUNDS; i++) {
			const { version, facts } = await advise(town);
			const reply = await readTown(town);
			assert.ok(reply.json.version >= version, `${town}: ${reply.text}`);
			fact = facts[0];
		}
		const reply = await read(`/figures?afterFact=${fact}`);
		const plain = await read("/figures");
		assert.ok(seqOf(plain) >= seqOf(reply), "not behind an answer that was waited for");
		assert.equal(plain.status, 200);
	};
	try {
		await Promise.all(TOWNS.map(write));
	} finally {
		state.ended = true;
	}
	for (const seen of await Promise.all(readers)) assert.ok(seen > 0);
	assert.ok(position > ROUNDS);
});

test("afterFact is never answered from memory", async () => {
	const { facts } = await advise(PIRNA);
	const path = `/figures?afterFact=${facts[0]}`;
	await read(path);
	const before = await hits();
	await read(path);
	assert.equal(await hits(), before);
});

test("nobody gets what was kept for other rights", async () => {
	const body = {
		accessions: [HEIDENAU],
		signedOn: "2023-08-09",
		mode: "IN_PERSON",
		signatories: [{ role: "mayor", organisation: "Heidenau" }],
	};
	const signed = await suite.post("/agreements", body, { token: adviser });
	assert.equal(signed.status, 201, signed.text);
	await settled(signed.json);
	const path = `/agreements/${signed.json.id}`;
	const here = suite.token("adviser", ["14628"]);
	const there = suite.token("adviser", ["14626"]);
	assert.equal((await until(() => isKept(path, here), "the agreement to be kept")).status, 200);
	for (let i = 0; i < 3; i++) assert.equal((await read(path, there)).status, 404);
	assert.equal((await read(path, here)).status, 200);
	// The same rights in other words are the same; a token that ended is none.
	const before = await hits();
	const same = suite.token("adviser", ["14628", "14628"], { sub: "somebody-else" });
	assert.equal((await read(path, same)).status, 200);
	assert.equal(await hits(), before + 1);
	const past = Math.floor(Date.now() / 1000) - 600;
	const ended = suite.token("adviser", ["14628"], { iat: past - 60, exp: past });
	assert.equal((await read(path, ended)).status, 401);
	assert.equal((await read(path, null)).status, 401);
	assert.equal((await read(path, suite.token("nobody", ["14628"]))).status, 403);
	// What a read may not say is refused although its answer is there.
	const claim = { "recorded-on": "2021-01-18" };
	assert.equal((await read(path, here, claim)).status, 403);
	assert.equal((await read(`${path}?x=1`, here)).status, 400);
});

test("without the ledger nothing is answered from memory, and commands are still seen", async () => {
	await until(() => isKept(`/participants/${ZITTAU}`), "the town to be kept");
	suite.pause("ledger");
	try {
		await until(async () => !(await isKept(`/participants/${ZITTAU}`)), "memory to be left");
		const { version } = await advise(ZITTAU);
		assert.equal((await readTown(ZITTAU)).json.version, version);
	} finally {
		suite.resume("ledger");
	}
	await until(() => isKept(`/participants/${ZITTAU}`), "the town to be kept again");
});

test("whatever is started again, answers stay right", async () => {
	for (const name of ["monitor", "ledger", "registry", "gateway"]) {
		await until(() => isKept("/figures"), "the figures to be kept");
		await suite.kill(name);
		await suite.ready(name);
		await until(() => readTown(PIRNA).catch(() => undefined), "an answer");
		const done = await advise(PIRNA);
		assert.ok((await readTown(PIRNA)).json.version >= done.version, name);
		const counted = await settled(done);
		assert.equal(seqOf(counted), await suite.head(), name);
	}
});

test("what another gateway did is seen when its fact comes", async (t) => {
	const [port] = await freePorts(1);
	const other = spawn(join(BUILD, "bin", "asskomm-gateway"), [], {
		env: {
			...suite.environmentOf("gateway"),
			ASSKOMM_HTTP_PORT: String(port),
			ASSKOMM_ADMIN_PORT: "0",
		},
		stdio: "ignore",
	});
	const end = once(other, "exit");
	t.after(async () => {
		other.kill("SIGTERM");
		await end;
	});
	const elsewhere = Object.assign(Object.create(suite), { base: `http://127.0.0.1:${port}/api/v1` });
	await until(() => elsewhere.get("/figures", { token: adviser }).catch(() => undefined), "it");
	for (let i = 0; i < 10; i++) {
		await until(() => isKept(`/participants/${PIRNA}`), "the town to be kept");
		const day = `2022-03-${String(i + 1).padStart(2, "0")}`;
		const body = { advisedOn: day, topic: "elsewhere" };
		const done = await elsewhere.post(`/participants/${PIRNA}/advice`, body, { token: adviser });
		assert.equal(done.status, 201, done.text);
		const seen = async () => (await readTown(PIRNA)).json.version >= done.json.version;
		await until(seen, "the fact to come", 3000);
		const mine = await elsewhere.get(`/participants/${PIRNA}`, { token: adviser });
		assert.ok(mine.json.version >= done.json.version);
	}
});

test("what is kept has a bound", async () => {
	const keys = readRegister().municipalities.map(({ ags8 }) => ags8);
	for (const key of keys) assert.equal((await readTown(key)).status, 200);
	const bytes = await suite.metric("gateway", "asskomm_cache_bytes");
	const entries = await suite.metric("gateway", "asskomm_cache_entries");
	assert.ok(bytes > CACHE_BYTES / 2 && bytes <= CACHE_BYTES, `${bytes} bytes`);
	assert.ok(entries > 10 && entries < keys.length, `${entries} entries`);
	assert.ok(await isKept(`/participants/${keys.at(-1)}`));
	assert.ok(!(await isKept(`/participants/${keys[0]}`)));
});
