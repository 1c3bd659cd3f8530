// The live stream: every fact once, in order, to those who may see it, whatever dies, sleeps or
// expires on the way.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { openEvents } from "../support/events.mjs";
import { readRegister } from "../support/register.mjs";
import { startSuite, until } from "../support/suite.mjs";

const HEIDENAU = "14628160";
const PIRNA = "14628270";
const ZITTAU = "14626610";
const READERS = 200;
const READERS_MAX = READERS + 5;
const SLOW_FACTS = 3000; // at most, until a reader that does not read is closed

let suite;
let auditor;
let adviser;

before(async () => {
	suite = await startSuite({
		environment: {
			gateway: {
				ASSKOMM_SSE_READERS: String(READERS_MAX),
				ASSKOMM_SSE_RECHECK_S: "1",
			},
		},
	});
	auditor = suite.token("auditor");
	adviser = suite.token("adviser", ["14"]);
});
after(() => suite?.stop());

// ---- commands

let commands = 0;

// Records one fact about a town, each on a day of its own; repeated with its key until it is
// acknowledged. Gives the fact's id.
async function advise(town) {
	const n = commands++;
	const day = new Date(Date.UTC(2010, 0, 1 + (n % 4000))).toISOString().slice(0, 10);
	const headers = { "idempotency-key": randomUUID() };
	for (let attempt = 0; attempt < 200; attempt++) {
		try {
			const body = { advisedOn: day, topic: `event ${n}` };
			const path = `/participants/${town}/advice`;
			const reply = await suite.post(path, body, { token: adviser, headers });
			if (reply.status === 201) return reply.json.facts[0];
			assert.ok([409, 429, 503, 504].includes(reply.status), reply.text);
		} catch (error) {
			if (error instanceof assert.AssertionError) throw error; // else: killed
		}
		await pause(50);
	}
	throw new Error("never acknowledged");
}

// Several at a time; gives the ids of the facts.
async function adviseMany(count, towns, width = 8) {
	const facts = [];
	let left = count;
	const work = async (town) => {
		while (left-- > 0) facts.push(await advise(town));
	};
	await Promise.all(Array.from({ length: width }, (_, i) => work(towns[i % towns.length])));
	return facts;
}

// The keys of so many towns, from the register itself.
function towns(count) {
	return readRegister()
		.municipalities.map(({ ags8 }) => ags8)
		.slice(0, count);
}

// ---- what a reader must have seen

const open = (options) => openEvents(suite, { token: auditor, ...options });
const has = (facts) => (events) => {
	const seen = new Set(events.map((event) => event.data.id));
	return facts.every((fact) => seen.has(fact));
};

function assertDense(ids, first) {
	ids.forEach((id, i) => assert.equal(id, first + i, "each number once, in order"));
}

async function assertRefused(options, status, code) {
	const reader = await open(options);
	await reader.untilEnd();
	assert.equal(reader.status, status, reader.text);
	assert.equal(JSON.parse(reader.text).code, code);
}

describe("live", () => {
	test("each fact once, in order, while commands run", async () => {
		const head = await suite.head();
		const reader = await open();
		assert.equal(reader.status, 200);
		assert.equal(reader.headers["content-type"], "text/event-stream");
		assert.equal(reader.headers["cache-control"], "no-store");
		assert.equal(reader.headers["x-accel-buffering"], "no");
		const facts = await adviseMany(150, [HEIDENAU, PIRNA, ZITTAU]);
		await reader.until(has(facts));
		assert.equal(reader.retry, 2000);
		assertDense(reader.ids(), head + 1);
		assert.equal(reader.events.length, facts.length);
		reader.close();
	});

	test("an event says what the ledger says", async () => {
		const reader = await open();
		const id = await advise(HEIDENAU);
		await reader.until(has([id]));
		const [event] = reader.events;
		const after = Number(event.id) - 1;
		const page = await suite.get(`/ledger/facts?after=${after}`, { token: auditor });
		const [fact] = page.json.items;
		assert.equal(event.event, "ParticipantAdvised");
		assert.deepEqual(event.data, {
			seq: fact.seq,
			id: fact.id,
			type: "asskomm.registry.v1.ParticipantAdvised",
			kind: "ParticipantAdvised",
			validOn: event.data.validOn,
			recordedAt: fact.recordedAt,
			participants: [HEIDENAU],
			provenance: "RECORDED",
		});
		assert.match(event.data.validOn, /^20\d\d-\d\d-\d\d$/);
		reader.close();
	});

	test("a client that leaves is seen at once", async () => {
		const reader = await open();
		const count = () => suite.metric("gateway", "asskomm_sse_readers");
		await until(async () => (await count()) === 1, "one reader");
		reader.close();
		await until(async () => (await count()) === 0, "no reader", 3000);
	});
});

describe("resuming", () => {
	test("behind a number: the rest, in pages and then live", async () => {
		const head = await suite.head();
		assert.ok(head > 150, "more than a page");
		const all = await open({ query: "?after=0" });
		const some = await open({ lastEventId: "100" });
		const both = await open({ lastEventId: "120", query: "?after=3" });
		const fact = await advise(HEIDENAU);
		for (const reader of [all, some, both]) await reader.until(has([fact]));
		assertDense(all.ids(), 1);
		assertDense(some.ids(), 101);
		assertDense(both.ids(), 121);
		assert.equal(all.lastEventId, String(head + 1));
		for (const reader of [all, some, both]) reader.close();
	});

	test("a reader that saw nothing yet knows its place", async () => {
		const head = await suite.head();
		const reader = await open();
		await reader.until((_, { lastEventId }) => lastEventId !== undefined, "a position");
		assert.equal(reader.lastEventId, String(head));
		assert.equal(reader.events.length, 0);
		reader.close();
	});

	test("a place that does not exist is 400", async () => {
		const ahead = String((await suite.head()) + 1);
		for (const lastEventId of ["", "abc", "-1", "+5", "1e3", " ", "1, 2", "0x1", ahead])
			await assertRefused({ lastEventId }, 400, "INVALID");
		await assertRefused({ lastEventId: "9".repeat(19) }, 400, "INVALID");
		await assertRefused({ lastEventId: "184467440737095516160" }, 400, "INVALID");
		for (const query of ["?after=", "?after=x", `?after=${ahead}`, "?before=1"])
			await assertRefused({ query }, 400, "INVALID");
		await assertRefused({ query: "?after=1&after=1" }, 400, "INVALID");
	});
});

describe("who may", () => {
	test("nobody without a token, no role, other methods", async () => {
		await assertRefused({ token: undefined }, 401, "UNAUTHENTICATED");
		await assertRefused({ token: suite.token("stranger") }, 403, "FORBIDDEN");
		await assertRefused({ method: "POST" }, 405, "METHOD_NOT_ALLOWED");
	});

	test("each district sees its own facts and those of the state", async () => {
		const south = await open({ token: suite.token("adviser", ["14628"]) });
		const east = await open({ token: suite.token("adviser", ["14626"]) });
		const town = await open({ token: suite.token("municipality", [PIRNA]) });
		const heidenau = await advise(HEIDENAU);
		const zittau = await advise(ZITTAU);
		const pirna = await advise(PIRNA);
		const last = await advise(ZITTAU);
		await south.until(has([heidenau, pirna]));
		await east.until(has([zittau, last]));
		await town.until(has([pirna]));
		const ofReader = (reader) => reader.events.map((event) => event.data.id);
		assert.deepEqual(ofReader(south), [heidenau, pirna]);
		assert.deepEqual(ofReader(east), [zittau, last]);
		assert.deepEqual(ofReader(town), [pirna]);

		// the same from the beginning, through the ledger's replay
		for (const [scope, reader] of [
			["14628", south],
			["14626", east],
		]) {
			const token = suite.token("adviser", [scope]);
			const replayed = await open({ token, query: "?after=0" });
			await replayed.until(has(ofReader(reader)));
			const kinds = new Set(replayed.events.map((event) => event.event));
			assert.ok(kinds.has("TerritoryChanged"), "about the state");
			for (const { data } of replayed.events)
				assert.ok(data.participants.every((key) => key.startsWith(scope)));
			replayed.close();
		}
		for (const reader of [south, east, town]) reader.close();
	});

	test("an expired token ends the stream", async () => {
		const now = Math.floor(Date.now() / 1000);
		const token = suite.token("auditor", ["*"], { exp: now - 60 + 3 }); // 60 s leeway
		const expires = await open({ token });
		const stays = await open();
		assert.equal(expires.status, 200);
		await expires.untilEnd(8000);
		assert.equal(expires.broken, false);
		assert.equal(stays.ended, false);
		await assertRefused({ token }, 401, "UNAUTHENTICATED");
		stays.close();
	});
});

describe("many, slow, and what dies", () => {
	test("a slow reader is closed at the bound and comes back", async () => {
		// Facts about fifty towns are long: the bound is reached soon.
		const members = towns(50);
		const unions = await Promise.all(
			["Ahorn", "Buche", "Eiche", "Fichte", "Kiefer", "Linde", "Tanne", "Ulme"].map(
				async (tree) => {
					const body = { name: tree, registeredOn: "2009-01-01", members };
					const made = await suite.post("/participants", body, {
						token: adviser,
					});
					assert.equal(made.status, 201, made.text);
					return made.json.id;
				},
			),
		);
		const slow = await open();
		const head = Number(await slow.until((_, r) => r.lastEventId).then((r) => r.lastEventId));
		slow.pause();
		const closed = 'asskomm_sse_ended_total{why="slow"}';
		for (let sent = 0; (await suite.metric("gateway", closed)) === 0; sent += 200) {
			assert.ok(sent < SLOW_FACTS, "closed by now");
			await adviseMany(200, unions);
		}
		slow.resume();
		await slow.untilEnd();
		assertDense(slow.ids(), head + 1);
		const again = await open({ lastEventId: slow.lastEventId });
		const fact = await advise(HEIDENAU);
		await again.until(has([fact]));
		assertDense([...slow.ids(), ...again.ids()], head + 1);
		again.close();
	});

	test(`${READERS} readers get the same, one too many gets 503`, async () => {
		const readers = await Promise.all(Array.from({ length: READERS }, () => open()));
		const head = await suite.head();
		const facts = await adviseMany(40, [HEIDENAU, PIRNA, ZITTAU]);
		await Promise.all(readers.map((reader) => reader.until(has(facts))));
		for (const reader of readers) {
			assertDense(reader.ids(), head + 1);
			assert.equal(reader.events.length, facts.length);
		}
		const more = await Promise.all(Array.from({ length: 5 }, () => open()));
		await assertRefused({}, 503, "UNAVAILABLE");
		for (const reader of [...readers, ...more]) reader.close();
		const count = () => suite.metric("gateway", "asskomm_sse_readers");
		await until(async () => (await count()) === 0, "all to have left");
	});

	test("kill -9 of gateway and ledger: no gap, nothing twice", { timeout: 90_000 }, async () => {
		const first = (await suite.head()) + 1;
		const seen = [];
		let position = String(first - 1);
		let wanted = true;
		// What a browser does: comes back with the last number, whatever ended the stream.
		const following = (async () => {
			while (wanted) {
				const reader = await open({ lastEventId: position }).catch(() => undefined);
				if (reader?.status === 200) {
					await reader.until((events) => {
						seen.push(...events.splice(0));
						position = reader.lastEventId ?? position;
						if (!wanted) reader.close();
						return reader.ended;
					}, "the end", 60_000);
				} else if (reader) {
					await reader.untilEnd();
					assert.equal(reader.status, 503, reader.text);
				}
				await pause(20);
			}
		})();
		const working = adviseMany(400, [HEIDENAU, PIRNA, ZITTAU]);
		for (const name of ["gateway", "ledger", "gateway", "ledger"]) {
			await suite.kill(name);
			await suite.ready(name);
			await pause(200); // some work between two deaths
		}
		const facts = await working;
		facts.push(await advise(HEIDENAU));
		await until(() => has(facts)(seen), "all facts in the stream");
		wanted = false;
		await advise(HEIDENAU); // wakes the follower
		await following;
		assertDense(
			seen.map((event) => Number(event.id)),
			first,
		);
		assert.equal(new Set(seen.map((event) => event.data.id)).size, seen.length);
	});

	test("a ledger that was restored ends the streams", async () => {
		const reader = await open();
		const first = await advise(HEIDENAU);
		await reader.until(has([first]));
		const sql = "update ledger.head set epoch = gen_random_uuid()::text";
		execFileSync("psql", ["-qX", "-d", suite.conninfo("postgres"), "-c", sql]);
		await advise(HEIDENAU);
		await reader.untilEnd();
		assert.equal(reader.broken, false);
		assert.equal(reader.events.length, 1);
	});

	test("an orderly end ends the streams", async () => {
		const reader = await open();
		await suite.kill("gateway", "SIGTERM");
		await reader.untilEnd();
		assert.equal(reader.broken, false);
		await suite.ready("gateway");
	});
});
