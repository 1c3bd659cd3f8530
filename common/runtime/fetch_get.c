/* One document by HTTP GET.
 *
 * The server is not trusted: it may be slow, send without end, or lead elsewhere. All of it has one
 * deadline, the body and the headers have limits, and a redirect is an answer that is not 200. */
#include "core/arena.h"
#include "runtime/fetch_internal.h"
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* libcurl 7.88 itself takes headers without end. */
#define HEADER_BYTES_MAX (64u * 1024)
/* What arena and job need beside the body. */
#define ARENA_ROOM (64u * 1024)

struct get_job {
	struct fetch_job job; /* first: see fetch_internal.h */
	struct fetch_get *get;
	char *body; /* len_max bytes and a NUL */
	size_t len, header_len;
	bool is_plain;       /* http: to this machine alone */
	const char *refusal; /* why we ended the transfer ourselves; or NULL */
	char why[64];
};

static enum fetch_outcome judge(struct fetch_job *base, CURLcode result, const char **out_why)
{
	struct get_job *job = CONTAINER_OF(base, struct get_job, job);
	long status = 0;
	curl_easy_getinfo(base->easy, CURLINFO_RESPONSE_CODE, &status);
	if (result == CURLE_OK && status == 200)
		return FETCH_DONE;
	if (result == CURLE_OK) {
		snprintf(job->why, sizeof(job->why), "answered with status %ld", status);
		*out_why = job->why;
	} else {
		*out_why = job->refusal   ? job->refusal
			   : *base->error ? base->error
					  : curl_easy_strerror(result);
	}
	return result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL ? FETCH_NEVER
										     : FETCH_LATER;
}

static void tell(struct fetch_job *base, enum fetch_outcome outcome, const char *why)
{
	const struct get_job *job = CONTAINER_OF(base, struct get_job, job);
	struct fetch_get *get = job->get;
	bool done = outcome == FETCH_DONE;
	get->job = NULL;
	get->on_done(get, outcome, done ? job->body : "", done ? job->len : 0, why);
}

static const struct fetch_kind GET = { judge, tell, NULL };

/* ---- the transfer */

/* Taking less than was offered ends the transfer. */
static size_t on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct get_job *job = data;
	size_t len = size * count;
	if (len > job->get->len_max - job->len) {
		job->refusal = "longer than allowed";
		return 0;
	}
	memcpy(job->body + job->len, bytes, len);
	job->len += len;
	return len;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *data)
{
	(void)bytes;
	struct get_job *job = data;
	job->header_len += size * count;
	return job->header_len <= HEADER_BYTES_MAX ? size * count : 0;
}

static bool is_loopback(const struct curl_sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	if (address->family == AF_INET && address->addrlen >= sizeof(v4)) {
		memcpy(&v4, &address->addr, sizeof(v4));
		return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (address->family == AF_INET6 && address->addrlen >= sizeof(v6)) {
		memcpy(&v6, &address->addr, sizeof(v6));
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
	}
	return false;
}

/* Where plain text may go is decided by the address itself: names and URLs can be made to look like
 * this machine. */
static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct get_job *job = data;
	if (job->is_plain && !is_loopback(address)) {
		job->refusal = "http leads to another machine";
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

#define SET(option, value) FETCH_SET(&job->job, option, value)

static void set_get(struct get_job *job)
{
	SET(CURLOPT_URL, job->get->url);
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_USERAGENT, "asskomm");
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, job);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, job);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, job);
}

void fetch_get(struct fetch *fetch, struct fetch_get *get)
{
	struct arena *arena = arena_new(get->len_max + ARENA_ROOM);
	struct get_job *job = NEW(arena, struct get_job);
	job->get = get;
	get->job = &job->job;
	if (!fetch_job_init(&job->job, fetch, &GET, arena))
		return;
	job->body = NEW_ARRAY(arena, char, get->len_max + 1);
	job->is_plain = get->loopback_http && strncasecmp(get->url, "http:", 5) == 0;
	fetch_job_prepare(&job->job, job->is_plain ? "http" : "https", get->timeout_ms);
	set_get(job);
	fetch_job_start(&job->job);
}
