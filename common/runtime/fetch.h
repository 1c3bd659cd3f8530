/* libcurl's multi interface on the loop: mail now, webhooks and OpenID later. The only file that
 * knows <curl/curl.h> besides the command line's client is fetch.c. */
#ifndef ASSKOMM_RUNTIME_FETCH_H
#define ASSKOMM_RUNTIME_FETCH_H

#include "core/check.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct fetch;

struct fetch *fetch_new(uv_loop_t *loop);
/* Mails on their way are given up; on_done does not come any more. */
void fetch_destroy(struct fetch **fetch);

enum fetch_outcome {
	FETCH_DONE,  /* the server took it (SMTP 250) */
	FETCH_LATER, /* 4xx, network, time-out: try again */
	FETCH_NEVER, /* 5xx: will not work */
};

/* One mail; strings must live until on_done. The text is UTF-8; subject is encoded by RFC 2047.
 * Addresses with CR, LF or over 254 bytes are FETCH_NEVER. message_id stays the same over retries.
 * on_done never comes from inside fetch_send_mail; `why` is valid during the call. */
struct fetch_mail {
	const char *url; /* "smtp://127.0.0.1:2525" */
	const char *from, *to, *subject, *text, *message_id, *date;
	uint32_t timeout_ms;
	void (*on_done)(struct fetch_mail *mail, enum fetch_outcome outcome, const char *why);
	struct fetch_job *job; /* private */
};
void fetch_send_mail(struct fetch *fetch, struct fetch_mail *mail);

#endif
