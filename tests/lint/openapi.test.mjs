// openapi.json is clean: no error and no warning of either linter, and each of them can find one.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GEN, HERE, missing, run } from "./support.mjs";

const API = join(GEN, "openapi.json");
const LINTERS = [
	{
		name: "redocly",
		skip: missing("redocly", [20, 19]),
		lint: (file) => run("redocly", "lint", "--format=json", `--config=${join(HERE, "redocly.yaml")}`, file),
		// Warnings do not change its status.
		isClean: ({ status, text }) => status === 0 && /"totals":\s*\{\s*"errors": 0,\s*"warnings": 0/.test(text),
	},
	{
		name: "spectral",
		skip: missing("spectral", [18, 18]),
		lint: (file) => run("spectral", "lint", "--fail-severity=hint", `--ruleset=${join(HERE, "spectral.yaml")}`, file),
		isClean: ({ status }) => status === 0,
	},
];

let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "asskomm-lint-"))));
after(() => rmSync(folder, { recursive: true }));

for (const { name, skip, lint, isClean } of LINTERS) {
	test(`${name} finds nothing`, { skip }, () => {
		const found = lint(API);
		assert.ok(isClean(found), found.text);
	});

	test(`${name} finds what is missing`, { skip }, () => {
		const { openapi, info: { title, version } } = JSON.parse(readFileSync(API, "utf8"));
		const api = { openapi, info: { title, version }, paths: {} };
		const file = join(folder, `${name}.json`);
		writeFileSync(file, JSON.stringify(api));
		assert.ok(!isClean(lint(file)));
	});
}
