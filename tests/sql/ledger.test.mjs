// The ledger's schema: who may add what, the dense numbers, the chain of hashes, time that never
// goes back, and that nobody changes what stands there.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { startDatabase } from "../support/database.mjs";

const WRITERS = ["registry", "coaching", "analysis", "funding", "notifications", "monitor"];
const SCHEMAS = [...WRITERS, "ledger"];
const ROLES = [...SCHEMAS, "gateway"];

let database;
let owner;
let ledger;
const of = {}; // a session for each role

before(async () => {
	database = await startDatabase();
	owner = database.session();
	for (const name of ROLES) of[name] = database.session(`asskomm_${name}`);
	ledger = of.ledger;
});
after(() => database?.stop());

const refused = (promise, code) => assert.rejects(promise, { code });

const hex = (text) => Buffer.from(text).toString("hex");

function add({ session = of.registry, type = "asskomm.test.v1.Happened", day = null } = {}) {
	const claimed = day === null ? "null" : `'${day}'`;
	return session.rows(
		`insert into ledger.pending (fact_id, type, header, payload, participants, recorded_on)
		values ('${randomUUID()}', '${type}', '\\x${hex("header Ä")}', '\\x${hex(randomUUID())}',
			array['14628160'], ${claimed})`,
	);
}

const number = (most = 100, session = ledger) =>
	session.rows(`select seq, fact_id from number_pending(${most})`);

async function chain() {
	const rows = await ledger.rows(
		`select seq, (extract(epoch from recorded_at) * 1000000)::bigint, fact_id, type,
			encode(header, 'hex'), encode(payload, 'hex'), encode(hash, 'hex')
		from event order by seq`,
	);
	return rows.map(([seq, at, id, type, header, payload, hash]) => ({
		seq: BigInt(seq),
		at: BigInt(at),
		id,
		type,
		header: Buffer.from(header, "hex"),
		payload: Buffer.from(payload, "hex"),
		hash,
	}));
}

function int8(value) {
	const bytes = Buffer.alloc(8);
	bytes.writeBigInt64BE(value);
	return bytes;
}

// Computed anew from what is stored, by another program than the one that wrote it.
function assertChained(events) {
	let before = { seq: 0n, at: 0n, hash: createHash("sha256").update("").digest("hex") };
	for (const event of events) {
		assert.equal(event.seq, before.seq + 1n, "dense");
		assert.ok(event.at >= before.at, "never back");
		const expected = createHash("sha256")
			.update(Buffer.from(before.hash, "hex"))
			.update(int8(event.seq))
			.update(int8(event.at))
			.update(Buffer.from(event.id.replaceAll("-", ""), "hex"))
			.update(event.type)
			.update(event.header)
			.update(event.payload)
			.digest("hex");
		assert.equal(event.hash, expected);
		before = event;
	}
}

async function assertWhole() {
	const events = await chain();
	assertChained(events);
	const [[seq, hash]] = await ledger.rows("select seq, encode(hash, 'hex') from head");
	assert.equal(BigInt(seq), events.at(-1)?.seq ?? 0n);
	if (events.length > 0) assert.equal(hash, events.at(-1).hash);
	return events;
}

// ---- history comes first: it may only be claimed while the ledger holds nothing later

describe("claimed days", () => {
	test("count from noon in Berlin, whatever the time zone of the session", async () => {
		await ledger.rows("set time zone 'Pacific/Auckland'");
		for (const day of ["2009-01-15", "2009-07-15", "2009-07-15", "2010-03-28"])
			await add({ day });
		await number();
		await ledger.rows("set time zone 'UTC'");
		const events = await assertWhole();
		assert.deepEqual(
			events.map((event) => new Date(Number(event.at / 1000n)).toISOString()),
			[
				"2009-01-15T11:00:00.000Z",
				"2009-07-15T10:00:00.000Z",
				"2009-07-15T10:00:00.000Z",
				"2010-03-28T10:00:00.000Z",
			],
		);
	});

	test("before the last entry are refused", async () => {
		await refused(add({ day: "2010-03-27" }), "AK010");
	});

	test("in the future are refused", async () => {
		await refused(add({ day: "2999-01-01" }), "AK010");
		const tomorrow =
			"insert into ledger.pending (fact_id, type, header, payload, participants, " +
			"recorded_on) values (gen_random_uuid(), 't', '', '', '{}', " +
			"(now() at time zone 'Europe/Berlin')::date + 1)";
		await refused(of.registry.rows(tomorrow), "AK010");
	});

	test("before one that waits to be numbered are refused", async () => {
		await add({ day: "2011-01-01" });
		await refused(add({ day: "2010-12-31", session: of.coaching }), "AK010");
		await add({ day: "2011-01-01", session: of.coaching });
		await number();
		await assertWhole();
	});

	test("are over once a fact without one waits or stands", async () => {
		await add();
		await refused(add({ day: "2015-01-01" }), "AK010");
		await number();
		await refused(add({ day: "2015-01-01" }), "AK010");
		await assertWhole();
	});

	test("of today never lie in the future", async () => {
		const today = await owner.value("select (now() at time zone 'Europe/Berlin')::date");
		await add({ day: today });
		await number();
		const late = await ledger.value("select count(*) from event where recorded_at > now()");
		assert.equal(late, "0");
		await assertWhole();
	});
});

describe("adding", () => {
	test("each service adds as itself", async () => {
		for (const name of WRITERS) await add({ session: of[name], type: `by.${name}` });
		const rows = await ledger.rows("select service, type from pending order by id");
		assert.deepEqual(
			rows,
			WRITERS.map((name) => [`asskomm_${name}`, `by.${name}`]),
		);
		await number();
	});

	test("nobody adds as another", async () => {
		const asOther =
			"insert into ledger.pending (service, fact_id, type, header, payload, participants) " +
			"values ('asskomm_coaching', gen_random_uuid(), 't', '', '', '{}')";
		await refused(of.registry.rows(asOther), "42501");
		// Even a role that may write the column is stopped by row-level security.
		await owner.rows("grant insert (service) on ledger.pending to asskomm_registry");
		await refused(of.registry.rows(asOther), "42501");
		await owner.rows("revoke insert (service) on ledger.pending from asskomm_registry");
	});

	test("the same fact twice is refused by name", async () => {
		const id = randomUUID();
		const twice =
			"insert into ledger.pending (fact_id, type, header, payload, participants) " +
			`values ('${id}', 't', '', '', '{}')`;
		await of.registry.rows(twice);
		await refused(of.registry.rows(twice), "23505");
		await number();
	});

	test("an id that stands already is set aside and stops nobody", async () => {
		await add();
		await number();
		const [[used]] = await ledger.rows("select fact_id from event order by seq limit 1");
		await of.coaching.rows(
			`insert into ledger.pending (fact_id, type, header, payload, participants)
			values ('${used}', 'asskomm.test.v1.Happened', '', '', '{}')`,
		);
		await add();
		assert.equal((await number()).length, 1);
		assert.equal((await number()).length, 0);
		const aside = await owner.rows("select fact_id, service from ledger.set_aside");
		assert.deepEqual(aside, [[used, "asskomm_coaching"]]);
	});

	test("who adds sees nothing of the ledger", async () => {
		for (const name of WRITERS) {
			await refused(of[name].rows("select id from ledger.pending"), "42501");
			await refused(of[name].rows("select seq from ledger.event"), "42501");
			await refused(of[name].rows("select seq from ledger.head"), "42501");
			await refused(of[name].rows("delete from ledger.pending"), "42501");
			await refused(of[name].rows("update ledger.pending set type = 'x'"), "42501");
			const numbering = "select seq from ledger.number_pending(1)";
			await refused(of[name].rows(numbering), "42501");
		}
	});

	test("the gateway adds nothing", async () => {
		await refused(add({ session: of.gateway }), "42501");
	});
});

describe("numbering", () => {
	test("keeps the order of insertion, and takes no more than asked for", async () => {
		const first = BigInt(await ledger.value("select seq from head")) + 1n;
		for (let i = 0; i < 25; i++) await add({ type: `t${i}` });
		assert.equal((await number(10)).length, 10);
		assert.equal((await number(10)).length, 10);
		assert.equal((await number(10)).length, 5);
		assert.equal((await number(10)).length, 0);
		const types = await ledger.rows(`select type from event where seq >= ${first} order by seq`);
		assert.deepEqual(
			types.flat(),
			Array.from({ length: 25 }, (_, i) => `t${i}`),
		);
		await assertWhole();
	});

	test("two at once never number the same fact, nor leave a gap", async () => {
		const other = database.session("asskomm_ledger");
		for (let i = 0; i < 30; i++) await add();
		await ledger.rows("begin");
		const mine = await number(20);
		const waiting = number(20, other);
		const isBlocked =
			"select count(*) from pg_stat_activity where usename = 'asskomm_ledger' " +
			"and wait_event_type = 'Lock'";
		while ((await owner.value(isBlocked)) === "0");
		await ledger.rows("commit");
		const theirs = await waiting;
		const rest = await number(20);
		assert.equal(mine.length, 20);
		const ids = [...mine, ...theirs, ...rest].map(([, id]) => id);
		assert.equal(new Set(ids).size, 30);
		assert.equal(ids.length, 30);
		await assertWhole();
	});

	test("a rolled back numbering leaves no gap", async () => {
		await add();
		const seq = await ledger.value("select seq + 1 from head");
		await ledger.rows("begin");
		assert.equal((await number())[0][0], seq);
		await ledger.rows("rollback");
		assert.equal((await number())[0][0], seq);
		await assertWhole();
	});

	test("eight writers and two numberers: everything once, in one chain", async () => {
		const start = BigInt(await ledger.value("select count(*) from event"));
		const other = database.session("asskomm_ledger");
		let writing = true;
		const numberers = [ledger, other].map(async (session) => {
			while (writing || (await ledger.value("select count(*) from pending")) !== "0")
				await number(7, session);
		});
		await Promise.all(
			Array.from({ length: 8 }, async (_, i) => {
				const session = database.session(`asskomm_${WRITERS[i % WRITERS.length]}`);
				for (let n = 0; n < 40; n++) await add({ session });
			}),
		);
		writing = false;
		await Promise.all(numberers);
		const events = await assertWhole();
		assert.equal(BigInt(events.length), start + 320n);
	});
});

describe("what stands", () => {
	test("is changed by nobody", async () => {
		for (const name of ROLES)
			for (const sql of [
				"update ledger.event set type = 'x'",
				"delete from ledger.event",
				"truncate ledger.event",
				"alter table ledger.event disable row level security",
				"drop table ledger.event",
			])
				await refused(of[name].rows(sql), "42501");
	});

	test("its head is moved by the ledger alone", async () => {
		for (const name of ROLES.filter((each) => each !== "ledger"))
			await refused(of[name].rows("update ledger.head set seq = 0"), "42501");
		await refused(ledger.rows("delete from head"), "42501");
	});

	test("is added by the ledger alone", async () => {
		const sql =
			"insert into ledger.event values (1000000, now(), gen_random_uuid(), 't', '', '', '{}', '')";
		for (const name of ROLES.filter((each) => each !== "ledger"))
			await refused(of[name].rows(sql), "42501");
	});
});

describe("schemas", () => {
	test("a service uses its own and no other", async () => {
		const tables = await owner.rows(
			`select table_schema, table_name from information_schema.tables
			where table_schema in (${SCHEMAS.map((name) => `'${name}'`)}) and table_type = 'BASE TABLE'`,
		);
		assert.ok(tables.length > 10);
		for (const [schema, table] of tables)
			for (const name of ROLES) {
				const read = of[name].rows(`select count(*) from ${schema}.${table}`);
				if (name === schema) await read;
				else await refused(read, "42501");
			}
	});

	test("nobody makes tables in public", async () => {
		for (const name of ROLES)
			await refused(of[name].rows("create table public.mine (n int)"), "42501");
	});
});
