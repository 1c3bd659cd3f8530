/* One command on its way through its service; for command.c and command_save.c alone. */
#ifndef ASSKOMM_RUNTIME_COMMAND_INTERNAL_H
#define ASSKOMM_RUNTIME_COMMAND_INTERNAL_H

#include "runtime/batch.h"
#include "runtime/service_internal.h"
#include "runtime/turns.h"

/* Everything that one command needs until it is answered. Lies in the call's arena. An attempt
 * fills in aggregate, ruling, recorded and reply anew; the rest stays over attempts. */
struct run {
	struct call *call;
	const struct command *command;
	unsigned attempts; /* loads so far */
	struct turn turn;  /* without an aggregate: a new one, nobody to wait for */
	const char *key;   /* NULL: none */
	const char *request_hash;
	struct bus_request need;
	const ProtobufCMessage *knowledge; /* the answer to the need, or NULL */
	struct db_segment segment;
	ProtobufCMessage *aggregate;
	struct ruling *ruling;
	Asskomm__Recorded *recorded; /* NULL: nothing is decided, or its save was in vain */
	size_t reply_len;
	const uint8_t *reply;
	struct save save;
	Asskomm__Failure *failure; /* to answer unless the key was used */
};

/* Makes the reply: id and version of the aggregate, one up when it changed, and its facts. */
void command_fill_recorded(struct run *run, bool changed);

/* Packs run->recorded as the reply; that of a dry run has no facts and says that it is one. */
void command_pack_reply(struct run *run);

/* Whether the facts of the ruling are at most COMMAND_FACTS_MAX bytes together. A rule may repeat a
 * long list in each of many facts; what a call may take is sized for requests, not for that. */
#define COMMAND_FACTS_MAX (1024u * 1024)
bool command_fits(const struct run *run);

/* Hands aggregate, facts and reply to the batch; on_saved tells how it went. */
void command_save(struct run *run, void (*on_saved)(struct save *save, enum save_outcome outcome,
					   const struct db_error *error));

#endif
