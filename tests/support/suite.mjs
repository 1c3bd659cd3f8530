// The whole suite for one test file: a throw-away PostgreSQL, keys, and every service as a process
// of its own on free ports, started again when it ends, as deploy/ does it.
//
//   const suite = await startSuite({ historyUntil: "2023-08-08" });
//   after(() => suite.stop());
//   const token = suite.token("adviser", ["14628"]);
//   const reply = await suite.post("/agreements", body, { token });
//
// ASSKOMM_BUILD names the build folder (default: build). With ASSKOMM_KEEP=1 the folder with logs
// and data stays after a failure.
import { execFile, spawn, spawnSync } from "node:child_process";
import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import {
	chmodSync,
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const POSTGRES = join(ROOT, "tests/support/postgres.sh");
export const BUILD = resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build");

export const SERVICES = [
	"ledger",
	"registry",
	"coaching",
	"analysis",
	"funding",
	"notifications",
	"monitor",
	"gateway",
];

const READY_MS = 30_000; // longest wait for a service to be ready
const END_MS = 10_000; // longest wait for an orderly end
const YOUNG_MS = 1_000; // a process that ends younger than this is started again more slowly
const SLOW_MS = 1_000;
const POLL_MS = 20;
const HOPELESS = 5; // ends in a row at a young age

export const ISSUER = "asskomm-test";
export const AUDIENCE = "asskomm";

// ---- small things

// As many ports as asked for that nobody else has now.
export async function freePorts(count) {
	const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
	await Promise.all(servers.map((server) => once(server, "listening")));
	const ports = servers.map((server) => server.address().port);
	await Promise.all(servers.map((server) => once(server.close(), "close")));
	return ports;
}

// Asks `check` until it gives something true; fails with `what` after `limit` milliseconds.
export async function until(check, what, limit = READY_MS) {
	const end = Date.now() + limit;
	for (;;) {
		const result = await check();
		if (result) return result;
		if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
		await pause(POLL_MS);
	}
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

// ---- one process that is kept alive

class Keeper {
	constructor(name, environment, log) {
		this.name = name;
		this.environment = environment;
		this.log = log;
		this.starts = 0;
		this.youngEnds = 0;
		this.wanted = true;
		this.start();
	}

	start() {
		const out = openSync(this.log, "a");
		this.starts += 1;
		this.born = Date.now();
		this.child = spawn(join(BUILD, "bin", `asskomm-${this.name}`), [], {
			env: this.environment,
			stdio: ["ignore", out, out],
		});
		closeSync(out);
		this.child.on("error", (error) => (this.error = error));
		this.child.on("exit", () => this.ended());
	}

	ended() {
		const young = Date.now() - this.born < YOUNG_MS;
		this.youngEnds = young ? this.youngEnds + 1 : 0;
		if (!this.wanted) return;
		this.timer = setTimeout(
			() => this.wanted && this.start(),
			young && this.starts > 1 ? SLOW_MS : 0,
		);
	}

	// Why it will never be ready, or nothing.
	hopeless() {
		if (this.error) return String(this.error);
		return this.youngEnds >= HOPELESS ? `it ended ${this.youngEnds} times` : undefined;
	}

	isAlive() {
		return (
			this.child.pid !== undefined &&
			this.child.exitCode === null &&
			this.child.signalCode === null
		);
	}

	// Ends the process and waits for it; then it is started again unless it is not wanted.
	async signal(name) {
		const child = this.child;
		if (!this.isAlive()) return;
		const end = once(child, "exit");
		child.kill(name);
		await end;
	}

	async stop() {
		this.wanted = false;
		clearTimeout(this.timer);
		if (this.isAlive()) this.child.kill("SIGCONT"); // a held one could not end
		const watchdog = setTimeout(() => this.child.kill("SIGKILL"), END_MS);
		await this.signal("SIGTERM");
		clearTimeout(watchdog);
	}

	tail() {
		return readFileSync(this.log, "utf8").split("\n").slice(-15).join("\n");
	}
}

// ---- the suite

class Suite {
	constructor(options) {
		this.options = options;
		this.names = SERVICES.filter((name) =>
			(options.services ?? SERVICES).includes(name),
		);
		this.folder = mkdtempSync(join(tmpdir(), "asskomm-"));
		chmodSync(this.folder, 0o755); // PostgreSQL's user must get through
		mkdirSync(this.path("log"));
		this.keepers = new Map();
		this.onExit = () => this.abandon();
		process.on("exit", this.onExit);
	}

	path(...parts) {
		return join(this.folder, ...parts);
	}

	// ---- start

	async start() {
		const { stdout } = await run(POSTGRES, ["start", this.path("postgres")]);
		this.database = stdout.trim();
		await this.asskomm("migrate", "--database", this.database);
		await this.asskomm("keys", "--dir", this.path("keys"));
		this.key = JSON.parse(readFileSync(this.path("keys", "token.key"), "utf8"));
		await this.choosePorts();
		for (const name of this.names) {
			const log = this.path("log", name);
			this.keepers.set(name, new Keeper(name, this.environmentOf(name), log));
		}
		await Promise.all(this.names.map((name) => this.ready(name)));
		await this.load();
		return this;
	}

	async load() {
		const { territory = true, historyUntil } = this.options;
		if (!this.names.includes("gateway")) return;
		if (territory || historyUntil) await this.asskomm("import", "territory");
		if (historyUntil) await this.asskomm("import", "history", "--until", historyUntil);
		await until(() => this.isNumbered(), "the ledger to number what was loaded");
	}

	// Whether every fact that was recorded has its number: what waits is in no head.
	async isNumbered() {
		const sql = "select count(*) from ledger.pending";
		return (await run("psql", ["-qAtX", "-d", this.database, "-c", sql])).stdout.trim() === "0";
	}

	async choosePorts() {
		const ports = await freePorts(2 * SERVICES.length + 1);
		this.bus = Object.fromEntries(SERVICES.map((name, i) => [name, ports[2 * i]]));
		this.admin = Object.fromEntries(
			SERVICES.map((name, i) => [name, ports[2 * i + 1]]),
		);
		this.events = ports.at(-1);
		this.port = this.bus.gateway; // it answers on no bus: this is its public port
		this.base = `http://127.0.0.1:${this.port}/api/v1`;
		this.url = `http://127.0.0.1:${this.port}`;
	}

	environmentOf(name) {
		const at = (port) => `tcp://127.0.0.1:${port}`;
		const environment = {
			PATH: process.env.PATH,
			LANG: "C.UTF-8",
			ASSKOMM_DATABASE: this.conninfo(`asskomm_${name}`),
			ASSKOMM_KEYS: this.path("keys"),
			ASSKOMM_ADMIN_PORT: String(this.admin[name]),
			ASSKOMM_LEDGER_EVENTS: at(this.events),
		};
		for (const peer of SERVICES.filter((each) => each !== "gateway"))
			environment[`ASSKOMM_PEER_${peer.toUpperCase()}`] = at(this.bus[peer]);
		if (name === "gateway")
			Object.assign(environment, {
				ASSKOMM_HTTP_PORT: String(this.port),
				ASSKOMM_JWKS: this.path("keys", "jwks.json"),
				ASSKOMM_TOKEN_ISSUER: ISSUER,
				ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
				// A test asks faster than any person.
				ASSKOMM_RATE_USER: "1000000",
				ASSKOMM_RATE_USER_BURST: "1000000",
				ASSKOMM_SSE_READERS_USER: "0",
			});
		else environment.ASSKOMM_BUS = at(this.bus[name]);
		if (name === "ledger") environment.ASSKOMM_PUBLISH = at(this.events);
		return { ...environment, ...this.options.environment?.[name] };
	}

	// How a role reaches the database.
	conninfo(role) {
		return this.database.replace(/user=\S+/, `user=${role}`);
	}

	// Runs the command line of the suite; gives what it printed.
	async asskomm(...words) {
		const { stdout } = await run(join(BUILD, "bin", "asskomm"), words, {
			env: {
				PATH: process.env.PATH,
				LANG: "C.UTF-8",
				ASSKOMM_URL: this.url ?? "",
				ASSKOMM_KEYS: this.path("keys"),
				ASSKOMM_TOKEN_ISSUER: ISSUER,
				ASSKOMM_TOKEN_AUDIENCE: AUDIENCE,
			},
			maxBuffer: 64 * 1024 * 1024,
		});
		return stdout;
	}

	// ---- processes

	async isReady(name) {
		try {
			const reply = await fetch(`http://127.0.0.1:${this.admin[name]}/readyz`);
			this.whyNot = (await reply.text()).trim();
			return reply.status === 200;
		} catch {
			return false;
		}
	}

	// Waits until a service is ready; tells why not when it never will be.
	async ready(name) {
		const keeper = this.keepers.get(name);
		const check = async () => {
			const why = keeper.hopeless();
			if (why) throw new Error(why);
			return this.isReady(name);
		};
		try {
			await until(check, `${name} to be ready (${this.whyNot ?? "no answer"})`);
		} catch (error) {
			throw new Error(`${name}: ${error.message}\n${keeper.tail()}`);
		}
	}

	// Ends a service with a signal and waits for its end; it is started again at once.
	async kill(name, signal = "SIGKILL") {
		await this.keepers.get(name).signal(signal);
	}

	pid(name) {
		return this.keepers.get(name).child.pid;
	}

	// Holds a process still until `resume`; it notices nothing.
	pause(name) {
		process.kill(this.pid(name), "SIGSTOP");
	}

	resume(name) {
		process.kill(this.pid(name), "SIGCONT");
	}

	// One number of a service's /metrics, 0 when it is not there (yet).
	async metric(name, series) {
		const reply = await fetch(`http://127.0.0.1:${this.admin[name]}/metrics`);
		const line = (await reply.text())
			.split("\n")
			.find((each) => each.startsWith(`${series} `));
		return Number(line?.split(" ")[1] ?? 0);
	}

	// The log of a service, a line each.
	logOf(name) {
		return readFileSync(this.path("log", name), "utf8").trimEnd().split("\n");
	}

	// ---- tokens

	// A token for one role or several. `more` overrides claims (exp, iss, …); in it, `header`
	// overrides the header and `key` signs instead of the suite's own.
	token(roles, scopes = ["*"], { header, key, ...claims } = {}) {
		const now = Math.floor(Date.now() / 1000);
		const names = [roles].flat();
		const input = [
			encode({ alg: "ES256", kid: this.key.kid, typ: "JWT", ...header }),
			encode({
				iss: ISSUER,
				aud: AUDIENCE,
				sub: `test-${names.join("-")}`,
				iat: now,
				exp: now + 3600,
				roles: names,
				scopes,
				...claims,
			}),
		].join(".");
		const signer = key ?? createPrivateKey({ key: this.key, format: "jwk" });
		const signature = sign("sha256", Buffer.from(input), {
			key: signer,
			dsaEncoding: "ieee-p1363",
		});
		return `${input}.${signature.toString("base64url")}`;
	}

	// ---- requests

	// One request below /api/v1. `body` is sent as JSON, or as it is when it is text.
	async call(method, path, { token, body, headers = {} } = {}) {
		const text =
			body === undefined || typeof body === "string"
				? body
				: JSON.stringify(body);
		const reply = await fetch(this.base + path, {
			method,
			body: text,
			headers: {
				...(token ? { authorization: `Bearer ${token}` } : {}),
				...(text === undefined
					? {}
					: { "content-type": "application/json" }),
				...headers,
			},
		});
		const received = await reply.text();
		const isJson = /^application\/(problem\+)?json/.test(
			reply.headers.get("content-type") ?? "",
		);
		return {
			status: reply.status,
			headers: reply.headers,
			text: received,
			json: isJson ? JSON.parse(received) : undefined,
		};
	}

	get(path, options) {
		return this.call("GET", path, options);
	}

	// A command; with an Idempotency-Key of its own unless the headers name one.
	post(path, body, { headers, ...options } = {}) {
		const key = { "idempotency-key": randomUUID() };
		return this.call("POST", path, {
			...options,
			body,
			headers: { ...key, ...headers },
		});
	}

	// The number of the last fact in the ledger.
	async head() {
		const reply = await this.get("/ledger/head", { token: this.token("auditor") });
		if (reply.status !== 200)
			throw new Error(`/ledger/head: ${reply.status} ${reply.text}`);
		return Number(reply.json.seq);
	}

	// The same, when all that was saved has its number.
	async settled() {
		const waiting = ["-qAtX", "-c", "select count(*) from ledger.pending"];
		const count = async () =>
			(await run("psql", [this.database, ...waiting])).stdout.trim() === "0";
		await until(count, "the ledger to number what was saved");
		return this.head();
	}

	// ---- end

	async stop() {
		const order = [...this.keepers.values()].reverse();
		await Promise.all(order.map((keeper) => keeper.stop()));
		await run(POSTGRES, ["stop", this.path("postgres")]);
		process.off("exit", this.onExit);
		if (!process.env.ASSKOMM_KEEP)
			rmSync(this.folder, { recursive: true, force: true });
	}

	// The test process ends without stop(): nothing that we started may stay behind.
	abandon() {
		for (const keeper of this.keepers.values()) {
			keeper.wanted = false;
			if (keeper.isAlive()) keeper.child.kill("SIGKILL");
		}
		spawnSync(POSTGRES, ["stop", this.path("postgres")]);
		if (!process.env.ASSKOMM_KEEP)
			rmSync(this.folder, { recursive: true, force: true });
	}
}

// Ends in order of "exit" handlers also when a test runner or a person ends us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

// Starts the suite. Options: `services` (default all), `territory` (default true: import it),
// `historyUntil` (a day: import history up to it), `environment` ({gateway: {NAME: "value"}}).
export async function startSuite(options = {}) {
	const suite = new Suite(options);
	try {
		return await suite.start();
	} catch (error) {
		await suite.stop().catch(() => suite.abandon());
		throw error;
	}
}
