// The suite's statements as the build embeds them, run as a service runs them: by name, with
// parameters by field name, inside a segment with scope and actor.
//
//   const suite = await startSql();
//   after(() => suite.stop());
//   const registry = suite.service("registry");
//   const [row] = await registry.run("council.load", { id }, { scope: "14628" });
//   const ordinals = await registry.save("council.save", [council], { scope: "14628" });
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startDatabase } from "../support/database.mjs";
import { Client } from "./client.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const GEN = join(resolve(ROOT, process.env.ASSKOMM_BUILD ?? "build"), "gen");

// Those with a schema and a role of their own.
export const SERVICES = [
	"registry",
	"coaching",
	"analysis",
	"funding",
	"notifications",
	"monitor",
	"ledger",
	"gateway",
];

const TIMEOUT_MS = 30_000;

// ---- statements

const literal = (text) => JSON.parse(`"${text}"`);

// { name: { name, sql, params } } of a program: "registry", or "asskomm" for the command line.
export function readStatements(program) {
	const code = readFileSync(join(GEN, `${program}.statements.gen.c`), "utf8");
	const lists = new Map(
		[...code.matchAll(/PARAMS_(\d+)\[\] = \{ (.*)NULL \};/g)].map(([, number, names]) => [
			number,
			[...names.matchAll(/"(\w+)"/g)].map(([, name]) => name),
		]),
	);
	const rows = code.matchAll(/\{ "([^"]+)",\n((?:\t".*"\n?)+),\n\t\t(\d+), PARAMS_(\d+) \}/g);
	const statements = [...rows].map(([, name, lines, count, number]) => {
		const sql = [...lines.matchAll(/^\t"(.*)"$/gm)].map(([, line]) => literal(line)).join("");
		const params = lists.get(number);
		if (params.length !== Number(count)) throw new Error(`${name}: ${params} are not ${count}`);
		return [name, { name, sql, params }];
	});
	return Object.fromEntries(statements);
}

// ---- values

// As core/reflect gives a field: nothing is NULL, what has more than one value is JSON.
export function toText(value) {
	if (value === undefined || value === null) return null;
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

// PostgreSQL's text form of an array, as runtime/db_array.c writes it.
export function toArray(values) {
	const items = values.map((value) =>
		value === null ? "NULL" : `"${value.replace(/["\\]/g, "\\$&")}"`,
	);
	return `{${items.join(",")}}`;
}

function lookUp(values, name) {
	if (!(name in values)) throw new Error(`no value for the parameter ${name}`);
	return toText(values[name]);
}

// ---- a service's connection

class Service {
	constructor(client, statements) {
		this.client = client;
		this.statements = statements;
	}

	statement(name, values) {
		const statement = this.statements[name];
		if (!statement) throw new Error(`no statement ${name}`);
		return { sql: statement.sql, values: statement.params.map((param) => values(param)) };
	}

	async segment(statements, { scope = "", actor = "" } = {}) {
		const setting = { scope, actor, timeout_ms: TIMEOUT_MS };
		const first = this.statement("segment", (name) => toText(setting[name]));
		const [, ...results] = await this.client.transaction([first, ...statements]);
		return results;
	}

	// The rows of one statement.
	async run(name, values = {}, { scope = "", actor = "" } = {}) {
		const known = { ...values, scope, actor };
		const statement = this.statement(name, (param) => lookUp(known, param));
		const [rows] = await this.segment([statement], { scope, actor });
		return rows;
	}

	// The rows of one statement over many: each parameter is an array with an item for each.
	async runTogether(name, many, { scope = "", actor = "" } = {}) {
		const statement = this.statement(name, (param) =>
			toArray(many.map((values) => lookUp({ ...values, scope, actor }, param))),
		);
		const [rows] = await this.segment([statement], { scope, actor });
		return rows;
	}

	// Saves aggregates as one batch, each with a fact unless it says otherwise (`facts`: a list of
	// fields, see below); the ordinals of those that were written.
	async save(name, aggregates, { scope = "*", actor = "adviser" } = {}) {
		const rows = aggregates.map((aggregate, ordinal) => ({
			actor,
			idempotency_key: null,
			request_hash: "hash",
			reply: "\\x00",
			claimed: false,
			...aggregate,
			ordinal,
		}));
		const facts = rows.flatMap(({ ordinal, participants, facts = [{}] }) =>
			facts.map((fact) => ({
				fact_ordinal: ordinal,
				fact_id: randomUUID(),
				fact_type: "asskomm.test.Fact",
				fact_header: "\\x01",
				fact_payload: "\\x02",
				fact_recorded_on: null,
				fact_participants: participants ?? [],
				...fact,
			})),
		);
		const statement = this.statement(name, (param) =>
			toArray((param.startsWith("fact_") ? facts : rows).map((row) => lookUp(row, param))),
		);
		const [written] = await this.segment([statement], { scope, actor });
		return written.map((row) => Number(row.ordinal)).sort((a, b) => a - b);
	}
}

// ---- a database with the suite's schema

class Sql {
	constructor(database) {
		this.database = database;
		this.name = "postgres";
		this.clients = [];
	}

	// Migrates as an owner that is no superuser, as a database that somebody else runs has it:
	// row-level security holds for the owner too.
	async migrateAs(owner) {
		const superuser = this.client();
		await superuser.rows(`create role ${owner} login createrole`);
		await superuser.rows(`create database suite owner ${owner}`);
		this.name = "suite";
		this.database.conninfo = this.database.conninfo
			.replace("user=postgres", `user=${owner}`)
			.replace("dbname=postgres", "dbname=suite");
		await this.database.migrate();
		return this;
	}

	// A connection as any role.
	client(role = "postgres") {
		const client = new Client(this.database.cluster, role, this.name);
		this.clients.push(client);
		return client;
	}

	// A connection of a service's own role, with its statements.
	service(name) {
		return new Service(this.client(`asskomm_${name}`), readStatements(name));
	}

	async stop() {
		await Promise.all(this.clients.map((client) => client.close()));
		await this.database.stop();
	}
}

export async function startSql(options) {
	return new Sql(await startDatabase(options));
}
