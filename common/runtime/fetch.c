/* libcurl's multi interface, driven by the loop: a uv_poll for each of its sockets and one timer.
 *
 * curl tells by callbacks what to watch; we tell curl what became ready, and then read out what has
 * ended. Nothing calls into curl from inside its callbacks, and on_done is called when curl is not
 * on the stack, so that it may start the next job or end everything.
 *
 * What is special about a protocol is in fetch_mail.c and fetch_get.c.
 *
 * Each transfer has a connection of its own, and ends with it. */
#include "runtime/fetch_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Jobs at one time; further ones are told to come later. */
#define JOBS_MAX 64
/* Connections at one time; further jobs wait inside of curl. */
#define CONNECTIONS_MAX 8
#define CONNECT_TIMEOUT_MS 10000

/* A socket of curl that is being watched. Freed in its close callback. */
struct watch {
	uv_poll_t poll;
	curl_socket_t fd;
	struct fetch *fetch;
	struct watch *next, *previous;
};

struct fetch {
	uv_loop_t *loop;
	CURLM *multi;        /* NULL: destroyed */
	uv_timer_t timer;    /* curl's */
	uv_timer_t delivery; /* for outcomes that are known before curl was asked */
	unsigned handles;    /* the two timers and the watches; freed after the last */
	struct watch *watches;
	struct fetch_job *running;
	size_t n_jobs;
	struct fetch_job *finished, **finished_end;
};

/* ---- jobs */

/* Removing an unfinished transfer closes its connection without a word to the server. */
static void job_leave_curl(struct fetch_job *job)
{
	if (!job->easy)
		return;
	curl_multi_remove_handle(job->fetch->multi, job->easy);
	curl_easy_cleanup(job->easy);
	job->easy = NULL;
}

static void job_destroy(struct fetch_job *job)
{
	job_leave_curl(job);
	if (job->kind->release)
		job->kind->release(job);
	struct arena *arena = job->arena; /* holds the job itself */
	arena_destroy(&arena);
}

/* Running jobs are known to curl and to fetch_destroy. */
static void job_link(struct fetch_job *job)
{
	job->next = job->fetch->running;
	if (job->next)
		job->next->previous = job;
	job->fetch->running = job;
}

static void job_unlink(struct fetch_job *job)
{
	if (job->previous)
		job->previous->next = job->next;
	else
		job->fetch->running = job->next;
	if (job->next)
		job->next->previous = job->previous;
	job->next = job->previous = NULL;
}

/* Finished jobs keep their order until deliver calls back. */
static void job_finish(struct fetch_job *job, enum fetch_outcome outcome, const char *why)
{
	struct fetch *fetch = job->fetch;
	job->outcome = outcome;
	job->why = why;
	*fetch->finished_end = job;
	fetch->finished_end = &job->next;
}

/* Calls back for all that has ended. The callback may start jobs, and may destroy the fetch: so the
 * job is out of its lists and counts before, and only its own memory is freed after. */
static void deliver(struct fetch *fetch)
{
	while (fetch->finished) {
		struct fetch_job *job = fetch->finished;
		fetch->finished = job->next;
		if (!fetch->finished)
			fetch->finished_end = &fetch->finished;
		fetch->n_jobs--;
		job_leave_curl(job);
		job->kind->tell(job, job->outcome, job->why);
		job_destroy(job);
	}
}

/* Reads out of curl what has ended. */
static void collect(struct fetch *fetch)
{
	CURLMsg *message;
	int left;
	while ((message = curl_multi_info_read(fetch->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		/* The message dies with the next call into curl: look first. */
		CURLcode result = message->data.result;
		char *private = NULL;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		struct fetch_job *job = (struct fetch_job *)(void *)private;
		const char *why = "";
		enum fetch_outcome outcome = job->kind->judge(job, result, &why);
		job_unlink(job);
		job_finish(job, outcome, why);
	}
	deliver(fetch);
}

/* ---- the loop for curl */

static void release_handle(struct fetch *fetch)
{
	if (--fetch->handles == 0)
		free(fetch);
}

static void on_watch_closed(uv_handle_t *handle)
{
	struct watch *watch = CONTAINER_OF(handle, struct watch, poll);
	release_handle(watch->fetch);
	free(watch);
}

/* Stopped at once, so that the number of the socket may be used anew before the close callback. */
static void watch_close(struct watch *watch)
{
	if (watch->previous)
		watch->previous->next = watch->next;
	else
		watch->fetch->watches = watch->next;
	if (watch->next)
		watch->next->previous = watch->previous;
	uv_poll_stop(&watch->poll);
	uv_close((uv_handle_t *)&watch->poll, on_watch_closed);
}

static struct watch *watch_new(struct fetch *fetch, curl_socket_t fd)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	CHECK(watch);
	watch->fetch = fetch;
	watch->fd = fd;
	if (uv_poll_init_socket(fetch->loop, &watch->poll, fd) != 0) {
		free(watch);
		return NULL;
	}
	fetch->handles++;
	watch->next = fetch->watches;
	if (watch->next)
		watch->next->previous = watch;
	fetch->watches = watch;
	return watch;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = CONTAINER_OF(poll, struct watch, poll);
	struct fetch *fetch = watch->fetch;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0, running;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	/* The watch may be gone after this. */
	curl_multi_socket_action(fetch->multi, watch->fd, flags, &running);
	collect(fetch);
}

/* curl: watch this socket, differently, or no more. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *assigned)
{
	(void)easy;
	struct fetch *fetch = data;
	struct watch *watch = assigned;
	if (what == CURL_POLL_REMOVE) {
		if (watch)
			watch_close(watch);
		curl_multi_assign(fetch->multi, fd, NULL);
		return 0;
	}
	if (!watch) {
		watch = watch_new(fetch, fd);
		if (!watch)
			return -1;
		curl_multi_assign(fetch->multi, fd, watch);
	}
	int events =
		(what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	return uv_poll_start(&watch->poll, events, on_ready) == 0 ? 0 : -1;
}

static void on_timer(uv_timer_t *timer)
{
	struct fetch *fetch = CONTAINER_OF(timer, struct fetch, timer);
	int running;
	curl_multi_socket_action(fetch->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(fetch);
}

/* curl: wake me then. 0 would mean at once, from inside of curl: a moment later instead. */
static int on_timeout(CURLM *multi, long timeout_ms, void *data)
{
	(void)multi;
	struct fetch *fetch = data;
	if (timeout_ms < 0)
		uv_timer_stop(&fetch->timer);
	else
		uv_timer_start(
			&fetch->timer, on_timer, timeout_ms > 0 ? (uint64_t)timeout_ms : 1, 0);
	return 0;
}

/* ---- what the kinds of job call */

static void on_delivery(uv_timer_t *timer)
{
	deliver(CONTAINER_OF(timer, struct fetch, delivery));
}

/* Nobody expects to be called back from inside his own call. */
void fetch_job_refuse(struct fetch_job *job, enum fetch_outcome outcome, const char *why)
{
	job_finish(job, outcome, why);
	uv_timer_start(&job->fetch->delivery, on_delivery, 0, 0);
}

bool fetch_job_init(struct fetch_job *job, struct fetch *fetch, const struct fetch_kind *kind,
	struct arena *arena)
{
	job->fetch = fetch;
	job->kind = kind;
	job->arena = arena;
	if (fetch->n_jobs++ < JOBS_MAX)
		return true;
	fetch_job_refuse(job, FETCH_LATER, "too many at once");
	return false;
}

void fetch_job_prepare(struct fetch_job *job, const char *protocols, uint32_t timeout_ms)
{
	job->easy = curl_easy_init();
	CHECK(job->easy);
	FETCH_SET(job, CURLOPT_PRIVATE, job);
	FETCH_SET(job, CURLOPT_ERRORBUFFER, job->error);
	FETCH_SET(job, CURLOPT_NOSIGNAL, 1L);
	/* Else the end of a transfer waits for the thread that resolves its name, and with it the
	 * loop: 15 s were measured with a name server that says nothing. So the thread is left to
	 * end by itself. */
	FETCH_SET(job, CURLOPT_QUICK_EXIT, 1L);
	FETCH_SET(job, CURLOPT_NOPROXY, "*");
	FETCH_SET(job, CURLOPT_PROTOCOLS_STR, protocols);
	FETCH_SET(job, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	FETCH_SET(job, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	FETCH_SET(job, CURLOPT_FORBID_REUSE, 1L);
	FETCH_SET(job, CURLOPT_FRESH_CONNECT, 1L);
}

void fetch_job_start(struct fetch_job *job)
{
	job_link(job);
	CHECK(curl_multi_add_handle(job->fetch->multi, job->easy) == CURLM_OK);
}

/* ---- life */

/* What fails here fails for want of memory. */
struct fetch *fetch_new(uv_loop_t *loop)
{
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	CHECK(fetch);
	fetch->loop = loop;
	fetch->finished_end = &fetch->finished;
	fetch->handles = 2;
	CHECK(uv_timer_init(loop, &fetch->timer) == 0);
	CHECK(uv_timer_init(loop, &fetch->delivery) == 0);
	fetch->multi = curl_multi_init();
	CHECK(fetch->multi);
	curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(fetch->multi, CURLMOPT_SOCKETDATA, fetch);
	curl_multi_setopt(fetch->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(fetch->multi, CURLMOPT_TIMERDATA, fetch);
	curl_multi_setopt(fetch->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)CONNECTIONS_MAX);
	return fetch;
}

static void on_timer_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct fetch, timer));
}

static void on_delivery_closed(uv_handle_t *handle)
{
	release_handle(CONTAINER_OF(handle, struct fetch, delivery));
}

/* Jobs under way are given up, and nobody is called back: those who started them end too. */
void fetch_destroy(struct fetch **fetch)
{
	if (!*fetch)
		return;
	struct fetch *ended = *fetch;
	*fetch = NULL;
	while (ended->running) {
		struct fetch_job *job = ended->running;
		job_unlink(job);
		job_destroy(job);
	}
	while (ended->finished) {
		struct fetch_job *job = ended->finished;
		ended->finished = job->next;
		job_destroy(job);
	}
	curl_multi_cleanup(ended->multi);
	ended->multi = NULL;
	/* Those that curl did not take back itself. */
	while (ended->watches)
		watch_close(ended->watches);
	uv_close((uv_handle_t *)&ended->timer, on_timer_closed);
	uv_close((uv_handle_t *)&ended->delivery, on_delivery_closed);
	curl_global_cleanup();
}
