// What somebody changed by hand in a table refuses the answers that need it, clearly and counted;
// no process ends for it, and everything else is answered as ever.
import { after, afterEach, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startSuite, until } from "../support/suite.mjs";

const run = promisify(execFile);
const TOWN = "14628160";
const UNREADABLE = 'asskomm_rows_unreadable_total{message="asskomm.';
let suite, auditor, adviser, pids;

before(async () => {
	suite = await startSuite({ historyUntil: "2023-08-08" });
	auditor = suite.token("auditor");
	adviser = suite.token("adviser", ["14628"]);
	pids = suite.names.map((name) => suite.pid(name));
});
after(() => suite?.stop());
afterEach(() => assert.deepEqual(suite.names.map((name) => suite.pid(name)), pids, "one has ended"));

// As the owner of the database, who alone can break what the services cannot.
async function sql(text) {
	const words = [suite.database, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text];
	return (await run("psql", words)).stdout.trim();
}

// The refusal names the field; the log names the column, and never the value.
async function refused(reply, service, message, field) {
	assert.equal(reply.status, 500, reply.text);
	assert.equal(reply.json.code, "INTERNAL");
	assert.deepEqual(reply.json.violations.map(({ field, rule }) => [field, rule]), [[field, "stored"]]);
	assert.ok((await suite.metric(service, `${UNREADABLE}${message}"}`)) > 0);
	const lines = suite.logOf(service).filter((line) => line.includes("a stored row cannot be read"));
	assert.ok(lines.some((line) => line.includes(message)), lines.join("\n"));
}

describe("a total that was falsified to less than nothing", () => {
	const where = "counter = 'agreements' and district = '14628'";
	const falsify = (n) => sql(`update monitor.standing set n = n + (${n}) where ${where}`);

	test("refuses the figures that need it, in both languages, and no others", async () => {
		await falsify(-1000);
		try {
			const path = "/figures?district=14628";
			const reply = await suite.get(path, { token: auditor });
			await refused(reply, "monitor", "monitor.v1.Figures", "agreements");
			assert.match(reply.json.detail, /what is stored about this cannot be read/);
			const german = await suite.get(path, { token: auditor, headers: { "Accept-Language": "de" } });
			assert.match(german.json.detail, /nicht lesbar/);
			const other = await suite.get("/figures?district=14612", { token: auditor });
			assert.equal(other.status, 200);
			const paragraph = await suite.get("/press-text", { token: auditor });
			assert.equal(paragraph.status, 500);
		} finally {
			await falsify(1000);
		}
		assert.equal((await suite.get("/figures?district=14628", { token: auditor })).status, 200);
	});

	test("is named by verify --figures, with what it should be", async () => {
		await falsify(-1000);
		const wrong = await suite.asskomm("verify", "--figures").catch((error) => error);
		await falsify(1000);
		assert.equal(wrong.code, 1, wrong.stderr);
		assert.match(wrong.stdout, /^[0-9-]{10} +14628 +agreements +\d+ +unreadable$/m);
		assert.match(wrong.stdout, /^wrong: \d+ of \d+ numbers/m);
		// what the edge keeps in memory holds until the next fact
		const body = { advisedOn: "2023-08-01" };
		const advice = await suite.post("/participants/14628110/advice", body, { token: adviser });
		assert.equal(advice.status, 201, advice.text);
		assert.match(await suite.asskomm("verify", "--figures"), /^right: /m);
	});
});

describe("a participant whose row was falsified", () => {
	const path = `/participants/${TOWN}`;
	const advice = (key) =>
		suite.post(`/participants/${key}/advice`, { advisedOn: "2023-08-01" }, { token: adviser });

	test("refuses what is read and what is recorded about it", async () => {
		const level = await sql(`select cooperation_level from registry.participant where id = '${TOWN}'`);
		assert.notEqual(level, "");
		await sql(`update registry.participant set cooperation_level = 'FRIENDLY' where id = '${TOWN}'`);
		const field = "cooperationLevel";
		const read = await suite.get(path, { token: adviser });
		await refused(read, "registry", "registry.v1.Participant", field);
		await refused(await advice(TOWN), "registry", "registry.v1.Participant", field);
		assert.equal((await advice("14628270")).status, 201);
		await sql(`update registry.participant set cooperation_level = '${level}' where id = '${TOWN}'`);
		assert.equal((await suite.get(path, { token: adviser })).status, 200);
		assert.equal((await advice(TOWN)).status, 201);
	});
});

describe("a plan with a day that is none", () => {
	test("refuses the plan, which is reckoned from it", async () => {
		const id = await sql("select id from analysis.security_analysis limit 1");
		assert.notEqual(id, "");
		const plan = await sql(`select plan from analysis.security_analysis where id = '${id}'`);
		const falsified = plan.replace(/"(\w*[dD]ue_?[oO]n)": *"[^"]+"/g, '"$1": "soon"');
		assert.notEqual(falsified, plan);
		await sql(`update analysis.security_analysis set plan = $$${falsified}$$ where id = '${id}'`);
		const reply = await suite.get(`/analyses/${id}/plan`, { token: auditor });
		await refused(reply, "analysis", "analysis.v1.PlanFacts", "analysis");
		await sql(`update analysis.security_analysis set plan = $$${plan}$$ where id = '${id}'`);
	});
});

describe("a fact that was falsified in the ledger", () => {
	test("holds the monitor, which says so, until it is whole again", async () => {
		suite.pause("ledger");
		const reply = await suite.post(
			"/participants/14628380/advice", { advisedOn: "2023-08-02" }, { token: adviser });
		assert.equal(reply.status, 201, reply.text);
		const fact = reply.json.facts.at(-1);
		const header = await sql(`select header from ledger.pending where fact_id = '${fact}'`);
		await sql(`update ledger.pending set header = '\\x0a03736f6f' where fact_id = '${fact}'`);
		suite.resume("ledger");
		for (const name of ["monitor", "notifications"]) {
			await until(async () => !(await suite.isReady(name)), `${name} to wait`);
			assert.match(suite.whyNot, /a fact of the ledger cannot be read: number \d+, /);
		}
		await sql(`update ledger.event set header = '${header}' where fact_id = '${fact}'`);
		for (const name of ["monitor", "notifications"]) await suite.ready(name);
		const figures = await suite.get(`/figures?afterFact=${fact}`, { token: auditor });
		assert.equal(figures.status, 200, figures.text);
	});
});
