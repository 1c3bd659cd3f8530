/* What fetch*.c share: a job is one transfer of curl, whatever its protocol.
 *
 * fetch.c drives the transfers; fetch_mail.c and fetch_get.c each know one kind of job. A kind
 * embeds struct fetch_job as the first member of a struct of its own, which lives in the job's
 * arena. Not for others: only these files know <curl/curl.h> besides the command line's client. */
#ifndef ASSKOMM_RUNTIME_FETCH_INTERNAL_H
#define ASSKOMM_RUNTIME_FETCH_INTERNAL_H

#include "core/arena.h"
#include "runtime/fetch.h"
#include <curl/curl.h>

struct fetch_job;

/* What is different between the protocols. */
struct fetch_kind {
	/* What the end of a transfer means; *out_why says so when it was not done. */
	enum fetch_outcome (*judge)(struct fetch_job *job, CURLcode result, const char **out_why);
	/* Calls back. The job has left curl, but its memory is valid until this returns; the
	 * callback may start another job and may destroy the fetch. */
	void (*tell)(struct fetch_job *job, enum fetch_outcome outcome, const char *why);
	/* Frees what the kind holds outside of the arena; or NULL. */
	void (*release)(struct fetch_job *job);
};

struct fetch_job {
	struct fetch *fetch;
	const struct fetch_kind *kind;
	struct fetch_job *next, *previous; /* running, or finished */
	struct arena *arena;               /* holds the job itself */
	CURL *easy;                        /* NULL: refused, or ended */
	char error[CURL_ERROR_SIZE];
	enum fetch_outcome outcome;
	const char *why;
};

/* Of curl_easy_setopt only memory and misspelt options can fail here. */
#define FETCH_SET(job, option, value)                                                              \
	CHECK(curl_easy_setopt((job)->easy, option, value) == CURLE_OK)

/* Makes `job`, zeroed memory at the start of a struct in `arena`, one of the fetch. False: there
 * are too many; it is finished already, and told so later. The arena is the job's from here on. */
bool fetch_job_init(struct fetch_job *job, struct fetch *fetch, const struct fetch_kind *kind,
	struct arena *arena) MUST_CHECK;

/* The outcome is known without curl; told later, never from inside this call. */
void fetch_job_refuse(struct fetch_job *job, enum fetch_outcome outcome, const char *why);

/* Makes the transfer with what holds for every one: protocols ("smtp,smtps"), deadline, no proxy,
 * no connection used twice. The kind sets what is its own and then starts it. */
void fetch_job_prepare(struct fetch_job *job, const char *protocols, uint32_t timeout_ms);
void fetch_job_start(struct fetch_job *job);

#endif
