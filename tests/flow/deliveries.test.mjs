// J5 as a whole: one analysis of two towns; what they owe it is expected from the kick-off on, one
// register extract comes ten days late, the dates move and the plan says why; it counts once, its
// towns twice; single answers and persons are refused.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { startSuite } from "../support/suite.mjs";

const [RODEWISCH, LENGENFELD] = ["14523360", "14523170"];
let suite;
let token;
let analysis;
let figuresBefore;

const read = (path) => JSON.parse(readFileSync(new URL(`../../services/${path}`, import.meta.url)));
const put = async (path, body) => {
	const reply = await suite.call("PUT", path, { token: suite.token("operator"), body });
	assert.equal(reply.status, 200, reply.text);
};
const deliver = (verb, kind, participant, body) =>
	suite.post(`/analyses/${analysis}/deliveries/${verb}`, { kind, participant, ...body }, { token });
const record = async (verb, kind, participant, body) => {
	const reply = await deliver(verb, kind, participant, body);
	assert.equal(reply.status, 201, reply.text);
	return reply.json;
};
const receive = (kind, participant, receivedOn, what = { records: 1500 }) =>
	record("receive", kind, participant, { receivedOn, deliveredBy: "coordinator", ...what });
const check = (kind, participant, checkedOn) => record("check", kind, participant, { checkedOn });
const listed = async (query, as = token) => {
	const reply = await suite.get(`/deliveries?analysisId=${analysis}&${query}`, { token: as });
	assert.equal(reply.status, 200, reply.text);
	return reply.json.items;
};
const plan = async (asOf) => {
	const { json } = await suite.get(`/analyses/${analysis}/plan?asOf=${asOf}`, { token });
	return { ...json, of: (code) => json.steps.find(({ step }) => step === code) };
};
const figures = async (asOf, afterFact = "") => {
	const query = afterFact && `&afterFact=${afterFact}`;
	return (await suite.get(`/figures?asOf=${asOf}${query}`, { token })).json;
};

before(async () => {
	suite = await startSuite();
	token = suite.token("adviser", ["14523"]);
	await put("/procedures/full_2021", read("analysis/procedures/full_2021.json"));
	await put("/code-lists/contact_roles", read("registry/codes/contact_roles.json"));
	figuresBefore = await figures("2024-12-31");
	const wish = { municipalities: ["Rodewisch", "Lengenfeld"], kickedOffOn: "2024-02-01" };
	const reply = await suite.post("/analyses", wish, { token });
	assert.equal(reply.status, 201, reply.text);
	analysis = reply.json.id;
});
after(() => suite?.stop());

test("kicked off, each town owes what the plan asks for, by the plan's days", async () => {
	assert.equal((await plan("2024-02-01")).expectedOn, "2024-06-20");
	const owed = await listed("asOf=2024-02-01");
	assert.deepEqual(
		owed.map(({ kind, dueOn }) => `${dueOn} ${kind}`).sort(),
		[
			...Array(2).fill("2024-02-22 MUNICIPAL_STATISTICS"),
			...Array(2).fill("2024-02-22 REGISTER_EXTRACT"),
			...Array(2).fill("2024-02-29 COVER_LETTER"),
		],
	);
	assert.ok(owed.every((each) => each.status === "EXPECTED" && each.responsible === "municipality"));
	assert.deepEqual(await listed("asOf=2024-01-31"), []);
});

test("statistics and letters come in time: their steps are done with the second town's", async () => {
	for (const town of [RODEWISCH, LENGENFELD])
		for (const kind of ["MUNICIPAL_STATISTICS", "COVER_LETTER"]) {
			await receive(kind, town, "2024-02-19", { sheets: 2 });
			await check(kind, town, "2024-02-20");
		}
	for (const step of ["crime_statistics", "citizens_informed"]) {
		const done = { doneOn: "2024-02-20" };
		await suite.post(`/analyses/${analysis}/steps/${step}/complete`, done, { token });
	}
	const { of } = await plan("2024-02-20");
	assert.deepEqual([of("statistics").doneOn, of("cover_letter").doneOn], ["2024-02-19", "2024-02-19"]);
});

test("one town delivers in time; the other's extract is late, and it is told who is to act", async () => {
	const what = { records: 1500, referenceOn: "2024-02-01", sha256: "ab".repeat(32) };
	await receive("REGISTER_EXTRACT", RODEWISCH, "2024-02-20", what);
	await check("REGISTER_EXTRACT", RODEWISCH, "2024-02-21");
	const late = await listed("asOf=2024-03-01&overdue=true&kind=REGISTER_EXTRACT");
	assert.deepEqual(
		late.map(({ participants, daysOverdue, responsible }) => [...participants, daysOverdue, responsible]),
		[[LENGENFELD, 8, "municipality"]],
	);
	const { of } = await plan("2024-03-01");
	const step = of("register_extract");
	assert.deepEqual([step.delivered, step.deliveries, step.doneOn], [1, 2, ""]);
	assert.match(of("field_start").whyEn, /waits for "Register extract delivered", overdue for 8 days/);
});

test("what cannot be used is sent back, and expected again", async () => {
	await receive("REGISTER_EXTRACT", LENGENFELD, "2024-02-28");
	const fault = { rejectedOn: "2024-02-29", fault: "INCOMPLETE", remark: "Ein Ortsteil fehlt" };
	await record("reject", "REGISTER_EXTRACT", LENGENFELD, fault);
	const of = async (day) =>
		(await listed(`asOf=${day}&participant=${LENGENFELD}&kind=REGISTER_EXTRACT`))[0];
	assert.deepEqual([(await of("2024-02-28")).status, (await of("2024-02-28")).responsible], ["RECEIVED", "analyst"]);
	const again = await of("2024-03-01");
	assert.deepEqual([again.status, again.rejections, again.daysOverdue], ["EXPECTED", 1, 8]);
	assert.equal(again.rounds[0].remark, "Ein Ortsteil fehlt");
});

test("ten days late it comes: the step is done by itself, the dates move, and the plan says why", async () => {
	await receive("REGISTER_EXTRACT", LENGENFELD, "2024-03-03");
	const { facts } = await check("REGISTER_EXTRACT", LENGENFELD, "2024-03-05");
	assert.equal(facts.length, 2, "checked, and with it the milestone reached");
	const { expectedOn, of } = await plan("2024-03-05");
	assert.equal(of("register_extract").doneOn, "2024-03-03");
	assert.equal(of("presentation").firstDueOn, "2024-06-20");
	assert.equal(expectedOn, "2024-06-30");
	assert.equal(of("presentation").because, "register_extract");
	assert.match(of("presentation").whyDe, /22\. Februar 2024 .* 3\. März 2024 .* 10 Tage/);
	const one = `participant=${LENGENFELD}&kind=REGISTER_EXTRACT`;
	const [last] = await listed(`asOf=2024-03-05&status=CHECKED&${one}`);
	assert.deepEqual([last.daysLate, last.daysOverdue, last.responsible], [10, 0, ""]);
});

test("taken back, the extract is looked at again, and the dates are as they were", async () => {
	const { json } = await suite.get(`/analyses/${analysis}`, { token });
	for (const factId of [json.entries.at(-1).factId, json.entries.at(-2).factId]) {
		const reason = "Verwechslung";
		const reply = await suite.post(`/analyses/${analysis}/withdraw`, { factId, reason }, { token });
		assert.equal(reply.status, 201, reply.text);
	}
	assert.equal((await plan("2024-03-02")).of("register_extract").doneOn, "");
	assert.equal((await listed("status=RECEIVED")).length, 1);
	await check("REGISTER_EXTRACT", LENGENFELD, "2024-03-05");
	assert.equal((await plan("2024-03-05")).expectedOn, "2024-06-30");
});

test("each town sees what it owes itself, and only that", async () => {
	const own = await listed("asOf=2024-03-05", suite.token("municipality", [LENGENFELD]));
	assert.equal(own.length, 3);
	assert.ok(own.every(({ municipality }) => municipality.key === LENGENFELD));
	const { json } = await suite.get("/deliveries?limit=2", { token });
	assert.equal(json.items.length, 2);
	const rest = await suite.get(`/deliveries?limit=1000&cursor=${json.next}`, { token });
	assert.equal(rest.json.items.length, 4);
});

test("a register, persons or single answers are refused by type and by policy", async () => {
	const what = { receivedOn: "2024-03-06", deliveredBy: "coordinator", records: 40 };
	const rows = [{ vorname: "Mara", nachname: "Muster" }];
	const byType = await deliver("receive", "MUNICIPAL_STATISTICS", RODEWISCH, { ...what, rows });
	assert.equal(byType.status, 400, byType.text);
	assert.match(byType.text, /rows/);
	const columns = ["Ortsteil", "Nachname"];
	const byPolicy = await deliver("receive", "MUNICIPAL_STATISTICS", RODEWISCH, { ...what, columns });
	assert.equal(byPolicy.status, 422, byPolicy.text);
	assert.equal(byPolicy.json.violations[0].field, "columns[1]");
	const survey = { participant: RODEWISCH, surveyedOn: "2024-04-11", sample: 1000, returns: 400 };
	const path = `/analyses/${analysis}/surveys`;
	const answers = [{ id: 1, safe_at_night: "yes" }];
	assert.equal((await suite.post(path, { ...survey, answers }, { token })).status, 400);
	const source = { rows: 400, columns: ["Fragebogen", "f1"] };
	const indicators = [{ question: "safe_at_night", n: 380, sharePermille: 612 }];
	const single = await suite.post(path, { ...survey, indicators, source }, { token });
	assert.equal(single.json.violations[0].rule, "single_answers", single.text);
	assert.equal((await listed("status=RECEIVED")).length, 0, "and nothing was recorded");
});

test("what the plan does not ask for can be asked for by hand, with a day of its own", async () => {
	const wish = { kind: "COVER_LETTER", expectedOn: "2024-03-06", dueOn: "2024-03-20" };
	const path = `/analyses/${analysis}/deliveries`;
	assert.deepEqual((await suite.post(path, wish, { token })).json.facts, [], "it is expected already");
	const own = { municipalities: ["Auerbach/Vogtl."], kickedOffOn: "2023-02-01", procedure: "full_2021" };
	const other = (await suite.post("/analyses", own, { token })).json.id;
	const done = { doneOn: "2023-02-20" };
	await suite.post(`/analyses/${other}/steps/cover_letter/complete`, done, { token });
	const overdue = await suite.get(`/deliveries?analysisId=${other}&asOf=2023-03-10&overdue=true`, { token });
	assert.deepEqual(
		overdue.json.items.map(({ kind }) => kind),
		["MUNICIPAL_STATISTICS", "REGISTER_EXTRACT"],
		"nobody waits for a letter whose step was done without it",
	);
});

test("presented, it counts as one analysis and as two municipalities", async () => {
	const presented = { presentedOn: "2024-06-28" };
	const reply = await suite.post(`/analyses/${analysis}/present`, presented, { token });
	assert.equal(reply.status, 201, reply.text);
	const [fact] = reply.json.facts;
	for (const [day, more] of [
		["2024-06-27", 0],
		["2024-06-28", 1],
	]) {
		const now = await figures(day, fact);
		assert.equal(now.analyses, figuresBefore.analyses + more);
		assert.equal(now.municipalitiesAnalysed, figuresBefore.municipalitiesAnalysed + 2 * more);
	}
	assert.deepEqual(await listed("asOf=2024-07-01&overdue=true"), []);
});

test("the same from the command line, by the name of a town", async () => {
	const run = (...words) => suite.asskomm("analysis", ...words);
	await run("kick-off", "Klingenthal", "--on", "2025-02-03");
	const kind = ["--kind", "register-extract"];
	await run("delivery", "receive", "Klingenthal", ...kind, "--by", "coordinator", "--records", "900", "--on", "2025-02-20");
	await run("delivery", "reject", "Klingenthal", ...kind, "--fault", "incomplete", "--remark", "Ortsteil fehlt", "--on", "2025-02-21");
	const late = await run("delivery", "list", "Klingenthal", "--as-of", "2025-03-06", "--overdue");
	assert.match(late, /2025-02-24 +Klingenthal +register extract +expected +2025-02-20 +overdue by 10 days, 1 rejected +municipality +incomplete: Ortsteil fehlt/);
	await run("delivery", "receive", "Klingenthal", ...kind, "--by", "coordinator", "--records", "950", "--on", "2025-03-06");
	const checked = await run("delivery", "check", "Klingenthal", ...kind, "--on", "2025-03-07");
	assert.equal(checked.match(/fact /g).length, 2);
	assert.match(await run("plan", "Klingenthal", "--as-of", "2025-03-07"), /register_extract .*done, 10 days late/);
	const shown = await run("show", "Klingenthal");
	assert.match(shown, /AnalysisMilestoneReached +register_extract/);
	const [fact] = shown.match(/[0-9a-f-]{36}(?=\s*$)/);
	await run("withdraw", "Klingenthal", "--fact", fact, "--reason", "Verwechslung");
	assert.match(await run("list", "--town", "Klingenthal", "--status", "kicked-off"), /1 analysis$/m);
	await assert.rejects(run("delivery", "list", "Klingenthal", "zuviel"), /'zuviel' is too much/);
});
