/* The ledger's facts, page by page, from the API or straight from the database.
 *
 * Facts come as the ledger keeps them: header and payload are bytes, which is what is hashed.
 * facts_open makes messages of them for those who want to know what they say. */
#ifndef ASSKOMM_FACTS_H
#define ASSKOMM_FACTS_H

#include "asskomm/envelope.pb-c.h"
#include "asskomm/ledger.pb-c.h"
#include "core/arena.h"
#include "core/check.h"
#include <stdbool.h>
#include <stdint.h>

#define FACTS_PAGE 500u
#define FACTS_PAGE_ARENA_MAX (192u * 1024 * 1024)

struct connection;
struct db_blocking;

/* Where facts come from: exactly one of the two. */
struct fact_source {
	struct connection *connection; /* REST; opened by the caller */
	struct db_blocking *database;  /* ledger.event itself; opened by the caller */
};

struct fact_page {
	size_t count;          /* 0: there are no more */
	Asskomm__Fact **facts; /* oldest first */
};

/* The facts after a number, at most FACTS_PAGE; an empty page is the end. The page lies in the
 * arena. EXIT_DONE, or another exit code with the reason on stderr. */
int facts_read(const struct fact_source *source, struct arena *arena, uint64_t after,
	struct fact_page *out_page) MUST_CHECK;

/* The same without a word on stderr, for one who tries again. Connection only. */
int facts_try(struct connection *connection, struct arena *arena, uint64_t after,
	struct fact_page *out_page) MUST_CHECK;

/* Where the ledger stands: number and hash of its last fact, and its epoch. Exit codes as above. */
int facts_head(
	const struct fact_source *source, struct arena *arena, Ledger__Head **out_head) MUST_CHECK;

/* A fact's header and content unpacked into the arena. False when the type is not known here or the
 * bytes are no such message. */
bool facts_open(struct arena *arena, const Asskomm__Fact *fact, Asskomm__FactHeader **out_header,
	ProtobufCMessage **out_content) MUST_CHECK;

#endif
