// Who lives where an accession is in force: two registers that come in the wrong order, the merger
// between them, a union, a consortium, and one who is covered three times.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

const AS_WORKER = { scope: "*", actor: "monitor" };
const FAR = "2100-01-01";
const [OSTRAU, ZSCHAITZ, JAHNATAL] = ["14522450", "14522620", "14522275"];
const [HEIDENAU, DOHNA, PIRNA] = ["14628160", "14628060", "14628270"];
const UNION = "146285204";
const CONSORTIUM = "k-elbe";
const COUNTERS = ["agreements", "participants"];

// [key, inhabitants, union]
const REGISTERS = {
	"2021-11-30": [
		[OSTRAU, 3472],
		[ZSCHAITZ, 1289],
		[HEIDENAU, 16628],
		[DOHNA, 6161, UNION],
		[PIRNA, 38794],
	],
	"2023-11-30": [
		[JAHNATAL, 4700],
		[HEIDENAU, 16884],
		[DOHNA, 6300, UNION],
		[PIRNA, 39720],
	],
};

let suite;
let monitor;
let seq = 0;

async function fold(validOn, effect, corrects = null) {
	const id = randomUUID();
	const values = {
		seq: ++seq,
		epoch: "e",
		fact_id: id,
		type: "asskomm.test.Fact",
		valid_on: validOn,
		recorded_at: `2024-01-01T00:00:${String(seq).padStart(2, "0")}Z`,
		participants: null,
		provenance: null,
		citation: null,
		corrects,
		marks: null,
		cases: null,
		successions: null,
		districts: null,
		parties: null,
		...effect,
	};
	await monitor.runTogether("fold", [values], AS_WORKER);
	return id;
}

const district = (key, toldOn) => ({
	district: key,
	toldOn,
	name: key === "14522" ? "Mittelsachsen" : "SOE",
	kind: "district",
	policeDirectorate: "PD",
	municipalities: 1,
});

const register = (toldOn) =>
	fold(toldOn, {
		districts: [district("14522", toldOn), district("14628", toldOn)],
		parties: [
			...REGISTERS[toldOn].map(([key, population, association = ""]) => ({
				key,
				toldOn,
				kind: "municipality",
				name: `${key} of ${toldOn}`,
				district: key.slice(0, 5),
				association,
				population,
				populationOn: `${Number(toldOn.slice(0, 4)) - 1}-12-31`,
			})),
			{ key: UNION, toldOn, kind: "union", name: "union", district: "14628", association: "" },
		],
	});

const signs = (key, validOn, n = "1") =>
	fold(validOn, {
		marks: [
			{
				counter: "agreements",
				unit: key,
				participant: key,
				district: key.startsWith("k-") ? "14628" : key.slice(0, 5),
				validOn,
				n,
			},
		],
	});

const merges = (predecessor, validOn) =>
	fold(validOn, {
		successions: [
			{
				predecessor,
				predecessorDistrict: "14522",
				successor: JAHNATAL,
				successorDistrict: "14522",
				validOn,
				counters: COUNTERS,
			},
		],
	});

// { "district class": [municipalities, covered, inhabitants, covered, day] }
async function coverage(asOf, more = {}) {
	const asked = { as_of: asOf, known_at: null, district: null, today: FAR, ...more };
	const rows = await monitor.run("get_coverage", asked);
	return Object.fromEntries(
		rows.map((row) => [
			`${row.district ?? "state"} ${row.size_class ?? "all"}`,
			[
				...["municipalities", "municipalities_covered", "inhabitants", "inhabitants_covered"].map(
					(name) => Number(row[name]),
				),
				row.population_on,
			],
		]),
	);
}

const total = async (asOf, more) => (await coverage(asOf, more))["state all"];

before(async () => {
	suite = await startSql();
	monitor = suite.service("monitor");
	await register("2023-11-30");
	await register("2021-11-30");
	await merges(OSTRAU, "2023-01-01");
	await merges(ZSCHAITZ, "2023-01-01");
	await signs(OSTRAU, "2020-05-05");
	await signs(HEIDENAU, "2023-08-09");
});
after(() => suite?.stop());

describe("coverage", () => {
	test("is that of the register in force, also before the first one", async () => {
		const of2021 = [5, 1, 66344, 3472, "2020-12-31"];
		assert.deepEqual(await total("2021-11-30"), of2021);
		assert.deepEqual(await total("2020-05-05"), of2021);
		assert.deepEqual(await total("2020-05-04"), [5, 0, 66344, 0, "2020-12-31"]);
		assert.deepEqual(await total(FAR), [4, 2, 67604, 4700 + 16884, "2022-12-31"]);
	});

	test("of a merger before the next register is that of all who went into it", async () => {
		assert.deepEqual(await total("2022-12-31"), [5, 1, 66344, 3472, "2020-12-31"]);
		assert.deepEqual(await total("2023-01-01"), [4, 1, 66344, 3472 + 1289, "2020-12-31"]);
	});

	test("by district and size class, which add up", async () => {
		assert.deepEqual(await coverage("2023-01-01"), {
			"state all": [4, 1, 66344, 4761, "2020-12-31"],
			"state FROM_2000": [1, 1, 4761, 4761, "2020-12-31"],
			"state FROM_5000": [1, 0, 6161, 0, "2020-12-31"],
			"state FROM_10000": [1, 0, 16628, 0, "2020-12-31"],
			"state FROM_20000": [1, 0, 38794, 0, "2020-12-31"],
			"14522 all": [1, 1, 4761, 4761, "2020-12-31"],
			"14522 FROM_2000": [1, 1, 4761, 4761, "2020-12-31"],
			"14628 all": [3, 0, 61583, 0, "2020-12-31"],
			"14628 FROM_5000": [1, 0, 6161, 0, "2020-12-31"],
			"14628 FROM_10000": [1, 0, 16628, 0, "2020-12-31"],
			"14628 FROM_20000": [1, 0, 38794, 0, "2020-12-31"],
		});
		assert.deepEqual(await coverage(FAR, { district: "14522" }), {
			"14522 all": [1, 1, 4700, 4700, "2022-12-31"],
			"14522 FROM_2000": [1, 1, 4700, 4700, "2022-12-31"],
		});
	});

	test("by a union and a consortium: its members, and nobody twice", async () => {
		await signs(UNION, "2024-02-01");
		assert.equal((await total("2024-02-01"))[3], 4700 + 16884 + 6300);
		await fold("2024-01-01", {
			parties: [
				{
					key: CONSORTIUM,
					toldOn: "2024-01-01",
					kind: "consortium",
					name: "Elbe",
					district: "14628",
					members: [HEIDENAU, DOHNA, PIRNA, OSTRAU],
				},
			],
		});
		assert.equal((await total("2024-02-02"))[3], 4700 + 16884 + 6300);
		await signs(CONSORTIUM, "2024-03-01");
		assert.deepEqual(await total("2024-03-01"), [4, 4, 67604, 67604, "2022-12-31"]);
		await signs(JAHNATAL, "2024-04-01", "0");
		await signs(CONSORTIUM, "2024-05-01", "0");
		assert.equal((await total("2024-04-30"))[1], 4, "Ostrau was a member, so Jahnatal is");
		assert.equal((await total("2024-05-01"))[3], 16884 + 6300);
	});

	test("as it was known", async () => {
		assert.deepEqual(await total(FAR, { known_at: "2024-01-01T00:00:05Z" }), [
			4,
			1,
			67604,
			4700,
			"2022-12-31",
		]);
	});
});

describe("population", () => {
	const ask = async (more) =>
		(await monitor.run("get_population", { district: null, key: null, known_at: null, ...more })).map(
			(row) => [row.population_on, Number(row.inhabitants), Number(row.municipalities), row.year],
		);

	test("by year, of the state and a district", async () => {
		assert.deepEqual(await ask(), [
			["2020-12-31", 66344, 5, "2020"],
			["2022-12-31", 67604, 4, "2022"],
		]);
		assert.deepEqual(await ask({ district: "14522" }), [
			["2020-12-31", 4761, 2, "2020"],
			["2022-12-31", 4700, 1, "2022"],
		]);
	});

	test("of a municipality with all who went into it, and of one who is no more", async () => {
		assert.deepEqual(await ask({ key: JAHNATAL }), [
			["2020-12-31", 4761, 2, "2020"],
			["2022-12-31", 4700, 1, "2022"],
		]);
		assert.deepEqual(await ask({ key: OSTRAU }), [["2020-12-31", 3472, 1, "2020"]]);
	});
});

describe("names", () => {
	test("are those of the day", async () => {
		for (const [asOf, expected] of [
			["2023-11-29", `${HEIDENAU} of 2021-11-30`],
			["2023-11-30", `${HEIDENAU} of 2023-11-30`],
		]) {
			const asked = { counter: "agreements", as_of: asOf, known_at: null, district: "14628" };
			const rows = await monitor.run(
				"list_figure_facts",
				{ ...asked, limit: 0, cursor: 0, today: FAR },
				{ scope: "*" },
			);
			assert.deepEqual(
				rows.filter((row) => row.unit === HEIDENAU).map((row) => row.name),
				[expected],
			);
		}
	});

	test("tell from whom an accession was taken over", async () => {
		const asked = { counter: "agreements", as_of: "2023-06-01", known_at: null, district: null };
		const rows = await monitor.run(
			"list_figure_facts",
			{ ...asked, limit: 0, cursor: 0, today: FAR },
			{ scope: JAHNATAL },
		);
		assert.deepEqual(
			rows.map((row) => [row.unit, row.inherited_from, row.valid_on, row.ordinal, row.corrected]),
			[[JAHNATAL, OSTRAU, "2020-05-05", "1", "f"]],
		);
	});
});
