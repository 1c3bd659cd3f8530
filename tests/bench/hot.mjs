// A hot point read through the gateway, as a ratio to a bare HTTP answer on libuv and http-parser
// (bare.c) with the same bytes, the same client and the same connections in the same run. The aim is
// 0.8. BENCH_PATH is another address to read, below /api/v1.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { BUILD, startSuite } from "../support/suite.mjs";
import { ROUNDS, UNLIMITED, median, wrk } from "./support.mjs";

const CONNECTIONS = 64;
const PATH = process.env.BENCH_PATH ?? "/participants/14628160";

const suite = await startSuite({ environment: { gateway: UNLIMITED } });
const token = suite.token("adviser", ["14628"], { sub: "bench" });

// The answer as it comes from the gateway, byte for byte.
async function answerOf(path) {
	const reply = await suite.get(path, { token });
	assert.equal(reply.status, 200, reply.text);
	const headers = [...reply.headers].filter(([name]) => name !== "keep-alive");
	const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
	return `HTTP/1.1 200 OK\r\n${head}\r\n${reply.text}`;
}

async function startBare(answer) {
	const child = spawn(`${BUILD}/tests/bench-bare`, { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(answer);
	const [port] = await once(child.stdout, "data");
	return { child, url: `http://127.0.0.1:${String(port).trim()}${PATH}` };
}

const bare = await startBare(await answerOf(PATH));
try {
	const url = suite.base + PATH;
	const ratios = [];
	const cpu = [];
	for (let round = 0; round < ROUNDS; round++) {
		const ceiling = await wrk(bare.url, token, CONNECTIONS, bare.child.pid);
		const ours = await wrk(url, token, CONNECTIONS, suite.pid("gateway"));
		ratios.push(ours.rate / ceiling.rate);
		cpu.push(ceiling.cpu / ours.cpu);
		console.log(
			`round ${round + 1}: gateway ${ours.rate.toFixed(0)}/s (${ours.cpu.toFixed(1)} us of cpu, p50 ${ours.p50} us, ` +
				`p99 ${ours.p99} us), bare ${ceiling.rate.toFixed(0)}/s (${ceiling.cpu.toFixed(1)} us of cpu, ` +
				`p50 ${ceiling.p50} us), ratio ${ratios.at(-1).toFixed(2)}`,
		);
	}
	const [hit, kept] = await Promise.all(
		["hit", "kept"].map((each) => suite.metric("gateway", `asskomm_cache_total{result="${each}"}`)),
	);
	console.log(`answered from memory: ${hit}, by the service: ${kept}`);
	console.log(`hot point read: ratio to bare HTTP ${median(ratios).toFixed(2)} (aim 0.80), of processor time ${median(cpu).toFixed(2)}`);
} finally {
	bare.child.kill();
	await suite.stop();
}
