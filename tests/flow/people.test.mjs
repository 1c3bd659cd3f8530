// Organisations, advisers and contacts: what is known of whom, as of any day, and who may see it.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { startSuite, until } from "../support/suite.mjs";

const run = promisify(execFile);

let suite;
let operator;

before(async () => {
	suite = await startSuite({
		services: ["ledger", "registry", "gateway"],
		environment: { registry: { ASSKOMM_RETENTION_CHECK_S: "1" } },
	});
	operator = suite.token("operator");
});
after(() => suite?.stop());

const put = (path, body, token = operator) => suite.call("PUT", path, { token, body });
const codes = ({ json }) => json.items.map(({ id }) => id);

describe("organisations", () => {
	const PIRNA = {
		name: "Polizeirevier Pirna",
		kind: "POLICE_STATION",
		parent: "PD-DD",
		areas: ["14628160", "14628270"],
		seat: "Pirna",
		validFrom: "2013-01-01",
	};

	test("the territory's police directorates are there from the beginning", async () => {
		const list = await suite.get("/organisations?kind=POLICE_DIRECTORATE", { token: operator });
		assert.deepEqual(codes(list), ["PD-C", "PD-DD", "PD-GR", "PD-L", "PD-Z"]);
		assert.deepEqual(list.json.items[1].areas, ["14612", "14627", "14628"]);
		assert.equal(list.json.items[1].version, 0);
	});

	test("a station under its directorate; the same again changes nothing", async () => {
		const first = await put("/organisations/PRev-Pirna", PIRNA);
		assert.equal(first.status, 200, first.text);
		assert.equal(first.json.facts.length, 1);
		const again = await put("/organisations/PRev-Pirna", PIRNA);
		assert.deepEqual(again.json, { id: "PRev-Pirna", version: 1, facts: [] });
		const { json } = await suite.get("/organisations/PRev-Pirna", { token: operator });
		assert.deepEqual(json.areas, PIRNA.areas);
		const foreign = { ...PIRNA, areas: ["14626"] };
		const refused = await put("/organisations/PRev-Pirna", foreign);
		assert.equal(refused.status, 422, refused.text);
		assert.match(refused.json.detail, /does not lie in Polizeidirektion Dresden/);
	});

	test("who is competent for a town, as of a day", async () => {
		const of = async (query) => codes(await suite.get(`/organisations?${query}`, { token: operator }));
		assert.deepEqual(await of("area=14628160"), ["PD-DD", "PRev-Pirna"]);
		assert.deepEqual(await of("area=14628160&asOf=2012-12-31"), ["PD-DD"]);
		assert.deepEqual(await of("area=14628010"), ["PD-DD"]);
		assert.deepEqual(await of("parent=PD-DD"), ["PRev-Pirna"]);
		const page = await suite.get("/organisations?limit=4", { token: operator });
		assert.equal(page.json.next, "PD-L");
		assert.deepEqual(await of("limit=4&cursor=PD-L"), ["PD-Z", "PRev-Pirna"]);
	});

	test("a directorate can be told more of, and stays one", async () => {
		const { json } = await suite.get("/organisations/PD-DD", { token: operator });
		const body = { name: json.name, kind: json.kind, areas: json.areas, seat: json.seat };
		const told = await put("/organisations/PD-DD", { ...body, validFrom: "2013-01-01" });
		assert.equal(told.json.version, 1, told.text);
		assert.equal((await put("/organisations/PD-DD", { ...body, kind: "OTHER" })).status, 422);
	});
});

describe("advisers", () => {
	const DISTRICT = "/districts/14628/advisers";
	const assign = (...assignments) => suite.post(DISTRICT, { assignments }, { token: operator });
	const on = async (day, token = operator) =>
		(await suite.get(`/advisers?district=14628&asOf=${day}`, { token })).json.items.map(
			({ adviser, deputy }) => (deputy ? `${adviser} (deputy)` : adviser),
		);

	test("who advises a district on a day", async () => {
		assert.equal((await assign({ adviser: "mia", validFrom: "2020-01-01" })).status, 201);
		assert.equal((await assign({ adviser: "ben", validFrom: "2024-03-01" })).status, 201);
		const july = { validFrom: "2023-07-01", validUntil: "2023-07-31" };
		assert.equal((await assign({ adviser: "zoe", ...july, deputy: true })).status, 201);
		assert.deepEqual(await on("2019-12-31"), []);
		assert.deepEqual(await on("2023-07-31"), ["mia", "zoe (deputy)"]);
		assert.deepEqual(await on("2024-02-29"), ["mia"]);
		assert.deepEqual(await on("2024-03-01"), ["ben"]);
		const all = await suite.get(DISTRICT, { token: operator });
		assert.equal(all.json.assignments.length, 3);
	});

	test("two at once are refused, in a dry run too", async () => {
		const headers = { "dry-run": "true" };
		const assignments = [{ adviser: "eva", validFrom: "2022-01-01", validUntil: "2022-12-31" }];
		const reply = await suite.post(DISTRICT, { assignments }, { token: operator, headers });
		assert.equal(reply.status, 409, reply.text);
		assert.equal(reply.json.violations[0].field, "assignments[0].validFrom");
	});

	test("one by mistake is taken back", async () => {
		const back = { adviser: "zoe", validFrom: "2023-07-01", reason: "was another July" };
		const reply = await suite.post(`${DISTRICT}/withdraw`, back, { token: operator });
		assert.equal(reply.status, 201, reply.text);
		assert.deepEqual(await on("2023-07-31"), ["mia"]);
	});

	test("a municipality knows its district's adviser, others do not", async () => {
		assert.deepEqual(await on("2024-03-01", suite.token("municipality", ["14628160"])), ["ben"]);
		assert.deepEqual(await on("2024-03-01", suite.token("municipality", ["14626610"])), []);
		assert.deepEqual(await on("2024-03-01", suite.token("adviser", ["14626"])), []);
	});
});

describe("contacts", () => {
	const MARA = {
		name: "Mara Muster",
		function: "Leiterin des Ordnungsamts",
		phone: "03529 571-0",
		email: "mara.muster@example.org",
		role: "coordinator",
		participant: "Heidenau",
		purpose: "municipal_contact",
		legalBasis: "PUBLIC_TASK",
		validFrom: "2023-01-01",
	};
	const RUDI = {
		...MARA,
		name: "Rudi Revier",
		role: "station_head",
		participant: "",
		organisation: "PRev-Pirna",
	};
	const mara = randomUUID();
	const rudi = randomUUID();
	const read = (id, role, scope, sub = role) =>
		suite.get(`/contacts/${id}`, { token: suite.token(role, [scope], { sub }) });
	const readers = async (id) =>
		(await suite.get(`/contacts/${id}/readers`, { token: suite.token("auditor") })).json.items.map(
			({ reader }) => reader,
		);

	test("are recorded once, and changed", async () => {
		const adviser = suite.token("adviser", ["14628"]);
		const first = await put(`/contacts/${mara}`, MARA, adviser);
		assert.equal(first.status, 200, first.text);
		assert.equal(first.json.version, 1);
		assert.deepEqual((await put(`/contacts/${mara}`, MARA, adviser)).json.facts, []);
		const moved = await put(`/contacts/${mara}`, { ...MARA, phone: "03529 571-1" }, adviser);
		assert.equal(moved.json.version, 2);
		assert.equal((await put(`/contacts/${rudi}`, RUDI, adviser)).status, 200);
		const foreign = suite.token("adviser", ["14626"]);
		for (const id of [mara, randomUUID()])
			assert.equal((await put(`/contacts/${id}`, MARA, foreign)).status, 404);
	});

	test("are seen where they belong, by those who need them", async () => {
		assert.equal((await read(mara, "adviser", "14628")).json.name, "Mara Muster");
		assert.equal((await read(mara, "municipality", "14628160")).status, 200);
		assert.equal((await read(mara, "municipality", "14628270")).status, 404);
		assert.equal((await read(rudi, "municipality", "14628270")).status, 200);
		assert.equal((await read(rudi, "police", "14628")).status, 200);
		assert.equal((await read(rudi, "police", "14625")).status, 404);
		assert.equal((await read(mara, "coach", "14628")).status, 403);
		const list = async (query, scope) => {
			const token = suite.token("adviser", [scope]);
			return (await suite.get(`/contacts?${query}`, { token })).json.items.map(({ id }) => id);
		};
		assert.deepEqual(await list("participant=14628160", "14628"), [mara]);
		assert.deepEqual(await list("organisation=PRev-Pirna", "14628"), [rudi]);
		assert.deepEqual(await list("asOf=2022-12-31", "14628"), []);
		assert.deepEqual(await list("", "14626"), []);
	});

	test("who read them is kept; who was refused did not read", async () => {
		await read(mara, "police", "14628", "officer");
		await read(mara, "police", "14625", "stranger");
		const seen = await readers(mara);
		assert.equal(seen[0], "officer");
		assert.ok(!seen.includes("stranger"));
		const page = await suite.get(`/contacts/${mara}/readers?limit=1`, { token: suite.token("auditor") });
		const next = `/contacts/${mara}/readers?limit=1&cursor=${page.json.next}`;
		const rest = await suite.get(next, { token: suite.token("auditor") });
		assert.equal(rest.json.items[0].reader, seen[1]);
		assert.equal((await suite.get(next, { token: operator })).status, 403);
	});

	test("a signatory is one, seen where it belongs", async () => {
		const agreement = {
			accessions: ["14628160"],
			signedOn: "2023-08-09",
			mode: "IN_PERSON",
			signatories: [
				{ role: "mayor", organisation: "Heidenau", name: "Jo Mayor" },
				{ role: "station_head", organisation: "Polizeirevier Pirna", name: "Rudi Revier" },
			],
		};
		const signed = await suite.post("/agreements", agreement, { token: operator });
		assert.equal(signed.status, 201, signed.text);
		const { json } = await suite.get(`/agreements/${signed.json.id}`, { token: operator });
		const [mayor, head] = json.signatories;
		const jo = (await read(mayor.contactId, "adviser", "14628")).json;
		assert.deepEqual(
			[jo.name, jo.purpose, jo.validFrom, jo.participants],
			["Jo Mayor", "agreement_signatory", "2023-08-09", ["14628160"]],
		);
		assert.match(jo.retainUntil, /^20\d\d-08-09$/);
		assert.deepEqual((await read(head.contactId, "adviser", "14628")).json.participants, [
			"14628160",
			"14628270",
		]);
	});

	test("of an erased one nothing stays but its role", async () => {
		const erase = (id, ground) =>
			suite.post(`/contacts/${id}/erase`, { ground }, { token: operator });
		assert.equal((await erase(mara, "RETENTION_ENDED")).status, 422);
		const erased = await erase(mara, "PERSON_ASKED");
		assert.equal(erased.status, 201, erased.text);
		assert.equal(erased.json.facts.length, 1);
		assert.deepEqual((await erase(mara, "PERSON_ASKED")).json.facts, []);
		const reply = await read(mara, "adviser", "14628");
		assert.match(reply.json.name, / \(gelöscht\)$/);
		assert.doesNotMatch(reply.text, /Muster|571|example\.org|Ordnungsamt/);
		assert.equal((await put(`/contacts/${mara}`, MARA)).status, 409);
		assert.ok((await readers(mara)).includes("officer"), "who read it before is still known");
	});

	test("what is past its day is erased by the clock", async () => {
		const id = randomUUID();
		const yesterday = new Date(Date.now() - 36 * 3600 * 1000).toISOString().slice(0, 10);
		const ended = { ...MARA, purpose: "event_participant", retainUntil: "2999-01-01" };
		assert.equal((await put(`/contacts/${id}`, ended)).status, 422, "not longer than the purpose");
		assert.equal((await put(`/contacts/${id}`, { ...MARA, name: "Otto Old" })).status, 200);
		const change = `update registry.contact set retain_until = '${yesterday}' where id = '${id}'`;
		await run("psql", ["-q", "-d", suite.database, "-c", change]);
		await until(
			async () => (await read(id, "adviser", "14628")).json.erasedOn !== "",
			"the erasure by the clock",
		);
		const token = suite.token("auditor");
		const facts = await suite.get("/ledger/facts?limit=500", { token });
		const last = facts.json.items.filter(({ type }) => type.endsWith(".ContactErased")).at(-1);
		assert.ok(last, "there is proof");
	});
});
