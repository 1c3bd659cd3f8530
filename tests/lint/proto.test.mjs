// proto/ is clean by buf's rules (proto/buf.yaml has our exceptions, each with its reason), and
// breaks nobody who built on the last release. buf reads the descriptors that the build made.
import { test } from "node:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { GEN, HERE, ROOT, changed, missing, run } from "./support.mjs";

const skip = missing("buf");
const CONFIG = ["--config", join(ROOT, "proto/buf.yaml")];
const image = (set) => `${set}#format=binpb`;
const NOW = image(join(GEN, "asskomm.descriptors"));
// What tests/lint/release made of the last release.
const RELEASED = image(join(HERE, "released.binpb"));

const lint = (set) => run("buf", "lint", set, "--path", "asskomm", ...CONFIG);
const breaking = (set, against) => run("buf", "breaking", set, "--against", against, "--path", "asskomm", ...CONFIG);

test("buf finds nothing", { skip }, () => {
	const { status, text } = lint(NOW);
	assert.equal(status, 0, text);
});

test("buf finds a name in another case", { skip }, (t) => {
	const set = changed(t, "asskomm/funding.proto", (text) => text.replace("decided_on", "decidedOn"));
	assert.match(lint(image(set)).text, /lower_snake_case/);
});

// Each: where, what, and what buf says about it.
const BREAKS = [
	["a number", "funding", "uint32 version = 2", "uint32 version = 12", /field "2".*deleted/],
	["a type", "funding", "uint32 version = 2", "string version = 2", /changed type/],
	["a name", "funding", "uint32 version = 2", "uint32 edition = 2", /changed (name|.*json)/],
	["an rpc", "funding", "rpc SetBudget(", "rpc PutBudget(", /RPC "SetBudget".*deleted/],
];
for (const [what, name, before, now, found] of BREAKS)
	test(`buf finds ${what} that changed since the release`, { skip }, (t) => {
		const set = changed(t, `asskomm/${name}.proto`, (text) => text.replace(before, now));
		assert.match(breaking(image(set), RELEASED).text, found);
	});

test("what the last release said still holds", { skip }, () => {
	const { status, text } = breaking(NOW, RELEASED);
	assert.equal(status, 0, `${text}\nIf the last release is out of date: tests/lint/release`);
});
