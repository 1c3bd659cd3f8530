// Requests over a few connections that stay open, for tests that ask some ten thousand times.
//
//   const agent = startAgent(suite.port);
//   const reply = await agent.ask("GET", "/figures", { token, body, headers });
//   agent.stop();
//
// A reply has status, headers (lower case, without what differs each time: date, traceparent), text.
import { Agent, request } from "node:http";

const CONNECTIONS = 8;

class KeptAlive {
	constructor(port, connections) {
		this.port = port;
		this.agent = new Agent({ keepAlive: true, maxSockets: connections });
	}

	// One request below /api/v1; a body is sent as JSON, or as it is when it is text.
	ask(method, path, { token, body, headers = {} } = {}) {
		const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
		const options = {
			port: this.port,
			host: "127.0.0.1",
			agent: this.agent,
			method,
			path: `/api/v1${path}`,
			headers: {
				...(token ? { authorization: `Bearer ${token}` } : {}),
				...(text === undefined
					? {}
					: {
							"content-type": "application/json",
							"content-length": Buffer.byteLength(text),
						}),
				...headers,
			},
		};
		return new Promise((done, fail) => {
			const sent = request(options, (reply) => {
				const chunks = [];
				reply.on("data", (chunk) => chunks.push(chunk));
				reply.on("error", fail);
				reply.on("end", () => done(replyOf(reply, Buffer.concat(chunks).toString())));
			});
			sent.on("error", fail);
			sent.end(text);
		});
	}

	stop() {
		this.agent.destroy();
	}
}

function replyOf({ statusCode, headers }, text) {
	const { date, traceparent, ...lasting } = headers;
	return { status: statusCode, headers: lasting, text };
}

export const startAgent = (port, connections = CONNECTIONS) => new KeptAlive(port, connections);

// Runs `work` on each item, as many at a time as there are connections.
export async function forAll(items, work) {
	const rest = items[Symbol.iterator]();
	const worker = async () => {
		for (const item of { [Symbol.iterator]: () => rest }) await work(item);
	};
	await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}
