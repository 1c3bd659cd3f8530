// The list of services stands in several places, in languages that cannot read each other's. The
// folders are its source: each with a main.c that is a service is named everywhere, and nothing else;
// where ports follow from the place in the list, also in the same order.
import { existsSync, readFileSync, readdirSync } from "node:fs";

const SOURCE = "services/asskomm/suite.c";

// To add a place: its file, how the names are found in its text, and whether the order counts.
const PLACES = [
	[SOURCE, /SERVICES\[SERVICE_COUNT\] = \{([^}]*)\}/, "ordered"],
	["deploy/lib.sh", /^SERVICES=\(([^)]*)\)/m, "ordered"],
	["deploy/prepare", /^services=\(([^)]*)\)/m, "ordered"],
	["deploy/lib.sh", /^STOP_FIRST=[\s\S]*?^STOP_LAST=.*$/gm],
	["tests/support/suite.mjs", /SERVICES = \[([^\]]*)\]/],
	["deploy/compose.yaml", /command: asskomm-(\w+)/g],
];

const words = (text) => text.match(/\b[a-z]+\b/g) ?? [];

function namesIn(path, pattern) {
	const text = readFileSync(path, "utf8");
	if (!pattern.global) return words(text.match(pattern)?.[1] ?? "");
	return [...text.matchAll(pattern)].flatMap(([all, name]) => (name ? [name] : words(all)));
}

const isService = (name) => name !== "asskomm" && existsSync(`services/${name}/main.c`);

export function checkServiceLists() {
	const folders = readdirSync("services").filter(isService).sort();
	const source = namesIn(SOURCE, PLACES[0][1]);
	return PLACES.flatMap(([path, pattern, ordered]) => {
		const names = namesIn(path, pattern);
		if (String([...names].sort()) !== String(folders))
			return [`${path}: names ${names.join(" ")}; there are ${folders.join(" ")}`];
		if (ordered && String(names) !== String(source))
			return [`${path}: names ${names.join(" ")}; ${SOURCE} in another order`];
		return [];
	});
}
