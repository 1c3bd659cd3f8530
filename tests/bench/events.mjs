// Readers of the live stream while commands run: how long a fact takes from its number in the ledger
// to each of 1,000 readers, and what the gateway needs for them. BENCH_READERS, BENCH_SECONDS and
// BENCH_RATE (commands a second) change the load. On one machine the readers share the processors
// with the suite, and here they are all in this one process.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { openEvents } from "../support/events.mjs";
import { startSuite, until } from "../support/suite.mjs";

const READERS = Number(process.env.BENCH_READERS ?? 1000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const RATE = Number(process.env.BENCH_RATE ?? 20);
const OPENED_AT_ONCE = 50;
const TOWNS = ["14628160", "14628270", "14626610", "14730310", "14524330", "14522260"];

const suite = await startSuite();
const token = suite.token("auditor");
const adviser = suite.token("adviser", ["14"]);

// The resident memory of the gateway in KiB.
function memory() {
	const status = readFileSync(`/proc/${suite.pid("gateway")}/status`, "utf8");
	return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
}

async function openReaders() {
	const readers = [];
	while (readers.length < READERS) {
		const count = Math.min(OPENED_AT_ONCE, READERS - readers.length);
		readers.push(
			...(await Promise.all(
				Array.from({ length: count }, () => openEvents(suite, { token })),
			)),
		);
	}
	for (const reader of readers) assert.equal(reader.status, 200);
	return readers;
}

// At a steady rate, whatever the answers take.
async function command(n) {
	const day = new Date(Date.UTC(2012, 0, 1 + (n % 4000))).toISOString().slice(0, 10);
	const path = `/participants/${TOWNS[n % TOWNS.length]}/advice`;
	const body = { advisedOn: day, topic: randomUUID() };
	const reply = await suite.post(path, body, { token: adviser });
	assert.equal(reply.status, 201, reply.text);
	return reply.json.facts[0];
}

async function commandAll(count) {
	const replies = [];
	const start = performance.now();
	for (let n = 0; n < count; n++) {
		const early = start + (n * 1000) / RATE - performance.now();
		if (early > 0) await pause(early);
		replies.push(command(n));
	}
	return Promise.all(replies);
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

try {
	await command(5000); // everything is warm
	const idle = memory();
	const readers = await openReaders();
	const connected = memory();
	const facts = await commandAll(SECONDS * RATE);
	await Promise.all(
		readers.map((reader) =>
			reader.until((events) => events.length >= facts.length, "all", 60_000),
		),
	);
	const delays = [];
	for (const reader of readers) {
		const ids = reader.ids();
		ids.forEach((id, i) => assert.equal(id, ids[0] + i));
		for (const { at, data } of reader.events)
			delays.push(performance.timeOrigin + at - Date.parse(data.recordedAt));
	}
	delays.sort((a, b) => a - b);
	const mib = (kib) => (kib / 1024).toFixed(1);
	console.log(
		[
			`readers            ${READERS}`,
			`commands/s         ${RATE}, ${RATE * READERS} events/s`,
			`fact to SSE, p50   ${quantile(delays, 0.5).toFixed(1)} ms`,
			`fact to SSE, p99   ${quantile(delays, 0.99).toFixed(1)} ms`,
			`gateway idle       ${mib(idle)} MiB`,
			`with readers       ${mib(connected)} MiB`,
			`after the load     ${mib(memory())} MiB`,
		].join("\n"),
	);
	for (const reader of readers) reader.close();
	const left = async () => (await suite.metric("gateway", "asskomm_sse_readers")) === 0;
	await until(left, "all readers to have left");
} finally {
	await suite.stop();
}
