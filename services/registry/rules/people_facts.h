/* What the rules about organisations, advisers and contacts share. */
#ifndef ASSKOMM_REGISTRY_PEOPLE_FACTS_H
#define ASSKOMM_REGISTRY_PEOPLE_FACTS_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* Whether two messages of one type say the same. */
bool people_same(struct arena *arena, const ProtobufCMessage *one, const ProtobufCMessage *other);

/* Refuses when a period ends before it begins; an open end or beginning is "". `field` is the path
 * of the end. */
enum verdict people_require_period(
	struct ruling *ruling, const char *field, const char *from, const char *until);

/* The day on which a fact about a period is valid: its first day, but not after today; an open
 * beginning is today. */
const char *people_valid_on(const struct ruling *ruling, const char *from);

#endif
