// What was known when: a date is its end in Europe/Berlin, on the days when the clocks change too;
// an instant is that instant. And the paragraph for the press, which says when a rank has moved.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

const EPOCH = "e";
const HEIDENAU = "14628160";
const AS_WORKER = { scope: "*", actor: "monitor" };

// Each is one fact. The end of a day in Berlin is 23:00 UTC in winter, 22:00 in summer; it is what the
// clocks show at the end of the day that counts.
const INSTANTS = [
	"2023-01-15T22:59:59.999999Z", // 1
	"2023-01-15T23:00:00Z",
	"2023-03-25T22:59:59.999999Z", // 3: the day before summer begins
	"2023-03-25T23:00:00Z",
	"2023-03-26T00:59:59.999999Z", // 5: the hour that is skipped begins
	"2023-03-26T01:00:00Z",
	"2023-03-26T21:59:59.999999Z", // 7: the first end of a day in summer
	"2023-03-26T22:00:00Z",
	"2023-07-15T21:59:59.999999Z", // 9
	"2023-07-15T22:00:00Z",
	"2023-10-28T21:59:59.999999Z", // 11: the day before summer ends
	"2023-10-28T22:00:00Z",
	"2023-10-29T00:30:00Z", // 13: half past two, for the first time
	"2023-10-29T01:30:00Z", // half past two again
	"2023-10-29T22:59:59.999999Z", // 15: the first end of a day in winter
	"2023-10-29T23:00:00Z",
	"2023-12-31T22:59:59.999999Z", // 17
	"2023-12-31T23:00:00Z",
	"2024-02-29T12:00:00.123456Z", // 19
	"2024-02-29T12:00:00.123457Z",
	"2024-02-29T12:00:00.123457Z", // 21: the same again
];

// [knownAt, number of the last fact that is known then]
const KNOWN = [
	["2023-01-14", 0],
	["2023-01-15", 1],
	["2023-01-16", 2],
	["2023-03-25", 3],
	["2023-03-26", 7],
	["2023-03-27", 8],
	["2023-07-15", 9],
	["2023-07-16", 10],
	["2023-10-28", 11],
	["2023-10-29", 15],
	["2023-10-30", 16],
	["2023-12-31", 17],
	["2024-01-01", 18],
	["2024-02-28", 18],
	["2024-02-29", 21],
	["2099-01-01", 21],
	["2023-01-15T22:59:59.999998Z", 0],
	["2023-01-15T22:59:59.999999Z", 1],
	["2023-01-15T23:00:00Z", 2],
	["2023-01-16T00:00:00+01:00", 2],
	["2023-03-26T00:59:59Z", 4],
	["2023-03-26T01:00:00Z", 6],
	["2023-03-26T03:00:00+02:00", 6],
	["2023-10-29T02:30:00+02:00", 13],
	["2023-10-29T02:30:00+01:00", 14],
	["2024-02-29T12:00:00.123456Z", 19],
	["2024-02-29T12:00:00.123457Z", 21],
	["2024-02-29T12:00:00Z", 18],
	[null, 21],
];

let suite;
let monitor;

const signed = (participant, validOn, n = 1) => ({
	counter: "agreements",
	unit: participant,
	participant,
	district: participant.slice(0, 5),
	validOn,
	n: String(n),
});

let seq = 0;
const fold = (recordedAt, marks, { id = randomUUID(), corrects = null, ...more } = {}) =>
	monitor.runTogether(
		"fold",
		[{
			seq: ++seq,
			epoch: EPOCH,
			fact_id: id,
			type: "asskomm.test.Fact",
			valid_on: marks[0]?.validOn ?? "2020-01-01",
			recorded_at: recordedAt,
			participants: marks.map(({ participant }) => participant),
			provenance: "PUBLISHED",
			citation: "a newspaper",
			corrects,
			marks,
			cases: [],
			successions: null,
			districts: null,
			parties: null,
			...more,
		}],
		AS_WORKER,
	);

before(async () => {
	suite = await startSql();
	monitor = suite.service("monitor");
	for (const [i, recordedAt] of INSTANTS.entries())
		await fold(recordedAt, [signed(`14999${100 + i}`, "2020-01-01")]);
});
after(() => suite?.stop());

describe("known at", () => {
	for (const zone of ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"])
		test(`a date or an instant, when the session's clock is that of ${zone}`, async () => {
			await monitor.client.rows("select set_config('timezone', $1, false)", [zone]);
			for (const [knownAt, known] of KNOWN) {
				const asked = { as_of: "2023-01-01", known_at: knownAt, district: null, today: null };
				const [row] = await monitor.run("get_figures", asked);
				assert.equal(Number(row.ledger_seq), known, `${knownAt}`);
				assert.equal(Number(row.agreements), known, `${knownAt}`);
				assert.equal(row.known_at, knownAt);
			}
		});

	test("what was recorded is told in UTC, to the microsecond", async () => {
		const asked = { counter: "agreements", as_of: "2023-01-01", known_at: null, district: null };
		const rows = await monitor.run(
			"list_figure_facts",
			{ ...asked, limit: 0, cursor: 0, today: null },
			{ scope: "*" },
		);
		assert.deepEqual(
			rows.map((row) => Date.parse(row.recorded_at)),
			INSTANTS.map((instant) => Date.parse(instant)),
		);
		assert.equal(rows[0].recorded_at, "2023-01-15T22:59:59.999999Z");
		assert.equal(rows[1].recorded_at, "2023-01-15T23:00:00.000000Z");
		assert.deepEqual([rows[0].provenance, rows[0].citation], ["PUBLISHED", "a newspaper"]);
	});
});

// ---- the press, after all that is above: 21 accessions of 2020 in a district of their own

describe("press_text", () => {
	const DAY = "2024-05-05";
	const ask = async (knownAt = null, asOf = DAY, scope = "14628") => {
		const asked = { as_of: asOf, known_at: knownAt, participant: HEIDENAU, today: null };
		const [row] = await monitor.run("press_text", asked, { scope });
		return { ...row, figures: JSON.parse(row.figures) };
	};

	before(async () => {
		const names = {
			districts: [
				{
					district: "14628",
					toldOn: "2023-11-30",
					name: "Sächsische Schweiz-Osterzgebirge",
					kind: "district",
					policeDirectorate: "PD-DD",
					municipalities: 36,
				},
			],
			parties: [
				{
					key: HEIDENAU,
					toldOn: "2023-11-30",
					kind: "municipality",
					name: "Heidenau",
					district: "14628",
					association: "",
					population: 16000,
					populationOn: "2022-12-31",
				},
			],
		};
		await fold("2024-05-01T08:00:00Z", [], names);
		await fold("2024-05-05T08:00:00Z", [signed("14628270", "2024-05-04")]);
	});

	test("before the accession: no rank", async () => {
		const row = await ask();
		assert.deepEqual([row.ordinal, row.district_ordinal, row.signed_on], ["0", "0", null]);
		assert.deepEqual([row.participant_name, row.corrected], ["Heidenau", "f"]);
		assert.deepEqual(row.figures, { asOf: DAY, agreements: 22 });
	});

	test("with it: ranks in state and district", async () => {
		await fold("2024-05-05T09:00:00Z", [signed(HEIDENAU, "2024-05-05")]);
		const row = await ask();
		assert.deepEqual([row.ordinal, row.district_ordinal], ["23", "2"]);
		assert.deepEqual([row.signed_on, row.corrected], ["2024-05-05", "f"]);
		assert.equal(row.district_name, "Sächsische Schweiz-Osterzgebirge");
		assert.equal(row.independent_city, "f");
		assert.equal(row.figures.agreements, 23);
	});

	test("out of scope: the figures, but not whose accession", async () => {
		const row = await ask(null, DAY, "14626");
		assert.deepEqual([row.ordinal, row.signed_on, row.corrected], ["0", null, "f"]);
		assert.equal(row.figures.agreements, 23);
	});

	const late = randomUUID();

	test("a late entry moves the rank, and that is said; as it was known it stays", async () => {
		await fold("2024-06-01T08:00:00Z", [signed("14999900", "2024-05-01")], { id: late });
		const row = await ask();
		assert.deepEqual([row.ordinal, row.district_ordinal, row.corrected], ["24", "2", "t"]);
		const then = await ask("2024-05-31");
		assert.deepEqual([then.ordinal, then.corrected], ["23", "f"]);
		assert.equal(then.figures.agreements, 23);
	});

	test("taken back, the rank is what it was", async () => {
		await fold("2024-06-02T08:00:00Z", [], { corrects: late });
		const row = await ask();
		assert.deepEqual([row.ordinal, row.corrected], ["23", "f"]);
		assert.equal((await ask("2024-06-01")).ordinal, "24");
	});

	test("who had ended before is not counted in the rank as recorded", async () => {
		await fold("2024-06-03T08:00:00Z", [signed("14628270", "2024-06-03", 0)]);
		await fold("2024-06-04T08:00:00Z", [signed("14628270", "2024-06-04")]);
		const asked = { counter: "agreements", as_of: "2024-06-04", known_at: null, district: "14628" };
		const rows = await monitor.run(
			"list_figure_facts",
			{ ...asked, limit: 0, cursor: 0, today: null },
			{ scope: "*" },
		);
		assert.deepEqual(
			rows.map((row) => [row.unit, row.ordinal, row.ordinal_as_recorded, row.valid_on]),
			[
				[HEIDENAU, "22", "23", "2024-05-05"],
				["14628270", "23", "23", "2024-06-04"],
			],
		);
	});

	test("cents beyond 32 bits come as text, as ProtoJSON has them", async () => {
		const budget = {
			counter: "budgetCents",
			unit: "2024",
			participant: "",
			district: "14",
			validOn: "2024-01-01",
			n: "100000000000",
		};
		await fold("2024-06-05T08:00:00Z", [budget], { participants: null });
		assert.equal((await ask()).figures.budgetCents, "100000000000");
	});
});
