// 250,000 requests that no honest client sends, from a seed, against the whole suite: malformed HTTP,
// smuggling shapes, bad JSON, bad tokens, wrong types, unknown fields, huge numbers, odd letters, half
// requests, pipelines, slow clients. Each answer must be well-formed and below 500 (no 5xx of any
// kind), each request that was understood must be answered, no process may end, and none may grow.
// BENCH_HOSTILE and BENCH_SEED change how many and which.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { countsOf, drip, storm } from "../support/hostile.mjs";
import { SERVICES, startSuite } from "../support/suite.mjs";

const COUNT = Number(process.env.BENCH_HOSTILE ?? 250_000);
const SEED = Number(process.env.BENCH_SEED ?? 1);
const WARM = Math.ceil(COUNT / 5); // until then buffers, pools and lanes have what they need
const GROWTH_MIB = 32; // that a process may grow by after it
const SLOW = 64;

const suite = await startSuite({ historyUntil: "2023-08-08" });

// The resident memory of each process in MiB.
const memory = () =>
	new Map(SERVICES.map((name) => {
		const status = readFileSync(`/proc/${suite.pid(name)}/status`, "utf8");
		return [name, Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024];
	}));

try {
	const pids = SERVICES.map((name) => suite.pid(name));
	const before = memory();
	let warm;
	const begin = performance.now();
	const slow = drip(suite.port, SLOW);
	const result = await storm(suite, {
		seed: SEED,
		count: COUNT,
		onProgress: (answers) => {
			if (answers >= WARM) warm ??= memory();
		},
	});
	const seconds = (performance.now() - begin) / 1000;
	const slowStatuses = await slow;
	const after = memory();
	console.log([
		`hostile requests   ${result.answers} answered of ${result.requests} sent in ${result.sessions} ` +
			`sessions, ${seconds.toFixed(0)} s, seed ${SEED}; reset before the answer: ${result.resets}`,
		`statuses           ${countsOf(result)}`,
		`slow clients       ${SLOW}, answered ${[...new Set(slowStatuses)].join(", ")}`,
		"resident MiB       " + SERVICES.map((name) =>
			`${name} ${before.get(name).toFixed(1)} → ${after.get(name).toFixed(1)}`).join(", "),
	].join("\n"));
	assert.deepEqual(result.faults, [], "faults");
	assert.deepEqual(SERVICES.map((name) => suite.pid(name)), pids, "a process ended");
	assert.deepEqual(new Set(slowStatuses), new Set([408]));
	for (const name of SERVICES) {
		const grown = after.get(name) - (warm ?? before).get(name);
		assert.ok(grown <= GROWTH_MIB, `${name} grew by ${grown.toFixed(1)} MiB`);
	}
	const head = await suite.get("/ledger/head", { token: suite.token("auditor") });
	assert.equal(head.status, 200, "it serves as before");
} finally {
	await suite.stop();
}
