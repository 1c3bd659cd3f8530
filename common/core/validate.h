/* Checks a message against the (rules) of its fields, recursively. */
#ifndef ASSKOMM_CORE_VALIDATE_H
#define ASSKOMM_CORE_VALIDATE_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/tables.h"

/* NULL when all rules hold, else INVALID with a violation per field (path in JSON names:
 * "signatories[1].role"). Used at the edge and again in the service. */
Asskomm__Failure *validate(struct arena *arena, const ProtobufCMessage *message);

/* The field (JSON name, of the message itself) in which a text is, or lies deeper, that by its
 * rules is a date and is none; NULL when there is none such. For what comes from a table, where the
 * other rules may have been others once. */
const char *validate_dates(const ProtobufCMessage *message);

/* Whether one text has a format; "" has every format. */
bool validate_format(enum field_format format, const char *text);

#endif
