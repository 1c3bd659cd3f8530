// A cold point read (the edge keeps nothing) through HTTP, gateway, CURVE, service and database, as a
// ratio to pgbench with the same statement on the same row, prepared, under the same row-level
// security, with the same number of clients in the same run. The aim is 0.7.
import { readFileSync, writeFileSync } from "node:fs";
import { startSuite } from "../support/suite.mjs";
import { ROOT, ROUNDS, UNLIMITED, inline, median, pgbench, wrk } from "./support.mjs";

const CONNECTIONS = 64;
const PGBENCH_CLIENTS = [4, 16, 64]; // its best of these
const KEY = "14628160";

const suite = await startSuite({
	environment: { gateway: { ...UNLIMITED, ASSKOMM_CACHE_BYTES: "0" } },
});
const token = suite.token("adviser", ["14628"], { sub: "bench" });

const script = suite.path("read.pgbench");
writeFileSync(
	script,
	inline(readFileSync(`${ROOT}services/registry/sql/get_participant.sql`, "utf8"), {
		key: `'${KEY}'`,
		today: `'${new Date().toISOString().slice(0, 10)}'`,
		as_of: "null::text",
		known_at: "null::text",
		scope: "'14628'",
		actor: "'bench'",
	}),
);

try {
	const ratios = [];
	for (let round = 0; round < ROUNDS; round++) {
		const clients = PGBENCH_CLIENTS[round % PGBENCH_CLIENTS.length];
		const theirs = await pgbench(suite, {
			script,
			role: "asskomm_registry",
			clients,
			options: "-c asskomm.scope=14628",
		});
		const ours = await wrk(`${suite.base}/participants/${KEY}`, token, CONNECTIONS, suite.pid("gateway"));
		ratios.push(ours.rate / theirs);
		console.log(
			`round ${round + 1}: gateway ${ours.rate.toFixed(0)}/s (p50 ${ours.p50} us, p99 ${ours.p99} us), ` +
				`pgbench ${theirs.toFixed(0)}/s with ${clients} clients, ratio ${ratios.at(-1).toFixed(2)}`,
		);
	}
	console.log(`cold point read: ratio to pgbench ${median(ratios).toFixed(2)} (aim 0.70)`);
} finally {
	await suite.stop();
}
