// The monitor's figures: random facts, late, corrected and taken back, are folded as the listener
// folds them, and every figure is held against a recount of all marks (recount.mjs), for random days
// and as known at random times. ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { startSql, toArray } from "./support.mjs";
import { COUNTERS, DISTRICTS, randomDay, randomFacts, randomFrom, Recount } from "./recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const FACTS = 400;
const QUESTIONS = 150;
const EPOCH = "e1";
const FAR = "2100-01-01";

// A list as it is asked for when nothing is said.
const LIST = { as_of: FAR, known_at: null, district: null, limit: 0, cursor: 0, today: FAR };

const NO_MORE = { police_directorate: null, adviser: null };

const PIPELINE = ["agreements", "advised", "contacted", "councils"];
const COLUMNS = {
	agreements: "agreements",
	advised: "advised",
	contacted: "contacted",
	councils: "councils",
	municipalitiesAnalysed: "municipalities_analysed",
	budgetCents: "budget_cents",
};

const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const facts = randomFacts(random, FACTS);
const recount = new Recount(facts);

let suite;
let superuser;
let monitor;

// The parameters of fold for a fact, as the listener makes them.
const foldValues = ({ seq, id, day, marks, successions, corrects, recordedAt, participants }) => ({
	seq,
	epoch: EPOCH,
	fact_id: id,
	type: "asskomm.test.Fact",
	valid_on: day,
	recorded_at: recordedAt,
	participants: participants ?? [...new Set(marks.map((each) => each.participant))].filter(Boolean),
	provenance: null,
	citation: null,
	corrects: corrects ?? null,
	cases: [],
	marks: marks.map((each) => ({ ...each, n: String(each.n) })), // ProtoJSON
	successions: successions ?? null,
	districts: null,
	parties: null,
});

// What the rule makes of a register of the districts with one municipality each.
const register = (toldOn, rows) => ({
	districts: rows.map(({ district, name, municipalities = 1 }) => ({
		district,
		toldOn,
		name,
		kind: "district",
		policeDirectorate: "PD-DD",
		municipalities,
	})),
	parties: rows.map(({ district, name, population = 7 }) => ({
		key: `${district}010`,
		toldOn,
		kind: "municipality",
		name,
		district,
		association: "",
		population,
		populationOn: toldOn,
	})),
});

const AS_WORKER = { scope: "*", actor: "monitor" };
const fold = (some, service = monitor) =>
	service.runTogether("fold", [some].flat().map(foldValues), AS_WORKER);

before(async () => {
	console.log(seeded);
	suite = await startSql();
	superuser = suite.client();
	monitor = suite.service("monitor");
	// one by one and up to 20 in a transaction, as they come
	// where things lie is known from the beginning, under a number that no fact has
	const known = register("1990-01-01", DISTRICTS.map((district) => ({ district, name: "known" })));
	await monitor.client.rows("select note_places($1, $2, $3)", [
		"{0}",
		toArray([JSON.stringify(known.districts)]),
		toArray([JSON.stringify(known.parties)]),
	]);
	for (let at = 0; at < facts.length; ) {
		const some = facts.slice(at, at + 1 + random.below(20));
		const rows = await fold(some);
		assert.deepEqual(
			rows.map(({ seq }) => Number(seq)),
			some.map(({ seq }) => seq),
			seeded,
		);
		at += some.length;
	}
});
after(() => suite?.stop());

// Questions: a day and how much is known, always also the ends.
function* questions() {
	for (const known of [0, 1, FACTS, FACTS + 100]) yield ["2023-06-15", known];
	for (const day of ["1990-01-01", "2022-12-31", "2023-01-01", "2024-02-29", FAR]) yield [day, FACTS];
	for (let i = 0; i < QUESTIONS; i++) yield [randomDay(random), random.below(FACTS + 1)];
}

const asking = (day, known) => `${seeded}: ${day} as known at ${known}`;

describe("a random ledger", () => {
	test("is random enough: late, replaced, taken back, taken back twice, and still something left", () => {
		const corrected = facts.map(({ corrects }) => corrects).filter(Boolean);
		assert.ok(new Set(corrected).size < corrected.length, seeded);
		assert.ok(facts.some((fact) => fact.corrects && fact.marks.length > 0), seeded);
		assert.ok(facts.some((fact) => fact.corrects && fact.marks.length === 0), seeded);
		for (const counter of COUNTERS)
			assert.ok(recount.figure(counter, "2023-06-15", FACTS) > 0, `${seeded}: ${counter}`);
	});

	test("figures_on: every counter and district", async () => {
		for (const [day, known] of questions()) {
			const rows = await monitor.client.rows(
				"select counter, district, n from figures_on($1::date, $2::bigint) where n <> 0",
				[day, String(known)],
			);
			const found = Object.fromEntries(COUNTERS.map((counter) => [counter, {}]));
			for (const { counter, district, n } of rows) found[counter][district] = Number(n);
			for (const counter of COUNTERS)
				assert.deepEqual(
					found[counter],
					recount.figures(counter, day, known),
					`${asking(day, known)}: ${counter}`,
				);
		}
	});

	test("marks_on: what is counted, and its ranks in state and district", async () => {
		for (const [day, known] of questions())
			for (const counter of COUNTERS) {
				const rows = await monitor.client.rows(
					`select unit, seq, to_char(valid_on, 'YYYY-MM-DD') as valid_on, n, participant,
						district, ordinal, district_ordinal
					from marks_on($1, $2::date, $3::bigint) order by ordinal`,
					[counter, day, String(known)],
				);
				const inDistrict = {};
				const expected = recount.counted(counter, day, known).map((each, i) => ({
					unit: each.unit,
					seq: String(each.seq),
					valid_on: each.validOn,
					n: String(each.n),
					participant: each.participant,
					district: each.district,
					ordinal: String(i + 1),
					district_ordinal: String(
						(inDistrict[each.district] = (inDistrict[each.district] ?? 0) + 1),
					),
				}));
				assert.deepEqual(rows, expected, `${asking(day, known)}: ${counter}`);
			}
	});

	test("get_figures: the state and each district, as of a day and as known at an instant", async () => {
		for (let i = 0; i < 40; i++) {
			const day = randomDay(random);
			const { recordedAt } = random.of(facts);
			const known = facts.findLast((each) => each.recordedAt <= recordedAt).seq;
			for (const district of [null, ...DISTRICTS]) {
				const [row] = await monitor.run(
					"get_figures",
					{ as_of: day, known_at: recordedAt, district, today: FAR },
					{ scope: "" },
				);
				assert.equal(row.as_of, day);
				assert.equal(Number(row.ledger_seq), known, asking(day, recordedAt));
				for (const counter of COUNTERS)
					assert.equal(
						Number(row[COLUMNS[counter]]),
						recount.figure(counter, day, known, district),
						`${asking(day, known)}: ${counter} of ${district}`,
					);
			}
		}
	});

	test("get_figures: today and all that is known, unless asked otherwise", async () => {
		const today = randomDay(random);
		const values = { as_of: null, known_at: null, district: null, today };
		const [row] = await monitor.run("get_figures", values);
		assert.equal(row.as_of, today);
		assert.equal(Number(row.ledger_seq), FACTS);
		assert.equal(Number(row.agreements), recount.figure("agreements", today, FACTS), seeded);
	});

	test("list_figure_facts: the facts behind a figure, with the ranks they were recorded with", async () => {
		const byId = new Map(facts.map((fact) => [fact.id, fact]));
		for (let i = 0; i < 25; i++)
			for (const counter of COUNTERS) {
				const day = randomDay(random);
				const { recordedAt } = random.of(facts);
				const known = facts.findLast((each) => each.recordedAt <= recordedAt).seq;
				const rows = await monitor.run(
					"list_figure_facts",
					{ ...LIST, counter, as_of: day, known_at: recordedAt },
					{ scope: "*" },
				);
				const counted = recount.counted(counter, day, known);
				assert.deepEqual(
					rows.map((row) => [row.unit, Number(row.ordinal), Number(row.ordinal_as_recorded)]),
					counted.map((each, j) => [each.unit, j + 1, recount.rankAsRecorded(each)]),
					`${asking(day, known)}: ${counter}`,
				);
				for (const row of rows) {
					const fact = byId.get(row.fact_id);
					assert.equal(Number(row.seq), fact.seq);
					assert.equal(row.recorded_at, fact.recordedAt.replace("Z", "000Z"));
					const onItsDay = recount.counted(counter, row.valid_on, known);
					const rank = onItsDay.findIndex((each) => each.unit === row.unit) + 1;
					assert.equal(row.corrected === "t", `${rank}` !== row.ordinal_as_recorded, seeded);
					assert.equal(row.provenance, "RECORDED");
				}
			}
	});

	test("list_figure_facts: a scope or a district shows fewer, with the ranks unchanged", async () => {
		const ask = (scope, district) =>
			monitor.run("list_figure_facts", { ...LIST, counter: "advised", district }, { scope });
		const all = await ask("*", null);
		const there = all.filter((row) => row.district === DISTRICTS[1]);
		assert.ok(there.length > 0, seeded);
		assert.deepEqual(await ask(DISTRICTS[1], null), there, seeded);
		assert.deepEqual(await ask("*", DISTRICTS[1]), there, seeded);
		assert.deepEqual(await ask(DISTRICTS[0], DISTRICTS[1]), []);
		assert.deepEqual(await ask("", null), []);
	});

	test("list_figure_facts: in pages, those in the scope", async () => {
		for (const [scope, limit] of [
			["*", 4],
			[DISTRICTS[1], 1],
		]) {
			const ask = (more) =>
				monitor.run("list_figure_facts", { ...LIST, counter: "advised", ...more }, { scope });
			const all = await ask();
			const paged = [];
			for (let cursor = 0; cursor !== null; ) {
				const page = await ask({ limit, cursor });
				assert.ok(page.length <= limit);
				paged.push(...page);
				cursor = page.at(-1)?.next ?? null;
			}
			assert.ok(all.length > 1, seeded);
			assert.deepEqual(
				paged.map((row) => row.fact_id),
				all.map((row) => row.fact_id),
				seeded,
			);
		}
	});

	test("what stands at a cut is the sum of the deltas before it, and each part of time is short", async () => {
		const rows = await superuser.rows(
			`with summed as (
				select c.starts_on, d.district, d.counter, sum(d.n) as n
				from monitor.cut c
				join monitor.delta d on d.valid_on < c.starts_on
				group by 1, 2, 3
				having sum(d.n) <> 0)
			select * from summed s
			full join (select * from monitor.standing where n <> 0) as t using (starts_on, district, counter)
			where s.n is distinct from t.n`,
		);
		assert.deepEqual(rows, [], seeded);
		const parts = await superuser.rows(
			`select c.deltas, (
				select count(*) from monitor.delta d
				where d.valid_on >= c.starts_on
					and not exists (select from monitor.cut b where b.starts_on > c.starts_on and b.starts_on <= d.valid_on)
				) as counted
			from monitor.cut c`,
		);
		assert.ok(parts.length > 1, seeded);
		for (const { deltas, counted } of parts) assert.equal(Number(deltas), Number(counted), seeded);
	});

	test("a fact that was corrected is known as such", async () => {
		const rows = await superuser.rows(
			"select fact_id from monitor.fact where corrected_by is not null order by seq",
		);
		const corrected = new Set(facts.map(({ corrects }) => corrects));
		assert.deepEqual(
			rows.map((row) => row.fact_id),
			facts.filter(({ id }) => corrected.has(id)).map(({ id }) => id),
			seeded,
		);
	});
});

// ---- nothing twice

const TABLES = ["fact", "mark", "delta", "standing", "cut", "district", "party", "member", "succession", "listener_offset"];

async function everything() {
	const sums = TABLES.map(
		(name) => `(select md5(string_agg(t::text, '|' order by t::text)) from monitor.${name} t)`,
	);
	return superuser.value(`select concat_ws('/', ${sums})`);
}

describe("the fold", () => {
	const fresh = (seq, marks = []) => ({
		seq,
		id: randomUUID(),
		day: "2023-05-05",
		marks,
		recordedAt: "2025-01-01T00:00:00.000Z",
	});
	const signed = (unit, n = 1) => ({
		counter: "agreements",
		unit,
		participant: unit,
		district: DISTRICTS[0],
		validOn: "2023-05-05",
		n,
	});
	let last = FACTS;

	test("of a number that was folded changes nothing", async () => {
		const state = await everything();
		for (const fact of [facts.at(-1), facts[0], fresh(FACTS, [signed("x")])])
			assert.deepEqual(await fold(fact), [], seeded);
		assert.equal(await everything(), state);
	});

	test("of a number that is not the next one changes nothing", async () => {
		const state = await everything();
		const [next, second, third] = [1, 2, 3].map((n) => fresh(FACTS + n, [signed(`x${n}`)]));
		for (const some of [second, [second, third], [next, third], [second, next], [facts.at(-1), next]])
			assert.deepEqual(await fold(some), []);
		assert.equal(await everything(), state);
	});

	test("of another epoch changes nothing", async () => {
		const state = await everything();
		const good = fresh(FACTS + 1, [signed("x")]);
		const values = { ...foldValues(fresh(FACTS + 2, [signed("y")])), epoch: "e2" };
		for (const some of [[values], [foldValues(good), values]])
			assert.deepEqual(await monitor.runTogether("fold", some, AS_WORKER), []);
		assert.equal(await everything(), state);
	});

	test("a fact without an effect moves the offset alone", async () => {
		const rows = await monitor.run("skip", { seq: last + 1, epoch: EPOCH }, AS_WORKER);
		assert.deepEqual(rows, [{ seq: String(last + 1) }]);
		last++;
		assert.deepEqual(await monitor.run("offset", {}, AS_WORKER), [
			{ seq: String(last), epoch: EPOCH },
		]);
	});

	test("by two replicas at once: each number once, and the figures stay right", async () => {
		const day = "2023-05-05";
		const figure = () =>
			monitor.client.value(
				`select coalesce(sum(n), 0) from figures_on($1::date, 1000000) where counter = 'agreements'`,
				[day],
			);
		const start = Number(await figure());
		const other = suite.service("monitor");
		for (const { client } of [monitor, other]) await client.rows("set lock_timeout = '60s'");
		for (let i = 0; i < 30; i++) {
			const fact = fresh(last + 1, [signed(`two at once ${i}`)]);
			const results = await Promise.all([fold(fact), fold(fact, other)]);
			assert.equal(results.flat().length, 1);
			last++;
		}
		assert.equal(Number(await figure()), start + 30);
	});

	test("that fails leaves nothing behind", async () => {
		const state = await everything();
		const twice = fresh(last + 1, [signed("twice"), signed("twice")]);
		await assert.rejects(fold(twice), { sqlstate: "23505", constraint: "mark_pkey" });
		const good = fresh(last + 1, [signed("good")]);
		await assert.rejects(fold([good, { ...twice, seq: last + 2 }]), { sqlstate: "23505" });
		assert.equal(await everything(), state);
	});

	test("get_pipeline: each district of the register in force, as it was called then", async () => {
		const tell = (day, rows) =>
			monitor.runTogether(
				"fold",
				[{ ...foldValues(fresh(++last)), valid_on: day, ...register(day, rows) }],
				AS_WORKER,
			);
		const named = (name, districts) => districts.map((district) => ({ district, name }));
		await tell("2023-11-30", named("new", [...DISTRICTS, "14999"]));
		await tell("2021-11-30", named("old", DISTRICTS)); // comes in later
		await tell("2021-11-30", named("older", [DISTRICTS[1]])); // the last word on that day
		for (const [day, expected] of [
			["2021-11-29", ["known", "known", "known"]],
			["2023-02-03", ["old", "older", "old"]],
			["2023-11-29", ["old", "older", "old"]],
			["2023-11-30", ["new", "new", "new", "new"]],
			[FAR, ["new", "new", "new", "new"]],
		]) {
			const asked = { as_of: day, known_at: null, district: null, today: FAR, ...NO_MORE };
			const rows = await monitor.run("get_pipeline", asked);
			assert.deepEqual(
				rows.map((row) => row.name),
				expected,
				day,
			);
			const one = await monitor.run("get_pipeline", { ...asked, district: DISTRICTS[1] });
			assert.deepEqual(one, [rows[1]]);
			if (day > "2023-02-03") continue; // the tests above have counted there
			for (const row of rows)
				for (const counter of PIPELINE)
					assert.equal(
						Number(row[COLUMNS[counter]]),
						recount.figure(counter, day, FACTS, row.district),
						`${seeded}: ${counter} of ${row.district}`,
					);
		}
	});

	test("a district that nobody told of is not known", async () => {
		const asked = { as_of: FAR, known_at: null, district: "14000", today: FAR };
		for (const [query, more] of [
			["get_pipeline", NO_MORE],
			["get_figures", {}],
			["get_coverage", {}],
			["get_population", { key: null }],
			["list_figure_facts", { ...LIST, counter: "advised" }],
		])
			await assert.rejects(monitor.run(query, { ...asked, ...more, district: "14000" }), {
				sqlstate: "P0002",
			});
	});

	test("list_figure_facts: what comes in late moves nobody to another page", async () => {
		const asked = { ...LIST, counter: "councils", district: DISTRICTS[2], as_of: "2030-12-31" };
		const council = (unit, day) => ({
			...fresh(++last, [{ ...signed(unit), counter: "councils", district: DISTRICTS[2], validOn: day }]),
		});
		const ask = async (more) => monitor.run("list_figure_facts", { ...asked, ...more }, { scope: "*" });
		for (const [unit, day] of [["a", "2030-01-02"], ["b", "2030-01-03"], ["c", "2030-01-04"]])
			await fold(council(unit, day));
		const all = await ask();
		const limit = all.length - 2;
		const first = await ask({ limit });
		assert.deepEqual(first.map((row) => row.unit).at(-1), "a");
		await fold(council("late", "2030-01-01"));
		const second = await ask({ limit: 2, cursor: first.at(-1).next });
		assert.deepEqual(second.map((row) => row.unit), ["b", "c"]);
		assert.equal(second.at(-1).next, null, "a full page that is the last one has no next");
		assert.equal((await ask({ limit: all.length + 1 })).at(-1).next, null);
		assert.equal((await ask({ limit: all.length })).at(-1).next !== null, true);
	});

	test("list_figure_facts: a page does not cut a fact, unless it is too large for any", async () => {
		const units = ["x1", "x2", "x3"].map((unit) => ({
			...signed(unit),
			counter: "councils",
			district: DISTRICTS[2],
			validOn: "2031-01-01",
		}));
		await fold(fresh(++last, units));
		const asked = { ...LIST, counter: "councils", district: DISTRICTS[2], as_of: "2031-12-31" };
		const ask = async (more) => monitor.run("list_figure_facts", { ...asked, ...more }, { scope: "*" });
		const all = await ask();
		const page = await ask({ limit: all.length - 1 });
		assert.equal(page.length, all.length - 3);
		const rest = await ask({ limit: 1, cursor: page.at(-1).next });
		assert.deepEqual([rest.map((row) => row.unit), rest.at(-1).next], [["x1", "x2", "x3"], null]);
	});

	test("has_fact: whether a fact is folded", async () => {
		assert.equal((await monitor.run("has_fact", { after_fact: facts[0].id })).length, 1);
		assert.equal((await monitor.run("has_fact", { after_fact: randomUUID() })).length, 0);
	});
});
