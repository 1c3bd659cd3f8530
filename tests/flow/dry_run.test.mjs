// Dry-Run: a command says what it would do, and does not do it.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

const TOWN = "/participants/14628160";
const DRY = { "dry-run": "true" };
let suite;
let token;

before(async () => {
	suite = await startSuite({ services: ["ledger", "registry", "gateway"] });
	token = suite.token("adviser", ["14628"]);
});
after(() => suite?.stop());

const advise = (day, headers = {}) =>
	suite.post(`${TOWN}/advice`, { advisedOn: day, topic: "talk" }, { token, headers });
const town = async () => (await suite.get(TOWN, { token })).json;

test("it answers what it would do, and leaves nothing behind", async () => {
	const head = await suite.head();
	const headers = { ...DRY, "idempotency-key": "rehearsed" };
	for (let i = 0; i < 2; i++) {
		const reply = await advise("2021-03-01", headers);
		assert.equal(reply.status, 200, reply.text);
		assert.deepEqual(reply.json, {
			id: "14628160",
			version: 1,
			facts: [],
			dryRun: true,
			wouldChange: true,
		});
		assert.equal(reply.headers.get("etag"), null);
		assert.equal(reply.headers.get("location"), null);
		assert.equal(reply.headers.get("cache-control"), "no-store");
	}
	assert.equal((await town()).version, 0);
	assert.equal(await suite.head(), head);
	// not even its key: another request may use it
	const done = await advise("2021-03-02", { "idempotency-key": "rehearsed" });
	assert.equal(done.status, 201, done.text);
	assert.equal("dryRun" in done.json, false);
	assert.equal((await town()).advisedOn, "2021-03-02");
});

test("it refuses what would be refused, as that would be", async () => {
	const { version } = await town();
	const cases = [
		["2999-01-01", {}, 422],
		["yesterday", {}, 400],
		["2021-04-01", { "if-match": `"${version + 1}"` }, 412],
	];
	for (const [day, headers, status] of cases) {
		const [real, dry] = [await advise(day, headers), await advise(day, { ...headers, ...DRY })];
		assert.equal(dry.status, status, dry.text);
		const { traceId: _one, ...said } = dry.json;
		const { traceId: _two, ...would } = real.json;
		assert.deepEqual(said, would);
	}
	const foreign = { token: suite.token("adviser", ["14626"]), headers: DRY };
	const body = { advisedOn: "2021-03-01" };
	assert.equal((await suite.post(`${TOWN}/advice`, body, foreign)).status, 404);
	const coach = { token: suite.token("coach", ["14628"]), headers: DRY };
	assert.equal((await suite.post(`${TOWN}/advice`, body, coach)).status, 403);
});

test("it foresees what only a constraint of the database refuses, and keeps nothing of the try", async () => {
	const agreement = (signedOn) => ({
		accessions: ["14628160"],
		signedOn,
		mode: "IN_PERSON",
		signatories: [{ role: "mayor", organisation: "14628160" }],
	});
	const sign = (day, headers) => suite.post("/agreements", agreement(day), { token, headers });
	for (let i = 0; i < 2; i++) {
		const fine = await sign("2022-01-01", DRY);
		assert.deepEqual([fine.status, fine.json.wouldChange], [200, true], fine.text);
	}
	assert.equal((await sign("2022-01-01")).status, 201);
	const [dry, real] = [await sign("2023-01-01", DRY), await sign("2023-01-01")];
	assert.deepEqual([dry.status, dry.json.detail], [409, real.json.detail]);
	assert.deepEqual(dry.json.violations, real.json.violations);
	const list = await suite.get("/agreements?participant=14628160", { token });
	assert.equal(list.json.items.length, 1);
});

test("many rehearsals beside real commands change nothing of them", async () => {
	const days = Array.from({ length: 20 }, (_, i) => `2022-02-${String(i + 1).padStart(2, "0")}`);
	const before = (await town()).version;
	const replies = await Promise.all(days.flatMap((day) => [advise(day), advise(day, DRY)]));
	assert.deepEqual([...new Set(replies.map(({ status }) => status))].sort(), [200, 201]);
	assert.equal((await town()).version, before + days.length);
});

test("what a used key would be answered, marked as a dry run", async () => {
	const headers = { "idempotency-key": "used" };
	const first = await advise("2021-05-01", headers);
	assert.equal(first.status, 201, first.text);
	const dry = await advise("2021-05-01", { ...headers, ...DRY });
	assert.equal(dry.status, 200, dry.text);
	assert.deepEqual(dry.json, {
		...first.json,
		facts: [],
		dryRun: true,
		wouldChange: false,
	});
	const other = await advise("2021-05-02", { ...headers, ...DRY });
	assert.equal(other.json.code, "KEY_REUSED");
});

test("true or false, said once", async () => {
	for (const value of ["yes", "", "TRUE", "1", "true, true"]) {
		const reply = await advise("2021-06-01", { "dry-run": value });
		assert.equal(reply.status, 400, `${value}: ${reply.text}`);
		assert.equal(reply.json.violations[0].field, "Dry-Run");
	}
	assert.equal((await advise("2021-06-01", { "dry-run": "false" })).status, 201);
	// a question changes nothing anyway
	assert.equal((await suite.get(TOWN, { token, headers: DRY })).status, 200);
});
