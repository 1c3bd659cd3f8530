// What must not stand in the tree, and why.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { grepCode } from "./source.mjs";

// They write without a limit, keep hidden state, hide errors, or start a shell.
const BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "atoi", "atol", "atoll", "atof", "gets",
	"strtok", "system", "popen", "alloca"];

const SQL =
	/\b(select\b[\s\S]*\bfrom\s+\w|insert\s+into\s+\w|update\s+[\w.]+\s+set\s|delete\s+from\s+\w|(create|alter|drop)\s+(table|schema|role|function|policy|index)\s+\w)/i;

const TOP_LEVEL = new Set(["services", "proto", "common", "deploy", "tests", "CMakeLists.txt",
	"README.md", "LICENSE", "publiccode.yml"]);

const shipped = ({ c }) => c.filter((file) => !file.isTest);

// Adjacent strings are one string to the compiler: a statement may be spread over lines.
export function checkSql(sources) {
	return shipped(sources).flatMap((file) => {
		const findings = [];
		let start = 0;
		let joined = "";
		file.lines.forEach((line, i) => {
			if (joined === "") start = i;
			joined += line.strings.join(" ") + " ";
			if (/^\s*("")*\s*$/.test(line.code) && line.strings.length > 0) return;
			if (SQL.test(joined))
				findings.push(`${file.path}:${start + 1}: SQL belongs into a .sql file`);
			joined = "";
		});
		return findings;
	});
}

// libzmq 4.3.4 aborts the process with them.
export function checkHeartbeat({ c }) {
	return grepCode(c, /\bZMQ_HEARTBEAT\w*/, (match) => match[0]);
}

export function checkBanned({ c }) {
	const pattern = new RegExp(`(?<![\\w.>])(${BANNED.join("|")})\\s*\\(`);
	return grepCode(c, pattern, (match) => `${match[1]}() is banned`);
}

// A reason stands on the same line or on the one before.
export function checkSuppressions({ files, c }) {
	const inCode = c.flatMap((file) =>
		file.lines.flatMap((line, i) =>
			/#\s*pragma\s+(GCC|clang)\s+diagnostic\s+ignored/.test(line.code) &&
			!line.hasComment &&
			!file.lines[i - 1]?.hasComment
				? [`${file.path}:${i + 1}: ${line.code.trim()}`]
				: [],
		),
	);
	const inBuild = files
		.filter((path) => /(CMakeLists\.txt|\.cmake)$/.test(path))
		.flatMap((path) => {
			const lines = readFileSync(path, "utf8").split("\n");
			return lines.flatMap((line, i) =>
				/-Wno-/.test(line) && !line.includes("#") && !/^\s*#/.test(lines[i - 1] ?? "")
					? [`${path}:${i + 1}: ${line.trim()}`]
					: [],
			);
		});
	return [...inCode, ...inBuild];
}

export function checkFormat({ c }) {
	if (c.length === 0) return [];
	const run = spawnSync("clang-format-14",
		["--dry-run", "--Werror", ...c.map((file) => file.path)],
		{ encoding: "utf8", maxBuffer: 1 << 26 });
	if (run.error) return [`clang-format-14 does not run: ${run.error.message}`];
	const dirty = [...run.stderr.matchAll(/^([^:\n]+):(\d+):\d+: error: code should be/gm)];
	const first = new Map(dirty.reverse().map(([, path, line]) => [path, line]));
	const findings = [...first].map(([path, line]) => `${path}:${line}: clang-format-14 -i ${path}`);
	return run.status !== 0 && findings.length === 0 ? [run.stderr.trim()] : findings.sort();
}

export function checkGenerated({ files }) {
	return files.filter((path) => /\.(pb-c\.[ch]|gen\.[ch])$/.test(path));
}

// An install must ask the registry that the machine is set up for.
export function checkLockfile({ files }) {
	return files
		.filter((path) => path.endsWith("package-lock.json"))
		.flatMap((path) =>
			[...readFileSync(path, "utf8").matchAll(/"resolved"|https?:\/\/[^"\s]+/g)]
				.filter(([found]) => !/funding|opencollective|github\.com\/sponsors/.test(found))
				.map(([found]) => `${path}: ${found}`),
		);
}

export function checkTopLevel({ files }) {
	const names = new Set(files.map((path) => path.split("/")[0]));
	return [...names]
		.filter((name) => !TOP_LEVEL.has(name) && !name.startsWith("."))
		.map((name) => `${name} does not belong there`);
}
