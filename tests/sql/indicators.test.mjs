// What the indicators are made from: random stages, transfers and deadlines, late, replaced and taken
// back, are folded, and for random days, windows and moments of knowledge every number is held
// against a recount that goes through all of them. What was asked before the second half was folded
// is asked again after it.
// ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";
import { randomFrom } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const FACTS = 500;
const QUESTIONS = 40;
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2022, 0, 1);
const DAYS = 600;
const DISTRICTS = ["14521", "14628", "14713"];
const DIRECTORATES = ["PD-C", "PD-DD", "PD-L"];
const ADVISERS = ["mia", "ben", "zoe"];
const STAGES = {
	analysis: { 1: "data_collection", 2: "survey_running", 3: "evaluation", 4: "report", 5: "presented" },
	coaching: {
		1: "requested", 6: "clarification", 2: "coach_matched", 7: "contracted",
		3: "active", 8: "paused", 9: "in_review",
	},
	council: { 1: "active", 2: "dormant" },
	measure: { 1: "planned", 2: "running", 3: "done" },
};
const ANALYSIS = "asskomm.analysis.v1";
const COACHING = "asskomm.coaching.v1";

const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const dateOf = (days) => new Date(FIRST + days * DAY_MS).toISOString().slice(0, 10);
const sinceEpoch = (day) => Date.parse(day) / DAY_MS;
const dayOf = (days) => new Date(days * DAY_MS).toISOString().slice(0, 10);
// many on few days, so that stages are entered and left on one day
const randomDay = () => dateOf(random.chance(0.5) ? random.below(DAYS) : 20 * random.below(DAYS / 20));
const instantOf = (seq) => new Date(Date.UTC(2024, 0, 1) + seq * 1000).toISOString();

const UNITS = Array.from({ length: 24 }, (_, i) => ({
	unit: randomUUID(),
	track: i < 18 ? ["coaching", "analysis"][i % 2] : "measure",
	participant: `${DISTRICTS[i % 3]}${100 + i}`,
}));

const mark = (what, { unit, track, participant }, validOn, n, more = {}) => ({
	counter: `${what}/${track}`,
	unit: unit + (more.step ? `/${more.step}` : ""),
	participant,
	district: more.district ?? participant.slice(0, 5),
	validOn,
	n,
	responsible: "",
	firstOn: more.firstOn ?? "",
});

const anyStage = ({ track }) => Number(random.of(Object.keys(STAGES[track])));
const due = (of, day, step, type) => ({
	type,
	marks: [
		mark("due", of, day, random.chance(0.4) ? 0 : sinceEpoch(randomDay()), {
			step,
			firstOn: random.chance(0.5) ? randomDay() : "",
		}),
	],
});

// To add one: a function of a case and a day that gives a fact's type and marks.
const MAKERS = [
	(of, day) => ({ marks: [mark("stage", of, day, anyStage(of))] }),
	(of, day) => ({ marks: [mark("stage", of, day, anyStage(of))] }),
	(of, day) => ({ marks: [mark("stage", of, day, anyStage(of))] }),
	(of, day) => ({ marks: [mark("stage", of, day, random.of([-1, -2]))] }),
	(of, day) => ({
		marks: [mark("stage", of, day, anyStage(of), { district: random.of(DISTRICTS) })],
	}),
	(of, day) =>
		of.track === "measure"
			? due(of, day, "completion",
					random.of([`${ANALYSIS}.MeasureFinished`, `${ANALYSIS}.MeasureDueDateChanged`,
						`${ANALYSIS}.MeasureDropped`]))
			: of.track === "analysis"
			? due(of, day, random.of(["survey", "presentation"]),
					random.of([`${ANALYSIS}.AnalysisMilestoneReached`, `${ANALYSIS}.AnalysisTaskDone`,
						`${ANALYSIS}.AnalysisPresented`, `${ANALYSIS}.AnalysisStepPostponed`]))
			: due(of, day, random.of(["session", "review"]),
					random.of([`${COACHING}.SessionHeld`, `${COACHING}.InterimReviewHeld`,
						`${COACHING}.ContractMade`])),
];

const facts = [];
for (let seq = 1; seq <= FACTS; seq++) {
	const of = random.of(UNITS);
	const day = randomDay();
	const earlier = random.chance(0.15) && seq > 1 ? random.of(facts) : null;
	const { type = "asskomm.test.Fact", marks } = random.of(MAKERS)(of, day);
	facts.push({
		seq,
		type,
		id: randomUUID(),
		day,
		corrects: earlier?.id ?? null,
		participants: [of.participant],
		cases: earlier && random.chance(0.5) ? [] : marks,
	});
}

// Districts are handed from one adviser to the next: each period is told at some time. The second
// register gives a district to another directorate.
const dayAfter = (day) => dayOf(sinceEpoch(day) + 1);
const periods = DISTRICTS.flatMap((district, at) => {
	const days = [0, 200, 400].map((from) => dateOf(from + (from && random.below(150))));
	return days.map((from, i) => ({
		district,
		from,
		until: days[i + 1] ?? null,
		adviser: ADVISERS[(at + i) % 3],
		told: random.of(i === 0 ? facts.slice(0, 50) : facts), // nobody is asked about unheard of
	}));
});
for (const { told, district, from, until, adviser } of periods)
	for (const [day, n] of [[from, 1], [until, 0]])
		if (day)
			told.cases = [...told.cases, {
				counter: "adviser/district", unit: `${district}/${from}/${adviser}`,
				participant: district, district, validOn: day, n, responsible: adviser, firstOn: "",
			}];
const registers = [
	{ toldOn: "2021-11-30", of: ["PD-C", "PD-DD", "PD-DD"], seq: 1 },
	{ toldOn: dateOf(300), of: ["PD-C", "PD-DD", "PD-L"], seq: 1 + random.below(FACTS / 2) },
];
for (const { toldOn, of, seq } of registers)
	facts[seq - 1].districts = [
		...(facts[seq - 1].districts ?? []),
		...DISTRICTS.map((district, i) => ({
			district, toldOn, name: district, kind: "district", policeDirectorate: of[i],
			municipalities: 1,
		})),
	];

// ---- by hand

const goneWith = new Map();
for (const { corrects, seq } of facts)
	if (corrects && !goneWith.has(corrects)) goneWith.set(corrects, seq);

// { counter and unit: their marks in order }, of what stands with a fact and lies before a day.
function periodsBy(known) {
	return periods.filter(({ told: { seq, id } }) => seq <= known && (goneWith.get(id) ?? Infinity) > known);
}

// The districts of a directorate on a day.
function districtsOf(directorate, day, known) {
	const told = registers.filter(({ seq }) => seq <= known);
	const inForce = (told.length ? told : registers)
		.sort((a, b) => (a.toldOn < b.toldOn ? -1 : 1))
		.reduce((last, each) => (each.toldOn <= day ? each : last));
	return DISTRICTS.filter((_, i) => inForce.of[i] === directorate);
}

const isWithin = ({ from, until }, day) => from <= day && !(until <= day);

// The part of each stay that lies in the time of an adviser.
function partsOf(stays, adviser, day, known) {
	return stays.flatMap((stay) =>
		periodsBy(known)
			.filter((each) => each.district === stay.district && each.adviser === adviser)
			.filter((each) =>
				stay.left === stay.entered
					? isWithin(each, stay.entered)
					: each.from < (stay.left ?? dayAfter(day)) && !(each.until <= stay.entered))
			.map(({ from, until }) => {
				const isHandedOver = until !== null && until <= day && !(stay.left <= until);
				const isTaken = from > stay.entered;
				return {
					...stay,
					entered: isTaken ? from : stay.entered,
					left: isHandedOver ? until : stay.left,
					outcome: isHandedOver ? "transferred" : stay.outcome,
					repeated: stay.repeated && !isTaken,
					cameOver: stay.cameOver || isTaken,
				};
			}),
	);
}

// What is asked about: whole stays of some districts, or an adviser's parts of stays.
function hereOf(stays, { day, known, district, directorate, adviser }) {
	const within = stays.filter(
		(stay) =>
			(!district || stay.district === district) &&
			(!directorate || districtsOf(directorate, day, known).includes(stay.district)),
	);
	return adviser ? partsOf(within, adviser, day, known) : within;
}

function timelines(known, day) {
	const found = new Map();
	for (const { seq, id, type, cases } of facts)
		if (seq <= known && (goneWith.get(id) ?? Infinity) > known)
			for (const each of cases)
				if (each.validOn <= day) {
					const key = `${each.counter} ${each.unit}`;
					found.set(key, [...(found.get(key) ?? []), { ...each, seq, type }]);
				}
	for (const list of found.values())
		list.sort((a, b) => (a.validOn < b.validOn ? -1 : a.validOn > b.validOn ? 1 : a.seq - b.seq));
	return [...found.values()];
}

// The stays of one timeline, in order; `value` tells in which stage a mark puts the case.
function staysIn(track, list, value) {
	const steps = [];
	for (const each of list) {
		const n = value(each.n);
		const before = steps[steps.length - 1];
		if (!before || before.n !== n || before.district !== each.district)
			steps.push({ n, district: each.district, entered: each.validOn });
	}
	return steps
		.map(({ n, district, entered }, i) => {
			const next = steps[i + 1];
			const outcome = !next
				? "open"
				: next.n === n
					? "transferred"
					: next.n === -2
						? "given_up"
						: "done";
			const before = steps[i - 1];
			const isAside = ["paused", "in_review", "dormant"].includes(STAGES[track][before?.n]);
			const cameOver = before?.n === n;
			const repeated =
				steps.slice(0, i).some((step) => step.n === n) && !cameOver && !isAside;
			return { n, district, entered, left: next?.entered, outcome, cameOver, repeated };
		})
		.filter(({ n }) => n >= 0);
}

function staysBy(day, known) {
	return timelines(known, day)
		.filter(([{ counter }]) => counter.startsWith("stage/"))
		.flatMap((list) => {
			const [{ counter, unit }] = list;
			const track = counter.split("/")[1];
			return [(n) => n, (n) => Math.min(n, 0)].flatMap((value, whole) =>
				staysIn(track, list, value)
					.filter(({ n }) => whole || n > 0)
					.map((stay) => ({ ...stay, track, unit, stage: whole ? "" : STAGES[track][stay.n] })),
			);
		});
}

function deadlinesBy(day, known) {
	return timelines(known, day)
		.filter(([{ counter }]) => counter.startsWith("due/"))
		.flatMap((list) =>
			list
				.map((each, i) => ({ ...each, next: list[i + 1] }))
				.filter(({ n }) => n > 0)
				.map(({ counter, unit, district, n, firstOn, next }) => {
					const [of, step] = unit.split("/");
					const kind = next?.type.split(".").pop();
					const isDone =
						(["AnalysisMilestoneReached", "AnalysisTaskDone"].includes(kind) && next.n === 0) ||
						(kind === "MeasureFinished" && next.n === 0) ||
						(kind === "AnalysisPresented" && step === "presentation" && next.n === 0) ||
						(kind === "SessionHeld" && step === "session") ||
						(kind === "InterimReviewHeld" && step === "review");
					const ending = !next
						? "open"
						: isDone
							? "done"
							: next.n > 0 && next.n !== n
								? "moved"
								: "other";
					const first = firstOn || dayOf(n);
					return { track: counter.split("/")[1], of, district, dueOn: dayOf(n), first, ending,
						ended: next?.validOn };
				}),
		);
}

const daysFrom = (from, to) => sinceEpoch(to) - sinceEpoch(from);
const ascending = (list) => list.sort((a, b) => a - b);
const count = (list, test) => list.filter(test).length;

function stageBy(stays, track, stage, question) {
	const { day, window } = question;
	const start = dayOf(sinceEpoch(day) - window);
	const pool = stays.filter((stay) => stay.track === track && stay.stage === stage);
	const here = hereOf(pool, question);
	const hasLeft = ({ left }) => left > start;
	const age = ({ entered }) => daysFrom(entered, day);
	const isGone = ({ outcome }) => ["done", "given_up"].includes(outcome);
	const back = (days) => dayOf(sinceEpoch(day) - days);
	const isIn = (on, from, to) => on > back(from) && on <= back(to);
	const flow = (from, to) => [
		count(here, (stay) => !stay.cameOver && isIn(stay.entered, from, to)),
		count(here, (stay) => isGone(stay) && isIn(stay.left, from, to)),
	];
	// day by day: who is in the stage on it
	const isThere = (on) => ({ entered, left }) => entered <= on && (!left || left > on);
	const caseDays = (from, to) =>
		Array.from({ length: from - to }, (_, i) => count(here, isThere(back(to + i))))
			.reduce((sum, n) => sum + n, 0);
	const [came, went] = flow(180, 0);
	const [cameBefore, wentBefore] = flow(360, 180);
	const newOnes = pool.filter(({ entered }) => entered > start);
	return {
		track,
		stage,
		arrivals: count(here, ({ entered }) => entered > start),
		givenUp: count(here, (stay) => hasLeft(stay) && stay.outcome === "given_up"),
		transferred: count(here, (stay) => hasLeft(stay) && stay.outcome === "transferred"),
		ages: ascending(here.filter(({ outcome }) => outcome === "open").map(age)),
		poolAges: ascending(pool.filter(({ outcome }) => outcome === "open").map(age)),
		poolCycleDays: ascending(
			pool
				.filter((stay) => hasLeft(stay) && ["done", "given_up"].includes(stay.outcome))
				.map(({ entered, left }) => daysFrom(entered, left) + 1),
		),
		doneDaysAgo: ascending(
			here
				.filter((stay) => hasLeft(stay) && stay.outcome === "done")
				.map(({ left }) => daysFrom(left, day)),
		),
		arrivedDaysAgo: ascending(
			here.filter(({ entered }) => entered > start).map(({ entered }) => daysFrom(entered, day)),
		),
		leftDaysAgo: ascending(here.filter(hasLeft).map(({ left }) => daysFrom(left, day))),
		gaveUp: count(here, (stay) => stay.outcome === "given_up" && isIn(stay.left, 180, 0)),
		firstPass: count(
			here,
			(stay) => hasLeft(stay) && stay.outcome === "done" && !stay.repeated,
		),
		poolLeftAfter: ascending(
			newOnes.filter(isGone).map(({ entered, left }) => daysFrom(entered, left) + 1),
		),
		poolOpenAfter: ascending(
			newOnes
				.filter((stay) => !isGone(stay))
				.map(({ entered, left }) => daysFrom(entered, left ?? day) + 1),
		),
		came,
		went,
		cameBefore,
		wentBefore,
		agesBefore: ascending(
			here.filter(isThere(back(180))).map(({ entered }) => daysFrom(entered, back(180))),
		),
		wipDays: caseDays(180, 0),
		wipDaysBefore: caseDays(360, 180),
	};
}

function trackBy(stays, deadlines, track, { day, window, district, directorate, adviser, known }) {
	const start = dayOf(sinceEpoch(day) - window);
	const isOpen = (of) =>
		stays.some(({ unit, stage, outcome }) => unit === of && stage === "" && outcome === "open");
	const here = deadlines.filter(
		(each) =>
			each.track === track &&
			(!district || each.district === district) &&
			(!directorate || districtsOf(directorate, day, known).includes(each.district)) &&
			(!adviser ||
				periodsBy(known).some((period) =>
					period.adviser === adviser && period.district === each.district &&
					isWithin(period, each.ended ?? day))),
	);
	const open = here.filter(({ of, ending }) => ending === "open" && isOpen(of));
	const late = open.filter(({ dueOn }) => dueOn < day);
	const done = here.filter(({ ending, ended }) => ending === "done" && ended > start);
	return {
		track,
		due: open.length,
		overdue: late.length,
		overdueDays: late.reduce((sum, { dueOn }) => sum + daysFrom(dueOn, day), 0),
		oldestOverdue: Math.max(0, ...late.map(({ dueOn }) => daysFrom(dueOn, day))),
		done: done.length,
		onTime: count(done, ({ ended, first }) => ended <= first),
		dueChanges: count(here, ({ ending, ended }) => ending === "moved" && ended > start),
	};
}

function factsBy(question) {
	const stays = staysBy(question.day, question.known);
	const deadlines = deadlinesBy(question.day, question.known);
	return {
		stages: Object.entries(STAGES).flatMap(([track, stages]) =>
			["", ...stagesInOrder(track, stages)].map((stage) => stageBy(stays, track, stage, question)),
		),
		tracks: Object.keys(STAGES).map((track) => trackBy(stays, deadlines, track, question)),
	};
}

const ORDER = { coaching: [1, 6, 2, 7, 3, 8, 9] };
const stagesInOrder = (track, stages) => (ORDER[track] ?? Object.keys(stages)).map((n) => stages[n]);

// ---- by the suite

let suite;
let superuser;
let monitor;
const published = new Map();

async function fold(some) {
	for (let at = 0; at < some.length; ) {
		const batch = some.slice(at, at + 1 + random.below(20));
		const values = batch.map(({ seq, type, id, day, corrects, participants, cases, districts }) => ({
			seq,
			epoch: "e1",
			fact_id: id,
			type,
			valid_on: day,
			recorded_at: instantOf(seq),
			participants,
			provenance: null,
			citation: null,
			corrects,
			marks: [],
			cases: cases.map((each) => ({ ...each, n: String(each.n) })),
			successions: null,
			districts: districts ?? null,
			parties: null,
		}));
		await monitor.runTogether("fold", values, { scope: "*", actor: "monitor" });
		at += batch.length;
	}
}

async function ask({ day, known, window, district = null, directorate = null, adviser = null }) {
	const [row] = await monitor.run("get_indicators", {
		as_of: day, known_at: instantOf(known), today: "2030-01-01", window,
		track: null, stage: null, district, police_directorate: directorate, adviser,
	});
	return { ...row, stages: JSON.parse(row.stages), tracks: JSON.parse(row.tracks) };
}

const question = (most) => ({
	day: randomDay(),
	known: random.chance(0.5) ? most : random.below(most),
	window: random.of([1, 30, 365]),
	district: random.chance(0.5) ? random.of(DISTRICTS) : null,
	directorate: random.chance(0.2) ? random.of(DIRECTORATES) : null,
	adviser: random.chance(0.3) ? random.of(ADVISERS) : null,
});

before(async () => {
	console.log(seeded);
	suite = await startSql();
	superuser = suite.client();
	await superuser.rows("set search_path = monitor");
	monitor = suite.service("monitor");
	await fold(facts.slice(0, FACTS / 2));
	for (let i = 0; i < 10; i++) {
		const asked = { ...question(FACTS / 2), known: FACTS / 2 };
		published.set(asked, await ask(asked));
	}
	await fold(facts.slice(FACTS / 2));
});
after(() => suite?.stop());

test("every number is the recount", async () => {
	for (let i = 0; i < QUESTIONS; i++) {
		const asked = question(FACTS);
		const { stages, tracks } = await ask(asked);
		const label = `${seeded}: ${JSON.stringify(asked)}`;
		const counted = factsBy(asked);
		assert.deepEqual(stages.map(({ stalled, ...rest }) => rest), counted.stages, label);
		assert.deepEqual(tracks, counted.tracks, label);
		assert.ok(counted.stages.length === 21);
	}
});

test("what was published does not change with what is learned later", async () => {
	for (const [asked, answer] of published)
		assert.deepEqual(await ask(asked), answer, `${seeded}: ${JSON.stringify(asked)}`);
});

test("who is here was here yesterday or came, and has not left", async () => {
	for (let i = 0; i < QUESTIONS / 4; i++) {
		const { district, adviser } = question(FACTS);
		const known = FACTS;
		const to = random.below(DAYS) + 1;
		const here = await ask({ day: dateOf(to), known, window: 1, district, adviser });
		const yesterday = await ask({ day: dateOf(to - 1), known, window: 1, district, adviser });
		for (const [at, now] of here.stages.entries())
			assert.equal(
				now.ages.length,
				yesterday.stages[at].ages.length + now.arrivals -
					now.doneDaysAgo.length - now.givenUp - now.transferred,
				`${seeded}: ${dateOf(to)} ${district} ${adviser} ${now.track} ${now.stage}`,
			);
	}
});

test("districts and directorates sum up to the state", async () => {
	const sums = ({ stages, tracks }) => [
		...stages.map((each) => [each.arrivals, each.givenUp, each.transferred, each.stalled,
			each.ages.length, each.doneDaysAgo.length]),
		...tracks.map((each) => [each.due, each.overdue, each.done, each.onTime, each.dueChanges]),
	];
	for (let i = 0; i < QUESTIONS / 8; i++) {
		const asked = { ...question(FACTS), district: null, directorate: null, adviser: null };
		const state = sums(await ask(asked));
		for (const areas of [
			DISTRICTS.map((district) => ({ district })),
			DIRECTORATES.map((directorate) => ({ directorate })),
		]) {
			const added = state.map((list) => list.map(() => 0));
			for (const area of areas)
				for (const [at, list] of sums(await ask({ ...asked, ...area })).entries())
					list.forEach((n, k) => (added[at][k] += n));
			assert.deepEqual(added, state, `${seeded}: ${JSON.stringify([asked, areas])}`);
		}
	}
});

test("a forecast draws from the departures", async () => {
	for (let i = 0; i < QUESTIONS / 4; i++) {
		const { day, known, district } = question(FACTS);
		const track = random.of(["coaching", "analysis", "measure"]);
		const stage = random.of([null, ...Object.values(STAGES[track])]);
		const [row] = await monitor.run("get_forecast", {
			as_of: day, known_at: instantOf(known), today: "2030-01-01", track, stage, district,
			police_directorate: null, milestone: null,
		});
		const counted = stageBy(staysBy(day, known), track, stage ?? "", {
			day, window: 208 * 7, district,
		});
		assert.deepEqual(
			JSON.parse(row.done_days_ago),
			counted.doneDaysAgo,
			`${seeded}: ${day} ${known} ${district} ${track} ${stage}`,
		);
	}
});

test("the event log has each stay's beginning and end, by scope", async () => {
	const day = dateOf(DAYS);
	const log = async (scope, district = null) => {
		const [row] = await monitor.run("export_events",
			{ as_of: day, known_at: null, today: day, track: "analysis", district, police_directorate: null },
			{ scope });
		return JSON.parse(row.events);
	};
	const stays = staysBy(day, FACTS).filter(({ track, stage }) => track === "analysis" && stage);
	const events = await log("*");
	const tally = (list) => count(events, ({ transition }) => list.includes(transition));
	assert.equal(tally(["start", "reassign"]), stays.length, seeded);
	assert.equal(tally(["reassign"]), count(stays, ({ cameOver }) => cameOver), seeded);
	assert.equal(tally(["complete"]), count(stays, ({ outcome }) => outcome === "done"), seeded);
	assert.equal(tally(["ate_abort"]), count(stays, ({ outcome }) => outcome === "given_up"), seeded);
	for (const [at, event] of events.entries())
		if (at > 0 && events[at - 1].unit === event.unit)
			assert.ok(events[at - 1].happenedAt <= event.happenedAt, seeded);
	const [town] = [...new Set(events.map(({ participant }) => participant))];
	assert.deepEqual(await log(town), events.filter(({ participant }) => participant === town), seeded);
	assert.deepEqual(
		await log("*", "14628"),
		events.filter(({ district }) => district === "14628"),
		seeded,
	);
});

test("the table of cases is the list, all at once", async () => {
	const day = dateOf(DAYS);
	const asked = { as_of: day, known_at: null, today: day, track: null, stage: null, district: null,
		police_directorate: null, adviser: null, ageing: "f" };
	const [row] = await monitor.run("export_items", asked, { scope: "*" });
	const list = await monitor.run(
		"list_pipeline_items",
		{ ...asked, stalled: "f", overdue: "f", cursor: null, limit: 1000 },
		{ scope: "*" },
	);
	assert.ok(list.length > 0, seeded);
	assert.deepEqual(
		JSON.parse(row.items).map(({ unit, ageDays }) => [unit, ageDays]),
		list.map(({ unit, age_days }) => [unit, Number(age_days)]),
		seeded,
	);
});

test("the load is the recount: all for the lead, the own row for others", async () => {
	const day = dateOf(500);
	const loads = async (actor, roles, more = {}, scope = "14") =>
		(await monitor.run("get_load",
			{ as_of: day, known_at: null, today: day, window: 365, district: null,
				police_directorate: null, adviser: null, after_fact: null, roles, ...more },
			{ scope, actor }))
			.map(({ adviser, track, wip, arrivals, taken_over, districts }) =>
				[adviser, track, Number(wip), Number(arrivals), Number(taken_over), JSON.parse(districts)]);
	const stays = staysBy(day, FACTS).filter(({ stage }) => stage === "");
	const start = dayOf(sinceEpoch(day) - 365);
	const known = periodsBy(FACTS);
	const expected = [...ADVISERS].sort().flatMap((adviser) =>
		Object.keys(STAGES).sort().map((track) => {
			const parts = partsOf(stays.filter((stay) => stay.track === track), adviser, day, FACTS);
			const isNew = ({ entered }) => entered > start;
			const now = known.filter((each) => each.adviser === adviser && isWithin(each, day));
			return [adviser, track, count(parts, ({ outcome }) => outcome === "open"),
				count(parts, (part) => isNew(part) && !part.cameOver),
				count(parts, (part) => isNew(part) && part.cameOver),
				now.map(({ district }) => district).sort()];
		}),
	).filter(([, , wip, arrivals, taken, now]) => wip + arrivals + taken > 0 || now.length > 0);
	const all = await loads("head", "adviser,lead");
	assert.deepEqual(all.filter(([adviser]) => adviser), expected, seeded);
	const nobodys = stays.filter(({ outcome, district }) => outcome === "open" &&
		!known.some((each) => each.district === district && isWithin(each, day)));
	assert.equal(all.filter(([adviser]) => !adviser).reduce((sum, row) => sum + row[2], 0),
		nobodys.length, seeded);
	const own = ([adviser]) => adviser === "mia";
	assert.deepEqual(await loads("mia", "adviser"), expected.filter(own), seeded);
	assert.deepEqual(await loads("head", "lead", { adviser: "mia" }), expected.filter(own), seeded);
	assert.deepEqual(await loads("head", "lead", {}, "15"), [], seeded);
	assert.deepEqual(await loads("somebody", "ministry,adviser"), [], seeded);
});

// Many quick ones and a few that stay: so that there are 5 departures, and somebody is late.
async function foldQueue() {
	const queue = Array.from({ length: 40 }, () => ({
		unit: randomUUID(), track: random.of(["coaching", "measure"]),
		participant: `${random.of(DISTRICTS)}900`,
	}));
	const begun = queue.map((of) => [of, random.below(500)]);
	const marks = begun.flatMap(([of, from], i) => {
		const until = from + random.below(i % 4 ? 60 : 1000);
		return [[dateOf(from), of, 1], ...(until < DAYS ? [[dateOf(until), of, -1]] : [])];
	});
	await fold(marks.map(([day, of, n], i) => ({
		seq: FACTS + 1 + i, type: "asskomm.test.Fact", id: randomUUID(), day, corrects: null,
		participants: [of.participant], cases: [mark("stage", of, day, n)],
	})));
	return FACTS + marks.length;
}

test("those listed as ageing are those that the indicators count, with the days they count from", async () => {
	const last = await foldQueue();
	let found = 0;
	for (let i = 0; i < QUESTIONS / 2; i++) {
		const { day, known, district, directorate } = question(last);
		const [track, stage] = random.of(
			[[null, null], [null, "requested"], [null, "planned"], ["measure", null], ["measure", "planned"]]);
		const asked = {
			as_of: day, known_at: instantOf(random.chance(0.7) ? last : known), today: "2030-01-01", track, stage,
			district, police_directorate: directorate, adviser: null,
		};
		const label = `${seeded}: ${JSON.stringify(asked)}`;
		const [row] = await monitor.run("get_indicators", { ...asked, window: random.of([null, 365]) });
		const list = async (ageing) => (await monitor.run("list_pipeline_items",
			{ ...asked, stalled: "f", overdue: "f", ageing, cursor: null, limit: 1000 }, { scope: "*" }))
			.map((each) => ({ ...each, after: Number(each.ageing_after_days), age: Number(each.age_days) }));
		const late = await list("t");
		const all = await list("f");
		const expected = JSON.parse(row.stages).filter(({ stage }) => stage).map(
			({ track, stage, ages, poolCycleDays: days }) => {
				const after = days.length < 5 ? 0 : days[Math.ceil((days.length * 85) / 100) - 1];
				return { track, stage, after, wip: ages.length, n: after ? count(ages, (age) => age > after) : 0 };
			},
		);
		for (const { track, stage, after, wip, n } of expected) {
			const here = (item) => item.track === track && item.stage === stage;
			assert.equal(count(late, here), n, label);
			assert.equal(count(all, here), wip, label);
			for (const item of all.filter(here)) {
				assert.equal(item.after, after, label);
				assert.equal(item.ageing === "t", after > 0 && item.age > after, label);
			}
			found += n;
		}
		const units = (items) => items.map(({ unit }) => unit);
		assert.deepEqual(units(late), units(all.filter(({ ageing }) => ageing === "t")), label);
		const [table] = await monitor.run("export_items", { ...asked, ageing: "t" }, { scope: "*" });
		assert.deepEqual(
			JSON.parse(table.items).map(({ unit, ageingAfterDays }) => [unit, ageingAfterDays]),
			late.map(({ unit, after }) => [unit, after]),
			label,
		);
	}
	assert.ok(found > 0, seeded);
});
