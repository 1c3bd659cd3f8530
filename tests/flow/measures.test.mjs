// What an analysis found, and the measures that follow from it: decided, late, done, judged; each
// list as of any day, each role what is its own.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { startSuite, until } from "../support/suite.mjs";

let suite;
let token;
let analysis;
let finding;
let measure;

const list = (name) =>
	JSON.parse(
		readFileSync(new URL(`../../services/registry/codes/${name}.json`, import.meta.url)),
	);
const record = async (path, body, as = token) => {
	const reply = await suite.post(path, body, { token: as });
	assert.equal(reply.status, 201, `${path}: ${reply.text}`);
	return reply.json;
};
const listed = async (query, as = token) => {
	const reply = await suite.get(`/measures?${query}`, { token: as });
	assert.equal(reply.status, 200, reply.text);
	return reply.json.items;
};

before(async () => {
	suite = await startSuite();
	token = suite.token("adviser", ["14523"]);
	for (const name of ["action_fields", "contact_roles"]) {
		const operator = suite.token("operator");
		const reply = await suite.call("PUT", `/code-lists/${name}`, { token: operator, body: list(name) });
		assert.equal(reply.status, 200, reply.text);
	}
	const wish = { municipalities: ["Rodewisch", "Lengenfeld"], kickedOffOn: "2024-02-01" };
	analysis = (await record("/analyses", wish)).id;
});
after(() => suite?.stop());

test("an action field that the list does not have is refused, and what it is not", async () => {
	const body = { foundOn: "2024-06-20", actionField: "litering", summary: "Müll am Bahnhof" };
	const refused = await suite.post(`/analyses/${analysis}/findings`, body, { token });
	assert.equal(refused.status, 422, refused.text);
	assert.equal(refused.json.violations[0].field, "actionField");
	const recommendations = [{ code: "lighting", text: "Wege beleuchten" }];
	const found = { ...body, actionField: "littering", recommendations };
	finding = (await record(`/analyses/${analysis}/findings`, found)).id;
	const { json } = await suite.get(`/findings?actionField=littering&district=14523`, { token });
	assert.deepEqual(
		json.items.map(({ id }) => id),
		[finding],
	);
});

test("a measure of one town answers a recommendation", async () => {
	const wish = {
		decidedOn: "2024-07-01",
		title: "Beleuchtung am Bahnhof",
		actionField: "littering",
		ownerRole: "public_order_office",
		ownerOrganisation: "14523360",
		dueOn: "2024-12-31",
		findingId: finding,
		participants: ["14523360"],
	};
	const path = `/analyses/${analysis}/measures`;
	const refused = await suite.post(path, { ...wish, recommendation: "cameras" }, { token });
	assert.equal(refused.status, 422, refused.text);
	const foreign = await suite.post(path, { ...wish, participants: ["14628160"] }, { token });
	assert.equal(foreign.json.violations?.[0].field, "participants[0]", foreign.text);
	measure = (await record(path, { ...wish, recommendation: "lighting" })).id;
	const { json } = await suite.get(`/measures/${measure}`, { token });
	assert.deepEqual(json.participants, ["14523360"]);
	assert.equal(json.status, "PLANNED");
});

test("the town sees to its own measure; the other town does not see it", async () => {
	const own = suite.token("municipality", ["14523360"]);
	const other = suite.token("municipality", ["14523170"]);
	const start = `/measures/${measure}/start`;
	assert.equal((await suite.post(start, { startedOn: "2024-08-01" }, { token: other })).status, 404);
	await record(start, { startedOn: "2024-08-01" }, own);
	const drop = { droppedOn: "2024-09-01", reason: "x" };
	const refused = await suite.post(`/measures/${measure}/drop`, drop, { token: own });
	assert.equal(refused.status, 403);
	assert.deepEqual(await listed("", other), []);
});

test("a new due date holds from the day of the change on; what is late is listed", async () => {
	const change = { changedOn: "2024-12-01", dueOn: "2025-03-31", reason: "Lieferung verzögert" };
	await record(`/measures/${measure}/due-date`, change);
	const [before] = await listed("asOf=2024-11-30");
	assert.equal(before.dueOn, "2024-12-31");
	assert.equal(before.status, "RUNNING");
	assert.deepEqual(await listed("asOf=2025-03-31&overdue=true"), []);
	const [late] = await listed("asOf=2025-04-10&overdue=true&district=14523");
	assert.deepEqual([late.id, late.daysOverdue, late.dueChanges], [measure, 10, 1]);
});

test("the pipeline has it as a case: how far, how late, and who is to act", async () => {
	const { entries } = (await suite.get(`/measures/${measure}`, { token })).json;
	const after = `afterFact=${entries[entries.length - 1].factId}`;
	const inPipeline = async (day) =>
		(await suite.get(`/pipeline/items?asOf=${day}&track=measure&${after}`, { token })).json.items.map(
			({ unit, stage, stalled, overdue, reasons, nextDueOn }) => [
				unit, stage, nextDueOn, stalled, overdue,
				...reasons.map(({ obstacle, who, days }) => `${obstacle} ${who} ${days}`),
			],
		);
	assert.deepEqual(await inPipeline("2024-07-31"), [
		[measure, "planned", "2024-12-31", false, false],
	]);
	assert.deepEqual(await inPipeline("2025-04-10"), [
		[measure, "running", "", false, true, "DEADLINE_PASSED public_order_office 10"],
	]);
	// 180 days without anything on it, since its due date was changed
	assert.deepEqual(await inPipeline("2025-05-31"), [
		[measure, "running", "", true, true, "NO_ACTIVITY public_order_office 1",
			"DEADLINE_PASSED public_order_office 61"],
	]);
	const [row] = (await suite.get(`/pipeline?asOf=2025-04-10&district=14523`, { token })).json.items;
	const cell = row.cells.find(({ track }) => track === "measure");
	assert.deepEqual(cell, { track: "measure", stage: "running", count: 1, overdue: 1, stalled: 0, held: 1 });
	const log = await suite.get("/pipeline/events.xes?track=measure&asOf=2025-04-10", { token });
	assert.match(log.text, /"concept:name" value="running"/);
	const { cases } = (await suite.get("/participants/14523360/dossier", { token })).json;
	assert.ok(cases.some(({ unit, track }) => unit === measure && track === "measure"));
});

test("done and judged; taken back, it runs again", async () => {
	const finished = await record(`/measures/${measure}/finish`, { finishedOn: "2025-04-20" });
	assert.deepEqual(await listed("asOf=2025-05-01&overdue=true"), []);
	const [done] = await listed("asOf=2025-05-01&status=DONE&actionField=littering");
	assert.equal(done.finishedOn, "2025-04-20");
	const judged = { evaluatedOn: "2025-06-01", result: "EFFECTIVE", method: "survey" };
	const { facts } = await record(`/measures/${measure}/evaluate`, judged);
	for (const factId of [facts[0], finished.facts[0]])
		await record(`/measures/${measure}/withdraw`, { factId, reason: "Verwechslung" });
	const { json } = await suite.get(`/measures/${measure}`, { token });
	assert.deepEqual([json.status, json.finishedOn, json.evaluations], ["RUNNING", "", []]);
});

test("a survey comes as sums; single answers are refused by type and by policy", async () => {
	const path = `/analyses/${analysis}/surveys`;
	const indicators = [
		{ question: "safe_at_night", n: 380, sharePermille: 612 },
		{ question: "victim", n: 3, sharePermille: 333 },
	];
	const sums = { participant: "14523360", surveyedOn: "2024-04-11", sample: 1000, returns: 400 };
	const byType = { ...sums, answers: [{ id: 1, safe_at_night: "yes" }] };
	const unknown = await suite.post(path, byType, { token });
	assert.equal(unknown.status, 400, unknown.text);
	assert.match(unknown.text, /answers/);
	const source = { fileName: "ruecklauf.csv", rows: 400, columns: ["Fragebogen", "f1"] };
	const refused = await suite.post(path, { ...sums, indicators, source }, { token });
	assert.equal(refused.status, 422, refused.text);
	assert.equal(refused.json.violations[0].rule, "single_answers");
	await record(path, { ...sums, indicators });
	const { json } = await suite.get(path, { token: suite.token("municipality", ["14523360"]) });
	const [survey] = json.items;
	assert.equal(survey.responsePermille, 400);
	assert.deepEqual([survey.indicators[1].suppressed, survey.indicators[1].n], [true, 0]);
	const other = await suite.get(path, { token: suite.token("municipality", ["14523170"]) });
	assert.deepEqual(other.json.items, []);
});

test("the lists that nobody maintains yet are loaded, those that are there stay", async () => {
	const before = await suite.settled(); // what was done before may not have its number yet
	const first = await suite.asskomm("codes", "import");
	assert.match(first, /^organisation_kinds: now version 1$/m);
	assert.match(first, /^code lists: 13 built in, 11 loaded now$/m);
	await until(async () => (await suite.head()) === before + 11, "a fact for each list");
});

test("the same from the command line", async () => {
	const run = (...words) => suite.asskomm("analysis", ...words);
	const [finding] = (await run("finding", "record", "Rodewisch", "--field", "graffiti", "--summary", "Bahnhof",
		"--recommend", "clean:Reinigen", "--on", "2024-06-20")).match(/[0-9a-f-]{36}/);
	assert.match(await run("finding", "list", "Rodewisch", "--field", "graffiti"), /graffiti.*Bahnhof/);
	const shown = await run("finding", "show", finding);
	assert.match(shown, /clean +Reinigen/);
	const [measure] = (await run("measure", "decide", "Rodewisch", "--title", "Reinigung", "--field", "graffiti",
		"--role", "mayor", "--organisation", "14523360", "--due", "2024-09-01", "--finding", finding,
		"--recommendation", "clean", "--on", "2024-07-01")).match(/[0-9a-f-]{36}/);
	await run("measure", "start", measure, "--on", "2024-07-02");
	await run("measure", "due-date", measure, "--due", "2024-10-01", "--reason", "Urlaub", "--on", "2024-08-01");
	const late = await run("measure", "list", "Rodewisch", "--overdue", "--as-of", "2024-10-11");
	assert.match(late, /2024-10-01 +running +overdue by 10 days, was 2024-09-01 .*Reinigung/);
	assert.match(late, /1 measure, 1 of them overdue/);
	await run("measure", "finish", measure, "--on", "2024-10-12");
	await run("measure", "evaluate", measure, "--result", "partly-effective", "--method", "expert", "--on", "2024-12-01");
	const judged = await run("measure", "show", measure);
	assert.match(judged, /judged on 2024-12-01 +partly effective \(expert\)/);
	const [fact] = judged.match(/[0-9a-f-]{36}(?=\s*$)/);
	await run("measure", "withdraw", measure, "--fact", fact, "--reason", "Verwechslung");
	await run("finding", "correct", finding, "--field", "graffiti", "--summary", "Markt", "--on", "2024-06-20");
	assert.match(await run("finding", "list"), /Markt/);
	await run("survey", "record", "Lengenfeld", "--sample", "1000", "--returns", "400", "--on", "2024-04-11",
		"--share", "safe_at_night:380:612", "--mean", "satisfaction/age_60:120:3412");
	const sums = await run("survey", "list", "Lengenfeld");
	assert.match(sums, /400 of 1000 came back \(40\.0 %\)/);
	assert.match(sums, /safe_at_night +380 +61\.2 %/);
	assert.match(sums, /satisfaction +age_60 +120 +3\.412/);
});

// What the command line said, whatever it thinks of the file.
async function load(lines, ...options) {
	const path = suite.path("survey.csv");
	writeFileSync(path, lines.join("\n"));
	try {
		return JSON.parse(await suite.asskomm("import", "survey", path, "--json", ...options));
	} catch (error) {
		if (!error.stdout) throw error;
		return { code: error.code, ...JSON.parse(error.stdout) };
	}
}

test("a survey from a file: tried, all or nothing, and once", async () => {
	const head = "municipality;surveyed_on;sample;returns;question;cell;n;share_percent;mean";
	const sums = [
		head,
		"14523360;2024-04-11;1000;400;safe_at_night;;380;61,2;",
		"14523360;2024-04-11;1000;400;safe_at_night;age_60;120;48,5;",
		"14523360;2024-04-11;1000;400;satisfaction;;390;;3.412",
	];
	const { json: before } = await suite.get(`/analyses/${analysis}/surveys`, { token });
	const tried = await load(sums, "--dry-run");
	assert.deepEqual(tried, { lines: 3, changes: 3, applied: false, errors: [] });
	assert.deepEqual((await suite.get(`/analyses/${analysis}/surveys`, { token })).json, before);
	const faults = await load([...sums.slice(0, 3), "14523360;2024-04-11;1000;400;victim;;401;10;"]);
	assert.equal(faults.code, 1);
	assert.deepEqual(
		faults.errors.map(({ line, column, name }) => [line, column, name]),
		[[4, 7, "n"]],
	);
	assert.equal((await load(sums)).changes, 3);
	assert.equal((await load(sums)).changes, 0, "the same again sends nothing");
	const { json } = await suite.get(`/analyses/${analysis}/surveys`, { token });
	const survey = json.items.find(({ participants }) => participants[0] === "14523360");
	assert.deepEqual(
		survey.indicators.map(({ n, sharePermille, meanThousandths }) => [n, sharePermille, meanThousandths]),
		[
			[380, 612, 0],
			[120, 485, 0],
			[390, 0, 3412],
		],
	);
	const named = await load([head, "14628160;2024-04-11;1000;400;safe;;380;61.2;"], "--analysis", analysis);
	assert.deepEqual([named.errors[0].line, named.errors[0].name], [2, "municipality"]);
	const nowhere = await load([head, "14628160;2024-04-11;1000;400;safe;;380;61.2;"]);
	assert.match(nowhere.errors[0].message, /has no analysis/);
});

test("a file of single answers is refused before anything is sent", async () => {
	const answers = await load(["Fragebogen;f1;f2", "1;ja;nein", "2;nein;nein"]);
	assert.equal(answers.code, 1);
	assert.match(answers.errors[0].message, /single answers: they never come here, and nothing was sent/);
});
