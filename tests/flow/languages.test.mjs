// Refusals in German and English: which one a caller gets, and that it is the whole answer,
// whichever process refuses. To add a case: a row in languages.headers.json or languages.texts.json.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { startAgent } from "../support/agent.mjs";
import { startSuite } from "../support/suite.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)));
const ADVISER = ["adviser", ["14628"]];

let suite;
let agent;

before(async () => {
	suite = await startSuite();
	agent = startAgent(suite.port);
});
after(async () => {
	agent?.stop();
	await suite?.stop();
});

describe("Accept-Language", () => {
	for (const { why, accept, language } of read("languages.headers.json"))
		test(`${JSON.stringify(accept)}: ${why}`, async () => {
			const headers = accept.length > 0 ? { "accept-language": accept } : {};
			const reply = await agent.ask("GET", "/nothing", { headers });
			assert.equal(reply.status, 404);
			assert.equal(reply.headers["content-language"], language);
			assert.match(reply.headers.vary, /\bAccept-Language\b/);
			const { title } = JSON.parse(reply.text);
			assert.equal(title, language === "de" ? "Nicht gefunden" : "Not found");
		});
});

describe("a refusal in both languages", () => {
	for (const { where, ask, role, token, body, headers, code, ...texts } of read("languages.texts.json"))
		test(where, async () => {
			const [method, path] = ask;
			const [en, de] = await Promise.all(["en", "de"].map(async (language) => {
				const reply = await agent.ask(method, path, {
					token: token ?? suite.token(...(role ? [role] : ADVISER)),
					body,
					headers: { ...headers, "accept-language": language },
				});
				const problem = JSON.parse(reply.text);
				const { title, detail, violations } = problem;
				assert.equal(problem.code, code, reply.text);
				assert.equal(reply.headers["content-language"], language);
				const said = { title, detail, message: violations[0]?.message };
				for (const [name, text] of Object.entries(texts[language]))
					assert.equal(said[name], text);
				return { ...problem, said };
			}));
			// Only words differ: what programs decide by is the same.
			const places = ({ violations }) =>
				violations.map(({ field, rule, candidates }) => ({ field, rule, candidates }));
			assert.deepEqual(places(en), places(de));
			assert.equal(en.status, de.status);
			for (const [name, text] of Object.entries(en.said))
				if (text !== undefined) assert.notEqual(text, de.said[name], `${name}: ${text}`);
		});
});

test("the status of a process is a word", async () => {
	const token = suite.token("operator");
	const body = { participant: "14628160", requestedOn: "2022-01-01" };
	const { id } = JSON.parse((await agent.ask("POST", "/coachings", { token, body })).text);
	const close = (language) =>
		agent.ask("POST", `/coachings/${id}/close`, {
			token,
			body: { closedOn: "2022-02-01", outcome: "PARTLY" },
			headers: { "accept-language": language },
		});
	const done = await close("de");
	assert.equal(done.status, 201, done.text);
	assert.equal(
		JSON.parse((await close("en")).text).detail,
		"the coaching is closed; possible is: reopen",
	);
	assert.equal(
		JSON.parse((await close("de")).text).detail,
		"Stand des Coachings ist „abgeschlossen“; möglich ist: wieder aufnehmen (reopen)",
	);
});

test("the key of a command is the same in both languages", async () => {
	const options = (language) => ({
		token: suite.token(...ADVISER),
		body: { advisedOn: "2023-03-01", topic: "talk" },
		headers: { "accept-language": language, "idempotency-key": "one-of-two" },
	});
	const path = "/participants/14628160/advice";
	const first = await agent.ask("POST", path, options("de"));
	assert.equal(first.status, 201, first.text);
	assert.equal((await agent.ask("POST", path, options("en"))).text, first.text);
});

test("a service that does not answer is told of in German, too", async () => {
	suite.pause("coaching");
	try {
		const reply = await agent.ask("GET", "/coachings/0190d0c0-0000-7000-8000-000000000001", {
			token: suite.token(...ADVISER),
			headers: { "accept-language": "de" },
		});
		assert.ok([503, 504].includes(reply.status), reply.text);
		assert.match(JSON.parse(reply.text).detail, /Es kam keine Antwort|Zurzeit kann kein Dienst/);
	} finally {
		suite.resume("coaching");
	}
});

// What never becomes a request is refused before anybody looks at what it asks for.
describe("bytes that are no request", () => {
	const say = (...bytes) =>
		new Promise((done, fail) => {
			let text = "";
			const socket = connect(suite.port, "127.0.0.1", () => socket.write(bytes.join("")));
			socket.setEncoding("utf8").on("data", (part) => (text += part));
			socket.on("end", () => done(text.slice(text.lastIndexOf("HTTP/1.1 "))));
			socket.on("error", fail);
		});
	const head = (language, line = "GET / HTTP/1.1", more = "") =>
		`${line}\r\nHost: a\r\n${language ? `Accept-Language: ${language}\r\n` : ""}${more}\r\n`;
	const chunked = "Transfer-Encoding: chunked\r\n";
	const upload = "POST /api/v1/budgets HTTP/1.1";
	for (const [why, bytes, status, english, german] of [
		["a path with two dots", (l) => [head(l, "GET /a/../b HTTP/1.1")], 400, "The path holds two dots.", "Der Pfad enthält zwei Punkte hintereinander."],
		["a length that is none", (l) => [head(l, upload, "Content-Length: x\r\n")], 400, "Content-Length is not a number of at most ten digits.", "Content-Length ist keine Zahl von höchstens zehn Ziffern."],
		["a body that is too large", (l) => [head(l, upload, "Content-Length: 4000000\r\n")], 413, "The body may have at most 1 MiB.", "Der Inhalt darf höchstens 1 MiB groß sein."],
		["a body in broken chunks", (l) => [head(l, upload, chunked), "x\r\n"], 400, "The body is not properly chunked.", "Der Inhalt ist nicht richtig in Stücke (chunked) geteilt."],
		["a broken line behind a request", (l) => [head(l), "GET\n"], 400, "A line of the head does not end in CR and LF.", "Eine Zeile des Kopfes endet nicht mit CR und LF."],
	])
		test(why, async () => {
			for (const [wish, language, detail] of [
				[undefined, "en", english],
				["en", "en", english],
				["de-DE,de;q=0.9,en;q=0.5", "de", german],
				["x".repeat(2000), "en", english],
			]) {
				const answer = await say(...bytes(wish));
				assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
				assert.match(answer, new RegExp(`^Content-Language: ${language}\r$`, "m"));
				const problem = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
				assert.deepEqual([problem.status, problem.detail], [status, detail]);
				if (language === "de") assert.doesNotMatch(problem.title, /Request|Large/);
			}
		});
});
