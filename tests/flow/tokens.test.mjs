// Tokens from an OpenID provider at the running gateway: a certified provider signs them, rotates
// its keys, is away, or is replaced by somebody hostile.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac, createPublicKey, randomUUID } from "node:crypto";
import { join } from "node:path";
import {
	DISCOVERY,
	KEYS,
	encode,
	forge,
	makeKey,
	startProvider,
} from "../support/provider.mjs";
import { AUDIENCE, BUILD, ISSUER, startSuite, until } from "../support/suite.mjs";

const FAILED = 'asskomm_jwks_fetches_total{outcome="failed"}';
const FETCHED = 'asskomm_jwks_fetches_total{outcome="ok"}';
const QUICK_MS = 1_000;

let suite;
let provider;

before(async () => {
	provider = await startProvider(["ES256", "PS256", "RS256"]);
	suite = await startSuite({
		services: ["ledger", "gateway"],
		territory: false,
		environment: { gateway: settings() },
	});
});
after(async () => {
	await suite?.stop();
	await provider?.stop();
});

const settings = (more) => ({
	ASSKOMM_OIDC_ISSUER: provider.issuer,
	ASSKOMM_DEV: "1",
	...more,
});

// A gateway that remembers nothing, with other settings.
async function restart(more) {
	suite.options.environment.gateway = settings(more);
	suite.keepers.get("gateway").environment = suite.environmentOf("gateway");
	await suite.kill("gateway", "SIGTERM");
	await until(() => suite.keepers.get("gateway").isAlive(), "a new gateway");
	await suite.ready("gateway");
	await until(() => suite.metric("gateway", FETCHED), "the keys of the provider");
}

const ask = (token) => suite.get("/ledger/head", { token });

async function assertPasses(token) {
	const reply = await ask(token);
	assert.equal(reply.status, 200, reply.text);
}

function assertChallenge(reply) {
	assert.equal(reply.status, 401, reply.text);
	assert.match(reply.headers.get("www-authenticate"), /^Bearer .*error="invalid_token"/);
}

const assertRefused = async (token) => assertChallenge(await ask(token));

// Claims as the provider writes them.
const claims = (more) => {
	const now = Math.floor(Date.now() / 1000);
	return {
		iss: provider.issuer,
		aud: AUDIENCE,
		sub: "portal",
		client_id: "portal",
		jti: randomUUID(),
		iat: now,
		exp: now + 600,
		roles: ["auditor"],
		scopes: ["*"],
		...more,
	};
};

// A token by hand with a key of the provider; nothing is wrong with it unless `more` says so.
function handmade(more, header, key = provider.key("ES256")) {
	return forge({ alg: key.alg, kid: key.kid, typ: "at+jwt", ...header }, claims(more), key);
}

const strange = () => handmade({}, { kid: randomUUID() });

// ---- what must pass

describe("tokens of the provider", () => {
	for (const alg of ["ES256", "PS256", "RS256"])
		test(`${alg} passes`, async () => {
			const token = await provider.token({ alg });
			const header = JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
			assert.equal(header.alg, alg);
			assert.equal(header.typ, "at+jwt");
			await assertPasses(token);
		});

	test("its roles count", async () => {
		const reply = await ask(await provider.token({ roles: [] }));
		assert.equal(reply.status, 403, reply.text);
	});

	test("another audience", async () => {
		await assertRefused(await provider.token({ audience: "https://elsewhere.example" }));
	});

	test("the file's keys go on working beside it", () => assertPasses(suite.token("auditor")));

	test("file and provider vouch for their own issuer alone", async () => {
		await assertRefused(suite.token("auditor", ["*"], { iss: provider.issuer }));
		await assertRefused(handmade({ iss: ISSUER }));
		await assertPasses(handmade());
	});
});

// ---- keys come and go: first, as a fetch for an unknown key comes only once in 30 s

describe("rotation", () => {
	test("a new key works at once, for all who come with it, by one fetch", async () => {
		const old = handmade();
		await assertPasses(old);
		provider.rotate(["ES256", "PS256", "RS256"]);
		const fetched = provider.fetched;
		const tokens = await Promise.all(Array.from({ length: 20 }, () => provider.token()));
		await Promise.all(tokens.map(assertPasses));
		assert.equal(provider.fetched, fetched + 1);
		await assertRefused(old); // remembered until then
	});

	test("a flood of unknown keys fetches nothing more, and is answered quickly", async () => {
		const fetched = provider.fetched;
		const start = Date.now();
		for (let i = 0; i < 10; i++)
			await Promise.all(Array.from({ length: 30 }, () => assertRefused(strange())));
		assert.equal(provider.fetched, fetched);
		assert.ok(Date.now() - start < 10 * QUICK_MS);
		await assertPasses(handmade());
	});
});

// ---- attacks: with the right key wherever the attack is not about the key

const header = () => ({ alg: "ES256", kid: provider.key("ES256").kid, typ: "at+jwt" });

// Header and claims as text, signed rightly.
const signed = (head, body) => forge(head, body, provider.key("ES256"));

// A right token with another signature.
function resigned(change) {
	const [head, body, signature] = handmade().split(".");
	const bytes = change(Buffer.from(signature, "base64url"), `${head}.${body}`);
	return `${head}.${body}.${bytes.toString("base64url")}`;
}

// The public key's bytes as the secret of an HMAC.
function confused(format) {
	const { kid, ...jwk } = provider.key("RS256");
	const key = createPublicKey({ key: jwk, format: "jwk" });
	const secret = {
		pem: () => key.export({ type: "spki", format: "pem" }),
		der: () => key.export({ type: "spki", format: "der" }),
		jwk: () => JSON.stringify(key.export({ format: "jwk" })),
	}[format]();
	const input = `${encode({ alg: "HS256", kid })}.${encode(claims())}`;
	return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function fromDer(signature) {
	const integer = (bytes) => {
		const from = bytes.findIndex((byte) => byte !== 0);
		const short = bytes.subarray(from);
		const body = short[0] & 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
		return Buffer.concat([Buffer.of(2, body.length), body]);
	};
	const body = Buffer.concat([
		integer(signature.subarray(0, 32)),
		integer(signature.subarray(32)),
	]);
	return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

const text = (value) => JSON.stringify(value);
const twice = (value, more) => text(value).replace(/}$/, `,${more}}`);
const now = () => Math.floor(Date.now() / 1000);

// To add one: a row here; each is answered 401 like all others.
const ATTACKS = {
	none: () => `${encode({ ...header(), alg: "none" })}.${encode(claims())}.`,
	None: () => handmade({}, { alg: "None" }),
	nOnE: () => handmade({}, { alg: "nOnE" }),
	"no signature": () => resigned(() => Buffer.alloc(0)),
	"HMAC with the PEM": () => confused("pem"),
	"HMAC with the DER": () => confused("der"),
	"HMAC with the JWK": () => confused("jwk"),
	"RS256 by the key for PS256": () => {
		const key = provider.key("PS256");
		return forge({ alg: "RS256", kid: key.kid }, claims(), key, "RS256");
	},
	"PS256 by the key for RS256": () => {
		const key = provider.key("RS256");
		return forge({ alg: "PS256", kid: key.kid }, claims(), key, "PS256");
	},
	"RS256 said, PS256 done": () => {
		const key = provider.key("RS256");
		return forge({ alg: "RS256", kid: key.kid }, claims(), key, "PS256");
	},
	ES384: () => handmade({}, { alg: "ES384" }),
	"ES256 for an RSA key": () => handmade({}, { kid: provider.key("RS256").kid }),
	"another key under the kid": () => forge(header(), claims(), makeKey("ES256")),
	"a key of its own: jwk": () => {
		const { d, ...jwk } = makeKey("ES256");
		return forge({ ...header(), jwk }, claims(), { ...jwk, d });
	},
	jku: () => handmade({}, { jku: `${provider.issuer}${KEYS}` }),
	x5u: () => handmade({}, { x5u: provider.issuer }),
	x5c: () => handmade({}, { x5c: ["AAAA"] }),
	crit: () => handmade({}, { crit: ["exp"], exp: 1 }),
	b64: () => handmade({}, { b64: false, crit: ["b64"] }),
	"kid as a path": () => handmade({}, { kid: "../../../../dev/null" }),
	"kid as SQL": () => handmade({}, { kid: "' or '1'='1" }),
	"kid of 4 kB": () => handmade({}, { kid: "k".repeat(4000) }),
	"no kid": () => handmade({}, { kid: undefined }),
	"two kids": () => signed(twice(header(), '"kid":"x"'), claims()),
	"two algs": () => signed(twice(header(), '"alg":"none"'), claims()),
	"two subjects": () => signed(header(), twice(claims(), '"sub":"root"')),
	"two dots too few": () => handmade().replaceAll(".", ""),
	"five parts, as JWE": () => `${handmade()}.AAAA.AAAA`,
	"padded base64": () => `${handmade()}==`,
	"the other alphabet": () => resigned((bytes) => bytes.fill(0xff)).replaceAll("_", "/"),
	"white space inside": () => handmade().replace(".", " ."),
	"signature as DER": () => resigned(fromDer),
	"signature of zeros": () => resigned((bytes) => bytes.fill(0)),
	"signature too long": () => resigned((bytes) => Buffer.concat([bytes, Buffer.alloc(8)])),
	"signature cut": () => resigned((bytes) => bytes.subarray(0, 63)),
	"exp missing": () => handmade({ exp: undefined }),
	"exp as text": () => handmade({ exp: String(now() + 600) }),
	"exp broken": () => handmade({ exp: now() + 600.5 }),
	"exp 1e300": () => handmade({ exp: 1e300 }),
	"exp negative": () => handmade({ exp: -1 }),
	"exp beyond the leeway": () => handmade({ exp: now() - 61 }),
	"nbf in the future": () => handmade({ nbf: now() + 120 }),
	"iat far in the future": () => handmade({ iat: now() + 86400 }),
	"aud missing": () => handmade({ aud: undefined }),
	"aud of others": () => handmade({ aud: ["elsewhere", "asskomm2"] }),
	"aud of several, client unnamed": () =>
		handmade({ aud: [AUDIENCE, "account"], client_id: undefined }),
	"an ID token": () => handmade({ aud: "portal", nonce: "n", at_hash: "h" }, { typ: "JWT" }),
	"a logout token": () => handmade({}, { typ: "logout+jwt" }),
	"iss with a slash": () => handmade({ iss: `${provider.issuer}/` }),
	"another issuer": () => handmade({ iss: "https://login.example" }),
	"sub empty": () => handmade({ sub: "" }),
	"scopes in one text": () => handmade({ scopes: "14628 *" }),
	"a scope with a comma": () => handmade({ scopes: ["14628,*"] }),
	"over 8 KiB": () => handmade({ padding: "x".repeat(8192) }),
};

describe("an attack is refused like every other", () => {
	let usual;
	const masked = (reply) => reply.text.replaceAll(reply.json.traceId, "…");
	before(async () => (usual = masked(await ask("x"))));
	for (const [name, make] of Object.entries(ATTACKS))
		test(name, async () => {
			const reply = await ask(make());
			assertChallenge(reply);
			assert.equal(masked(reply), usual);
		});

	test("a remembered token lends nothing to one that begins like it", async () => {
		const token = handmade();
		await assertPasses(token);
		await assertRefused(`${token}A`);
		await assertRefused(token.slice(0, -1));
	});
});

// ---- the provider is away

describe("an outage", () => {
	before(() => restart({ ASSKOMM_OIDC_REFRESH_S: "1" }));

	test("known keys go on, an unknown one is refused quickly", async () => {
		await provider.stop();
		const start = Date.now();
		await assertRefused(strange());
		assert.ok(Date.now() - start < QUICK_MS);
		await assertPasses(handmade());
		assert.ok(suite.logOf("gateway").some((line) => line.includes("not fetched")));
		await provider.open();
	});

	test("who leaves while keys are fetched is forgotten", async () => {
		const failed = await suite.metric("gateway", FAILED);
		const waiting = () => suite.metric("gateway", "asskomm_http_inflight");
		let held;
		provider.hostile[KEYS] = (response) => (held = response);
		await until(() => held, "a fetch");
		const leaving = new AbortController();
		const left = fetch(`${suite.base}/ledger/head`, {
			headers: { authorization: `Bearer ${strange()}` },
			signal: leaving.signal,
		}).catch((error) => error.name);
		await until(waiting, "a request that waits");
		leaving.abort();
		assert.equal(await left, "AbortError");
		await until(async () => (await waiting()) === 0, "the request to be forgotten");
		provider.hostile = {};
		held.end("{}");
		await until(
			async () => (await suite.metric("gateway", FAILED)) > failed,
			"the end of the fetch",
		);
		await assertPasses(handmade());
	});

	test("a provider that says nothing holds nobody for more than 5 s", async () => {
		let silent = false;
		provider.hostile[KEYS] = () => (silent = true);
		await until(() => silent, "a fetch");
		const start = Date.now();
		const waits = Array.from({ length: 5 }, () => assertRefused(strange()));
		await assertPasses(handmade());
		assert.ok(Date.now() - start < QUICK_MS);
		await Promise.all(waits);
		assert.ok(Date.now() - start < 6_000);
		provider.hostile = {};
	});
});

// ---- somebody else in the provider's place

const send = (status, body, headers) => (response) => response.writeHead(status, headers).end(body);
const discovery = (more) => (response) => {
	const jwks_uri = `${provider.issuer}${KEYS}`;
	send(200, JSON.stringify({ issuer: provider.issuer, jwks_uri, ...more }))(response);
};
const withSecret = () => JSON.stringify({ keys: [makeKey("ES256")] });

// To add one: a row here. What a path gives instead, and what the log says; the old keys go on.
const HOSTILE = {
	"a huge key set": [KEYS, send(200, `{"keys":[],"x":"${"x".repeat(2 << 20)}"}`), "longer"],
	"a page": [KEYS, send(200, "<html><body>Login</body></html>"), "is no JWKS"],
	"an empty key set": [KEYS, send(200, '{"keys":[]}'), "no key that we can use"],
	"a key set with private keys": [KEYS, send(200, withSecret()), "secret key"],
	"a redirect": [KEYS, send(302, "", { location: "/elsewhere" }), "status 302"],
	"an error": [KEYS, send(500, '{"keys":[]}'), "status 500"],
	"discovery of another issuer": [
		DISCOVERY,
		discovery({ issuer: "https://login.example" }),
		"another issuer",
	],
	"keys on another machine, unprotected": [
		DISCOVERY,
		discovery({ jwks_uri: "http://192.0.2.1/jwks" }),
		"another machine",
	],
	"keys in a file": [DISCOVERY, discovery({ jwks_uri: "file:///etc/passwd" }), "not supported"],
};

describe("a hostile document changes nothing", () => {
	after(() => (provider.hostile = {}));
	for (const [name, [path, instead, why]] of Object.entries(HOSTILE))
		test(name, async () => {
			const failed = await suite.metric("gateway", FAILED);
			provider.hostile = { [path]: instead };
			await until(
				async () => (await suite.metric("gateway", FAILED)) > failed,
				"a refused document",
			);
			const told = suite.logOf("gateway").filter((line) => line.includes("not fetched"));
			assert.ok(told.at(-1).includes(why), told.at(-1));
			await assertPasses(handmade());
			await assertPasses(suite.token("auditor"));
		});

	test("a withdrawn key ends with the next fetch", async () => {
		provider.hostile = {};
		const old = handmade();
		await assertPasses(old);
		provider.rotate(["ES256"]);
		await until(async () => (await ask(old)).status === 401, "the key to be withdrawn");
		await assertPasses(handmade());
	});
});

// ---- settings

describe("settings", () => {
	test("the last keys do not count for ever; afterwards all is as before", async () => {
		await restart({
			ASSKOMM_JWKS: "",
			ASSKOMM_OIDC_REFRESH_S: "1",
			ASSKOMM_OIDC_STALE_S: "2",
		});
		const token = handmade();
		await assertPasses(token);
		await provider.stop();
		await until(async () => (await ask(token)).status === 401, "the keys to be too old");
		assert.equal(await suite.isReady("gateway"), false);
		assert.match(suite.whyNot, /no keys of the login/);
		assert.ok((await suite.metric("gateway", "asskomm_jwks_age_seconds")) >= 2);
		await provider.open();
		await suite.ready("gateway");
		await assertPasses(token);
	});

	test("only listed clients, roles and scopes where the provider has them", async () => {
		await restart({
			ASSKOMM_TOKEN_CLIENTS: "portal,reports",
			ASSKOMM_TOKEN_ROLES: "/realm_access/roles",
			ASSKOMM_TOKEN_SCOPES: "/https:~1~1asskomm.example~1keys",
		});
		const roles = { realm_access: { roles: ["auditor"] } };
		const own = { ...roles, "https://asskomm.example/keys": ["*"] };
		await assertPasses(await provider.token({ claims: own }));
		await assertRefused(await provider.token({ claims: own, client: "desk" }));
		await assertPasses(handmade({ ...own, aud: [AUDIENCE, "account"], azp: "reports" }));
		await assertRefused(handmade({ ...own, aud: [AUDIENCE, "account"], azp: "account" }));
		const elsewhere = await ask(await provider.token({ claims: { roles: ["auditor"] } }));
		assert.equal(elsewhere.status, 403, elsewhere.text);
	});

	// To add one: a row here. What cannot be ends the start with its name.
	const WRONG = {
		"http without ASSKOMM_DEV": [{ ASSKOMM_DEV: "0" }, /ASSKOMM_OIDC_ISSUER/],
		"no URL": [{ ASSKOMM_OIDC_ISSUER: "login.example" }, /ASSKOMM_OIDC_ISSUER/],
		"a URL with a query": [{ ASSKOMM_OIDC_ISSUER: "https://x/?a" }, /ASSKOMM_OIDC_ISSUER/],
		"neither file nor provider": [
			{ ASSKOMM_OIDC_ISSUER: "", ASSKOMM_JWKS: "" },
			/ASSKOMM_JWKS and ASSKOMM_OIDC_ISSUER/,
		],
		"no pointer": [{ ASSKOMM_TOKEN_ROLES: "roles" }, /ASSKOMM_TOKEN_ROLES/],
	};
	for (const [name, [wrong, told]] of Object.entries(WRONG))
		test(name, () => {
			const environment = {
				...suite.environmentOf("gateway"),
				...wrong,
				ASSKOMM_HTTP_PORT: "0",
				ASSKOMM_ADMIN_PORT: "0",
			};
			const ended = spawnSync(join(BUILD, "bin", "asskomm-gateway"), {
				env: environment,
				encoding: "utf8",
				timeout: 10_000,
			});
			assert.equal(ended.status, 1, ended.stderr);
			assert.match(ended.stderr, told);
		});
});
