// generate proto: what it refuses, and what it says of the suite's own contract.
import assert from "node:assert/strict";
import { test } from "node:test";
import { folderWith, generateProto, read } from "./support.mjs";

const HEAD = `syntax = "proto3";
package asskomm.sample.v1;
import "asskomm/options.proto";
import "protobuf-c/protobuf-c.proto";
option (pb_c_file).c_package = "sample";
`;

// A contract with one rpc, which each case spoils in one place.
function contract({
	rest = 'method: "GET" path: "/things/{id}" all_users: true',
	bus = "",
	fields = 'string id = 1 [(asskomm.v1.rules) = { required: true }];',
	reply = "string id = 1;",
	more = "",
	rpcs = "",
} = {}) {
	const restOption = rest && `option (asskomm.v1.rest) = { ${rest} };`;
	const busOption = bus && `option (asskomm.v1.bus) = { ${bus} };`;
	return `${HEAD}
service Sample {
  // Gets a thing. Twice.
  rpc GetThing(GetThingRequest) returns (Thing) { ${restOption} ${busOption} }
  ${rpcs}
}
message GetThingRequest { ${fields} }
message Thing { ${reply} }
${more}`;
}

function run(t, text) {
	const folder = folderWith(t, { "asskomm/sample.proto": text });
	return { folder, ...generateProto(folder, ["asskomm/sample.proto"]) };
}

test("the sample itself is accepted", (t) => {
	const { status, error } = run(t, contract());
	assert.deepEqual({ status, error }, { status: 0, error: "" });
});

const ID = "string id = 1 [(asskomm.v1.rules) = { required: true }];";
const REFUSED = {
	"a route without roles": [
		{ rest: 'method: "GET" path: "/things/{id}"' },
		/GetThing: a route needs roles, or all_users/,
	],
	"roles beside all_users": [
		{ rest: 'method: "GET" path: "/things/{id}" all_users: true roles: [ROLE_COACH]' },
		/contradict/,
	],
	"a role that is none": [
		{ rest: 'method: "GET" path: "/things/{id}" roles: [ROLE_UNSPECIFIED]' },
		/no such role: 0/,
	],
	"an rpc that nobody may call": [{ rest: "" }, /nobody may call/],
	"a peer that is no service": [{ bus: 'peers: ["nobody"]' }, /peer 'nobody' is no service/],
	"a path parameter that is no field": [
		{ rest: 'method: "GET" path: "/things/{key}" all_users: true' },
		/\{key\} is no field of asskomm\.sample\.v1\.GetThingRequest/,
	],
	"a path parameter that may be empty": [{ fields: "string id = 1;" }, /rules say required/],
	"a path parameter that is a list": [{ fields: `repeated ${ID}` }, /must be one string or integer/],
	"a path without a slash": [
		{ rest: 'method: "GET" path: "things" all_users: true' },
		/does not begin with '\/'/,
	],
	"a path with an open brace": [
		{ rest: 'method: "GET" path: "/things/{id" all_users: true' },
		/is malformed/,
	],
	"a path with an empty part": [
		{ rest: 'method: "GET" path: "/things//{id}" all_users: true' },
		/is malformed/,
	],
	"an unknown verb": [
		{ rest: 'method: "FETCH" path: "/things/{id}" all_users: true' },
		/unknown HTTP method 'FETCH'/,
	],
	"a GET that changes state": [{ bus: "command: true" }, /a GET changes nothing/],
	"a POST that changes none": [
		{ rest: 'method: "POST" path: "/things/{id}" all_users: true' },
		/everything else is a command/,
	],
	"a success that is none": [
		{ rest: 'method: "GET" path: "/things/{id}" all_users: true success: 404' },
		/no status of success/,
	],
	"a message in the address": [
		{ fields: `${ID} Thing thing = 2;` },
		/thing cannot be written in an address/,
	],
	"a text field that is none": [
		{ rest: 'method: "GET" path: "/things/{id}" all_users: true text_field: "text"' },
		/text_field 'text' is no string/,
	],
	"an unknown format": [
		{ fields: 'string id = 1 [(asskomm.v1.rules) = { required: true format: "phone" }];' },
		/GetThingRequest\.id: unknown format 'phone'/,
	],
	"a format of a number": [
		{ fields: `${ID} uint32 n = 2 [(asskomm.v1.rules) = { format: "date" }];` },
		/are for strings/,
	],
	"min_len over max_len": [
		{ fields: "string id = 1 [(asskomm.v1.rules) = { required: true min_len: 201 }];" },
		/min_len 201 is over max_len 200/,
	],
	"max_items of one": [
		{ fields: `${ID} string s = 2 [(asskomm.v1.rules) = { max_items: 5 }];` },
		/max_items is for repeated fields/,
	],
	"gte of a text": [
		{ fields: `${ID} string s = 2 [(asskomm.v1.rules) = { gte: 5 }];` },
		/gte and lte are for integers/,
	],
	"gte over lte": [
		{ fields: `${ID} uint32 n = 2 [(asskomm.v1.rules) = { gte: 5 lte: 4 }];` },
		/gte is over lte/,
	],
	"a required bool": [
		{ fields: `${ID} bool b = 2 [(asskomm.v1.rules) = { required: true }];` },
		/could only be true/,
	],
	"an optional field": [{ reply: "optional string id = 1;" }, /protoc-c knows no 'optional'/],
	"a message that contains itself": [
		{ reply: "Part part = 1;", more: "message Part { repeated Part parts = 1; }" },
		/Part: contains itself/,
	],
	"two messages that contain each other": [
		{ more: "message A { B b = 1; } message B { A a = 1; }" },
		/contains itself/,
	],
	"two routes that differ by a parameter's name": [
		{
			rpcs: `rpc FindThing(FindThingRequest) returns (Thing) { option (asskomm.v1.rest) =
				{ method: "GET" path: "/things/{name}" all_users: true }; }`,
			more: "message FindThingRequest { string name = 1 [(asskomm.v1.rules) = { required: true }]; }",
		},
		/have the same route GET/,
	],
	"two rpcs with one request": [
		{
			rpcs: `rpc FindThing(GetThingRequest) returns (Thing) { option (asskomm.v1.rest) =
				{ method: "GET" path: "/found/{id}" all_users: true }; }`,
		},
		/a request of its own/,
	],
	"a stream": [
		{
			rpcs: `rpc Follow(FollowRequest) returns (stream Thing) { option (asskomm.v1.rest) =
				{ method: "GET" path: "/follow" all_users: true }; }`,
			more: "message FollowRequest {}",
		},
		/streams are not supported/,
	],
};

for (const [name, [spoilt, reason]] of Object.entries(REFUSED))
	test(`refused: ${name}`, (t) => {
		const { status, error } = run(t, contract(spoilt));
		assert.equal(status, 1);
		assert.match(error, reason);
	});

test("'required' of proto2 is refused", (t) => {
	const text = `syntax = "proto2"; package asskomm.sample.v1; message A { required string a = 1; }`;
	const { status, error } = run(t, text);
	assert.equal(status, 1);
	assert.match(error, /A\.a: 'required' can never be taken back/);
});

test("routes that share a beginning are two routes", (t) => {
	const { status, error } = run(
		t,
		contract({
			rpcs: `rpc ListThings(ListThingsRequest) returns (Thing) { option (asskomm.v1.rest) =
				{ method: "GET" path: "/things" all_users: true }; }`,
			more: "message ListThingsRequest {}",
		}),
	);
	assert.deepEqual({ status, error }, { status: 0, error: "" });
});

test("the API description tells what the contract says", (t) => {
	const { folder } = run(
		t,
		contract({
			fields: `${ID} // Of the thing.
				uint32 limit = 2 [(asskomm.v1.rules) = { lte: 10 }]; uint64 after_seq = 3;`,
			reply: "string id = 1; Colour colour = 2; repeated string names = 3;",
			more: "enum Colour { COLOUR_UNSPECIFIED = 0; RED = 1; // as blood\n }",
		}),
	);
	const api = JSON.parse(read(folder, "openapi.json"));
	const { get } = api.paths["/api/v1/things/{id}"];
	assert.equal(api.openapi, "3.1.0");
	assert.equal(get.operationId, "getThing");
	assert.equal(get.summary, "Gets a thing");
	assert.equal(get.description, "Gets a thing. Twice.\n\nFor: every role.");
	assert.equal(api.info.version, "1.2.3");
	assert.deepEqual(api.tags, [{ name: "sample", description: "Sample" }]);
	assert.equal(get["x-roles"].length, 8);
	assert.deepEqual(
		get.parameters.filter((each) => each.name).map((each) => [each.name, each.in, each.required ?? false, each.schema]),
		[
			["id", "path", true,
				{ description: "Of the thing.", type: "string", minLength: 1, maxLength: 200 }],
			["limit", "query", false, { type: "integer", format: "int32", minimum: 0, maximum: 10 }],
			["afterSeq", "query", false, { type: "string", format: "int64", pattern: "^-?[0-9]+$" }],
		],
	);
	assert.deepEqual(api.components.schemas["sample.Thing"].properties, {
		id: { type: "string" },
		colour: { $ref: "#/components/schemas/sample.Colour" },
		names: { type: "array", items: { type: "string" } },
	});
	assert.deepEqual(api.components.schemas["sample.Colour"].enum, ["COLOUR_UNSPECIFIED", "RED"]);
	assert.match(api.components.schemas["sample.Colour"].description, /RED: as blood/);
});

test("a map is an object, and its entries are no type of their own", (t) => {
	const { folder, error } = run(
		t,
		contract({
			reply: "map<string, Part> parts = 1; map<int32, Colour> colours = 2;",
			more: "message Part { double weight = 1; } enum Colour { NONE = 0; RED = 1; }",
		}),
	);
	assert.equal(error, "");
	const { paths, components: { schemas } } = JSON.parse(read(folder, "openapi.json"));
	const ref = (name) => ({ $ref: `#/components/schemas/sample.${name}` });
	assert.deepEqual(schemas["sample.Thing"].properties, {
		parts: { type: "object", additionalProperties: ref("Part") },
		colours: { type: "object", additionalProperties: ref("Colour") },
	});
	assert.deepEqual(schemas["sample.Part"].properties, { weight: { type: "number" } });
	assert.deepEqual(schemas["sample.Colour"].enum, ["NONE", "RED"]);
	assert.ok(!Object.keys(schemas).some((name) => name.includes("Entry")));
	const { example } = paths["/api/v1/things/{id}"].get.responses["200"].content["application/json"];
	assert.equal(typeof example.parts.key.weight, "number");
	assert.match(read(folder, "docs.html"), /object of <a href="#type-sample.Part">/);
});

test("a field of the path is no member of the body", (t) => {
	const { folder, error } = run(
		t,
		contract({
			rest: 'method: "POST" path: "/things/{id}/paint" roles: [ROLE_COACH] success: 201',
			bus: "command: true",
			fields: `${ID} string new_colour = 2 [(asskomm.v1.rules) = { required: true format: "code" }];`,
		}),
	);
	assert.equal(error, "");
	const api = JSON.parse(read(folder, "openapi.json"));
	const { post } = api.paths["/api/v1/things/{id}/paint"];
	const body = api.components.schemas["sample.GetThingRequest"];
	assert.deepEqual(Object.keys(body.properties), ["newColour"]);
	assert.deepEqual(body.required, ["newColour"]);
	assert.equal(body.additionalProperties, false);
	assert.deepEqual(post["x-roles"], ["coach"]);
	assert.equal(
		Object.keys(post.responses).join(" "),
		"200 201 400 401 403 404 409 412 413 415 422 429 500 503 504 default",
	);
	const headers = post.parameters.flatMap((each) => each.$ref?.split("/").at(-1) ?? []);
	assert.deepEqual(headers, [
		"IdempotencyKey",
		"IfMatch",
		"IfNew",
		"DryRun",
		"AcceptLanguage",
		"Traceparent",
	]);
});

test("whatever a comment says is text on the page, and no markup", (t) => {
	const text = contract().replace("// Gets a thing. Twice.", `// Gets <script>"a" & 'b'</script>.`);
	const { folder, error } = run(t, text);
	assert.equal(error, "");
	const page = read(folder, "docs.html");
	assert.ok(page.includes("Gets &lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;."));
	assert.ok(!page.includes("<script"));
	const { get } = JSON.parse(read(folder, "openapi.json")).paths["/api/v1/things/{id}"];
	assert.match(get.description, /^Gets <script>"a" & 'b'<\/script>\./);
});
