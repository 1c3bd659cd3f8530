// The command line against the running suite: imports, reports, signing, following and proving, with
// the exit codes that scripts rely on. What is broken here is broken on purpose, in the database.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { AUDIENCE, BUILD, ISSUER, startSuite, until } from "../support/suite.mjs";

const PROGRAM = join(BUILD, "bin", "asskomm");
const run = promisify(execFile);
let suite;

// Everything but notifications: nobody is told here.
const services = ["ledger", "registry", "coaching", "analysis", "funding", "monitor", "gateway"];

before(async () => (suite = await startSuite({ services, historyUntil: "2023-08-08" })));
after(() => suite?.stop());

const environment = (more = {}) => ({
	PATH: process.env.PATH,
	LANG: "C.UTF-8",
	ASSKOMM_URL: suite.url,
	ASSKOMM_KEYS: suite.path("keys"),
	ASSKOMM_TOKEN_ISSUER: ISSUER,
	ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
	...more,
});

// Runs the program: its exit code and what it printed.
async function asskomm(words, more) {
	const options = { env: environment(more), maxBuffer: 64 * 1024 * 1024 };
	try {
		return { code: 0, ...(await run(PROGRAM, words, options)) };
	} catch (error) {
		if (typeof error.code !== "number") throw error;
		return { code: error.code, stdout: error.stdout, stderr: error.stderr };
	}
}

// Statements as the owner of the database, who alone can break what the services cannot.
async function sql(text) {
	const { stdout } = await run("psql", [suite.database, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text]);
	return stdout.trim();
}

// The figure of that label in the table of a report.
const figure = (text, label) =>
	Number(text.match(new RegExp(`^${label} +([0-9 .]+)$`, "m"))?.[1].replaceAll(" ", ""));

describe("usage", () => {
	test("every command teaches itself, and a wrong one is 2", async () => {
		const overview = await asskomm(["--help"]);
		const names = [...overview.stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
		assert.ok(names.length >= 12, String(names));
		for (const name of names) {
			const manual = await asskomm([name, "--help"]);
			assert.equal(manual.code, 0, name);
			for (const word of ["usage: asskomm", "example:", "exit codes:"])
				assert.ok(manual.stdout.includes(word), `${name}: ${word}`);
			assert.equal((await asskomm([name, "--no-such-option"])).code, 2, name);
		}
		assert.equal((await asskomm(["nothing"])).code, 2);
		assert.equal((await asskomm([])).code, 2);
		assert.equal((await asskomm(["report", "--as-of", "2023-02-30"])).code, 2);
	});

	test("nobody there is 3, no token is 1 and says so", async () => {
		const lost = await asskomm(["report"], { ASSKOMM_URL: "http://127.0.0.1:1" });
		assert.equal(lost.code, 3);
		assert.match(lost.stderr, /not reachable/);
		const nobody = await asskomm(["report"], { ASSKOMM_KEYS: "/nowhere" });
		assert.equal(nobody.code, 1);
		assert.match(nobody.stderr, /401 UNAUTHENTICATED[\s\S]*--token/);
	});
});

describe("import", () => {
	test("what was imported before changes nothing", async () => {
		const head = await suite.head();
		assert.equal((await asskomm(["import", "territory"])).code, 0);
		const again = await asskomm(["import", "history", "--until", "2023-08-08"]);
		assert.equal(again.code, 0, again.stderr);
		assert.match(again.stdout, /^history: \d+ commands until 2023-08-08$/m);
		assert.equal(await suite.head(), head);
	});

	test("a refused line is named with the problem", async () => {
		const file = suite.path("bad.jsonl");
		const line = { recordedOn: "2001-01-01", provenance: "SYNTHETIC", citation: "" };
		writeFileSync(file, `${JSON.stringify({ ...line, post: "/councils", body: { participant: "14612000" } })}\n`);
		const refused = await asskomm(["import", "history", "--file", file]);
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /INVALID[\s\S]*constitutedOn[\s\S]*line 1, recorded on 2001-01-01: POST \/councils/);
	});

	test("only an operator may", async () => {
		const refused = await asskomm(["import", "territory", "--token", suite.token("adviser", ["14"])]);
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /403 FORBIDDEN/);
	});
});

describe("an import that is interrupted", () => {
	let fresh;
	before(async () => (fresh = await startSuite({ services })));
	after(() => fresh?.stop());

	test("goes on where it was, through a killed program and a killed service", async () => {
		const own = { ASSKOMM_URL: fresh.url, ASSKOMM_KEYS: fresh.path("keys") };
		const history = ["import", "history", "--until", "2023-08-08"];
		const child = spawn(PROGRAM, history, { env: environment(own), stdio: "ignore" });
		await until(async () => (await fresh.head()) > 150, "the first facts");
		child.kill("SIGKILL");
		await once(child, "exit");
		assert.ok((await fresh.head()) < (await suite.head()), "it was interrupted");

		const resumed = asskomm(history, own);
		await until(async () => (await fresh.head()) > 300, "more facts");
		await fresh.kill("registry");
		const { code, stderr } = await resumed;
		assert.equal(code, 0, stderr);
		await until(async () => (await fresh.head()) === (await suite.head()), "the same facts as in one go");
		assert.equal((await asskomm(["verify"], own)).code, 0);
		assert.equal((await asskomm(["verify", "--figures"], own)).code, 0);
	});
});

describe("report and figures", () => {
	test("the published totals of the day before Heidenau", async () => {
		const { code, stdout } = await asskomm(["report", "--as-of", "2023-08-08"]);
		assert.equal(code, 0);
		assert.match(stdout, /ASSKomm/);
		const totals = { "agreements in force": 52, "coachings set going": 47, "analyses presented": 25 };
		Object.assign(totals, { "prevention councils": 34, "closely cooperating": 64, advised: 143 });
		for (const [label, n] of Object.entries(totals)) assert.equal(figure(stdout, label), n, label);
	});

	test("a district, its facts, and JSON as the suite answers it", async () => {
		const district = ["--as-of", "2023-08-08", "--district", "14628"];
		const { stdout } = await asskomm(["figures", ...district]);
		assert.equal(figure(stdout, "agreements in force"), 5);
		const facts = await asskomm(["figures", ...district, "--facts", "agreements"]);
		assert.match(facts.stdout, /^5 facts/m);
		const json = JSON.parse((await asskomm(["figures", ...district, "--json"])).stdout);
		assert.equal(json.agreements, 5);
		const unknown = await asskomm(["figures", "--facts", "nothing"]);
		assert.equal(unknown.code, 2);
	});
});

describe("follow", () => {
	// Starts following; `lines` grows, `end()` is Ctrl-C and gives what went to stderr.
	function follow(...words) {
		const child = spawn(PROGRAM, ["follow", "--json", ...words], { env: environment() });
		const lines = [];
		let errors = "";
		createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
		child.stderr.on("data", (data) => (errors += data));
		const end = async () => {
			child.kill("SIGINT");
			const [code] = await once(child, "close");
			return { code, errors };
		};
		return { lines, end };
	}

	test("all facts in order, through a restart of the gateway, and resumed without a gap", async () => {
		const state = suite.path("follow.state");
		const head = await suite.head();
		const first = follow("--after", "0", "--state", state);
		await until(() => first.lines.length === head, "all facts");
		assert.deepEqual(first.lines.map((line) => Number(line.seq)), Array.from({ length: head }, (_, i) => i + 1));
		await suite.kill("gateway");
		await suite.ready("gateway");
		const advice = { advisedOn: "2023-08-08", topic: "Nachsorge" };
		const advised = await suite.post("/participants/14612000/advice", advice, { token: suite.token("adviser", ["14"]) });
		assert.equal(advised.status, 201, advised.text);
		await until(() => first.lines.length === head + 1, "the new fact");
		assert.match(first.lines.at(-1).type, /ParticipantAdvised$/);
		assert.equal(first.lines.at(-1).fact.topic, "Nachsorge");
		const ended = await first.end();
		assert.equal(ended.code, 0);
		assert.match(ended.errors, new RegExp(`stopped after fact ${head + 1}`));
		assert.match(readFileSync(state, "utf8"), new RegExp(`^${head + 1} `));

		const second = follow("--state", state);
		await suite.post("/participants/14612000/advice", { ...advice, topic: "Anfang" }, { token: suite.token("adviser", ["14"]) });
		await until(() => second.lines.length > 0, "the next fact");
		assert.equal(Number(second.lines[0].seq), head + 2);
		assert.equal((await second.end()).code, 0);
	});
});

describe("sign", () => {
	test("the short form signs Heidenau once, however often it is said", async () => {
		const head = await suite.head();
		const first = await asskomm(["sign", "14628160", "--on", "2023-08-09"]);
		assert.equal(first.code, 0, first.stderr);
		assert.match(first.stdout, /^agreement [0-9a-f-]{36}, 1 accession$/m);
		const again = await asskomm(["sign", "14628160", "--on", "2023-08-09"]);
		assert.equal(again.stdout, first.stdout);
		await until(async () => (await suite.head()) === head + 1, "one fact");
		const fact = first.stdout.match(/fact ([0-9a-f-]{36})/)[1];
		const figures = await suite.get(`/figures?asOf=2023-08-09&afterFact=${fact}`, { token: suite.token("auditor") });
		assert.equal(figures.json.agreements, 53);
	});

	test("it is refused in the language of the environment", async () => {
		const tomorrow = ["sign", "Heidenau", "--on", "2999-01-01"];
		const german = /^abgelehnt: .*\(422 REFUSED\)\n.*Bitte geben Sie einen Tag an/;
		const english = /^refused: .*\(422 REFUSED\)\n.*Give a day that is not after today/;
		for (const [more, expected] of [
			[{ LANG: "de_DE.UTF-8" }, german],
			[{ LANG: "de" }, german],
			[{ LANG: "", LC_MESSAGES: "de_AT@euro" }, german],
			[{ LANG: "de_DE.UTF-8", LC_ALL: "C.UTF-8" }, english],
			[{ LANG: "den_CA" }, english],
			[{ LANG: "" }, english],
		]) {
			const refused = await asskomm(tomorrow, more);
			assert.equal(refused.code, 1);
			assert.match(refused.stderr, expected, JSON.stringify(more));
		}
	});

	test("an ambiguous name prints its candidates", async () => {
		const refused = await asskomm(["sign", "Auerbach", "--on", "2023-08-09"]);
		assert.equal(refused.code, 1);
		assert.match(refused.stderr, /accessions\[0\]/);
		assert.match(refused.stderr, /14523020/);
		assert.match(refused.stderr, /14521040/);
	});
});

describe("search", () => {
	test("forgives, and says when there is nothing", async () => {
		const found = await asskomm(["search", "heidnau"]);
		assert.equal(found.code, 0, found.stderr);
		assert.match(found.stdout, /^kind +key or id[^\n]*\nmunicipality +14628160 +Heidenau +14628$/m);
		const both = await asskomm(["search", "--json", "Annaberg", "Bucholz", "--kind", "municipality", "--limit", "1"]);
		assert.deepEqual(JSON.parse(both.stdout).items.map(({ id }) => id), ["14521020"]);
		const nothing = await asskomm(["search", "qqqqqqq"]);
		assert.equal(nothing.code, 1);
		assert.match(nothing.stderr, /nothing is called that/);
		assert.equal((await asskomm(["search"])).code, 2);
		assert.match((await asskomm(["search", "x".repeat(10_000)])).stderr, /Give at most 200 characters/);
	});
});

describe("codes", () => {
	const fields = { titleDe: "Farben", titleEn: "Colours", statusDate: "2023-01-01" };
	const red = { code: "red", labelDe: "Rot", labelEn: "Red" };
	const blue = { code: "blue", labelDe: "Blau", labelEn: "Blue", validFrom: "2023-01-01" };
	const write = (...codes) => {
		const file = suite.path("colours.json");
		writeFileSync(file, JSON.stringify({ ...fields, codes }));
		return file;
	};

	test("what is built in comes in once, and stays as somebody changed it", async () => {
		const listed = (await asskomm(["codes"])).stdout;
		assert.match(listed, /^action_fields +\d+ /m, "they came with the history, which uses them");
		assert.equal((await asskomm(["codes", "import"])).stdout, "code lists: 13 built in, 0 loaded now\n");
		assert.match((await asskomm(["codes", "import", "size_classes"])).stdout, /^size_classes: it was so before, version 1$/m);
	});

	test("an action field that the list does not have is refused", async () => {
		const refused = await suite.post("/agreements", {
			accessions: ["14612000"],
			signedOn: "2023-01-01",
			mode: "IN_PERSON",
			signatories: [{ role: "lord_mayor", organisation: "14612000" }],
			actionFields: ["littering", "truancy"],
		}, { token: suite.token("adviser", ["14"]) });
		assert.equal(refused.status, 422, refused.text);
		assert.equal(refused.json.violations[0].field, "actionFields[1]");
	});

	test("a list is rehearsed, imported, exported, ended in part and brought back", async () => {
		const importing = (file, ...more) => asskomm(["codes", "import", "colours", file, ...more]);
		assert.match((await importing(write(red), "--dry-run")).stdout, /nothing was saved; it would be version 1/);
		assert.equal((await asskomm(["codes", "export", "colours"])).code, 1);
		assert.match((await importing(write(red))).stdout, /now version 1/);
		assert.match((await importing(write(red, blue))).stdout, /now version 2/);
		const gone = await importing(write(blue));
		assert.equal(gone.code, 1);
		assert.match(gone.stderr, /red may have been used: end it with validUntil/);
		const ended = { ...red, validUntil: "2023-06-01" };
		assert.match((await importing(write(ended, blue))).stdout, /now version 3/);
		assert.match((await importing(write(red, blue))).stdout, /now version 4/);
		assert.match((await importing(write(ended, blue))).stdout, /now version 5/);
		const exported = await asskomm(["codes", "export", "colours"]);
		assert.deepEqual(JSON.parse(exported.stdout), { ...fields, codes: [ended, blue] });
		writeFileSync(suite.path("again.json"), exported.stdout);
		assert.match((await importing(suite.path("again.json"))).stdout, /it was so before, version 5/);
		const codesOn = async (day) =>
			JSON.parse((await asskomm(["codes", "list", "colours", "--as-of", day, "--json"])).stdout).codes.map(({ code }) => code);
		assert.deepEqual(await codesOn("2022-12-31"), ["red"]);
		assert.deepEqual(await codesOn("2023-05-31"), ["red", "blue"]);
		assert.deepEqual(await codesOn("2023-06-01"), ["blue"]);
		assert.match((await asskomm(["codes"])).stdout, /^colours +5 +2023-01-01 +2 +Farben +Colours$/m);
		assert.match((await asskomm(["codes", "list", "colours"])).stdout, /^red +Rot +Red +2023-06-01$/m);
	});

	test("a broken file is refused with its place", async () => {
		const file = suite.path("broken.json");
		writeFileSync(file, '{\n"titleDe": "a",\n"titleDe": "b"}');
		const broken = await asskomm(["codes", "import", "colours", file]);
		assert.equal(broken.code, 1);
		assert.match(broken.stderr, /broken.json: line 3, column \d+: duplicate/);
		writeFileSync(file, JSON.stringify({ ...fields, codes: [{ code: "Rot!", labelDe: "Rot" }] }));
		const wrong = await asskomm(["codes", "import", "colours", file]);
		assert.match(wrong.stderr, /codes\[0\]\.code[\s\S]*codes\[0\]\.labelEn/);
		assert.equal((await asskomm(["codes", "import", "nothing"])).code, 2);
		assert.equal((await asskomm(["codes", "export"])).code, 2);
		assert.equal((await asskomm(["codes", "list", "--dry-run"])).code, 2);
	});
});

describe("verify", () => {
	test("the ledger is whole, over the API and in the database", async () => {
		const head = await suite.get("/ledger/head", { token: suite.token("auditor") });
		const api = await asskomm(["verify"]);
		assert.equal(api.code, 0, api.stdout + api.stderr);
		assert.match(api.stdout, new RegExp(`whole: ${head.json.seq} facts\\nhead: +${head.json.hash}`));
		const database = await asskomm(["verify", "--database", suite.database]);
		assert.equal(database.code, 0, database.stdout + database.stderr);
		assert.equal(database.stdout, api.stdout);
	});

	test("one changed byte is found and named, so is a fact that is missing at the end", async () => {
		const kept = await sql("select payload from ledger.event where seq = 100");
		await sql("update ledger.event set payload = payload || '\\x00' where seq = 100");
		for (const words of [["verify"], ["verify", "--database", suite.database]]) {
			const broken = await asskomm(words);
			assert.equal(broken.code, 1);
			assert.match(broken.stdout, /^broken at fact 100 /m);
		}
		await sql(`update ledger.event set payload = '${kept}' where seq = 100`);
		assert.equal((await asskomm(["verify"])).code, 0);

		await sql("create table last as select * from ledger.event order by seq desc limit 1");
		await sql("delete from ledger.event where seq = (select seq from last)");
		const short = await asskomm(["verify", "--database", suite.database]);
		assert.equal(short.code, 1);
		assert.match(short.stdout, /^broken at the head: the facts end at/m);
		await sql("insert into ledger.event select * from last");
		assert.equal((await asskomm(["verify"])).code, 0);
	});

	test("the figures are right, and a wrong total is found", async () => {
		const right = await asskomm(["verify", "--figures"]);
		assert.equal(right.code, 0, right.stdout + right.stderr);
		assert.match(right.stdout, /^right: \d{4,} numbers/m);
		const total = "counter = 'agreements' and district = '14628'";
		await sql(`update monitor.standing set n = n + 1 where ${total}`);
		const wrong = await asskomm(["verify", "--figures"]);
		await sql(`update monitor.standing set n = n - 1 where ${total}`);
		assert.equal(wrong.code, 1, wrong.stdout);
		const found = /^[0-9-]{10} +(state|14628) +agreements +(\d+) +(\d+)$/gm;
		const rows = [...wrong.stdout.matchAll(found)];
		assert.equal(rows.length, 200, wrong.stdout);
		assert.ok(rows.every(([, , counted, published]) => published - counted === 1));
		assert.ok(rows.some(([, where]) => where === "state"));
		assert.ok(rows.some(([, where]) => where === "14628"));
		assert.match(wrong.stdout, /these are the first 200\nwrong: \d+ of \d+ numbers/);
	});
});

describe("status, keys and token", () => {
	test("status tells who is ready and who does not answer", async () => {
		const base = String(suite.admin.registry - 1);
		const { code, stdout } = await asskomm(["status"], { ASSKOMM_ADMIN_BASE: base });
		assert.equal(code, 1);
		assert.match(stdout, /^registry +ready +[\d.]+ MB$/m);
		assert.match(stdout, /NOT READY/);
		assert.match(stdout, new RegExp(`^ledger: ${await suite.head()} facts`, "m"));
		const json = await asskomm(["status", "--json"], { ASSKOMM_ADMIN_BASE: base });
		assert.equal(JSON.parse(json.stdout).services[0].ready, true);
	});

	test("keys stay, unless one is rotated; the old public half stays authorized", async () => {
		const folder = suite.path("new", "keys");
		const read = (name) => readFileSync(join(folder, name), "utf8");
		assert.equal((await asskomm(["keys", "--dir", folder])).code, 0);
		const secret = read("ledger.key");
		const authorized = read("authorized/ledger.pub");
		assert.equal(statSync(join(folder, "ledger.key")).mode & 0o777, 0o400);
		assert.ok(existsSync(join(folder, "jwks.json")));
		assert.equal((await asskomm(["keys", "--dir", folder])).stdout, "");
		assert.equal(read("ledger.key"), secret);
		assert.equal((await asskomm(["keys", "--dir", folder, "--rotate", "ledger"])).code, 0);
		assert.notEqual(read("ledger.key"), secret);
		assert.equal(read("authorized/ledger.old.pub"), authorized);
		assert.equal((await asskomm(["keys", "--dir", folder, "--rotate", "nobody"])).code, 2);
	});

	test("a token is of the roles and scopes that were asked for", async () => {
		const { stdout } = await asskomm(["token", "--role", "adviser", "--scope", "14628", "--hours", "1"]);
		const claims = JSON.parse(Buffer.from(stdout.split(".")[1], "base64url"));
		assert.deepEqual([claims.roles, claims.scopes, claims.exp - claims.iat], [["adviser"], ["14628"], 3600]);
		const refused = await asskomm(["sign", "14612000", "--on", "2023-08-09", "--token", stdout.trim()]);
		assert.equal(refused.code, 1); // Dresden is out of scope
		assert.equal((await asskomm(["token", "--role", "king"])).code, 2);
	});
});
