// generate sql, schema, embed: what comes out is compiled and asked.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderWith, generate, runC } from "./support.mjs";

const PRINT_STATEMENTS = `
#include "runtime/statement.h"
#include <stdio.h>
int main(void)
{
	for (size_t i = 0; i < STATEMENTS_COUNT; i++) {
		printf("%s|%s|", STATEMENTS[i].name, STATEMENTS[i].text);
		for (size_t j = 0; j < STATEMENTS[i].n_params; j++)
			printf("%s ", STATEMENTS[i].params[j]);
		putchar('\\n');
	}
	return 0;
}`;

// The statement of one file as [text, "parameters "].
function translate(t, text) {
	const folder = folderWith(t, { "one.sql": text });
	assert.deepEqual(generate(folder, "sql", "out.c", "one.sql"), { status: 0, error: "" });
	const [, statement, params] = runC(folder, PRINT_STATEMENTS, ["out.c"]).split("|");
	return [statement, params.trimEnd()];
}

test("a name becomes a number, the same name the same number", (t) => {
	assert.deepEqual(translate(t, "select :b, :a_2, :b\n"), ["select $1, $2, $1", "b a_2"]);
});

test("a cast is no parameter", (t) => {
	assert.deepEqual(translate(t, "select :a::text, b::int[]"), ["select $1::text, b::int[]", "a"]);
});

test("quoted text stays as it is", (t) => {
	const text = `select ':a -- x', "b:c", 'it''s :d', $$ :e -- $$, $x$ $$ :f $x$`;
	assert.deepEqual(translate(t, text), [text, ""]);
});

test("an array slice is no parameter", (t) => {
	assert.deepEqual(translate(t, "select a[1:n], b[i:j], c[:k]"),
		["select a[1:n], b[i:j], c[$1]", "k"]);
});

test("comments and the last semicolon go", (t) => {
	assert.deepEqual(
		translate(t, "-- what :it is\nselect 1 -- one\n\n\t, 2 /* two; :x */\nfrom t;\n-- end\n"),
		["select 1\n\t, 2\nfrom t", ""],
	);
});

test("two statements in a file are refused", (t) => {
	const folder = folderWith(t, { "one.sql": "select 1; select 2" });
	const { status, error } = generate(folder, "sql", "out.c", "one.sql");
	assert.equal(status, 1);
	assert.match(error, /one\.sql: more than one statement/);
});

test("an open quote, an empty file and a missing include are refused", (t) => {
	for (const [text, reason] of [
		["select 'a", /no closing '/],
		["-- nothing\n", /no statement in it/],
		["-- include no/such.sql\n", /cannot read no\/such\.sql/],
		["-- include one.sql\n", /includes more than 4 deep/],
	]) {
		const folder = folderWith(t, { "one.sql": text });
		const { status, error } = generate(folder, "sql", "out.c", "one.sql");
		assert.equal(status, 1);
		assert.match(error, reason);
		assert.ok(!existsSync(join(folder, "out.c")), "no half-written output stays");
	}
});

test("an included file is a part, no statement, and counts parameters with the whole", (t) => {
	const folder = folderWith(t, {
		"parts/head.sql": "-- Begins it.\nwith x as (select :a)",
		"sql/z.sql": "-- include parts/head.sql\nselect :b, :a from x",
		"sql/b.part.sql": "from y",
		"sql/c.sql": "select 1\n-- include sql/b.part.sql\n",
	});
	generate(folder, "sql", "out.c", "sql/z.sql", "sql/b.part.sql", "sql/c.sql");
	assert.equal(
		runC(folder, PRINT_STATEMENTS, ["out.c"]),
		"c|select 1\nfrom y|\nz|with x as (select $1)\nselect $2, $1 from x|a b \n",
	);
});

test("no file at all gives an empty table", (t) => {
	const folder = folderWith(t, {});
	generate(folder, "sql", "out.c");
	assert.equal(runC(folder, PRINT_STATEMENTS, ["out.c"]), "");
});

test("migrations come in the order of the folders, then by name, unchanged", (t) => {
	const folder = folderWith(t, {
		"a/0002_y.sql": "-- two\n",
		"a/0001_x.sql": "select '\\?', \"ü\";\n\tselect 1;",
		"a/notes.txt": "no migration",
		"b/0001_z.sql": "z",
	});
	generate(folder, "schema", "out.c", "s=b", "t=a", "t=missing");
	const main = `
#include "runtime/statement.h"
#include <stdio.h>
int main(void)
{
	for (size_t i = 0; i < MIGRATIONS_COUNT; i++)
		printf("%s %s <%s>\\n", MIGRATIONS[i].schema, MIGRATIONS[i].name, MIGRATIONS[i].text);
	return 0;
}`;
	assert.equal(
		runC(folder, main, ["out.c"]),
		"s 0001_z <z>\n" +
			"t 0001_x <select '\\?', \"ü\";\n\tselect 1;>\n" +
			"t 0002_y <-- two\n>\n",
	);
});

test("two migrations of one name in a schema are refused", (t) => {
	const folder = folderWith(t, { "a/0001_x.sql": "1", "b/0001_x.sql": "2" });
	const { status, error } = generate(folder, "schema", "out.c", "s=a", "s=b");
	assert.equal(status, 1);
	assert.match(error, /same name in schema s/);
});

test("an embedded file comes back byte by byte", (t) => {
	const bytes = Buffer.from(Array.from({ length: 9000 }, (_, i) => (i * 7) % 256));
	const folder = folderWith(t, { "data.bin": bytes, "empty": "" });
	generate(folder, "embed", "out.c", "DATA=data.bin", "EMPTY=empty");
	const main = `
#include <stddef.h>
#include <stdio.h>
extern const char DATA[], EMPTY[];
extern const size_t DATA_LEN, EMPTY_LEN;
int main(void)
{
	for (size_t i = 0; i < DATA_LEN; i++)
		printf("%02x", (unsigned char)DATA[i]);
	printf(" %zu %d %d", EMPTY_LEN, EMPTY[0], DATA[DATA_LEN]);
	return 0;
}`;
	assert.equal(runC(folder, main, ["out.c"]), `${bytes.toString("hex")} 0 0 0`);
});
