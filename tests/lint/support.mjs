// The linters of the contract live in a folder of their own (tests/lint, npm ci); where it is not
// installed their tests are skipped.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
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
