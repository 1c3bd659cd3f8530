// The built-in territory as the service saves it.
import { readRegister } from "../support/register.mjs";

export function readTerritory(file, more) {
	const register = readRegister(file);
	return {
		id: "DE",
		version: 1,
		status_date: register.statusDate,
		credit: "Destatis",
		population_on: "2022-12-31",
		lands: [{ key: "14", name: "Sachsen", seat: "Dresden" }],
		districts: register.districts,
		municipalities: register.municipalities,
		associations: register.associations,
		police_directorates: register.policeDirectorates,
		successions: [],
		...more,
	};
}
