// Canaries: words that exist once, written into two districts. No answer to anybody of the other
// district may hold one, however it is asked for; and names and addresses of people stand nowhere
// but where they belong: in no log, no figure of a process, no fact, no mail, no other table.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { SMTPServer } from "smtp-server";
import { forAll, startAgent } from "../support/agent.mjs";
import { openEvents } from "../support/events.mjs";
import { SERVICES, startSuite, until } from "../support/suite.mjs";

const POLICY = JSON.parse(readFileSync(new URL("matrix.policy.json", import.meta.url), "utf8"));
const ROLES = ["ministry", "adviser", "coach", "municipality", "police", "auditor", "operator", "machine", ["adviser", "lead"]];
const PERSONAL = ["NAME", "WITNESS", "FUNCTION", "CALL", "ADDRESS", "MAIL", "REFUSED"];
const DAY = "2023-08-09";
const run = promisify(execFile);

// In capitals, so that a consortium's key, which is made of its name, is none.
const DISTRICTS = {
	one: { district: "14628", towns: ["14628160", "14628270"], adviser: "anna" },
	two: { district: "14626", towns: ["14626610", "14626110"], adviser: "ben" },
};

const mails = [];
let suite;
let agent;
let server;

// ---- what is written

const canaryOf = (side, kind) => `CANARY${kind}${side.toUpperCase()}X`;
const adviserOf = (side) =>
	suite.token("adviser", [DISTRICTS[side].district], { sub: DISTRICTS[side].adviser });

// Every place that takes free text, a name or an address, once; gives the ids that came of it.
async function write(side) {
	const { towns } = DISTRICTS[side];
	const token = adviserOf(side);
	const word = (kind) => canaryOf(side, kind);
	const sent = [];
	const post = async (path, body) => {
		const headers = { "idempotency-key": `${side}-${sent.length}` };
		sent.push({ method: "POST", path, body, headers });
		const reply = await suite.post(path, body, { token, headers });
		assert.equal(reply.status, 201, `${path}: ${reply.text}`);
		return reply.json;
	};
	const email = (kind) => ({ email: `${word(kind)}@example.org`, kind: "AgreementSigned" });
	const world = { town: towns[0], nothing: randomUUID(), before: "0", instant: "2999-01-01" };
	world.sent = sent;
	world.subscription = (await post("/subscriptions", email("MAIL"))).id;
	await post("/subscriptions", email("REFUSED"));
	await post(`/participants/${towns[0]}/advice`, { advisedOn: DAY, topic: word("TOPIC") });
	const level = { level: "CLOSE", since: DAY, reason: word("LEVEL") };
	const leveled = await post(`/participants/${towns[0]}/cooperation-level`, level);
	const back = { factId: leveled.facts[0], reason: word("BACK") };
	await post(`/participants/${towns[0]}/withdraw`, back);
	const agreement = {
		accessions: [towns[0]],
		signedOn: DAY,
		mode: "IN_PERSON",
		signatories: [{ role: "mayor", organisation: `${towns[0]}`, name: `Eva ${word("NAME")}` }],
		witnesses: [{ role: "guest", organisation: word("HALL"), name: word("WITNESS") }],
		actionFields: [word("FIELD").toLowerCase()],
	};
	const ended = await post("/agreements", agreement);
	const end = { terminatedOn: "2023-08-20", reason: word("END") };
	await post(`/agreements/${ended.id}/terminate`, end);
	const signed = await post("/agreements", { ...agreement, signedOn: "2023-08-20" });
	Object.assign(world, { agreement: signed.id, sharedAgreement: ended.id, fact: signed.facts[0] });
	const signatories = [{ role: "mayor", name: word("NAME") }];
	const other = await post("/agreements", { ...agreement, accessions: [towns[1]], signatories });
	await post(`/agreements/${other.id}/correct`, { signedOn: "2023-08-08", reason: word("RIGHT") });
	await post(`/agreements/${other.id}/withdraw`, { reason: word("MISTAKE") });
	Object.assign(world, { withdrawnAgreement: other.id, withdrawnSharedAgreement: other.id });
	world.contact = randomUUID();
	const contact = {
		name: word("NAME"),
		function: word("FUNCTION"),
		phone: word("CALL"),
		email: `${word("ADDRESS")}@example.org`,
		role: "coordinator",
		participant: towns[0],
		purpose: "municipal_contact",
		legalBasis: "PUBLIC_TASK",
		validFrom: DAY,
	};
	const request = { method: "PUT", path: `/contacts/${world.contact}`, body: contact };
	sent.push({ ...request, headers: { "idempotency-key": `${side}-${sent.length}` } });
	const kept = await suite.call("PUT", request.path, { ...sent.at(-1), token });
	assert.equal(kept.status, 200, kept.text);
	const consortium = { name: `Bund ${word("BUND")}`, registeredOn: DAY, members: towns };
	world.consortium = (await post("/participants", consortium)).id;
	world.council = (await post("/councils", { participant: towns[0], constitutedOn: DAY })).id;
	world.coaching = (await post("/coachings", { participant: towns[0], requestedOn: DAY })).id;
	const match = { matchedOn: DAY, coach: word("COACH") };
	const matched = await post(`/coachings/${world.coaching}/match`, match);
	world.analysis = (await post("/analyses", { municipalities: towns, kickedOffOn: DAY })).id;
	world.foreignSubscription = world.subscription;
	await folded(matched.facts[0]);
	return world;
}

async function folded(fact) {
	for (const path of ["/figures", "/inbox"]) {
		const query = `${path}?afterFact=${fact}`;
		const read = async () => (await suite.get(query, { token: suite.token("auditor") })).status === 200;
		await until(read, `${fact} in ${path}`);
	}
}

// A mail server that quotes the address it refuses, as many do.
async function startMailServer() {
	const started = new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS"],
		onRcptTo({ address }, session, done) {
			done(address.includes("REFUSED") ? new Error(`550 no such user ${address}`) : undefined);
		},
		onData(stream, session, done) {
			const chunks = [];
			stream.on("data", (chunk) => chunks.push(chunk));
			stream.on("end", () => {
				const to = session.envelope.rcptTo[0].address;
				mails.push({ to, text: Buffer.concat(chunks).toString() });
				done();
			});
		},
	});
	started.listen(0, "127.0.0.1");
	await once(started.server, "listening");
	return started;
}

const worlds = {};
let last; // number of the last fact

before(async () => {
	server = await startMailServer();
	const url = `smtp://127.0.0.1:${server.server.address().port}`;
	suite = await startSuite({ environment: { notifications: { ASSKOMM_SMTP_URL: url } } });
	agent = startAgent(suite.port);
	for (const side of Object.keys(DISTRICTS)) worlds[side] = await write(side);
	const budget = { year: 2022, amountCents: "1", decidedOn: "2022-01-01" };
	const decided = await suite.post("/budgets", budget, { token: suite.token("ministry") });
	await folded(decided.json.facts[0]);
	last = await suite.head();
});
after(async () => {
	agent?.stop();
	await suite?.stop();
	await new Promise((resolve) => (server ? server.close(resolve) : resolve()));
});

// ---- what is read

// Whatever a reply says: as it stands, its headers, and each of its texts as base64 decodes it.
function allOf(reply) {
	const parts = [reply.text, JSON.stringify(reply.headers)];
	for (const [, text] of reply.text.matchAll(/"([A-Za-z0-9+/_-]{8,}={0,2})"/g))
		parts.push(Buffer.from(text, "base64").toString("latin1"));
	return parts.join("\n");
}

const canariesIn = (text) => new Set(text.match(/CANARY[A-Z]+X/gi) ?? []);

const fill = (value, names) =>
	value === undefined
		? undefined
		: JSON.parse(JSON.stringify(value).replace(/\$(\w+)/g, (_, name) => names[name]));

const AGGREGATES = [
	"contact",
	"agreement",
	"sharedAgreement",
	"withdrawnAgreement",
	"council",
	"coaching",
	"analysis",
];

// All paths that a GET can be sent to about somebody's things: those of the policy, and each route
// of the description with each of its parameters.
async function pathsOf(world, district) {
	const { json } = await suite.get("/openapi.json");
	const values = {
		id: AGGREGATES.map((name) => world[name]),
		analysisId: [world.analysis],
		key: [world.town, world.consortium, district],
		year: ["2023"],
		list: ["action_fields"],
		counter: Object.keys(json.components.schemas["monitor.Figures"].properties),
		name: [world.town, world.consortium, "Heidenau", "Zittau"],
		participant: [world.town, world.consortium],
		district: [district],
		policeDirectorate: ["PD-DD"],
		adviser: ["anna"],
		afterFact: [world.fact],
		asOf: ["2023-08-09", "2023-08-21"],
		knownAt: ["2999-01-01"],
		list: ["action_fields"],
		level: ["districts", "municipalities"],
		q: ["Heidenau", "Zittau", "guest", "Eva"],
		after: ["0", "1"],
		limit: ["1", "500"],
		cursor: [],
	};
	const paths = new Set();
	for (const [path, { get }] of Object.entries(json.paths)) {
		if (!get?.["x-roles"] || get.responses["200"]?.content?.["text/event-stream"]) continue;
		let filled = [path.replace("/api/v1", "")];
		for (const [hole, name] of path.matchAll(/\{(\w+)\}/g))
			filled = filled.flatMap((each) => values[name].map((value) => each.replace(hole, value)));
		const queries = (get.parameters ?? []).filter(({ in: place }) => place === "query");
		for (const each of filled) {
			paths.add(each);
			for (const { name } of queries)
				for (const value of values[name] ?? []) paths.add(`${each}?${name}=${value}`);
		}
	}
	return [...paths];
}

// All pages of the ledger that somebody can read.
async function ledgerOf(token) {
	const pages = [];
	for (let after = 0; ;) {
		const reply = await agent.ask("GET", `/ledger/facts?after=${after}&limit=500`, { token });
		assert.equal(reply.status, 200, reply.text);
		const { items = [] } = JSON.parse(reply.text);
		if (items.length === 0) return pages;
		pages.push(reply);
		after = items.at(-1).seq;
	}
}

// The live stream from its beginning to the last fact, which is about the state.
async function streamOf(token) {
	const reader = await openEvents(suite, { token, lastEventId: "0" });
	await reader.until((events) => events.some(({ id }) => Number(id) === last), "the last fact");
	reader.close();
	return reader.events;
}

// Requests that are wrong or none of the caller's business, about somebody's things.
// Repeating what the other sent, under its very key, is one of them; but for a subscription, which
// would be the reader's own.
function hostileTo(world) {
	const requests = world.sent.filter(({ path }) => path !== "/subscriptions");
	for (const [name, { cases }] of Object.entries(POLICY.routes)) {
		const [method] = name.split(" ");
		for (const { path, body, stream } of cases) {
			if (stream) continue; // streamOf reads it
			const filled = { method, path: fill(path, world) };
			if (method === "GET") {
				const headers = { "if-none-match": '"1"', "accept-language": "de" };
				requests.push(filled, { ...filled, method: "HEAD" }, { ...filled, headers });
				continue;
			}
			const real = fill(body, world);
			const headers = { "if-match": '"9"' };
			requests.push(
				{ ...filled, body: real },
				{ ...filled, body: body && {} },
				{ ...filled, body: real, headers },
				{ ...filled, body: body && "{" },
				{ ...filled, body: real, headers: { "idempotency-key": world.sent[0].headers["idempotency-key"] } },
			);
		}
	}
	return requests;
}

// Tokens of every role, and of all at once, for a district or nothing.
const readersOf = (district) =>
	[...ROLES, ROLES.flat()].flatMap((roles) =>
		[[district], []].map((scopes) => ({
			name: `${roles} of ${scopes}`,
			isUser: roles !== "lead", // which is a role beside another, and alone may read nothing
			token: suite.token(roles, scopes, { sub: `reader ${roles}` }),
		})),
	);

describe("nothing of one district reaches another", () => {
	for (const [side, foreign] of [
		["one", "two"],
		["two", "one"],
	]) {
		const seen = (reply, what, findings) => {
			for (const canary of canariesIn(allOf(reply)))
				if (canary.toUpperCase().includes(foreign.toUpperCase()))
					findings.push(`${canary}: ${what}`);
		};

		test(`what ${side} can read about ${foreign}`, async () => {
			const findings = [];
			const paths = await pathsOf(worlds[foreign], DISTRICTS[foreign].district);
			assert.ok(paths.length > 200, `${paths.length} paths`);
			for (const { name, isUser, token } of readersOf(DISTRICTS[side].district)) {
				await forAll(paths, async (path) => {
					const reply = await agent.ask("GET", path, { token });
					assert.ok(reply.status < 500, `${path}: ${reply.text}`);
					// a key in lower case that was asked for and comes back tells nothing
					const text = reply.text.replaceAll(worlds[foreign].consortium, "");
					seen({ ...reply, text }, `${path} as ${name}`, findings);
				});
				if (!isUser) continue;
				for (const page of await ledgerOf(token)) seen(page, `ledger as ${name}`, findings);
				const events = await streamOf(token);
				seen({ text: JSON.stringify(events), headers: {} }, `stream as ${name}`, findings);
				for (const { data } of events)
					for (const key of data.participants ?? [])
						if (!key.startsWith(DISTRICTS[side].district))
							findings.push(`${key}: stream as ${name}`);
			}
			assert.deepEqual(findings.slice(0, 10), [], `${findings.length} findings`);
		});

		test(`what refusals tell ${side} about ${foreign}`, async () => {
			const findings = [];
			const requests = hostileTo(worlds[foreign]);
			for (const { name, token } of readersOf(DISTRICTS[side].district))
				await forAll(requests, async ({ method, path, body, headers }) => {
					const key = method === "GET" || method === "HEAD" ? {} : { "idempotency-key": randomUUID() };
					const options = { token, body, headers: { ...key, ...headers } };
					const reply = await agent.ask(method, path, options);
					assert.ok(reply.status < 500, `${path}: ${reply.text}`);
					const text = reply.text.replaceAll(worlds[foreign].consortium, "");
					seen({ ...reply, text }, `${method} ${path} as ${name}`, findings);
				});
			assert.deepEqual(findings.slice(0, 10), [], `${findings.length} findings`);
		});
	}

	test("and each does see its own, so that there was something to find", async () => {
		for (const side of Object.keys(DISTRICTS)) {
			const token = adviserOf(side);
			const found = canariesIn((await ledgerOf(token)).map(allOf).join("\n"));
			assert.ok((await streamOf(token)).some(({ data }) => data.id === worlds[side].fact));
			for (const kind of ["TOPIC", "LEVEL", "BACK", "HALL", "END", "MISTAKE", "BUND"])
				assert.ok(found.has(canaryOf(side, kind)), `${kind} of ${side}`);
			const read = async (path) => (await suite.get(path, { token })).text;
			const { agreement, coaching, consortium } = worlds[side];
			assert.ok((await read(`/agreements/${agreement}`)).includes(canaryOf(side, "HALL")));
			assert.ok((await read(`/coachings/${coaching}`)).includes(canaryOf(side, "COACH")));
			assert.ok((await read(`/participants/${consortium}`)).includes(canaryOf(side, "BUND")));
			for (const path of ["/contacts", `/contacts/${worlds[side].contact}`])
				for (const kind of ["NAME", "FUNCTION", "CALL", "ADDRESS"])
					assert.ok((await read(path)).includes(canaryOf(side, kind)), `${path}: ${kind}`);
			assert.ok((await read("/subscriptions")).includes(canaryOf(side, "MAIL")));
		}
	});
});

// ---- people

const isPersonal = (canary) => PERSONAL.some((kind) => canary.startsWith(`CANARY${kind}`));
const personalIn = (text) => [...canariesIn(text)].filter(isPersonal);

describe("names and addresses of people", () => {
	test("are told to nobody but the address's own subscriber, and who reads contacts", async () => {
		const findings = [];
		for (const side of Object.keys(DISTRICTS)) {
			const all = await pathsOf(worlds[side], DISTRICTS[side].district);
			for (const roles of [...ROLES, ROLES.flat()]) {
				// Search shows contacts to those who may read them, and to nobody else.
				const isReader = ![roles].flat().every((role) => ["coach", "machine"].includes(role));
				const isOpen = (path) =>
					path.startsWith("/contacts") || (isReader && path.startsWith("/search"));
				const paths = all.filter((path) => !isOpen(path));
				const token = suite.token(roles, ["*"], { sub: `all ${roles}` });
				await forAll(paths, async (path) => {
					const reply = await agent.ask("GET", path, { token });
					findings.push(...personalIn(allOf(reply)).map((canary) => `${canary}: ${path}`));
				});
				if (roles === "lead") continue; // alone it may read neither stream nor ledger
				const events = JSON.stringify(await streamOf(token));
				const ledger = [events, ...(await ledgerOf(token)).map(allOf)].join("\n");
				findings.push(...personalIn(ledger).map((canary) => `${canary}: ledger`));
			}
		}
		assert.deepEqual(findings.slice(0, 10), []);
	});

	test("are in no mail but as its address, and mails tell nothing of other districts", async () => {
		await until(() => new Set(mails.map(({ to }) => to)).size === 2, "mails to both");
		for (const { to, text } of mails) assert.deepEqual([...canariesIn(text.replaceAll(to, ""))], []);
		const told = mails.map(({ to, text }) => [to.includes("MAILONEX"), text.includes("Heidenau")]);
		for (const [isOne, tellsOne] of told) assert.ok(isOne || !tellsOne);
	});

	test("are in no log, whatever is sent and whatever a mail server says", async () => {
		const secret = canaryOf("one", "NAME");
		const token = adviserOf("one");
		const path = `/participants/${secret}/advice`;
		const body = { advisedOn: DAY, topic: secret, [secret]: secret };
		const headers = { "idempotency-key": secret, "user-agent": secret, "if-match": secret };
		for (const request of [
			["POST", path, { token, body, headers }],
			["POST", path, { token, body: `{"advisedOn":"${secret}` }],
			["POST", path, { token: secret, body }],
			["GET", `/participants?name=${secret}&${secret}=1`, { token }],
			["GET", `/${secret}`, { token, headers: { traceparent: secret, host: secret } }],
			["GET", "/inbox", { token: suite.token("adviser", [], { sub: secret }) }],
			[secret, "/inbox", { token }],
		])
			await agent.ask(...request).catch(() => undefined); // refused at the door is fine
		const refused = (line) => line.includes("mail") && line.includes("delivery");
		await until(() => suite.logOf("notifications").some(refused), "the refused mail in the log");
		for (const service of SERVICES) {
			const log = suite.logOf(service).join("\n");
			assert.ok(log.length > 0, service);
			assert.deepEqual([...canariesIn(log)], [], `the log of ${service}`);
		}
	});

	test("are in no figure of a process", async () => {
		for (const service of SERVICES) {
			const reply = await fetch(`http://127.0.0.1:${suite.admin[service]}/metrics`);
			assert.equal(reply.status, 200, service);
			const text = await reply.text();
			assert.ok(text.includes("asskomm_"), service);
			assert.deepEqual([...canariesIn(text)], [], service);
		}
	});

	// bytea stands in a dump as hex, so each canary is looked for in both writings.
	test("lie in the tables that are made for them and in no other", async () => {
		const { stdout } = await run("pg_dump", ["--data-only", "-d", suite.database], {
			maxBuffer: 256 * 1024 * 1024,
		});
		const found = new Map();
		for (const [, table, rows] of stdout.matchAll(/^COPY (\S+) \([^\n]*\n([\s\S]*?)^\\\.$/gm))
			for (const side of Object.keys(DISTRICTS))
				for (const kind of PERSONAL) {
					const canary = canaryOf(side, kind);
					if (rows.includes(canary) || rows.includes(Buffer.from(canary).toString("hex")))
						found.set(table, (found.get(table) ?? new Set()).add(kind));
				}
		const places = Object.fromEntries([...found].map(([table, kinds]) => [table, [...kinds].sort()]));
		assert.deepEqual(places, {
			"notifications.delivery": ["MAIL", "REFUSED"],
			"notifications.subscription": ["MAIL", "REFUSED"],
			"registry.contact": ["ADDRESS", "CALL", "FUNCTION", "NAME", "WITNESS"],
		});
	});
});
