// What was recorded by mistake is taken back by a fact of its own; what has ended already can be
// entered late. The figures follow, and agree with the recount.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

const TOWN = "14628160";
let suite;
let operator;

before(async () => {
	suite = await startSuite();
	operator = suite.token("operator", ["14"]);
});
after(() => suite?.stop());

async function post(path, body, status = 201) {
	const reply = await suite.post(path, body, { token: operator });
	assert.equal(reply.status, status, reply.text);
	return reply.json;
}

async function figures(asOf, { facts }) {
	const query = `/figures?asOf=${asOf}&afterFact=${facts.at(-1)}`;
	const reply = await suite.get(query, { token: operator });
	assert.equal(reply.status, 200, reply.text);
	return reply.json;
}

const agreement = (signedOn, more = {}) => ({
	accessions: [TOWN],
	signedOn,
	mode: "IN_PERSON",
	signatories: [{ role: "mayor", organisation: TOWN }],
	...more,
});

test("an agreement that ended years ago is entered after its successor", async () => {
	await post("/agreements", agreement("2022-01-01"));
	const ended = { terminatedOn: "2021-01-01", terminationReason: "entered late" };
	const late = await post("/agreements", agreement("2019-01-01", ended));
	assert.equal(late.facts.length, 2);
	assert.equal((await figures("2020-06-01", late)).agreements, 1);
	assert.equal((await figures("2021-06-01", late)).agreements, 0);
	const now = await figures("2022-06-01", late);
	assert.deepEqual([now.agreements, now.agreementsGross], [1, 2]);
	const overlapping = { terminatedOn: "2020-02-01", terminationReason: "no" };
	await post("/agreements", agreement("2020-01-01", overlapping), 409);
});

test("a termination by mistake is taken back, unless the town has acceded again", async () => {
	const town = { accessions: ["14628270"], signatories: [{ role: "mayor" }] };
	const first = await post("/agreements", agreement("2020-01-01", town));
	const path = `/agreements/${first.id}`;
	const ended = await post(`${path}/terminate`, { terminatedOn: "2021-01-01", reason: "left" });
	const before = (await figures("2021-06-01", ended)).agreements;
	const back = await post(`${path}/reinstate`, { reason: "it was another town" });
	assert.equal((await figures("2021-06-01", back)).agreements, before + 1);
	await post(`${path}/reinstate`, { reason: "again" }, 409);
	await post(`${path}/terminate`, { terminatedOn: "2021-02-01", reason: "left" });
	await post("/agreements", agreement("2021-03-01", town));
	await post(`${path}/reinstate`, { reason: "too late" }, 409);
});

test("a budget by mistake is taken back: the decision before is in force again", async () => {
	const set = (amountCents, decidedOn) => post("/budgets", { year: 2023, amountCents, decidedOn });
	const first = await set("100", "2022-12-01");
	const wrong = await set("999", "2023-02-01");
	assert.equal((await figures("2023-03-01", wrong)).budgetCents, "999");
	const withdraw = (fact, status) =>
		post("/budgets/2023/withdraw", { factId: fact, reason: "typing error" }, status);
	const back = await withdraw(wrong.facts[0]);
	assert.equal((await figures("2023-03-01", back)).budgetCents, "100");
	const read = () => suite.get("/budgets/2023", { token: operator });
	assert.equal((await read()).json.amountCents, "100");
	await withdraw(wrong.facts[0], 409);
	const none = await withdraw(first.facts[0]);
	assert.equal((await figures("2023-03-01", none)).budgetCents, "0");
	assert.equal((await read()).status, 404);
});

test("any fact of a participant is taken back; the others tell how it stands", async () => {
	const advise = (advisedOn) => post("/participants/14628270/advice", { advisedOn });
	const stands = async () => {
		const reply = await suite.get("/participants/14628270", { token: operator });
		const { advisedOn, cooperationLevel, entries } = reply.json;
		return [advisedOn, cooperationLevel, entries.length];
	};
	const level = (level, since) => post("/participants/14628270/cooperation-level", { level, since });
	const first = await advise("2018-03-01");
	await advise("2018-05-01");
	const close = await level("CLOSE", "2018-06-01");
	for (let day = 10; day < 29; day++) await advise(`2018-07-${day}`);
	assert.deepEqual(await stands(), ["2018-03-01", "CLOSE", 20]);
	const withdraw = ({ facts }, status) =>
		post("/participants/14628270/withdraw", { factId: facts[0], reason: "another town" }, status);
	const before = (await figures("2018-04-01", first)).advised;
	const back = await withdraw(first);
	assert.equal((await figures("2018-04-01", back)).advised, before - 1);
	assert.deepEqual(await stands(), ["2018-05-01", "CLOSE", 20]);
	await withdraw(first, 409);
	await withdraw(close);
	const [, left] = await stands();
	assert.notEqual(left, "CLOSE");
});

test("the recount agrees", async () => {
	await suite.asskomm("verify");
	await suite.asskomm("verify", "--figures");
});
