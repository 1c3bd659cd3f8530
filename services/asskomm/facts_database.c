/* Facts straight from the database: two statements, their rows by position.
 *
 * bytea is encoded as hex by the statement itself and the time comes as microseconds, so that no
 * setting of the server (bytea_output, DateStyle, TimeZone) can change what is hashed. */
#include "facts_database.h"
#include "command.h"
#include "core/civil.h"
#include "core/text.h"
#include "runtime/db.h"
#include "runtime/statement.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* To add one: a column in sql/fact.list.sql. */
enum fact_column { SEQ, RECORDED_US, FACT_ID, TYPE, HEADER, PAYLOAD, HASH };

/* The statement is one of this program's; that it takes other values than are given is a bug. */
static bool run(struct db_blocking *database, struct arena *arena, const char *name,
	const char *const *values, size_t n_values, char ****out_rows, size_t *out_count)
{
	const struct statement *statement = statement_find(name);
	char *error = NULL;
	CHECK(statement != NULL && statement->n_params == n_values);
	if (!db_blocking_run(database, arena, statement->text, values, n_values, out_rows,
		    out_count, &error)) {
		fprintf(stderr, "asskomm: the database refused: %s\n", error);
		return false;
	}
	return true;
}

/* Hex of our own making (encode(…, 'hex')). */
static ProtobufCBinaryData parse_hex(struct arena *arena, const char *hex)
{
	ProtobufCBinaryData bytes = { .len = strlen(hex) / 2 };
	bytes.data = arena_alloc(arena, bytes.len + 1);
	for (size_t i = 0; i < bytes.len; i++) {
		const char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		bytes.data[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return bytes;
}

/* The time goes through the same text as over the API, so that one check serves both. */
static Asskomm__Fact *parse_fact(struct arena *arena, char **row)
{
	Asskomm__Fact *fact = NEW(arena, Asskomm__Fact);
	asskomm__fact__init(fact);
	fact->seq = strtoull(row[SEQ], NULL, 10);
	fact->recorded_at = civil_print_instant(arena, strtoll(row[RECORDED_US], NULL, 10));
	fact->id = row[FACT_ID];
	fact->type = row[TYPE];
	fact->header = parse_hex(arena, row[HEADER]);
	fact->payload = parse_hex(arena, row[PAYLOAD]);
	fact->hash = parse_hex(arena, row[HASH]);
	return fact;
}

/* Columns are not null in the table, so every value is there. */
int facts_database_read(struct db_blocking *database, struct arena *arena, uint64_t after,
	struct fact_page *out_page)
{
	const char *values[] = { text_format(arena, "%" PRIu64, after),
		text_format(arena, "%u", FACTS_PAGE) };
	char ***rows;
	struct fact_page page;
	if (!run(database, arena, "fact.list", values, 2, &rows, &page.count)) {
		return EXIT_UNREACHABLE;
	}
	page.facts = NEW_ARRAY(arena, Asskomm__Fact *, page.count + 1);
	for (size_t i = 0; i < page.count; i++) {
		page.facts[i] = parse_fact(arena, rows[i]);
	}
	*out_page = page;
	return EXIT_DONE;
}

/* Two heads, or none, would be a ledger in pieces. */
int facts_database_head(struct db_blocking *database, struct arena *arena, Ledger__Head **out_head)
{
	char ***rows;
	size_t count;
	if (!run(database, arena, "head.get", NULL, 0, &rows, &count)) {
		return EXIT_UNREACHABLE;
	}
	if (count != 1) {
		fprintf(stderr, "asskomm: the ledger has %zu heads\n", count);
		return EXIT_REFUSED;
	}
	Ledger__Head *head = NEW(arena, Ledger__Head);
	ledger__head__init(head);
	head->seq = strtoull(rows[0][0], NULL, 10);
	head->hash = rows[0][1];
	head->epoch = rows[0][2];
	head->recorded_at = civil_print_instant(arena, strtoll(rows[0][3], NULL, 10));
	*out_head = head;
	return EXIT_DONE;
}
