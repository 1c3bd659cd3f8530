// The cases of the pipeline: random stages, deadlines and sessions, late, replaced and taken back, are
// folded, and every day's cases are held against a recount that goes through all of them: the totals
// by stage, the spans of what is known now, the marks of what was known earlier.
// ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";
import { randomFrom } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const FACTS = 400;
const QUESTIONS = 60;
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2022, 0, 1);
const DAYS = 700;
const STAGES = {
	coaching: { 1: "requested", 6: "clarification", 2: "coach_matched", 7: "contracted", 3: "active",
		8: "paused" },
	measure: { 1: "planned", 2: "running", 3: "done" },
};
const LIMITS = { NO_COACH: 28, NO_ACTIVITY: 90, REVIEW_DUE: 365, MEASURE: 180 };

const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const dateOf = (days) => new Date(FIRST + days * DAY_MS).toISOString().slice(0, 10);
const sinceEpoch = (day) => Date.parse(day) / DAY_MS;
const randomDay = () => dateOf(random.below(DAYS));

const UNITS = Array.from({ length: 18 }, (_, i) => ({
	unit: randomUUID(),
	track: i < 12 ? "coaching" : "measure",
	participant: `1462${i % 3}${100 + i}`,
}));

const mark = (what, { unit, track, participant }, validOn, n, step = "") => ({
	counter: `${what}/${track}`,
	unit: unit + step,
	participant,
	district: participant.slice(0, 5),
	validOn,
	n,
	responsible: what === "due" ? "coach" : what === "stage" && track === "measure" ? "mayor" : "",
	firstOn: "",
});

// To add one: a function of a case and a day that gives marks beside its activity.
const MAKERS = [
	(of, day) => [mark("stage", of, day, Number(random.of(Object.keys(STAGES[of.track]))))],
	(of, day) => [mark("stage", of, day, Number(random.of(Object.keys(STAGES[of.track]))))],
	(of, day) => [mark("stage", of, day, random.of([-1, -2]))],
	(of, day) => [mark("contact", of, day, random.of([0, 1]))],
	(of, day) => [mark("due", of, day, random.chance(0.3) ? 0 : sinceEpoch(randomDay()), "/review")],
	(of, day) => [mark("review", of, day, 1)],
	(of, day) => [mark("coachChanges", of, day, random.of([1, 2]))],
	() => [],
];

const facts = [];
for (let seq = 1; seq <= FACTS; seq++) {
	const of = random.of(UNITS);
	const day = randomDay();
	const earlier = random.chance(0.15) && seq > 1 ? random.of(facts) : null;
	const withdrawn = earlier && random.chance(0.5);
	facts.push({
		seq,
		id: randomUUID(),
		day,
		corrects: earlier?.id ?? null,
		participants: [of.participant],
		cases: withdrawn ? [] : [mark("activity", of, day, 1), ...random.of(MAKERS)(of, day)],
	});
}

// ---- by hand

const goneWith = new Map();
for (const { corrects, seq } of facts)
	if (corrects && !goneWith.has(corrects)) goneWith.set(corrects, seq);

// The marks of a counter and unit that stand with a fact, in order.
function timeline(what, unit, known, until) {
	return facts
		.filter(({ seq, id }) => seq <= known && (goneWith.get(id) ?? Infinity) > known)
		.flatMap(({ seq, cases }) => cases.map((each) => ({ ...each, seq })))
		.filter((each) => each.counter.startsWith(`${what}/`) && each.unit === unit)
		.filter(({ validOn }) => validOn <= until)
		.sort((a, b) => (a.validOn < b.validOn ? -1 : a.validOn > b.validOn ? 1 : a.seq - b.seq));
}

const last = (list) => list[list.length - 1];
const daysFrom = (from, to) => sinceEpoch(to) - sinceEpoch(from);
const later = (day, days) => new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

// Where the value that holds began: what repeats it, or was over on its day, begins nothing.
function begun(list) {
	let at = list.length - 1;
	while (at > 0 && list[at - 1].n === list[at].n) at--;
	return list[at].validOn;
}

function reasonsOf({ unit, track }, stage, entered, day, known) {
	const stages = timeline("stage", unit, known, day);
	const started = stages.find(({ n }) => n === 3)?.validOn;
	const reviewed = last(timeline("review", unit, known, day))?.validOn ?? started;
	const active = last(timeline("activity", unit, known, day))?.validOn;
	const due = last(timeline("due", `${unit}/review`, known, day))?.n ?? 0;
	const found = [];
	const add = (obstacle, since) => found.push(`${obstacle} ${since}`);
	// the first day on which more than the limit had passed
	const addAfter = (obstacle, from, limit) => {
		if (from && daysFrom(from, day) > limit) add(obstacle, later(from, limit + 1));
	};
	if (track === "measure")
		addAfter(stage === "done" ? "NOT_EVALUATED" : "NO_ACTIVITY", active, LIMITS.MEASURE);
	else if (["requested", "clarification"].includes(stage))
		addAfter("NO_COACH", stages[0].validOn, LIMITS.NO_COACH);
	else if (stage !== "paused") addAfter("NO_ACTIVITY", active, LIMITS.NO_ACTIVITY);
	const contact = last(timeline("contact", unit, known, day));
	if (["contracted", "active", "paused"].includes(stage) && contact?.n !== 1)
		add("NO_CONTACT_PERSON", contact?.validOn ?? started ?? entered);
	if (["active", "paused"].includes(stage)) addAfter("REVIEW_DUE", reviewed, LIMITS.REVIEW_DUE);
	const stalled = found.length > 0;
	const changes = timeline("coachChanges", unit, known, day);
	if (last(changes)?.n > 1) add("COACH_CHANGES", begun(changes));
	const overdue = due > 0 && due < sinceEpoch(day);
	if (overdue) add("DEADLINE_PASSED", later("1970-01-01", due + 1));
	return { stalled, overdue, reasons: found };
}

function casesBy(day, known) {
	return UNITS.flatMap((of) => {
		const stages = timeline("stage", of.unit, known, day);
		const stage = STAGES[of.track][last(stages)?.n];
		if (!stage) return [];
		const entered = begun(stages);
		return [
			{
				unit: of.unit,
				track: of.track,
				stage,
				district: of.participant.slice(0, 5),
				opened: stages[0].validOn,
				entered,
				active: last(timeline("activity", of.unit, known, day)).validOn,
				...reasonsOf(of, stage, entered, day, known),
			},
		];
	}).sort((a, b) => (a.unit < b.unit ? -1 : 1));
}

// ---- by the suite

let suite;
let superuser;
let monitor;

before(async () => {
	console.log(seeded);
	suite = await startSql();
	superuser = suite.client();
	await superuser.rows("set search_path = monitor");
	monitor = suite.service("monitor");
	for (let at = 0; at < facts.length; ) {
		const some = facts.slice(at, at + 1 + random.below(20));
		const values = some.map(({ seq, id, day, corrects, participants, cases }) => ({
			seq,
			epoch: "e1",
			fact_id: id,
			type: "asskomm.test.Fact",
			valid_on: day,
			recorded_at: new Date(Date.UTC(2024, 0, 1) + seq * 1000).toISOString(),
			participants,
			provenance: null,
			citation: null,
			corrects,
			marks: [],
			cases: cases.map((each) => ({ ...each, n: String(each.n) })),
			successions: null,
			districts: null,
			parties: null,
		}));
		await monitor.runTogether("fold", values, { scope: "*", actor: "monitor" });
		at += some.length;
	}
});
after(() => suite?.stop());

function* questions() {
	yield [dateOf(DAYS + 1000), FACTS];
	yield [dateOf(0), FACTS];
	for (let i = 0; i < QUESTIONS; i++)
		yield [randomDay(), random.chance(0.5) ? FACTS : random.below(FACTS)];
}

test("the cases of a day with their ages and what holds them up", async () => {
	for (const [day, known] of questions()) {
		const rows = await superuser.rows(
			`select unit, track, stage, district, opened_on as opened, entered_on as entered,
				last_activity_on as active, stalled, overdue,
				array_to_json(array(select (r ->> 'obstacle') || ' ' || (r ->> 'since')
					from jsonb_array_elements(reasons) as r))::text as reasons
			from monitor.cases_on($1::date, $2::bigint) order by unit`,
			[day, String(known)],
		);
		const found = rows.map((row) => ({
			...row,
			stalled: row.stalled === "t",
			overdue: row.overdue === "t",
			reasons: JSON.parse(row.reasons),
		}));
		assert.deepEqual(found, casesBy(day, known), `${seeded}: ${day} as known with ${known}`);
	}
});

test("how many are in a stage is summed up, and is the same", async () => {
	for (const [day, known] of questions()) {
		const rows = await superuser.rows(
			`select counter || ' ' || district as cell, n
			from monitor.figures_on($1::date, $2::bigint) where n <> 0 order by 1`,
			[day, String(known)],
		);
		const counted = {};
		for (const { track, stage, district } of casesBy(day, known)) {
			const n = Object.keys(STAGES[track]).find((number) => STAGES[track][number] === stage);
			const cell = `stage/${track}/${n} ${district}`;
			counted[cell] = (counted[cell] ?? 0) + 1;
		}
		assert.deepEqual(
			Object.fromEntries(rows.map(({ cell, n }) => [cell, Number(n)])),
			counted,
			`${seeded}: ${day} as known with ${known}`,
		);
	}
});

test("thresholds are data", async () => {
	const day = dateOf(DAYS);
	await superuser.rows(
		`insert into monitor.threshold
		values ('no_coach', 10000), ('no_activity', 10000), ('review', 10000), ('measure', 10000)`,
	);
	const [{ n }] = await superuser.rows(
		"select count(*) filter (where stalled) as n from monitor.cases_on($1, $2)",
		[day, String(FACTS)],
	);
	const left = casesBy(day, FACTS).filter(({ reasons }) =>
		reasons.some((reason) => reason.startsWith("NO_CONTACT_PERSON")),
	);
	assert.equal(Number(n), left.length, seeded);
	await superuser.rows("delete from monitor.threshold");
});

test("the list is by scope, by district and in pages", async () => {
	const day = dateOf(DAYS);
	const asked = {
		as_of: day, known_at: null, district: null, track: null, stage: null,
		stalled: "f", overdue: "f", ageing: "f", cursor: null, limit: 2, today: day,
		police_directorate: null, adviser: null,
	};
	const all = casesBy(day, FACTS).sort((a, b) =>
		a.entered + a.unit < b.entered + b.unit ? -1 : 1,
	);
	const seen = [];
	for (let cursor = null; ; ) {
		const rows = await monitor.run("list_pipeline_items", { ...asked, cursor }, { scope: "*" });
		seen.push(...rows.map(({ unit }) => unit));
		cursor = last(rows)?.next ?? null;
		if (cursor === null) break;
	}
	assert.deepEqual(seen, all.map(({ unit }) => unit), seeded);
	const own = await monitor.run("list_pipeline_items", { ...asked, limit: 100 }, { scope: "14621" });
	assert.deepEqual(
		own.map(({ unit }) => unit),
		all.filter(({ district }) => district === "14621").map(({ unit }) => unit),
		seeded,
	);
	const stalled = await monitor.run(
		"list_pipeline_items",
		{ ...asked, limit: 100, stalled: "t" },
		{ scope: "*" },
	);
	assert.equal(stalled.length, all.filter((each) => each.stalled).length, seeded);
});
