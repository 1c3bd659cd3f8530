// The suite's own description, as the build wrote it: it tells every route and nothing else, its
// examples keep its schemas, and the page for people tells the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { operationsOf, schemaOf, validator } from "../support/openapi.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GEN = resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build", "gen");
const api = JSON.parse(readFileSync(join(GEN, "openapi.json"), "utf8"));
const page = readFileSync(join(GEN, "docs.html"), "utf8");
const operations = operationsOf(api);
// The edge's own route, which is no rpc: the live stream.
const STREAM = "/api/v1/events";
const rpcs = operations.filter(({ path }) => path !== STREAM);
const validate = validator(api);

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

// The roles in the order of their numbers, as the tables' bits count them.
const ROLES = [...readFileSync(join(ROOT, "proto/asskomm/options.proto"), "utf8")
	.matchAll(/^\s*ROLE_(\w+) = (\d+);/gm)].map(([, name]) => name.toLowerCase());

// The routes that the gateway serves: [{ verb, path, roles }] from the generated tables.
function routesOfTables() {
	const text = readFileSync(join(GEN, "tables.gen.c"), "utf8");
	return text.split(/^\t\{$/m).slice(1).flatMap((row) => {
		const member = (name) => row.match(new RegExp(`\\.${name} = "?([^",\\n]*)`))?.[1];
		if (!member("http_method")) return [];
		const bits = Number(member("roles").replace("u", ""));
		return [{
			verb: member("http_method"),
			path: `/api/v1${member("path").replace(/\{(\w+)\}/g, (_, name) => `{${camel(name)}}`)}`,
			success: member("success"),
			roles: ROLES.filter((_, number) => bits & (1 << number)),
		}];
	});
}

const byName = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

test("every route of the tables is described, with its roles and its success, and no other", () => {
	assert.equal(rpcs.length, operations.length - 1);
	const told = rpcs.map(({ verb, path, operation }) => ({
		verb,
		path,
		success: Object.keys(operation.responses).findLast((status) => status < "300"),
		roles: operation["x-roles"],
	}));
	const served = routesOfTables();
	assert.ok(served.length > 30, `${served.length} routes`);
	assert.deepEqual(told.sort(byName), served.sort(byName));
});

test("each operation says what it does, for whom, and which failures it has", () => {
	for (const { name, operation } of operations) {
		assert.ok(operation.summary, name);
		assert.match(operation.description, /For: .+\.$/, name);
		assert.equal(operation.tags.length, 1, name);
		for (const status of ["400", "401", "403", "429", "503", "default"])
			assert.ok(operation.responses[status], `${name}: ${status}`);
	}
	const ids = operations.map(({ operation }) => operation.operationId);
	assert.equal(new Set(ids).size, ids.length);
});

test("commands take a key, are refused and conflict; what is changed by id takes a version", () => {
	for (const { name, verb, path, operation } of rpcs) {
		const headers = operation.parameters.map((each) => each.$ref?.split("/").at(-1));
		const isQuestion = path === "/api/v1/territory/preview";
		const isCommand = verb !== "GET" && !isQuestion;
		assert.equal(headers.includes("IdempotencyKey"), isCommand, name);
		assert.equal("409" in operation.responses && "422" in operation.responses, isCommand, name);
		assert.equal(headers.includes("DryRun") && "200" in operation.responses, isCommand, name);
		assert.equal(headers.includes("IfNoneMatch") && "304" in operation.responses, verb === "GET", name);
		assert.equal("412" in operation.responses, isCommand && path.includes("{"), name);
		assert.equal(headers.includes("RecordedOn"),
			isCommand && operation["x-roles"].includes("operator"), name);
	}
});

test("every example keeps its schema", () => {
	let count = 0;
	const check = (schema, value, name) => {
		count += 1;
		assert.equal(validate(schema, value), "", `${name}: ${JSON.stringify(value)}`);
	};
	for (const { name, operation } of operations) {
		for (const each of operation.parameters.filter((each) => each.name))
			check(each.schema, each.example, `${name} ${each.name}`);
		const body = operation.requestBody?.content["application/json"];
		if (body) check(body.schema, body.example, `${name} request`);
		for (const [status, response] of Object.entries(operation.responses))
			for (const [type, content] of Object.entries(response.content ?? {}))
				check(content.schema, content.example, `${name} ${status} ${type}`);
	}
	for (const [name, header] of Object.entries(api.components.parameters))
		check(header.schema, header.example, name);
	for (const [name, response] of Object.entries(api.components.responses))
		for (const content of Object.values(response.content ?? {}))
			for (const example of Object.values(content.examples ?? { default: { value: content.example } }))
				check(content.schema, example.value, name);
	assert.ok(count > 100, `${count} examples`);
});

test("an example of a request holds every field that the request has", () => {
	for (const { name, operation } of operations) {
		const body = operation.requestBody?.content["application/json"];
		// Heidenau's agreement has no end, a contact one belonging: their examples are told as a whole.
		if (body && !["signAgreement", "setContact"].includes(operation.operationId))
			assert.deepEqual(Object.keys(body.example).sort(),
				Object.keys(schemaOf(api, body.schema).properties).sort(), name);
	}
});

test("the example of an agreement is Heidenau's", () => {
	const { example } = api.paths["/api/v1/agreements"].post.requestBody.content["application/json"];
	assert.deepEqual(example.accessions, ["14628160"]);
	assert.equal(example.signedOn, "2023-08-09");
	assert.equal(example.signatories[0].role, "mayor");
	assert.ok(example.witnesses.length > 0 && example.actionFields.length > 0);
});

test("a spoilt example is refused by the same validator", () => {
	const { schema, example } = api.paths["/api/v1/agreements"].post.requestBody.content["application/json"];
	assert.match(validate(schema, { ...example, signedOn: "9.8.2023" }), /signedOn/);
	assert.match(validate(schema, { ...example, colour: "red" }), /colour|additional/);
	assert.match(validate(schema, { ...example, accessions: [] }), /accessions/);
});

test("the stream shows an event that keeps its schema", () => {
	const { get } = api.paths[STREAM];
	const { example, schema: { contentSchema: schema } } = get.responses["200"].content["text/event-stream"];
	const [, id, kind, data] = example.match(/^id: (\d+)\nevent: (\w+)\ndata: (.+)\n\n$/m);
	const event = JSON.parse(data);
	assert.equal(validate(schema, event), "");
	assert.deepEqual([event.seq, event.kind], [id, kind]);
	assert.deepEqual(get["x-roles"], api.paths["/api/v1/ledger/facts"].get["x-roles"]);
});

test("the version is the project's", () => {
	const project = readFileSync(join(ROOT, "CMakeLists.txt"), "utf8");
	assert.equal(api.info.version, project.match(/project\(asskomm VERSION ([\d.]+)/)[1]);
	assert.equal(api.info.license.identifier, "EUPL-1.2");
	assert.match(readFileSync(join(ROOT, "publiccode.yml"), "utf8"),
		new RegExp(`softwareVersion: "${api.info.version}"`));
});

// ---- the page

const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);

test("the page tells every route, with its roles and an example", () => {
	for (const { name, verb, path, operation } of operations) {
		const at = page.indexOf(`<article id="${operation.operationId}">`);
		assert.ok(at > 0, name);
		const article = page.slice(at, page.indexOf("</article>", at));
		assert.ok(article.includes(`>${verb}</span> <code>${path}</code>`), name);
		const roles = [...article.matchAll(/<span class="role">([^<]*)</g)].map(([, role]) => role);
		const all = operation["x-roles"].length === ROLES.length - 2; // neither none nor the lead
		assert.deepEqual(roles, all ? ["every role"] : operation["x-roles"], name);
		assert.ok(article.includes("Example of a request"), name);
		for (const status of Object.keys(operation.responses).filter((each) => each >= "400" && each < "600"))
			assert.ok(article.includes(`>${status}</a>`), `${name}: ${status}`);
		const names = [
			...operation.parameters.flatMap((each) => each.name ?? []),
			...Object.keys(schemaOf(api, operation.requestBody?.content["application/json"].schema)
				?.properties ?? {}),
		];
		for (const field of names)
			assert.ok(article.includes(`<code>${field}</code></th>`), `${name}: ${field}`);
	}
	assert.equal(page.match(/<article /g).length, operations.length);
});

test("each link of the page leads somewhere, and no anchor stands twice", () => {
	assert.equal(new Set(ids).size, ids.length);
	const known = new Set(ids);
	for (const [, target] of page.matchAll(/href="([^"]*)"/g))
		assert.ok(target === "openapi.json" || known.has(target.replace(/^#/, "")), target);
});

test("the page needs nothing else: no script, no other site, no handler, no style of its own", () => {
	assert.doesNotMatch(page, /<script|<img|<link|<iframe|@import|url\(| style=| on\w+=|src=/i);
	assert.equal(page.match(/<style>/g).length, 1);
});

test("its tags are balanced, so that it reads the same everywhere", () => {
	const open = [];
	const VOID = new Set(["meta", "!doctype"]);
	const body = page.replace(/<style>[^]*<\/style>/, "");
	for (const [, end, name] of body.matchAll(/<(\/?)([!a-z][a-z0-9]*)[^>]*>/g)) {
		if (VOID.has(name)) continue;
		if (end) assert.equal(open.pop(), name);
		else open.push(name);
	}
	assert.deepEqual(open, []);
});
