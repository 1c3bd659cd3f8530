// What was found by trying to break the suite: each of these once gave a wrong answer.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

let suite;
let operator;
let ministry;

before(async () => {
	suite = await startSuite();
	operator = suite.token("operator");
	ministry = suite.token("ministry", ["14"]);
});
after(() => suite?.stop());

async function post(path, body, token = operator) {
	const reply = await suite.post(path, body, { token });
	assert.equal(reply.status, 201, reply.text);
	return reply.json;
}

async function get(path) {
	const reply = await suite.get(path, { token: ministry });
	assert.equal(reply.status, 200, reply.text);
	return reply.json;
}

const sign = (key, signedOn) =>
	post("/agreements", {
		accessions: [key],
		signedOn,
		mode: "IN_PERSON",
		signatories: [{ role: "mayor", organisation: key }],
	});

// Participant, rank and rank as recorded, for those behind a counter; `fact` is counted first.
async function ranks(counter, asOf, fact) {
	const { items } = await get(`/figures/${counter}/facts?asOf=${asOf}&afterFact=${fact}`);
	return items.map((item) => [
		item.participant,
		item.ordinal,
		item.ordinalAsRecorded,
		item.corrected,
	]);
}

test("who ended before is in nobody's rank, so no rank was corrected", async () => {
	const [one, two, three] = ["14521010", "14521020", "14521035"];
	const first = await sign(one, "2019-01-01");
	const end = { terminatedOn: "2019-03-01", reason: "test" };
	await post(`/agreements/${first.id}/terminate`, end);
	await sign(two, "2019-04-01");
	const last = await sign(three, "2019-05-01");
	assert.deepEqual(await ranks("agreements", "2019-06-01", last.facts[0]), [
		[two, 1, 1, false],
		[three, 2, 2, false],
	]);
	const anew = await sign(one, "2019-07-01");
	assert.deepEqual((await ranks("agreements", "2019-08-01", anew.facts[0]))[2], [
		one,
		3,
		3,
		false,
	]);
	const text = await suite.get(`/press-text?asOf=2019-08-01&participant=${two}`, {
		token: ministry,
	});
	assert.doesNotMatch(text.text, /berichtigt/);
});

test("the municipalities of one analysis have ranks of their own, as they had when recorded", async () => {
	const towns = ["14628160", "14626610", "14730310"];
	const municipalities = [towns[2], towns[0], towns[1]];
	const { id } = await post("/analyses", { municipalities, kickedOffOn: "2019-01-01" });
	const { facts } = await post(`/analyses/${id}/present`, { presentedOn: "2019-06-01" });
	assert.deepEqual(await ranks("municipalitiesAnalysed", "2019-06-01", facts[0]), [
		[towns[1], 1, 1, false],
		[towns[0], 2, 2, false],
		[towns[2], 3, 3, false],
	]);
});

test("a budget that was decided earlier and recorded later does not replace the later one", async () => {
	const decide = (amountCents, decidedOn) =>
		post("/budgets", { year: 2022, amountCents, decidedOn }, ministry);
	await decide("200", "2022-05-01");
	const late = await decide("100", "2022-01-01");
	const [afterFact] = late.facts;
	const budget = await get("/budgets/2022");
	assert.deepEqual([budget.amountCents, budget.decidedOn], ["200", "2022-05-01"]);
	assert.equal((await get(`/figures?asOf=2022-06-01&afterFact=${afterFact}`)).budgetCents, "200");
	assert.equal((await get("/figures?asOf=2022-04-30")).budgetCents, "100");
});

test("the figures agree with the recount after all this", async () => {
	await suite.asskomm("verify", "--figures");
});

test("a command that succeeded and is sent again is answered as then, though it changes nothing", async () => {
	const { id } = await sign("14628270", "2020-01-01");
	for (const [path, body, other] of [
		["correct", { signedOn: "2020-02-02", reason: "typing error" }, { reason: "another" }],
		["withdraw", { reason: "recorded by mistake" }, { reason: "another" }],
	]) {
		const options = { token: operator, headers: { "idempotency-key": `again-${path}` } };
		const send = (sent) => suite.post(`/agreements/${id}/${path}`, sent, options);
		const first = await send(body);
		assert.equal(first.status, 201, first.text);
		assert.equal(first.json.facts.length, 1);
		assert.equal((await send(body)).text, first.text, path);
		const reused = await send({ ...body, ...other });
		assert.equal(reused.status, 422, reused.text);
		assert.equal(reused.json.code, "KEY_REUSED");
	}
	const anew = await suite.post(`/agreements/${id}/withdraw`, { reason: "again" }, { token: operator });
	assert.deepEqual([anew.status, anew.json.version, anew.json.facts], [201, 3, []]);
});

test("a consortium whose key is taken is a conflict at once, and only one of many is registered", async () => {
	const register = (name, headers) =>
		suite.post(
			"/participants",
			{ name, registeredOn: "2021-01-01", members: ["14628160", "14628270"] },
			{ token: operator, headers },
		);
	const key = { "idempotency-key": "consortium" };
	const first = await register("Städtebund", key);
	assert.equal(first.status, 201, first.text);
	for (const name of ["Städtebund", "Stödtebund"]) {
		const reply = await register(name);
		assert.deepEqual([reply.status, reply.json.code], [409, "CONFLICT"], reply.text);
		assert.equal(reply.json.violations[0].field, "name");
	}
	assert.equal((await register("Städtebund", key)).text, first.text);
	const many = await Promise.all(Array.from({ length: 10 }, () => register("Talbund")));
	const codes = many.map((reply) => reply.json.code ?? "");
	assert.deepEqual(codes.sort(), ["", ...Array(9).fill("CONFLICT")]);
});
