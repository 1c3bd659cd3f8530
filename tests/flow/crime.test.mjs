// Police crime statistics from a file: all or nothing, the same again changes nothing, other numbers
// correct; and a municipality beside its district, its size class and its Land, to whom it is shown.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSuite } from "../support/suite.mjs";

const HEAD = "municipality;year;offence;cases;cleared;population;population_on";
// Heidenau, Pirna, Freital, Dippoldiswalde: one district, two size classes; and a town elsewhere.
const TOWNS = [
	["14628160", 16500, 900],
	["14628270", 39000, 2000],
	["14628110", 39500, 1500],
	["14628060", 14300, 3],
	["14523020", 18000, 700],
];
const OFFENCE = "890000";
let suite;
let folder;
let token;

function file(...lines) {
	const path = join(folder, "crime.csv");
	writeFileSync(path, [HEAD, ...lines, ""].join("\n"));
	return path;
}
const line = ([key, inhabitants, cases], year = 2022) =>
	`${key};${year};${OFFENCE};${cases};${Math.floor(cases / 2)};${inhabitants};`;
const load = async (path, ...more) =>
	JSON.parse(await suite.asskomm("import", "crime-statistics", path, "--json", ...more));
const crime = (...words) => suite.asskomm("analysis", "crime", ...words);
async function get(path, as = token) {
	const reply = await suite.get(path, { token: as });
	assert.equal(reply.status, 200, reply.text);
	return reply.json;
}
const compare = (key, as) => get(`/municipalities/${key}/comparison?offence=${OFFENCE}`, as);

before(async () => {
	suite = await startSuite();
	folder = mkdtempSync(join(tmpdir(), "asskomm-crime-"));
	token = suite.token("police", ["14628"]);
});
after(async () => {
	rmSync(folder, { recursive: true, force: true });
	await suite?.stop();
});

test("a file with a fault is refused as a whole, with the place of the fault", async () => {
	const path = file(line(TOWNS[0]), `14628270;2999;${OFFENCE};1;0;39000;`);
	await assert.rejects(load(path), ({ stdout }) => {
		const [error] = JSON.parse(stdout).errors;
		assert.deepEqual([error.line, error.name], [3, "year"]);
		return true;
	});
	assert.deepEqual((await get("/crime-statistics")).items, []);
});

test("a dry run saves nothing; the same file again changes nothing", async () => {
	const path = file(...TOWNS.map((town) => line(town)), line(["14628160", 16400, 800], 2021));
	assert.equal((await load(path, "--dry-run")).changes, 6);
	assert.deepEqual((await get("/crime-statistics")).items, []);
	assert.equal((await load(path)).changes, 6);
	assert.equal((await load(path)).changes, 0);
	const { items } = await get("/crime-statistics?year=2022");
	assert.deepEqual(
		items.map(({ key }) => key),
		["14628060", "14628110", "14628160", "14628270"],
		"the police see their own districts",
	);
	const heidenau = items.find(({ key }) => key === "14628160");
	assert.deepEqual(
		[heidenau.incidenceTenths, heidenau.clearancePermille, heidenau.populationOn, heidenau.sizeClass],
		[54545, 500, "2021-12-31", "from_10000"],
	);
	assert.deepEqual([items[0].tooFew, items[0].incidenceTenths], [true, 0]);
});

test("other numbers correct what was told, in a fact of their own", async () => {
	const path = file(line(["14628160", 16500, 910]));
	assert.equal((await load(path)).changes, 1);
	const [now] = (await get("/crime-statistics?participant=14628160&year=2022")).items;
	assert.equal(now.cases, 910);
	const back = file(line(TOWNS[0]));
	assert.equal((await load(back)).changes, 1);
});

test("without a base it is what the register tells of the last day of the year before", async () => {
	assert.equal((await load(file(`14628160;2023;700000;10;4;;`))).changes, 1);
	const [told] = (await get("/crime-statistics?offence=700000")).items;
	const { items } = await get("/territory/municipalities?name=Heidenau");
	assert.equal(told.populationOn, "2022-12-31");
	assert.equal(told.population, items[0].population);
});

test("a municipality over time and beside its district, its size class and its Land", async () => {
	const { name, years } = await compare("14628160");
	assert.equal(name, "Heidenau");
	assert.deepEqual(
		years.map(({ year }) => year),
		[2021, 2022],
	);
	const [district, size, land] = years[1].groups;
	assert.deepEqual([district.kind, district.municipalities], ["DISTRICT", 4]);
	assert.equal(district.rate.cases, 900 + 2000 + 1500 + 3);
	assert.deepEqual([size.key, size.municipalities], ["from_10000", 3]);
	assert.deepEqual([land.key, land.municipalities], ["14", 5]);
	assert.equal(district.limits.position, "FAR_ABOVE");
	const { rate } = years[1];
	assert.ok(rate.incidenceLowerTenths < 54545 && 54545 < rate.incidenceUpperTenths);
	assert.equal(years[0].groups[0].tooFew, true, "alone in its district in that year");
});

test("sums are for all who may ask, what is behind them by scope", async () => {
	const own = suite.token("municipality", ["14628160"]);
	const seen = await compare("14628160", own);
	assert.equal(seen.years[1].groups[0].rate.cases, 4403);
	const other = await suite.get(`/municipalities/14628270/comparison?offence=${OFFENCE}`, {
		token: own,
	});
	assert.equal(other.status, 404);
	const funnel = await get(`/crime-statistics/funnel?year=2022&offence=${OFFENCE}`, own);
	assert.deepEqual([funnel.municipalities, funnel.points.length], [5, 1]);
	const [point] = funnel.points;
	assert.ok(point.limits.lower998Tenths < point.limits.lower95Tenths);
	assert.ok(point.limits.upper95Tenths < point.limits.upper998Tenths);
});

test("a figure that should not be there is taken back, and can be told again", async () => {
	const operator = suite.token("operator");
	const path = "/municipalities/14523020/crime-statistics/withdraw";
	const body = { year: 2022, offence: OFFENCE, reason: "wrong town" };
	assert.equal((await suite.post(path, body, { token: operator })).status, 201);
	assert.equal((await compare("14628160")).years[1].groups[2].municipalities, 4);
	assert.equal((await load(file(line(TOWNS[4])))).changes, 1);
	assert.equal((await compare("14628160")).years[1].groups[2].municipalities, 5);
});

test("the same from the command line", async () => {
	const listed = await crime("list", "Heidenau", "--year", "2022");
	assert.match(listed, /14628160 +Heidenau +2022 +890000 +900 +450 +16500 +5454\.5 +50\.0/);
	assert.match(await crime("list", "Dippoldiswalde"), /3 +1 +14300 +too few +too few/);
	const compared = await crime("compare", "Heidenau", "--offence", OFFENCE, "--from", "2022");
	assert.match(compared, /2022 +Heidenau +900 +5454\.5 +\d+\.\d\.\.\d+\.\d +50\.0/);
	assert.match(compared, /district 14628 +4 +4403 .*it is far above/);
	const funnel = await crime("funnel", "--year", "2022", "--offence", OFFENCE, "--district", "14628");
	assert.match(funnel, /Pirna +39000 +5128\.2 +\d+\.\d\.\.\d+\.\d +\w/);
	assert.match(funnel, /4 municipalities against the district 14628 \(4 with figures\)/);
	await crime("withdraw", "Dippoldiswalde", "--year", "2022", "--offence", OFFENCE, "--reason", "Irrtum");
	assert.match(await crime("list", "Dippoldiswalde"), /^0 figures$/m);
});
