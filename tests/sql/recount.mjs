// What the monitor's figures must be, by the simplest means: all marks are kept, and every question
// goes through all of them. Also makes the random facts that both are asked about.
import { randomUUID } from "node:crypto";

const DAY_MS = 86_400_000;
const STATE = "14";

// ---- random facts

// The same numbers for the same seed (mulberry32).
export function randomFrom(seed) {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
	const below = (count) => Math.floor(next() * count);
	return { below, of: (list) => list[below(list.length)], chance: (share) => next() < share };
}

export const DISTRICTS = ["14521", "14628", "14713"];
const PARTICIPANTS = DISTRICTS.flatMap((district) => [`${district}010`, `${district}020`]);
const YEARS = ["2022", "2023", "2024"];
const FIRST_DAY = Date.UTC(2021, 11, 20);
const DAYS = 800; // over three turns of the year and one 29th of February
const FIRST_INSTANT = Date.UTC(2023, 0, 1);

const dateOf = (ms) => new Date(ms).toISOString().slice(0, 10);

// Many on few days, so that the order within a day matters.
export function randomDay(random) {
	if (random.chance(0.2))
		return random.of(["2021-12-31", "2022-01-01", "2022-12-31", "2023-01-01", "2024-02-29"]);
	const day = random.chance(0.5) ? random.below(DAYS) : 20 * random.below(DAYS / 20);
	return dateOf(FIRST_DAY + day * DAY_MS);
}

const mark = (counter, unit, participant, validOn, n) => ({
	counter,
	unit,
	participant,
	district: participant === "" ? STATE : participant.slice(0, 5),
	validOn,
	n,
});

// To add one: a function of the random numbers and a day that gives marks.
const MAKERS = [
	// signed and ended, again and again
	(random, day) => {
		const key = random.of(PARTICIPANTS);
		return [mark("agreements", key, key, day, random.chance(0.6) ? 1 : 0)];
	},
	// counted once for ever, from the earliest on
	(random, day) => {
		const key = random.of(PARTICIPANTS);
		return [mark("advised", key, key, day, 1), mark("contacted", key, key, day, 1)];
	},
	// several units at once
	(random, day) =>
		PARTICIPANTS.filter(() => random.chance(0.4)).map((key) =>
			mark("municipalitiesAnalysed", key, key, day, 1),
		),
	// units of their own that fall asleep
	(random, day) => {
		const key = random.of(PARTICIPANTS);
		return [mark("councils", `council of ${key}`, key, day, random.chance(0.5) ? 1 : 0)];
	},
	// a value that ends with its year
	(random, day) => {
		const year = random.of(YEARS);
		const after = `${Number(year) + 1}-01-01`;
		const first = day > `${year}-01-01` ? day : `${year}-01-01`;
		if (day >= after) return [];
		const cents = random.of([90_000_000, 110_000_000, 250_000_000_000]);
		return [mark("budgetCents", year, "", first, cents), mark("budgetCents", year, "", after, 0)];
	},
];

export const COUNTERS = [
	"agreements",
	"advised",
	"contacted",
	"municipalitiesAnalysed",
	"councils",
	"budgetCents",
];

// Counters whose units are participants.
const BY_PARTICIPANT = ["agreements", "advised", "contacted", "municipalitiesAnalysed"];

// Mergers of any two, also nonsense: chains on one day, circles, several successors of one.
function randomSuccession(random, day) {
	const predecessor = random.of(PARTICIPANTS);
	const successor = random.chance(0.1) ? "" : random.of(PARTICIPANTS.filter((key) => key !== predecessor));
	return {
		predecessor,
		predecessorDistrict: predecessor.slice(0, 5),
		successor,
		successorDistrict: successor.slice(0, 5) || STATE,
		validOn: day,
		counters: BY_PARTICIPANT,
	};
}

// Facts as the listener gives them to the fold, `seq` from 1: some late, some that replace an earlier
// one, some that only take it back, also twice; a share of mergers among them.
export function randomFacts(random, count, mergers = 0) {
	const facts = [];
	let recordedMs = FIRST_INSTANT;
	for (let seq = 1; seq <= count; seq++) {
		const corrected = facts.length > 0 && random.chance(0.25) ? random.of(facts) : undefined;
		const merges = corrected ? corrected.merges : random.chance(mergers);
		const maker = corrected?.maker ?? random.of(MAKERS);
		const day = randomDay(random);
		const saysNothing = corrected && random.chance(0.5);
		const marks = saysNothing || merges ? [] : maker(random, day);
		const successions = !saysNothing && merges ? [randomSuccession(random, day)] : [];
		recordedMs += random.below(3) * random.below(DAY_MS);
		facts.push({
			seq,
			maker,
			id: randomUUID(),
			merges,
			day,
			marks,
			successions,
			corrects: corrected?.id,
			recordedAt: new Date(recordedMs).toISOString(),
		});
	}
	return facts;
}

// ---- the recount

const inOrder = (a, b) => (a.validOn < b.validOn ? -1 : a.validOn > b.validOn ? 1 : a.seq - b.seq);

const isEarlier = (a, b) => (inOrder(a, b) || (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)) < 0;

export class Recount {
	constructor(facts) {
		const seqOf = new Map(facts.map(({ id, seq }) => [id, seq]));
		const goneWith = new Map();
		for (const { corrects, seq } of facts) {
			const corrected = seqOf.get(corrects);
			if (corrected !== undefined && !goneWith.has(corrected)) goneWith.set(corrected, seq);
		}
		const inTime = ({ seq }) => ({ seq, goneWith: goneWith.get(seq) ?? Infinity });
		this.marks = facts.flatMap((fact) =>
			fact.marks.map((each) => ({ ...each, ...inTime(fact), from: each.unit })),
		);
		this.mergers = facts.flatMap((fact) =>
			(fact.successions ?? []).map((each) => ({ ...each, ...inTime(fact) })),
		);
	}

	// Of each unit of a counter the mark that gave it the value it has on a day, as known up to a
	// fact, unless that value is 0; in the order in which they are counted. Who took over from another
	// stands where that one stood (`from`).
	counted(counter, asOf, known) {
		const isTold = (each) => each.validOn <= asOf && each.seq <= known && each.goneWith > known;
		const told = this.marks.filter((each) => each.counter === counter && isTold(each)).sort(inOrder);
		const mergers = this.mergers.filter((each) => each.counters.includes(counter) && isTold(each));
		const days = new Set([...told, ...mergers].map(({ validOn }) => validOn));
		const units = new Map();
		const ended = new Set();
		for (const day of [...days].sort()) {
			const today = mergers.filter(({ validOn }) => validOn === day);
			for (const { predecessor } of today) ended.add(predecessor);
			merge(units, today, ended);
			for (const each of told.filter(({ validOn }) => validOn === day))
				if (!ended.has(each.unit) && (units.get(each.unit)?.n ?? 0) !== each.n)
					units.set(each.unit, each);
			for (const unit of ended) units.delete(unit);
		}
		return [...units.values()]
			.filter(({ n }) => n !== 0)
			.sort((a, b) => (isEarlier(a, b) ? -1 : isEarlier(b, a) ? 1 : a.unit < b.unit ? -1 : 1));
	}

	// { district: value } of a counter, without zeros.
	figures(counter, asOf, known) {
		const sums = {};
		for (const { district, n } of this.counted(counter, asOf, known))
			sums[district] = (sums[district] ?? 0) + n;
		return sums;
	}

	figure(counter, asOf, known, district) {
		const sums = this.figures(counter, asOf, known);
		if (district) return sums[district] ?? 0;
		return Object.values(sums).reduce((a, b) => a + b, 0);
	}

	// The rank that a mark had on its day when it was recorded: nothing known then lies behind it but
	// other units of the same fact.
	rankAsRecorded({ counter, unit, seq, validOn }) {
		const others = this.counted(counter, validOn, seq).filter((each) => each.unit !== unit);
		const isBefore = (each) => each.seq !== seq || each.validOn !== validOn || each.unit < unit;
		return 1 + others.filter(isBefore).length;
	}
}

// What the successors of a day take over, by what was counted on the eve.
function merge(units, today, ended) {
	const eve = new Map(units);
	for (const { successor, successorDistrict } of today) {
		if (successor === "" || ended.has(successor)) continue;
		const givers = new Set([successor]);
		for (const giver of givers)
			for (const each of today) if (each.successor === giver) givers.add(each.predecessor);
		const counting = [...givers].map((giver) => eve.get(giver)).filter((each) => each && each.n !== 0);
		if (counting.length === 0) continue;
		const best = counting.reduce((a, b) => (b.n > a.n || (b.n === a.n && isEarlier(b, a)) ? b : a));
		if (best.unit !== successor)
			units.set(successor, { ...best, unit: successor, participant: successor, district: successorDistrict });
	}
}
