// As much of PostgreSQL's protocol as the services use: statements with parameters, described and
// run in one implicit transaction that a Sync ends. psql knows no parameters by number and tells no
// constraint by name; libpq, which the services speak through, does the same as this.
import { createConnection } from "node:net";
import { join } from "node:path";

const PROTOCOL = 3 << 16;

// Thrown for an error of the server.
export class SqlError extends Error {
	constructor(fields) {
		super(`${fields.C}: ${fields.M}`);
		this.sqlstate = fields.C;
		this.constraint = fields.n ?? "";
	}
}

// ---- what is sent

const int32 = (value) => Buffer.from(Int32Array.of(value).buffer).swap32();
const int16 = (value) => Buffer.from(Int16Array.of(value).buffer).swap16();
const text = (value) => Buffer.from(`${value}\0`);

function message(type, ...parts) {
	const body = Buffer.concat(parts);
	return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function parameter(value) {
	if (value === null) return int32(-1);
	const bytes = Buffer.from(value);
	return Buffer.concat([int32(bytes.length), bytes]);
}

const parse = (sql) => message("P", text(""), text(sql), int16(0));
const bind = (values) =>
	message("B", text(""), text(""), int16(0), int16(values.length), ...values.map(parameter), int16(0));
const describe = (what) => message("D", Buffer.from(what), text(""));
const execute = () => message("E", text(""), int32(0));
const sync = () => message("S");

// ---- what comes

function strings(body) {
	return body.toString().split("\0");
}

function errorOf(body) {
	return new SqlError(Object.fromEntries(strings(body).map((field) => [field[0], field.slice(1)])));
}

function columnsOf(body) {
	const columns = [];
	for (let at = 2, i = 0; i < body.readInt16BE(0); i++) {
		const end = body.indexOf(0, at);
		columns.push({ name: body.toString("utf8", at, end), oid: body.readUInt32BE(end + 7) });
		at = end + 19;
	}
	return columns;
}

function valuesOf(body) {
	const values = [];
	for (let at = 2, i = 0; i < body.readInt16BE(0); i++) {
		const len = body.readInt32BE(at);
		at += 4;
		values.push(len < 0 ? null : body.toString("utf8", at, at + Math.max(len, 0)));
		at += Math.max(len, 0);
	}
	return values;
}

const parametersOf = (body) =>
	Array.from({ length: body.readInt16BE(0) }, (_, i) => body.readUInt32BE(2 + 4 * i));

// One request until the server is ready again: a result for each statement in it.
class Exchange {
	constructor(done, failed) {
		this.done = done;
		this.failed = failed;
		this.results = [];
	}

	take(type, body) {
		const last = this.results.at(-1);
		if (type === "1") this.results.push({ parameters: [], columns: [], rows: [] });
		else if (type === "t") last.parameters = parametersOf(body);
		else if (type === "T") last.columns = columnsOf(body);
		else if (type === "D") last.rows.push(valuesOf(body));
		else if (type === "E") this.error ??= errorOf(body);
		else if (type === "Z") this.end();
	}

	end() {
		if (this.error) this.failed(this.error);
		else this.done(this.results);
	}
}

export class Client {
	constructor(folder, user, database = "postgres") {
		this.exchanges = [];
		this.rest = Buffer.alloc(0);
		this.socket = createConnection(join(folder, ".s.PGSQL.5432"));
		this.socket.on("data", (bytes) => this.take(bytes));
		this.socket.on("error", (error) => this.fail(error));
		this.socket.on("close", () => this.fail(new Error("the server closed the connection")));
		const names = ["user", user, "database", database, ""];
		const body = Buffer.concat([int32(PROTOCOL), ...names.map(text)]);
		this.ready = this.send(Buffer.concat([int32(body.length + 4), body]));
	}

	send(bytes) {
		return new Promise((done, failed) => {
			this.exchanges.push(new Exchange(done, failed));
			this.socket.write(bytes);
		});
	}

	take(bytes) {
		this.rest = Buffer.concat([this.rest, bytes]);
		while (this.rest.length >= 5 && this.rest.length > this.rest.readInt32BE(1)) {
			const end = 1 + this.rest.readInt32BE(1);
			const type = String.fromCharCode(this.rest[0]);
			const body = this.rest.subarray(5, end);
			this.rest = this.rest.subarray(end);
			this.exchanges[0]?.take(type, body);
			if (type === "Z") this.exchanges.shift();
		}
	}

	fail(error) {
		for (const exchange of this.exchanges.splice(0)) exchange.failed(error);
	}

	// Parameter and column types (oids) of a statement; nothing is run.
	async describe(sql) {
		const [result] = await this.send(Buffer.concat([parse(sql), describe("S"), sync()]));
		return result;
	}

	// Statements [{ sql, values }] as one transaction; the rows of each, as objects of text.
	async transaction(statements) {
		const parts = statements.flatMap(({ sql, values = [] }) => [
			parse(sql),
			bind(values),
			describe("P"),
			execute(),
		]);
		const results = await this.send(Buffer.concat([...parts, sync()]));
		return results.map(({ columns, rows }) =>
			rows.map((row) => Object.fromEntries(row.map((value, i) => [columns[i].name, value]))),
		);
	}

	// One statement by itself; its rows.
	async rows(sql, values = []) {
		const [rows] = await this.transaction([{ sql, values }]);
		return rows;
	}

	// The first column of the first row.
	async value(sql, values = []) {
		const [row] = await this.rows(sql, values);
		return row && Object.values(row)[0];
	}

	async close() {
		this.socket.removeAllListeners("close");
		this.socket.end(message("X"));
	}
}
