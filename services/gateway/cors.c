/* An origin is compared letter by letter: a browser writes it in one way only, and every pattern
 * that was ever written for origins let one through that it should not. */
#include "cors.h"

#include "headers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a page may send. To add one: here and where it is read. */
#define REQUEST_HEADERS                                                                            \
	"Accept-Language, Authorization, Citation, Content-Type, Dry-Run, Idempotency-Key, "       \
	"If-Match, If-None-Match, Last-Event-ID, Provenance, Recorded-On, traceparent"
/* What a page may read beside the few that are always readable. */
#define ANSWER_HEADERS                                                                             \
	"Allow, Content-Language, ETag, Ledger-Seq, Location, Retry-After, traceparent, "          \
	"WWW-Authenticate"
/* How long a browser may remember the answer; an origin that is taken out is out after that. */
#define MAX_AGE_S "600"

struct cors {
	char *list; /* the origins, each with its NUL */
	size_t count;
	const char *origins[CORS_ORIGINS_MAX];
};

/* ---- the list */

static const char *host_of(const char *origin)
{
	if (strncmp(origin, "https://", 8) == 0)
		return origin + 8;
	return strncmp(origin, "http://", 7) == 0 ? origin + 7 : NULL;
}

/* Whether a port may stand there: digits, and not the one that browsers leave out. */
static bool is_port(const char *origin, const char *port)
{
	const char *usual = origin[4] == 's' ? "443" : "80";

	return *port >= '1' && *port <= '9' && strlen(port) <= 5 &&
	       port[strspn(port, "0123456789")] == '\0' && strcmp(port, usual) != 0;
}

/* The length of a name, or of an IPv6 address with its brackets; 0 for what is neither. */
static size_t host_length(const char *host)
{
	size_t len;

	if (host[0] != '[')
		return strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
	len = strspn(host + 1, "0123456789abcdef:.") + 1;
	return host[len] == ']' ? len + 1 : 0;
}

/* scheme://host[:port] in lower case, without a path: what a browser sends. */
static bool is_origin(const char *origin)
{
	const char *host = host_of(origin);
	size_t len = host == NULL ? 0 : host_length(host);

	if (len == 0)
		return false;
	return host[len] == '\0' || (host[len] == ':' && is_port(origin, host + len + 1));
}

/* Cuts the list in place. */
static const char *add_all(struct cors *cors)
{
	char *at = cors->list;

	for (at += strspn(at, " ,"); *at != '\0'; at += strspn(at, " ,")) {
		char *end = at + strcspn(at, " ,");
		bool is_last = *end == '\0';
		*end = '\0';
		if (cors->count == CORS_ORIGINS_MAX || !is_origin(at))
			return at;
		cors->origins[cors->count++] = at;
		at = is_last ? end : end + 1;
	}
	return NULL;
}

struct cors *cors_new(const char *origins)
{
	struct cors *cors = calloc(1, sizeof(*cors));

	CHECK(cors != NULL);
	cors->list = strdup(origins);
	CHECK(cors->list != NULL);
	const char *wrong = add_all(cors);
	if (wrong == NULL)
		return cors;
	fprintf(stderr,
		"ASSKOMM_CORS_ORIGINS: \"%.100s\" is no origin as browsers send it "
		"(https://portal.example.org), or one more than %d\n",
		wrong, CORS_ORIGINS_MAX);
	cors_destroy(&cors);
	return NULL;
}

void cors_destroy(struct cors **cors)
{
	if (*cors == NULL)
		return;
	free((*cors)->list);
	free(*cors);
	*cors = NULL;
}

/* ---- a request */

/* The origin of the request, as it stands in the list; NULL: it is not there. */
static const char *listed(const struct cors *cors, const struct http_exchange *exchange)
{
	const char *origin = NULL;

	if (cors->count == 0 || headers_count(exchange, "origin", &origin) != 1)
		return NULL;
	for (size_t i = 0; i < cors->count; i++)
		if (strcmp(cors->origins[i], origin) == 0)
			return cors->origins[i];
	return NULL;
}

/* Vary also for who is not listed: a cache must not give one origin's answer to another. */
void cors_mark(const struct cors *cors, struct http_exchange *exchange)
{
	const char *origin = listed(cors, exchange);

	if (cors->count == 0)
		return;
	http_answer_header(exchange, "Vary", "Origin");
	if (origin == NULL)
		return;
	http_answer_header(exchange, "Access-Control-Allow-Origin", origin);
	http_answer_header(exchange, "Access-Control-Expose-Headers", ANSWER_HEADERS);
}

bool cors_asks(const struct cors *cors, const struct http_exchange *exchange)
{
	return strcmp(exchange->method, "OPTIONS") == 0 &&
	       http_header(exchange, "access-control-request-method") != NULL &&
	       listed(cors, exchange) != NULL;
}

/* The browser itself compares what it wants with what it is told. */
void cors_allow(struct http_exchange *exchange, const char *methods)
{
	http_answer_header(
		exchange, "Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
	http_answer_header(exchange, "Access-Control-Allow-Methods", methods);
	http_answer_header(exchange, "Access-Control-Allow-Headers", REQUEST_HEADERS);
	http_answer_header(exchange, "Access-Control-Max-Age", MAX_AGE_S);
}
