// Runs the generator on small sources in a folder of its own.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const STYLE = join(ROOT, "common/generate/docs.css");
const GENERATE = resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build", "generate");

// A folder with the given files ({ path: text }), removed when the test `t` ends.
export function folderWith(t, files) {
	const folder = mkdtempSync(join(tmpdir(), "asskomm-generate-"));
	t.after(() => rmSync(folder, { recursive: true }));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return folder;
}

// Runs it inside the folder; { status, error }.
export function generate(folder, ...args) {
	const run = spawnSync(GENERATE, args, { cwd: folder, encoding: "utf8" });
	if (run.error) throw run.error;
	return { status: run.status, error: run.stderr };
}

// Runs it on proto files beside the suite's own options and envelope. The suite's files are on the
// path, so that asskomm/options.proto is the real one.
export function generateProto(folder, names) {
	const set = join(folder, "set");
	const protoc = spawnSync(
		"protoc",
		["-I", folder, "-I", join(ROOT, "proto"), "-I", "/usr/include", "--include_imports",
			"--include_source_info", `--descriptor_set_out=${set}`, ...names],
		{ encoding: "utf8" },
	);
	if (protoc.status !== 0) throw new Error(protoc.stderr);
	const tables = generate(folder, "tables", set, "tables.c");
	if (tables.status !== 0) return tables;
	return generate(folder, "api", set, "1.2.3", "openapi.json", "docs.html", STYLE);
}

// Compiles C text against the suite's headers and runs it; gives what it prints.
export function runC(folder, main, sources) {
	writeFileSync(join(folder, "main.c"), main);
	const compiler = spawnSync(
		"cc",
		["-std=c11", "-Wall", "-Werror", "-I", join(ROOT, "common"), "-o", "program", "main.c", ...sources],
		{ cwd: folder, encoding: "utf8" },
	);
	if (compiler.status !== 0) throw new Error(compiler.stderr);
	const run = spawnSync(join(folder, "program"), { encoding: "utf8" });
	if (run.status !== 0) throw new Error(`exit ${run.status}`);
	return run.stdout;
}

export function read(folder, path) {
	return readFileSync(join(folder, path), "utf8");
}
