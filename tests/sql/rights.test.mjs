// Who may do what in the database: each role its own schema and no other, the ledger's events for
// ever, and row-level security under everything that is about somebody.
//
// What is allowed is written down here, and everything else must be refused, tried out or read from
// the catalog, for every role and table there is. A new table fails here until it has a policy or a
// reason to need none. The owner is no superuser, so that nothing holds only by its omnipotence.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { SERVICES, startSql, toArray } from "./support.mjs";

const OWNER = "landlord";
const SCHEMAS = [...SERVICES, "meta", "asskomm_meta", "public"];
const OF_OTHERS = ["registry", "coaching", "analysis", "funding", "notifications"];
const WRITERS = [...OF_OTHERS, "monitor"]; // of facts

// What a role may do outside of the rule "everything but truncate in the own schema".
const PENDING = ["fact_id", "type", "header", "payload", "participants", "recorded_on"];
const IN_LEDGER = {
	"ledger.pending": { select: ["ledger"], insert: WRITERS, delete: ["ledger"] },
	"ledger.event": { select: ["ledger"], insert: ["ledger"] },
	"ledger.head": { select: ["ledger"], update: ["ledger"] },
	"ledger.set_aside": { select: ["ledger"], insert: ["ledger"] },
};

// Tables that need no row-level security, and why.
const SEEN_BY_ALL = {
	"registry.territory": "a public register",
	"registry.register": "a public register",
	"registry.register_entry": "a public register",
	"registry.succession": "a public register",
	"registry.party": "a public register; resolve() asks the scope itself",
	"registry.boundaries": "maps for everybody",
	"registry.code_list": "labels for everybody",
	"registry.organisation": "public, nobody of it is a person",
	"analysis.procedure": "about the state as a whole",
	"funding.budget": "about the state as a whole",
	"coaching.coach": "the pool is about the state as a whole; the routes name who may see it",
	"coaching.coach_load": "counts, by the pool's references",
	"notifications.fact": "ids of facts",
	idempotency: "found by actor and key only; replies hold ids",
	listener_offset: "one number",
};

let suite;
let superuser;
let tables; // [{ schema, name, key, columns: [{ name, type }] }]
const of = {}; // a connection per service
const coachings = []; // the first of them is what steps belong to
const towns = []; // likewise of entries
let step = 0;

before(async () => {
	suite = await (await startSql({ migrated: false })).migrateAs(OWNER);
	superuser = suite.client();
	for (const name of SERVICES) of[name] = suite.client(`asskomm_${name}`);
	const rows = await superuser.rows(
		`select n.nspname as schema, c.relname as name,
			jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod))
				order by a.attnum) as columns
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
			and a.attgenerated = '' and a.attidentity <> 'a'
		where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'f')
		group by 1, 2`,
		[toArray(SCHEMAS)],
	);
	tables = rows.map(({ schema, name, columns }) => ({
		schema,
		name,
		key: `${schema}.${name}`,
		columns: JSON.parse(columns),
	}));
	assert.ok(tables.length > 25);
});
after(() => suite?.stop());

// The SQLSTATE of a statement, or "done".
async function outcome(client, sql, values) {
	try {
		await client.rows(sql, values);
		return "done";
	} catch (error) {
		return error.sqlstate ?? String(error);
	}
}

describe("roles", () => {
	test("have no power of their own", async () => {
		const rows = await superuser.rows(
			`select rolname from pg_roles
			where rolname ~ '^asskomm_' and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole
				or rolreplication)`,
		);
		assert.deepEqual(rows, []);
	});

	test("are members of nothing, and nobody is a member of them", async () => {
		const rows = await superuser.rows(
			`select r.rolname as role, m.rolname as member
			from pg_auth_members a
			join pg_roles r on r.oid = a.roleid
			join pg_roles m on m.oid = a.member
			where 'asskomm' in (split_part(r.rolname, '_', 1), split_part(m.rolname, '_', 1))`,
		);
		assert.deepEqual(rows, []);
	});

	test("own nothing", async () => {
		const rows = await superuser.rows(
			`select d.deptype, d.objid::text, r.rolname
			from pg_shdepend d
			join pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_authid'::regclass
			where d.deptype = 'o' and r.rolname ~ '^asskomm_'`,
		);
		assert.deepEqual(rows, []);
	});

	test("create nothing that stays", async () => {
		for (const name of SERVICES) {
			for (const schema of SCHEMAS)
				assert.equal(await outcome(of[name], `create table ${schema}.mine (n int)`), "42501");
			assert.equal(await outcome(of[name], "create schema mine"), "42501");
			assert.equal(await outcome(of[name], "create role mine"), "42501");
		}
	});

	test("find their own schema first, and never wait long for a lock", async () => {
		for (const name of SERVICES) {
			const settings = {
				search_path: `${name}, pg_temp`,
				lock_timeout: "500ms",
				idle_in_transaction_session_timeout: "10s",
			};
			for (const [setting, value] of Object.entries(settings))
				assert.equal(await of[name].value("select current_setting($1)", [setting]), value);
		}
	});

	test("use no schema but their own, meta, and the ledger to add to it", async () => {
		for (const name of SERVICES) {
			const rows = await superuser.rows(
				`select nspname from pg_namespace
				where has_schema_privilege($1, oid, 'usage')
					and nspname <> 'information_schema' and nspname not like 'pg\\_%'`,
				[`asskomm_${name}`],
			);
			const expected = new Set([name, "meta", ...(WRITERS.includes(name) ? ["ledger"] : [])]);
			assert.deepEqual(rows.map(({ nspname }) => nspname).sort(), [...expected].sort());
		}
	});
});

// ---- the matrix: role × table × what to do

const ACTIONS = {
	select: ({ key }) => `select from ${key} limit 0`,
	insert: ({ key, columns }) => {
		const given = key === "ledger.pending" ? columns.filter((c) => PENDING.includes(c.name)) : columns;
		const nulls = given.map(({ type }) => `null::${type}`);
		return `insert into ${key} (${given.map((c) => c.name)}) select ${nulls} where false`;
	},
	update: ({ key, columns }) =>
		`update ${key} set ${columns.at(-1).name} = null::${columns.at(-1).type} where false`,
	delete: ({ key }) => `delete from ${key} where false`,
	truncate: ({ key }) => `truncate ${key}`,
};

function isAllowed(service, action, { schema, key }) {
	if (schema === "ledger") return IN_LEDGER[key]?.[action]?.includes(service) ?? false;
	return schema === service && action !== "truncate";
}

describe("tables", () => {
	for (const service of SERVICES)
		test(`${service} does in its own what it must, elsewhere nothing`, async () => {
			for (const table of tables)
				for (const [action, sql] of Object.entries(ACTIONS))
					assert.equal(
						await outcome(of[service], sql(table)),
						isAllowed(service, action, table) ? "done" : "42501",
						`${service}: ${action} ${table.key}`,
					);
		});

	test("a fact is added without choosing its number, its service or its place", async () => {
		const rows = await superuser.rows(
			`select a.attname as name from pg_attribute a
			where a.attrelid = 'ledger.pending'::regclass and a.attnum > 0
				and has_column_privilege('asskomm_registry', a.attrelid, a.attnum, 'insert')`,
		);
		assert.deepEqual(rows.map(({ name }) => name).sort(), [...PENDING].sort());
	});

	test("nor would it if it could reach the other's schema", async () => {
		for (const table of tables)
			for (const service of SERVICES)
				for (const action of ["select", "insert", "update"])
					assert.equal(
						await superuser.value("select has_any_column_privilege($1, $2, $3)", [
							`asskomm_${service}`,
							table.key,
							action,
						]),
						isAllowed(service, action, table) ? "t" : "f",
						`${service}: ${action} ${table.key}`,
					);
	});

	test("nobody attaches triggers or keys to them, and everybody in general has nothing", async () => {
		for (const { key } of tables) {
			for (const service of SERVICES)
				for (const privilege of ["trigger", "references", "truncate"])
					assert.equal(
						await superuser.value("select has_table_privilege($1, $2, $3)", [
							`asskomm_${service}`,
							key,
							privilege,
						]),
						"f",
						`${service}: ${privilege} ${key}`,
					);
			const everybody = await superuser.value(
				`select count(*) from pg_class c, aclexplode(c.relacl) as a
				where c.oid = $1::regclass and a.grantee = 0`,
				[key],
			);
			assert.equal(everybody, "0", `public: ${key}`);
		}
	});

	test("what stands in the ledger is changed by nobody, not even by its service", async () => {
		await superuser.rows(
			`insert into ledger.event values
				(1, now(), gen_random_uuid(), 'asskomm.test.Fact', '', '', '{}', sha256(''))`,
		);
		for (const service of SERVICES)
			for (const sql of [
				"update ledger.event set hash = sha256('x')",
				"delete from ledger.event",
				"truncate ledger.event",
				"alter table ledger.event disable row level security",
			])
				assert.equal(await outcome(of[service], sql), "42501", `${service}: ${sql}`);
		assert.equal(await superuser.value("select count(*) from ledger.event"), "1");
		await superuser.rows("delete from ledger.event");
	});
});

describe("functions", () => {
	test("run with their caller's rights, but for the one that looks into the ledger", async () => {
		const rows = await superuser.rows(
			`select n.nspname || '.' || p.proname as name
			from pg_proc p join pg_namespace n on n.oid = p.pronamespace
			where n.nspname = any($1) and p.prosecdef`,
			[toArray(SCHEMAS)],
		);
		assert.deepEqual(rows, [{ name: "ledger.may_claim" }]);
	});

	test("with their owner's rights find nothing but what is meant", async () => {
		const path = await superuser.value(
			`select array_to_string(proconfig, ';') from pg_proc
			where oid = 'ledger.may_claim(date)'::regprocedure`,
		);
		assert.equal(path, "search_path=ledger, pg_temp");
	});

	test("a claimed day is judged by all that waits, whoever owns the tables", async () => {
		const add = (day) =>
			outcome(
				of.registry,
				`insert into ledger.pending (fact_id, type, header, payload, participants, recorded_on)
				values ($1::uuid, 'asskomm.test.Fact', '', '', '{14628160}', $2::date)`,
				[randomUUID(), day],
			);
		assert.equal(await add("2019-05-01"), "done");
		assert.equal(await add("2019-04-30"), "AK010");
		assert.equal(await add("2019-05-01"), "done");
		assert.equal(await add(null), "done");
		assert.equal(await add("2019-05-02"), "AK010");
		assert.equal((await of.ledger.rows("select seq from number_pending(10)")).length, 3);
		assert.equal(await add("2019-05-02"), "AK010");
	});
});

// ---- row-level security

// A row of each table with a scope, about `keys`. To add one: the columns without a default.
const ROWS = {
	"registry.participant": (keys) => ({
		id: towns[towns.push(randomUUID()) - 1],
		version: 1,
		name: "a",
		kind: "MUNICIPALITY",
		district: "14628",
		participants: toArray(keys),
	}),
	"registry.participant_entry": (keys) => ({
		participant: towns[0],
		fact_id: randomUUID(),
		kind: "ParticipantAdvised",
		valid_on: "2023-01-01",
		participants: toArray(keys),
	}),
	"registry.agreement": (keys) => ({
		id: randomUUID(),
		version: 1,
		status: "IN_FORCE",
		signed_on: "2023-01-01",
		mode: "IN_PERSON",
		participants: toArray(keys),
		accessions: "[]",
		signatories: "[]",
		witnesses: "[]",
		action_fields: "[]",
	}),
	"registry.contact": (keys) => ({
		id: randomUUID(),
		version: 1,
		name: "n",
		role: "mayor",
		purpose: "p",
		legal_basis: "PUBLIC_TASK",
		valid_from: "2023-01-01",
		participants: toArray(keys),
	}),
	"registry.contact_read": (keys) => ({
		contact_id: randomUUID(),
		reader: "r",
		participants: toArray(keys),
	}),
	"registry.council": (keys) => ({
		id: randomUUID(),
		version: 1,
		status: "DISSOLVED",
		participant: JSON.stringify({ key: keys[0] }),
		participants: toArray(keys),
		constituted_on: "2023-01-01",
		entries: "[]",
	}),
	"registry.district_advisers": (keys) => ({
		id: randomUUID(),
		version: 1,
		participants: toArray(keys),
		assignments: "[]",
	}),
	"coaching.coaching_process": (keys) => ({
		id: coachings[coachings.push(randomUUID()) - 1],
		version: 1,
		status: "ACTIVE",
		participant: JSON.stringify({ key: keys[0] }),
		participants: toArray(keys),
		requested_on: "2023-01-01",
	}),
	"coaching.coaching_step": (keys) => ({
		fact_id: randomUUID(),
		coaching_id: coachings[0],
		number: ++step,
		kind: "SessionHeld",
		valid_on: "2023-01-01",
		moves: "f",
		step: "{}",
		after: "{}",
		participants: toArray(keys),
		assignees: "{}",
	}),
	"analysis.security_analysis": (keys) => ({
		id: randomUUID(),
		version: 1,
		status: "KICKED_OFF",
		municipalities: "[]",
		participants: toArray(keys),
		kicked_off_on: "2023-01-01",
		entries: "[]",
		revision: 0,
		modules: "[]",
		plan: "[]",
		deliveries: "[]",
	}),
	"analysis.finding": (keys) => ({
		id: randomUUID(),
		version: 1,
		status: "RECORDED",
		analysis_id: randomUUID(),
		municipalities: "[]",
		participants: toArray(keys),
		action_field: "a",
		summary: "s",
		recommendations: "[]",
		found_on: "2023-01-01",
		entries: "[]",
	}),
	"analysis.crime_record": (keys) => ({
		id: randomUUID(),
		version: 1,
		municipality: "{}",
		participants: toArray(keys),
	}),
	"analysis.crime_figure": (keys) => ({
		participant: keys[0],
		year: 2022,
		offence: randomUUID(),
		district: "14628",
		participants: toArray(keys),
		cases: 1,
		cleared: 0,
		population: 1000,
		population_on: "2021-12-31",
		fact_id: randomUUID(),
		withdrawn: "f",
	}),
	"analysis.survey": (keys) => ({
		id: randomUUID(),
		version: 1,
		analysis_id: randomUUID(),
		municipality: "{}",
		participants: toArray(keys),
		surveyed_on: "2023-01-01",
		sample: 2,
		returns: 1,
		indicators: "[]",
		rows: 0,
		told_by: randomUUID(),
	}),
	"analysis.measure": (keys) => ({
		id: randomUUID(),
		version: 1,
		status: "PLANNED",
		analysis_id: randomUUID(),
		municipalities: "[]",
		participants: toArray(keys),
		title: "t",
		action_field: "a",
		owner_role: "mayor",
		owner_organisation: "o",
		decided_on: "2023-01-01",
		first_due_on: "2023-01-01",
		due_on: "2023-01-01",
		due_changes: 0,
		evaluations: "[]",
		entries: "[]",
	}),
};
const BY_ACTOR = ["notifications.subscription", "notifications.inbox", "notifications.delivery"];
const BY_PARTICIPANT = "registry.accession"; // one key, and an agreement to belong to

const DISTRICT = "14628";
const HEIDENAU = "14628160";
const PIRNA = "14628270";
const LEIPZIG = "14713000";
const SCHEIBENBERG = "14521510"; // its key begins that of a union
const UNION = "145215101";
const CONSORTIUM = "k-0c6a3f8e-2f60-4a43-9f7e-5d5b3d0a8f11";

// Who is seen with which scope; a row about two is seen by both.
const ABOUT = [[HEIDENAU], [PIRNA], [LEIPZIG], [UNION], [CONSORTIUM], [HEIDENAU, LEIPZIG]];
const SEEN = [
	[undefined, []],
	["", []],
	[",", []],
	[",,", []],
	["99,,98", []],
	[" ", []],
	["%", []],
	["_", []],
	["14628160,,", [[HEIDENAU], [HEIDENAU, LEIPZIG]]],
	[HEIDENAU, [[HEIDENAU], [HEIDENAU, LEIPZIG]]],
	[DISTRICT, [[HEIDENAU], [PIRNA], [HEIDENAU, LEIPZIG]]],
	[`${PIRNA},${LEIPZIG}`, [[PIRNA], [LEIPZIG], [HEIDENAU, LEIPZIG]]],
	[SCHEIBENBERG, []],
	[UNION, [[UNION]]],
	[CONSORTIUM, [[CONSORTIUM]]],
	["k-", [[CONSORTIUM]]],
	["14", [[HEIDENAU], [PIRNA], [LEIPZIG], [UNION], [HEIDENAU, LEIPZIG]]],
	["*", ABOUT],
];

function insertOf(key, row) {
	const names = Object.keys(row);
	const values = Object.values(row).map((value) => (value === null ? null : String(value)));
	const places = names.map((_, i) => `$${i + 1}`);
	return { sql: `insert into ${key} (${names}) values (${places})`, values };
}

const scopeOf = (scope) =>
	scope === undefined
		? []
		: [{ sql: "select set_config('asskomm.scope', $1, true)", values: [scope] }];
const actorOf = (actor) =>
	actor === undefined
		? []
		: [{ sql: "select set_config('asskomm.actor', $1, true)", values: [actor] }];

// The rows of one statement under a scope, by a new connection when none was ever set.
async function under(service, scope, statement) {
	const client = scope === undefined ? suite.client(`asskomm_${service}`) : of[service];
	const results = await client.transaction([...scopeOf(scope), statement]);
	if (scope === undefined) await client.close();
	return results.at(-1);
}

const refusal = (promise) =>
	promise.then(
		() => "done",
		(error) => error.sqlstate ?? String(error),
	);

describe("row-level security", () => {
	test("is forced on every table, or there is a reason why not", async () => {
		const rows = await superuser.rows(
			`select n.nspname || '.' || c.relname as key, c.relrowsecurity and c.relforcerowsecurity
				as forced, (select count(*) from pg_policy p where p.polrelid = c.oid)::int as policies
			from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where n.nspname = any($1) and c.relkind in ('r', 'p')`,
			[toArray(OF_OTHERS)],
		);
		const isExcused = (key) => key in SEEN_BY_ALL || key.split(".")[1] in SEEN_BY_ALL;
		const bare = rows.filter(({ key, forced, policies }) =>
			isExcused(key) ? forced === "t" : forced === "f" || policies === "0",
		);
		assert.deepEqual(bare, []);
		const guarded = rows.filter(({ key }) => !isExcused(key)).map(({ key }) => key);
		const tried = [...Object.keys(ROWS), BY_PARTICIPANT, ...BY_ACTOR];
		assert.deepEqual(guarded.sort(), tried.sort(), "what is guarded is tried out below");
	});

	test("and is on for what waits and what stands in the ledger", async () => {
		const rows = await superuser.rows(
			`select relname from pg_class
			where relnamespace = 'ledger'::regnamespace and relforcerowsecurity order by 1`,
		);
		assert.deepEqual(rows, [{ relname: "event" }, { relname: "pending" }]);
	});

	for (const [key, rowOf] of Object.entries(ROWS)) {
		const [service] = key.split(".");

		test(`${key} shows each scope its own`, async () => {
			for (const keys of ABOUT) {
				const { sql, values } = insertOf(key, rowOf(keys));
				await superuser.rows(sql, values);
			}
			for (const [scope, expected] of SEEN) {
				const sql = `select to_jsonb(participants) as keys from ${key}`;
				const rows = await under(service, scope, { sql });
				assert.deepEqual(
					rows.map((row) => row.keys.replaceAll(" ", "")).sort(),
					expected.map((keys) => JSON.stringify(keys)).sort(),
					`scope ${scope}`,
				);
			}
		});

		test(`${key} is not written beyond the scope`, async () => {
			const foreign = insertOf(key, rowOf([LEIPZIG]));
			assert.equal(await refusal(under(service, DISTRICT, foreign)), "42501");
			assert.equal(await refusal(under(service, undefined, foreign)), "42501");
			const own = insertOf(key, rowOf([PIRNA]));
			assert.equal(await refusal(under(service, DISTRICT, own)), "done");
			const move = {
				sql: `update ${key} set participants = $1::text[]`,
				values: [toArray([LEIPZIG])],
			};
			assert.equal(await refusal(under(service, DISTRICT, move)), "42501");
			const before = await superuser.value(`select count(*) from ${key}`);
			const remove = { sql: `delete from ${key} returning 1 as gone` };
			const gone = await under(service, `${UNION}`, remove);
			assert.equal(gone.length, 1);
			assert.deepEqual(await under(service, "", remove), []);
			assert.equal(
				Number(await superuser.value(`select count(*) from ${key}`)),
				Number(before) - 1,
			);
		});
	}

	test(`${BY_PARTICIPANT} shows each scope its own, and is not written beyond it`, async () => {
		const agreement = ROWS["registry.agreement"]([HEIDENAU, LEIPZIG]);
		const { sql, values } = insertOf("registry.agreement", agreement);
		await superuser.rows(sql, values);
		const accede = (participant) => ({
			sql: `insert into registry.accession (agreement_id, participant, in_force)
				values ($1::uuid, $2, '[2023-01-01,)')`,
			values: [agreement.id, participant],
		});
		for (const key of [HEIDENAU, LEIPZIG]) {
			const { sql, values } = accede(key);
			await superuser.rows(sql, values);
		}
		const look = { sql: "select participant from registry.accession order by 1" };
		const seen = async (scope) =>
			(await under("registry", scope, look)).map((row) => row.participant);
		for (const scope of [undefined, "", "99,,98"]) assert.deepEqual(await seen(scope), []);
		assert.deepEqual(await seen(DISTRICT), [HEIDENAU]);
		assert.deepEqual(await seen("*"), [HEIDENAU, LEIPZIG]);
		assert.equal(await refusal(under("registry", DISTRICT, accede(UNION))), "42501");
		assert.equal(await refusal(under("registry", DISTRICT, accede(PIRNA))), "done");
	});

	test("what is about nobody in particular is seen by all", async () => {
		const { sql, values } = insertOf("registry.contact", ROWS["registry.contact"]([]));
		await superuser.rows(sql, values);
		const look = { sql: "select id from registry.contact where participants = '{}'" };
		assert.equal((await under("registry", "", look)).length, 1);
	});

	test("a scope ends with its transaction, also when that fails", async () => {
		const look = { sql: "select count(*) from registry.agreement where participants <> '{}'" };
		const client = suite.client("asskomm_registry");
		assert.notEqual((await client.transaction([...scopeOf("*"), look])).at(-1)[0].count, "0");
		assert.equal((await client.rows(look.sql))[0].count, "0");
		await refusal(client.transaction([...scopeOf("*"), { sql: "select 1 / 0" }]));
		assert.equal((await client.rows(look.sql))[0].count, "0");
	});

	test("subscriptions, messages and mails are their recipient's, and the worker's", async () => {
		const insert = {
			"notifications.subscription": (recipient) => ({
				id: randomUUID(),
				version: 1,
				recipient,
				scopes: "{14628}",
			}),
			"notifications.inbox": (recipient) => ({
				recipient,
				fact_id: randomUUID(),
				seq: 1,
				kind: "k",
				subject: "s",
				text: "t",
				valid_on: "2023-01-01",
			}),
			"notifications.delivery": (recipient) => ({
				fact_id: randomUUID(),
				email: `${recipient}@example.org`,
				subject: "s",
				text: "t",
			}),
		};
		const as = async (actor, statement) =>
			(
				await of.notifications.transaction([
					...scopeOf("*"),
					...actorOf(actor),
					statement,
				])
			).at(-1);
		for (const [key, rowOf] of Object.entries(insert)) {
			for (const recipient of ["ada", "bert"]) {
				const { sql, values } = insertOf(key, rowOf(recipient));
				await superuser.rows(sql, values);
			}
			const column = key.endsWith("delivery") ? "split_part(email, '@', 1)" : "recipient";
			const look = { sql: `select ${column} as recipient from ${key} order by 1` };
			const seen = async (actor) => (await as(actor, look)).map((row) => row.recipient);
			assert.deepEqual(await seen(undefined), [], key);
			assert.deepEqual(await seen(""), [], key);
			assert.deepEqual(await seen("carl"), [], key);
			assert.deepEqual(await seen("service:notifications"), ["ada", "bert"], key);
			assert.deepEqual(await seen("ada"), key.endsWith("delivery") ? [] : ["ada"], key);
			const own = insertOf(key, rowOf("ada"));
			const isMail = key.endsWith("delivery");
			assert.equal(await refusal(as("ada", own)), isMail ? "42501" : "done", key);
			assert.equal(await refusal(as("carl", insertOf(key, rowOf("ada")))), "42501", key);
			assert.deepEqual(await as("carl", { sql: `delete from ${key} returning 1` }), [], key);
		}
	});
});
