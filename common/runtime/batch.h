/* Saves, batched naturally: while one save statement of a kind is in flight, those that arrive wait
 * and go out together as the next one, each guarded and acknowledged on its own. */
#ifndef ASSKOMM_RUNTIME_BATCH_H
#define ASSKOMM_RUNTIME_BATCH_H

#include "core/ruling.h"
#include "runtime/db.h"
#include "runtime/service.h"

#define BATCH_MAX 64 /* rows in one statement */

enum save_outcome {
	SAVE_DONE,  /* committed */
	SAVE_STALE, /* the guarded write found another version, or the key was used: load again */
	SAVE_REJECTED,    /* an error of SQL, see error: sqlstate, constraint */
	SAVE_UNAVAILABLE, /* the outcome is not known */
};

/* One command's save. The caller fills in the upper part and keeps it alive until on_saved. */
struct save {
	const struct statement *statement; /* its parameters are arrays, an item per save */
	const char *scope;                 /* as in db_segment; saves of one batch share it */
	const char *actor;                 /* subject: idempotency keys belong to it */
	const ProtobufCMessage *aggregate; /* fields `id` and `version` (new) are the guard */
	const char *id;
	const char *idempotency_key; /* NULL: none */
	const char *request_hash;    /* what the key was used for */
	const char *reply;           /* packed, as "\x…" */
	const char *recorded_on;     /* claimed day, or NULL */
	bool dry;     /* a rehearsal: all is rolled back, and DONE says that nothing refused it */
	bool claimed; /* something is claimed about it: its key is never forgotten */
	size_t n_facts;
	const struct saved_fact {
		const char *id, *type, *header, *payload,
			*participants; /* bytes as "\x…", keys as JSON */
	} * facts;
	struct arena *arena; /* the call's; what it holds counts towards the size of a batch */
	uint32_t timeout_ms; /* of the statement; the first save's counts for its batch */
	void (*on_saved)(
		struct save *save, enum save_outcome outcome, const struct db_error *error);

	/* private */
	struct save *next;
};

/* Sends it now, or with the next batch of its statement. on_saved never comes from inside. */
void batch_submit(struct service *service, struct save *save);

/* Ends the batchers; only after the database is gone. */
void batch_destroy(struct service *service);

#endif
