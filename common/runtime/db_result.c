/* Rows and errors of PostgreSQL. A struct db_rows is libpq's own result under another name, so that
 * rows are never copied; it lives until on_done returns. */
#include "runtime/db_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const PGresult *result_of(const struct db_rows *rows)
{
	return (const PGresult *)rows;
}

size_t db_count(const struct db_rows *rows)
{
	return (size_t)PQntuples(result_of(rows));
}

size_t db_columns(const struct db_rows *rows)
{
	return (size_t)PQnfields(result_of(rows));
}

const char *db_column(const struct db_rows *rows, size_t column)
{
	CHECK(column < db_columns(rows));
	return PQfname(result_of(rows), (int)column);
}

/* Points into libpq's result, which ends with on_done. */
const char *db_value(const struct db_rows *rows, size_t row, size_t column)
{
	CHECK(row < db_count(rows) && column < db_columns(rows));
	if (PQgetisnull(result_of(rows), (int)row, (int)column))
		return NULL;
	return PQgetvalue(result_of(rows), (int)row, (int)column);
}

/* One line: it goes into a log. Cut, if need be, perhaps inside a character; the log mends that. */
void message_copy(char *target, size_t size, const char *message)
{
	size_t len = 0;

	for (; message != NULL && *message != '\0' && len + 1 < size; message++)
		target[len++] = *message == '\n' || *message == '\t' ? ' ' : *message;
	while (len > 0 && target[len - 1] == ' ')
		len--;
	target[len] = '\0';
}

static const char *field(const PGresult *result, int code)
{
	const char *value = PQresultErrorField(result, code);

	return value != NULL ? value : "";
}

/* The detail is left out: it may show the values of a row. */
void error_read(const PGresult *result, struct db_error *out_error)
{
	const char *primary = field(result, PG_DIAG_MESSAGE_PRIMARY);

	snprintf(out_error->sqlstate, sizeof(out_error->sqlstate), "%.5s",
		field(result, PG_DIAG_SQLSTATE));
	snprintf(out_error->constraint, sizeof(out_error->constraint), "%s",
		field(result, PG_DIAG_CONSTRAINT_NAME));
	message_copy(out_error->message, sizeof(out_error->message),
		primary[0] != '\0' ? primary : PQresultErrorMessage(result));
}

/* A table changed its columns under a prepared statement. The code alone also stands for things a
 * new connection would not mend, and the text may be translated. */
static bool plan_is_stale(const PGresult *result, const char *sqlstate)
{
	return strcmp(sqlstate, "0A000") == 0 &&
	       strcmp(field(result, PG_DIAG_SOURCE_FUNCTION), "RevalidateCachedQuery") == 0;
}

/* An error without a code is libpq's own: the connection is lost or out of step. 57P is a server
 * that shuts down or starts, 25006 one that is no longer the primary, 26000 one that does not know
 * our statements. */
bool error_ends_connection(const PGresult *result)
{
	const char *sqlstate = field(result, PG_DIAG_SQLSTATE);
	const char *severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return sqlstate[0] == '\0' || strncmp(sqlstate, "08", 2) == 0 ||
	       strncmp(sqlstate, "57P", 3) == 0 || strcmp(sqlstate, "25006") == 0 ||
	       strcmp(sqlstate, "26000") == 0 || strcmp(severity, "FATAL") == 0 ||
	       strcmp(severity, "PANIC") == 0 || plan_is_stale(result, sqlstate);
}

/* 53: no room, memory or connections; 58: an error of the system below. */
bool error_is_passing(const struct db_error *error)
{
	return strncmp(error->sqlstate, "53", 2) == 0 || strncmp(error->sqlstate, "58", 2) == 0;
}

/* The warning's code is the general 01000 and its text may be translated, so it is known by the
 * function that gives it. */
bool notice_means_doubt(const PGresult *result)
{
	return strcmp(field(result, PG_DIAG_SOURCE_FUNCTION), "SyncRepWaitForLSN") == 0 ||
	       strstr(field(result, PG_DIAG_MESSAGE_PRIMARY), "synchronous replication") != NULL;
}
