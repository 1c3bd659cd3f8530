// The register over time, through the command line as an operator uses it (journey J10): two
// registers, the merger between them, what refers to the ended keys, hostile files, and all of
// Germany when the shared reference data is there.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AUDIENCE, BUILD, ISSUER, startSuite, until } from "../support/suite.mjs";

const run = promisify(execFile);
const folder = fileURLToPath(new URL("../../services/registry/territory/", import.meta.url));
const EARLIER = join(folder, "GV100AD_301121_sachsen.txt");
const LATER = join(folder, "GV100AD_301123_sachsen.txt");
const GERMANY = fileURLToPath(new URL("../../../shared/data/GV100AD_301123.txt", import.meta.url));
const OSTRAU = "14522450";
const ZSCHAITZ = "14522620";
const JAHNATAL = "14522275";

let suite;
let operator;
let adviser;

before(async () => {
	suite = await startSuite({ territory: false });
	operator = suite.token("operator");
	adviser = suite.token("adviser", ["14"]);
});
after(() => suite?.stop());

// Runs the program: its exit code and what it printed.
async function asskomm(...words) {
	const env = {
		PATH: process.env.PATH,
		LANG: "C.UTF-8",
		ASSKOMM_URL: suite.url,
		ASSKOMM_KEYS: suite.path("keys"),
		ASSKOMM_TOKEN_ISSUER: ISSUER,
		ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
	};
	try {
		return { code: 0, ...(await run(join(BUILD, "bin", "asskomm"), words, { env })) };
	} catch (error) {
		if (typeof error.code !== "number") throw error;
		return { code: error.code, stdout: error.stdout, stderr: error.stderr };
	}
}

const importing = (...words) => asskomm("import", "territory", ...words);

async function get(path) {
	const reply = await suite.get(path, { token: adviser });
	assert.equal(reply.status, 200, `${path}: ${reply.text}`);
	return reply.json;
}

async function post(path, body) {
	const reply = await suite.post(path, body, { token: adviser });
	assert.equal(reply.status, 201, `${path}: ${reply.text}`);
	return reply.json;
}

const sign = (key, signedOn) => ({
	accessions: [key],
	signedOn,
	mode: "IN_PERSON",
	signatories: [{ role: "mayor", organisation: key }],
});

function write(name, content) {
	const path = suite.path(name);
	writeFileSync(path, content);
	return path;
}

describe("two registers", () => {
	let agreement;
	let council;
	let coaching;
	let analysis;

	test("the first one comes in as it is", async () => {
		const { code, stdout, stderr } = await importing(EARLIER);
		assert.equal(code, 0, stderr);
		assert.match(stdout, /Sachsen, register of 2021-11-30: 419 municipalities/);
		assert.match(stdout, /13 districts, 419 municipalities/);
		assert.match(stdout, /Destatis/);
	});

	test("what is about the later ended is recorded while it was there", async () => {
		agreement = await post("/agreements", sign(OSTRAU, "2022-03-01"));
		council = await post("/councils", { participant: OSTRAU, constitutedOn: "2022-04-01" });
		coaching = await post("/coachings", { participant: ZSCHAITZ, requestedOn: "2022-05-01" });
		analysis = await post("/analyses", { municipalities: [ZSCHAITZ], kickedOffOn: "2022-06-01" });
	});

	test("the second one proposes the merger and changes nothing by itself", async () => {
		const head = await suite.settled();
		for (const words of [[LATER], [LATER, "--dry-run"]]) {
			const { code, stderr, stdout } = await importing(...words);
			assert.equal(code, 1);
			assert.match(stdout, /419 → 418 municipalities/);
			assert.match(stderr, new RegExp(`^${OSTRAU};${JAHNATAL};2023-01-01$`, "m"));
			assert.match(stderr, new RegExp(`^${ZSCHAITZ};${JAHNATAL};2023-01-01$`, "m"));
			assert.match(stderr, /Ostrau \d+ ha \+ Zschaitz-Ottewig \d+ ha, and it has \d+ ha/);
		}
		assert.equal(await suite.settled(), head);
		assert.deepEqual((await get("/territory")).statusDates, ["2021-11-30"]);
	});

	test("by the API it is refused with the candidates", async () => {
		const reply = await suite.call("PUT", "/territory", {
			token: operator,
			body: {
				statusDate: "2023-11-30",
				credit: "Destatis",
				populationOn: "2022-12-31",
				lands: [{ key: "14", name: "Sachsen", seat: "Dresden" }],
				districts: [{ ags5: "14522", name: "Mittelsachsen", kind: "district" }],
				municipalities: [{ ags8: JAHNATAL, name: "Jahnatal", district: "14522" }],
			},
		});
		assert.equal(reply.status, 422, reply.text);
		assert.equal(reply.json.violations[0].rule, "unconfirmed");
	});

	test("a wrong successor or day is refused", async () => {
		for (const [lines, says] of [
			[`${OSTRAU};14999999;2023-01-01\n${ZSCHAITZ};${JAHNATAL};2023-01-01\n`, /14999999.*is not in the register/],
			[`${OSTRAU};${JAHNATAL};2021-01-01\n${ZSCHAITZ};${JAHNATAL};2023-01-01\n`, /cannot be|takes effect/],
			[`${OSTRAU};${JAHNATAL}\n`, /line 1: there are too few columns/],
			[`# a\n\n${OSTRAU};${JAHNATAL};2023-02-30\n`, /line 3: the day is no date/],
		]) {
			const { code, stderr } = await importing(LATER, "--successors", write("wrong.csv", lines));
			assert.equal(code, 1);
			assert.match(stderr, says);
		}
	});

	test("confirmed it comes in: 418, five renamed, two succeeded", async () => {
		const successors = write(
			"successors.csv",
			`predecessor;successor;effective_on\n${OSTRAU};${JAHNATAL};2023-01-01\n${ZSCHAITZ};${JAHNATAL};2023-01-01\n`,
		);
		const dry = await importing(LATER, "--successors", successors, "--dry-run");
		assert.equal(dry.code, 0, dry.stderr);
		assert.deepEqual((await get("/territory")).statusDates, ["2021-11-30"]);
		const { code, stdout, stderr } = await importing(LATER, "--successors", successors);
		assert.equal(code, 0, stderr);
		assert.match(stdout, /419 → 418 municipalities, \d+ → 4086152 inhabitants/);
		assert.equal(stdout.match(/^ {2}renamed/gm).length, 5, stdout);
		assert.match(stdout, /Zwickau, Stadt → Zwickau, Stadt, Hochschulstadt/);
		assert.match(stdout, new RegExp(`gone +${OSTRAU} +Ostrau → ${JAHNATAL} Jahnatal from 2023-01-01`));
	});

	test("each predecessor is one fact", async () => {
		const facts = await until(async () => {
			const { items } = (
				await suite.get("/ledger/facts?limit=500", { token: suite.token("auditor") })
			).json;
			const found = items.filter(({ type }) => type.endsWith("MunicipalitySucceeded"));
			return found.length === 2 && found;
		}, "the facts");
		assert.equal(facts.length, 2);
	});

	test("again it changes nothing, in any order", async () => {
		const head = await suite.settled();
		for (const file of [LATER, EARLIER, LATER]) {
			const { code, stdout, stderr } = await importing(file);
			assert.equal(code, 0, stderr);
			assert.match(stdout, /is there already: nothing changes/);
		}
		const builtIn = await importing();
		assert.equal(builtIn.code, 0, builtIn.stderr);
		assert.equal(await suite.settled(), head);
	});

	test("the ended keys keep resolving, with validity and successor", async () => {
		const ostrau = await get(`/participants/${OSTRAU}`);
		assert.equal(ostrau.name, "Ostrau");
		assert.equal(ostrau.validUntil, "2022-12-31");
		assert.equal(ostrau.successor, JAHNATAL);
		const jahnatal = await get(`/participants/${JAHNATAL}`);
		assert.equal(jahnatal.validFrom, "2023-01-01");
		const found = await get("/participants?name=Ostrau");
		assert.deepEqual(
			found.items.map(({ key, successor, successorName }) => [key, successor, successorName]),
			[[OSTRAU, JAHNATAL, "Jahnatal"]],
		);
		assert.deepEqual((await get("/participants?name=Ostrau&asOf=2023-01-01")).items, []);
		assert.equal((await get("/participants?name=Ostrau&asOf=2022-12-31")).items.length, 1);
	});

	test("nothing that was recorded is lost", async () => {
		assert.equal((await get(`/agreements/${agreement.id}`)).accessions[0].participant, OSTRAU);
		assert.equal((await get(`/councils/${council.id}`)).participant.name, "Ostrau");
		assert.equal((await get(`/coachings/${coaching.id}`)).participant.key, ZSCHAITZ);
		assert.equal((await get(`/analyses/${analysis.id}`)).municipalities[0].key, ZSCHAITZ);
	});

	test("a name is that of the day", async () => {
		const burkau = "14625060";
		assert.equal((await get(`/participants/${burkau}?asOf=2022-01-01`)).name, "Burkau");
		assert.equal((await get(`/participants/${burkau}?asOf=2020-01-01`)).name, "Burkau");
		assert.equal((await get(`/participants/${burkau}`)).name, "Burkau / Porchow");
	});

	test("the territory is that of the day", async () => {
		for (const [day, count] of [["2020-01-01", 419], ["2022-12-31", 419], ["2023-01-01", 418], ["2024-06-01", 418]]) {
			const { lands, districts } = await get(`/territory?asOf=${day}`);
			assert.equal(lands[0].municipalities, count, day);
			assert.equal(districts.length, 13);
		}
		const { lands, districts, policeDirectorates } = await get("/territory");
		assert.equal(lands[0].population, 4086152);
		assert.equal(lands[0].populationOn, "2022-12-31");
		assert.match(lands[0].credit, /Destatis/);
		assert.equal(policeDirectorates.length, 5);
		assert.equal(districts.reduce((sum, { municipalities }) => sum + municipalities, 0), 418);
		const keys = async (query) =>
			(await get(`/territory/municipalities?${query}`)).items.map(({ ags8 }) => ags8);
		assert.ok((await keys("asOf=2022-12-31&district=14522")).includes(OSTRAU));
		assert.ok((await keys("district=14522")).includes(JAHNATAL));
		assert.deepEqual(await keys("name=Heidenau"), ["14628160"]);
		const first = await get("/territory/municipalities?limit=400");
		const rest = await get(`/territory/municipalities?limit=400&cursor=${first.next}`);
		assert.equal(first.items.length + rest.items.length, 418);
		assert.equal(rest.next, "");
	});

	test("a command is about who is there on its day", async () => {
		const late = await suite.post("/agreements", sign(ZSCHAITZ, "2023-05-01"), { token: adviser });
		assert.equal(late.status, 422, late.text);
		assert.match(late.json.violations[0].message, /Jahnatal/);
		assert.equal(late.json.violations[0].candidates[0].key, JAHNATAL);
		await post("/agreements", sign(ZSCHAITZ, "2022-12-31"));
		const early = await suite.post("/councils", { participant: JAHNATAL, constitutedOn: "2022-12-31" }, { token: adviser });
		assert.equal(early.status, 422, early.text);
		await post("/councils", { participant: JAHNATAL, constitutedOn: "2023-01-01" });
		for (const [path, body] of [
			["/coachings", { participant: OSTRAU, requestedOn: "2023-02-01" }],
			["/analyses", { municipalities: [OSTRAU], kickedOffOn: "2023-02-01" }],
			[`/participants/${OSTRAU}/contact`, { contactedOn: "2023-02-01" }],
		]) {
			const reply = await suite.post(path, body, { token: adviser });
			assert.equal(reply.status, 422, `${path} ${reply.text}`);
			assert.match(reply.text, /Jahnatal/);
		}
	});

	test("a wrong succession is corrected by a fact that names it", async () => {
		const corrected = write("corrected.csv", `${OSTRAU};${JAHNATAL};2023-01-02\n`);
		const { code, stdout, stderr } = await importing(LATER, "--successors", corrected);
		assert.equal(code, 0, stderr + stdout);
		assert.equal((await get(`/participants/${OSTRAU}`)).validUntil, "2023-01-01");
		const back = write("back.csv", `${OSTRAU};${JAHNATAL};2023-01-01\n`);
		assert.equal((await importing(LATER, "--successors", back)).code, 0);
		assert.equal((await get(`/participants/${OSTRAU}`)).validUntil, "2022-12-31");
	});
});

describe("a hostile file is refused as a whole, with its place:", () => {
	const later = () => readFileSync(LATER, "utf8");
	const lines = () => later().trimEnd().split("\n");
	const LINE = 300;
	const withLine = (change) => {
		const all = lines();
		all[LINE - 1] = change(all[LINE - 1], all);
		return `${all.join("\n")}\n`;
	};
	const put = (text, column, part) =>
		[...text].slice(0, column - 1).join("") + part + [...text].slice(column - 1 + part.length).join("");
	const files = [
		["truncated in a record", () => later().slice(0, 100_000), /line \d+, column \d+: the record ends after \d+ of 220/],
		["truncated between records", () => lines().slice(0, 300).join("\n"), /line 300: the association \d+ of line \d+ has no municipality/],
		["not UTF-8", () => Buffer.from(later(), "utf8").map((b, i) => (i === 50_000 ? 0xff : b)), /line \d+, column \d+: no UTF-8/],
		["with a NUL", () => withLine((l) => put(l, 40, "\0")), /line 300, column 40: /],
		["too long", () => withLine((l) => `${l} `), /line 300, column 221: the record is longer/],
		["of mixed status dates", () => withLine((l) => put(l, 3, "20221130")), /line 300, column 3: the status date 2022-11-30/],
		["with a key twice", () => withLine((l, all) => all[LINE - 2]), /line 300, column 16: the municipality \d+ is there twice/],
		["out of order", () => { const all = lines(); [all[298], all[299]] = [all[299], all[298]]; return all.join("\n"); }, /line 300, column 16: .* stands behind/],
		["without its district", () => lines().filter((l) => !l.startsWith("402023113014628")).join("\n"), /no record of the district 14628 stands above/],
		["without its association", () => withLine((l) => put(l, 19, "9999")), /line 300, column 19: no record of the association 9999/],
		["with a number of letters", () => withLine((l) => put(l, 140, "0000000ABCD")), /line 300, column 140: the population has 11 digits/],
		["of another type", () => withLine((l) => put(l, 1, "61")), /line 300, column 1: there is no record type "61"/],
		["empty", () => "", /the file is empty/],
	];
	for (const [what, make, says] of files)
		test(what, async () => {
			const before = await suite.settled();
			const { code, stderr } = await importing(write("hostile.txt", make()));
			assert.equal(code, 1);
			assert.match(stderr, says);
			assert.match(stderr, /nothing was imported/);
			assert.equal(await suite.settled(), before);
		});

	test("a line of any length, which is not read to its end", async () => {
		const { code, stderr } = await importing("/dev/zero");
		assert.equal(code, 1);
		assert.match(stderr, /line 1, column 221: the record is longer/);
	});
});

// Less than 10 s is asked on two cores that do nothing else, so the time is told and not judged.
test("all of Germany in one command", { skip: existsSync(GERMANY) ? false : "the shared reference data is not here" }, async (t) => {
	const started = Date.now();
	const { code, stdout, stderr } = await importing(GERMANY);
	const seconds = (Date.now() - started) / 1000;
	t.diagnostic(`16,035 records in ${seconds} s`);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /400 districts, 10981 municipalities/);
	const { lands } = await get("/territory");
	assert.equal(lands.length, 16);
	assert.equal(lands.reduce((sum, { municipalities }) => sum + municipalities, 0), 10_981);
	assert.match((await importing(GERMANY)).stdout, /nothing changes/);
});
