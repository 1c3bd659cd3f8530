// Boundaries from a file to the map: read, turned, simplified with borders in common, served with
// credit and tag; and what is refused, with its place.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AUDIENCE, BUILD, ISSUER, startSuite, until } from "../support/suite.mjs";

const run = promisify(execFile);
const DISTRICTS = fileURLToPath(
	new URL("../../services/registry/boundaries/districts.geojson", import.meta.url),
);
let suite;

before(async () => (suite = await startSuite({ services: ["ledger", "registry", "gateway"] })));
after(() => suite?.stop());

async function importing(...words) {
	const env = {
		PATH: process.env.PATH,
		LANG: "C.UTF-8",
		ASSKOMM_URL: suite.url,
		ASSKOMM_KEYS: suite.path("keys"),
		ASSKOMM_TOKEN_ISSUER: ISSUER,
		ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
	};
	try {
		const done = await run(join(BUILD, "bin/asskomm"), ["import", "boundaries", ...words], { env });
		return { code: 0, ...done };
	} catch (error) {
		if (typeof error.code !== "number") throw error;
		return { code: error.code, stdout: error.stdout, stderr: error.stderr };
	}
}

const map = (path, headers = {}) =>
	suite.get(`/boundaries/${path}`, { token: suite.token("machine", []), headers });

// ---- what must hold of every map

const area = (ring) =>
	ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0);
const polygonsOf = ({ geometry: { type, coordinates } }) =>
	type === "Polygon" ? [coordinates] : coordinates;

// How many of its borders each segment is in: once outside, twice between neighbours.
function countSegments(features) {
	const counts = new Map();
	for (const feature of features)
		for (const ring of polygonsOf(feature).flat())
			for (let i = 1; i < ring.length; i++) {
				const name = [String(ring[i - 1]), String(ring[i])].sort().join(" ");
				counts.set(name, (counts.get(name) ?? 0) + 1);
			}
	return counts;
}

function assertWellFormed({ features }) {
	for (const feature of features)
		for (const polygon of polygonsOf(feature))
			for (const [i, ring] of polygon.entries()) {
				assert.ok(ring.length >= 4);
				assert.deepEqual(ring[0], ring.at(-1), feature.id);
				assert.equal(area(ring) > 0, i === 0, `${feature.id}: winding`);
			}
}

// The share of the segments that two features have in common must not shrink: no slivers.
const shareInCommon = (features) => {
	const counts = [...countSegments(features).values()];
	assert.ok(counts.every((n) => n <= 2));
	return counts.filter((n) => n === 2).length / counts.length;
};

describe("the districts that are built in", () => {
	test("come in, with credit, and stay as they are", async () => {
		const first = await importing();
		assert.equal(first.code, 0, first.stderr);
		assert.match(first.stderr, /13 districts by "ags", status 2021-01-01\ncredit: © GeoBasis-DE \/ BKG 2021/);
		assert.equal(first.stdout, "boundaries: 13 districts\n");
		const again = await importing();
		assert.equal(again.stdout, "boundaries: 13 districts, as they were\n");
	});

	test("are served as GeoJSON with tag, credit and box", async () => {
		const reply = await map("districts");
		assert.equal(reply.status, 200, reply.text);
		assert.equal(reply.headers.get("content-type"), "application/geo+json");
		assert.match(reply.headers.get("cache-control"), /no-cache/);
		const tag = reply.headers.get("etag");
		assert.equal((await map("districts", { "if-none-match": tag })).status, 304);
		const json = JSON.parse(reply.text);
		assert.match(json.credit, /BKG 2021/);
		assert.equal(json.creditUrl, "https://www.bkg.bund.de");
		assert.equal(json.statusDate, "2021-01-01");
		assert.equal(json.toleranceM, 100);
		assert.deepEqual(json.bbox.map(Math.round), [12, 50, 15, 52]);
		assert.equal(json.features.length, 13);
		const pirna = json.features.find(({ id }) => id === "14628");
		assert.deepEqual(pirna.properties, { key: "14628", name: "Sächsische Schweiz-Osterzgebirge", district: "14628" });
		assertWellFormed(json);
	});

	test("keep their borders in common, and are lighter", async () => {
		const light = JSON.parse((await map("districts")).text);
		const heavy = JSON.parse(readFileSync(DISTRICTS, "utf8"));
		const positions = ({ features }) => features.flatMap(polygonsOf).flat(2).length;
		assert.ok(positions(light) < positions(heavy), `${positions(light)} of ${positions(heavy)}`);
		const before = shareInCommon(heavy.features);
		assert.ok(before > 0.3);
		assert.ok(Math.abs(shareInCommon(light.features) - before) < 0.05);
		const outside = (features) => {
			let sum = 0;
			for (const feature of features) for (const ring of polygonsOf(feature).flat()) sum += area(ring);
			return sum;
		};
		assert.ok(Math.abs(outside(light.features) / outside(heavy.features) - 1) < 0.001);
	});

	test("one of them, and none", async () => {
		const one = JSON.parse((await map("districts?district=14628")).text);
		assert.deepEqual(one.features.map(({ id }) => id), ["14628"]);
		assert.equal((await map("districts?district=14999")).status, 404);
		assert.equal((await map("villages")).status, 404);
		assert.equal((await map("municipalities")).status, 404);
	});
});

// ---- made-up files

const square = (x, y, size = 0.1) => [
	[x, y],
	[x + size, y],
	[x + size, y + size],
	[x, y + size],
	[x, y],
];
const feature = (key, coordinates, type = "Polygon") => ({
	type: "Feature",
	properties: { ags: key },
	geometry: { type, coordinates },
});
const HEIDENAU = "14628160";
const collection = (features, more = {}) => ({
	type: "FeatureCollection",
	statusDate: "2023-01-01",
	credit: "© a test",
	features,
	...more,
});
function write(content) {
	const file = suite.path("map.geojson");
	writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
	return file;
}

describe("what is wrong is refused as a whole, with its place", () => {
	const good = feature("14628270", [square(14, 50.9)]);
	const bad = (coordinates, type) => collection([good, feature(HEIDENAU, coordinates, type)]);
	const open = square(13.8, 50.9).slice(0, 4);
	const cases = [
		["broken JSON", '{"type": "FeatureCollection",\n"features": [}', /line 2, column 14/],
		["a cut file", '{"type":', /line 1, column \d+/],
		["bad UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString("latin1"), /FeatureCollection|line 1/],
		["a member twice", '{"type": 1, "type": 2}', /line 1, column \d+: duplicate/],
		["something else", { type: "Topology" }, /no GeoJSON FeatureCollection/],
		["nothing", collection([]), /no feature/],
		["another system", collection([good], { crs: { type: "name", properties: { name: "EPSG:25833" } } }), /WGS84/],
		["metres", bad([[[411000, 5650000], [411100, 5650000], [411100, 5650100], [411000, 5650000]]]), /feature 2 \(14628160\), polygon 1, ring 1, position 1: no longitude/],
		["a ring that is open", bad([open.concat([[13.8, 50.95]])]), /feature 2 \(14628160\), polygon 1, ring 1, position 5: the ring is not closed/],
		["three positions", bad([open.slice(0, 3)]), /ring 1: a ring has at least four/],
		["a bow tie", bad([[[13.8, 50.9], [13.9, 51], [13.9, 50.9], [13.8, 51], [13.8, 50.9]]]), /ring 1, position \d: the ring touches or crosses itself/],
		["a hole that touches itself", bad([square(13.8, 50.9), [[13.81, 50.91], [13.82, 50.92], [13.83, 50.91], [13.82, 50.92], [13.81, 50.93], [13.81, 50.91]]]), /ring 2, position \d: the ring touches/],
		["text for a number", bad([[["13.8", 50.9], ...square(13.8, 50.9).slice(1)]]), /ring 1/],
		["a number that is too large", '{"type":"FeatureCollection","features":[{"properties":{"ags":"14628160"},"geometry":{"type":"Polygon","coordinates":[[[1e999,1],[1,1],[1,2],[1,1]]]}}]}', /line 1, column \d+/],
		["a line", bad([[13.8, 50.9], [13.9, 51]], "LineString"), /Polygon or a MultiPolygon/],
		["no geometry", collection([good, { ...good, geometry: null }]), /feature 2/],
		["a key that is there twice", collection([good, good]), /two features have the key 14628270/],
		["a key of another length", collection([good, feature("14628", [square(13, 50)])]), /districts \(5 digits\) and municipalities/],
		["a key that is a number", collection([feature(14628160, [square(13, 50)])]), /say which of these it is: ags/],
		["a key that nobody has", collection([good, feature("14628999", [square(13, 50)])]), /features\[1\]\.key[\s\S]*does not know the key 14628999/],
	];
	for (const [name, content, expected] of cases)
		test(name, async () => {
			const refused = await importing(write(content));
			assert.equal(refused.code, 1, refused.stderr);
			assert.match(refused.stderr, expected);
			assert.equal((await map("municipalities")).status, 404);
		});

	test("no credit, no status, a wrong tolerance: wrong usage", async () => {
		assert.equal((await importing(write({ ...collection([good]), credit: "" }))).code, 2);
		assert.equal((await importing(write({ ...collection([good]), statusDate: "" }))).code, 2);
		assert.equal((await importing(write(collection([good])), "--tolerance", "-1")).code, 2);
		assert.equal((await importing(suite.path("nowhere"))).code, 2);
	});
});

describe("municipalities", () => {
	// Two neighbours, the second of them wound the wrong way, the first with a hole where a third lies.
	const wavy = Array.from({ length: 41 }, (_, i) => [13.9 + (i % 2) * 0.0003, 50.9 + i * 0.0025]);
	const west = [[13.8, 50.9], ...wavy, [13.8, 51], [13.8, 50.9]];
	const east = [[14, 50.9], [14, 51], ...wavy.slice().reverse(), [14, 50.9]].reverse();
	const hole = square(13.82, 50.92, 0.02);
	const features = [
		feature("14628270", [west, hole]),
		feature(HEIDENAU, [east]),
		feature("14628110", [[hole, square(14.2, 50.9, 0.00001)].slice(0, 1)], "MultiPolygon"),
	];

	test("are turned, simplified once for both, and served by district", async () => {
		const rehearsed = await importing(write(collection(features)), "--dry-run");
		assert.match(rehearsed.stdout, /3 municipalities, all good; nothing was saved/);
		assert.equal((await map("municipalities")).status, 404);
		const done = await importing(write(collection(features)));
		assert.equal(done.code, 0, done.stderr);
		assert.match(done.stderr, /1 rings? ran|2 rings ran/);
		const json = JSON.parse((await map("municipalities?district=14628")).text);
		assertWellFormed(json);
		const counts = [...countSegments(json.features).values()];
		assert.equal(counts.filter((n) => n === 2).length, 1 + 4, "the wave is one line, the hole four");
	});

	test("a set of another day stands beside, and asOf chooses", async () => {
		const newer = collection([features[1]], { statusDate: "2023-06-01", credit: "© newer" });
		assert.equal((await importing(write(newer), "--tolerance", "0")).code, 0);
		const asOf = async (day) => JSON.parse((await map(`municipalities?asOf=${day}`)).text).credit;
		assert.equal(await asOf("2023-05-31"), "© a test");
		assert.equal(await asOf("2023-06-01"), "© newer");
		assert.equal(await asOf("2019-01-01"), "© a test", "the first there is");
		assert.equal(JSON.parse((await map("municipalities")).text).credit, "© newer");
	});

	test("the API judges by itself", async () => {
		const put = (body) =>
			suite.call("PUT", "/boundaries/municipalities/14", { token: suite.token("operator"), body: { statusDate: "2023-01-01", credit: "c", ...body } });
		const one = (points, key = HEIDENAU) => ({ key, polygons: [{ rings: [{ points }] }] });
		const fine = [0, 0, 10, 0, 10, 10, 0, 0];
		const refusals = [
			[{ features: [one([0, 0, 10, 0, 10, 10])] }, "features[0].polygons[0].rings[0].points[0]"],
			[{ features: [one([0, 0, 10, 0, 10, 10, 0, 1])] }, "features[0].polygons[0].rings[0].points[6]"],
			[{ features: [one(fine), one(fine)] }, "features[1].key"],
			[{ features: [one(fine, "15628160")] }, "features[0].key"],
		];
		for (const [body, field] of refusals) {
			const refused = await put(body);
			assert.equal(refused.status, 400, refused.text);
			assert.equal(refused.json.violations[0].field, field, refused.text);
		}
		const adviser = { token: suite.token("adviser"), body: {} };
		assert.equal((await suite.call("PUT", "/boundaries/municipalities/14", adviser)).status, 403);
	});
});
