// Keys of commands are forgotten by age: the oldest first, a page at a time, without waiting for
// anybody; what was claimed stays.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

let suite, registry;
before(async () => {
	suite = await startSql();
	registry = await suite.service("registry");
});
after(() => suite?.stop());

// A key of that age, by the save of a new participant.
async function keyOf(days, claimed = false) {
	const key = randomUUID();
	const row = {
		id: key,
		version: 1,
		name: "Heidenau",
		kind: "MUNICIPALITY",
		district: "14628",
		participants: ["14628160"],
		contacted_on: null,
		advised_on: null,
		cooperation_level: null,
		preliminary_agreement_on: null,
		model_municipality_on: null,
		entries: [],
		withdrawn: null,
		idempotency_key: key,
		claimed,
	};
	assert.deepEqual(await registry.save("participant.save", [row]), [0]);
	const owner = suite.client();
	await owner.rows(
		`update registry.idempotency set recorded_at = now() - make_interval(days => ${days}) where key = $1`,
		[key],
	);
	await owner.close();
	return key;
}

const prune = async (days, most) => (await registry.run("idempotency.prune", { days, most })).length;

async function kept() {
	const owner = suite.client();
	const rows = await owner.rows("select key from registry.idempotency order by recorded_at");
	await owner.close();
	return rows.map(({ key }) => key);
}

test("what is older than the days goes, the oldest first; what was claimed stays for ever", async () => {
	const claimed = await keyOf(4000, true);
	const oldest = await keyOf(300);
	const old = await keyOf(91);
	const young = await keyOf(89);
	assert.equal(await prune(90, 1), 1);
	assert.deepEqual(await kept(), [claimed, old, young]);
	assert.equal(await prune(90, 500), 1);
	assert.deepEqual(await kept(), [claimed, young]);
	assert.equal(await prune(90, 500), 0);
	assert.ok(oldest);
});

test("a row that another holds is left, and nobody waits for it", async () => {
	const held = await keyOf(200);
	const free = await keyOf(100);
	const holder = suite.client();
	await holder.rows("begin");
	await holder.rows("select from registry.idempotency where key = $1 for update", [held]);
	assert.equal(await prune(90, 500), 1);
	assert.ok(!(await kept()).includes(free));
	await holder.rows("rollback");
	await holder.close();
	assert.equal(await prune(90, 500), 1);
	assert.ok(!(await kept()).includes(held));
});
