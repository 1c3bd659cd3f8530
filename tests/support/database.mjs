// A throw-away PostgreSQL with the suite's schema, and psql sessions in it, for tests of SQL alone.
//
//   const database = await startDatabase();
//   after(() => database.stop());
//   const registry = database.session("asskomm_registry");
//   const rows = await registry.rows("select seq, hash from event");
//
// A session is one psql process: what it sets or locks stays until it is closed. An error of the
// server is thrown with its SQLSTATE as `code`.
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const POSTGRES = join(ROOT, "tests/support/postgres.sh");
const ASSKOMM = join(resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build"), "bin/asskomm");
const SEPARATOR = "\x1f";

class Session {
	constructor(conninfo) {
		const options = ["-qAtX", "-F", SEPARATOR, "-d", conninfo];
		this.child = spawn("psql", options, { stdio: "pipe" });
		this.output = "";
		this.child.stdout.setEncoding("utf8").on("data", (text) => this.take(text));
		this.child.stderr.resume(); // errors are asked for by psql's variables
		this.last = Promise.resolve();
	}

	take(text) {
		this.output += text;
		const end = this.mark && this.output.indexOf(this.mark);
		if (end >= 0 && this.mark) this.onMark(this.output.slice(0, end));
	}

	// Rows of one statement as arrays of text; calls of one session follow each other.
	rows(sql) {
		const next = this.last.then(() => this.ask(sql));
		this.last = next.catch(() => {});
		return next;
	}

	async ask(sql) {
		this.mark = randomUUID();
		this.output = "";
		const answer = new Promise((done) => (this.onMark = done));
		// psql's variables tell of the last statement only, so one call is one statement.
		this.child.stdin.write(
			`${sql};\n\\echo ${SEPARATOR}:ERROR${SEPARATOR}:LAST_ERROR_SQLSTATE${SEPARATOR}` +
				`:LAST_ERROR_MESSAGE${this.mark}\n`,
		);
		const text = await answer;
		const lines = text.split("\n");
		const [, failed, code, message] = lines.pop().split(SEPARATOR);
		if (failed === "true") throw Object.assign(new Error(`${code}: ${message}`), { code });
		return lines.filter((line) => line !== "").map((line) => line.split(SEPARATOR));
	}

	async value(sql) {
		return (await this.rows(sql))[0]?.[0];
	}

	async close() {
		this.child.stdin.end();
		if (this.child.exitCode === null) await once(this.child, "close");
	}
}

class Database {
	constructor() {
		this.folder = mkdtempSync(join(tmpdir(), "asskomm-sql-"));
		chmodSync(this.folder, 0o755); // PostgreSQL's user must get through
		this.cluster = join(this.folder, "postgres");
		this.sessions = [];
	}

	async start({ migrated = true } = {}) {
		const { stdout } = await run(POSTGRES, ["start", this.cluster]);
		this.conninfo = stdout.trim();
		if (migrated) await this.migrate();
		return this;
	}

	// What `asskomm migrate` prints; an exit code other than 0 is thrown.
	async migrate(...options) {
		return (await run(ASSKOMM, ["migrate", "--database", this.conninfo, ...options])).stdout;
	}

	session(role = "postgres") {
		const conninfo = this.conninfo.replace("user=postgres", `user=${role}`);
		this.sessions.push(new Session(conninfo));
		return this.sessions.at(-1);
	}

	async stop() {
		await Promise.all(this.sessions.map((session) => session.close()));
		await run(POSTGRES, ["remove", this.cluster]);
		rmSync(this.folder, { recursive: true });
	}
}

export const startDatabase = (options) => new Database().start(options);
