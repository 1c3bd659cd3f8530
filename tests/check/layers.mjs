// Who may know whom. Read from the includes, and for core and rules also from the symbols that the
// built objects ask for: what is not on the allow-list cannot be called, however it is declared.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { grepCode, includesOf } from "./source.mjs";

const BUILD = process.env.ASSKOMM_BUILD ?? "build";
const ALLOWED_SYMBOLS = "tests/check/allowed_symbols.txt";

// To add an outside library: its header and the only places that may include it.
const LIBRARIES = [
	["zmq.h", /^common\/runtime\/bus[^/]*\.[ch]$/],
	["libpq-fe.h", /^common\/runtime\/db[^/]*\.[ch]$/],
	["http_parser.h", /^common\/runtime\/http[^/]*\.[ch]$/],
	["cjose/", /^common\/runtime\/token\.c$/],
	["curl/", /^(common\/runtime\/fetch[^/]*|services\/asskomm\/client)\.[ch]$/],
	["csv.h", /^services\/asskomm\/table\.c$/],
	["jansson.h", /^(common\/core\/|common\/runtime\/token|services\/(asskomm|gateway)\/)/],
	["uv.h", /^(common\/runtime|services\/[^/]+)\/[^/]+\.[ch]$/],
];

// Headers of the C library without a door to the outside; <stdio.h> is there for snprintf,
// <arpa/inet.h> for inet_pton, and the symbols tell whether they are used for more.
const PURE = new Set(
	("arpa/inet assert ctype errno float inttypes limits math stdalign stdarg stdbool stddef stdint stdio " +
		"stdlib string strings")
		.split(" ")
		.map((name) => `<${name}.h>`),
);

const isCore = (file) => file.path.startsWith("common/core/");
const isRule = (file) => /^services\/[^/]+\/rules\//.test(file.path);

export function checkIncludes({ files, c }) {
	const known = new Set(files);
	const isPure = (include) => {
		if (PURE.has(include.name) || include.name === "<protobuf-c/protobuf-c.h>") return true;
		const name = include.name.slice(1, -1);
		if (/^core\/|^asskomm\/\w+\.pb-c\.h$/.test(name)) return true;
		// A rule's own neighbours; jansson is core's (the list of libraries keeps it there).
		const folder = include.path.replace(/[^/]*$/, "");
		return isCore(include) ? name === "jansson.h" : known.has(folder + name);
	};
	return c
		.filter((file) => isCore(file) || isRule(file))
		.flatMap(includesOf)
		.filter((include) => !isPure(include))
		.map((include) => `${include.path}:${include.line}: includes ${include.name}`);
}

export function checkLibraries({ c }) {
	return c
		.filter((file) => !file.isTest)
		.flatMap(includesOf)
		.filter(({ path, name }) =>
			LIBRARIES.some(([header, place]) => name.startsWith(`<${header}`) && !place.test(path)),
		)
		.map(({ path, line, name }) => `${path}:${line}: ${name} has another home`);
}

// An include reaches common/, the generated headers and the service's own folder; only a path that
// climbs or starts at the root could reach a neighbour.
export function checkServices({ c }) {
	return grepCode(
		c.filter((file) => !file.isTest),
		/^\s*#\s*include\s+"(\.\.\/[^"]*|services\/[^"]*|[^"]*\/\.\.\/[^"]*)"/,
		(match) => `includes "${match[1]}"`,
	);
}

// The symbols of an archive: those it defines, and those it needs by member.
function symbolsOf(archive) {
	const defined = new Set();
	const needed = [];
	let member = "";
	const out = execFileSync("nm", ["-P", archive], { encoding: "utf8", maxBuffer: 1 << 26 });
	for (const line of out.split("\n")) {
		const title = line.match(/\[(.+)\]:$/);
		const symbol = line.match(/^(\S+) (\w)/);
		if (title) member = title[1].replace(/\.o$/, "");
		else if (symbol && symbol[2] === "U") needed.push({ member, name: symbol[1] });
		else if (symbol) defined.add(symbol[1]);
	}
	return { defined, needed };
}

// Lines "name…", or "file.c: name…" for what only that file may use; '*' at the end of a name.
function readAllowed() {
	return readFileSync(ALLOWED_SYMBOLS, "utf8")
		.split("\n")
		.map((line) => line.replace(/#.*/, "").trim())
		.filter((line) => line !== "")
		.flatMap((line) => {
			const [, member, names] = line.match(/^(?:(\S+\.c):)?(.*)$/);
			return names
				.trim()
				.split(/\s+/)
				.map((name) => ({ member, name }));
		});
}

function isAllowed(allowed, { member, name }) {
	return allowed.some(
		(rule) =>
			(rule.member === undefined || rule.member === member) &&
			(rule.name.endsWith("*")
				? name.startsWith(rule.name.slice(0, -1))
				: name === rule.name),
	);
}

export function checkSymbols() {
	if (!existsSync(join(BUILD, "libcore.a")))
		return [`${BUILD} holds no build: cmake -S . -B ${BUILD} -G Ninja && cmake --build ${BUILD}`];
	const core = symbolsOf(join(BUILD, "libcore.a"));
	const proto = symbolsOf(join(BUILD, "libproto.a"));
	const rules = readdirSync(BUILD)
		.filter((name) => /^lib\w+_rules\.a$/.test(name))
		.map((name) => [name, symbolsOf(join(BUILD, name))]);
	const allowed = readAllowed();
	return [["libcore.a", core], ...rules].flatMap(([archive, { defined, needed }]) =>
		needed
			.filter(({ name }) => !defined.has(name) && !core.defined.has(name))
			.filter(({ name }) => !proto.defined.has(name))
			.filter((symbol) => !isAllowed(allowed, symbol))
			.map(({ member, name }) => `${archive}: ${member} uses ${name}`),
	);
}
