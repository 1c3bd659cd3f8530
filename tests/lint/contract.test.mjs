// Routes, roles, forms and answers break nobody who built on the last release. Its openapi.json is
// made from its descriptors (released.binpb), by the generator of today.
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { breaks } from "./contract.mjs";
import { GEN, HERE, ROOT, changed } from "./support.mjs";

function api(t, set) {
	const folder = mkdtempSync(join(tmpdir(), "asskomm-lint-"));
	t.after(() => rmSync(folder, { recursive: true }));
	const file = join(folder, "openapi.json");
	const style = join(ROOT, "common/generate/docs.css");
	execFileSync(join(GEN, "../generate"), ["api", set, "0.0.0", file, join(folder, "docs.html"), style]);
	return JSON.parse(readFileSync(file, "utf8"));
}

const NOW = JSON.parse(readFileSync(join(GEN, "openapi.json"), "utf8"));

// What became narrower on purpose, with the reason; the next release takes it in.
const ACCEPTED = {};

test("what the last release offered is still there, for the same people", (t) => {
	const found = breaks(api(t, join(HERE, "released.binpb")), NOW);
	assert.deepEqual(found.sort(), Object.keys(ACCEPTED).sort(),
		"Make it as wide as it was, or give the reason in ACCEPTED");
});

const YEAR = "uint32 year = 1 [(asskomm.v1.rules) = { required: true gte: 2015 lte: 2100 }]";
const DECISION = "string decided_on = 3 [(asskomm.v1.rules) = { required: true format: \"date\" }]";

// Each: what, in funding.proto, by what it is replaced, and what is said about it.
const BREAKS = [
	["a route", 'path: "/budgets/{year}/withdraw"', 'path: "/budgets/{year}/cancel"', /^POST \S+withdraw is gone$/],
	["a method", 'method: "POST" path: "/budgets/{year}/withdraw"', 'method: "PUT" path: "/budgets/{year}/withdraw"', /^POST \S+withdraw is gone$/],
	["a role", "roles: [ROLE_MINISTRY, ROLE_OPERATOR]", "roles: [ROLE_OPERATOR]", /no more for ministry$/],
	["a status", 'withdraw" roles: [ROLE_MINISTRY, ROLE_OPERATOR] success: 201', 'withdraw" roles: [ROLE_MINISTRY, ROLE_OPERATOR]', /not answered 201 any more$/],
	["a field to give", DECISION, `${DECISION};\n  string why = 4 [(asskomm.v1.rules) = { required: true }]`, /\.why must be given now$/],
	["a limit", "max_len: 500", "max_len: 100", /reason: maxLength was 500, is 100$/],
	["a bound", YEAR, YEAR.replaceAll("2015", "2020"), /minimum was 2015, is 2020$/],
	["a format", 'format: "date"', 'format: "uuid"', /decidedOn: format was date, is uuid$/],
	["a field of an answer", "uint32 year = 3;", "reserved 3;", /year is gone$/],
];
for (const [what, before, after, said] of BREAKS)
	test(`${what} that changed since the release is found`, (t) => {
		const set = changed(t, "asskomm/funding.proto", (text) => text.replace(before, after));
		const found = breaks(NOW, api(t, set));
		assert.ok(found.some((each) => said.test(each)), `${found.join("\n")}`);
	});

test("what is wider or more breaks nobody", (t) => {
	const set = changed(t, "asskomm/funding.proto", (text) => text
		.replace("max_len: 500", "max_len: 900")
		.replace("roles: [ROLE_MINISTRY, ROLE_OPERATOR]", "roles: [ROLE_MINISTRY, ROLE_OPERATOR, ROLE_AUDITOR]")
		.replace("string decided_on = 5;", "string decided_on = 5;\n  string why = 7;"));
	assert.deepEqual(breaks(NOW, api(t, set)), []);
});
