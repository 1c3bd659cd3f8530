// A few thousand requests that no honest client sends, always the same. 250,000 of them, and others
// by their seed: tests/bench/hostile.mjs.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Chance, countsOf, drip, hostileSessions, storm, worldOf } from "../support/hostile.mjs";
import { SERVICES, startSuite } from "../support/suite.mjs";

const SEED = 2023;

let suite;
before(async () => (suite = await startSuite()));
after(() => suite?.stop());

test("the same seed gives the same requests", () => {
	const world = worldOf(suite);
	const some = (seed) => {
		const sessions = hostileSessions(seed, world);
		const hash = createHash("sha256");
		for (let n = 0; n < 200; n++)
			for (const part of sessions.next().value.parts) hash.update(part);
		return hash.digest("hex");
	};
	assert.equal(some(7), some(7));
	assert.notEqual(some(7), some(8));
	const chance = new Chance(1);
	assert.deepEqual([chance.below(100), chance.below(100), chance.below(100)], [62, 0, 52]);
});

test("hostile requests are refused, none by a fault of ours", async (t) => {
	const pids = SERVICES.map((name) => suite.pid(name));
	const slow = drip(suite.port, 4);
	const result = await storm(suite, { seed: SEED, count: 4000 });
	t.diagnostic(`seed ${SEED}, ${result.sessions} sessions: ${countsOf(result)}`);
	assert.deepEqual(result.faults, [], `seed ${SEED}`);
	for (const status of [200, 400, 401, 403, 404, 405])
		assert.ok(result.statuses.get(status) > 0, `some ${status}`);
	assert.deepEqual(await slow, Array(4).fill(408));
	assert.deepEqual(SERVICES.map((name) => suite.pid(name)), pids);
	const head = await suite.get("/ledger/head", { token: suite.token("auditor") });
	assert.equal(head.status, 200);
});
