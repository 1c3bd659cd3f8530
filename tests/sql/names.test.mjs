// What a key or a name means: the territory's own tables are imported as the service saves them, and
// asked as its rules ask. The names are the real ones, because the traps in them are.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readTerritory } from "./territory.mjs";
import { startSql } from "./support.mjs";

const CONSORTIUM = "k-0c6a3f8e-2f60-4a43-9f7e-5d5b3d0a8f11";

let suite;
let registry;
let territory;

before(async () => {
	suite = await startSql();
	registry = suite.service("registry");
	territory = readTerritory();
	assert.deepEqual(await registry.save("territory.save", [territory]), [0]);
});
after(() => suite?.stop());

// What references mean in a scope: the keys of each one's candidates.
async function resolve(references, scope = "*") {
	const [row] = await registry.run("resolve_parties", { references }, { scope });
	const resolved = JSON.parse(row.resolved);
	assert.deepEqual(
		resolved.map(({ reference }) => reference),
		references,
		"in the order of the question",
	);
	return resolved.map(({ candidates }) => candidates.map(({ key }) => key));
}

const keysOf = async (reference, scope) => (await resolve([reference], scope))[0];

describe("a name", () => {
	const meanings = [
		["Heidenau", ["14628160"]],
		["heidenau", ["14628160"]],
		["HEIDENAU", ["14628160"]],
		["Auerbach", ["14521040", "14523020"]],
		["Auerbach/Vogtl.", ["14523020"]],
		["auerbach/VOGTL.", ["14523020"]],
		["Oelsnitz", ["14521450", "14523300"]],
		["Oelsnitz/Erzgeb.", ["14521450"]],
		["Leipzig", ["14713000", "14729"]],
		["Landkreis Leipzig", ["14729"]],
		["Bautzen", ["14625", "14625020"]],
		["Bautzen / Budyšin", ["14625020"]],
		["Budyšin", ["14625020"]],
		["BUDYŠIN", ["14625020"]],
		["Landkreis Bautzen", ["14625"]],
		["Zwickau", ["14524", "14524330"]],
		["Dresden", ["14612000"]],
		["Wildenstein", ["145215405"]],
		["Görlitz", ["14626", "14626110"]],
		["GÖRLITZ", ["14626", "14626110"]],
	];
	for (const [name, keys] of meanings)
		test(`${name} is ${keys}`, async () => {
			assert.deepEqual(await keysOf(name), keys);
		});

	const unknown = ["Hamburg", "Heidena", "Heidenau ", "%", "Heidenau%", "_eidenau", "Vogtl.", "/", " / "];
	for (const name of unknown)
		test(`"${name}" is nobody`, async () => {
			assert.deepEqual(await keysOf(name), []);
		});

	test("of a partnership is nobody: it is no legal person", async () => {
		assert.deepEqual(await keysOf("Oelsnitz/Vogtl., Bösenbrunn, Eichigt und Triebel/V"), []);
	});
});

describe("a key", () => {
	test("means itself", async () => {
		for (const key of ["14628160", "14625", "145215405", "14713000"])
			assert.deepEqual(await keysOf(key), [key]);
	});

	test("means nobody when it is a part, a partnership's or an independent city's as a district", async () => {
		for (const key of ["1462816", "146281600", "145215101", "14713", "14", "14521040 ", "00000000"])
			assert.deepEqual(await keysOf(key), [], key);
	});

	test("says what it belongs to, as the message has it", async () => {
		const [row] = await registry.run("resolve_parties", { references: ["14628160"] }, { scope: "*" });
		assert.deepEqual(JSON.parse(row.resolved), [
			{
				reference: "14628160",
				candidates: [
					{ key: "14628160", name: "Heidenau", kind: "MUNICIPALITY", district: "14628" },
				],
			},
		]);
	});
});

describe("a scope", () => {
	const seen = [
		["Auerbach", "14523", ["14523020"]],
		["Auerbach", "14521040", ["14521040"]],
		["Auerbach", "14523,14521", ["14521040", "14523020"]],
		["Auerbach", "14628", []],
		["Leipzig", "14713", ["14713000"]],
		["Leipzig", "14729", ["14729"]],
		["Bautzen", "14625020", ["14625020"]],
		["Bautzen", "14625", ["14625", "14625020"]],
		["14628160", "14628", ["14628160"]],
		["14628160", "14628270", []],
		["14628160", "", []],
		["14628160", ",,", []],
		["145215405", "14521540", []],
		["145215405", "145215405", ["145215405"]],
	];
	for (const [reference, scope, keys] of seen)
		test(`"${scope}" sees of ${reference} ${keys.length === 0 ? "nobody" : keys}`, async () => {
			assert.deepEqual(await keysOf(reference, scope), keys);
		});

	test("each of several references is answered in its place, also twice the same", async () => {
		assert.deepEqual(await resolve(["Leipzig", "nobody", "14628160", "Leipzig"], "14713,14628"), [
			["14713000"],
			[],
			["14628160"],
			["14713000"],
		]);
	});

	test("no reference has no answer", async () => {
		assert.deepEqual(await resolve([]), []);
	});
});

describe("what a new aggregate is made from", () => {
	test("an agreement: each accession in its place", async () => {
		const accessions = ["Auerbach", "14628160"];
		const asked = { accessions, action_fields: ["any"], signed_on: "2023-01-01" };
		const [row] = await registry.run("agreement.new", asked, { scope: "*" });
		assert.equal(row.version, "0");
		assert.deepEqual(
			JSON.parse(row.resolved).map(({ candidates }) => candidates.length),
			[2, 1],
		);
	});

	test("a council: its participant", async () => {
		const [row] = await registry.run("council.new", { participant: "Heidenau" }, { scope: "14628" });
		assert.equal(JSON.parse(row.resolved).candidates[0].key, "14628160");
	});

	test("a participant: known, with nothing recorded", async () => {
		const [row] = await registry.run("participant.load", { key: "Heidenau" }, { scope: "14628" });
		assert.equal(row.id, "14628160");
		assert.equal(row.version, "0");
		assert.deepEqual(JSON.parse(row.participants), ["14628160"]);
		assert.equal(row.entries, null);
	});

	test("a participant whose name is ambiguous, or unknown: only what it may mean", async () => {
		for (const [key, count] of [
			["Auerbach", 2],
			["Hamburg", 0],
		]) {
			const [row] = await registry.run("participant.load", { key }, { scope: "*" });
			assert.deepEqual([row.id, row.version, row.name], [null, "0", null]);
			assert.equal(JSON.parse(row.resolved).candidates.length, count);
		}
	});
});

const consortium = {
	id: CONSORTIUM,
	version: 1,
	name: "Region Göltzschtal",
	kind: "CONSORTIUM",
	district: "14523",
	participants: ["14523020", "14521040"],
	contacted_on: null,
	advised_on: null,
	cooperation_level: null,
	preliminary_agreement_on: null,
	model_municipality_on: null,
	entries: [],
	withdrawn: null,
};

describe("a consortium", () => {
	test("has a name from its first fact on, for those who see one of its members", async () => {
		assert.deepEqual(await keysOf("Region Göltzschtal"), []);
		assert.deepEqual(await registry.save("participant.save", [consortium]), [0]);
		for (const scope of ["*", "14523", "14521040"])
			assert.deepEqual(await keysOf("region göltzschtal", scope), [CONSORTIUM], scope);
		for (const scope of ["14628", "k-", "14521510", ""])
			assert.deepEqual(await keysOf(CONSORTIUM, scope), [], scope);
	});

	test("is made of members in their places", async () => {
		const members = ["14523020", "Auerbach"];
		const [row] = await registry.run("consortium.load", { members }, { scope: "*" });
		assert.deepEqual(
			JSON.parse(row.members).map(({ candidates }) => candidates.length),
			[1, 2],
		);
	});
});

describe("find and get", () => {
	const page = (name, scope, cursor = null, limit = 0) =>
		registry.run("find_participants", { name, cursor, limit, as_of: null, today: "2026-01-01" }, { scope });
	const find = async (name, scope = "") => (await page(name, scope)).map(({ key }) => key);

	test("everybody finds by name or key: the register is public", async () => {
		assert.deepEqual(await find("Leipzig"), ["14713000", "14729"]);
		assert.deepEqual(await find("14628160"), ["14628160"]);
		assert.deepEqual(await find("nobody"), []);
	});

	test("but a consortium only who sees one of its members", async () => {
		for (const name of [CONSORTIUM, "Region Göltzschtal"]) {
			assert.deepEqual(await find(name, "14521040"), [CONSORTIUM], name);
			for (const scope of ["", "14628"]) assert.deepEqual(await find(name, scope), [], name);
		}
	});

	test("without a name: those with a fact, in the scope", async () => {
		const heidenau = {
			...consortium,
			id: "14628160",
			name: "Heidenau",
			kind: "MUNICIPALITY",
			district: "14628",
			participants: ["14628160"],
			advised_on: "2022-05-01",
			cooperation_level: "CLOSE",
			entries: [{ factId: randomUUID(), kind: "ParticipantAdvised", on: "2022-05-01" }],
		};
		assert.deepEqual(await registry.save("participant.save", [heidenau]), [0]);
		assert.deepEqual(await find(null, "*"), ["14628160", CONSORTIUM]);
		assert.deepEqual(await find(null, "14628"), ["14628160"]);
		assert.deepEqual(await find(null, "14729"), []);
		assert.deepEqual(await find(null, ""), []);
	});

	test("in pages: what follows the cursor, until none is told", async () => {
		const name = "Leipzig";
		const [first, ...none] = await page(name, "", null, 1);
		assert.deepEqual([first.key, first.next, none], ["14713000", "14713000", []]);
		const rest = await page(name, "", first.next, 2);
		assert.deepEqual(
			rest.map(({ key, next }) => [key, next]),
			[["14729", null]],
		);
	});

	test("one participant as it stands, in the scope only", async () => {
		const get = (key, scope) => registry.run("get_participant", { key, as_of: null, today: "2026-01-01" }, { scope });
		const [row] = await get("14628160", "14628");
		assert.equal(row.version, "1");
		assert.equal(row.advised_on, "2022-05-01");
		assert.equal(row.cooperation_level, "CLOSE");
		assert.deepEqual(await get("14628160", "14627"), []);
		assert.deepEqual(await get("14628160", ""), []);
		assert.deepEqual(await get("Heidenau", "*"), []);
		const [bare] = await get("14713000", "14713");
		assert.deepEqual([bare.version, bare.name, bare.entries], ["0", "Leipzig", null]);
	});
});

describe("the territory imported again", () => {
	test("renames who can take part; the old name is forgotten", async () => {
		const municipalities = territory.municipalities.map((row) =>
			row.ags8 === "14628160" ? { ...row, name: "Heidenau-Dohna" } : row,
		);
		const next = { ...territory, version: 2, municipalities };
		assert.deepEqual(await registry.save("territory.save", [next]), [0]);
		assert.deepEqual(await keysOf("Heidenau"), []);
		assert.deepEqual(await keysOf("heidenau-dohna"), ["14628160"]);
		assert.deepEqual(await keysOf("Region Göltzschtal"), [CONSORTIUM], "consortia stay");
	});

	test("of a stale version changes nothing", async () => {
		assert.deepEqual(await registry.save("territory.save", [{ ...territory, version: 2 }]), []);
		assert.deepEqual(await keysOf("Heidenau"), []);
	});

	test("is read as it was saved", async () => {
		const [row] = await registry.run("territory.load", {
			lands: territory.lands,
			status_date: territory.status_date,
		});
		assert.equal(row.version, "2");
		assert.deepEqual([row.before, row.after], [null, null]);
		const same = JSON.parse(row.same);
		assert.deepEqual(same.lands, [{ ...territory.lands[0], statusDate: "2023-11-30" }]);
		assert.deepEqual(same.districts, territory.districts);
		assert.equal(same.municipalities.length, 418);
		assert.deepEqual(same.policeDirectorates, territory.police_directorates);
	});
});

describe("two registers", () => {
	const succession = (predecessor) => ({
		predecessor,
		successor: "14522275",
		effectiveOn: "2023-01-01",
		factId: "5f0c2c6e-0000-4000-8000-000000000001",
	});
	const days = async (key) => {
		const [{ resolved }] = await registry.run("resolve_parties", { references: [key] }, { scope: "*" });
		const [{ candidates }] = JSON.parse(resolved);
		const { validFrom, validUntil, successor } = candidates[0];
		return [validFrom, validUntil, successor];
	};

	test("the earlier may come second: who was valid when follows from both", async () => {
		assert.deepEqual(await days("14522275"), [undefined, undefined, undefined]);
		const earlier = readTerritory("GV100AD_301121_sachsen.txt", {
			version: 3,
			successions: [succession("14522450"), succession("14522620")],
		});
		assert.deepEqual(await registry.save("territory.save", [earlier]), [0]);
		assert.deepEqual(await days("14522275"), ["2023-01-01", undefined, undefined]);
		assert.deepEqual(await days("14522450"), [undefined, "2022-12-31", "14522275"]);
		assert.deepEqual(await days("14628160"), [undefined, undefined, undefined]);
	});

	test("a name is that of the day, and every name is found", async () => {
		const on = async (as_of) => {
			const [row] = await registry.run("get_participant", { key: "14625060", as_of, today: "2026-01-01" }, { scope: "*" });
			return row.name;
		};
		assert.equal(await on("2020-01-01"), "Burkau");
		assert.equal(await on("2023-11-29"), "Burkau");
		assert.equal(await on("2023-11-30"), "Burkau / Porchow");
		assert.equal(await on(null), "Burkau / Porchow");
		assert.deepEqual(await keysOf("Porchow"), ["14625060"]);
		assert.deepEqual(await keysOf("Ostrau"), ["14522450"]);
	});

	test("added up on each side of the merger", async () => {
		const count = async (as_of) => {
			const [{ lands }] = await registry.run("get_territory", { as_of, today: "2026-01-01" });
			return JSON.parse(lands)[0].municipalities;
		};
		assert.equal(await count("2022-12-31"), 419);
		assert.equal(await count("2023-01-01"), 418);
	});
});
