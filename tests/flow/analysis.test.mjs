// J5: one analysis of two towns, planned by a procedure; what comes late moves what hangs on it, and
// the plan says why. Moving to another revision is previewed first.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { startSuite } from "../support/suite.mjs";

const PROCEDURE = JSON.parse(
	readFileSync(new URL("../../services/analysis/procedures/full_2021.json", import.meta.url)),
);
const TOWNS = ["Rodewisch", "Lengenfeld"];
let suite;
let token;
let operator;
let analysis;

const put = (name, body) =>
	suite.call("PUT", `/procedures/${name}`, { token: operator, body });
const done = (step, doneOn) =>
	suite.post(`/analyses/${analysis}/steps/${step}/complete`, { doneOn }, { token });
const plan = async (query = "") => {
	const reply = await suite.get(`/analyses/${analysis}/plan${query}`, { token });
	assert.equal(reply.status, 200, reply.text);
	return { ...reply.json, of: (code) => reply.json.steps.find(({ step }) => step === code) };
};

before(async () => {
	suite = await startSuite();
	token = suite.token("adviser", ["14523"]);
	operator = suite.token("operator", ["*"]);
	for (const name of ["full_2021", "modular_2024", "beccaria", "ctc"]) {
		const file = new URL(`../../services/analysis/procedures/${name}.json`, import.meta.url);
		const body = JSON.parse(readFileSync(file));
		const reply = await put(name, body);
		assert.equal(reply.status, 200, `${name}: ${reply.text}`);
	}
});
after(() => suite?.stop());

test("kicked off on 2024-02-01, the presentation is planned for 2024-06-20", async () => {
	const wish = { municipalities: TOWNS, kickedOffOn: "2024-02-01" };
	const reply = await suite.post("/analyses", wish, { token });
	assert.equal(reply.status, 201, reply.text);
	analysis = reply.json.id;
	const { expectedOn, procedure, of } = await plan("?asOf=2024-02-01");
	assert.equal(procedure, "full_2021");
	assert.equal(expectedOn, "2024-06-20");
	assert.equal(of("field_start").dueOn, "2024-03-07");
});

test("the register extract comes ten days late: the dates move and the plan says why", async () => {
	const reply = await done("register_extract", "2024-03-03");
	assert.equal(reply.status, 201, reply.text);
	const { expectedOn, of } = await plan("?asOf=2024-03-03");
	assert.equal(expectedOn, "2024-06-30");
	assert.equal(of("presentation").firstDueOn, "2024-06-20");
	assert.equal(of("presentation").because, "register_extract");
	assert.match(of("presentation").whyDe, /22\. Februar 2024 .* 3\. März 2024 .* 10 Tage/);
	assert.equal((await plan("?asOf=2024-02-20")).expectedOn, "2024-06-20");
});

test("it counts as one analysis, and as two municipalities, from its presentation on", async () => {
	const presented = await suite.post(
		`/analyses/${analysis}/present`,
		{ presentedOn: "2024-06-28" },
		{ token },
	);
	assert.equal(presented.status, 201, presented.text);
	const [fact] = presented.json.facts;
	for (const [day, analyses, municipalitiesAnalysed] of [
		["2024-06-27", 0, 0],
		["2024-06-28", 1, 2],
	]) {
		const figures = (await suite.get(`/figures?asOf=${day}&afterFact=${fact}`, { token })).json;
		assert.equal(figures.analyses, analyses);
		assert.equal(figures.municipalitiesAnalysed, municipalitiesAnalysed);
	}
	const listed = await suite.get("/analyses?status=PRESENTED&district=14523", { token });
	assert.deepEqual(
		listed.json.items.map(({ id }) => id),
		[analysis],
	);
	const before = await suite.get("/analyses?asOf=2024-06-27", { token });
	assert.equal(before.json.items[0].status, "KICKED_OFF");
});

test("a running analysis keeps its revision until it is moved on purpose", async () => {
	const wish = { municipalities: ["Auerbach/Vogtl."], kickedOffOn: "2024-02-01" };
	analysis = (await suite.post("/analyses", wish, { token })).json.id;
	const steps = PROCEDURE.steps.map((step) =>
		step.code === "final_report"
			? { ...step, after: [{ follows: "draft_report", offset: 6, unit: "WEEKS" }] }
			: step,
	);
	const body = { ...PROCEDURE, steps };
	assert.equal((await put("full_2021", body)).json.version, 2);
	assert.equal((await plan("?asOf=2024-02-01")).expectedOn, "2024-06-20");
	const preview = await suite.get(`/analyses/${analysis}/revision`, { token });
	assert.deepEqual(
		preview.json.moves.find(({ step }) => step === "presentation"),
		{ step: "presentation", from: "2024-06-20", to: "2024-07-18" },
	);
	assert.equal((await plan("?asOf=2024-02-01")).revision, 1, "a preview changes nothing");
	const moved = await suite.post(`/analyses/${analysis}/revision`, { revision: 2 }, { token });
	assert.equal(moved.status, 201, moved.text);
	assert.equal((await plan("?asOf=2024-02-01")).expectedOn, "2024-07-18");
	const again = await put("full_2021", body);
	assert.deepEqual(again.json.facts, []);
});

test("the same from the command line, by the name of a town", async () => {
	await suite.asskomm("analysis", "kick-off", "Klingenthal", "--on", "2024-02-01");
	await suite.asskomm("analysis", "complete", "Klingenthal", "register_extract", "--on", "2024-03-03");
	const printed = await suite.asskomm("analysis", "plan", "Klingenthal", "--as-of", "2024-03-03");
	assert.match(printed, /full_2021, revision 2, kicked off on 2024-02-01/);
	assert.match(printed, /register_extract .* done, 10 days late/);
	assert.match(printed, /field_start .* open, was 2024-03-07 +"Register extract delivered" was due on/);
	assert.match(await suite.asskomm("analysis", "list", "--district", "14523"), /Klingenthal/);
	assert.match(await suite.asskomm("analysis", "preview", "Klingenthal", "1"), /steps would/);
	const again = await suite.asskomm("analysis", "load");
	assert.match(again, /4 built in, 0 loaded now/);
	const cases = await suite.asskomm("pipeline", "--as-of", "2024-03-12", "--district", "14523");
	assert.match(cases, /Klingenthal .*statistics overdue by 19 days → municipality/);
});
