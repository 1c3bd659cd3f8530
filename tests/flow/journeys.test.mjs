// The journeys J1, J2 and J3 of the alliance, through the whole suite: HTTP, gateway, ZeroMQ, rule,
// PostgreSQL, ledger, monitor and notifications, with the history up to the day before Heidenau.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { startSuite, until } from "../support/suite.mjs";

const HEIDENAU = "14628160";
const agreement = {
	accessions: [HEIDENAU],
	signedOn: "2023-08-09",
	mode: "IN_PERSON",
	signatories: [
		{ role: "mayor", organisation: HEIDENAU, name: "Mara Muster" },
		{ role: "station_head", organisation: "Polizeirevier Pirna", name: "Rudi Revier" },
		{ role: "lpr_representative", organisation: "Landespräventionsrat Sachsen" },
	],
	witnesses: [{ role: "minister", organisation: "Sächsisches Staatsministerium des Innern" }],
	actionFields: ["school_absenteeism"],
};

let suite;
let adviser;
let press;

before(async () => {
	suite = await startSuite({ historyUntil: "2023-08-08" });
	adviser = suite.token("adviser", ["14628"]);
	press = suite.token("ministry", ["14"]);
	const head = await suite.settled();
	await until(
		async () => Number((await figures({})).ledgerSeq) === head,
		"the monitor to know the whole history",
	);
});
after(() => suite?.stop());

async function figures(query) {
	const reply = await suite.get(`/figures?${new URLSearchParams(query)}`, { token: press });
	assert.equal(reply.status, 200, reply.text);
	return reply.json;
}

async function ranked(query, counter = "agreements") {
	const path = `/figures/${counter}/facts?${new URLSearchParams(query)}`;
	const reply = await suite.get(path, { token: press });
	assert.equal(reply.status, 200, reply.text);
	return reply.json.items;
}

describe("J1: Heidenau signs", () => {
	let first;

	test("the day before: 52, 47, 25, 34, 64, 143", async () => {
		const day = await figures({ asOf: "2023-08-08" });
		const { agreements, coachings, analyses, councils, closelyCooperating, advised } = day;
		assert.deepEqual(
			{ agreements, coachings, analyses, councils, closelyCooperating, advised },
			{
				agreements: 52,
				coachings: 47,
				analyses: 25,
				councils: 34,
				closelyCooperating: 64,
				advised: 143,
			},
		);
		assert.equal((await figures({ asOf: "2023-08-08", district: "14628" })).agreements, 5);
		assert.equal(day.budgetCents, "110000000");
	});

	test("a subscriber waits for it", async () => {
		const body = { district: "14628", kind: "AgreementSigned" };
		const reply = await suite.post("/subscriptions", body, { token: adviser });
		assert.equal(reply.status, 201, reply.text);
	});

	test("the adviser records the agreement", async () => {
		const key = { "idempotency-key": "heidenau" };
		first = await suite.post("/agreements", agreement, { token: adviser, headers: key });
		assert.equal(first.status, 201, first.text);
		assert.match(first.json.id, /^[0-9a-f-]{36}$/);
		assert.equal(first.json.version, 1);
		assert.equal(first.json.facts.length, 1);
	});

	test("52 becomes 53, the sixth in its district; the day before stays", async () => {
		const afterFact = first.json.facts[0];
		const day = await figures({ asOf: "2023-08-09", afterFact });
		assert.equal(day.agreements, 53);
		assert.equal((await figures({ asOf: "2023-08-09", district: "14628" })).agreements, 6);
		assert.equal((await figures({ asOf: "2023-08-08" })).agreements, 52);
		const items = await ranked({ asOf: "2023-08-09" });
		const own = items.find((item) => item.participant === HEIDENAU);
		assert.deepEqual([own.ordinal, own.districtOrdinal, own.corrected], [53, 6, false]);
		assert.equal(own.provenance, "RECORDED");
		assert.equal(items.length, 53);
	});

	test("the same command again changes nothing, to the byte", async () => {
		const key = { "idempotency-key": "heidenau" };
		const again = await suite.post("/agreements", agreement, { token: adviser, headers: key });
		assert.equal(again.status, 201);
		assert.equal(again.text, first.text);
		const other = { ...agreement, mode: "VIDEO_CONFERENCE" };
		const reused = await suite.post("/agreements", other, { token: adviser, headers: key });
		assert.equal(reused.status, 422, reused.text);
		assert.equal(reused.json.code, "KEY_REUSED");
		assert.equal((await figures({ asOf: "2023-08-09" })).agreements, 53);
	});

	test("exactly one message in the subscriber's inbox", async () => {
		const query = `/inbox?afterFact=${first.json.facts[0]}`;
		const reply = await suite.get(query, { token: adviser });
		assert.equal(reply.status, 200, reply.text);
		assert.equal(reply.json.items.length, 1);
		assert.equal(reply.json.items[0].factId, first.json.facts[0]);
		assert.match(reply.json.items[0].subject, /Heidenau/);
	});

	test("a second accession at a time is refused", async () => {
		const reply = await suite.post("/agreements", agreement, { token: adviser });
		assert.equal(reply.status, 409, reply.text);
		assert.equal(reply.json.violations[0].rule, "one_at_a_time");
	});

	test("no name of a person in the ledger, or in the agreement", async () => {
		const facts = await suite.get("/ledger/facts?after=0&limit=500", { token: press });
		assert.equal(facts.status, 200);
		const auditor = suite.token("auditor", ["*"]);
		const head = await suite.head();
		for (let seq = 0; seq < head; seq += 500) {
			const page = await suite.get(`/ledger/facts?after=${seq}&limit=500`, { token: auditor });
			for (const item of page.json.items)
				assert.ok(!Buffer.from(item.payload, "base64").includes("Muster"));
		}
		const own = await suite.get(`/agreements/${first.json.id}`, { token: adviser });
		assert.ok(!own.text.includes("Muster"));
		assert.match(own.json.signatories[0].contactId, /^[0-9a-f-]{36}$/);
	});
});

describe("J2: the press office writes the background paragraph", () => {
	test("the paragraph as of the day", async () => {
		const query = `asOf=2023-08-09&participant=${HEIDENAU}`;
		const reply = await suite.get(`/press-text?${query}`, { token: press });
		assert.equal(reply.status, 200, reply.text);
		assert.match(reply.headers.get("content-type"), /^text\/plain; charset=utf-8/);
		for (const phrase of [
			"die 53. Kommune",
			"die sechste Kommune",
			"im Landkreis Sächsische Schweiz-Osterzgebirge",
			"über 140 Kommunen",
			"über einem Drittel (64)",
			"53 Kooperationsvereinbarungen",
			"47 Coaching-Prozesse",
			"25 Sicherheitsanalysen",
			"34 Kommunale Präventionsräte",
			"1,1 Millionen Euro",
		])
			assert.ok(reply.text.includes(phrase), `"${phrase}" in ${reply.text}`);
	});

	test("every number can be traced to its facts", async () => {
		const day = await figures({ asOf: "2023-08-09" });
		for (const counter of ["advised", "coachings", "analyses", "councils", "closelyCooperating"])
			assert.equal((await ranked({ asOf: "2023-08-09" }, counter)).length, day[counter], counter);
		const known = await ranked({ asOf: "2023-08-09" });
		assert.ok(known.some((item) => item.provenance === "SYNTHETIC"));
		const published = known.filter((item) => item.provenance === "PUBLISHED");
		assert.ok(published.length > 0 && published.every((item) => item.citation !== ""));
	});
});

describe("J3: three towns sign one document", () => {
	test("the history holds it: one document, three accessions, distinct ranks", async () => {
		const items = await ranked({ asOf: "2022-07-22" });
		const three = items.filter((item) => item.validOn === "2022-07-22");
		assert.deepEqual(
			three.map((item) => item.participant).sort(),
			["14523020", "14523170", "14523360"],
		);
		assert.equal(new Set(three.map((item) => item.ordinal)).size, 3);
		const before = (await figures({ asOf: "2022-07-21" })).agreements;
		assert.equal((await figures({ asOf: "2022-07-22" })).agreements, before + 3);
	});

	test('"Auerbach" is ambiguous: the candidates are named', async () => {
		const operator = suite.token("operator", ["14"]);
		const body = {
			...agreement,
			accessions: ["Auerbach"],
			signedOn: "2023-09-01",
			signatories: [{ role: "mayor" }],
		};
		const reply = await suite.post("/agreements", body, { token: operator });
		assert.equal(reply.status, 422, reply.text);
		const [violation] = reply.json.violations;
		assert.equal(violation.rule, "ambiguous");
		assert.equal(violation.field, "accessions[0]");
		const keys = violation.candidates.map((candidate) => candidate.key);
		assert.ok(keys.includes("14523020") && keys.includes("14521040"), keys.join());
		for (const name of ["Bernsdorf", "Leipzig"]) {
			const found = await suite.get(`/participants?name=${name}`, { token: press });
			assert.ok(found.json.items.length >= 2, `${name}: ${found.text}`);
		}
	});
});

describe("corrections and withdrawals are facts of their own", () => {
	test("terminated, signed again, withdrawn: the net and the gross number", async () => {
		const operator = suite.token("operator", ["14"]);
		const key = "14628060"; // Dippoldiswalde
		const start = await figures({ asOf: "2024-06-01" });
		const fact = (await ranked({ asOf: "2024-06-01" })).find((item) => item.participant === key);
		const agreementId = await agreementOf(fact.factId);
		const end = { terminatedOn: "2024-03-01", reason: "test" };
		const ended = await suite.post(`/agreements/${agreementId}/terminate`, end, {
			token: operator,
		});
		assert.equal(ended.status, 201, ended.text);
		const [afterFact] = ended.json.facts;
		let day = await figures({ asOf: "2024-06-01", afterFact });
		assert.equal(day.agreements, start.agreements - 1);
		assert.equal(day.agreementsGross, start.agreementsGross);
		assert.equal((await figures({ asOf: "2024-02-29" })).agreements, start.agreements);

		const anew = await suite.post(
			"/agreements",
			{
				...agreement,
				accessions: [key],
				signedOn: "2024-04-01",
				signatories: [{ role: "lord_mayor", organisation: key }],
			},
			{ token: operator },
		);
		assert.equal(anew.status, 201, anew.text);
		day = await figures({ asOf: "2024-06-01", afterFact: anew.json.facts[0] });
		assert.equal(day.agreements, start.agreements);
		assert.equal(day.agreementsGross, start.agreementsGross + 1);

		const path = `/agreements/${anew.json.id}`;
		const corrected = await suite.post(
			`${path}/correct`,
			{ signedOn: "2024-05-01", reason: "typing error" },
			{ token: operator },
		);
		assert.equal(corrected.status, 201, corrected.text);
		day = await figures({ asOf: "2024-04-15", afterFact: corrected.json.facts[0] });
		assert.equal(day.agreements, start.agreements - 1);
		assert.equal((await figures({ asOf: "2024-05-01" })).agreements, start.agreements);

		const gone = await suite.post(
			`${path}/withdraw`,
			{ reason: "recorded by mistake" },
			{ token: operator },
		);
		assert.equal(gone.status, 201, gone.text);
		day = await figures({ asOf: "2024-06-01", afterFact: gone.json.facts[0] });
		assert.equal(day.agreements, start.agreements - 1);
		assert.equal(day.agreementsGross, start.agreementsGross);
	});

	async function agreementOf(factId) {
		const auditor = suite.token("auditor", ["*"]);
		for (let after = 0; ; after += 500) {
			const page = await suite.get(`/ledger/facts?after=${after}&limit=500`, { token: auditor });
			const found = page.json.items.find((item) => item.id === factId);
			// field 1 of AgreementSigned is the agreement's id
			if (found) return Buffer.from(found.payload, "base64").subarray(2, 38).toString();
			assert.ok(page.json.items.length > 0, "the fact is in the ledger");
		}
	}
});

describe("the ledger agrees with the figures", () => {
	test("asskomm verify: the chain holds", async () => {
		const printed = await suite.asskomm("verify");
		assert.match(printed, /\d/);
	});

	test("asskomm verify --figures: the recount agrees", async () => {
		await suite.asskomm("verify", "--figures");
	});
});

describe("J2, late entry: the same question gives the same answer for ever", () => {
	let late;

	before(async () => {
		// a suite of its own: recordedOn must not lie before the ledger's last entry
		late = await startSuite({ historyUntil: "2023-08-09" });
	});
	after(() => late?.stop());

	async function ask(path) {
		const reply = await late.get(path, { token: late.token("ministry", ["14"]) });
		assert.equal(reply.status, 200, reply.text);
		return reply.json;
	}

	test("known on 2023-08-10: 53; later 54, and Heidenau's rank is marked corrected", async () => {
		const file = late.path("late.jsonl");
		const line = {
			recordedOn: "2023-08-20",
			provenance: "RECORDED",
			citation: "",
			post: "/agreements",
			body: {
				accessions: ["14522080"],
				signedOn: "2023-08-01",
				mode: "IN_PERSON",
				signatories: [{ role: "mayor", organisation: "14522080" }],
			},
		};
		const signed = new Set(
			(await ask("/figures/agreements/facts?asOf=2023-08-09")).items.map((i) => i.participant),
		);
		const all = await ask("/participants");
		const free = all.items.find((p) => p.kind === "MUNICIPALITY" && !signed.has(p.key));
		line.body.accessions = [free.key];
		line.body.signatories[0].organisation = free.key;
		writeFileSync(file, `${JSON.stringify(line)}\n`);
		await late.asskomm("import", "history", "--file", file);
		await until(
			async () => (await ask("/figures?asOf=2023-08-09")).agreements === 54,
			"the late entry to be counted",
		);
		const then = await ask("/figures?asOf=2023-08-09&knownAt=2023-08-10");
		assert.equal(then.agreements, 53);
		const now = await ask("/figures/agreements/facts?asOf=2023-08-09");
		const own = now.items.find((item) => item.participant === HEIDENAU);
		assert.equal(own.ordinal, 54);
		assert.equal(own.ordinalAsRecorded, 53);
		assert.equal(own.corrected, true);
		const known = await ask("/figures/agreements/facts?asOf=2023-08-09&knownAt=2023-08-10");
		assert.equal(known.items.find((item) => item.participant === HEIDENAU).ordinal, 53);
	});

	test("a claim before the ledger's last entry is refused with its line", async () => {
		const file = late.path("early.jsonl");
		const line = {
			recordedOn: "2020-01-01",
			provenance: "RECORDED",
			citation: "",
			post: `/participants/${HEIDENAU}/advice`,
			body: { advisedOn: "2019-12-01", topic: "too late" },
		};
		writeFileSync(file, `${JSON.stringify(line)}\n`);
		await assert.rejects(late.asskomm("import", "history", "--file", file), (error) => {
			assert.equal(error.code, 1);
			assert.match(error.stderr, /line 1/);
			assert.match(error.stderr, /recordedOn/);
			return true;
		});
	});
});
