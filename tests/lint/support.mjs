// The linters of the contract live in a folder of their own (tests/lint, npm ci); where it is not
// installed their tests are skipped.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const HERE = fileURLToPath(new URL(".", import.meta.url));
export const GEN = resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build", "gen");

// @bufbuild/buf wants the programs of all systems in the lockfile; ours are enough.
const BUF = `@bufbuild/buf-linux-${process.arch === "arm64" ? "aarch64" : process.arch}/bin/buf`;

const path = (tool) => join(HERE, "node_modules", tool === "buf" ? BUF : `.bin/${tool}`);

// Why a tool cannot run here, or false: for the option `skip` of a test. `least` is the version of
// Node that it wants.
export function missing(tool, least = [0, 0]) {
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major < least[0] || (major === least[0] && minor < least[1]))
		return `${tool} wants Node ${least.join(".")}`;
	return existsSync(path(tool)) ? false : `${tool} is not installed: cd tests/lint && npm ci`;
}

// Runs it; { status, text } with all that it printed. It asks nobody outside.
export function run(tool, ...words) {
	const done = spawnSync(path(tool), words, {
		cwd: ROOT,
		encoding: "utf8",
		env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
	});
	if (done.error) throw done.error;
	return { status: done.status, text: done.stdout + done.stderr };
}

// The descriptors of the given files ({ path: text }), in a folder that goes with the test.
export function descriptors(t, files) {
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
export function changed(t, path, spoil) {
	const names = execFileSync("ls", [join(ROOT, "proto/asskomm")], { encoding: "utf8" }).trim().split("\n");
	const files = Object.fromEntries(names.map((name) =>
		[`asskomm/${name}`, readFileSync(join(ROOT, "proto/asskomm", name), "utf8")]));
	const before = files[path];
	files[path] = spoil(before);
	assert.notEqual(files[path], before);
	return descriptors(t, files);
}
