// Search that forgives: what people type and what must come first stands in search.json. The names
// are the real ones. That nobody finds what is out of scope is tried here, too.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { readTerritory } from "./territory.mjs";
import { startSql } from "./support.mjs";

const CASES = JSON.parse(readFileSync(new URL("search.json", import.meta.url), "utf8"));
const HEIDENAU = "14628160";
const LEIPZIG = "14713000";

let suite;
let registry;

before(async () => {
	suite = await startSql();
	registry = suite.service("registry");
	assert.deepEqual(await registry.save("territory.save", [readTerritory()]), [0]);
});
after(() => suite?.stop());

const search = (q, { kinds = [], limit = 0, scope = "*", roles = "" } = {}) =>
	registry.run("search", { q, kinds, limit, roles }, { scope, actor: "a reader" });
const ids = async (q, more) => (await search(q, more)).map(({ id }) => id);

describe("what comes first", () => {
	for (const { q, key, shows } of CASES.first)
		test(`"${q}" is ${key}`, async () => {
			const [hit] = await search(q);
			assert.equal(hit?.id, key, JSON.stringify(hit));
			if (shows) assert.equal(hit.matched, shows);
		});

	test("what is far behind the first is left out", async () => {
		assert.deepEqual(await ids("Leipzig"), [LEIPZIG, "14729"]);
		assert.ok((await search("heidnau")).length <= 5);
	});

	test("kinds and limit", async () => {
		assert.deepEqual(await ids("Leipzig", { kinds: ["DISTRICT"] }), ["14729"]);
		assert.deepEqual(await ids("Leipzig", { limit: 1 }), [LEIPZIG]);
		assert.deepEqual(await ids("Leipzig", { kinds: ["CONSORTIUM", "UNION"] }), []);
	});
});

describe("whatever is typed", () => {
	for (const q of CASES.nothing)
		test(`${JSON.stringify(q)} finds nothing`, async () => assert.deepEqual(await search(q), []));
	for (const q of CASES.harmless)
		test(`${JSON.stringify(q)} does no harm`, async () => {
			assert.ok((await search(q)).length <= 20);
			assert.equal((await search("Heidenau"))[0].id, HEIDENAU);
		});
});

describe("agreements", () => {
	const agreement = (key, name, signedOn, more = {}) => ({
		id: randomUUID(),
		version: 1,
		status: "IN_FORCE",
		signed_on: signedOn,
		mode: "IN_PERSON",
		participants: [key],
		accessions: [{ participant: key, name, district: key.slice(0, 5) }],
		signatories: [
			{ role: "mayor", organisation: name, contactId: "" },
			{ role: "station_head", organisation: `Polizeirevier ${name}`, contactId: "" },
		],
		witnesses: [],
		action_fields: [],
		contacts: [],
		...more,
	});
	const heidenau = agreement(HEIDENAU, "Heidenau", "2023-08-09");
	const leipzig = agreement(LEIPZIG, "Leipzig", "2022-03-01");
	const mistake = agreement("14628270", "Pirna", "2022-03-01", { status: "WITHDRAWN" });

	before(() => registry.save("agreement.save", [heidenau, leipzig, mistake]));

	test("are found by participant, after the participant itself", async () => {
		assert.deepEqual((await ids("heidnau")).slice(0, 2), [HEIDENAU, heidenau.id]);
		assert.deepEqual(await ids("Leipzig", { kinds: ["AGREEMENT"] }), [leipzig.id]);
	});

	test("by day, by role and by whom somebody signed for, with all words", async () => {
		const found = (q) => ids(q, { kinds: ["AGREEMENT"] });
		for (const q of ["2023-08-09", "9.8.2023", "09.08.2023", "Heidenau 9.8.2023", "Polizeirevier Heidenau"])
			assert.deepEqual(await found(q), [heidenau.id], q);
		assert.deepEqual(await found("mayor Leipzig"), [leipzig.id]);
		assert.deepEqual((await found("station_head")).sort(), [heidenau.id, leipzig.id].sort());
		assert.deepEqual(await found("Heidenau 2022-03-01"), []);
	});

	test("within the scope only, and not those that were a mistake", async () => {
		for (const scope of ["14628", HEIDENAU])
			assert.deepEqual(await ids("Leipzig 2022-03-01", { scope, kinds: ["AGREEMENT"] }), []);
		assert.deepEqual(await ids("Leipzig", { scope: "14713", kinds: ["AGREEMENT"] }), [leipzig.id]);
		assert.deepEqual(await ids("Leipzig", { scope: "", kinds: ["AGREEMENT"] }), []);
		assert.deepEqual(await ids("Pirna", { kinds: ["AGREEMENT"] }), []);
	});

	test("the register is everybody's, a consortium its members'", async () => {
		const bund = {
			id: "k-st-dtebund-silberberg",
			version: 1,
			name: "Städtebund Silberberg",
			kind: "CONSORTIUM",
			district: "14521",
			participants: ["14521020", "14521040"],
			contacted_on: null,
			advised_on: null,
			cooperation_level: null,
			preliminary_agreement_on: null,
			model_municipality_on: null,
			entries: [],
			withdrawn: null,
		};
		await registry.save("participant.save", [bund]);
		assert.deepEqual(await ids("Heidenau", { scope: "", kinds: ["MUNICIPALITY"] }), [HEIDENAU]);
		assert.equal((await ids("Staedtebund Silberberg", { scope: "14521" }))[0], bund.id);
		assert.ok(!(await ids("Staedtebund Silberberg", { scope: "14628" })).includes(bund.id));
	});
});

describe("people", () => {
	const id = randomUUID();
	const superuser = () => suite.client();
	const reads = () =>
		superuser().value("select count(*) from registry.contact_read where reader = 'a reader'");
	const people = (q, roles, scope = "14628") => ids(q, { roles, scope, kinds: ["PERSON"] });

	before(() =>
		superuser().rows(
			`insert into registry.contact (id, version, name, function, role, organisation, participant,
				purpose, legal_basis, valid_from, participants)
			values ($1, 1, 'Änne Grießbach', 'Ordnungsamt', 'coordinator', 'Heidenau', $2,
				'municipal_contact', 'PUBLIC_TASK', '2023-01-01', array[$2])`,
			[id, HEIDENAU],
		),
	);

	test("are found by those who may read contacts, and that is kept", async () => {
		for (const q of ["Griessbach", "anne griesbach", "coordinator Heidenau", "Griesbach Ordnungsamt"])
			assert.deepEqual(await people(q, "adviser"), [id], q);
		assert.equal(await reads(), "4");
		const [hit] = await search("Griesbach", { roles: "ministry", scope: "14" });
		assert.deepEqual([hit.kind, hit.name, hit.detail], ["PERSON", "Änne Grießbach", `coordinator, ${HEIDENAU}`]);
	});

	test("not by others, not beyond the scope, not once they are erased", async () => {
		const before = await reads();
		for (const roles of ["", "coach", "machine", "coach,machine"])
			assert.deepEqual(await people("Griessbach", roles), [], roles);
		assert.deepEqual(await people("Griessbach", "adviser", "14626"), []);
		await superuser().rows("update registry.contact set erased_on = '2024-01-01' where id = $1", [id]);
		assert.deepEqual(await people("Griessbach", "adviser"), []);
		assert.equal(await reads(), before);
	});
});

test("candidates come from the index, once there are more than a page of them", async () => {
	const client = suite.client("asskomm_registry");
	const [, plan] = await client.transaction([
		{ sql: "set local enable_seqscan = off", values: [] },
		{ sql: "explain select from party where search operator(meta.%>) 'heidnau'", values: [] },
	]);
	assert.match(JSON.stringify(plan), /party_search/);
	await client.close();
});
