// Organisations, advisers and contacts: what is known of whom, as of any day, and who may see it.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { startSuite } from "../support/suite.mjs";

let suite;
let operator;

before(async () => {
	suite = await startSuite({ services: ["ledger", "registry", "gateway"] });
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
