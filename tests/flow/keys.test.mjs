// An Idempotency-Key gives the first answer again as long as it is remembered, and is forgotten some
// days after, unless it came with a claim.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startSuite, until } from "../support/suite.mjs";

const run = promisify(execFile);
const services = ["ledger", "registry", "gateway"];
let suite, operator;

before(async () => {
	suite = await startSuite({ services, environment: { registry: { ASSKOMM_IDEMPOTENCY_DAYS: "2" } } });
	operator = suite.token("operator");
});
after(() => suite?.stop());

const sql = async (text) =>
	(await run("psql", [suite.database, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text])).stdout.trim();
const age = (key, days) =>
	sql(`update registry.idempotency set recorded_at = now() - interval '${days} days' where key = '${key}'`);
const remembered = async () =>
	(await sql("select key from registry.idempotency order by key")).split("\n");

// Everything of the answer but the trace, which is of the request.
async function advise(key, headers = {}) {
	const reply = await suite.post(
		"/participants/14628160/advice",
		{ advisedOn: "2023-08-01", topic: key },
		{ token: operator, headers: { "idempotency-key": key, ...headers } },
	);
	assert.equal(reply.status, 201, reply.text);
	return reply.text;
}

test("keys are forgotten by age, those of claims never; what is remembered answers as it did", async () => {
	const claim = { provenance: "PUBLISHED" };
	const first = {
		claimed: await advise("claimed", claim),
		old: await advise("old"),
		young: await advise("young"),
	};
	await age("claimed", 400);
	await age("old", 3);
	await age("young", 1);
	assert.equal(await advise("old"), first.old);
	await suite.kill("registry", "SIGTERM"); // a new process looks soon
	await suite.ready("registry");
	await until(async () => !(await remembered()).includes("old"), "the old key to be forgotten");
	const left = await remembered();
	assert.ok(left.includes("claimed") && left.includes("young"), left.join());
	assert.equal(await suite.metric("registry", "asskomm_keys_forgotten_total"), 1);
	assert.equal(await advise("young"), first.young);
	assert.equal(await advise("claimed", claim), first.claimed);
	assert.notEqual(await advise("old"), first.old);
});

test("a service with commands ends in order while it waits for the next look", async () => {
	await suite.kill("registry", "SIGTERM");
	assert.ok(suite.logOf("registry").some((line) => line.includes('"ended"')));
	await suite.ready("registry");
});
