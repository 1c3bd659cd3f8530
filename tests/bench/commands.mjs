// Durable commands per second through the full path (HTTP, gateway, CURVE, rule, save, ledger row)
// at 64 connections, as a ratio to what pgbench does at its best with the same save statement, one
// command per transaction, on the same cluster in the same run, alternating.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readRegister } from "../support/register.mjs";
import { startSuite } from "../support/suite.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const PGBENCH_CLIENTS = [16, 32, 64];
const PGBENCH = "/usr/lib/postgresql/15/bin/pgbench";

// The save of one new coaching as pgbench can run it: parameters become expressions.
function pgbenchScript() {
	const read = (path) =>
		readFileSync(ROOT + path, "utf8")
			.replace(/^-- include (\S+)$/gm, (_, name) => read(name))
			.replace(/--.*$/gm, "");
	const party = '{"key":"14628160","name":"Heidenau","kind":"MUNICIPALITY","district":"14628"}';
	const step = (id) =>
		`jsonb_build_array(jsonb_build_object('factId', ${id}, 'number', 1, 'kind', 'CoachingRequested',
			'on', '2023-01-01', 'stage', 'REQUESTED', 'moves', true))`;
	const nothing = (names, type) =>
		Object.fromEntries(names.map((name) => [name, `array[null::${type}]`]));
	const values = {
		ordinal: "'{0}'",
		id: "array[gen_random_uuid()::text]",
		version: "'{1}'",
		actor: "'{bench}'",
		idempotency_key: "array[gen_random_uuid()::text]",
		request_hash: `'{${"0".repeat(64)}}'`,
		reply: `array['\\x${"00".repeat(82)}'::bytea]`,
		claimed: "'{f}'",
		status: "'{REQUESTED}'",
		participant: `array['${party}'::jsonb]`,
		participants: `array['["14628160"]'::jsonb]`,
		requested_on: "'{2023-01-01}'",
		partners: "array['[]'::jsonb]",
		topics: "array['[]'::jsonb]",
		goals: "array['[]'::jsonb]",
		moved_on: "'{2023-01-01}'",
		steps: "'{1}'",
		sessions: "'{0}'",
		expected_sessions: "'{0}'",
		coach_changes: "'{0}'",
		recorded: `array[${step("gen_random_uuid()")}]`,
		...nothing(["coach", "outcome", "contact_role", "pause_reason"], "text"),
		...nothing(["reopens", "contact_id"], "uuid"),
		...nothing(
			["clarified_on", "matched_on", "contracted_on", "started_on", "paused_on",
				"resume_planned_on", "resumed_on", "planned_review_on", "reviewed_on", "closed_on",
				"last_session_on", "next_session_on", "coach_changed_on"],
			"date",
		),
		fact_ordinal: "'{0}'",
		fact_id: "array[gen_random_uuid()]",
		fact_type: "'{asskomm.coaching.v1.CoachingRequested}'",
		fact_header: `array['\\x${"00".repeat(140)}'::bytea]`,
		fact_payload: `array['\\x${"00".repeat(80)}'::bytea]`,
		fact_recorded_on: "array[null::date]",
		fact_participants: `array['["14628160"]'::jsonb]`,
	};
	const sql = read("services/coaching/sql/coaching.save.sql").replace(
		/(?<!:):([a-z_]+)/g,
		(_, name) => {
			assert.ok(name in values, `a value for :${name}`);
			return `(${values[name]})`;
		},
	);
	return `${sql.replace(/\s+/g, " ").trim()};\n`;
}

function pgbench(suite, script, clients) {
	const conninfo = suite.conninfo("postgres");
	const host = /host=(\S+)/.exec(conninfo)[1];
	const port = /port=(\d+)/.exec(conninfo)?.[1] ?? "5432";
	const name = /dbname=(\S+)/.exec(conninfo)[1];
	const out = execFileSync(
		PGBENCH,
		["-n", "-M", "prepared", "-f", script, "-c", clients, "-j", 2, "-T", SECONDS, "-h", host, "-p",
			port, "-U", "asskomm_coaching", name].map(String),
		{ encoding: "utf8", env: { ...process.env, PGOPTIONS: "-c asskomm.scope=*" }, stdio: ["ignore", "pipe", "pipe"] },
	);
	return Number(/tps = ([\d.]+)/.exec(out)[1]);
}

function wrk(suite, run) {
	const out = execFileSync(
		"wrk",
		["-t1", "-c64", `-d${SECONDS}s`, "--timeout", "5s", "-s", `${ROOT}tests/bench/commands.lua`, suite.url],
		{
			encoding: "utf8",
			env: {
				...process.env,
				BENCH_TOKEN: suite.token("adviser", ["14"], { sub: "bench" }),
				BENCH_KEYS: municipalities(),
				BENCH_RUN: run,
			},
		},
	);
	const result = JSON.parse(out.trim().split("\n").at(-1));
	assert.equal(result.non2xx + result.socket, 0, out);
	return (result.requests * 1e6) / result.us;
}

function municipalities() {
	return readRegister()
		.municipalities.map(({ ags8 }) => ags8)
		.join(" ");
}

const suite = await startSuite();
try {
	const script = suite.path("save.pgbench");
	writeFileSync(script, pgbenchScript());
	const ours = [];
	let theirs = 0;
	for (let round = 0; round < ROUNDS; round++) {
		ours.push(wrk(suite, `run${round}`));
		const tps = pgbench(suite, script, PGBENCH_CLIENTS[round % PGBENCH_CLIENTS.length]);
		theirs = Math.max(theirs, tps);
		console.log(`round ${round + 1}: suite ${ours.at(-1).toFixed(0)}/s, pgbench ${tps.toFixed(0)}/s`);
	}
	const best = Math.max(...ours);
	console.log(
		`durable commands/s at 64 connections: ${best.toFixed(0)}; pgbench's best with the same save: ` +
			`${theirs.toFixed(0)}; ratio ${(best / theirs).toFixed(2)}`,
	);
} finally {
	await suite.stop();
}
