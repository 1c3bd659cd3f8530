// The description and the suite agree: what the description shows as a request is taken, and what
// comes back is what it says. And the two pages of the edge, as they are served.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { operationsOf, validator } from "../support/openapi.mjs";
import { startSuite } from "../support/suite.mjs";

const ROLES = ["ministry", "adviser", "coach", "municipality", "police", "auditor", "operator", "machine", "lead"];

let suite;
let api;
let token;

before(async () => {
	suite = await startSuite();
	api = (await suite.get("/openapi.json")).json;
	token = suite.token(ROLES);
	const assignments = [{ adviser: "lpr-adviser-3", validFrom: "2023-01-01" }]; // whom examples name
	await suite.post("/districts/14628/advisers", { assignments }, { token });
});
after(() => suite?.stop());

// The request that an operation shows, with every parameter but what only waits.
function requestOf({ verb, path, operation }) {
	const query = new URLSearchParams();
	let address = path.replace("/api/v1", "");
	for (const { name, in: place, example } of operation.parameters) {
		if (place === "path") address = address.replace(`{${name}}`, example);
		if (place === "query" && name !== "afterFact") query.append(name, example);
	}
	const text = query.toString();
	const body = operation.requestBody?.content["application/json"].example;
	return [verb, text ? `${address}?${text}` : address, { token, body }];
}

function resolve(response) {
	return response.$ref ? api.components.responses[response.$ref.split("/").at(-1)] : response;
}

test("each request of the description is taken, and answered as it says", async () => {
	const validate = validator(api);
	const statuses = new Map();
	// The stream has no end; tests/flow/events.test.mjs reads it.
	const operations = operationsOf(api).filter(({ path }) => path !== "/api/v1/events");
	assert.ok(operations.length > 30);
	// The table of the territory last: its example is a small one, and the others need it whole.
	operations.sort((a, b) => a.name.includes("/territory") - b.name.includes("/territory"));
	for (const each of operations) {
		const reply = await suite.call(...requestOf(each));
		const what = `${each.name}: ${reply.status} ${reply.text}`;
		assert.ok(![400, 401, 403, 405, 413, 415].includes(reply.status) && reply.status < 500, what);
		const response = each.operation.responses[reply.status];
		assert.ok(response, `not described: ${what}`);
		const [type, content] = Object.entries(resolve(response).content).find(([name]) =>
			reply.headers.get("content-type").startsWith(name)) ?? [];
		assert.ok(type, `another type: ${what}`);
		const value = type?.endsWith("json") ? reply.json : reply.text;
		assert.equal(validate(content.schema, value), "", what);
		for (const name of Object.keys(resolve(response).headers))
			assert.ok(reply.headers.get(name), `${name} is missing: ${what}`);
		statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
	}
	assert.ok(statuses.get(201) >= 8 && statuses.get(200) >= 8, JSON.stringify([...statuses]));
});

test("a form that breaks the description is refused by the suite, too", async () => {
	const [verb, address, request] = requestOf(
		operationsOf(api).find(({ operation }) => operation.operationId === "signAgreement"));
	for (const spoilt of [{ signedOn: "9.8.2023" }, { colour: "red" }, { accessions: [] }]) {
		const reply = await suite.call(verb, address, { ...request, body: { ...request.body, ...spoilt } });
		assert.equal(reply.status, 400, reply.text);
		assert.equal(validator(api)({ $ref: "#/components/schemas/Problem" }, reply.json), "");
	}
});

describe("the pages of the edge", () => {
	const ask = (path, init) => fetch(suite.url + path, init);

	test("the root leads to both", async () => {
		const root = await (await ask("/")).json();
		assert.equal((await ask(root.openapi)).status, 200);
		assert.equal((await ask(root.documentation)).status, 200);
	});

	for (const path of ["/api/v1/openapi.json", "/api/v1/docs", "/"]) {
		test(`${path}: what is there already is not sent again`, async () => {
			const first = await ask(path);
			const tag = first.headers.get("etag");
			const text = await first.text();
			assert.equal(tag, `"${createHash("sha256").update(text).digest("hex")}"`);
			for (const known of [tag, `"other", ${tag}`, "*", `W/${tag}`]) {
				const again = await ask(path, { headers: { "if-none-match": known } });
				assert.equal(again.status, 304, known);
				assert.equal(again.headers.get("etag"), tag);
				assert.equal(await again.text(), "");
			}
			for (const known of ['"other"', tag.slice(0, -2) + '"']) {
				const again = await ask(path, { headers: { "if-none-match": known } });
				assert.equal(again.status, 200, known);
				assert.equal(await again.text(), text);
			}
			const head = await ask(path, { method: "HEAD" });
			assert.equal(head.headers.get("etag"), tag);
			assert.equal(Number(head.headers.get("content-length")), Buffer.byteLength(text));
			const posted = await ask(path, { method: "POST" });
			assert.equal(posted.status, 405);
			assert.equal(posted.headers.get("allow"), "GET, HEAD");
		});
	}

	test("the page may use its own style sheet and nothing else", async () => {
		const reply = await ask("/api/v1/docs");
		const page = await reply.text();
		assert.equal(reply.headers.get("content-type"), "text/html; charset=utf-8");
		assert.equal(reply.headers.get("x-content-type-options"), "nosniff");
		const sheet = page.match(/<style>([^]*)<\/style>/)[1];
		const digest = createHash("sha256").update(sheet).digest("base64");
		const policy = reply.headers.get("content-security-policy").split("; ");
		assert.deepEqual(policy, ["default-src 'none'", `style-src 'sha256-${digest}'`,
			"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]);
		for (const { name, operation } of operationsOf(api))
			assert.ok(page.includes(`<article id="${operation.operationId}">`), name);
	});
});
