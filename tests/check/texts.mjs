// Every text that people read when a request fails has a German one, and every German one is used.
// xgettext finds the texts in the code; msgfmt compares the arguments of the two.
//
// To add a function that takes a text: a row in SPEAKERS with the place of the text among its
// arguments, beginning with 1. Its own call of another one then puts the text in by say_text().
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SPEAKERS = new Map(Object.entries({
	TEXT: 1,
	say: 2,
	refuse: 5,
	failure_new: 3,
	failure_add: 5,
	X: 4, // the titles in core/failure.h
	complain: 4, // core/validate.c, core/reflect_json.c
	refuse_run: 3, // runtime/query.c
	answer_failure: 3, // runtime/command.c
	send_refusal: 5, // runtime/bus_server.c
	fail: 3, // runtime/bus_client.c
	invalid: 5, // gateway/input.c
	headers_bad: 3, // gateway/headers.c
	bad_position: 3, // gateway/stream.c
}));

// Here functions of the same names speak to operators, or to nobody.
const SILENT =
	/^(tests|common\/generate|common\/runtime\/db\w*\.|services\/asskomm\/(counters|territory)\.)/;

const BUILD = join(process.env.ASSKOMM_BUILD ?? "build", "gen/asskomm");
const GENERATED = (existsSync(BUILD) ? readdirSync(BUILD) : [])
	.filter((name) => name.endsWith(".pb-c.c"))
	.map((name) => readFileSync(join(BUILD, name), "utf8"));

const FOLDER = "common/texts/de/";
const LABEL = /say_label\([^,]*,\s*&(\w+)__descriptor/g;
const STRING = /"(?:\\.|[^"\\])*"/g;

function unquote(text) {
	return (text.match(STRING) ?? []).map((part) => JSON.parse(part)).join("");
}

// A label's key has its enum before it, as gettext has it.
function keyOf(english, context) {
	return context === undefined ? english : `${context}|${english}`;
}

// The entries of a .po or .pot file: { key, german, at, isFuzzy, isFormat }; the head is none.
function parsePo(text, path) {
	return text.split(/\n\n+/).flatMap((block) => {
		const part = (name) => block.match(new RegExp(`^${name} ((?:".*"(?:\\n|$))+)`, "m"))?.[1];
		const english = unquote(part("msgid") ?? "");
		if (english === "") return [];
		const context = part("msgctxt");
		return [{
			key: keyOf(english, context && unquote(context)),
			german: unquote(part("msgstr") ?? ""),
			at: block.match(/^#: (.*?)( |$)/m)?.[1] ?? path,
			isFuzzy: /^#,.*\bfuzzy\b/m.test(block),
			isFormat: /^#,.*\bc-format\b/m.test(block),
		}];
	});
}

// ---- what the code says

function lineOf(text, index) {
	return text.slice(0, index).split("\n").length;
}

function codeOf(file) {
	return file.lines.map((line) => line.code).join("\n");
}

function xgettext(files) {
	const keywords = [...SPEAKERS].flatMap(([name, place]) => [
		`--keyword=${name}:${place}`,
		...(name === "TEXT" ? [] : [`--flag=${name}:${place}:c-format`]),
	]);
	return execFileSync("xgettext",
		["--language=C", "--from-code=UTF-8", "--no-wrap", "--keyword", ...keywords, "--force-po",
			"-o", "-", ...files.map((file) => file.path)],
		{ encoding: "utf8", maxBuffer: 1 << 26 });
}

// A table of constraints needs no marks: the last string of a row is its text.
function constraintTexts(file) {
	const source = file.lines.map((line) => line.text).join("\n");
	return [...source.matchAll(/struct constraint \w+\[\] = \{\n([\s\S]*?)\n\};/g)].flatMap((table) =>
		[...table[1].matchAll(/((?:"(?:\\.|[^"\\])*"\s*)+)\}/g)].map((row) => ({
			key: unquote(row[1]),
			at: `${file.path}:${lineOf(source, table.index)}`,
		})),
	);
}

// The labels of the enums that some code speaks of: { key, at }. Names and values are read from
// what protoc-c made of them; UNSPECIFIED is never said.
function labelTexts(file) {
	return [...codeOf(file).matchAll(LABEL)].flatMap((use) => {
		const generated = GENERATED.find((code) => code.includes(`${use[1]}__descriptor =`)) ?? "";
		const [, full] = generated.match(new RegExp(`${use[1]}__descriptor =\\s*\\{[^"]*"([^"]*)"`)) ?? [];
		const [, rows] =
			generated.match(new RegExp(`${use[1]}__enum_values_by_number\\[\\d+\\] =\\s*\\{([^;]*)\\};`)) ?? [];
		const context = full?.replace(/^.*\.v\d+\./, "");
		return [...(rows ?? "").matchAll(/\{ "(\w+)"/g)]
			.filter(([, name]) => name !== "UNSPECIFIED")
			.map(([, name]) => ({
				key: keyOf(name.toLowerCase().replaceAll("_", " "), context),
				at: `${file.path}:${lineOf(codeOf(file), use.index)}`,
			}));
	});
}

// The arguments of a call that begins behind its "(".
function argumentsAt(code, start) {
	const found = [""];
	for (let at = start, depth = 0; at < code.length; at++) {
		if ("([{".includes(code[at])) depth++;
		if (")]}".includes(code[at]) && depth-- === 0) break;
		if (code[at] === "," && depth === 0) found.push("");
		else found[found.length - 1] += code[at];
	}
	return found.map((argument) => argument.trim());
}

// Where a text cannot be seen: the argument is no literal, and not a constant that TEXT marks.
function hiddenTexts(file) {
	const code = codeOf(file).replace(/^\s*#.*(\\\n.*)*/gm, (lines) => lines.replace(/[^\n]/g, " "));
	return [...SPEAKERS].flatMap(([name, place]) =>
		[...code.matchAll(new RegExp(`(?<![\\w>.])${name}\\(`, "g"))].flatMap((call) => {
			const all = argumentsAt(code, call.index + call[0].length);
			const text = all[place - 1];
			if (text === undefined || /\bconst char \*/.test(text) || /^[A-Z_]+$|^[""\s]+$/.test(text))
				return [];
			return [`${file.path}:${lineOf(code, call.index)}: ${name}() gets a text that cannot be ` +
				"seen here: write it out, or mark it TEXT(…) where it stands and use say_text()"];
		}),
	);
}

// ---- what the catalogue says

// msgfmt complains by line: each entry has its own.
function differingArguments(entries) {
	const folder = mkdtempSync(join(tmpdir(), "asskomm-texts-"));
	const path = join(folder, "de.po");
	const line = (entry) =>
		`#, c-format\nmsgid ${JSON.stringify(entry.key)} msgstr ${JSON.stringify(entry.german)}`;
	try {
		writeFileSync(path, entries.map(line).join("\n"));
		const { stderr } = spawnSync("msgfmt", ["--check-format", "-o", "/dev/null", path],
			{ encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } });
		return [...stderr.matchAll(/:(\d+): (.*)/g)].map(([, number, what]) => {
			const entry = entries[Math.floor(number / 2) - 1];
			return `${entry.at}: "${entry.key}": ${what}`;
		});
	} finally {
		rmSync(folder, { recursive: true });
	}
}

export function checkTexts({ files, c }) {
	const spoken = c.filter((file) => !SILENT.test(file.path));
	const template = parsePo(xgettext(spoken), "");
	const wanted = new Map(
		[...template, ...spoken.flatMap(constraintTexts), ...spoken.flatMap(labelTexts)]
			.filter(({ key }) => key !== "%s")
			.map((text) => [text.key, text]),
	);
	const rows = files
		.filter((path) => path.startsWith(FOLDER))
		.flatMap((path) => parsePo(readFileSync(path, "utf8"), path));
	const known = new Map(rows.map((row) => [row.key, row]));
	const findings = spoken.flatMap(hiddenTexts);
	for (const { key, at } of wanted.values())
		if ((known.get(key)?.german ?? "") === "" || known.get(key).isFuzzy)
			findings.push(`${at}: no German for "${key}" in ${FOLDER}*.po`);
	for (const row of rows) {
		if (!wanted.has(row.key)) findings.push(`${row.at}: nobody says "${row.key}" any more`);
		if (known.get(row.key) !== row) findings.push(`${row.at}: "${row.key}" is there twice`);
	}
	const formats = template.filter(({ key, isFormat }) => isFormat && known.has(key));
	return findings.concat(differingArguments(formats.map(({ key }) => known.get(key))));
}
