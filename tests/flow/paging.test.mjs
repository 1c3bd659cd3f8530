// Lists come in pages with a stable order: no item twice, none left out, also while others are added.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

const TOWNS = ["14628160", "14628270", "14628010", "14628020", "14628030", "14628040", "14628050"];
let suite;
let token;
let last;

const sign = (key) =>
	suite.post(
		"/agreements",
		{
			accessions: [key],
			signedOn: "2023-08-09",
			mode: "IN_PERSON",
			signatories: [{ role: "mayor", organisation: key }],
		},
		{ token },
	);

before(async () => {
	suite = await startSuite();
	token = suite.token("adviser", ["14628"]);
	for (let n = 0; n < 3; n++) await suite.post("/subscriptions", {}, { token });
	for (const key of TOWNS) {
		const advised = { advisedOn: "2023-01-01", topic: "talk" };
		await suite.post(`/participants/${key}/advice`, advised, { token });
		const reply = await sign(key);
		assert.equal(reply.status, 201, reply.text);
		last = reply.json.facts[0];
	}
	await suite.get(`/inbox?afterFact=${last}`, { token });
	await suite.get(`/figures?afterFact=${last}`, { token });
});
after(() => suite?.stop());

async function walk(path, name) {
	const seen = [];
	let cursor = "";
	do {
		const query = `${path}${path.includes("?") ? "&" : "?"}limit=3${cursor && `&cursor=${cursor}`}`;
		const page = await suite.get(query, { token });
		assert.equal(page.status, 200, page.text);
		assert.ok(page.json.items.length <= 3);
		seen.push(...page.json.items.map((item) => item[name]));
		cursor = page.json.next;
		assert.ok(seen.length <= 30, "it ends");
	} while (cursor !== "");
	assert.equal(new Set(seen).size, seen.length, "none twice");
	return seen;
}

test("participants by key", async () => {
	assert.deepEqual(await walk("/participants", "key"), [...TOWNS].sort());
});

test("the inbox, newest first", async () => {
	const seen = (await walk("/inbox", "seq")).map(Number);
	assert.equal(seen.length, TOWNS.length);
	assert.deepEqual(seen, [...seen].sort((a, b) => b - a));
});

test("subscriptions, and what is behind a figure", async () => {
	assert.equal((await walk("/subscriptions", "id")).length, 3);
	const facts = await walk("/figures/agreements/facts?asOf=2023-08-09", "participant");
	assert.deepEqual(facts, TOWNS);
});

test("agreements in the order of signing, also by district and participant", async () => {
	assert.equal((await walk("/agreements?asOf=2023-08-09", "id")).length, TOWNS.length);
	const of = async (query) => (await suite.get(`/agreements?${query}`, { token })).json.items;
	assert.equal((await of("asOf=2023-08-08")).length, 0);
	assert.equal((await of("district=14628&status=IN_FORCE")).length, TOWNS.length);
	assert.equal((await of("district=14626")).length, 0);
	const [heidenau] = await of("participant=14628160");
	assert.deepEqual(heidenau.participants, ["14628160"]);
});

test("lists tell a day as it was: an end is not known before its day", async () => {
	const [heidenau] = (await suite.get("/agreements?participant=14628160", { token })).json.items;
	const council = await suite.post(
		"/councils",
		{ participant: "14628160", constitutedOn: "2023-02-01" },
		{ token },
	);
	const changed = { change: "DORMANT", changedOn: "2024-03-01" };
	await suite.post(`/councils/${council.json.id}/change`, changed, { token });
	const ended = { terminatedOn: "2024-06-30", reason: "moved on" };
	const reply = await suite.post(`/agreements/${heidenau.id}/terminate`, ended, { token });
	assert.equal(reply.status, 201, reply.text);
	for (const [path, day, status] of [
		[`/agreements/${heidenau.id}`, "2024-06-29", "IN_FORCE"],
		[`/agreements/${heidenau.id}`, "2024-06-30", "TERMINATED"],
		[`/councils/${council.json.id}`, "2024-02-29", "ACTIVE"],
		[`/councils/${council.json.id}`, "2024-03-01", "DORMANT"],
	]) {
		const then = (await suite.get(`${path}?asOf=${day}`, { token })).json;
		assert.equal(then.status, status, `${path} ${day}`);
		const list = path.replace(/\/[^/]*$/, "");
		const listed = await suite.get(`${list}?asOf=${day}&participant=14628160`, { token });
		assert.deepEqual(listed.json.items, [then]);
		const others = await suite.get(`${list}?asOf=${day}&status=${status}`, { token });
		assert.ok(others.json.items.some((item) => item.id === then.id));
	}
	assert.equal((await suite.get(`/councils/${council.json.id}?asOf=2023-01-31`, { token })).status, 404);
});

test("a page that holds all has no next; a cursor that is none is refused", async () => {
	const all = await suite.get("/participants", { token });
	assert.equal(all.json.next, "");
	for (const query of ["/inbox?cursor=x", "/subscriptions?cursor=x", "/inbox?limit=501", "/agreements?cursor=x", "/councils?cursor=2023-01-01_x"]) {
		const reply = await suite.get(query, { token });
		assert.equal(reply.status, 400, `${query}: ${reply.text}`);
	}
});
