// The budget of DESIGN.md 8. Function spans come from universal-ctags, the rest from the lines: a
// line with a comment on it counts as a comment line, empty lines count for nothing.
import { execFileSync } from "node:child_process";

const FUNCTION_MEDIAN_MAX = 12;
const FUNCTION_P90_MAX = 35;
const FUNCTION_MAX = 60;
const FILE_MAX = 500;
const CONDITIONALS_PER_1000_MAX = 1;
const SOURCE_COMMENTS = [10, 18]; // percent
const HEADER_COMMENTS = [40, 60];
const LINE_MAX = 100; // columns
const LONG_LINES_MAX = 0; // percent
const TAB = 8;

function percentile(sorted, share) {
	return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

// [{ path, name, line, length }] of every function with a body.
function functionsOf(files) {
	const out = execFileSync(
		"ctags-universal",
		["--languages=C", "--langmap=C:.c.h", "--kinds-C=f", "--fields=+ne", "--output-format=json",
			"-f", "-", ...files.map((file) => file.path)],
		{ encoding: "utf8", maxBuffer: 1 << 26 },
	);
	return out
		.split("\n")
		.filter((line) => line.startsWith("{"))
		.map((line) => JSON.parse(line))
		.map(({ path, name, line, end }) => ({ path, name, line, length: (end ?? line) - line + 1 }));
}

function percentOf(files, counts, all = (line) => line.text.trim() !== "") {
	const lines = files.flatMap((file) => file.lines).filter(all);
	return lines.length === 0 ? 0 : (100 * lines.filter(counts).length) / lines.length;
}

function width(text) {
	let columns = 0;
	for (const c of text) columns += c === "\t" ? TAB - (columns % TAB) : 1;
	return columns;
}

// The include guard: the first directive of a header is #ifndef X, the next is #define X.
function hasGuard(file) {
	const [first, second] = file.lines
		.map((line) => line.code.match(/^\s*#\s*(\w+)\s+(\w+)/))
		.filter((match) => match);
	return first?.[1] === "ifndef" && second?.[1] === "define" && first[2] === second[2];
}

function conditionalsPer1000(files) {
	const found = files.map((file) => {
		const conditions = file.lines.filter((line) => /^\s*#\s*if/.test(line.code)).length;
		return file.isHeader && hasGuard(file) ? conditions - 1 : conditions;
	});
	const lines = files.reduce((sum, file) => sum + file.lines.length, 0);
	return lines === 0 ? 0 : (1000 * found.reduce((a, b) => a + b, 0)) / lines;
}

export function checkBudget({ c }) {
	const findings = [];
	const row = (name, value, least, most, digits = 0) => {
		const limit = least === 0 ? `<= ${most}` : `${least} to ${most}`;
		const isKept = value >= least && value <= most;
		console.log(`  ${name.padEnd(40)} ${value.toFixed(digits).padStart(7)}   ${limit}`);
		if (!isKept) findings.push(`${name}: ${value.toFixed(digits)}, allowed is ${limit}`);
	};
	const ours = c.filter((file) => !file.isTest);
	const sources = ours.filter((file) => !file.isHeader);
	const headers = ours.filter((file) => file.isHeader);
	const functions = functionsOf(c);
	const isOurs = new Set(ours.map((file) => file.path));
	const lengths = functions
		.filter((each) => isOurs.has(each.path))
		.map((each) => each.length)
		.sort((a, b) => a - b);

	console.log(`  ${sources.length} sources, ${headers.length} headers, ${lengths.length} functions`);
	row("function, median lines", percentile(lengths, 0.5), 0, FUNCTION_MEDIAN_MAX);
	row("function, p90 lines", percentile(lengths, 0.9), 0, FUNCTION_P90_MAX);
	row("function, longest", lengths.at(-1) ?? 0, 0, FUNCTION_MAX);
	row(".c file, longest", Math.max(0, ...sources.map((file) => file.lines.length)), 0, FILE_MAX);
	row("#if per 1000 lines", conditionalsPer1000(ours), 0, CONDITIONALS_PER_1000_MAX, 2);
	row("comments in .c, %", percentOf(sources, (line) => line.hasComment), ...SOURCE_COMMENTS, 1);
	row("comments in headers, %", percentOf(headers, (line) => line.hasComment), ...HEADER_COMMENTS, 1);
	row(`lines over ${LINE_MAX} columns, %`,
		percentOf(c, (line) => width(line.text) > LINE_MAX), 0, LONG_LINES_MAX, 2);

	// The places: tests have no share of comments to keep, but the same lengths.
	for (const each of functions)
		if (each.length > FUNCTION_MAX)
			findings.push(`${each.path}:${each.line}: ${each.name} has ${each.length} lines`);
	for (const file of c)
		if (!file.isHeader && file.lines.length > FILE_MAX)
			findings.push(`${file.path}: ${file.lines.length} lines`);
	for (const file of c)
		file.lines.forEach((line, i) => {
			if (width(line.text) > LINE_MAX)
				findings.push(`${file.path}:${i + 1}: ${width(line.text)} columns`);
		});
	return findings;
}
