// Every route × every caller × every scope against matrix.policy.json, which people wrote: who may
// pass, what is shown to whom, and that what a caller may not see looks, to the byte, like what does
// not exist. A route that the policy does not know fails.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { forAll, startAgent } from "../support/agent.mjs";
import { openEvents } from "../support/events.mjs";
import { startSuite } from "../support/suite.mjs";

const POLICY = JSON.parse(readFileSync(new URL("matrix.policy.json", import.meta.url), "utf8"));
const LEAST_CASES = 10_000;
const TOLD = 10; // findings of one route that are told
const DAY = "2023-08-09";
const TOWN = "14628160";
const DISTRICT = "14628";
const FOREIGN = "14626610";

let suite;
let agent;
let world; // what stands for the policy's $names
let missing; // the same, with ids that are nobody's
let tokens; // by caller and scope
let asked = 0;
let recorded = 0;

// ---- the world of the test

async function post(path, body, token = suite.token("operator")) {
	const reply = await suite.post(path, body, { token });
	assert.equal(reply.status, 201, `${path}: ${reply.text}`);
	return reply.json;
}

const sign = (...accessions) =>
	post("/agreements", {
		accessions,
		signedOn: DAY,
		mode: "IN_PERSON",
		signatories: accessions.map((organisation) => ({ role: "mayor", organisation })),
	});

async function withdrawn(...accessions) {
	const { id } = await sign(...accessions);
	await post(`/agreements/${id}/withdraw`, { reason: "matrix" });
	return id;
}

// A contact of the town, which somebody has read.
async function recordContact() {
	const id = randomUUID();
	const contact = { name: "Mara Muster", role: "coordinator", participant: TOWN };
	const body = { ...contact, purpose: "municipal_contact", legalBasis: "PUBLIC_TASK", validFrom: DAY };
	const reply = await suite.call("PUT", `/contacts/${id}`, { token: suite.token("operator"), body });
	assert.equal(reply.status, 200, reply.text);
	const token = suite.token("auditor", ["14"], { sub: "first reader" });
	assert.equal((await suite.get(`/contacts/${id}`, { token })).status, 200);
	return id;
}

const subjectOf = (caller) => `caller ${caller}`;

// One subscription each that has ended, so that ending it again changes nothing.
async function endedSubscriptions() {
	const ids = {};
	for (const [caller, roles] of Object.entries(POLICY.callers)) {
		const sub = subjectOf(caller);
		const token = suite.token("auditor", ["14"], { sub });
		const { id } = await post("/subscriptions", { kind: "Nothing" }, token);
		const ended = await suite.call("DELETE", `/subscriptions/${id}`, { token });
		assert.equal(ended.status, 200, `${roles}: ${ended.text}`);
		ids[caller] = id;
	}
	return ids;
}

async function matchedCoaching() {
	const { id } = await post("/coachings", { participant: TOWN, requestedOn: DAY });
	await post(`/coachings/${id}/match`, { matchedOn: DAY, coach: "matrix-17" });
	return id;
}

async function makeWorld() {
	const made = { town: TOWN, district: DISTRICT, nothing: randomUUID(), before: await suite.head() };
	made.withdrawnAgreement = await withdrawn(TOWN);
	made.withdrawnSharedAgreement = await withdrawn(TOWN, FOREIGN);
	const assignments = [{ adviser: "adviser of the matrix", validFrom: DAY }];
	await post(`/districts/${DISTRICT}/advisers`, { assignments });
	made.contact = await recordContact();
	const agreement = await sign(TOWN);
	Object.assign(made, { agreement: agreement.id, fact: agreement.facts[0] });
	await post(`/agreements/${agreement.id}/terminate`, { terminatedOn: "2023-08-20", reason: "anew" });
	const shared = { accessions: [TOWN, FOREIGN], signedOn: "2023-08-21", mode: "IN_PERSON" };
	const signatories = [TOWN, FOREIGN].map((organisation) => ({ role: "mayor", organisation }));
	made.sharedAgreement = (await post("/agreements", { ...shared, signatories })).id;
	const consortium = { name: "Städtebund Matrix", registeredOn: DAY, members: [TOWN, "14628110"] };
	made.consortium = (await post("/participants", consortium)).id;
	made.council = (await post("/councils", { participant: TOWN, constitutedOn: DAY })).id;
	const profile = { capacity: 50, competences: ["strategy"] };
	await post("/coaches", { id: "matrix-17", registeredOn: DAY, ...profile });
	made.coaching = await matchedCoaching();
	made.heldCoaching = await matchedCoaching();
	await post(`/coachings/${made.heldCoaching}/start`, { startedOn: DAY });
	const session = { heldOn: DAY, form: "VIDEO" };
	[made.session] = (await post(`/coachings/${made.heldCoaching}/sessions`, session)).facts;
	made.analysis = (await post("/analyses", { municipalities: [TOWN], kickedOffOn: DAY })).id;
	const about = { actionField: "littering", summary: "matrix" };
	made.finding = (await post(`/analyses/${made.analysis}/findings`, { foundOn: DAY, ...about })).id;
	const owner = { ownerRole: "mayor", ownerOrganisation: TOWN, actionField: "littering" };
	const decided = { title: "matrix", decidedOn: DAY, dueOn: DAY, ...owner };
	made.measure = (await post(`/analyses/${made.analysis}/measures`, decided)).id;
	const indicators = [{ question: "safe_at_night", n: 50, sharePermille: 500 }];
	const survey = { participant: TOWN, surveyedOn: DAY, sample: 100, returns: 50, indicators };
	await post(`/analyses/${made.analysis}/surveys`, survey);
	const owed = { kind: "MUNICIPAL_STATISTICS", expectedOn: DAY, dueOn: DAY };
	await post(`/analyses/${made.analysis}/deliveries`, owed);
	const figure = { year: 2022, offence: "890000", cases: 900, cleared: 450, population: 16500 };
	await post(`/municipalities/${TOWN}/crime-statistics`, { figures: [figure] });
	await post(`/participants/${TOWN}/preliminary-agreement`, { signedOn: DAY });
	await post(`/participants/${TOWN}/model-municipality`, { designatedOn: DAY });
	made.foreignSubscription = (await post("/subscriptions", { kind: "Nothing" })).id;
	const last = await post("/budgets", { year: 2022, amountCents: "110000000", decidedOn: "2022-01-01" });
	const token = suite.token("auditor");
	const folded = await suite.get(`/figures?afterFact=${last.facts[0]}`, { token });
	assert.equal(folded.status, 200, folded.text);
	const head = await suite.get("/ledger/head", { token });
	return { ...made, instant: head.json.recordedAt, last: Number(head.json.seq) };
}

// As long as what they stand for, so that answers can be equal to the byte.
const nobodys = (made) => ({
	...made,
	...Object.fromEntries(
		Object.entries(made)
			.filter(([, value]) => /^[0-9a-f]{8}-/.test(value))
			.map(([name]) => [name, randomUUID()]),
	),
	nothing: made.nothing,
	town: "14628999",
	district: "14999",
	consortium: made.consortium.replace("matrix", "nobody"),
});

before(async () => {
	suite = await startSuite();
	agent = startAgent(suite.port);
	world = await makeWorld();
	world.subscriptions = await endedSubscriptions();
	missing = nobodys(world);
	tokens = Object.fromEntries(
		Object.entries(POLICY.callers).map(([caller, roles]) => [
			caller,
			Object.fromEntries(
				Object.entries(POLICY.scopes).map(([name, { scopes }]) => [
					name,
					roles && suite.token(roles, scopes, { sub: subjectOf(caller) }),
				]),
			),
		]),
	);
});
after(async () => {
	agent?.stop();
	await suite?.stop();
});

// ---- what the policy expects

const passes = (route, caller) =>
	(POLICY.callers[caller] ?? []).some((role) => route.roles.includes(role));

const coversDistrict = (scope) => scope === "*" || (scope !== "" && DISTRICT.startsWith(scope));
const liesInDistrict = (scope) => scope.startsWith(DISTRICT);

const isCoachs = (route, caller) =>
	route.roles.includes("coach") && (POLICY.callers[caller] ?? []).includes("coach");

function reaches({ route, method, rule, caller }, scope) {
	const about = rule.of ?? rule.about;
	if (rule.assigned && scope.assigned) return method === "GET" || isCoachs(route, caller);
	if (about === "district") return scope.scopes.some(coversDistrict);
	if (about === "in district")
		return scope.scopes.some((each) => coversDistrict(each) || liesInDistrict(each));
	if (about === "shared") return method === "GET" ? scope.town || scope.other === true : scope.both;
	return scope.town;
}

// The status, and whether what the case shows is there (undefined: it does not say).
function expected(cell) {
	const { route, rule, caller, scope } = cell;
	if (POLICY.callers[caller] === null) return { status: 401 };
	if (!passes(route, caller)) return { status: 403 };
	const reached = reaches(cell, POLICY.scopes[scope]);
	switch (rule.about) {
		case "town":
		case "district":
		case "shared":
			return { status: reached ? rule.answer : 404 };
		case "list":
			return { status: rule.answer, shown: reached };
		case "total":
			return { status: rule.answer, shown: true };
		case "state as a whole":
			return { status: POLICY.scopes[scope].state ? rule.answer : 403 };
		case "nobody":
			return { status: 404 };
		default:
			return { status: rule.answer };
	}
}

// ---- asking

const fill = (value, names) =>
	value === undefined
		? undefined
		: JSON.parse(JSON.stringify(value).replace(/\$(\w+)/g, (_, name) => names[name]));

// What a stream says until it comes to the last fact of the world; a refusal as it is.
async function follow(path, token) {
	const reader = await openEvents(suite, { token, query: path.replace("/events", "") });
	const isAtEnd = (events) => reader.ended || events.some(({ id }) => Number(id) === world.last);
	await reader.until(isAtEnd, "the last fact of the world");
	reader.close();
	const text = reader.status === 200 ? JSON.stringify(reader.events) : reader.text;
	return { status: reader.status, headers: {}, text };
}

async function ask({ method, rule, caller, scope }, names) {
	asked += 1;
	if (rule.stream) return follow(fill(rule.path, names), tokens[caller][scope]);
	const own = { ...names, subscription: names.subscriptions?.[caller] ?? missing.agreement };
	const reply = await agent.ask(method, fill(rule.path, own), {
		token: tokens[caller][scope],
		body: fill(rule.body, own),
		headers:
			method === "GET"
				? {}
				: {
						"idempotency-key": rule.key ?? randomUUID(),
						"dry-run": String(rule.dryRun === true),
					},
	});
	if (reply.status === 201) recorded += rule.key ? 0 : JSON.parse(reply.text).facts.length;
	return reply;
}

// An answer without what names the request itself: its trace, and the ids that were asked for.
function faceOf(reply, names) {
	let text = JSON.stringify([reply.status, reply.headers, reply.text]);
	text = text.replace(/\\"traceId\\":\s*\\"[0-9a-f]{32}\\"/, "");
	for (const [name, value] of Object.entries(names))
		if (typeof value === "string" && name !== "instant") text = text.replaceAll(value, `$${name}`);
	return text;
}

// What is wrong with one case, or nothing.
async function judge(cell, totals) {
	const { rule, caller, scope } = cell;
	const wanted = expected(cell);
	const reply = await ask(cell, world);
	const where = `${rule.path} as ${caller}, scope ${scope}`;
	if (reply.status !== wanted.status)
		return `${where}: ${reply.status}, not ${wanted.status}: ${reply.text.slice(0, 200)}`;
	const succeeded = reply.status < 300;
	if (rule.shows && succeeded && wanted.shown !== undefined) {
		const shown = reply.text.includes(fill(rule.shows, world));
		if (shown !== wanted.shown) return `${where}: shows ${shown ? "too much" : "too little"}`;
	}
	if (rule.about === "total" && succeeded) totals.add(reply.text);
	if (rule.about === "own" && succeeded) {
		const { items = [] } = JSON.parse(reply.text);
		const foreign = items.some(({ recipient }) => recipient !== subjectOf(caller));
		if (foreign) return `${where}: shows what is another's`;
	}
	return judgeMissing(cell, wanted, reply, where);
}

// The same for ids that are nobody's: there is nothing, and what is out of reach looks the same.
async function judgeMissing(cell, wanted, reply, where) {
	const { rule } = cell;
	if (!/\$(?!instant|before|nothing)/.test(JSON.stringify([rule.path, rule.body]))) return undefined;
	const nothing = await ask(cell, { ...missing, subscriptions: {} });
	const refused = wanted.status === 401 || wanted.status === 403;
	const status = refused || rule.about === "list" ? wanted.status : 404;
	if (nothing.status !== status)
		return `${where}, missing: ${nothing.status}, not ${status}: ${nothing.text.slice(0, 200)}`;
	const hidden = reply.status >= 400 ? reply.status === status : wanted.shown === false;
	if (hidden && faceOf(reply, world) !== faceOf(nothing, missing))
		return `${where}: differs from what does not exist: ${reply.text} / ${nothing.text}`;
	return undefined;
}

// ---- the matrix

test("the policy knows every route, and the description names the policy's roles", async () => {
	const { json } = await suite.get("/openapi.json");
	const described = {};
	for (const [path, methods] of Object.entries(json.paths))
		for (const [method, operation] of Object.entries(methods))
			if (operation["x-roles"])
				described[`${method.toUpperCase()} ${path.replace("/api/v1", "")}`] =
					[...operation["x-roles"]].sort();
	const decided = Object.fromEntries(
		Object.entries(POLICY.routes).map(([name, { roles }]) => [name, [...roles].sort()]),
	);
	assert.deepEqual(described, decided);
});

test("every unsafe case says why it does no harm", () => {
	for (const [name, { cases }] of Object.entries(POLICY.routes))
		for (const rule of cases)
			assert.ok(name.startsWith("GET ") || rule.about === "nobody" || rule.trick, name);
});

describe("every caller with every scope", () => {
	for (const [name, route] of Object.entries(POLICY.routes)) {
		test(name, async () => {
			const method = name.split(" ")[0];
			const findings = [];
			for (const rule of route.cases) {
				const cells = Object.keys(POLICY.callers).flatMap((caller) =>
					Object.keys(POLICY.scopes).map((scope) => ({ route, method, rule, caller, scope })),
				);
				const totals = new Set();
				await forAll(cells, async (cell) => {
					const finding = await judge(cell, totals);
					if (finding) findings.push(finding);
				});
				if (totals.size > 1) findings.push(`${rule.path}: not the same for all`);
			}
			assert.deepEqual(findings.slice(0, TOLD), [], `${findings.length} findings`);
		});
	}
});

test("these were enough, and the ledger holds what was answered and no more", async (context) => {
	context.diagnostic(`${asked} requests, ${recorded} facts`);
	assert.ok(asked >= LEAST_CASES, `${asked} requests`);
	const token = suite.token("auditor");
	const barrier = await post(`/participants/${TOWN}/advice`, { advisedOn: DAY });
	const figures = await suite.get(`/figures?afterFact=${barrier.facts[0]}`, { token });
	assert.equal(Number(figures.json.ledgerSeq), world.last + recorded + 1);
});
