// What spans rows in the registry is a constraint with a name, which the service turns into its
// refusal: one accession of a participant at a time, one council. And the only personal data.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startSql } from "./support.mjs";

let suite;
let superuser;
let registry;
let free = 14_900_000; // keys of participants that exist nowhere else

before(async () => {
	suite = await startSql();
	superuser = suite.client();
	registry = suite.service("registry");
});
after(() => suite?.stop());

const newKey = () => String(++free);
// The same aggregate after another command.
const next = (row, change) => ({ ...row, version: row.version + 1, ...change });

// ---- agreements

const accede = (participants, { signedOn = "2023-01-01", ...more } = {}) => ({
	id: randomUUID(),
	version: 1,
	status: "IN_FORCE",
	signed_on: signedOn,
	mode: "IN_PERSON",
	participants,
	accessions: participants.map((participant) => ({ participant })),
	signatories: [],
	witnesses: [],
	action_fields: [],
	contacts: [],
	...more,
});
const sign = (...rows) => registry.save("agreement.save", rows);
const ended = (row, day, status = "TERMINATED") =>
	next(row, {
		status,
		accessions: row.accessions.map((accession) => ({ ...accession, terminatedOn: day })),
	});
const OVERLAP = { sqlstate: "23P01", constraint: "accession_one_at_a_time" };

describe("accession_one_at_a_time", () => {
	test("a second accession in force is refused by this name", async () => {
		const key = newKey();
		await sign(accede([key], { signedOn: "2023-05-01" }));
		for (const signedOn of ["2023-05-01", "2024-01-01", "2020-01-01"])
			await assert.rejects(sign(accede([key], { signedOn })), OVERLAP);
	});

	test("of several participants one is enough, and nothing of the document stays", async () => {
		const [key, other] = [newKey(), newKey()];
		await sign(accede([key]));
		const both = { ...accede([other, key]), facts: [{ fact_id: randomUUID() }] };
		await assert.rejects(sign(both), OVERLAP);
		const facts = "select from ledger.pending where fact_id = $1";
		assert.deepEqual(await superuser.rows(facts, [both.facts[0].fact_id]), []);
		await sign(accede([other]));
	});

	test("in a batch the guilty row makes all fail: they are repeated one by one", async () => {
		const [key, other] = [newKey(), newKey()];
		await sign(accede([key]));
		const good = accede([other]);
		await assert.rejects(sign(good, accede([key])), OVERLAP);
		assert.deepEqual(await sign(good), [0]);
	});

	test("terminated and signed again on the same day is allowed, a day earlier is not", async () => {
		const key = newKey();
		const first = accede([key], { signedOn: "2022-01-01" });
		await sign(first);
		assert.deepEqual(await sign(ended(first, "2023-01-01")), [0]);
		await assert.rejects(sign(accede([key], { signedOn: "2022-12-31" })), OVERLAP);
		assert.deepEqual(await sign(accede([key], { signedOn: "2023-01-01" })), [0]);
	});

	test("an accession before one that exists is allowed when it ends in time", async () => {
		const key = newKey();
		await sign(accede([key], { signedOn: "2023-01-01" }));
		const past = accede([key], { signedOn: "2020-01-01", status: "TERMINATED" });
		past.accessions[0].terminatedOn = "2023-01-02";
		await assert.rejects(sign(past), OVERLAP);
		past.accessions[0].terminatedOn = "2023-01-01";
		assert.deepEqual(await sign(past), [0]);
	});

	test("withdrawn it was never in force: any day is free", async () => {
		const key = newKey();
		const first = accede([key]);
		await sign(first);
		assert.deepEqual(await sign(next(first, { status: "WITHDRAWN" })), [0]);
		const second = accede([key], { signedOn: "2022-01-01" });
		assert.deepEqual(await sign(second), [0]);
		assert.deepEqual(await sign(next(second, { status: "WITHDRAWN" })), [0]);
		const ranges = await superuser.rows(
			"select isempty(in_force) as gone from registry.accession where participant = $1",
			[key],
		);
		assert.deepEqual(ranges, [{ gone: "t" }, { gone: "t" }]);
	});

	test("a corrected day of signing must not reach into an earlier accession", async () => {
		const key = newKey();
		const first = accede([key], { signedOn: "2020-01-01" });
		await sign(first);
		await sign(ended(first, "2022-01-01"));
		const second = accede([key], { signedOn: "2023-01-01" });
		await sign(second);
		await assert.rejects(sign(next(second, { signed_on: "2021-12-31" })), OVERLAP);
		assert.deepEqual(await sign(next(second, { signed_on: "2022-01-01" })), [0]);
	});

	test("one of several ends: it may sign anew, the other may not", async () => {
		const [key, other] = [newKey(), newKey()];
		const first = accede([key, other], { signedOn: "2022-01-01" });
		await sign(first);
		const [left, right] = first.accessions;
		await sign(next(first, { accessions: [{ ...left, terminatedOn: "2022-06-01" }, right] }));
		assert.deepEqual(await sign(accede([key], { signedOn: "2022-06-01" })), [0]);
		await assert.rejects(sign(accede([other], { signedOn: "2022-06-01" })), OVERLAP);
	});

	test("two at once for the same participant: one signs, the other is told why", async () => {
		const key = newKey();
		const other = suite.service("registry");
		const results = await Promise.allSettled([
			sign(accede([key])),
			other.save("agreement.save", [accede([key])]),
		]);
		const refused = results.filter(({ status }) => status === "rejected");
		assert.equal(refused.length, 1);
		assert.match(refused[0].reason.sqlstate, /^(23P01|40P01)$/);
	});
});

describe("contacts", () => {
	const contact = () => ({
		id: randomUUID(),
		name: "Erika Mustermann",
		role: "mayor",
		organisation: "Heidenau",
		purpose: "agreement_signatory",
	});
	const find = (id) =>
		superuser.rows(
			"select name, role, organisation, purpose, to_jsonb(participants) as participants " +
				"from registry.contact where id = $1",
			[id],
		);

	test("are kept with the agreement, seen by its participants", async () => {
		const [key, kept] = [newKey(), contact()];
		await sign(accede([key], { contacts: [kept] }));
		const { id, ...rest } = kept;
		assert.deepEqual(await find(id), [{ ...rest, participants: `["${key}"]` }]);
	});

	test("of an agreement that was not written are not kept", async () => {
		const kept = contact();
		const row = accede([newKey()]);
		await sign(row);
		assert.deepEqual(await sign({ ...row, version: 5, contacts: [kept] }), []);
		assert.deepEqual(await find(kept.id), []);
	});
});

describe("council_one_per_participant", () => {
	const council = (key, status = "ACTIVE") => ({
		id: randomUUID(),
		version: 1,
		status,
		participant: { key, name: "a", kind: "MUNICIPALITY", district: "14628" },
		participants: [key],
		constituted_on: "2023-01-01",
		entries: [],
	});
	const save = (...rows) => registry.save("council.save", rows);
	const SECOND = { sqlstate: "23505", constraint: "council_one_per_participant" };

	test("a second council is refused by this name, also while the first sleeps", async () => {
		const first = council(newKey());
		await save(first);
		await assert.rejects(save(council(first.participant.key)), SECOND);
		await save(next(first, { status: "DORMANT" }));
		await assert.rejects(save(council(first.participant.key)), SECOND);
		assert.deepEqual(await save({ ...first, version: 3, status: "ACTIVE" }), [0]);
	});

	for (const status of ["DISSOLVED", "WITHDRAWN"])
		test(`one that is ${status} makes room for another`, async () => {
			const first = council(newKey());
			await save(first);
			await save(next(first, { status }));
			const second = council(first.participant.key);
			assert.deepEqual(await save(second), [0]);
			await assert.rejects(save({ ...first, version: 3 }), SECOND);
		});

	test("two for two participants in one batch", async () => {
		assert.deepEqual(await save(council(newKey()), council(newKey())), [0, 1]);
	});
});

// ---- participants

describe("what a participant has behind it", () => {
	// Its own territory: the key must mean somebody.
	const fact = (kind, on, value) => ({ factId: randomUUID(), kind, on, ...(value && { value }) });
	const LEVEL = "ParticipantCooperationLevelChanged";
	const town = (key, version, entries, withdrawn = null) => ({
		id: key,
		version,
		name: "Beispielstadt",
		kind: "MUNICIPALITY",
		district: "14628",
		participants: [key],
		contacted_on: null,
		advised_on: null,
		cooperation_level: null,
		preliminary_agreement_on: null,
		model_municipality_on: null,
		entries,
		withdrawn,
	});
	const make = async () => {
		const key = newKey();
		await superuser.rows(
			`insert into registry.party (key, name, kind, district, members, names)
			values ($1, 'Beispielstadt', 'MUNICIPALITY', '14628', array[$1], '{}')`,
			[key],
		);
		return key;
	};
	const load = async (name, values) => {
		const [{ entries }] = await registry.run(name, values, { scope: "*" });
		return entries === null ? [] : JSON.parse(entries).map(({ factId }) => factId);
	};
	const ids = (entries) => entries.map(({ factId }) => factId);

	test("a save adds what is new, writes nothing twice, and takes back what is named", async () => {
		const key = await make();
		const [first, second, third] = ["01", "03", "02"].map((month) =>
			fact("ParticipantAdvised", `2023-${month}-01`),
		);
		const save = (...row) => registry.save("participant.save", [town(key, ...row)]);
		assert.deepEqual(await save(1, [first]), [0]);
		assert.deepEqual(await save(2, [first, second]), [0]);
		assert.deepEqual(await save(3, [third]), [0]); // of the others it need not know
		assert.deepEqual(await save(3, [fact("ParticipantAdvised", "2023-01-01")]), []);
		assert.deepEqual(await load("get_participant", { key, as_of: null, today: "2023-08-09" }), ids([first, second, third]));
		assert.deepEqual(await save(4, [first], second.factId), [0]);
		assert.deepEqual(await load("get_participant", { key, as_of: null, today: "2023-08-09" }), ids([first, third]));
	});

	test("a command loads but the level that holds; a withdrawal the facts that tell what is left", async () => {
		const key = await make();
		const early = fact("ParticipantContacted", "2022-01-01");
		const late = Array.from({ length: 50 }, () => fact("ParticipantContacted", "2023-01-01"));
		const levels = [fact(LEVEL, "2023-06-01", "CLOSE"), fact(LEVEL, "2022-06-01", "LOOSE"), fact(LEVEL, "2022-07-01", "CLOSE")];
		await registry.save("participant.save", [town(key, 1, [...late, early, ...levels])]);
		assert.deepEqual(await load("participant.load", { key }), [levels[0].factId]);
		const left = (fact_id) => load("participant.withdraw", { key, fact_id });
		assert.deepEqual(await left(levels[0].factId), ids([early, ...levels]));
		assert.deepEqual(await left(late[7].factId), ids([late[7], early, levels[0], levels[1]]));
		assert.deepEqual(await left(early.factId), ids([late[0], early, levels[0], levels[1]]));
		assert.equal((await load("get_participant", { key, as_of: null, today: "2023-08-09" })).length, 20);
	});
});
