// How fast the monitor folds a long ledger from replay, and whether its pages stay as fast.
// A country's history (history.c) is written straight into the ledger's tables; then the monitor
// catches up. The ceiling is what PostgreSQL needs to insert the same rows of the same tables in
// batches of as many facts, and nothing else, in the same run. Each page is asked of a short history
// of the same places, too; beside what the service took, by the clock, stands the time of the
// processors, which does not grow when others want them.
// BENCH_FACTS, BENCH_TOWNS, BENCH_YEARS and BENCH_SEED change the history.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { BUILD, startSuite } from "../support/suite.mjs";
import { cpuTime, ROOT, UNLIMITED } from "./support.mjs";

const run = promisify(execFile);
const POSTGRES = join(ROOT, "tests/support/postgres.sh");
const FACTS = Number(process.env.BENCH_FACTS ?? 1_000_000);
const FEW_FACTS = Math.min(10_000, FACTS); // fewer would leave districts out
const TOWNS = Number(process.env.BENCH_TOWNS ?? 10_981);
const YEARS = Number(process.env.BENCH_YEARS ?? 10);
const SEED = Number(process.env.BENCH_SEED ?? 1);
const BATCH = 500; // as LISTENER_TOGETHER_MAX in common/runtime/listener_internal.h
const ASKED = Number(process.env.BENCH_ASKED ?? 40); // times each page
const LATEST = "2024-08-01"; // the last months of the history
const PAST = "2018-08-01";
const TOWN = "01000010"; // the first one
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

// The processes of services: they themselves and their sessions in the database.
async function passers(suite, ...services) {
	const roles = services.map((service) => `'asskomm_${service}'`);
	const sessions = await psql(suite, `select pid from pg_stat_activity where usename in (${roles})`);
	return [...services.map((service) => suite.pid(service)), ...sessions.split("\n").map(Number)];
}

// Facts per second, from the first look that finds some folded to the last fact, and the time of the
// processors that a fact took.
async function catchUp(suite, facts) {
	const pids = await passers(suite, "ledger", "monitor");
	const spent = () => pids.reduce((sum, pid) => sum + cpuTime(pid), 0);
	let first;
	for (;;) {
		const now = { seq: await offset(suite), at: performance.now(), spent: spent() };
		if (!first && now.seq > 0) first = now;
		if (now.seq === facts)
			return {
				rate: ((now.seq - first.seq) * 1000) / (now.at - first.at),
				cpu: (now.spent - first.spent) / (now.seq - first.seq),
			};
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
			`insert into ceiling.${table} select * from monitor.${table} where seq between at_seq and at_seq + ${BATCH - 1};`,
	);
	const start = performance.now();
	await psql(
		suite,
		`do $$ begin for at_seq in 1..${facts} by ${BATCH} loop ${inserts.join(" ")} commit; end loop; end $$`,
	);
	return (facts * 1000) / (performance.now() - start);
}

// To add one: what it is called, its rpc, its path without the day, and the first of the days.
const PAGES = [
	["pipeline, latest", "GetPipeline", "/pipeline?", LATEST],
	["pipeline, past", "GetPipeline", "/pipeline?", PAST],
	["pipeline, a district", "GetPipeline", `/pipeline?district=${TOWN.slice(0, 5)}&`, LATEST],
	["items", "ListPipelineItems", "/pipeline/items?", LATEST],
	["figures", "GetFigures", "/figures?", PAST],
	["dossier", "GetDossier", `/participants/${TOWN}/dossier?`, LATEST],
	["indicators", "GetIndicators", "/pipeline/indicators?", LATEST],
	["forecast", "GetForecast", "/pipeline/forecast?track=coaching&", LATEST],
	["conversions", "GetConversions", "/pipeline/conversions?", LATEST],
	["pipeline, knownAt", "GetPipeline", `/pipeline?knownAt=${LATEST}&`, LATEST],
];

// As the service itself tells it, for days of which none was asked for before: the edge would answer
// from memory.
async function page(suite, [, method, path, firstDay]) {
	const token = suite.token("auditor");
	const first = suite.logOf("monitor").length;
	const pids = await passers(suite, "monitor");
	const spent = () => pids.reduce((sum, pid) => sum + cpuTime(pid), 0);
	const before = spent();
	for (let i = 0; i < ASKED; i++) {
		const asOf = new Date(Date.parse(firstDay) + i * 86_400_000).toISOString().slice(0, 10);
		const ask = () => suite.get(`${path}asOf=${asOf}`, { token });
		const reply = await ask().catch(ask); // a kept connection may have ended just now
		if (reply.status !== 200) throw new Error(reply.text);
	}
	const cpu = (spent() - before) / ASKED / 1000;
	const times = suite
		.logOf("monitor")
		.slice(first)
		.map((line) => JSON.parse(line))
		.filter((line) => line.method === method)
		.map((line) => Number(line.ms))
		.sort((a, b) => a - b);
	return { cpu, median: times[Math.floor(times.length / 2)], best: times[0] };
}

async function pagesOf(suite) {
	const measured = [];
	for (const each of PAGES) measured.push(await page(suite, each));
	return measured;
}

// As a server of this size is set up: what is folded into stays in memory.
async function settle(suite) {
	for (const setting of ["shared_buffers = '1GB'", "max_wal_size = '4GB'"])
		await psql(suite, `alter system set ${setting}`);
	for (const action of ["stop", "start"]) await run(POSTGRES, [action, suite.path("postgres")]);
	for (const name of ["ledger", "monitor"]) await suite.ready(name);
}

async function measure(facts, withCeiling) {
	const suite = await startSuite({
		services: ["ledger", "monitor", "gateway"],
		territory: false,
		environment: { gateway: UNLIMITED },
	});
	try {
		await settle(suite);
		const start = performance.now();
		await fill(suite, facts);
		const filled = (performance.now() - start) / 1000;
		const fold = await catchUp(suite, facts);
		await psql(suite, "analyze");
		await pause(QUIET_MS);
		const cases = await psql(
			suite,
			"select count(*) from monitor.span where counter in ('stage/coaching', 'stage/analysis') and n > 0 and upper_inf(during)",
		);
		const pages = await pagesOf(suite);
		return { filled, ...fold, cases, pages, ceiling: withCeiling && (await ceiling(suite, facts)) };
	} finally {
		await suite.stop();
	}
}

const few = await measure(FEW_FACTS, false);
const many = await measure(FACTS, true);
const share = (a, b) => (a / b).toFixed(2);
const told = ([name], place) => {
	const [before, after] = [few.pages[place], many.pages[place]];
	const ms = ({ median, best, cpu }) =>
		`${median.toFixed(1)} (best ${best.toFixed(1)}, processors ${cpu.toFixed(1)})`.padEnd(38);
	return `${name.padEnd(22)}${ms(before)}${ms(after)}${share(after.median, before.median)} (${share(after.cpu, before.cpu)})`;
};
console.log(
	[
		`history               ${FACTS} facts, ${TOWNS} municipalities, ${YEARS} years, seed ${SEED}; written in ${many.filled.toFixed(0)} s`,
		`fold from replay      ${many.rate.toFixed(0)} facts/s, ${many.cpu.toFixed(0)} us of processors for each`,
		`plain inserts         ${many.ceiling.toFixed(0)} facts/s`,
		`ratio                 ${share(many.rate, many.ceiling)}`,
		`pages in ms           ${`${FEW_FACTS} facts, ${few.cases} open cases`.padEnd(38)}${`${FACTS} facts, ${many.cases} open cases`.padEnd(38)}ratio (of processors)`,
		...PAGES.map(told),
	].join("\n"),
);
