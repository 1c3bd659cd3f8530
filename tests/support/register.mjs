// The official register of Saxony that is built in, read here a second time and by the simplest
// means: rows as the messages of proto/ have them.
import { readFileSync } from "node:fs";

const folder = new URL("../../services/registry/territory/", import.meta.url);

// Columns of the layout, from 1 and both included.
const part = (line, from, to) =>
	[...line]
		.slice(from - 1, to)
		.join("")
		.trim();
// "Weißwasser/O.L., Stadt / Běła Woda" without what follows a comma.
const plain = (name) =>
	name
		.split(" / ")
		.map((form) => form.split(",")[0])
		.join(" / ");

// The districts of each police directorate stand in a table of ours.
function readPolice() {
	const [, ...rows] = readFileSync(new URL("police_directorates.tsv", folder), "utf8")
		.trimEnd()
		.split("\n")
		.filter((line) => !line.startsWith("#"))
		.map((line) => line.split("\t"));
	return rows.map(([code, name, seat, districts]) => ({
		code,
		name,
		seat,
		districts: districts.split(" "),
	}));
}

export function readRegister(file = "GV100AD_301123_sachsen.txt") {
	const police = readPolice();
	const register = { districts: [], municipalities: [], associations: [] };
	for (const line of readFileSync(new URL(file, folder), "utf8").trimEnd().split(/\r?\n/)) {
		const type = part(line, 1, 2);
		const district = part(line, 11, 15);
		const name = part(line, 23, 72);
		const code = part(line, 123, 124);
		const ars9 = district + part(line, 19, 22);
		register.statusDate ??= part(line, 3, 10).replace(/(....)(..)(..)/, "$1-$2-$3");
		if (type === "40")
			register.districts.push({
				ags5: district,
				name: plain(name),
				kind: code === "41" ? "independent_city" : "district",
				seat: part(line, 73, 122),
				policeDirectorate: police.find(({ districts }) => districts.includes(district)).code,
			});
		if (type === "50" && code !== "50")
			register.associations.push({
				ars9,
				name,
				kind: code === "56" ? "union" : "partnership",
				district,
			});
		if (type === "60")
			register.municipalities.push({
				ags8: district + part(line, 16, 18),
				name: plain(name),
				district,
				association: register.associations.some((one) => one.ars9 === ars9) ? ars9 : "",
				population: Number(part(line, 140, 150)),
				areaHa: Number(part(line, 129, 139)),
				postcode: part(line, 166, 170),
				officialName: name,
			});
	}
	register.policeDirectorates = police.map(({ districts, ...row }) => row);
	return register;
}
