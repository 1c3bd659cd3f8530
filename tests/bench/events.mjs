// Readers of the live stream while commands run: how long a fact takes from its number in the ledger
// to each reader, as a ratio to a bare process that sends the same number of events to as many
// readers at the same rate, and what the gateway needs for them. 1,000 readers at 20 commands a
// second; BENCH_READERS, BENCH_SECONDS and BENCH_RATE change it (5 readers at 1,000 commands:
// tests/bench/run latency). On one machine the readers share the processors with the suite, and here
// they are all in this one process.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startAgent } from "../support/agent.mjs";
import { openEvents } from "../support/events.mjs";
import { readRegister } from "../support/register.mjs";
import { startSuite, until } from "../support/suite.mjs";

const READERS = Number(process.env.BENCH_READERS ?? 1000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 10);
const RATE = Number(process.env.BENCH_RATE ?? 20);
const OPENED_AT_ONCE = 50;
const CONNECTIONS = 64;
const TOWNS = readRegister().municipalities.map(({ ags8 }) => ags8);

const suite = await startSuite();
const token = suite.token("auditor");
const adviser = suite.token("adviser", ["14"]);
const agent = startAgent(suite.port, CONNECTIONS);

// The resident memory of the gateway in KiB.
function memory() {
	const status = readFileSync(`/proc/${suite.pid("gateway")}/status`, "utf8");
	return Number(/VmRSS:\s+(\d+)/.exec(status)[1]);
}

async function openReaders(where) {
	const readers = [];
	while (readers.length < READERS) {
		const count = Math.min(OPENED_AT_ONCE, READERS - readers.length);
		readers.push(
			...(await Promise.all(
				Array.from({ length: count }, () => openEvents(where, { token })),
			)),
		);
	}
	for (const reader of readers) assert.equal(reader.status, 200);
	return readers;
}

async function command(n) {
	const day = new Date(Date.UTC(2023, 10, 1 + (n % 30))).toISOString().slice(0, 10);
	const path = `/participants/${TOWNS[n % TOWNS.length]}/advice`;
	const body = { advisedOn: day, topic: randomUUID() };
	const headers = { "idempotency-key": randomUUID() };
	const reply = await agent.ask("POST", path, { token: adviser, body, headers });
	assert.equal(reply.status, 201, reply.text);
	return performance.now();
}

// At a steady rate, whatever the answers take; gives how many were answered per second.
async function commandAll(count) {
	const replies = [];
	const start = performance.now();
	for (let n = 0; n < count; n++) {
		const early = start + (n * 1000) / RATE - performance.now();
		if (early > 0) await pause(early);
		replies.push(command(n));
	}
	const ends = await Promise.all(replies);
	return (count * 1000) / (Math.max(...ends) - start);
}

// The delays of all events of all readers, sorted; each reader must have them all, in order.
async function delaysOf(readers, count, sentAt) {
	await Promise.all(
		readers.map((reader) =>
			reader.until((events) => events.length >= count, "all", 60_000),
		),
	);
	const delays = [];
	for (const reader of readers) {
		const ids = reader.ids();
		ids.forEach((id, i) => assert.equal(id, ids[0] + i));
		for (const { at, data } of reader.events)
			delays.push(performance.timeOrigin + at - sentAt(data));
		reader.close();
	}
	return delays.sort((a, b) => a - b);
}

// The same events from a process that does nothing else.
async function bareDelays(count) {
	const peer = fork(fileURLToPath(new URL("bare_events.mjs", import.meta.url)));
	try {
		const [{ port }] = await once(peer, "message");
		const readers = await openReaders({ base: `http://127.0.0.1:${port}` });
		peer.send({ rate: RATE, count });
		return await delaysOf(readers, count, (data) => data.sentAt);
	} finally {
		peer.kill();
	}
}

// The ledger writes microseconds, Date knows milliseconds.
function recordedAt({ recordedAt: text }) {
	const digits = /\.\d{3}(\d{3})/.exec(text)?.[1] ?? "0";
	return Date.parse(text) + Number(digits) / 1000;
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

try {
	const count = SECONDS * RATE;
	await command(5000); // everything is warm
	await commandAll(Math.min(RATE, 1000));
	const bare = await bareDelays(count);
	const idle = memory();
	const readers = await openReaders(suite);
	const connected = memory();
	const rate = await commandAll(count);
	const ours = await delaysOf(readers, count, recordedAt);
	const mib = (kib) => (kib / 1024).toFixed(1);
	const row = (q) => {
		const [own, theirs] = [quantile(ours, q), quantile(bare, q)];
		return `${own.toFixed(1)} ms; bare peer ${theirs.toFixed(1)} ms; ratio ${(own / theirs).toFixed(2)}`;
	};
	console.log(
		[
			`readers            ${READERS}`,
			`commands/s         ${rate.toFixed(0)} of ${RATE}, ${(rate * READERS).toFixed(0)} events/s`,
			`fact to SSE, p50   ${row(0.5)}`,
			`fact to SSE, p99   ${row(0.99)}`,
			`gateway idle       ${mib(idle)} MiB`,
			`with readers       ${mib(connected)} MiB`,
			`after the load     ${mib(memory())} MiB`,
		].join("\n"),
	);
	const left = async () => (await suite.metric("gateway", "asskomm_sse_readers")) === 0;
	await until(left, "all readers to have left");
} finally {
	agent.stop();
	await suite.stop();
}
