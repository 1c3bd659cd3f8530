// What the benches share. On two noisy processors a figure means nothing by itself: each is taken in
// turns with its ceiling or peer, in short rounds, and what is printed is the median of the ratios of
// neighbours.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
export const PGBENCH = "/usr/lib/postgresql/15/bin/pgbench";

// Limits of the edge that no bench meets; what it costs to count is measured with the rest.
const MOST = "1000000";
export const UNLIMITED = Object.fromEntries(
	["USER", "LOADER", "ADDRESS"].flatMap((by) => [
		[`ASSKOMM_RATE_${by}`, MOST],
		[`ASSKOMM_RATE_${by}_BURST`, MOST],
	]),
);

// Requests a second of one read, the latencies, and what the answering process spends on each, in
// microseconds.
export async function wrk(url, token, connections, pid) {
	const before = cpuTime(pid);
	const script = `${ROOT}tests/bench/reads.lua`;
	const { stdout } = await run(
		"wrk",
		["-t1", `-c${connections}`, `-d${SECONDS}s`, "--timeout", "5s", "-s", script, url],
		{ env: { ...process.env, BENCH_TOKEN: token } },
	);
	const result = JSON.parse(stdout.trim().split("\n").at(-1));
	assert.equal(result.failed, 0, stdout);
	return {
		rate: (result.requests * 1e6) / result.us,
		cpu: (cpuTime(pid) - before) / result.requests,
		p50: result.p50,
		p99: result.p99,
	};
}

// Transactions a second of a script of pgbench, as a role of the suite's database.
export async function pgbench(suite, { script, role, clients, options = "" }) {
	const value = (name, fallback) =>
		new RegExp(`${name}=(\\S+)`).exec(suite.conninfo("postgres"))?.[1] ?? fallback;
	const { stdout } = await run(
		PGBENCH,
		["-n", "-M", "prepared", "-f", script, "-c", clients, "-j", 1, "-T", SECONDS, "-h",
			value("host"), "-p", value("port", "5432"), "-U", role, value("dbname")].map(String),
		{ env: { ...process.env, PGOPTIONS: options } },
	);
	return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

// Processor time that a process has used, in microseconds: unlike what the clock says, it does not
// grow when others want the processors, too.
export function cpuTime(pid) {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
	return (Number(fields[11]) + Number(fields[12])) * 10_000; // in ticks of 10 ms
}

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)];
}

// A statement of a service with its includes, as pgbench can run it: parameters become values.
export function inline(sql, values) {
	return `${sql
		.replace(/--.*$/gm, "")
		.replace(/(?<!:):([a-z_]+)/g, (_, name) => {
			assert.ok(name in values, `a value for :${name}`);
			return `(${values[name]})`;
		})
		.replace(/\s+/g, " ")
		.trim()};\n`;
}
