// How fast the monitor folds a long ledger from replay, and whether a pipeline page stays as fast.
// A country's history (history.c) is written straight into the ledger's tables; then the monitor
// catches up. The ceiling is what PostgreSQL needs to insert the same rows of the same tables in
// batches of as many facts, and nothing else, in the same run.
// BENCH_FACTS, BENCH_TOWNS, BENCH_YEARS and BENCH_SEED change the history.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { BUILD, startSuite } from "../support/suite.mjs";

const run = promisify(execFile);
const FACTS = Number(process.env.BENCH_FACTS ?? 1_000_000);
const FEW_FACTS = Math.min(10_000, FACTS / 10);
const TOWNS = Number(process.env.BENCH_TOWNS ?? 10_981);
const YEARS = Number(process.env.BENCH_YEARS ?? 10);
const SEED = Number(process.env.BENCH_SEED ?? 1);
const BATCH = 250; // as LISTENER_TOGETHER_MAX in common/runtime/listener_internal.h
const ASKED = 60; // times each page
const LATEST = "2024-10-04"; // where the histories end
const LOOK_MS = 250;
const QUIET_MS = 3_000; // longer than the monitor's pause between two looks at the ledger

// As whoever owns the database: what no service may do.
async function psql(suite, sql) {
	const { stdout } = await run("psql", ["-qAtX", "-v", "ON_ERROR_STOP=1", "-d", suite.database, "-c", sql]);
	return stdout.trim();
}

async function fill(suite, facts) {
	const history = join(BUILD, "tests/bench-history");
	const script = `"$0" "$1" "$2" "$3" "$4" | psql -qX -v ON_ERROR_STOP=1 -1 -d "$5" \
		-c "copy ledger.event (seq, recorded_at, fact_id, type, header, payload, participants, hash) from stdin" \
		-c "update ledger.head set (seq, hash, recorded_at) = (select seq, hash, recorded_at from ledger.event order by seq desc limit 1)"`;
	await run("bash", ["-o", "pipefail", "-c", script, history, facts, TOWNS, YEARS, SEED, suite.database]);
}

const offset = async (suite) => Number(await psql(suite, "select seq from monitor.listener_offset"));

// Facts per second, from the first look that finds some folded to the last fact.
async function catchUp(suite, facts) {
	let first;
	for (;;) {
		const now = { seq: await offset(suite), at: performance.now() };
		if (!first && now.seq > 0) first = now;
		if (now.seq === facts) return ((now.seq - first.seq) * 1000) / (now.at - first.at);
		if (process.stderr.isTTY) process.stderr.write(`\r${now.seq} of ${facts} `);
		await pause(LOOK_MS);
	}
}

// The same rows once more, by one connection, a commit for each batch.
async function ceiling(suite, facts) {
	const tables = ["fact", "mark", "delta"];
	await psql(suite, "create schema ceiling");
	for (const table of tables)
		await psql(suite, `create table ceiling.${table} (like monitor.${table} including indexes)`);
	const inserts = tables.map(
		(table) =>
			`insert into ceiling.${table} select * from monitor.${table} where seq between n and n + ${BATCH - 1};`,
	);
	const start = performance.now();
	await psql(
		suite,
		`do $$ begin for n in 1..${facts} by ${BATCH} loop ${inserts.join(" ")} commit; end loop; end $$`,
	);
	return (facts * 1000) / (performance.now() - start);
}

async function page(suite, asOf) {
	const token = suite.token("auditor");
	const times = [];
	for (let i = 0; i < ASKED; i++) {
		const start = performance.now();
		const reply = await suite.get(`/pipeline?asOf=${asOf}`, { token });
		times.push(performance.now() - start);
		if (reply.status !== 200) throw new Error(reply.text);
	}
	return times.sort((a, b) => a - b)[ASKED / 2];
}

async function measure(facts, withCeiling) {
	const suite = await startSuite({ services: ["ledger", "monitor", "gateway"], territory: false });
	try {
		const start = performance.now();
		await fill(suite, facts);
		const filled = (performance.now() - start) / 1000;
		const rate = await catchUp(suite, facts);
		await pause(QUIET_MS);
		const pages = { now: await page(suite, LATEST), past: await page(suite, "2019-08-15") };
		return { filled, rate, pages, ceiling: withCeiling && (await ceiling(suite, facts)) };
	} finally {
		await suite.stop();
	}
}

const few = await measure(FEW_FACTS, false);
const many = await measure(FACTS, true);
const ms = (value) => `${value.toFixed(1)} ms`;
const share = (a, b) => (a / b).toFixed(2);
console.log(
	[
		`history            ${FACTS} facts, ${TOWNS} municipalities, ${YEARS} years, seed ${SEED}; written in ${many.filled.toFixed(0)} s`,
		`fold from replay   ${many.rate.toFixed(0)} facts/s`,
		`plain inserts      ${many.ceiling.toFixed(0)} facts/s`,
		`ratio              ${share(many.rate, many.ceiling)}`,
		`pipeline, latest   ${ms(few.pages.now)} at ${FEW_FACTS} facts, ${ms(many.pages.now)} at ${FACTS}: ${share(many.pages.now, few.pages.now)}`,
		`pipeline, 2019     ${ms(few.pages.past)} at ${FEW_FACTS} facts, ${ms(many.pages.past)} at ${FACTS}: ${share(many.pages.past, few.pages.past)}`,
	].join("\n"),
);
