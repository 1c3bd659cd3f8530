// The built-in territory as the service saves it, read from services/registry/territory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./support.mjs";

// One table, with its columns renamed as the message has them.
function readTable(name, change = {}) {
	const lines = readFileSync(join(ROOT, `services/registry/territory/${name}.tsv`), "utf8")
		.trimEnd()
		.split("\n")
		.filter((line) => !line.startsWith("#"))
		.map((line) => line.split("\t"));
	const [header, ...rows] = lines;
	return rows.map((cells) =>
		Object.fromEntries(header.map((column, i) => [change[column] ?? column, cells[i]])),
	);
}

export const readTerritory = () => ({
	id: "14",
	version: 1,
	status_date: "2023-11-30",
	credit: "Destatis",
	districts: readTable("districts", { police_directorate: "policeDirectorate" }),
	municipalities: readTable("municipalities"),
	associations: readTable("associations"),
	police_directorates: readTable("police_directorates"),
});
