// Every statement is prepared as the role that runs it, and held against the messages: a parameter
// is a field of the request (or aggregate, or effect) that it is taken from, a column is a field of
// the message it is read into, and their types can carry each other.
//
// Nothing is listed here but what no table of contents names: a statement of a service's own worker.
// A new one that is in no table and not below fails here.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { readContents, readDescriptors } from "./messages.mjs";
import { SERVICES, readStatements, startSql } from "./support.mjs";

// ---- what the runtime gives beside the fields of a message (runtime/dispatch.c, batch.c, listener.c)

const CALLER = { actor: "text", scope: "text", today: "text", roles: "text" };
const BATCH = {
	ordinal: "integer",
	actor: "text",
	idempotency_key: "text",
	request_hash: "text",
	reply: "bytes",
	claimed: "boolean",
	fact_ordinal: "integer",
	fact_id: "text",
	fact_type: "text",
	fact_header: "bytes",
	fact_payload: "bytes",
	fact_recorded_on: "text",
	fact_participants: "list",
};
const LISTENED = {
	actor: "text",
	seq: "integer",
	fact_id: "text",
	type: "text",
	epoch: "text",
	valid_on: "text",
	recorded_at: "text",
	participants: "list",
	provenance: "text",
	citation: "text",
	corrects: "text",
};

// ---- statements that no table of contents names: who calls them says what they are given and give

const RUNTIME = {
	segment: { given: { scope: "text", actor: "text", timeout_ms: "text" } },
	durability: {
		given: {},
		read: {
			fsync: "text",
			full_page_writes: "text",
			synchronous_commit: "text",
			client_min_messages: "text",
		},
	},
	"idempotency.find": {
		given: { actor: "text", idempotency_key: "text" },
		read: { request_hash: "text", reply: "bytes" },
		isByPlace: true,
	},
	rehearsal: { given: {}, read: {} },
	"idempotency.prune": {
		given: { days: "integer", most: "integer" },
		read: { key: "text" },
		isByPlace: true,
	},
	offset: { given: {}, read: { seq: "integer", epoch: "text" }, isByPlace: true },
	skip: { given: LISTENED, read: { seq: "integer" } },
};
const HAS_FACT = { given: { after_fact: "text" } };
const WORKERS = {
	registry: { "contact.due": { given: {}, read: { id: "text" }, isByPlace: true } },
	monitor: {
		has_fact: HAS_FACT,
		set_thresholds: {
			given: {
				no_coach_days: "integer", no_activity_days: "integer", review_days: "integer",
				coach_changes: "integer", measure_days: "integer", dormant_days: "integer",
			},
			read: {},
		},
	},
	notifications: {
		has_fact: HAS_FACT,
		claim_delivery: {
			given: {},
			read: {
				id: "text",
				email: "text",
				subject: "text",
				text: "text",
				attempts: "integer",
			},
			isByPlace: true,
		},
		tell_stalls: { given: { notices: "list" }, read: { told: "integer" } },
		finish_delivery: {
			given: {
				id: "text",
				state: "text",
				last_error: "text",
				wait_seconds: "integer",
				attempts: "integer",
			},
			read: { id: "text" },
			isByPlace: true,
		},
	},
	ledger: { number: { given: { most: "integer" }, into: "asskomm.v1.Fact" } },
};

// What a statement rightly does not read, or a save not store, and why.
const NOT_STORED = {
	"asskomm.registry.v1.Agreement": {
		contacts: "personal data lies in a table of its own",
		resolved: "what a request's names mean",
		unknown_action_fields: "what a request's codes do not mean",
	},
	"asskomm.registry.v1.Territory": {
		before: "the register before",
		same: "what is kept of the same day",
		after: "the register behind",
		known: "successions that were confirmed",
	},
	"asskomm.registry.v1.Participant": {
		resolved: "what a request's key means",
		members: "what a request's names mean",
		withdrawn: "what a command takes back",
	},
	"asskomm.registry.v1.Organisation": {
		above: "the parent that a request names",
		resolved: "what a request's areas mean",
	},
	"asskomm.registry.v1.Contact": {
		resolved: "what a request's participant means",
		employer: "what a request's organisation is",
		retention_months: "of the purpose, by its list",
		role_label: "of the role, by its list",
		unknown_purposes: "what the list has not",
	},
	"asskomm.registry.v1.DistrictAdvisers": { known: "what the territory has" },
	"asskomm.registry.v1.Boundaries": { unknown_keys: "what a request's keys do not mean" },
	"asskomm.registry.v1.Council": { resolved: "what a request's name means" },
	"asskomm.coaching.v1.CoachingProcess": {
		entries: "told by the steps, which lie apart",
		recorded: "steps, which lie apart",
		before: "how it stood, which the latest step but one knows",
		reopened_as: "what the other process says",
		assignees: "made of the coach",
		health: "computed when it is shown",
		as_of: "the day that is asked about",
		offered: "what the pool says",
		pool_size: "what the pool says",
	},
	"asskomm.analysis.v1.SecurityAnalysis": { chosen: "the procedure that it goes by has a table of its own" },
	"asskomm.analysis.v1.Survey": { response_permille: "follows from returns and sample" },
	"asskomm.analysis.v1.Measure": {
		days_overdue: "follows from the due date and the day",
		offered: "what the finding says",
	},
	"asskomm.coaching.v1.PoolCoach": { taken: "counted by the coachings" },
	"asskomm.monitor.v1.Publication": { holds: "counted when it is shown" },
	"asskomm.notifications.v1.Subscription": { ended_on: "those that have ended are not listed" },
};

// The SQL types that can carry a field.
const TYPES = {
	text: ["text", "uuid", "date"],
	integer: ["int4", "int8", "numeric"],
	boolean: ["bool"],
	bytes: ["bytea"],
	list: ["jsonb"],
	message: ["jsonb"],
};
// What comes in may also be an instant; what goes out is text of our own making then.
const isCarriedIn = (kind, type) =>
	TYPES[kind].includes(type) || (kind === "text" && type === "timestamptz");
const isCarriedOut = (kind, type) => TYPES[kind].includes(type);

// ---- who uses which statement

const { messages, methods } = readDescriptors();

function methodOf(rpc) {
	const method = methods.get(rpc);
	if (!method) throw new Error(`a table of contents names ${rpc}, which proto/ does not`);
	return method;
}

const kindsOf = (message) =>
	Object.fromEntries([...messages.get(message).fields].map(([name, { kind }]) => [name, kind]));

// The message that a query's rows are read into: its own, the reply's items, or the reply.
function rowsOf({ rpc, rows }) {
	const { output } = methodOf(rpc);
	return rows ?? messages.get(output).fields.get("items")?.message ?? output;
}

// A list that comes in pages has a column for the cursor, which is the reply's, not the items'.
function nextOf({ rpc }) {
	const next = messages.get(methodOf(rpc).output).fields.get("next");
	return next ? { next: next.kind } : {};
}

function usesOf(service) {
	const { commands, queries, listener } = readContents(service);
	const worker = Object.entries({ ...WORKERS[service] });
	return [
		...commands
			.filter(({ load }) => load)
			.map(({ rpc, load, aggregate }) => ({
				statement: load,
				given: { ...CALLER, ...kindsOf(methodOf(rpc).input) },
				into: aggregate,
			})),
		...commands.map(({ save, aggregate }) => ({
			statement: save,
			given: { ...kindsOf(aggregate), ...BATCH },
			isBatch: true,
			read: { ordinal: "integer" },
			isByPlace: true,
		})),
		...queries.map((query) => ({
			statement: query.sql,
			given: { ...CALLER, ...kindsOf(methodOf(query.rpc).input) },
			into: rowsOf(query),
			read: { ...kindsOf(rowsOf(query)), ...nextOf(query) },
			isWhole: true,
		})),
		...[listener?.fold, listener?.pass].filter(Boolean).map((statement, i) => ({
			statement,
			given: i === 0 ? { ...LISTENED, ...kindsOf(listener.effect) } : LISTENED,
			isBatch: i === 0 && listener.together,
			read: { seq: "integer" },
		})),
		...worker.map(([statement, use]) => ({ statement, ...use })),
	].map((use) => ({ ...use, read: use.read ?? (use.into && kindsOf(use.into)) }));
}

// ---- the database's view

let suite;
let types;

before(async () => {
	suite = await startSql();
	const rows = await suite.client().rows("select oid::text, typname from pg_type");
	types = new Map(rows.map(({ oid, typname }) => [Number(oid), typname]));
});
after(() => suite?.stop());

const described = new Map();

// { params: [{ name, type }], columns: [{ name, type }] }, prepared by the role.
async function describeAs(role, { name, sql, params }) {
	const key = `${role} ${name}`;
	if (!described.has(key)) {
		const client = suite.client(role);
		const { parameters, columns } = await client.describe(sql);
		await client.close();
		assert.equal(parameters.length, params.length);
		described.set(key, {
			params: params.map((param, i) => ({ name: param, type: types.get(parameters[i]) })),
			columns: columns.map((column) => ({ name: column.name, type: types.get(column.oid) })),
		});
	}
	return described.get(key);
}

function assertGiven({ params }, { given, isBatch }) {
	for (const { name, type } of params) {
		assert.ok(name in given, `the parameter ${name} is given by nobody`);
		const item = isBatch ? type.replace(/^_/, "") : type;
		assert.notEqual(isBatch && item === type, true, `the parameter ${name} is no array`);
		assert.ok(isCarriedIn(given[name], item), `${name} is ${given[name]}, its type ${type}`);
	}
}

function assertRead({ columns }, { read, isByPlace }) {
	const names = columns.map(({ name }) => name);
	if (!read) return; // nobody looks at the values
	assert.equal(new Set(names).size, names.length, `a column is there twice: ${names}`);
	if (isByPlace) assert.deepEqual(names, Object.keys(read), "they are read by their place");
	for (const { name, type } of columns) {
		assert.ok(name in read, `the column ${name} is read by nobody`);
		assert.ok(isCarriedOut(read[name], type), `${name} is ${read[name]}, its type ${type}`);
	}
}

// A reply has a value for each of its fields, or a reason why not.
function assertWhole({ columns }, { into, read }) {
	const left = Object.keys(NOT_STORED[into] ?? {});
	const names = columns.map(({ name }) => name);
	const missing = Object.keys(read).filter((name) => !names.includes(name) && !left.includes(name));
	assert.deepEqual(missing, [], `fields of ${into} without a column`);
}

for (const service of SERVICES) {
	const statements = readStatements(service);
	const uses = [
		...(service === "gateway" ? [] : usesOf(service)),
		...Object.entries(RUNTIME)
			.filter(([name]) => name in statements)
			.map(([statement, use]) => ({ statement, ...use })),
	];
	const byName = new Map(
		uses.map(({ statement }) => [statement, uses.filter((use) => use.statement === statement)]),
	);

	describe(service, () => {
		test("has each statement that it names, and uses each that it has", () => {
			assert.deepEqual([...byName.keys()].sort(), Object.keys(statements).sort());
		});

		for (const [name, each] of byName)
			test(name, async () => {
				const found = await describeAs(`asskomm_${service}`, statements[name]);
				for (const use of each) {
					assertGiven(found, use);
					assertRead(found, use);
					if (use.isWhole) assertWhole(found, use);
				}
			});

		if (service === "gateway") return;
		for (const [save, commands] of new Map(
			readContents(service).commands.map(({ save, aggregate }, _, all) => [
				save,
				{ aggregate, loads: all.filter((each) => each.save === save).map((each) => each.load) },
			]),
		))
			test(`${save} stores what is loaded, and the other way round`, async () => {
				const role = `asskomm_${service}`;
				const { params } = await describeAs(role, statements[save]);
				const stored = params.map(({ name }) => name).filter((name) => !(name in BATCH));
				const loaded = [];
				for (const load of commands.loads.filter(Boolean))
					loaded.push(...(await describeAs(role, statements[load])).columns);
				const names = new Set(loaded.map(({ name }) => name));
				const apart = Object.keys(NOT_STORED[commands.aggregate] ?? {});
				assert.deepEqual(
					stored.filter((name) => !names.has(name) && !apart.includes(name)),
					[],
					"stored, but never loaded",
				);
				assert.deepEqual(
					[...names].filter((name) => !stored.includes(name) && !apart.includes(name)),
					[],
					"loaded, but never stored",
				);
			});
	});
}

describe("asskomm", () => {
	// Its parameters and columns go by place, so that they are valid is all that can be told here.
	for (const [name, statement] of Object.entries(readStatements("asskomm")))
		test(name, async () => {
			await describeAs("postgres", statement);
		});
});
