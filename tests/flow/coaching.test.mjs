// A coaching as its people see it: its whole life, what is taken back, whose it is, and a pool of
// coaches in which nobody is promised a place that is not there.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { AUDIENCE, BUILD, ISSUER, startSuite, until } from "../support/suite.mjs";

const TOWN = "14521450"; // Oelsnitz/Erzgeb.
const OTHER = "14521010";
let suite;
let adviser;

before(async () => {
	suite = await startSuite({
		services: ["ledger", "registry", "coaching", "notifications", "monitor", "gateway"],
		environment: { notifications: { ASSKOMM_STALLS_EVERY_S: "1" } },
	});
	adviser = suite.token("adviser", ["14521"]);
});
after(() => suite?.stop());

async function post(path, body, { token = adviser, status = 201 } = {}) {
	const reply = await suite.post(path, body, { token });
	assert.equal(reply.status, status, `${path}: ${reply.text}`);
	return reply.json;
}

async function get(path, { token = adviser, status = 200 } = {}) {
	const reply = await suite.get(path, { token });
	assert.equal(reply.status, status, `${path}: ${reply.text}`);
	return reply.json;
}

async function request(body = {}) {
	return (await post("/coachings", { participant: TOWN, requestedOn: "2022-01-10", ...body })).id;
}

// A coaching that runs since 2022-03-01.
async function running(coach) {
	const id = await request();
	await post(`/coachings/${id}/match`, { matchedOn: "2022-02-01", coach });
	await post(`/coachings/${id}/start`, { startedOn: "2022-03-01" });
	return id;
}

test("a coaching from its request to its closing, and again", async () => {
	const id = await request({ topics: ["council_building"] });
	const at = `/coachings/${id}`;
	await post(`${at}/clarify`, { clarifiedOn: "2022-01-20", topics: ["strategy"] });
	await post(`${at}/match`, { matchedOn: "2022-02-01", coach: "b3-17" });
	const goals = [{ code: "council_constituted", text: "Der Rat tagt bis Herbst" }];
	const contract = { goals, expectedSessions: 4, plannedReviewOn: "2022-09-01" };
	const contact = { contactId: "7c9e6679-7425-40de-944b-e07fc1f90ae7", contactRole: "coordinator" };
	await post(`${at}/contract`, { contractedOn: "2022-02-10", ...contract, ...contact });
	await post(`${at}/start`, { startedOn: "2022-03-01" });
	const plan = { nextSessionOn: "2022-04-01" };
	await post(`${at}/sessions`, { heldOn: "2022-03-10", minutes: 90, topic: "steering_group", ...plan });
	await post(`${at}/pause`, { pausedOn: "2022-04-01", reason: "STAFF_CHANGE" });
	await post(`${at}/sessions`, { heldOn: "2022-03-30", form: "VIDEO" });
	await post(`${at}/resume`, { resumedOn: "2022-05-01" });
	await post(`${at}/review`, { reviewedOn: "2022-09-01" });
	await post(`${at}/sessions`, { heldOn: "2022-10-01", form: "TELEPHONE" });
	const closed = await post(`${at}/close`, { closedOn: "2022-12-01", outcome: "PARTLY" });
	const coaching = await get(at);
	assert.equal(coaching.status, "CLOSED");
	assert.deepEqual(coaching.topics, ["strategy"]);
	assert.deepEqual(coaching.goals, goals);
	assert.deepEqual([coaching.sessions, coaching.lastSessionOn], [3, "2022-10-01"]);
	assert.equal(coaching.entries.length, coaching.steps);

	const sessions = await get(`${at}/sessions`);
	assert.deepEqual(
		sessions.items.map(({ heldOn, form }) => [heldOn, form]),
		[
			["2022-10-01", "TELEPHONE"],
			["2022-03-30", "VIDEO"],
			["2022-03-10", "IN_PERSON"],
		],
	);
	const history = await get(`${at}/history`);
	assert.deepEqual(
		history.items.map(({ kind, stage }) => `${kind} ${stage}`),
		[
			"CoachingRequested REQUESTED",
			"MandateClarified CLARIFICATION",
			"CoachMatched COACH_MATCHED",
			"ContractMade CONTRACTED",
			"CoachingStarted ACTIVE",
			"SessionHeld ACTIVE",
			"CoachingPaused PAUSED",
			"SessionHeld PAUSED",
			"CoachingResumed ACTIVE",
			"InterimReviewHeld IN_REVIEW",
			"SessionHeld ACTIVE",
			"CoachingClosed CLOSED",
		],
	);

	const again = await post(`${at}/reopen`, { requestedOn: "2023-01-01" });
	assert.notEqual(again.id, id);
	const anew = await get(`/coachings/${again.id}`);
	assert.deepEqual([anew.status, anew.reopens, anew.coach], ["REQUESTED", id, ""]);
	assert.equal((await get(at)).reopenedAs, again.id);
	await post(`${at}/reopen`, { requestedOn: "2023-01-02" }, { status: 409 });
	await post(`${at}/withdraw`, { factId: closed.facts[0], reason: "x" }, { status: 409 });

	// started is for ever, and the one that was reopened counts as requested anew
	const token = suite.token("auditor");
	const figures = await get(`/figures?asOf=2023-01-01&afterFact=${again.facts[0]}`, { token });
	assert.deepEqual(
		[figures.coachingsRequested, figures.coachesMatched, figures.coachings],
		[2, 1, 1],
	);
});

test("what was recorded by mistake goes step by step, down to nothing", async () => {
	const id = await running("b3-18");
	const at = `/coachings/${id}`;
	const goals = [{ code: "strategy_adopted", text: "" }];
	await post(`${at}/contract`, { contractedOn: "2022-03-02", goals });
	await post(`${at}/sessions`, { heldOn: "2022-03-10", nextSessionOn: "2022-04-01" });
	await post(`${at}/change-coach`, { changedOn: "2022-03-11", coach: "b3-19", reason: "COACH_LEFT" });
	await post(`${at}/pause`, { pausedOn: "2022-03-12", reason: "OTHER_PAUSE" });
	const seen = [];
	for (;;) {
		const { status, coach, sessions, goals, nextSessionOn, entries } = await get(at);
		seen.push([status, coach, sessions, goals.length, nextSessionOn]);
		if (status === "WITHDRAWN") break;
		const { factId } = entries.at(-1);
		await post(`${at}/withdraw`, { factId, reason: "mistake" });
	}
	assert.deepEqual(seen, [
		["PAUSED", "b3-19", 1, 1, ""],
		["ACTIVE", "b3-19", 1, 1, "2022-04-01"],
		["ACTIVE", "b3-18", 1, 1, "2022-04-01"],
		["ACTIVE", "b3-18", 0, 1, ""],
		["ACTIVE", "b3-18", 0, 0, ""],
		["COACH_MATCHED", "b3-18", 0, 0, ""],
		["REQUESTED", "", 0, 0, ""],
		["WITHDRAWN", "", 0, 0, ""],
	]);
	const { items } = await get(`${at}/history`);
	assert.equal(items.length, 7);
	assert.ok(items.every(({ withdrawnAt }) => withdrawnAt !== ""));
});

test("several take part, and each of them sees it", async () => {
	const id = await request({ partners: [OTHER] });
	for (const scope of [TOWN, OTHER, "14521"])
		await get(`/coachings/${id}`, { token: suite.token("municipality", [scope]) });
	await get(`/coachings/${id}`, { token: suite.token("municipality", ["14521020"]), status: 404 });
	const one = { token: suite.token("adviser", [TOWN]), status: 404 };
	await post(`/coachings/${id}/start`, { startedOn: "2022-02-01" }, one);
	await post(`/coachings/${id}/start`, { startedOn: "2022-02-01" });
});

describe("a coach", () => {
	test("sees and changes its own coachings, and no longer when another takes over", async () => {
		const id = await running("b3-20");
		const at = `/coachings/${id}`;
		const token = suite.token("coach", ["coach-b3-20"]);
		const next = { token: suite.token("coach", ["coach-b3-21"]), status: 404 };
		await post(`${at}/sessions`, { heldOn: "2022-03-10" }, { token });
		await post(`${at}/sessions`, { heldOn: "2022-03-11" }, next);
		await get(at, next);
		assert.equal((await get(`${at}/sessions`, { token })).items.length, 1);
		assert.equal((await get(`${at}/sessions`, { ...next, status: 200 })).items.length, 0);
		// a coach's scope makes no adviser: neither by another role nor by a coach's own
		await post(`${at}/close`, { closedOn: "2022-04-01", outcome: "PARTLY" }, { token, status: 403 });
		const both = { token: suite.token(["coach", "adviser"], ["coach-b3-20"]), status: 404 };
		await post(`${at}/close`, { closedOn: "2022-04-01", outcome: "PARTLY" }, both);
		const change = { changedOn: "2022-03-12", coach: "b3-21", reason: "PARTICIPANT_WISH" };
		await post(`${at}/change-coach`, change);
		await post(`${at}/sessions`, { heldOn: "2022-03-13" }, { token, status: 404 });
		assert.equal((await get(`${at}/history`, { token })).items.length, 0);
		const own = { token: next.token };
		assert.equal((await get(`${at}/sessions`, own)).items.length, 1);
		await post(`${at}/sessions`, { heldOn: "2022-03-13" }, own);
	});

	test("has so many places, also when many ask at once", async () => {
		const profile = { registeredOn: "2022-01-01", competences: ["strategy"] };
		await post("/coaches", { id: "b3-30", capacity: 3, ...profile });
		const ids = await Promise.all(Array.from({ length: 8 }, () => request()));
		const match = (id) =>
			suite.post(
				`/coachings/${id}/match`,
				{ matchedOn: "2022-02-01", coach: "b3-30" },
				{ token: adviser },
			);
		const replies = await Promise.all(ids.map(match));
		const matched = ids.filter((_, i) => replies[i].status === 201);
		assert.deepEqual(
			replies.map(({ status }) => status).sort(),
			[201, 201, 201, 409, 409, 409, 409, 409],
		);
		for (const { status, json } of replies)
			if (status === 409) assert.equal(json.violations[0].rule, "full");
		const taken = async () => (await get("/coaches/b3-30")).taken;
		assert.equal(await taken(), 3);
		assert.deepEqual((await get("/coaches?free=true")).items, []);

		// a place is free again when its coaching ends, changes hands, or was a mistake
		await post(`/coachings/${matched[0]}/close`, { closedOn: "2022-03-01", outcome: "ABORTED" });
		const { entries } = await get(`/coachings/${matched[1]}`);
		const back = { factId: entries.at(-1).factId, reason: "mistake" };
		await post(`/coachings/${matched[1]}/withdraw`, back);
		await post("/coaches", { id: "b3-31", capacity: 1, ...profile });
		const change = { changedOn: "2022-03-01", coach: "b3-31", reason: "COACH_WISH" };
		await post(`/coachings/${matched[2]}/change-coach`, change);
		assert.equal(await taken(), 0);
		assert.equal((await get("/coaches/b3-31")).taken, 1);
		assert.equal((await match(matched[1])).status, 201);
		assert.equal(await taken(), 1);

		// what is taken back takes its place again, or is refused when that is gone
		const rest = ids.filter((id) => !matched.includes(id)).slice(0, 2);
		for (const id of rest) assert.equal((await match(id)).status, 201);
		const ended = await get(`/coachings/${matched[0]}`);
		const undo = { factId: ended.entries.at(-1).factId, reason: "mistake" };
		const full = await post(`/coachings/${matched[0]}/withdraw`, undo, { status: 409 });
		assert.equal(full.violations[0].rule, "full");
		await post(`/coachings/${rest[0]}/close`, { closedOn: "2022-03-01", outcome: "ABORTED" });
		await post(`/coachings/${matched[0]}/withdraw`, undo);
		assert.equal(await taken(), 3);
	});

	test("is proposed for a coaching, with the reasons", async () => {
		const registeredOn = "2022-01-01";
		const strategy = ["strategy", "youth"];
		await post("/coaches", { id: "b3-40", registeredOn, capacity: 2, competences: ["youth"] });
		const near = { districts: ["14521"], competences: strategy };
		await post("/coaches", { id: "b3-41", registeredOn, capacity: 2, ...near });
		const far = { districts: ["14511"], competences: strategy };
		await post("/coaches", { id: "b3-42", registeredOn, capacity: 2, ...far });
		const id = await request({ topics: strategy });
		const { ranked, excluded } = await get(`/coachings/${id}/matches`);
		assert.equal(ranked[0].coach, "b3-41");
		assert.equal(ranked[0].rank, 1);
		const points = ranked[0].criteria.reduce((sum, each) => sum + each.points, 0);
		assert.equal(points, ranked[0].score);
		assert.ok(ranked.some(({ coach }) => coach === "b3-40"));
		const out = excluded.find(({ coach }) => coach === "b3-42");
		assert.deepEqual(out.reasons, ["OTHER_DISTRICTS"]);
		await post("/coaches/b3-41/retire", { retiredOn: "2022-02-01" });
		const without = await get(`/coachings/${id}/matches`);
		assert.ok(without.ranked.every(({ coach }) => coach !== "b3-41"));
		const gone = { matchedOn: "2022-02-02", coach: "b3-41" };
		await post(`/coachings/${id}/match`, gone, { status: 422 });
		await get(`/coachings/${id}/matches`, { token: suite.token("adviser", ["14628"]), status: 404 });
	});
});

describe("coachings as a list", () => {
	before(async () => {
		for (const id of ["b3-50", "b3-51"]) {
			const profile = { capacity: 5, competences: ["strategy"] };
			await post("/coaches", { id, registeredOn: "2020-01-01", ...profile });
		}
	});

	test("as of any day, also where something was told late", async () => {
		const town = "14521020";
		const { id } = await post("/coachings", { participant: town, requestedOn: "2020-01-10" });
		const at = `/coachings/${id}`;
		await post(`${at}/match`, { matchedOn: "2020-02-01", coach: "b3-50" });
		await post(`${at}/start`, { startedOn: "2020-03-01" });
		await post(`${at}/pause`, { pausedOn: "2020-06-01", reason: "AWAITING_DECISION" });
		await post(`${at}/sessions`, { heldOn: "2020-04-01", nextSessionOn: "2020-05-01" });
		await post(`${at}/close`, { closedOn: "2020-09-01", outcome: "GOALS_MET" });
		const on = async (asOf) => {
			const { items } = await get(`/coachings?participant=${town}&asOf=${asOf}`);
			for (const item of items) assert.deepEqual(item, await get(`${at}?asOf=${asOf}`));
			return items.map(({ status, coach, sessions, nextSessionOn, steps, entries }) => {
				assert.equal(entries.length, steps);
				return [status, coach, sessions, nextSessionOn];
			})[0];
		};
		assert.equal(await on("2020-01-09"), undefined);
		assert.deepEqual(await on("2020-01-10"), ["REQUESTED", "", 0, ""]);
		assert.deepEqual(await on("2020-03-31"), ["ACTIVE", "b3-50", 0, ""]);
		assert.deepEqual(await on("2020-04-01"), ["ACTIVE", "b3-50", 1, "2020-05-01"]);
		assert.deepEqual(await on("2020-06-01"), ["PAUSED", "b3-50", 1, ""]);
		assert.deepEqual(await on("2020-09-01"), ["CLOSED", "b3-50", 1, ""]);
		const now = await get(`/coachings?participant=${town}&status=CLOSED`);
		assert.equal(now.items[0].outcome, "GOALS_MET");
		assert.deepEqual((await get(`/coachings?participant=${town}&open=true`)).items, []);
		const then = await get(`/coachings?participant=${town}&open=true&asOf=2020-08-31`);
		assert.equal(then.items.length, 1);
	});

	test("by coach, by district, in pages", async () => {
		const all = (await get("/coachings")).items.map(({ id }) => id);
		assert.ok(all.length > 10);
		const paged = [];
		let next = "";
		do {
			const page = await get(`/coachings?limit=3${next && `&cursor=${next}`}`);
			paged.push(...page.items.map(({ id }) => id));
			next = page.next;
		} while (next !== "");
		assert.deepEqual(paged, all);
		const token = suite.token("auditor", ["14"]);
		const ids = async (query) =>
			(await get(`/coachings?${query}`, { token })).items.map(({ id }) => id);
		assert.deepEqual(await ids("district=14521"), all);
		assert.deepEqual(await ids("district=14628"), []);
		const own = await get("/coachings", { token: suite.token("coach", ["coach-b3-50"]) });
		assert.deepEqual(own.items.map(({ coach }) => coach), ["b3-50"]);
		assert.deepEqual(own.items.map(({ id }) => id), await ids("coach=b3-50"));
	});

	test("says what is wrong, since when, and who is to act; a session clears it", async () => {
		const id = await running("b3-51");
		const goals = [{ code: "strategy_adopted" }];
		const contactId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
		await post(`/coachings/${id}/contract`, { contractedOn: "2022-03-02", goals, contactId });
		const on = async (asOf) => {
			const { health } = await get(`/coachings/${id}?asOf=${asOf}`);
			return health.findings.map(({ reason, toAct, since }) => `${reason} ${toAct} ${since}`);
		};
		assert.deepEqual(await on("2022-05-30"), []);
		assert.deepEqual(await on("2022-05-31"), ["NO_SESSION COACH 2022-05-31"]);
		await post(`/coachings/${id}/sessions`, { heldOn: "2022-05-31" });
		assert.deepEqual(await on("2022-05-31"), []);
		const { health } = await get(`/coachings/${id}`);
		assert.equal(health.stalled, true);
	});
});

// ---- the command line

async function asskomm(words, role = "adviser") {
	const env = {
		PATH: process.env.PATH,
		LANG: "C.UTF-8",
		ASSKOMM_URL: suite.url,
		ASSKOMM_TOKEN: suite.token(role, ["14"]),
		ASSKOMM_TOKEN_ISSUER: ISSUER,
		ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
	};
	try {
		const run = promisify(execFile);
		return { code: 0, ...(await run(join(BUILD, "bin", "asskomm"), words, { env })) };
	} catch (error) {
		if (typeof error.code !== "number") throw error;
		return { code: error.code, stdout: error.stdout, stderr: error.stderr };
	}
}

describe("asskomm coaching", () => {
	const line = async (text, code = 0) => {
		const words = text.match(/'[^']*'|\S+/g).map((word) => word.replaceAll("'", ""));
		const done = await asskomm(words);
		assert.equal(done.code, code, `${text}: ${done.stderr}`);
		return code === 0 ? done.stdout : done.stderr;
	};
	const town = "Schwarzenberg/Erzgeb.";

	test("teaches itself, each action too", async () => {
		for (const group of ["coaching", "coach"]) {
			const overview = (await asskomm([group, "--help"])).stdout;
			const names = [...overview.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map((match) => match[1]);
			assert.ok(names.length >= 5, overview);
			for (const name of names) {
				const manual = await asskomm([group, name, "--help"]);
				assert.equal(manual.code, 0, name);
				assert.match(manual.stdout, new RegExp(`^usage: asskomm ${group} ${name}`));
				assert.match(manual.stdout, /example:/);
				assert.equal((await asskomm([group, name, "--no-such-option"])).code, 2, name);
			}
		}
		assert.equal((await asskomm(["coaching"])).code, 2);
		assert.match(await line("coaching dance", 2), /no action 'dance'/);
		assert.match(await line("coaching start", 2), /COACHING is missing/);
		assert.match(await line(`coaching start ${town}`, 2), /--on is missing/);
		assert.match(await line(`coaching session ${town} --on 2022-02-30`, 2), /must be a date/);
	});

	test("runs a coaching by the name of its town", async () => {
		await line("coach add b3-60 --on 2022-01-01 --capacity 2 --competence strategy --district 14521");
		assert.match(await line("coach list --free --competence strategy"), /^b3-60 +in pool +0\/2 +14521/m);
		await line(`coaching request ${town} --on 2022-01-10 --topic strategy`);
		const ranking = await line(`coaching matches ${town}`);
		assert.match(ranking, /1\. b3-60 +90 +of 100\n +competence +40\/40 +covers 1 of 1 topics/);
		await line(`coaching match ${town} --coach b3-60 --on 2022-02-01`);
		await line(`coaching contract ${town} --goal 'council:Der Rat tagt: im Herbst' --sessions 4 --on 2022-02-02`);
		await line(`coaching start ${town} --on 2022-03-01`);
		const session = `coaching session ${town} --on 2022-03-10 --form video --minutes 90`;
		const first = await line(session);
		assert.equal(await line(session), first, "the same line again changes nothing");
		assert.match(await line(`coaching sessions ${town}`), /2022-03-10 +video +90/);
		const list = await line("coaching list --district 14521 --status active --as-of 2022-06-30");
		assert.match(list, /Schwarzenberg\/Erzgeb\. +14521 +active .* no session for 112 days; no contact/);
		assert.match(list, /\d+ coachings, \d+ of them stalled/);
		const page = await line(`coaching show ${town} --as-of 2022-06-30`);
		assert.match(page, /^goal +council: Der Rat tagt: im Herbst$/m);
		assert.match(page, /^stalled since 2022-06-09: no session for 112 days \(to act: coach\)$/m);
		await line(`coaching pause ${town} --reason staff-change --on 2022-07-01`);
		const refused = await line(`coaching review ${town} --on 2022-07-02`, 1);
		assert.match(refused, /the coaching is paused; possible is: change-coach, resume, close/);
		await line(`coaching close ${town} --outcome partly --on 2022-08-01`);
		await line(`coaching reopen ${town} --on 2022-09-01`);
		assert.match(await line(`coaching history ${town}`), /2022-09-01 +CoachingRequested +requested/);
		assert.match(await line(`coaching list ${town}`), /2 coachings/);
	});

	test("asks back where a name or a town has several meanings", async () => {
		assert.match(await line("coaching show Auerbach", 1), /may mean several[\s\S]*14521040[\s\S]*14523020/);
		assert.match(await line("coaching show Nirgendwo", 1), /is no participant/);
		assert.match(await line("coaching show Zittau", 1), /has no such coaching/);
		const several = await line("coaching start Oelsnitz/Erzgeb. --on 2022-02-02", 1);
		assert.match(several, /has several coachings; give the id of one:\n +[0-9a-f-]{36} +[a-z ]+, requested on/);
	});
});

// ---- what stalls is told

// The day so many days ago; counted in days, for an hour is not the same in summer.
function berlin(days) {
	const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin" }).format(Date.now());
	return new Date(Date.parse(`${today}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

describe("a coaching that stalls", () => {
	const contactId = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
	const people = {};

	before(async () => {
		for (const [name, role, scopes] of [
			["adviser", "adviser", ["14521"]],
			["coordinator", "municipality", [TOWN]],
			["stranger", "adviser", ["14628"]],
		]) {
			people[name] = suite.token(role, scopes, { sub: `stall ${name}` });
			await post("/subscriptions", { kind: "CoachingStalled" }, { token: people[name] });
		}
		const profile = { capacity: 5, competences: ["strategy"] };
		await post("/coaches", { id: "b3-70", registeredOn: "2022-01-01", ...profile });
	});

	// Without a session since it was set going 91 days ago: stalled since today.
	async function stalled(participant) {
		const { id } = await post("/coachings", { participant, requestedOn: berlin(100) });
		await post(`/coachings/${id}/match`, { matchedOn: berlin(99), coach: "b3-70" });
		const contract = { goals: [{ code: "council_constituted" }], contactId };
		await post(`/coachings/${id}/contract`, { contractedOn: berlin(98), ...contract });
		await post(`/coachings/${id}/start`, { startedOn: berlin(91) });
		return id;
	}

	const told = async (name, id) => {
		const { items } = await get("/inbox?limit=500", { token: people[name] });
		return items.filter(({ text }) => text.includes(id));
	};

	test("is told once to adviser and coordinator, with reason and who is to act", async () => {
		const first = await stalled(TOWN);
		for (const name of ["adviser", "coordinator"])
			await until(async () => (await told(name, first)).length > 0, `a message to the ${name}`);
		// a later stall was told, so looks went on meanwhile
		const second = await stalled(OTHER);
		await until(async () => (await told("adviser", second)).length > 0, "a message of the second");
		for (const name of ["adviser", "coordinator"]) {
			const messages = await told(name, first);
			assert.equal(messages.length, 1, name);
			const [{ kind, subject, text, validOn }] = messages;
			assert.deepEqual([kind, validOn], ["CoachingStalled", berlin(0)]);
			assert.equal(subject, "Coaching stockt: Oelsnitz/Erzgeb.");
			assert.match(text, /seit 91 Tagen keine Sitzung\.\nAm Zug ist: der Coach\./);
			assert.ok(!text.includes("b3-70"));
		}
		assert.deepEqual(await told("coordinator", second), []);
		assert.deepEqual(await get("/inbox", { token: people.stranger }), { items: [], next: "" });
		assert.equal((await get(`/coachings/${first}`)).health.stalled, true);
		await post(`/coachings/${first}/sessions`, { heldOn: berlin(0) });
		assert.equal((await get(`/coachings/${first}`)).health.stalled, false);
		await post(`/coachings/${first}/close`, { closedOn: berlin(0), outcome: "PARTLY" });
	});
});
