// Who subscribed hears of a signed agreement once: in the inbox exactly once whatever crashes, by
// mail at least once, and if twice then with the same Message-ID. The mail server is a real one.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import { readRegister } from "../support/register.mjs";
import { startSuite, until } from "../support/suite.mjs";

const TOWNS = readRegister()
	.municipalities.map(({ ags8 }) => ags8)
	.filter((key) => key.startsWith("14628"))
	.slice(0, 24);

const mails = [];
let suite;
let server;
let anna;
let ben;

before(async () => {
	server = new SMTPServer({
		authOptional: true,
		disabledCommands: ["STARTTLS"],
		onData(stream, session, done) {
			const chunks = [];
			stream.on("data", (chunk) => chunks.push(chunk));
			stream.on("end", () => {
				const text = Buffer.concat(chunks).toString();
				mails.push({
					to: session.envelope.rcptTo[0].address,
					id: /^Message-ID: (\S+)/im.exec(text)[1],
					text,
				});
				done();
			});
		},
	});
	server.listen(0, "127.0.0.1");
	await once(server.server, "listening");
	const url = `smtp://127.0.0.1:${server.server.address().port}`;
	suite = await startSuite({ environment: { notifications: { ASSKOMM_SMTP_URL: url } } });
	anna = suite.token("adviser", ["14628"], { sub: "anna" });
	ben = suite.token("adviser", ["14626"], { sub: "ben" });
});
after(async () => {
	await suite?.stop();
	await new Promise((resolve) => server.close(resolve));
});

async function sign(key) {
	const reply = await suite.post(
		"/agreements",
		{
			accessions: [key],
			signedOn: "2023-08-09",
			mode: "IN_PERSON",
			signatories: [{ role: "mayor", organisation: key }],
		},
		{ token: anna },
	);
	assert.equal(reply.status, 201, reply.text);
	return reply.json.facts[0];
}

async function inbox(token, query = "") {
	const reply = await suite.get(`/inbox?limit=500${query}`, { token });
	return reply.status === 200 ? reply.json.items : undefined;
}

test("one agreement, one message, one mail; nobody else hears of it", async () => {
	for (const [token, body] of [
		[anna, { kind: "AgreementSigned", district: "14628", email: "anna@example.org" }],
		[anna, { kind: "AgreementSigned" }], // fits too: still one message
		[ben, {}],
	]) {
		const reply = await suite.post("/subscriptions", body, { token });
		assert.equal(reply.status, 201, reply.text);
	}
	const fact = await sign(TOWNS[0]);
	const items = await inbox(anna, `&afterFact=${fact}`);
	assert.equal(items.length, 1);
	assert.equal(items[0].factId, fact);
	assert.deepEqual(await inbox(ben, `&afterFact=${fact}`), []);
	await until(() => mails.length > 0, "the mail");
	assert.equal(mails[0].to, "anna@example.org");
	assert.match(mails[0].text, /^Subject: Kooperationsvereinbarung unterzeichnet: /im);
	assert.equal(mails.length, 1);
});

test("a subscription that ended is silent", async () => {
	const carl = suite.token("adviser", ["14628"], { sub: "carl" });
	const made = await suite.post("/subscriptions", {}, { token: carl });
	const path = `/subscriptions/${made.json.id}`;
	const foreign = await suite.call("DELETE", path, { token: anna });
	assert.equal(foreign.status, 404, foreign.text);
	const ended = await suite.call("DELETE", path, { token: carl });
	assert.equal(ended.status, 200, ended.text);
	const fact = await sign(TOWNS[1]);
	assert.deepEqual(await inbox(carl, `&afterFact=${fact}`), []);
});

test("kill -9 of notifications again and again: each message once", async () => {
	const facts = [];
	const towns = TOWNS.slice(2);
	for (const [i, town] of towns.entries()) {
		facts.push(await sign(town));
		if (i % 2 === 0) await suite.kill("notifications");
	}
	await suite.ready("notifications");
	const items = await until(async () => {
		const now = await inbox(anna, `&afterFact=${facts.at(-1)}`);
		return now?.length >= facts.length + 2 && now;
	}, "all messages");
	assert.equal(items.length, facts.length + 2);
	assert.equal(new Set(items.map((item) => item.factId)).size, items.length);

	// a lease of a killed sender runs for two minutes: what waits for it is claimed, not lost
	const sent = () => new Set(mails.map((mail) => mail.id));
	await until(() => sent().size >= 2 + facts.length - 11, "the mails that nobody's death holds up");
	const perMail = new Map();
	for (const mail of mails) perMail.set(mail.id, (perMail.get(mail.id) ?? 0) + 1);
	assert.ok([...perMail.values()].every((n) => n <= 2), "twice only around one death");
	assert.ok(perMail.size <= facts.length + 2, "no mail that nobody asked for");
});
