// proto/ is clean by buf's rules (proto/buf.yaml has our exceptions, each with its reason), and
// breaks nobody who built on the last release. buf reads the descriptors that the build made.
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GEN, ROOT, missing, run } from "./support.mjs";

const skip = missing("buf");
const CONFIG = ["--config", join(ROOT, "proto/buf.yaml")];
const image = (set) => `${set}#format=binpb`;
const NOW = image(join(GEN, "asskomm.descriptors"));

const git = (...words) =>
	execFileSync("git", ["-C", ROOT, ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

function lastRelease() {
	try {
		return git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*").trim();
	} catch {
		return undefined; // no tag yet, or no git
	}
}

// The descriptors of the given files ({ path: text }), in a folder that goes with the test.
function descriptors(t, files) {
	const folder = mkdtempSync(join(tmpdir(), "asskomm-lint-"));
	t.after(() => rmSync(folder, { recursive: true }));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	const set = join(folder, "set");
	execFileSync("protoc", ["-I", folder, "-I", "/usr/include", "--include_imports",
		"--include_source_info", `--descriptor_set_out=${set}`,
		...Object.keys(files).map((path) => join(folder, path))]);
	return set;
}

// proto/ as it is now, changed by `spoil`.
function changed(t, path, spoil) {
	const names = execFileSync("ls", [join(ROOT, "proto/asskomm")], { encoding: "utf8" }).trim().split("\n");
	const files = Object.fromEntries(names.map((name) =>
		[`asskomm/${name}`, readFileSync(join(ROOT, "proto/asskomm", name), "utf8")]));
	const before = files[path];
	files[path] = spoil(before);
	assert.notEqual(files[path], before);
	return descriptors(t, files);
}

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

test("buf finds a field that changed its number", { skip }, (t) => {
	const set = changed(t, "asskomm/funding.proto", (text) => text.replace("uint32 version = 2", "uint32 version = 12"));
	assert.match(breaking(image(set), NOW).text, /field "2".*deleted/);
});

const tag = lastRelease();
test("what the last release said still holds", { skip: skip || (!tag && "no release yet") }, (t) => {
	const paths = git("ls-tree", "-r", "--name-only", tag, "proto/asskomm").trim().split("\n");
	const files = Object.fromEntries(paths.map((path) =>
		[path.replace("proto/", ""), git("show", `${tag}:${path}`)]));
	const { status, text } = breaking(NOW, image(descriptors(t, files)));
	assert.equal(status, 0, `since ${tag}:\n${text}`);
});
