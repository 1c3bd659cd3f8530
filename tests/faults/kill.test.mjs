// kill -9 of each process in turn while 500 commands with keys arrive: every acknowledged command
// once, none twice, the ledger dense, its chain valid, the figures equal to the recount, and no
// hand lifted.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { SERVICES, startSuite, until } from "../support/suite.mjs";

const COMMANDS = 500;
const CLIENTS = 8;
const KILL_EVERY_MS = 250;

let suite;

before(async () => {
	suite = await startSuite();
});
after(() => suite?.stop());

// The request of command n: advice for one of many towns, on its own day, so that it can be found.
function command(n, keys) {
	const day = new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10);
	return {
		path: `/participants/${keys[n % keys.length]}/advice`,
		body: { advisedOn: day, topic: `command ${n}` },
		key: `kill-${n}`,
	};
}

// Sends until it is acknowledged, always with the same key: what a careful client does.
async function send(n, keys, log) {
	const { path, body, key } = command(n, keys);
	const options = { token: suite.token("adviser", ["14"]), headers: { "idempotency-key": key } };
	for (let attempt = 1; ; attempt++) {
		try {
			const reply = await suite.post(path, body, options);
			if (reply.status === 201) return log.push({ n, attempt, reply: reply.text });
			assert.ok([409, 429, 503, 504].includes(reply.status), `${reply.status} ${reply.text}`);
		} catch (error) {
			if (error instanceof assert.AssertionError) throw error; // else: the gateway was killed
		}
		assert.ok(attempt < 200, `command ${n} is acknowledged at last`);
		await pause(50);
	}
}

async function facts() {
	const token = suite.token("auditor", ["*"]);
	const all = [];
	for (;;) {
		const after = all.length === 0 ? 0 : all[all.length - 1].seq;
		const page = await suite.get(`/ledger/facts?after=${after}&limit=500`, { token });
		if (page.status !== 200) {
			await pause(100);
			continue;
		}
		if (page.json.items.length === 0) return all;
		all.push(...page.json.items);
	}
}

test("500 commands while each process is killed in turn", { timeout: 240_000 }, async (t) => {
	const token = suite.token("ministry", ["14"]);
	const towns = ["14628160", "14628270", "14626610", "14730310", "14524330", "14522260"];
	const log = [];
	let next = 0;
	let killed = 0;
	const clients = Array.from({ length: CLIENTS }, async () => {
		while (next < COMMANDS) await send(next++, towns, log);
	});
	const working = Promise.all(clients).then(() => true);
	// at least one round of kills, and more while commands are still arriving
	for (let done = false; !done || killed < SERVICES.length; killed++) {
		await suite.kill(SERVICES[killed % SERVICES.length]);
		done = await Promise.race([working, pause(KILL_EVERY_MS, false)]);
	}
	await working;
	t.diagnostic(`${killed} kills, ${log.filter((l) => l.attempt > 1).length} commands sent again`);
	for (const name of SERVICES) await suite.ready(name);

	assert.equal(log.length, COMMANDS);
	const acknowledged = new Map(log.map((l) => [JSON.parse(l.reply).facts[0], l.n]));
	assert.equal(acknowledged.size, COMMANDS, "each acknowledged command has a fact of its own");

	const head = await until(async () => {
		const all = await facts();
		return acknowledged.size + 1 <= all.length && all;
	}, "all acknowledged facts in the ledger");
	head.forEach((fact, i) => assert.equal(Number(fact.seq), i + 1, "dense"));
	const recorded = head.filter((fact) => fact.type.endsWith("ParticipantAdvised"));
	assert.equal(recorded.length, COMMANDS, "none twice");
	for (const fact of recorded) assert.ok(acknowledged.has(fact.id), "none that nobody asked for");

	// the same keys again: the same answers
	for (const { n, reply } of log.slice(0, 50)) {
		const { path, body, key } = command(n, towns);
		const again = await suite.post(path, body, {
			token: suite.token("adviser", ["14"]),
			headers: { "idempotency-key": key },
		});
		assert.equal(again.text, reply);
	}
	const last = head[head.length - 1].id;
	const figures = await suite.get(`/figures?afterFact=${last}`, { token });
	assert.equal(figures.status, 200, figures.text);
	assert.equal(figures.json.advised, towns.length);
	await suite.asskomm("verify");
	await suite.asskomm("verify", "--figures");
});
