// asskomm migrate: everything once and in order, nothing twice, and no file that changed unnoticed.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { startDatabase } from "../support/database.mjs";

let database;
let owner;

before(async () => {
	database = await startDatabase({ migrated: false });
	owner = database.session();
});
after(() => database?.stop());

const applied = () => owner.value("select count(*) from asskomm_meta.migration");

test("a check changes nothing and says what is missing", async () => {
	await assert.rejects(database.migrate("--check"), (error) => {
		assert.equal(error.code, 1);
		assert.match(error.stdout, /^missing cluster\/0001_roles\.sql$/m);
		assert.match(error.stdout, /^(\d+) of \1 schema files are missing$/m);
		return true;
	});
	assert.equal(await owner.value("select to_regclass('asskomm_meta.migration') is null"), "t");
});

test("two runs at once apply each file once", async () => {
	const [left, right] = await Promise.all([database.migrate(), database.migrate()]);
	const lines = [...left.matchAll(/^applied (.*)$/gm), ...right.matchAll(/^applied (.*)$/gm)];
	assert.equal(String(lines.length), await applied());
	assert.equal(new Set(lines.map(([, file]) => file)).size, lines.length);
	assert.equal(lines[0][1], "cluster/0001_roles.sql");
});

test("a second run has nothing to do, nor has a check", async () => {
	assert.match(await database.migrate(), / 0 applied now$/m);
	assert.match(await database.migrate("--check"), /^0 of /m);
});

test("a file that was edited after it was applied is named", async () => {
	const where = "where schema = 'ledger' and name = '0001_ledger'";
	const sha256 = await owner.value(`select sha256 from asskomm_meta.migration ${where}`);
	await owner.rows(`update asskomm_meta.migration set sha256 = 'other' ${where}`);
	for (const options of [[], ["--check"]])
		await assert.rejects(database.migrate(...options), {
			code: 1,
			stderr: /ledger\/0001_ledger\.sql: the file was edited/,
		});
	await owner.rows(`update asskomm_meta.migration set sha256 = '${sha256}' ${where}`);
	await database.migrate();
});

test("a file that fails leaves nothing of itself behind", async () => {
	const where = "where schema = 'monitor' and name = '0002_listener_offset'";
	await owner.rows(`delete from asskomm_meta.migration ${where}`);
	const count = await applied();
	await assert.rejects(database.migrate(), {
		code: 1,
		stderr: /monitor\/0002_listener_offset\.sql: ERROR: +relation "listener_offset" already exists/,
	});
	assert.equal(await applied(), count);
	await owner.rows("drop table monitor.listener_offset");
	assert.match(await database.migrate(), /^applied monitor\/0002_listener_offset\.sql$/m);
});

test("each service may use what its schema has, and got it again after the repair", async () => {
	const monitor = database.session("asskomm_monitor");
	assert.equal(await monitor.value("select seq from listener_offset"), "0");
});

test("no database is a reason and an exit code", async () => {
	const { conninfo } = database;
	database.conninfo = "host=/nowhere/at/all";
	await assert.rejects(database.migrate(), { code: 3, stderr: /\/nowhere\/at\/all/ });
	database.conninfo = conninfo;
});
