/* A blocking connection for command line tools. A text with `values` is one statement by itself; a
 * text without may hold many, which are committed together or not at all. */
#include "core/text.h"
#include "runtime/db.h"
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

struct db_blocking {
	PGconn *pg;
};

/* libpq would print notices to stderr, between the lines that a tool prints. */
static void ignore_notice(void *argument, const PGresult *result)
{
	(void)argument;
	(void)result;
}

/* A message of libpq without its last line break. */
static char *error_text(struct arena *arena, const char *message)
{
	size_t len = strlen(message);

	while (len > 0 && message[len - 1] == '\n')
		len--;
	return text_copy_len(arena, message, len);
}

/* A tool waits as long as libpq does; connect_timeout in the conninfo bounds it. */
struct db_blocking *db_blocking_open(const char *conninfo, struct arena *arena, char **out_error)
{
	struct db_blocking *db = calloc(1, sizeof(*db));

	CHECK(db != NULL);
	db->pg = PQconnectdb(conninfo);
	if (PQstatus(db->pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(db->pg, ignore_notice, NULL);
		return db;
	}
	*out_error = error_text(arena, PQerrorMessage(db->pg));
	db_blocking_close(&db);
	return NULL;
}

/* Takes NULL, so that a failed opening needs no case of its own. */
void db_blocking_close(struct db_blocking **db)
{
	if (*db == NULL)
		return;
	PQfinish((*db)->pg);
	free(*db);
	*db = NULL;
}

/* An empty text did what it should: nothing. NULL (no memory, no connection) is a failure to libpq
 * too. */
static bool succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
	       status == PGRES_EMPTY_QUERY;
}

/* For begin, commit and rollback. */
static bool run_plain(struct db_blocking *db, const char *command)
{
	PGresult *result = PQexec(db->pg, command);
	bool done = succeeded(result);

	PQclear(result);
	return done;
}

/* SQL NULL stays NULL: the array comes zeroed from the arena. */
static char ***copy_rows(struct arena *arena, const PGresult *result)
{
	size_t n_rows = (size_t)PQntuples(result), n_columns = (size_t)PQnfields(result);
	char ***rows = NEW_ARRAY(arena, char **, n_rows + 1);

	for (size_t row = 0; row < n_rows; row++) {
		rows[row] = NEW_ARRAY(arena, char *, n_columns + 1);
		for (size_t column = 0; column < n_columns; column++)
			if (!PQgetisnull(result, (int)row, (int)column))
				rows[row][column] =
					text_copy(arena, PQgetvalue(result, (int)row, (int)column));
	}
	return rows;
}

/* COMMIT of a failed transaction succeeds with the tag ROLLBACK, and a text that ends the
 * transaction itself leaves nothing to commit: only an open transaction may come here. */
static bool commit(struct db_blocking *db, struct arena *arena, char **out_error)
{
	if (PQtransactionStatus(db->pg) != PQTRANS_INTRANS) {
		*out_error = text_copy(arena, "the text ends its transaction by itself");
		return false;
	}
	if (run_plain(db, "commit"))
		return true;
	*out_error = error_text(arena, PQerrorMessage(db->pg));
	return false;
}

/* Whatever happened, no transaction stays open behind it: rolled back, or the connection is made
 * anew. */
bool db_blocking_run(struct db_blocking *db, struct arena *arena, const char *text,
	const char *const *values, size_t n_values, char ****out_rows, size_t *out_count,
	char **out_error)
{
	bool alone = values != NULL;
	PGresult *result = NULL;
	bool done;

	if (alone)
		result = PQexecParams(db->pg, text, (int)n_values, NULL, values, NULL, NULL, 0);
	else if (run_plain(db, "begin"))
		result = PQexec(db->pg, text);
	done = succeeded(result);
	if (!done)
		*out_error = error_text(arena, PQerrorMessage(db->pg));
	else if (!alone)
		done = commit(db, arena, out_error);
	if (done && out_rows != NULL)
		*out_rows = copy_rows(arena, result);
	if (done && out_count != NULL)
		*out_count = (size_t)PQntuples(result);
	PQclear(result);
	if (PQtransactionStatus(db->pg) != PQTRANS_IDLE && !run_plain(db, "rollback"))
		PQreset(db->pg);
	return done;
}
