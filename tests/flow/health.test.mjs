// What holds a coaching up is told twice: by coaching, from its own state, and by the monitor, from the
// facts. Random coachings, with what is told late, taken back and refused, must have the same reasons
// in both on any day: since when, who is to act, and whether it is stalled.
// ASSKOMM_SEED repeats a run; the seed is part of every message.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { startSuite } from "../support/suite.mjs";
import { randomFrom } from "../sql/recount.mjs";

const SEED = Number(process.env.ASSKOMM_SEED ?? randomInt(2 ** 31));
const seeded = `seed ${SEED}`;
const random = randomFrom(SEED);
const COACHINGS = 24;
const DAYS = 900;
const CONTACT = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const OBSTACLES = {
	NO_COACH: "NO_COACH",
	NO_SESSION: "NO_ACTIVITY",
	NO_CONTACT: "NO_CONTACT_PERSON",
	REVIEW_OVERDUE: "REVIEW_DUE",
	COACH_CHANGES: "COACH_CHANGES",
};

const dateOf = (day) => new Date(Date.UTC(2021, 0, 1) + day * 86_400_000).toISOString().slice(0, 10);

// To add one: a row. What the stage does not allow is refused, and nothing has happened.
const MOVES = [
	["clarify", (on) => ({ clarifiedOn: on, topics: ["strategy"] })],
	["match", (on) => ({ matchedOn: on, coach: random.of(["B3-01", "B3-02"]) })],
	["change-coach", (on) => ({ changedOn: on, coach: random.of(["B3-01", "B3-02", "B3-03"]),
		reason: "COACH_LEFT" })],
	["change-coach", (on) => ({ changedOn: on, coach: random.of(["B3-01", "B3-02", "B3-03"]),
		reason: "COACH_LEFT" })],
	["contract", (on) => ({ contractedOn: on, goals: [{ code: "build_council" }],
		...(random.chance(0.5) ? { contactId: CONTACT } : {}) })],
	["start", (on) => ({ startedOn: on })],
	["sessions", (on) => ({ heldOn: on })],
	["sessions", (on) => ({ heldOn: on })],
	["pause", (on) => ({ pausedOn: on, reason: "STAFF_CHANGE" })],
	["resume", (on) => ({ resumedOn: on })],
	["review", (on) => ({ reviewedOn: on })],
];
// so that every coaching comes some way before chance decides
const FIRST = [[], ["match"], ["clarify", "match", "contract"], ["start"], ["match", "contract", "start"]];

let suite;
let token;
let lastFact;
let recorded = 0;

async function post(path, body) {
	const reply = await suite.post(path, body, { token });
	assert.ok([201, 409, 422].includes(reply.status), `${seeded} ${path}: ${reply.text}`);
	if (reply.status !== 201) return null;
	recorded++;
	lastFact = reply.json.facts[0] ?? lastFact;
	return reply.json;
}

async function get(path) {
	const reply = await suite.get(path, { token });
	assert.equal(reply.status, 200, `${seeded} ${path}: ${reply.text}`);
	return reply.json;
}

async function live(at, requestedOn) {
	const first = [...random.of(FIRST)];
	let day = requestedOn;
	for (let i = 0; i < 14; i++) {
		day += random.below(random.chance(0.2) ? 200 : 45);
		const named = first.shift();
		const [name, body] = named ? MOVES.find(([each]) => each === named) : random.of(MOVES);
		const late = name === "sessions" && random.chance(0.4) ? random.below(60) : 0;
		const done = await post(`${at}/${name}`, body(dateOf(Math.max(0, day - late))));
		if (done && random.chance(0.08))
			await post(`${at}/withdraw`, { factId: done.facts[0], reason: "Verwechslung" });
	}
	if (random.chance(0.2)) await post(`${at}/close`, { closedOn: dateOf(day + 1), outcome: "PARTLY" });
}

before(async () => {
	console.log(seeded);
	suite = await startSuite({ services: ["ledger", "registry", "coaching", "monitor", "gateway"] });
	token = suite.token("adviser", ["14521"]);
	for (let i = 0; i < COACHINGS; i++) {
		const requestedOn = random.below(DAYS / 3);
		const wish = { participant: "Oelsnitz/Erzgeb.", requestedOn: dateOf(requestedOn) };
		const { id } = await post("/coachings", wish);
		await live(`/coachings/${id}`, requestedOn);
	}
});
after(() => suite?.stop());

async function bothOn(day) {
	const { items } = await get(`/coachings?asOf=${day}&limit=1000`);
	const cases = (
		await get(`/pipeline/items?asOf=${day}&track=coaching&limit=1000&afterFact=${lastFact}`)
	).items;
	const healths = Object.fromEntries(
		items
			.filter(({ status }) => !["CLOSED", "WITHDRAWN"].includes(status))
			.map(({ id, health }) => [
				id,
				[health.stalled, ...health.findings.map(({ reason, since, toAct }) =>
					`${OBSTACLES[reason]} ${since} ${toAct.toLowerCase()}`)],
			]),
	);
	const held = Object.fromEntries(
		cases.map(({ unit, stalled, reasons }) => [
			unit,
			[stalled, ...reasons
				.filter(({ obstacle }) => obstacle !== "DEADLINE_PASSED")
				.map(({ obstacle, since, who }) => `${obstacle} ${since} ${who}`)],
		]),
	);
	return [held, healths];
}

test("coaching and monitor say the same on any day", async () => {
	const seen = new Set();
	for (let day = 20; day < DAYS; day += 1 + random.below(60)) {
		const [held, healths] = await bothOn(dateOf(day));
		assert.deepEqual(held, healths, `${seeded}: ${dateOf(day)}`);
		for (const [, ...reasons] of Object.values(healths))
			for (const reason of reasons) seen.add(reason.split(" ")[0]);
	}
	assert.ok(recorded > COACHINGS * 4, `${seeded}: ${recorded} facts`);
	assert.ok(seen.size >= 4, `${seeded}: ${[...seen]}`);
});

test("the first day on which it is stalled is the one that is named", async () => {
	const [held] = await bothOn(dateOf(DAYS));
	let n = 0;
	for (const [unit, [, ...reasons]] of Object.entries(held).slice(0, 8))
		for (const each of reasons) {
			const [obstacle, since] = each.split(" ");
			const before = new Date(Date.parse(since) - 86_400_000).toISOString().slice(0, 10);
			const has = async (day) =>
				(await bothOn(day))[0][unit]?.some((other) => `${other}`.startsWith(`${obstacle} `)) ?? false;
			assert.ok(await has(since), `${seeded}: ${unit} ${each}`);
			if (["NO_COACH", "NO_ACTIVITY", "REVIEW_DUE"].includes(obstacle))
				assert.ok(!(await has(before)), `${seeded}: ${unit} ${each}`);
			n++;
		}
	assert.ok(n > 0, seeded);
});
