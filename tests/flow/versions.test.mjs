// Two people at the same form, and clients that keep what they have read: ETag, If-Match,
// If-None-Match.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

const TOWN = "/participants/14628160";
let suite;
let token;

before(async () => {
	suite = await startSuite();
	token = suite.token("adviser", ["14628"]);
	const first = await advise("2021-03-01");
	assert.equal(first.status, 201, first.text);
	await counted(first);
});
after(() => suite?.stop());

const advise = (day, headers = {}) =>
	suite.post(`${TOWN}/advice`, { advisedOn: day, topic: "talk" }, { token, headers });
// Waits until the monitor has counted a fact: from then on its answers stay as they are.
const counted = (reply) => suite.get(`/figures?afterFact=${reply.json.facts[0]}`, { token });
const read = (headers = {}) => suite.get(TOWN, { token, headers });

// The version that a tag names.
const versionOf = (tag) => Number(/^"(\d+)-[0-9a-f]{20}"$/.exec(tag)[1]);

test("what has a version is tagged with it, answers to commands too", async () => {
	const town = await read();
	assert.equal(versionOf(town.headers.get("etag")), town.json.version);
	assert.equal(town.headers.get("cache-control"), "private, no-cache");
	const done = await advise("2021-04-01");
	assert.equal(versionOf(done.headers.get("etag")), done.json.version);
});

test("304 never hides what changes without a fact: the day, the language", async () => {
	const asked = await suite.post("/coachings", { participant: TOWN.split("/").at(-1), requestedOn: "2021-01-04" }, { token });
	assert.equal(asked.status, 201, asked.text);
	const path = `/coachings/${asked.json.id}`;
	const ask = (headers) => suite.get(path, { token, headers });
	const english = await ask({ "accept-language": "en" });
	const tag = english.headers.get("etag");
	const german = await ask({ "accept-language": "de", "if-none-match": tag });
	assert.notEqual(english.text, "");
	assert.equal(german.status, 200, "health is told in the reader's language");
	assert.equal(german.json.version, english.json.version);
	assert.notEqual(german.text, english.text);
	assert.notEqual(german.headers.get("etag"), tag);
	// both are tags of the same version
	const done = { "if-match": german.headers.get("etag") };
	const clarified = await suite.post(`${path}/clarify`, { clarifiedOn: "2021-02-01" }, { token, headers: done });
	assert.equal(clarified.status, 201, clarified.text);
});

test("the first form of all has a version, too", async () => {
	const first = "/participants/14628270";
	const form = (headers) =>
		suite.post(`${first}/advice`, { advisedOn: "2021-03-01" }, { token, headers });
	const tag = (await suite.get(first, { token })).headers.get("etag");
	assert.equal(versionOf(tag), 0);
	assert.equal((await form({ "if-match": tag, "if-none-match": "*" })).status, 400);
	assert.equal((await form({ "if-none-match": tag })).status, 400);
	const done = await form({ "if-match": tag });
	assert.equal(done.status, 201, done.text);
	for (const headers of [{ "if-match": tag }, { "if-match": '"0"' }, { "if-none-match": "*" }]) {
		const late = await form(headers);
		assert.equal(late.status, 412, late.text);
		assert.match(late.json.detail, /there already/);
	}
	const other = "/participants/14628110/advice";
	const fresh = await suite.post(other, { advisedOn: "2021-03-01" }, { token, headers: { "if-none-match": "*" } });
	assert.equal(fresh.status, 201, fresh.text);
});

test("If-Match: a version alone, and a tag that a compressing proxy made weak", async () => {
	for (const tagged of [(tag) => `"${versionOf(tag)}"`, (tag) => `W/${tag}`]) {
		const tag = tagged((await read()).headers.get("etag"));
		assert.equal((await advise("2021-04-02", { "if-match": tag })).status, 201, tag);
		assert.equal((await advise("2021-04-03", { "if-match": tag })).status, 412, tag);
	}
});

test("If-Match: the first of two wins, the other is told to read again", async () => {
	const tag = (await read()).headers.get("etag");
	const first = await advise("2021-05-01", { "if-match": tag });
	assert.equal(first.status, 201, first.text);
	const second = await advise("2021-06-01", { "if-match": tag });
	assert.equal(second.status, 412, second.text);
	assert.equal(second.json.code, "PRECONDITION");
	assert.match(second.json.detail, /read it again/);
	assert.equal(versionOf((await read()).headers.get("etag")), first.json.version);
});

test("a repeated command is answered as before, whatever the version is now", async () => {
	const tag = (await read()).headers.get("etag");
	const headers = { "if-match": tag, "idempotency-key": "same" };
	const first = await advise("2021-07-01", headers);
	const again = await advise("2021-07-01", headers);
	assert.equal(first.status, 201, first.text);
	assert.equal(again.text, first.text);
});

test("If-Match: * is any version; anything but one tag of ours is 400", async () => {
	assert.equal((await advise("2021-08-01", { "if-match": "*" })).status, 201);
	for (const value of ["3", '"x"', '"1", "2"', 'W/1', '"01"', '"1-"', '"1-ab"', '"1-zzzzzzzzzzzzzzzzzzzz"', '"', '""', '"99999999999"']) {
		const reply = await advise("2021-09-01", { "if-match": value });
		assert.equal(reply.status, 400, `${value}: ${reply.text}`);
		assert.equal(reply.json.violations[0].field, "If-Match");
	}
});

test("what a client has is not sent again", async () => {
	await counted(await advise("2021-11-01"));
	for (const path of [TOWN, "/figures?asOf=2023-08-09", "/press-text?asOf=2023-08-09"]) {
		const first = await suite.get(path, { token });
		assert.equal(first.status, 200, first.text);
		const tag = first.headers.get("etag");
		const same = await suite.get(path, { token, headers: { "if-none-match": tag } });
		assert.equal(same.status, 304, path);
		assert.equal(same.text, "");
		assert.equal(same.headers.get("etag"), tag);
		const other = await suite.get(path, { token, headers: { "if-none-match": '"other"' } });
		assert.equal(other.status, 200, path);
	}
	const tag = (await read()).headers.get("etag");
	await advise("2021-10-01");
	assert.equal((await read({ "if-none-match": tag })).status, 200);
});
