// Mergers: random ledgers of few participants that merge, in chains and circles too, learned late and
// taken back; every figure and rank is held against a recount (recount.mjs) for random days and as
// known at random times. ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { startSql } from "./support.mjs";
import { randomDay, randomFacts, randomFrom, Recount } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const LEDGERS = 12;
const FACTS = 120;
const MERGERS = 0.07;
const QUESTIONS = 60;
const COUNTERS = ["agreements", "advised", "municipalitiesAnalysed", "councils"];
const AS_WORKER = { scope: "*", actor: "monitor" };

let suite;
let monitor;
let superuser;

before(async () => {
	suite = await startSql();
	monitor = suite.service("monitor");
	superuser = suite.client();
});
after(() => suite?.stop());

const foldValues = (fact) => ({
	seq: fact.seq,
	epoch: "e",
	fact_id: fact.id,
	type: "asskomm.test.Fact",
	valid_on: fact.day,
	recorded_at: fact.recordedAt,
	participants: [...new Set(fact.marks.map((each) => each.participant))].filter(Boolean),
	provenance: null,
	citation: null,
	corrects: fact.corrects ?? null,
	cases: [],
	marks: fact.marks.map((each) => ({ ...each, n: String(each.n) })),
	successions: fact.successions,
	districts: null,
	parties: null,
});

async function foldAll(facts, random) {
	for (let at = 0; at < facts.length; ) {
		const some = facts.slice(at, at + 1 + random.below(30));
		const rows = await monitor.runTogether("fold", some.map(foldValues), AS_WORKER);
		assert.equal(rows.length, some.length);
		at += some.length;
	}
}

const forget = async () => {
	for (const table of ["fact", "mark", "delta", "standing", "succession"])
		await superuser.rows(`truncate monitor.${table}`);
	await superuser.rows("delete from monitor.cut where isfinite(starts_on)");
	await superuser.rows("update monitor.cut set deltas = 0, figures = 0");
	await superuser.rows("update monitor.listener_offset set seq = 0");
};

async function marksOn(counter, day, known) {
	const rows = await monitor.client.rows(
		`select unit, seq, to_char(valid_on, 'YYYY-MM-DD') as valid_on, district,
			coalesce(inherited_from, unit) as "from", ordinal
		from marks_on($1, $2::date, $3::bigint) order by ordinal`,
		[counter, day, String(known)],
	);
	return rows.map((row) => [row.unit, Number(row.seq), row.valid_on, row.district, row.from]);
}

// In pages of three, each with its rank as recorded.
async function listed(counter, day) {
	const asked = { counter, as_of: day, known_at: null, district: null, today: day, limit: 3 };
	const all = [];
	for (let cursor = 0; cursor !== null; ) {
		const page = await monitor.run("list_figure_facts", { ...asked, cursor }, { scope: "*" });
		all.push(...page);
		cursor = page.at(-1)?.next ?? null;
	}
	return all.map((row) => [row.unit, Number(row.ordinal_as_recorded)]);
}

async function figuresOn(counter, day, known) {
	const rows = await monitor.client.rows(
		"select district, n from figures_on($1::date, $2::bigint) where counter = $3 and n <> 0",
		[day, String(known), counter],
	);
	return Object.fromEntries(rows.map(({ district, n }) => [district, Number(n)]));
}

describe("ledgers with mergers", () => {
	let inherited = 0;

	for (let ledger = 0; ledger < LEDGERS; ledger++)
		test(`ledger ${ledger}`, async () => {
			const seed = SEED + ledger;
			const random = randomFrom(seed);
			const facts = randomFacts(random, FACTS, MERGERS);
			const recount = new Recount(facts);
			await forget();
			await foldAll(facts, random);
			for (let i = 0; i < QUESTIONS; i++) {
				const day = i === 0 ? "2100-01-01" : randomDay(random);
				const known = i % 2 === 0 ? FACTS : random.below(FACTS + 1);
				const counter = random.of(COUNTERS);
				const asking = `seed ${seed}: ${counter} on ${day} as known at ${known}`;
				const counted = recount.counted(counter, day, known);
				inherited += counted.filter((each) => each.from !== each.unit).length;
				assert.deepEqual(
					await marksOn(counter, day, known),
					counted.map((each) => [each.unit, each.seq, each.validOn, each.district, each.from]),
					asking,
				);
				assert.deepEqual(
					await figuresOn(counter, day, known),
					recount.figures(counter, day, known),
					asking,
				);
				if (known === FACTS)
					assert.deepEqual(
						await listed(counter, day),
						counted.map((each) => [each.unit, recount.rankAsRecorded({ ...each, unit: each.from })]),
						asking,
					);
			}
		});

	test("were merged enough to say something", () => {
		assert.ok(inherited > 20, `seed ${SEED}: ${inherited} taken over`);
	});
});
