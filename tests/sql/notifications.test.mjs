// Who is told of a fact, once; and the mails that wait, one sender each, whoever dies.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

const EPOCH = "e";
const WORKER = { scope: "*", actor: "service:notifications" };
const HEIDENAU = "14628160";
const LEIPZIG = "14713000";
const SCHEIBENBERG = "14521510"; // its key begins that of a union
const UNION = "145215101";

let suite;
let superuser;
let notifications;
let seq = 0;

before(async () => {
	suite = await startSql();
	superuser = suite.client();
	notifications = suite.service("notifications");
});
after(() => suite?.stop());

async function subscribe(recipient, { scopes = ["*"], ...wish } = {}) {
	const row = {
		id: randomUUID(),
		version: 1,
		recipient,
		email: null,
		participant: null,
		district: null,
		kind: null,
		ended_on: null,
		...wish,
		scopes,
		facts: [],
	};
	await notifications.save("subscription.save", [row], { actor: recipient });
	return row;
}

const notice = (participants, more) => ({
	seq: ++seq,
	epoch: EPOCH,
	fact_id: randomUUID(),
	kind: "AgreementSigned",
	participants,
	subject: `subject ${seq}`,
	text: `text ${seq}`,
	valid_on: "2023-08-09",
	...more,
});
const notify = (values) => notifications.run("notify", values, WORKER);

const toldOf = async ({ fact_id }) =>
	(
		await superuser.rows(
			"select recipient from notifications.inbox where fact_id = $1 order by 1",
			[fact_id],
		)
	).map(({ recipient }) => recipient);
const mailedOf = async ({ fact_id }) =>
	(
		await superuser.rows("select email from notifications.delivery where fact_id = $1 order by 1", [
			fact_id,
		])
	).map(({ email }) => email);
const clear = () =>
	superuser.rows("truncate notifications.subscription, notifications.inbox, notifications.delivery");

describe("what stalls", () => {
	const day = "2023-08-09";
	const stall = (episode, participants, validOn = day) => ({
		...{ episode, participants, validOn },
		subject: "stalls",
		text: episode,
	});
	const tell = (...notices) => notifications.run("tell_stalls", { notices }, WORKER);
	const told = async () =>
		(await superuser.rows("select recipient, text from notifications.inbox order by 1, 2")).map(
			({ recipient, text }) => `${recipient} ${text}`,
		);
	const since = (recipient, on) =>
		superuser.rows("update notifications.subscription set subscribed_on = $2 where recipient = $1", [
			recipient,
			on,
		]);

	test("is told once for each episode, to those in whose scope it lies", async () => {
		await clear();
		await subscribe("anna", { kind: "CoachingStalled", scopes: ["14628"], email: "a@example.org" });
		await subscribe("anna", { scopes: ["*"] }); // fits too: still one message
		await subscribe("ben", { kind: "CoachingStalled", scopes: ["14713"] });
		await subscribe("carl", { kind: "AgreementSigned" });
		await subscribe("dora", { kind: "CoachingStalled", ended_on: day });
		for (const name of ["anna", "ben", "carl", "dora"]) await since(name, "2023-01-01");
		for (let look = 0; look < 3; look++) await tell(stall("a", [HEIDENAU]), stall("b", [LEIPZIG]));
		assert.deepEqual(await told(), ["anna a", "anna b", "ben b"]);
		await tell(stall("a again", [HEIDENAU]));
		assert.deepEqual(await told(), ["anna a", "anna a again", "anna b", "ben b"]);
		const mails = await superuser.rows("select email, text from notifications.delivery order by 2");
		assert.deepEqual(mails.map(({ text }) => text), ["a", "a again"]);
	});

	test("is no news for one who subscribed later", async () => {
		await clear();
		await subscribe("anna", { kind: "CoachingStalled" });
		await since("anna", day);
		await tell(stall("old", [HEIDENAU], "2023-08-08"), stall("new", [HEIDENAU]));
		assert.deepEqual(await told(), ["anna new"]);
	});
});

describe("who is told", () => {
	// [who, what they wish, the facts they hear of]
	const about = {
		heidenau: [HEIDENAU],
		leipzig: [LEIPZIG],
		both: [HEIDENAU, LEIPZIG],
		union: [UNION],
		state: [],
	};
	const wishes = [
		["everything", {}, ["heidenau", "leipzig", "both", "union", "state"]],
		["a kind", { kind: "AgreementSigned" }, ["heidenau", "leipzig", "both", "union", "state"]],
		["another kind", { kind: "CouncilConstituted" }, []],
		["a participant", { participant: HEIDENAU }, ["heidenau", "both"]],
		["a district", { district: "14713" }, ["leipzig", "both"]],
		["both at once", { participant: HEIDENAU, district: "14713" }, ["both"]],
		["a scope", { scopes: ["14628"] }, ["heidenau", "both", "state"]],
		["two scopes", { scopes: ["14628160", "14713"] }, ["heidenau", "leipzig", "both", "state"]],
		["a scope that is a town's", { scopes: [SCHEIBENBERG] }, ["state"]],
		["a scope that is the union's", { scopes: [UNION] }, ["union", "state"]],
		["an empty scope", { scopes: [""] }, ["state"]],
		["no scope", { scopes: [] }, ["state"]],
		["beyond the scope", { scopes: ["14628"], participant: LEIPZIG }, ["both"]],
		["what has ended", { ended_on: "2023-01-01" }, []],
	];

	before(async () => {
		await clear();
		for (const [who, wish] of wishes) await subscribe(who, wish);
	});
	after(clear);

	for (const [name, participants] of Object.entries(about))
		test(`of a fact about ${name}`, async () => {
			const fact = notice(participants);
			assert.equal((await notify(fact)).length, 1);
			const expected = wishes.filter(([, , facts]) => facts.includes(name)).map(([who]) => who);
			assert.deepEqual(await toldOf(fact), expected.sort());
			assert.deepEqual(await mailedOf(fact), []);
		});
});

describe("told once", () => {
	before(clear);

	test("a recipient with several subscriptions that fit, an address of several recipients", async () => {
		await subscribe("ada", { email: "office@example.org" });
		await subscribe("ada", { email: "office@example.org", district: "14628" });
		await subscribe("ada", { email: "ada@example.org" });
		await subscribe("bert", { email: "office@example.org" });
		await subscribe("carl");
		const fact = notice([HEIDENAU]);
		await notify(fact);
		assert.deepEqual(await toldOf(fact), ["ada", "bert", "carl"]);
		assert.deepEqual(await mailedOf(fact), ["ada@example.org", "office@example.org"]);
	});

	test("whatever is repeated, and by two replicas at once", async () => {
		const fact = notice([HEIDENAU]);
		await notify(fact);
		assert.deepEqual(await notify(fact), []);
		assert.deepEqual(await notify({ ...fact, seq: fact.seq + 2 }), []);
		assert.deepEqual(await notify({ ...fact, seq: fact.seq + 1, epoch: "other" }), []);
		assert.equal((await toldOf(fact)).length, 3);
		const other = suite.service("notifications");
		for (const { client } of [notifications, other])
			await client.rows("set lock_timeout = '60s'");
		for (let i = 0; i < 20; i++) {
			const next = notice([HEIDENAU]);
			const results = await Promise.all([notify(next), other.run("notify", next, WORKER)]);
			assert.equal(results.flat().length, 1);
			assert.equal((await toldOf(next)).length, 3);
			assert.equal((await mailedOf(next)).length, 2);
		}
	});

	test("what nobody needs to hear of is handled all the same", async () => {
		const fact = notice([HEIDENAU]);
		assert.equal((await notifications.run("pass", fact, WORKER)).length, 1);
		assert.deepEqual(await toldOf(fact), []);
		const asked = { after_fact: fact.fact_id };
		assert.equal((await notifications.run("has_fact", asked)).length, 1);
		assert.equal((await notifications.run("has_fact", { after_fact: randomUUID() })).length, 0);
	});

	test("each reads their own, the newest first, no more than asked for", async () => {
		const list = (actor, limit, cursor = 0) =>
			notifications.run("list_inbox", { limit, cursor }, { actor });
		const rows = await list("ada", 0);
		assert.equal(rows.length, 22);
		const numbers = rows.map((row) => Number(row.seq));
		assert.deepEqual(
			numbers,
			[...numbers].sort((a, b) => b - a),
		);
		assert.equal(rows[0].subject, `subject ${numbers[0]}`);
		assert.match(rows[0].received_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
		assert.equal((await list("ada", 3)).length, 3);
		assert.deepEqual(await list("dora", 0), []);
		for (let i = 0; i < 35; i++) await notify(notice([HEIDENAU]));
		assert.equal((await list("ada", 0)).length, 50, "50 when not asked for");
		const paged = [];
		for (let cursor = 0; cursor !== null; cursor = paged.at(-1).next) {
			const page = await list("ada", 10, cursor);
			assert.equal(page.length, paged.length < 50 ? 10 : 7);
			paged.push(...page);
		}
		const all = await list("ada", 500);
		assert.deepEqual(
			paged.map(({ id }) => id),
			all.map(({ id }) => id),
		);
	});

	test("subscriptions: each lists their own that have not ended", async () => {
		const list = (limit = 0, cursor = null) =>
			notifications.run("list_subscriptions", { limit, cursor }, { actor: "ada" });
		const own = await list();
		assert.equal(own.length, 3);
		const [first, second] = await list(2);
		assert.deepEqual([first.id, second.id], [own[0].id, own[1].id]);
		assert.deepEqual(await list(2, second.next), [own[2]]);
		assert.deepEqual(JSON.parse(own[0].scopes), ["*"]);
		const [{ id }] = own;
		const [row] = await notifications.run("subscription.load", { id }, { actor: "ada" });
		const ended = { ...row, scopes: ["*"], version: 2, ended_on: "2023-09-01", facts: [] };
		await notifications.save("subscription.save", [ended], { actor: "ada" });
		assert.equal((await list()).length, 2);
		assert.deepEqual(await notifications.run("subscription.load", { id }, { actor: "bert" }), []);
	});

	test("a new subscription keeps who subscribes and what they may see", async () => {
		const [row] = await notifications.run("subscription.new", {}, { actor: "ada", scope: "14628,k-1" });
		assert.deepEqual([row.version, row.recipient], ["0", "ada"]);
		assert.deepEqual(JSON.parse(row.scopes), ["14628", "k-1"]);
		const [bare] = await notifications.run("subscription.new", {}, { actor: "ada", scope: "" });
		assert.deepEqual(JSON.parse(bare.scopes), []);
	});
});

describe("mails", () => {
	const claim = (session = notifications) => session.run("claim_delivery", {}, WORKER);
	const attemptsOf = (id) =>
		superuser.value("select attempts::text from notifications.delivery where id = $1", [id]);
	const finish = async (id, state, wait = 0, attempts = null) =>
		notifications.run(
			"finish_delivery",
			{
				id,
				state,
				last_error: state === "done" ? null : "no",
				wait_seconds: wait,
				attempts: attempts ?? (await attemptsOf(id)),
			},
			WORKER,
		);
	const stateOf = async (id) =>
		(
			await superuser.rows(
				`select state, attempts::text, last_error, lease_until is null as free,
					next_at > now() as later from notifications.delivery where id = $1`,
				[id],
			)
		)[0];

	before(async () => {
		await clear();
		await subscribe("ada", { email: "ada@example.org" });
		await subscribe("bert", { email: "bert@example.org" });
		await notify(notice([HEIDENAU]));
	});

	let first;
	let second;

	test("two senders at once get two mails, a third gets none", async () => {
		const others = [suite.service("notifications"), suite.service("notifications")];
		const results = await Promise.all([claim(), ...others.map(claim)]);
		// one that looked while the others held both may only have skipped them
		const rows = results.flat();
		while (rows.length < 2) rows.push(...(await claim()));
		assert.equal(new Set(rows.map(({ id }) => id)).size, 2);
		assert.deepEqual(await claim(), []);
		[first, second] = rows;
		assert.deepEqual(rows.map(({ email }) => email).sort(), ["ada@example.org", "bert@example.org"]);
		assert.deepEqual([first.attempts, first.subject], ["1", `subject ${seq}`]);
	});

	test("a mail that one sender is just taking is skipped, not waited for", async () => {
		await finish(first.id, "waiting");
		const holder = suite.client();
		await holder.rows("begin");
		await holder.rows("select from notifications.delivery where id = $1 for update", [first.id]);
		assert.deepEqual(await claim(), []);
		await holder.rows("rollback");
		const [again] = await claim();
		assert.deepEqual([again.id, again.attempts], [first.id, "2"]);
	});

	test("done is done", async () => {
		await finish(first.id, "done");
		assert.deepEqual(await stateOf(first.id), {
			state: "done",
			attempts: "2",
			last_error: null,
			free: "t",
			later: "f",
		});
		assert.deepEqual(await claim(), []);
	});

	test("one that failed waits for its time", async () => {
		await finish(second.id, "waiting", 3600);
		assert.deepEqual(await stateOf(second.id), {
			state: "waiting",
			attempts: "1",
			last_error: "no",
			free: "t",
			later: "t",
		});
		assert.deepEqual(await claim(), []);
		await superuser.rows("update notifications.delivery set next_at = now() where id = $1", [
			second.id,
		]);
		assert.equal((await claim())[0].id, second.id);
	});

	test("one whose sender died is taken over when its lease has ended, not before", async () => {
		assert.deepEqual(await claim(), []);
		const lease = await superuser.value(
			`select lease_until - now() between interval '1 minute' and interval '2 minutes'
			from notifications.delivery where id = $1`,
			[second.id],
		);
		assert.equal(lease, "t");
		await superuser.rows(
			"update notifications.delivery set lease_until = now() - interval '1 second' where id = $1",
			[second.id],
		);
		const [row] = await claim();
		assert.deepEqual([row.id, row.attempts], [second.id, "3"]);
	});

	test("whoever was held past the lease says nothing of what its successor has in hand", async () => {
		assert.deepEqual(await finish(second.id, "done", 0, "2"), []);
		const { state, attempts, free } = await stateOf(second.id);
		assert.deepEqual([state, attempts, free], ["sending", "3", "f"]);
	});

	test("dead is not tried again", async () => {
		await finish(second.id, "dead");
		await superuser.rows("update notifications.delivery set next_at = now() - interval '1 day'");
		assert.deepEqual(await claim(), []);
	});

	test("nobody but the worker claims or finishes one", async () => {
		await notify(notice([HEIDENAU]));
		const as = { scope: "*", actor: "ada" };
		assert.deepEqual(await notifications.run("claim_delivery", {}, as), []);
		const [row] = await claim();
		const { id, attempts } = row;
		const values = { id, state: "done", last_error: null, wait_seconds: 0, attempts };
		await notifications.run("finish_delivery", values, as);
		assert.equal((await stateOf(row.id)).state, "sending");
	});
});
