// Proves the built-in data: the territory's tables and the alliance's history. Every counter is
// computed here a second time, by the simplest means, and held against what was published.
// What stands only in the folder of shared reference data is checked when that folder is there.
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { readRegister } from "../support/register.mjs";

const root = new URL("../../", import.meta.url);
const shared = new URL("../shared/data/", root);
const unlessShared = existsSync(shared) ? false : "the folder of shared reference data is not here";

const REGISTERS = ["GV100AD_301121_sachsen.txt", "GV100AD_301123_sachsen.txt"];
const HEIDENAU = "14628160";
const SEIFHENNERSDORF = "14626530";
const MODELS = [
	"14511000",
	"14524330",
	"14523320",
	"14626110",
	"14628110",
	"14628270",
	"14713000",
	"14729410",
];

// ---- reading

function readText(path) {
	return readFileSync(new URL(path, root), "utf8");
}

function parseCsv(text) {
	const cells = [...text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/g)];
	const rows = [[]];
	for (const [, cell, end] of cells) {
		rows.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
		if (end !== ",") rows.push([]);
	}
	const [header, ...body] = rows.filter((row) => row.length > 1);
	return body.map((row) => Object.fromEntries(header.map((column, i) => [column, row[i]])));
}

function readShared(name) {
	return parseCsv(readFileSync(new URL(name, shared), "utf8"));
}

const { districts, municipalities, associations, policeDirectorates: police } = readRegister();
const districtOf = new Map([
	...municipalities.map((row) => [row.ags8, row.district]),
	...associations.filter((row) => row.kind === "union").map((row) => [row.ars9, row.district]),
	...districts.filter((row) => row.kind === "district").map((row) => [row.ags5, row.ags5]),
]);

const history = readText("services/asskomm/history/alliance.jsonl")
	.trimEnd()
	.split("\n")
	.map((line, i) => ({ ...JSON.parse(line), line: i + 1 }))
	.map((entry) => ({ ...entry, path: entry.post ?? entry.put }));

// ---- what a line is: its route, the day the thing happened, whom it is about

// route, the field that holds the day, every field that the request may have
const ROUTES = [
	["contact", /^\/participants\/(\w+)\/contact$/, "contactedOn", []],
	["advice", /^\/participants\/(\w+)\/advice$/, "advisedOn", ["topic"]],
	["level", /^\/participants\/(\w+)\/cooperation-level$/, "since", ["level", "reason"]],
	["preliminary", /^\/participants\/(\w+)\/preliminary-agreement$/, "signedOn", []],
	["model", /^\/participants\/(\w+)\/model-municipality$/, "designatedOn", []],
	[
		"agreement",
		/^\/agreements$/,
		"signedOn",
		["accessions", "mode", "signatories", "witnesses", "actionFields"],
	],
	[
		"terminate",
		/^\/agreements\/\{([\w-]+)\}\/terminate$/,
		"terminatedOn",
		["reason", "participant"],
	],
	["council", /^\/councils$/, "constitutedOn", ["participant"]],
	["councilChange", /^\/councils\/\{([\w-]+)\}\/change$/, "changedOn", ["change"]],
	["coaching", /^\/coachings$/, "requestedOn", ["participant"]],
	["match", /^\/coachings\/\{([\w-]+)\}\/match$/, "matchedOn", ["coach"]],
	["start", /^\/coachings\/\{([\w-]+)\}\/start$/, "startedOn", []],
	["close", /^\/coachings\/\{([\w-]+)\}\/close$/, "closedOn", ["outcome"]],
	["reopen", /^\/coachings\/\{([\w-]+)\}\/reopen$/, "requestedOn", []],
	["clarify", /^\/coachings\/\{([\w-]+)\}\/clarify$/, "clarifiedOn", ["topics"]],
	["changeCoach", /^\/coachings\/\{([\w-]+)\}\/change-coach$/, "changedOn", ["coach", "reason"]],
	[
		"contract",
		/^\/coachings\/\{([\w-]+)\}\/contract$/,
		"contractedOn",
		["goals", "contactId", "contactRole", "expectedSessions", "plannedReviewOn"],
	],
	[
		"session",
		/^\/coachings\/\{([\w-]+)\}\/sessions$/,
		"heldOn",
		["form", "minutes", "topic", "nextSessionOn"],
	],
	["pause", /^\/coachings\/\{([\w-]+)\}\/pause$/, "pausedOn", ["reason", "resumePlannedOn"]],
	["resume", /^\/coachings\/\{([\w-]+)\}\/resume$/, "resumedOn", []],
	["review", /^\/coachings\/\{([\w-]+)\}\/review$/, "reviewedOn", ["plannedReviewOn"]],
	["coach", /^\/coaches$/, "registeredOn", ["id", "capacity", "competences", "districts"]],
	[
		"coachProfile",
		/^\/coaches\/([\w-]+)\/change$/,
		"changedOn",
		["capacity", "competences", "districts"],
	],
	["coachRetired", /^\/coaches\/([\w-]+)\/retire$/, "retiredOn", []],
	["analysis", /^\/analyses$/, "kickedOffOn", ["municipalities"]],
	["present", /^\/analyses\/\{([\w-]+)\}\/present$/, "presentedOn", []],
	[
		"receive",
		/^\/analyses\/\{([\w-]+)\}\/deliveries\/receive$/,
		"receivedOn",
		["kind", "participant", "deliveredBy", "records", "sheets", "referenceOn", "sha256"],
	],
	[
		"check",
		/^\/analyses\/\{([\w-]+)\}\/deliveries\/check$/,
		"checkedOn",
		["kind", "participant"],
	],
	[
		"reject",
		/^\/analyses\/\{([\w-]+)\}\/deliveries\/reject$/,
		"rejectedOn",
		["kind", "participant", "fault", "remark"],
	],
	[
		"finding",
		/^\/analyses\/\{([\w-]+)\}\/findings$/,
		"foundOn",
		["actionField", "summary", "recommendations"],
	],
	[
		"measure",
		/^\/analyses\/\{([\w-]+)\}\/measures$/,
		"decidedOn",
		["title", "actionField", "ownerRole", "ownerOrganisation", "dueOn"],
	],
	["measureStart", /^\/measures\/\{([\w-]+)\}\/start$/, "startedOn", []],
	["measureDue", /^\/measures\/\{([\w-]+)\}\/due-date$/, "changedOn", ["dueOn", "reason"]],
	["measureFinish", /^\/measures\/\{([\w-]+)\}\/finish$/, "finishedOn", []],
	["measureDrop", /^\/measures\/\{([\w-]+)\}\/drop$/, "droppedOn", ["reason"]],
	["evaluate", /^\/measures\/\{([\w-]+)\}\/evaluate$/, "evaluatedOn", ["result", "method"]],
	["step", /^\/analyses\/\{([\w-]+)\}\/steps\/\w+\/complete$/, "doneOn", []],
	[
		"postpone",
		/^\/analyses\/\{([\w-]+)\}\/steps\/\w+\/postpone$/,
		undefined, // the day of recording
		["notBefore", "reason"],
	],
	[
		"organisation",
		/^\/organisations\/([\w-]+)$/,
		"validFrom",
		["name", "kind", "parent", "areas", "seat"],
	],
	["advisers", /^\/districts\/(\d{5})\/advisers$/, undefined, ["assignments"]],
	[
		"person",
		/^\/contacts\/([\w-]+)$/,
		"validFrom",
		["name", "role", "participant", "purpose", "legalBasis"],
	],
	["budget", /^\/budgets$/, "decidedOn", ["year", "amountCents"]],
];
const CREATES = ["agreement", "council", "coaching", "reopen", "analysis", "measure"];

function understand(entry) {
	const found = ROUTES.filter(([, path]) => path.test(entry.path));
	assert.equal(found.length, 1, `line ${entry.line}: no such route: ${entry.path}`);
	const [kind, path, day, fields] = found[0];
	for (const field of Object.keys(entry.body))
		assert.ok(
			field === day || fields.includes(field),
			`line ${entry.line}: no such field: ${field}`,
		);
	const on = day === undefined ? entry.recordedOn : entry.body[day];
	return { ...entry, kind, target: path.exec(entry.path)[1], on };
}

const facts = history.map(understand);

function keysOf(fact) {
	const { body, kind, target } = fact;
	if (kind === "agreement") return body.accessions;
	if (kind === "analysis") return body.municipalities;
	if (body.participant) return [body.participant];
	return fact.path.startsWith("/participants/") ? [target] : [];
}

// ---- the counters, as of the end of a day

function until(day, kind) {
	return facts
		.filter((fact) => fact.kind === kind && fact.on <= day)
		.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.line - b.line));
}

function accessions(day) {
	const ended = until(day, "terminate");
	return until(day, "agreement")
		.flatMap((fact) => fact.body.accessions.map((key) => ({ key, as: fact.as })))
		.filter(
			({ key, as }) =>
				!ended.some((end) => end.target === as && (end.body.participant ?? key) === key),
		);
}

function activeCouncils(day) {
	const changes = until(day, "councilChange");
	return until(day, "council")
		.filter((fact) => {
			const last = changes.filter((change) => change.target === fact.as).at(-1);
			return !last || last.body.change === "REACTIVATED";
		})
		.map((fact) => fact.body.participant);
}

function cooperatingClosely(day) {
	const levels = new Map(until(day, "level").map((fact) => [fact.target, fact.body.level]));
	return [...levels]
		.filter(([key, level]) => level === "CLOSE" && key.length !== 5)
		.map(([key]) => key);
}

function counters(day) {
	const advised = new Set(until(day, "advice").map((fact) => fact.target));
	const contacted = new Set([...advised, ...until(day, "contact").map((fact) => fact.target)]);
	const started = until(day, "analysis");
	const presented = until(day, "present").map((fact) =>
		started.find((kickOff) => kickOff.as === fact.target),
	);
	const councils = activeCouncils(day);
	return {
		contacted: contacted.size,
		advised: advised.size,
		closelyCooperating: cooperatingClosely(day).length,
		agreements: accessions(day).length,
		councils: councils.filter((key) => key.length !== 5).length,
		districtCouncils: councils.filter((key) => key.length === 5).length,
		coachingsRequested: until(day, "coaching").length + until(day, "reopen").length,
		coachesMatched: until(day, "match").length,
		coachings: until(day, "start").length,
		analysesStarted: started.length,
		municipalitiesStarted: new Set(started.flatMap((fact) => fact.body.municipalities)).size,
		analyses: presented.length,
		municipalitiesAnalysed: new Set(presented.flatMap((fact) => fact.body.municipalities)).size,
	};
}

function expectCounters(day, expected) {
	const now = counters(day);
	const chosen = Object.fromEntries(
		Object.keys(expected).map((counter) => [counter, now[counter]]),
	);
	assert.deepEqual(chosen, expected, `as of ${day}`);
}

function rank(key, day, district = "14") {
	return (
		accessions(day)
			.filter((one) => districtOf.get(one.key).startsWith(district))
			.findIndex((one) => one.key === key) + 1
	);
}

// ---- the territory

test("the territory is whole and its keys agree", () => {
	assert.equal(districts.length, 13);
	assert.equal(municipalities.length, 418);
	assert.equal(associations.length, 70);
	assert.equal(associations.filter((row) => row.kind === "union").length, 6);
	assert.equal(police.length, 5);
	assert.equal(
		municipalities.reduce((sum, row) => sum + Number(row.population), 0),
		4086152,
	);
	const codes = new Set(police.map((row) => row.code));
	const keys = new Set(districts.map((row) => row.ags5));
	const byKey = new Map(municipalities.map((row) => [row.ags8, row]));
	assert.ok(
		districts.every(
			(row) =>
				codes.has(row.policeDirectorate) &&
				["district", "independent_city"].includes(row.kind),
		),
	);
	assert.ok(
		municipalities.every((row) => keys.has(row.district) && row.ags8.startsWith(row.district)),
	);
	assert.equal(byKey.size, municipalities.length);
	const ofAssociation = new Map(associations.map((row) => [row.ars9, row]));
	for (const row of municipalities.filter((row) => row.association))
		assert.equal(ofAssociation.get(row.association).district, row.district, row.ags8);
});

test("the tables are UTF-8, NFC, with names free of suffixes, and carry the credit", () => {
	for (const name of REGISTERS) {
		const text = readText(`services/registry/territory/${name}`);
		assert.ok(text.length > 100_000 && !text.startsWith("#"), name);
		assert.equal(text, text.normalize("NFC"), name);
		assert.doesNotMatch(text, /\uFFFD/, name);
	}
	assert.ok([...districts, ...municipalities].every((row) => !row.name.includes(", ")));
	const names = new Map(municipalities.map((row) => [row.ags8, row.name]));
	assert.equal(names.get(HEIDENAU), "Heidenau");
	assert.equal(names.get("14625020"), "Bautzen / Budyšin");
	assert.equal(names.get("14626600"), "Weißwasser/O.L. / Běła Woda");
	assert.equal(names.get("14524330"), "Zwickau");
});

// ---- the history as a file

test("lines have one form and are sorted by the day they were recorded", () => {
	const members = ["recordedOn", "provenance", "citation", "as", "post", "put", "body"];
	const added = ["line", "path", "kind", "target", "on"];
	let last = "";
	for (const fact of facts) {
		const at = `line ${fact.line}`;
		assert.ok(
			Object.keys(fact).every((name) => [...members, ...added].includes(name)),
			at,
		);
		assert.match(fact.recordedOn, /^\d{4}-\d\d-\d\d$/, at);
		assert.equal(new Date(fact.on).toISOString().slice(0, 10), fact.on, at);
		assert.ok(fact.recordedOn >= last, `${at}: goes back`);
		assert.ok(fact.on <= fact.recordedOn && fact.recordedOn <= "2024-06-30", at);
		assert.ok(["PUBLISHED", "SYNTHETIC"].includes(fact.provenance), at);
		assert.equal(typeof fact.citation, "string", at);
		assert.ok(fact.provenance !== "PUBLISHED" || fact.citation, `${at}: published where?`);
		last = fact.recordedOn;
	}
	const before = facts.filter((fact) => fact.on < "2019-02-06");
	assert.ok(
		before.every((fact) => ["council", "councilChange"].includes(fact.kind)),
		"before the alliance only councils",
	);
});

test("references resolve to an earlier line of the right kind", () => {
	const PLURALS = {
		agreement: "agreements",
		council: "councils",
		coaching: "coachings",
		reopen: "coachings",
		analysis: "analyses",
		measure: "measures",
	};
	const known = new Map();
	for (const fact of facts) {
		if (fact.as) {
			assert.ok(
				CREATES.includes(fact.kind) && !known.has(fact.as),
				`line ${fact.line}: ${fact.as}`,
			);
			known.set(fact.as, PLURALS[fact.kind]);
		}
		const [, plural, reference] = /^\/(\w+)\/\{(.*)\}/.exec(fact.path) ?? [];
		if (reference)
			assert.equal(known.get(reference), plural, `line ${fact.line}: ${reference}`);
	}
});

test("every key is in the territory", () => {
	for (const fact of facts)
		for (const key of keysOf(fact)) {
			assert.ok(districtOf.has(key), `line ${fact.line}: ${key}`);
			assert.ok(
				key.length !== 5 || ["council", "councilChange"].includes(fact.kind),
				`line ${fact.line}: a district`,
			);
		}
});

test("persons are a role and an organisation, coaches a reference, nobody a name", () => {
	for (const kind of ["match", "changeCoach"])
		for (const fact of until("9999-12-31", kind)) assert.match(fact.body.coach, /^B3-\d\d$/);
	for (const fact of until("9999-12-31", "advisers"))
		for (const { adviser } of fact.body.assignments) assert.match(adviser, /^lpr-adviser-\d$/);
	for (const fact of until("9999-12-31", "person"))
		assert.equal(fact.body.name, "Koordinierungsstelle Prävention", `line ${fact.line}`);
	for (const fact of until("9999-12-31", "agreement")) {
		const { accessions: keys, signatories, witnesses = [], actionFields = [] } = fact.body;
		for (const person of [...signatories, ...witnesses]) {
			assert.deepEqual(
				Object.keys(person).sort(),
				["organisation", "role"],
				`line ${fact.line}`,
			);
			assert.match(person.role, /^[a-z_]+$/);
		}
		for (const field of actionFields) assert.match(field, /^[a-z_]+$/);
		for (const key of keys) {
			const own = signatories.filter((person) => person.organisation === key);
			assert.ok(
				own.some((person) => ["mayor", "lord_mayor"].includes(person.role)),
				`line ${fact.line}: who signed for ${key}?`,
			);
		}
	}
});

// ---- the order of things in one participant's life

test("no participant has two accessions or two councils at a time", () => {
	for (const { on } of facts) {
		const keys = accessions(on).map((one) => one.key);
		assert.equal(new Set(keys).size, keys.length, `accessions on ${on}`);
	}
	const councils = until("9999-12-31", "council").map((fact) => fact.body.participant);
	assert.equal(new Set(councils).size, councils.length);
	const unions = associations.filter((row) => row.kind === "union").map((row) => row.ars9);
	const inUnions = municipalities
		.filter((row) => unions.includes(row.association))
		.map((row) => row.ags8);
	assert.ok(
		facts.every((fact) => keysOf(fact).every((key) => !inUnions.includes(key))),
		"a union acts for its members",
	);
});

test("contact comes before advice, advice before agreement, coaching and analysis", () => {
	const first = (kind, key) =>
		facts
			.filter((fact) => fact.kind === kind && keysOf(fact).includes(key))
			.map((fact) => fact.on)
			.sort()[0];
	for (const fact of facts)
		for (const key of keysOf(fact)) {
			if (fact.kind === "advice")
				assert.ok(first("contact", key) <= fact.on, `line ${fact.line}`);
			if (["agreement", "preliminary", "coaching", "analysis", "level"].includes(fact.kind))
				assert.ok(first("advice", key) < fact.on, `line ${fact.line}`);
		}
});

test("a coaching is requested, matched, started, closed; an analysis kicked off, presented", () => {
	const steps = {
		coaching: ["match", "start", "close"],
		analysis: ["present"],
		council: ["councilChange"],
	};
	for (const [creates, later] of Object.entries(steps))
		for (const created of facts.filter((fact) => fact.kind === creates)) {
			const life = facts.filter(
				(fact) => later.includes(fact.kind) && fact.target === created.as,
			);
			if (creates !== "council")
				assert.deepEqual(
					life.map((fact) => fact.kind),
					later.slice(0, life.length),
					created.as,
				);
			const days = [created, ...life].map((fact) => fact.on);
			assert.deepEqual(days, [...days].sort(), created.as);
		}
	for (const present of facts.filter((fact) => fact.kind === "present")) {
		const kickOff = facts.find((fact) => fact.as === present.target);
		const weeks = (new Date(present.on) - new Date(kickOff.on)) / (7 * 86400000);
		assert.ok(weeks >= 20 && weeks < 31, `line ${present.line}: ${weeks} weeks`);
	}
});

test("every coach is in the pool with a place left, from the match on until the end", () => {
	const end = "9999-12-31";
	const all = (kind) => until(end, kind);
	const coachings = [...all("coaching"), ...all("reopen")];
	for (const { target, body, on, line } of [...all("match"), ...all("changeCoach")]) {
		const [joined] = all("coach").filter((fact) => fact.body.id === body.coach);
		const left = all("coachRetired").find((fact) => fact.target === body.coach)?.on ?? end;
		assert.ok(joined?.on <= on && on < left, `line ${line}: ${body.coach} of ${target}`);
		const profile = until(on, "coachProfile").filter((fact) => fact.target === body.coach);
		const holds = coachings.filter(({ as }) => {
			const mine = (fact) => fact.target === as;
			const last = [...until(on, "match"), ...until(on, "changeCoach")].filter(mine).at(-1);
			return last?.body.coach === body.coach && !until(on, "close").some(mine);
		});
		const { capacity } = (profile.at(-1) ?? joined).body;
		assert.ok(holds.length <= capacity, `line ${line}: ${holds.length} of ${capacity}`);
	}
});

test("what nobody published says so: how a coaching or a plan went, who is in the pool", () => {
	const told = new Set(facts.filter((fact) => fact.provenance === "PUBLISHED").map(({ kind }) => kind));
	assert.deepEqual(
		[...told].sort(),
		["advice", "agreement", "analysis", "budget", "council", "model", "preliminary"],
	);
	for (const fact of facts.filter(({ kind }) => !told.has(kind))) assert.equal(fact.citation, "");
});

test("a council moves only between states that follow each other", () => {
	const follows = {
		DORMANT: ["ACTIVE"],
		REACTIVATED: ["DORMANT"],
		DISSOLVED: ["ACTIVE", "DORMANT"],
	};
	const state = new Map();
	for (const fact of facts.filter((one) => ["council", "councilChange"].includes(one.kind))) {
		if (fact.kind === "councilChange") {
			assert.ok(
				follows[fact.body.change].includes(state.get(fact.target)),
				`line ${fact.line}`,
			);
			state.set(fact.target, fact.body.change.replace("REACTIVATED", "ACTIVE"));
		} else state.set(fact.as, "ACTIVE");
	}
	assert.ok(facts.some((fact) => fact.body.change === "REACTIVATED"));
});

// ---- the published totals

test("2018: about ten councils, and nothing else", () => {
	expectCounters("2018-12-31", {
		contacted: 0,
		advised: 0,
		agreements: 0,
		coachings: 0,
		analysesStarted: 0,
		councils: 10,
		districtCouncils: 0,
	});
});

test("2021-01-18: Seifhennersdorf is the 100th that was advised", () => {
	expectCounters("2021-01-17", { advised: 99 });
	expectCounters("2021-01-18", { advised: 100 });
	const own = until("2021-01-18", "advice").filter((fact) => fact.target === SEIFHENNERSDORF);
	assert.deepEqual(
		own.map((fact) => fact.on),
		["2021-01-18"],
	);
});

test("2021: the totals of the year", () => {
	expectCounters("2020-12-31", { coachings: 24 });
	expectCounters("2021-02-06", { advised: 102, councils: 19, coachings: 24 });
	expectCounters("2021-06-25", { councils: 21, municipalitiesStarted: 16 });
	assert.ok(counters("2021-06-25").advised > 100);
	expectCounters("2021-09-01", { advised: 121, closelyCooperating: 43, councils: 25 });
});

test("2021-11-30: the sites page", () => {
	expectCounters("2021-11-30", {
		contacted: 126,
		agreements: 29,
		coachesMatched: 32,
		analyses: 12,
		municipalitiesAnalysed: 13,
		councils: 26,
		districtCouncils: 2,
	});
	const now = counters("2021-11-30");
	assert.ok(now.advised >= 121 && now.advised <= 126);
	assert.ok(now.coachings <= 32 && now.coachingsRequested >= 32);
	const models = until("2021-11-30", "model").map((fact) => fact.target);
	assert.deepEqual(models.sort(), [...MODELS].sort());
	assert.ok(
		models.every((key) => until("2021-11-30", "contact").some((fact) => fact.target === key)),
	);
});

test("2023-04-05: Hartmannsdorf is the 49th, and the 5th in Mittelsachsen", () => {
	expectCounters("2023-04-05", { agreements: 49 });
	assert.equal(rank("14522260", "2023-04-05"), 49);
	assert.equal(rank("14522260", "2023-04-05", "14522"), 5);
});

test("2023-08-09: Heidenau is the 53rd, the 6th in its district, and nothing else changes", () => {
	const before = {
		advised: 143,
		closelyCooperating: 64,
		agreements: 52,
		coachings: 47,
		analyses: 25,
		councils: 34,
	};
	expectCounters("2023-08-08", before);
	assert.equal(
		accessions("2023-08-08").filter((one) => districtOf.get(one.key) === "14628").length,
		5,
	);
	assert.deepEqual(counters("2023-08-09"), { ...counters("2023-08-08"), agreements: 53 });
	assert.equal(rank(HEIDENAU, "2023-08-09"), 53);
	assert.equal(rank(HEIDENAU, "2023-08-09", "14628"), 6);
	assert.equal(facts.filter((fact) => fact.on === "2023-08-09").length, 1);
});

test("2023-08-09: who signed for Heidenau, and in whose presence", () => {
	const { body, provenance } = facts.find((fact) => fact.on === "2023-08-09");
	assert.equal(provenance, "PUBLISHED");
	assert.deepEqual(
		body.signatories.map((person) => person.role),
		["mayor", "station_head", "lpr_representative"],
	);
	assert.deepEqual(
		body.witnesses.map((person) => person.role),
		["minister", "police_president", "member_of_state_parliament"],
	);
	assert.deepEqual(body.actionFields, ["school_absenteeism"]);
});

test("2023-09-14: 54; the participants that were named have joined", () => {
	expectCounters("2023-09-14", { agreements: 54 });
	const joined = accessions("2023-08-09").map((one) => one.key);
	for (const key of [
		"145215405",
		"14521170",
		"14521320",
		"14522150",
		"14522140",
		"14713000",
		"14511000",
		HEIDENAU,
	])
		assert.ok(joined.includes(key), key);
});

test("2024-02: 25 analyses presented and two more started", () => {
	expectCounters("2024-02-28", { analyses: 25, analysesStarted: 25 });
	expectCounters("2024-02-29", { analyses: 25, analysesStarted: 27 });
	assert.deepEqual(facts.filter((fact) => fact.on === "2024-02-29").flatMap(keysOf), [
		"14628050",
		"14626600",
	]);
});

test("the budget of 2023 was decided before Heidenau signed", () => {
	const [budget] = until("2023-08-08", "budget").filter((fact) => fact.body.year === 2023);
	assert.equal(budget.body.amountCents, "110000000");
});

test("the preliminary agreement of Oelsnitz opens its coaching", () => {
	const [preliminary] = until("9999-12-31", "preliminary");
	assert.deepEqual([preliminary.target, preliminary.on], ["14521450", "2021-09-01"]);
	const requested = until("9999-12-31", "coaching").filter(
		(fact) => fact.body.participant === preliminary.target,
	);
	assert.ok(requested.length === 1 && requested[0].on > preliminary.on);
});

// ---- against the shared reference data

test("the tables say what the register says", { skip: unlessShared }, () => {
	const register = readShared("sachsen_municipalities.csv");
	assert.deepEqual(
		municipalities.map((row) => [row.ags8, row.district, row.association, String(row.population)]),
		register
			.map((row) => [row.ags8, row.ags5, row.association_ars9, row.population_2022_12_31])
			.sort(),
	);
	const officialNames = new Map(register.map((row) => [row.ags8, row.name]));
	const suffixes =
		/, (Stadt|Kurort|Hochschulstadt|Universitätsstadt|Garnisonsstadt|Motorradstadt)/g;
	for (const { ags8, name } of municipalities)
		assert.equal(name, officialNames.get(ags8).replaceAll(suffixes, ""), ags8);
	assert.deepEqual(
		associations.map((row) => [row.ars9, row.name, row.kind, row.district]),
		readShared("sachsen_associations.csv")
			.map((row) => [
				row.ars9,
				row.name,
				row.kind_code === "56" ? "union" : "partnership",
				row.ags5,
			])
			.sort(),
	);
	assert.deepEqual(
		districts.map((row) => [row.ags5, row.name, row.kind, row.seat, row.policeDirectorate]),
		readShared("sachsen_districts.csv").map((row) => [
			row.ags5,
			row.name.replaceAll(suffixes, ""),
			row.kind_code === "41" ? "independent_city" : "district",
			row.seat,
			row.police_directorate,
		]),
	);
	assert.deepEqual(
		police.map((row) => [row.code, row.name, row.seat]),
		readShared("sachsen_police_directorates.csv").map((row) => [row.code, row.name, row.seat]),
	);
});

function lastDay(asOf) {
	if (asOf.length === 10) return asOf;
	const [year, month] = asOf.split("-").map(Number);
	return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}

test("every published total holds", { skip: unlessShared }, () => {
	const COLUMNS = {
		advised: "advised",
		closely_cooperating: "closelyCooperating",
		agreements: "agreements",
		coachings: "coachings",
		analyses: "analyses",
		councils: "councils",
	};
	// the sites page of 2021-11 counts whom the office contacted, and coaches that were found
	const DECIDED = { "2021-11 advised": "contacted", "2021-11 coachings": "coachesMatched" };
	let checked = 0;
	for (const row of readShared("asskomm_published_counts.csv")) {
		const now = counters(lastDay(row.as_of));
		for (const [column, counter] of Object.entries(COLUMNS)) {
			const is = now[DECIDED[`${row.as_of} ${column}`] ?? counter];
			const [, more, number] =
				/^(>?)(\d+)(?: done.*| \+ \d+ districts| with .*)?$/.exec(row[column]) ?? [];
			if (number === undefined) {
				assert.ok(
					row[column] === "" || row[column] === "16 started",
					`${row.as_of} ${column}: ${row[column]}`,
				);
				continue;
			}
			checked++;
			assert.ok(
				more ? is > Number(number) : is === Number(number),
				`${row.as_of} ${column}: ${is}, published ${row[column]}`,
			);
		}
	}
	assert.ok(checked >= 22, `${checked} numbers`);
});

// What a line would be in the table of known events; a remark there may say more than its kind.
const EVENTS = {
	agreement: (event) => event.event === "agreement_signed",
	preliminary: (event) => event.event === "preliminary_agreement_signed",
	advice: (event) => event.event === "advised",
	model: (event) => event.event === "model_municipality",
	analysis: (event) => event.event === "analysis_kickoff",
	council: (event) => event.remark.includes("council founded"),
};

test("what is marked as published was published", { skip: unlessShared }, () => {
	const events = readShared("asskomm_known_events.csv");
	const found = new Set();
	for (const fact of facts.filter(
		(one) => one.provenance === "PUBLISHED" && one.kind !== "budget",
	)) {
		const keys = keysOf(fact);
		const event = events.find(
			(one) =>
				EVENTS[fact.kind]?.(one) &&
				one.date_precision !== "year" &&
				lastDay(one.date) === fact.on &&
				keys.every((key) => one.ags8_list.split(" ").includes(key)),
		);
		assert.ok(event, `line ${fact.line}: in no source`);
		assert.ok(event.source.includes(fact.citation), `line ${fact.line}: ${fact.citation}`);
		for (const key of keys) found.add(`${fact.kind} ${event.date} ${key}`);
	}
	for (const event of events.filter((one) => one.date_precision !== "year")) {
		const kind = Object.keys(EVENTS).find((one) => EVENTS[one](event));
		if (kind)
			for (const key of event.ags8_list.split(" "))
				assert.ok(
					found.has(`${kind} ${event.date} ${key}`),
					`missing: ${kind} ${event.date} ${key}`,
				);
	}
	const [budget] = facts.filter((one) => one.provenance === "PUBLISHED" && one.kind === "budget");
	const row = readShared("asskomm_published_counts.csv").find(
		(one) => one.as_of === "2023-08-09",
	);
	assert.equal(
		`budget ${budget.body.year}: ${Number(budget.body.amountCents) / 100}`,
		row.grants_eur,
	);
});

test(
	"an event known by its year has a day in it, marked as synthetic, with its source",
	{ skip: unlessShared },
	() => {
		for (const event of readShared("asskomm_known_events.csv").filter(
			(one) => one.date_precision === "year",
		)) {
			const fact = until("9999-12-31", "agreement").find((one) =>
				keysOf(one).includes(event.ags8_list),
			);
			assert.equal(fact.on.slice(0, 4), event.date);
			assert.deepEqual([fact.provenance, fact.citation], ["SYNTHETIC", event.source]);
			if (event.remark.includes("autumn"))
				assert.ok(fact.on >= `${event.date}-09-22` && fact.on <= `${event.date}-12-21`);
		}
	},
);
