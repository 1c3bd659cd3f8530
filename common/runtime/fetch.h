/* libcurl's multi interface on the loop: mails, and documents from the web (OpenID). The only files
 * that know <curl/curl.h> besides the command line's client are fetch*.c. */
#ifndef ASSKOMM_RUNTIME_FETCH_H
#define ASSKOMM_RUNTIME_FETCH_H

#include "core/check.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct fetch;

struct fetch *fetch_new(uv_loop_t *loop);
/* What is under way is given up; on_done does not come any more. */
void fetch_destroy(struct fetch **fetch);

enum fetch_outcome {
	FETCH_DONE,  /* the server took it (SMTP 250), or gave it (HTTP 200) */
	FETCH_LATER, /* SMTP 4xx, HTTP but 200, network, time-out: try again */
	FETCH_NEVER, /* SMTP 5xx, an address that is not allowed: will not work */
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

/* One document, by https, the server's name and certificate checked. Only an answer 200 with at
 * most len_max bytes is taken: a redirect is none, nobody is led elsewhere. With loopback_http an
 * http:// URL is taken too, as long as it leads to this machine, whatever its name says. The url
 * must live until on_done; the body (ended by NUL, behind `len`) and `why` are valid during the
 * call, the body is "" unless the outcome is FETCH_DONE. on_done never comes from inside fetch_get.
 */
struct fetch_get {
	const char *url;
	uint32_t timeout_ms; /* for all of it */
	size_t len_max;
	bool loopback_http;
	void (*on_done)(struct fetch_get *get, enum fetch_outcome outcome, const char *body,
		size_t len, const char *why);
	struct fetch_job *job; /* private */
};
void fetch_get(struct fetch *fetch, struct fetch_get *get);

#endif
