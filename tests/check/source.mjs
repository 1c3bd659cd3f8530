// The files of the tree, and C files taken apart into code, comments and strings, line by line.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";

// Everything that git knows or would add: what it ignores is no part of the tree.
function listFiles() {
	const out = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
		encoding: "utf8",
		maxBuffer: 1 << 26,
	});
	return out
		.split("\0")
		.filter((path) => path !== "" && existsSync(path) && statSync(path).isFile())
		.sort();
}

// What may stand at a position of C text: a comment, a string or character, or plain code.
const PIECES =
	/\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|\n|[^\n"'/]+|[\s\S]/g;

// One entry per line: its text, the same without comments and with empty strings, the strings, and
// whether a comment stands on it.
export function takeApart(text) {
	const lines = text.split("\n").map((line) => ({
		text: line,
		code: "",
		strings: [],
		hasComment: false,
	}));
	let at = 0;
	for (const [piece] of text.matchAll(PIECES)) {
		if (piece === "\n") {
			at++;
		} else if (piece.startsWith("//") || piece.startsWith("/*")) {
			for (const part of piece.split("\n")) {
				if (part.trim() !== "") lines[at].hasComment = true;
				at++;
			}
			at--;
		} else if (piece.startsWith('"') || (piece.startsWith("'") && piece.length > 1)) {
			// The name of an included file looks like a string and must stay visible.
			const isInclude = /^\s*#\s*include\s*$/.test(lines[at].code);
			lines[at].code += isInclude ? piece : piece[0] + piece[0];
			if (!isInclude) lines[at].strings.push(piece.slice(1, -1));
			at += piece.split("\n").length - 1;
		} else {
			lines[at].code += piece;
		}
	}
	if (lines.at(-1).text === "") lines.pop();
	return lines;
}

function describe(path) {
	const lines = takeApart(readFileSync(path, "utf8"));
	return { path, lines, isHeader: path.endsWith(".h"), isTest: path.startsWith("tests/") };
}

export function readSources() {
	const files = listFiles();
	return { files, c: files.filter((path) => /\.[ch]$/.test(path)).map(describe) };
}

// Findings for each line of code that `pattern` matches.
export function grepCode(files, pattern, what) {
	const findings = [];
	for (const file of files)
		file.lines.forEach((line, i) => {
			const match = line.code.match(pattern);
			if (match) findings.push(`${file.path}:${i + 1}: ${what(match)}`);
		});
	return findings;
}

// Every #include as { path, line, name }, name with its quotes or brackets.
export function includesOf(file) {
	return file.lines.flatMap((line, i) => {
		const match = line.code.match(/^\s*#\s*include\s+([<"][^>"]+[>"])/);
		return match ? [{ path: file.path, line: i + 1, name: match[1] }] : [];
	});
}
