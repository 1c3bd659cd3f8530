// CSV files of organisations, advisers and contacts: all or nothing, each fault with its place, and the
// same file again changes nothing.
import { after, before as beforeAll, test } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { startSuite } from "../support/suite.mjs";

let suite;

beforeAll(async () => {
	suite = await startSuite({ services: ["ledger", "registry", "gateway"] });
});
after(() => suite?.stop());

function file(name, ...lines) {
	const path = suite.path(name);
	writeFileSync(path, lines.join("\r\n"));
	return path;
}
// What the command line said, whatever it thinks of the file.
async function load(what, path, ...options) {
	try {
		const stdout = await suite.asskomm("import", what, path, "--json", ...options);
		return { code: 0, ...JSON.parse(stdout) };
	} catch (error) {
		if (error.code === undefined || !error.stdout) throw error;
		return { code: error.code, ...JSON.parse(error.stdout) };
	}
}
// All that a file of organisations could change, with its versions.
const known = () => get("/organisations?limit=1000");
const get = async (path) => (await suite.get(path, { token: suite.token("auditor") })).json;

const STATIONS = [
	"\ufeffcode;name;kind;parent;areas;seat;valid_from",
	'PRev-Pirna;"Polizeirevier ""Pirna""";police_station;PD-DD;14628160 14628270;Pirna;2013-01-01',
	"Office-West;Außenstelle;office;Min-X;;;",
	"Min-X;Ministerium;MINISTRY;;;;",
];

test("a dry run says what would change, and leaves nothing", async () => {
	const before = await known();
	const said = await load("organisations", file("stations.csv", ...STATIONS), "--dry-run");
	assert.deepEqual(said, { code: 0, lines: 3, changes: 3, applied: false, errors: [] });
	assert.deepEqual(await known(), before);
	assert.equal((await get("/organisations?kind=POLICE_STATION")).items.length, 0);
});

test("a file is loaded once, whatever the order of its lines; a changed line updates", async () => {
	const path = file("stations.csv", ...STATIONS);
	assert.equal((await load("organisations", path)).changes, 3);
	const before = await known();
	assert.deepEqual(await load("organisations", path), {
		code: 0,
		lines: 3,
		changes: 0,
		applied: true,
		errors: [],
	});
	assert.deepEqual(await known(), before);
	assert.equal((await get("/organisations/PRev-Pirna")).name, 'Polizeirevier "Pirna"');
	assert.equal((await get("/organisations/Office-West")).parent, "Min-X");
	const moved = STATIONS.map((line) => line.replace(";Pirna;", ";Heidenau;"));
	assert.equal((await load("organisations", file("moved.csv", ...moved))).changes, 1);
	assert.equal((await get("/organisations/PRev-Pirna")).seat, "Heidenau");
	assert.equal((await load("organisations", path)).changes, 1, "and back again");
	assert.equal((await get("/organisations/PRev-Pirna")).seat, "Pirna");
});

test("one fault refuses the file, and all faults are told", async () => {
	const before = await known();
	const path = file(
		"faults.csv",
		...STATIONS,
		"PRev-A;Revier;police_station;PD-DD;14626;;",
		"PRev-B;Revier;police_station;PD-X;;;",
		"PRev-C;Revier;castle;;;;",
		"PRev D;Revier;other;;;;2024-02-30",
		"Good-One;Gut;other;;;;",
	);
	const said = await load("organisations", path);
	assert.equal(said.code, 1);
	assert.deepEqual(
		said.errors.map(({ line, column, name }) => [line, column, name]).sort(),
		[
			[5, 5, "areas"],
			[6, 4, "parent"],
			[7, 3, "kind"],
			[8, 1, "code"],
			[8, 7, "valid_from"],
		],
	);
	assert.deepEqual(await known(), before);
	const hostile = ["code;name;kind", "A;\u0000;other"];
	assert.equal((await load("organisations", file("nul.csv", ...hostile))).errors[0].line, 2);
	const open = ["code;name;kind", 'A;"never;other'];
	assert.match((await load("organisations", file("open.csv", ...open))).errors[0].message, /never ends/);
	assert.deepEqual(await known(), before);
});

test("advisers: overlaps are found in the file, too", async () => {
	const header = "district,adviser,valid_from,valid_until,deputy";
	const good = [header, "14628,mia,2020-01-01,,", "14628,ben,2024-03-01,,", "14627,zoe,2020-01-01,,no"];
	const said = await load("advisers", file("advisers.csv", ...good));
	assert.equal(said.code, 0, JSON.stringify(said));
	assert.equal(said.changes, 3);
	assert.equal((await load("advisers", file("advisers.csv", ...good))).changes, 0);
	const both = [...good, "14626,mia,2020-01-01,2020-12-31,", "14626,ben,2020-06-01,,"];
	const { errors } = await load("advisers", file("both.csv", ...both));
	assert.deepEqual(
		errors.map(({ line, name }) => [line, name]),
		[[6, "valid_from"]],
	);
});

test("contacts: by a reference of one's own, and nobody's name is anywhere else", async () => {
	const header =
		"reference;name;function;phone;email;role;organisation;participant;purpose;legal_basis;valid_from";
	const line = (reference, name, participant) =>
		`${reference};${name};Leitung;1;a@example.org;coordinator;;${participant};municipal_contact;public_task;2024-01-01`;
	const path = file("contacts.csv", header, line("h-1", "CANARY CSV", "Heidenau"), line("p-1", "Bo", "14628270"));
	assert.equal((await load("contacts", path)).changes, 2);
	assert.equal((await load("contacts", path)).changes, 0);
	const { items } = await get("/contacts?participant=14628160");
	assert.equal(items[0].name, "CANARY CSV");
	const wrong = file("wrong.csv", header, line("x-1", "CANARY CSV", "Nirgendwo"));
	const { errors } = await load("contacts", wrong);
	assert.deepEqual([errors[0].line, errors[0].name], [2, "participant"]);
	const erased = await suite.post(
		`/contacts/${items[0].id}/erase`,
		{ ground: "PERSON_ASKED" },
		{ token: suite.token("operator") },
	);
	assert.equal(erased.status, 201, erased.text);
	const again = await load("contacts", path);
	assert.equal(again.code, 1, "who was erased does not come back");
	assert.deepEqual([again.errors[0].line, again.errors[0].name], [2, "reference"]);
	for (const service of ["registry", "gateway", "ledger"])
		assert.doesNotMatch(suite.logOf(service).join("\n"), /CANARY/);
	const facts = await suite.get("/ledger/facts?limit=500", { token: suite.token("auditor") });
	for (const [, text] of facts.text.matchAll(/"([A-Za-z0-9+/]{8,}={0,2})"/g))
		assert.doesNotMatch(Buffer.from(text, "base64").toString("latin1"), /CANARY/);
});
