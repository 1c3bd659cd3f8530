// A certified OpenID provider on a free port of this machine, with a door in front of it: the door
// counts what is fetched, can be shut, and can give hostile documents in place of the true ones.
//
//   const provider = await startProvider(["ES256", "PS256"]);
//   const token = await provider.token({ alg: "PS256", roles: ["auditor"] });
//   provider.rotate(["ES256"]);
//   await provider.stop();
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import Oidc from "oidc-provider";

export const KEYS = "/jwks";
export const DISCOVERY = "/.well-known/openid-configuration";
const CLIENTS = ["portal", "desk"];
const SECRET = "a secret that only the tests know";

// A new private key as JWK, for one algorithm.
export function makeKey(alg) {
	const { privateKey } = alg.startsWith("ES")
		? generateKeyPairSync("ec", { namedCurve: alg === "ES384" ? "P-384" : "P-256" })
		: generateKeyPairSync("rsa", { modulusLength: 2048 });
	return { ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: randomUUID() };
}

export const encode = (value) =>
	Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

// How each algorithm signs.
const WAYS = {
	ES256: { dsaEncoding: "ieee-p1363" },
	RS256: {},
	PS256: { padding: 6 /* PSS */, saltLength: 32 },
};

// A token by hand, as no provider makes it; header and claims may be text.
export function forge(header, claims, key, alg = key.alg) {
	const input = `${encode(header)}.${encode(claims)}`;
	const signer = createPrivateKey({ key, format: "jwk" });
	const signature = sign("sha256", Buffer.from(input), { key: signer, ...WAYS[alg] });
	return `${input}.${signature.toString("base64url")}`;
}

class Provider {
	constructor(port) {
		this.issuer = `http://127.0.0.1:${port}`;
		this.port = port;
		this.fetched = 0; // key sets that were asked for
		this.hostile = {}; // path: what the door does instead
	}

	// New keys; the former ones are withdrawn.
	rotate(algorithms) {
		this.keys = algorithms.map(makeKey);
		this.oidc = new Oidc(this.issuer, {
			jwks: { keys: this.keys },
			clients: CLIENTS.map((id) => ({
				client_id: id,
				client_secret: SECRET,
				id_token_signed_response_alg: algorithms[0],
				grant_types: ["client_credentials"],
				redirect_uris: [],
				response_types: [],
			})),
			features: {
				clientCredentials: { enabled: true },
				devInteractions: { enabled: false },
				resourceIndicators: {
					enabled: true,
					getResourceServerInfo: () => this.resource,
				},
			},
			extraTokenClaims: () => this.claims,
		});
		this.answer = this.oidc.callback();
	}

	key(alg) {
		return this.keys.find((key) => key.alg === alg);
	}

	// A token as a machine gets it: client credentials for a resource.
	async token(wanted = {}) {
		const { alg = this.keys[0].alg, audience = "asskomm", client = "portal" } = wanted;
		const { roles = ["auditor"], claims = { roles, scopes: ["*"] } } = wanted;
		const jwt = { sign: { alg, kid: this.key(alg).kid } };
		this.resource = { scope: "api", audience, accessTokenFormat: "jwt", jwt };
		this.claims = claims;
		const reply = await fetch(`${this.issuer}/token`, {
			method: "POST",
			headers: {
				authorization: `Basic ${btoa(`${client}:${encodeURIComponent(SECRET)}`)}`,
				"content-type": "application/x-www-form-urlencoded",
			},
			body: new URLSearchParams({
				grant_type: "client_credentials",
				resource: "https://asskomm.example",
				scope: "api",
			}),
		});
		const body = await reply.json();
		if (reply.status !== 200) throw new Error(JSON.stringify(body));
		return body.access_token;
	}

	async open() {
		this.server = createServer((request, response) => {
			const path = request.url.split("?")[0];
			if (path === KEYS) this.fetched += 1;
			const instead = this.hostile[path];
			if (instead) instead(response);
			else this.answer(request, response);
		}).listen(this.port, "127.0.0.1");
		await once(this.server, "listening");
		this.port = this.server.address().port;
		return this;
	}

	// Shuts the door: connections are refused.
	async stop() {
		if (!this.server?.listening) return;
		const closed = once(this.server, "close");
		this.server.close();
		this.server.closeAllConnections();
		await closed;
	}
}

export async function startProvider(algorithms) {
	const provider = await new Provider(0).open();
	provider.issuer = `http://127.0.0.1:${provider.port}`;
	provider.rotate(algorithms);
	return provider;
}
