// Milestones of participants: random facts, late and taken back, are folded, and the conversions
// between milestones, and what a dossier says, are held against a recount.
// ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";
import { randomFrom } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const FACTS = 300;
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2021, 0, 1);
const DAYS = 900;
const WITHIN = 120;

const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const dateOf = (days) => new Date(FIRST + days * DAY_MS).toISOString().slice(0, 10);
const sinceEpoch = (day) => Date.parse(day) / DAY_MS;
const randomDay = () => dateOf(random.below(DAYS));
const instantOf = (seq) => new Date(Date.UTC(2024, 0, 1) + seq * 1000).toISOString();

const TOWNS = ["14628", "14713"].flatMap((district) =>
	Array.from({ length: 8 }, (_, i) => `${district}${100 + i}`),
);

const COUNTERS = { contact: "contacted", advice: "advised", agreement: "agreements", coaching: "coachings",
	analysis: "analysesStarted", council: "councils", coach_matched: "coachesMatched" };
const CASES = ["coaching", "analysis", "council", "coach_matched", "strategy", "measure", "measure_done"];
const STAGES = { strategy: ["stage/analysis", -1], measure: ["stage/measure", 1], measure_done: ["stage/measure", 3] };

const markOf = (counter, unit, participant, validOn, n = 1) => ({
	counter, unit, participant, district: participant.slice(0, 5), validOn, n,
});

const NOTHING = "nothing"; // about a town, and no step of it

// A fact: one milestone of one town, or an analysis of two.
function makeFact(seq) {
	const milestone = random.of([...Object.keys(COUNTERS), ...Object.keys(STAGES), NOTHING]);
	const towns = [...new Set(CASES.includes(milestone) ? [random.of(TOWNS), random.of(TOWNS)] : [random.of(TOWNS)])];
	const day = randomDay();
	const unit = CASES.includes(milestone) ? randomUUID() : towns[0];
	const isMark = milestone in COUNTERS;
	const [stage, n] = STAGES[milestone] ?? [];
	return {
		seq, day, milestone, towns,
		id: randomUUID(),
		corrects: random.chance(0.1) && seq > 1 ? facts[random.below(seq - 1)].id : null,
		marks: [
			...(isMark ? [markOf(COUNTERS[milestone], unit, towns[0], day)] : []),
			...towns.map((key) => markOf("participants", key, key, day)),
		],
		cases: isMark || !stage ? [] : [markOf(stage, unit, towns[0], day, n)],
	};
}

const facts = [];
for (let seq = 1; seq <= FACTS; seq++) facts.push(makeFact(seq));
const goneWith = new Map();
for (const { corrects, seq } of facts)
	if (corrects && !goneWith.has(corrects)) goneWith.set(corrects, seq);

const standing = (known, day) =>
	facts.filter(
		({ seq, id, day: on }) =>
			seq <= known && on <= day && (goneWith.get(id) ?? Infinity) > known,
	);

const isStep = ({ milestone }) => milestone !== NOTHING;

function reachedBy(day, known) {
	const found = new Map();
	for (const { towns, milestone, day: on } of standing(known, day).filter(isStep))
		for (const town of towns) {
			const key = `${town} ${milestone}`;
			if (!found.has(key) || on < found.get(key)) found.set(key, on);
		}
	return found;
}

const quarterOf = (day) => `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
const endOf = (quarter) =>
	Date.UTC(Number(quarter.slice(0, 4)), 3 * Number(quarter[6]), 0) / DAY_MS;

function cohortsBy(reached, from, to, day, district) {
	const cohorts = new Map();
	for (const town of TOWNS.filter((key) => !district || key.startsWith(district))) {
		const start = reached.get(`${town} ${from}`);
		if (!start) continue;
		const quarter = quarterOf(start);
		const cohort = cohorts.get(quarter) ?? {
			quarter, ripe: endOf(quarter) + WITHIN <= sinceEpoch(day), size: 0, before: 0, lags: [],
		};
		cohorts.set(quarter, cohort);
		cohort.size++;
		const end = reached.get(`${town} ${to}`);
		if (end < start) cohort.before++;
		if (end >= start) cohort.lags.push(sinceEpoch(end) - sinceEpoch(start));
	}
	for (const { lags } of cohorts.values()) lags.sort((a, b) => a - b);
	return [...cohorts.values()].sort((a, b) => (a.quarter < b.quarter ? -1 : 1));
}

let suite;
let monitor;

before(async () => {
	console.log(seeded);
	suite = await startSql();
	monitor = suite.service("monitor");
	await suite.client().rows(
		`insert into monitor.party (key, told_on, seq, kind, name, district, association, population)
		select key, '2020-01-01', 0, 'municipality', 'Town ' || key, left(key, 5), '', 1000
		from unnest($1::text[]) as key`,
		[`{${TOWNS}}`],
	);
	await suite.client().rows(
		`insert into monitor.district (district, told_on, seq, name, kind, police_directorate, municipalities)
		select distinct left(key, 5), date '2020-01-01', 0, 'District', 'district', 'PD-DD', 1
		from unnest($1::text[]) as key`,
		[`{${TOWNS}}`],
	);
	const values = facts.map(({ seq, id, day, corrects, towns, marks, cases }) => ({
		seq, epoch: "e1", fact_id: id, type: "asskomm.test.Fact", valid_on: day,
		recorded_at: instantOf(seq), participants: towns, provenance: null, citation: null, corrects,
		marks: marks.map((each) => ({ ...each, n: String(each.n) })),
		cases: cases.map((each) => ({ ...each, n: String(each.n) })),
		successions: null, districts: null, parties: null, members: null,
	}));
	for (let at = 0; at < values.length; at += 50)
		await monitor.runTogether("fold", values.slice(at, at + 50), { scope: "*", actor: "monitor" });
});
after(() => suite?.stop());

test("conversions are the recount", async () => {
	for (let i = 0; i < 12; i++) {
		const day = randomDay();
		const known = random.chance(0.5) ? FACTS : random.below(FACTS) + 1;
		const district = random.chance(0.5) ? "14628" : null;
		const [row] = await monitor.run("get_conversions", {
			as_of: day, known_at: instantOf(known), today: day, within: WITHIN, district,
			police_directorate: null,
		});
		const reached = reachedBy(day, known);
		for (const { from, to, cohorts } of JSON.parse(row.pairs))
			assert.deepEqual(
				cohorts,
				cohortsBy(reached, from, to, day, district),
				`${seeded}: ${day} ${known} ${district} ${from} to ${to}`,
			);
	}
});

test("a funnel has the conversions of each district, and they sum up to the state's", async () => {
	for (let i = 0; i < 12; i++) {
		const day = randomDay();
		const [from, to] = random.of([["advice", "agreement"], ["agreement", "council"], ["council", "agreement"]]);
		const asked = { as_of: day, known_at: null, today: day, within: WITHIN };
		const [row] = await monitor.run("get_conversion_funnel", { ...asked, from, to });
		const reached = reachedBy(day, FACTS);
		const counted = (district) =>
			cohortsBy(reached, from, to, day, district)
				.filter(({ ripe }) => ripe)
				.reduce(([n, of], { lags, size }) =>
					[n + lags.filter((lag) => lag <= WITHIN).length, of + size], [0, 0]);
		const told = JSON.parse(row.districts);
		const label = `${seeded}: ${day} ${from} to ${to}`;
		for (const { district, n, of } of told)
			assert.deepEqual([n, of], counted(district), `${label} in ${district}`);
		assert.deepEqual([Number(row.n), Number(row.of)], counted(null), label);
		assert.equal(told.reduce((sum, { of }) => sum + of, 0), Number(row.of), label);
	}
	const nothing = { as_of: null, known_at: null, today: "2024-01-01", within: 0, from: "advice" };
	assert.deepEqual(await monitor.run("get_conversion_funnel", { ...nothing, to: "glory" }), []);
});

test("a forecast of a milestone draws from those who reached it", async () => {
	for (let i = 0; i < 12; i++) {
		const day = randomDay();
		const known = random.chance(0.5) ? FACTS : random.below(FACTS) + 1;
		const district = random.chance(0.5) ? "14628" : null;
		const milestone = random.of([null, ...Object.keys(COUNTERS), ...Object.keys(STAGES)]);
		const [row] = await monitor.run("get_forecast", {
			as_of: day, known_at: instantOf(known), today: day, track: null, stage: null, district,
			police_directorate: null, milestone,
		});
		const ago = [...reachedBy(day, known)]
			.filter(([name]) => name.endsWith(` ${milestone ?? "agreement"}`))
			.filter(([name]) => !district || name.startsWith(district))
			.map(([, on]) => sinceEpoch(day) - sinceEpoch(on))
			.filter((days) => days < 208 * 7)
			.sort((a, b) => a - b);
		assert.deepEqual(JSON.parse(row.done_days_ago), ago, `${seeded}: ${day} ${known} ${milestone}`);
		assert.equal(row.milestone, milestone ?? "agreement");
	}
	const asked = { as_of: "2023-01-01", known_at: null, today: "2023-01-01", stage: null, district: null,
		police_directorate: null };
	for (const wrong of [
		{ track: null, milestone: "agrement" },
		{ track: "coaching", milestone: "agreement" },
	])
		assert.deepEqual(await monitor.run("get_forecast", { ...asked, ...wrong }), []);
});

// Who took part by a day, with the milestones that it reached.
function rowsBy(day, known, isSeen) {
	const reached = reachedBy(day, known);
	const present = new Set(standing(known, day).filter(isStep).flatMap(({ towns }) => towns));
	return TOWNS.filter((key) => present.has(key) && isSeen(key))
		.sort()
		.map((participant) => ({
			participant,
			name: `Town ${participant}`,
			district: participant.slice(0, 5),
			...Object.fromEntries(
				[...reached]
					.filter(([name]) => name.startsWith(participant))
					.map(([name, on]) => [`${name.split(" ")[1]}_on`, on]),
			),
		}));
}
const filled = (row) =>
	Object.fromEntries(Object.entries(row).filter(([key, value]) => value !== null && key !== "next"));

test("each participant has a row with its milestones, in pages and all at once, by scope", async () => {
	for (let i = 0; i < 10; i++) {
		const day = randomDay();
		const known = random.chance(0.5) ? FACTS : random.below(FACTS) + 1;
		const district = random.chance(0.3) ? "14628" : null;
		const scope = random.of(["*", "14713", TOWNS[3]]);
		const asked = { as_of: day, known_at: instantOf(known), today: day, district,
			police_directorate: null };
		const label = `${seeded}: ${day} ${known} ${district} ${scope}`;
		const wanted = rowsBy(day, known, (key) =>
			(scope === "*" || key.startsWith(scope)) && (!district || key.startsWith(district)));
		const pages = [];
		for (let cursor = null; ; ) {
			const rows = await monitor.run("list_milestones", { ...asked, cursor, limit: 3 }, { scope });
			assert.ok(rows.length <= 3, label);
			pages.push(...rows);
			cursor = rows[rows.length - 1]?.next ?? null;
			if (cursor === null) break;
		}
		assert.deepEqual(pages.map(filled), wanted, label);
		const [table] = await monitor.run("export_milestones", asked, { scope });
		assert.deepEqual(JSON.parse(table.rows), wanted, label);
	}
});

test("a dossier has what stands, in order, for those who may see it", async () => {
	for (const key of TOWNS) {
		const day = randomDay();
		const known = random.below(FACTS) + 1;
		const asked = { key, as_of: day, known_at: instantOf(known), today: day };
		const [row] = await monitor.run("get_dossier", asked, { scope: key.slice(0, 5) });
		const own = standing(known, day)
			.filter(({ towns }) => towns.includes(key))
			.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.seq - b.seq));
		const label = `${seeded}: ${key} ${day} ${known}`;
		assert.deepEqual(JSON.parse(row.facts).map(({ factId }) => factId), own.map(({ id }) => id), label);
		const milestones = Object.fromEntries(
			JSON.parse(row.milestones).map(({ milestone, reachedOn }) => [milestone, reachedOn]),
		);
		const reached = [...reachedBy(day, known)]
			.filter(([name]) => name.startsWith(key))
			.map(([name, on]) => [name.split(" ")[1], on]);
		assert.deepEqual(milestones, Object.fromEntries(reached), label);
		assert.deepEqual(await monitor.run("get_dossier", asked, { scope: "14999" }), [], label);
	}
});
