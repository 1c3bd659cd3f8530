// What came of those who were contacted or advised: random facts, late, replaced and taken back,
// and mergers, are folded, and for random days and moments of knowledge the days to each outcome are
// held against a recount. What was asked before the second half was folded is asked again after it.
// ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";
import { randomFrom } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const FACTS = 400;
const DAY_MS = 86_400_000;
const FIRST = Date.UTC(2020, 0, 1);
const DAYS = 1500;
const DORMANT = 365;

const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const dateOf = (days) => new Date(FIRST + days * DAY_MS).toISOString().slice(0, 10);
const instantOf = (seq) => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
const TOWNS = ["14628", "14713"].flatMap((district) =>
	Array.from({ length: 20 }, (_, i) => `${district}${100 + i}`),
);

const markOf = (counter, key, validOn) => ({
	counter, unit: key, participant: key, district: key.slice(0, 5), validOn, n: 1,
});

// To add one: what a fact of the kind counts in, beside "participants".
const KINDS = {
	ParticipantContacted: ["contacted"],
	ParticipantAdvised: ["contacted", "advised"],
	AgreementSigned: ["agreements"],
	CouncilConstituted: [],
	ParticipantDeclined: [],
	CrimeStatisticsRecorded: [],
	MunicipalitySucceeded: null,
};
const OFTEN = ["ParticipantContacted", "ParticipantAdvised", "CouncilConstituted",
	"CrimeStatisticsRecorded"];

const facts = [];
for (let seq = 1; seq <= FACTS; seq++) {
	const kind = random.of([...Object.keys(KINDS), ...OFTEN]);
	const town = random.of(TOWNS);
	const earlier = random.chance(0.12) && seq > 1 ? random.of(facts) : null;
	const isMerger = kind === "MunicipalitySucceeded" && random.chance(0.3);
	facts.push({
		seq, kind, town,
		id: randomUUID(),
		day: random.below(DAYS),
		corrects: earlier?.id ?? null,
		isEmpty: (earlier && random.chance(0.5)) || (kind === "MunicipalitySucceeded" && !isMerger),
	});
}
const goneWith = new Map();
for (const { corrects, seq } of facts)
	if (corrects && !goneWith.has(corrects)) goneWith.set(corrects, seq);

// ---- by hand

const first = (list) => (list.length > 0 ? Math.min(...list.map(({ day }) => day)) : null);

function outcomeOf(town, told, day, from) {
	const own = told.filter((each) => each.town === town);
	const of = (...kinds) => own.filter(({ kind }) => kinds.includes(kind));
	const began = first(from === "advice"
		? of("ParticipantAdvised")
		: of("ParticipantAdvised", "ParticipantContacted"));
	if (began === null) return null;
	const signed = first(of("AgreementSigned"));
	if (signed !== null && signed < began) return { kind: "before" };
	const merged = first(of("MunicipalitySucceeded").filter((each) => each.day >= began));
	const until = merged === null ? day : Math.min(merged, day);
	const within = (each) => each.day >= began && each.day <= until;
	const declined = first(of("ParticipantDeclined").filter(within));
	const alive = own
		.filter(({ kind }) => kind !== "MunicipalitySucceeded" && !kind.startsWith("Crime"))
		.filter(within)
		.map((each) => each.day);
	const latest = Math.max(...alive);
	const [[ends, kind] = [until, "open"]] = [[signed, "signed"], [declined, "declined"]]
		.filter(([on]) => on !== null)
		.sort(([a], [b]) => a - b); // stable: of one day the first that is named
	if (kind === "open" && until - latest > DORMANT)
		return { kind: "dormant", after: latest + DORMANT + 1 - began };
	return { kind, after: ends - began };
}

function outcomesBy({ day, known, district, from }) {
	const told = facts.filter(({ seq, id, day: on, isEmpty }) =>
		!isEmpty && seq <= known && on <= day && (goneWith.get(id) ?? Infinity) > known);
	const all = TOWNS.filter((town) => !district || town.startsWith(district))
		.map((town) => outcomeOf(town, told, day, from ?? "contact"))
		.filter(Boolean);
	const after = (wanted) =>
		all.filter(({ kind }) => kind === wanted).map((each) => each.after).sort((a, b) => a - b);
	return {
		signedBefore: all.filter(({ kind }) => kind === "before").length,
		signed: after("signed"), declined: after("declined"), dormant: after("dormant"),
		open: after("open"),
	};
}

// ---- by the suite

let suite;
let monitor;
const published = new Map();

const marksOf = ({ kind, town, day }) => [...KINDS[kind], "participants"].map((counter) =>
	markOf(counter, town, dateOf(day)));

async function fold(some) {
	const values = some.map((each) => {
		const { seq, id, kind, town, day, corrects, isEmpty } = each;
		const isMerger = kind === "MunicipalitySucceeded" && !isEmpty;
		return {
			seq, epoch: "e1", fact_id: id, type: `asskomm.test.${kind}`, valid_on: dateOf(day),
			recorded_at: instantOf(seq), participants: [town], provenance: null, citation: null, corrects,
			marks: isEmpty || isMerger ? [] : marksOf(each).map((mark) => ({ ...mark, n: "1" })),
			cases: !isEmpty && kind === "ParticipantDeclined"
				? [{ ...markOf("declined/participant", town, dateOf(day)), n: "1" }]
				: [],
			successions: isMerger
				? [{ predecessor: town, predecessorDistrict: town.slice(0, 5), successor: "",
						successorDistrict: "14", validOn: dateOf(day), counters: ["agreements"] }]
				: null,
			districts: null, parties: null,
		};
	});
	for (let at = 0; at < values.length; at += 40)
		await monitor.runTogether("fold", values.slice(at, at + 40), { scope: "*", actor: "monitor" });
}

async function ask({ day, known, district, from, directorate = null }) {
	const [row] = await monitor.run("get_outcomes", {
		as_of: dateOf(day), known_at: instantOf(known), today: "2030-01-01", district, from, within: null,
		police_directorate: directorate,
	});
	const list = (name) => JSON.parse(row[`${name}_after`]);
	return {
		signedBefore: Number(row.signed_before),
		signed: list("signed"), declined: list("declined"), dormant: list("dormant"), open: list("open"),
	};
}

const question = (most) => ({
	day: random.below(DAYS + 200),
	known: random.chance(0.5) ? most : random.below(most) + 1,
	district: random.chance(0.3) ? random.of(["14628", "14713"]) : null,
	from: random.of([null, "contact", "advice"]),
});

before(async () => {
	console.log(seeded);
	suite = await startSql();
	monitor = suite.service("monitor");
	await suite.client().rows(
		`insert into monitor.district (district, told_on, seq, name, kind, police_directorate, municipalities)
		select d, '2019-01-01', 0, '', 'district', 'PD-' || d, 20 from unnest(array['14628', '14713']) as d`,
	);
	await fold(facts.slice(0, FACTS / 2));
	for (let i = 0; i < 8; i++) {
		const asked = { ...question(FACTS / 2), known: FACTS / 2 };
		published.set(asked, await ask(asked));
	}
	await fold(facts.slice(FACTS / 2));
});
after(() => suite?.stop());

test("each has the outcome that came first, or is seen until the day", async () => {
	const seen = {};
	for (let i = 0; i < 60; i++) {
		const asked = question(FACTS);
		const found = await ask(asked);
		assert.deepEqual(found, outcomesBy(asked), `${seeded}: ${JSON.stringify(asked)}`);
		for (const [kind, list] of Object.entries(found)) seen[kind] = (seen[kind] ?? 0) + (list.length ?? list);
	}
	for (const [kind, n] of Object.entries(seen)) assert.ok(n > 0, `${seeded}: nobody is ${kind}`);
});

test("what was published does not change with what is learned later", async () => {
	for (const [asked, answer] of published)
		assert.deepEqual(await ask(asked), answer, `${seeded}: ${JSON.stringify(asked)}`);
});

test("the districts are the state, and what is neither contact nor advice is not known", async () => {
	for (let i = 0; i < 8; i++) {
		const asked = { ...question(FACTS), district: null };
		const state = await ask(asked);
		const parts = [await ask({ ...asked, district: "14628" }), await ask({ ...asked, district: "14713" })];
		for (const kind of ["signed", "declined", "dormant", "open"])
			assert.deepEqual(
				[...parts[0][kind], ...parts[1][kind]].sort((a, b) => a - b),
				state[kind],
				`${seeded}: ${JSON.stringify(asked)}`,
			);
	}
	const asked = question(FACTS);
	assert.deepEqual(
		await ask({ ...asked, district: null, directorate: "PD-14713" }),
		await ask({ ...asked, district: "14713" }),
		`${seeded}: ${JSON.stringify(asked)}`,
	);
	const wrong = { as_of: "2022-01-01", known_at: null, today: "2022-01-01", district: null, within: null,
		police_directorate: null };
	assert.deepEqual(await monitor.run("get_outcomes", { ...wrong, from: "agreement" }), []);
});
