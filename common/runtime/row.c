/* Rows into messages. What stands in a table was written by our own statements, but a hand, a
 * restored backup or a broken disk may have changed it since: that refuses one answer, and never
 * ends the process that has to serve all others. */
#include "runtime/service_internal.h"

#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/validate.h"
#include "runtime/log.h"
#include "runtime/metrics.h"
#include <string.h>

/* The value itself stays out of the log: it may be somebody's name. */
static Asskomm__Failure *unreadable(
	struct call *call, const ProtobufCMessage *message, const char *field)
{
	const char *type = message->descriptor->name;
	Asskomm__Failure *failure;

	log_line(LOG_ERROR, "a stored row cannot be read", "method", call->method->rpc, "message",
		type, "field", field, "trace", call->bus->header->traceparent, NULL);
	metrics_add("asskomm_rows_unreadable_total", "message", type, 1);
	failure = failure_new(call->arena, FAILURE_INTERNAL, "%s",
		say_text(call->arena, "what is stored about this cannot be read"));
	failure_add(call->arena, failure, field, "stored", "%s", failure->text);
	return failure;
}

/* As the API names it. A column without a field is no falsified row but a statement that does not
 * fit proto/, which tests/sql finds before. */
static const char *field_of(const ProtobufCMessage *message, const char *column)
{
	const ProtobufCMessageDescriptor *descriptor = message->descriptor;
	const ProtobufCFieldDescriptor *field = reflect_field(descriptor, column);

	CHECK(field != NULL);
	return tables_message(descriptor)->fields[field - descriptor->fields].json_name;
}

/* Columns are told by name, never by place. SQL NULL leaves the default. Days are computed with, by
 * rules that take them for days. */
Asskomm__Failure *row_read(
	struct call *call, const struct db_rows *rows, size_t row, ProtobufCMessage *message)
{
	const char *no_date;

	for (size_t column = 0; column < db_columns(rows); column++) {
		const char *name = db_column(rows, column);
		const char *value = db_value(rows, row, column);

		if (value != NULL && strcmp(name, NEXT_COLUMN) != 0 &&
			!reflect_set_text(call->arena, message, name, value))
			return unreadable(call, message, field_of(message, name));
	}
	no_date = validate_dates(message);
	return no_date != NULL ? unreadable(call, message, no_date) : NULL;
}
