/* What the files share that turn facts into marks. */
#ifndef ASSKOMM_MONITOR_MARKS_H
#define ASSKOMM_MONITOR_MARKS_H

#include "asskomm/envelope.pb-c.h"
#include "asskomm/monitor.pb-c.h"
#include "core/arena.h"

/* Who is counted, and where it lies. */
struct subject {
	const char *key;   /* "" for a fact about the state */
	const char *place; /* a key in its district */
};

/* Whom a fact is about. A consortium is a participant of its own; its facts name the members, for
 * those who may see them, and it lies where its first member does. */
struct subject marks_subject(const Asskomm__FactHeader *header);

/* A mark: from that day on the unit's value in the counter is n. Copies, since a mark outlives the
 * header it was read from. */
Monitor__Mark *mark_new(struct arena *arena, const char *counter, const char *unit,
	struct subject subject, const char *valid_on, int64_t n);

/* The marks of the cases of the pipeline: in which stage a coaching, analysis or council is, what
 * is due, and what else may hold it up (cases_of.c). */
void mark_cases(struct arena *arena, Monitor__Marks *marks, const Asskomm__FactHeader *header,
	const ProtobufCMessage *fact);

/* Adds to `marks->cases` from when to when somebody is responsible for a district; nothing for
 * other facts (advisers_of.c). */
void mark_advisers(struct arena *arena, Monitor__Marks *marks, const ProtobufCMessage *fact);

#endif
