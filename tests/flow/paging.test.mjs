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

test("a page that holds all has no next; a cursor that is none is refused", async () => {
	const all = await suite.get("/participants", { token });
	assert.equal(all.json.next, "");
	for (const query of ["/inbox?cursor=x", "/subscriptions?cursor=x", "/inbox?limit=501"]) {
		const reply = await suite.get(query, { token });
		assert.equal(reply.status, 400, `${query}: ${reply.text}`);
	}
});
