// Every save against a real PostgreSQL: what is written is what is loaded; a stale version, a used
// key or somebody else's row writes nothing at all; rows of one batch stand and fall on their own.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

const HEIDENAU = { key: "14628160", name: "Heidenau", kind: "MUNICIPALITY", district: "14628" };
const PIRNA = { key: "14628270", name: "Pirna", kind: "MUNICIPALITY", district: "14628" };
const PLANNED = { code: "presentation", kind: "MILESTONE", due_on: "2023-06-01" };
const DELIVERY = { kind: "COVER_LETTER", status: "EXPECTED", rounds: [] };
const ENTRY = { factId: "f", kind: "Fact", on: "2023-01-02" };
const entry = () => ({ ...ENTRY, factId: randomUUID() });
const FIGURE = {
	year: 2022,
	cases: 7,
	cleared: 3,
	offence: "890000",
	population: 16500,
	populationOn: "2021-12-31",
	factId: randomUUID(),
	withdrawn: false,
};
const ACTOR = "adviser";

let free = 14_900_000; // keys of participants that exist nowhere else
const newKey = () => String(++free);
let year = 3000;

// Of each aggregate: a new one, what a later command changes in it, and how it is loaded.
const KINDS = [
	{
		service: "registry",
		name: "participant",
		make: () => ({
			id: newKey(),
			name: "Heidenau",
			kind: "MUNICIPALITY",
			district: "14628",
			participants: ["14628160"],
			contacted_on: "2023-01-02",
			advised_on: null,
			cooperation_level: "LOOSE",
			preliminary_agreement_on: null,
			model_municipality_on: "2023-01-03",
			entries: [entry()],
			withdrawn: null,
		}),
		change: (old) => ({
			advised_on: "2023-02-01",
			cooperation_level: "CLOSE",
			entries: [...old.entries, { ...entry(), value: "CLOSE" }],
		}),
		// participant.load begins with the territory, which is another test's
		sql: `select id, version, name, kind, district, to_jsonb(participants) as participants,
			contacted_on, advised_on, cooperation_level, preliminary_agreement_on,
			model_municipality_on, (select jsonb_agg(registry.entry_of(e) order by e.place)
				from registry.participant_entry e where e.participant = id) as entries
			from registry.participant where id = $1`,
	},
	{
		service: "registry",
		name: "agreement",
		make: () => ({
			id: randomUUID(),
			status: "IN_FORCE",
			signed_on: "2023-01-02",
			mode: "IN_PERSON",
			participants: ["14628160"],
			accessions: [{ participant: newKey(), name: "a", district: "14628", factId: "f" }],
			signatories: [{ role: "mayor", organisation: "14628160" }],
			witnesses: [],
			action_fields: ["alcohol"],
			contacts: [],
		}),
		change: { status: "TERMINATED", signed_on: "2023-01-03" },
	},
	{
		service: "registry",
		name: "council",
		make: () => ({
			id: randomUUID(),
			status: "ACTIVE",
			participant: { ...HEIDENAU, key: newKey() },
			participants: ["14628160"],
			constituted_on: "2023-01-02",
			entries: [ENTRY],
		}),
		change: { status: "DORMANT", entries: [ENTRY, ENTRY] },
	},
	{
		service: "coaching",
		name: "coaching",
		make: () => ({
			id: randomUUID(),
			status: "REQUESTED",
			participant: HEIDENAU,
			participants: ["14628160"],
			partners: [],
			requested_on: "2023-01-02",
			reopens: null,
			topics: ["strategy"],
			goals: [],
			expected_sessions: 0,
			coach_changes: 0,
			sessions: 0,
			moved_on: "2023-01-02",
			coach: null,
			assignees: [],
			outcome: null,
			contact_id: null,
			contact_role: null,
			clarified_on: null,
			matched_on: null,
			contracted_on: null,
			started_on: null,
			paused_on: null,
			pause_reason: null,
			resume_planned_on: null,
			resumed_on: null,
			planned_review_on: null,
			reviewed_on: null,
			closed_on: null,
			last_session_on: null,
			next_session_on: null,
			coach_changed_on: null,
			steps: 1,
			recorded: [],
		}),
		change: {
			status: "ACTIVE",
			coach: "c-7",
			assignees: ["coach-c-7"],
			outcome: "PARTLY",
			partners: [],
			goals: [{ code: "council", text: "" }],
			contact_id: randomUUID(),
			contact_role: "coordinator",
			expected_sessions: 7,
			clarified_on: "2023-01-03",
			matched_on: "2023-01-04",
			contracted_on: "2023-01-05",
			started_on: "2023-01-06",
			paused_on: "2023-01-07",
			pause_reason: "STAFF_CHANGE",
			resume_planned_on: "2023-01-08",
			resumed_on: "2023-01-09",
			planned_review_on: "2023-01-10",
			reviewed_on: "2023-01-11",
			closed_on: "2023-01-12",
			moved_on: "2023-01-13",
			sessions: 3,
			last_session_on: "2023-01-14",
			next_session_on: "2023-01-15",
			coach_changes: 1,
			coach_changed_on: "2023-01-16",
			steps: 2,
			recorded: [],
		},
	},
	{
		service: "coaching",
		name: "coach",
		make: () => ({
			id: `coach-${randomUUID()}`,
			status: "IN_POOL",
			competences: ["strategy"],
			capacity: 2,
			districts: [],
			availability: [],
			contact_id: null,
			registered_on: "2023-01-02",
			retired_on: null,
			taken: 0,
		}),
		change: {
			status: "RETIRED",
			competences: ["strategy", "youth"],
			capacity: 3,
			districts: ["14628"],
			availability: [{ from: "2023-01-01", until: "" }],
			contact_id: randomUUID(),
			registered_on: "2023-01-03",
			retired_on: "2023-02-01",
		},
	},
	{
		service: "analysis",
		name: "analysis",
		make: () => ({
			id: randomUUID(),
			status: "KICKED_OFF",
			municipalities: [HEIDENAU, PIRNA],
			participants: ["14628160", "14628270"],
			kicked_off_on: "2023-01-02",
			presented_on: null,
			entries: [ENTRY],
			procedure: "full_2021",
			revision: 1,
			modules: ["area_profile"],
			plan: [PLANNED],
			previous: null,
			deliveries: [DELIVERY],
			chosen: null,
		}),
		change: {
			status: "PRESENTED",
			presented_on: "2023-05-01",
			entries: [ENTRY, ENTRY],
			revision: 2,
			plan: [{ ...PLANNED, done_on: "2023-02-03" }, PLANNED],
			deliveries: [{ ...DELIVERY, status: "RECEIVED" }],
		},
	},
	{
		service: "analysis",
		name: "procedure",
		make: () => ({
			id: `p_${randomUUID().slice(0, 8)}`,
			label_de: "Ablauf",
			label_en: "Course",
			revisions: [{ number: 1, steps: [] }],
		}),
		change: { label_en: "Way", revisions: [{ number: 1, steps: [] }, { number: 2, steps: [] }] },
	},
	{
		service: "analysis",
		name: "finding",
		make: () => ({
			id: randomUUID(),
			status: "RECORDED",
			analysis_id: randomUUID(),
			municipalities: [HEIDENAU, PIRNA],
			participants: ["14628160", "14628270"],
			action_field: "littering",
			summary: "s",
			recommendations: [{ code: "a", text: "t" }],
			found_on: "2023-01-02",
			entries: [ENTRY],
		}),
		change: {
			status: "WITHDRAWN",
			action_field: "graffiti",
			summary: "t",
			recommendations: [],
			found_on: "2023-01-03",
			entries: [],
		},
	},
	{
		service: "analysis",
		name: "measure",
		make: () => ({
			id: randomUUID(),
			status: "PLANNED",
			analysis_id: randomUUID(),
			municipalities: [HEIDENAU, PIRNA],
			participants: ["14628160", "14628270"],
			finding_id: randomUUID(),
			recommendation: "a",
			title: "t",
			action_field: "littering",
			owner_role: "mayor",
			owner_organisation: "14628160",
			decided_on: "2023-01-02",
			first_due_on: "2023-06-01",
			due_on: "2023-06-01",
			due_changes: 0,
			started_on: null,
			finished_on: null,
			dropped_on: null,
			dropped_because: null,
			evaluations: [],
			entries: [ENTRY],
			offered: [],
			days_overdue: 0,
		}),
		change: {
			status: "DROPPED",
			due_on: "2023-07-01",
			due_changes: 1,
			started_on: "2023-02-01",
			finished_on: "2023-03-01",
			dropped_on: "2023-04-01",
			dropped_because: "r",
			evaluations: [{ on: "2023-03-02", result: "EFFECTIVE" }],
			entries: [ENTRY, ENTRY],
		},
	},
	{
		service: "analysis",
		name: "crime_record",
		make: () => {
			const key = newKey();
			return { id: key, municipality: { ...HEIDENAU, key }, participants: [key], figures: [FIGURE] };
		},
		load: ({ id, figures }) => ({ key: id, figures }),
		change: { figures: [{ ...FIGURE, cases: 8, withdrawn: true }] },
	},
	{
		service: "analysis",
		name: "survey",
		make: () => ({
			id: randomUUID(),
			analysis_id: randomUUID(),
			municipality: HEIDENAU,
			participants: ["14628160"],
			surveyed_on: "2023-01-02",
			sample: 100,
			returns: 50,
			indicators: [{ question: "safe", n: 50, sharePermille: 500 }],
			file_name: "sums.csv",
			sha256: "ab",
			rows: 3,
			told_by: randomUUID(),
		}),
		change: { sample: 110, returns: 60, indicators: [], rows: 4, told_by: randomUUID() },
		// survey.load begins with the analysis, which is another test's
		sql: `select id, version, analysis_id, municipality, to_jsonb(participants) as participants,
			surveyed_on, sample, returns, indicators, file_name, sha256, rows, told_by
			from analysis.survey where id = $1`,
	},
	{
		service: "funding",
		name: "budget",
		make: () => {
			year++;
			return {
				id: `${year}`,
				year,
				amount_cents: 90_000_000_000,
				decided_on: "2023-01-02",
				decisions: [ENTRY],
			};
		},
		load: ({ year }) => ({ year }),
		change: { amount_cents: 110_000_000, decided_on: "2023-02-02", decisions: [ENTRY, ENTRY] },
	},
	{
		service: "notifications",
		name: "subscription",
		make: () => ({
			id: randomUUID(),
			recipient: ACTOR,
			email: "adviser@example.org",
			participant: null,
			district: "14628",
			kind: "AgreementSigned",
			scopes: ["14628", "14627"],
			ended_on: null,
		}),
		change: { ended_on: "2023-03-01" },
	},
	{
		service: "monitor",
		name: "publication",
		make: () => ({
			id: randomUUID(),
			title: "53. Kommune im ASSKomm-Verbund",
			published_on: "2023-08-09",
			as_of: "2023-08-09",
			known_at: "2023-08-09T10:00:00.000000Z",
			ledger_seq: "1204",
			figures: { agreements: 53 },
			entry_id: randomUUID(),
			withdrawn: null,
		}),
		change: { withdrawn: "it was 52" },
	},
];

let suite;
let superuser;
const services = {};

before(async () => {
	suite = await startSql();
	superuser = suite.client();
	for (const { service } of KINDS) services[service] ??= suite.service(service);
});
after(() => suite?.stop());

// Columns as the fields they are read into.
function fieldsOf(row, like) {
	return Object.fromEntries(
		Object.keys(row).map((name) => {
			const value = row[name];
			const isJson = typeof like[name] === "object" && like[name] !== null;
			return [name, value === null ? null : isJson ? JSON.parse(value) : value];
		}),
	);
}

async function load({ service, name, load: valuesOf = ({ id }) => ({ id }), sql }, aggregate) {
	const rows = sql
		? await superuser.rows(sql, [aggregate.id])
		: await services[service].run(`${name}.load`, valuesOf(aggregate), {
				scope: "*",
				actor: ACTOR,
			});
	return rows.map((row) => fieldsOf(row, aggregate));
}

// What a load of these columns gives of an aggregate that was saved so. That what is saved has a
// column is statements.test.mjs's to say.
function asLoaded(aggregate, columns) {
	return Object.fromEntries(
		columns.map((name) => {
			const value = aggregate[name];
			return [name, value === null || typeof value === "object" ? value : String(value)];
		}),
	);
}

const pendingOf = (ids) =>
	superuser.rows("select fact_id from ledger.pending where fact_id = any($1::uuid[]) order by id", [
		`{${ids}}`,
	]);
const isPending = async (id) => (await pendingOf([id])).length === 1;
const keyCount = async (service, key) =>
	Number(await superuser.value(`select count(*) from ${service}.idempotency where key = $1`, [key]));

// A key and a fact of their own, so that it can be told afterwards what came through.
function traced(aggregate, version = 1) {
	const fact = randomUUID();
	return {
		...aggregate,
		version,
		idempotency_key: randomUUID(),
		facts: [{ fact_id: fact }],
		fact,
	};
}

const changed = ({ change }, row) => ({
	...row,
	...(typeof change === "function" ? change(row) : change),
});

for (const kind of KINDS) {
	const { service, name } = kind;
	const bare = ({ fact, ...row }) => row;
	const save = (rows) => services[service].save(`${name}.save`, rows.map(bare));

	async function assertNothing(row) {
		assert.equal(await isPending(row.fact), false, "no fact");
		assert.equal(await keyCount(service, row.idempotency_key), 0, "no key");
	}

	async function assertWritten(row) {
		const { fact, ...aggregate } = row;
		const [loaded] = await load(kind, aggregate);
		assert.deepEqual(loaded, asLoaded(aggregate, Object.keys(loaded)));
		assert.equal(await isPending(fact), true, "its fact");
		assert.equal(await keyCount(service, row.idempotency_key), 1, "its key");
	}

	describe(`${service}: ${name}.save`, () => {
		test("writes a new one, and a change of it; both are loaded as they were saved", async () => {
			const first = traced(kind.make());
			assert.deepEqual(await save([first]), [0]);
			await assertWritten(first);
			const second = traced(changed(kind, first), 2);
			assert.deepEqual(await save([second]), [0]);
			await assertWritten(second);
		});

		test("of a version that is not the next one writes nothing", async () => {
			const first = traced(kind.make());
			await save([first]);
			for (const version of [0, 1, 3]) {
				const stale = traced(changed(kind, first), version);
				assert.deepEqual(await save([stale]), [], `version ${version} after 1`);
				await assertNothing(stale);
			}
			await assertWritten(first);
		});

		test("with a key that was used writes nothing; another's same key is another key", async () => {
			const first = traced(kind.make());
			await save([first]);
			const change = traced(changed(kind, first), 2);
			const again = { ...change, idempotency_key: first.idempotency_key };
			assert.deepEqual(await save([again]), []);
			assert.equal(await isPending(again.fact), false);
			const other = { ...traced(kind.make()), idempotency_key: first.idempotency_key };
			assert.deepEqual(await save([other]), [], "nor for a new one");
			await assertWritten(first);
			const theirs = { ...again, actor: "somebody" };
			assert.deepEqual(await save([theirs]), [0]);
			assert.equal(await keyCount(service, first.idempotency_key), 2);
		});

		test("remembers request and reply by actor and key", async () => {
			const row = { ...traced(kind.make()), request_hash: "h", reply: "\\x0a0b" };
			await save([row]);
			const find = (actor, key) =>
				services[service].run("idempotency.find", { idempotency_key: key }, { actor });
			assert.deepEqual(await find(ACTOR, row.idempotency_key), [
				{ request_hash: "h", reply: "\\x0a0b" },
			]);
			assert.deepEqual(await find("somebody", row.idempotency_key), []);
			assert.deepEqual(await find(ACTOR, randomUUID()), []);
		});

		test("without a key remembers nothing, and is written each time", async () => {
			const row = { ...traced(kind.make()), idempotency_key: null };
			assert.deepEqual(await save([row]), [0]);
			assert.deepEqual(await save([{ ...traced(row, 2), idempotency_key: null }]), [0]);
		});

		test("of a batch with a stale row, a used key and good ones: the good ones alone", async () => {
			const old = traced(kind.make());
			await save([old]);
			const rows = [
				traced(kind.make()),
				traced(changed(kind, old), 1),
				traced(kind.make()),
				{ ...traced(kind.make()), idempotency_key: old.idempotency_key },
				traced(kind.make()),
			];
			assert.deepEqual(await save(rows), [0, 2, 4]);
			for (const i of [0, 2, 4]) await assertWritten(rows[i]);
			await assertNothing(rows[1]);
			assert.equal(await isPending(rows[3].fact), false);
			await assertWritten(old);
		});

		test("adds facts in the order of the batch, several of one command in theirs", async () => {
			const ids = Array.from({ length: 6 }, () => randomUUID());
			const rows = [0, 1, 2].map((i) => ({
				...traced(kind.make()),
				facts: [{ fact_id: ids[2 * i] }, { fact_id: ids[2 * i + 1] }],
			}));
			assert.deepEqual(await save(rows), [0, 1, 2]);
			assert.deepEqual(
				(await pendingOf(ids)).map(({ fact_id }) => fact_id),
				ids,
			);
		});

		test("without facts is a save all the same", async () => {
			const row = { ...traced(kind.make()), facts: [] };
			assert.deepEqual(await save([row]), [0]);
			assert.equal((await load(kind, row)).length, 1);
		});

		test("of 64 in one batch writes all", async () => {
			const rows = Array.from({ length: 64 }, () => traced(kind.make()));
			assert.equal((await save(rows)).length, 64);
			await assertWritten(rows[63]);
		});

		test("of the same version by two at once is written by one", async () => {
			const first = traced(kind.make());
			await save([first]);
			const rows = [0, 1].map(() => traced(changed(kind, first), 2));
			const results = await together(kind, rows.map(bare), first);
			assert.deepEqual(results.map(String).sort(), ["", "0"]);
			const winner = rows[results.findIndex((ordinals) => ordinals.length === 1)];
			await assertWritten(winner);
			await assertNothing(rows.find((row) => row !== winner));
		});
	});
}

// Lets two saves wait for the same row until both have read it as it was.
async function together({ service, name }, rows, { id }) {
	const table = { coaching: "coaching_process", analysis: "security_analysis" }[name] ?? name;
	const holder = suite.client();
	await holder.rows("begin");
	await holder.rows(`select from ${service}.${table} where id::text = $1 for update`, [String(id)]);
	const saves = [];
	for (const row of rows) saves.push((await patient(service)).save(`${name}.save`, [row]));
	await waitForLocks(saves.length);
	await holder.rows("commit");
	await holder.close();
	return Promise.all(saves);
}

async function waitForLocks(count) {
	const sql = `select count(*) from pg_stat_activity
		where usename like 'asskomm\\_%' and wait_event_type = 'Lock'`;
	while (Number(await superuser.value(sql)) < count);
}

// A session that waits for locks longer than a service would: the machine may be slow.
async function patient(name) {
	const session = suite.service(name);
	await session.client.rows("set lock_timeout = '60s'");
	return session;
}

describe("two at once", () => {
	test("with the same key for two new ones: the second is told by the key's constraint", async () => {
		const holder = suite.client();
		const [{ make }] = KINDS.filter(({ name }) => name === "coaching");
		const key = randomUUID();
		await holder.rows("begin");
		await holder.rows(
			"insert into coaching.idempotency (actor, key, request_hash, reply) values ($1, $2, '', '')",
			[ACTOR, key],
		);
		const session = await patient("coaching");
		const waiting = session.save("coaching.save", [
			{ ...make(), version: 1, idempotency_key: key },
		]);
		const refused = assert.rejects(waiting, {
			sqlstate: "23505",
			constraint: "idempotency_once",
		});
		await waitForLocks(1);
		await holder.rows("commit");
		await refused;
		await holder.close();
	});

	test("a row that stays locked is given up, not waited for", async () => {
		const [{ make }] = KINDS.filter(({ name }) => name === "coaching");
		const row = { ...make(), version: 1 };
		await services.coaching.save("coaching.save", [row]);
		const holder = suite.client();
		await holder.rows("begin");
		await holder.rows("select from coaching.coaching_process where id = $1 for update", [row.id]);
		await assert.rejects(services.coaching.save("coaching.save", [{ ...row, version: 2 }]), {
			sqlstate: "55P03",
		});
		await holder.rows("rollback");
		await holder.close();
	});
});

describe("beyond the scope", () => {
	for (const kind of KINDS.filter(({ make }) => "participants" in make()))
		test(`${kind.name}: neither a new one nor a change`, async () => {
			const save = (row, scope) =>
				services[kind.service].save(`${kind.name}.save`, [{ ...row, version: row.version ?? 1 }], {
					scope,
				});
			const row = { ...kind.make(), participants: ["14628160"] };
			if (kind.name === "agreement") row.accessions[0].participant = "14628160";
			await assert.rejects(save(row, "14627"), { sqlstate: "42501" });
			await assert.rejects(save(row, ""), { sqlstate: "42501" });
			assert.deepEqual(await save(row, "14628"), [0]);
			await assert.rejects(save({ ...changed(kind, row), version: 2 }, "14627"), {
				sqlstate: "42501",
			});
			const [loaded] = await load(kind, row);
			assert.equal(loaded.version, "1");
			if (kind.name === "agreement") await withdraw(row);
		});

	// so that the participant may sign again in another test
	const withdraw = (row) =>
		services.registry.save("agreement.save", [{ ...row, version: 2, status: "WITHDRAWN" }]);

	test("a subscription of another", async () => {
		const [kind] = KINDS.filter(({ name }) => name === "subscription");
		const row = { ...kind.make(), version: 1 };
		const save = (change, actor) =>
			services.notifications.save("subscription.save", [{ ...row, ...change }], { actor });
		await assert.rejects(save({}, "somebody"), { sqlstate: "42501" });
		assert.deepEqual(await save({}, ACTOR), [0]);
		await assert.rejects(save({ version: 2, ended_on: "2023-03-01" }, "somebody"), {
			sqlstate: "42501",
		});
		const rows = await services.notifications.run("subscription.load", row, {
			actor: "somebody",
		});
		assert.deepEqual(rows, []);
	});
});

describe("budgets", () => {
	test("a year without a decision is loaded with version 0, and not answered", async () => {
		const [row] = await services.funding.run("budget.load", { year: 2025 });
		const { id, version, year, ...rest } = row;
		assert.deepEqual([id, version, year], ["2025", "0", "2025"]);
		assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
		assert.deepEqual(await services.funding.run("get_budget", { year: 2025 }), []);
	});

	test("more than 32 bits of cents are kept to the cent", async () => {
		const row = {
			id: "2026",
			version: 1,
			year: 2026,
			amount_cents: "100000000000",
			decided_on: "2023-01-01",
			decisions: [ENTRY],
		};
		await services.funding.save("budget.save", [row]);
		const [read] = await services.funding.run("get_budget", { year: 2026 });
		assert.equal(read.amount_cents, "100000000000");
	});
});
