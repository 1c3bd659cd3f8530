/* libcurl's multi interface, driven by the loop: a uv_poll for each of its sockets and one timer.
 *
 * curl tells by callbacks what to watch; we tell curl what became ready, and then read out what has
 * ended. Nothing calls into curl from inside its callbacks, and on_done is called when curl is not
 * on the stack, so that it may send the next mail or end everything.
 *
 * Each mail has a connection of its own. Before closing one, libcurl 7.88 says QUIT and then waits
 * for the server's farewell, blocking; the loop must not wait for anybody, so we close the
 * receiving side as soon as QUIT is out. */
#include "runtime/fetch.h"
#include "core/arena.h"
#include "runtime/mail.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Jobs at one time; further ones are told to come later. */
#define JOBS_MAX 64
/* Connections at one time; further jobs wait inside of curl. */
#define CONNECTIONS_MAX 8
/* Sockets of one job: happy eyeballs tries two, a host with more addresses one after the other. */
#define SOCKETS_MAX 4
#define CONNECT_TIMEOUT_MS 10000
/* Text, its CR LF form, base64, and what growing leaves behind. */
#define ARENA_CEILING (16u * 1024 * 1024)

/* A socket of curl that is being watched. Freed in its close callback. */
struct watch {
	uv_poll_t poll;
	curl_socket_t fd;
	struct fetch *fetch;
	struct watch *next, *previous;
};

struct fetch_job {
	struct fetch *fetch;
	struct fetch_mail *mail;
	struct fetch_job *next, *previous; /* running, or finished */
	struct arena *arena;
	CURL *easy; /* NULL: refused */
	struct curl_slist *recipients;
	const char *message;
	size_t len, sent;
	curl_socket_t sockets[SOCKETS_MAX];
	size_t n_sockets;
	long code;      /* the server's latest reply */
	bool said_quit; /* replies do not count any more */
	char error[CURL_ERROR_SIZE];
	enum fetch_outcome outcome;
	const char *why;
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
static void job_destroy(struct fetch_job *job)
{
	struct fetch *fetch = job->fetch;
	if (job->easy) {
		curl_multi_remove_handle(fetch->multi, job->easy);
		curl_easy_cleanup(job->easy);
	}
	curl_slist_free_all(job->recipients);
	struct arena *arena = job->arena; /* holds the job itself */
	fetch->n_jobs--;
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

/* Calls on_done for all that has ended. The callback may send, and may destroy the fetch. */
static void deliver(struct fetch *fetch)
{
	while (fetch->finished) {
		struct fetch_job *job = fetch->finished;
		fetch->finished = job->next;
		if (!fetch->finished)
			fetch->finished_end = &fetch->finished;
		/* The job goes first: the callback may free the mail, or start it again. */
		struct fetch_mail *mail = job->mail;
		enum fetch_outcome outcome = job->outcome;
		char why[CURL_ERROR_SIZE];
		snprintf(why, sizeof(why), "%s", job->why);
		job_destroy(job);
		mail->job = NULL;
		mail->on_done(mail, outcome, why);
	}
}

/* What the server's latest reply means. Names and passwords are ours to put right, so that a
 * refused login is no reason to give up a mail. */
static enum fetch_outcome judge(const struct fetch_job *job, CURLcode result)
{
	if (result == CURLE_OK)
		return FETCH_DONE;
	bool is_login = result == CURLE_LOGIN_DENIED || (job->code >= 530 && job->code <= 538);
	return job->code >= 500 && job->code <= 599 && !is_login ? FETCH_NEVER : FETCH_LATER;
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
		const char *why = result == CURLE_OK ? ""
				  : *job->error      ? job->error
						     : curl_easy_strerror(result);
		job_unlink(job);
		job_finish(job, judge(job, result), why);
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

/* ---- one mail */

/* curl doubles dots at line starts and adds the end mark. */
static size_t on_upload(char *buffer, size_t size, size_t count, void *data)
{
	struct fetch_job *job = data;
	size_t len = job->len - job->sent < size * count ? job->len - job->sent : size * count;
	memcpy(buffer, job->message + job->sent, len);
	job->sent += len;
	return len;
}

/* curl needs a new start when a connection broke before anything was taken. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
	struct fetch_job *job = data;
	if (origin != SEEK_SET || offset < 0 || (size_t)offset > job->len)
		return CURL_SEEKFUNC_CANTSEEK;
	job->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Sockets are ours to open only so that on_wire knows them. */
static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct fetch_job *job = data;
	if (job->n_sockets == SOCKETS_MAX)
		return CURL_SOCKET_BAD;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0)
		job->sockets[job->n_sockets++] = fd;
	return fd;
}

static int on_close(void *data, curl_socket_t fd)
{
	struct fetch_job *job = data;
	for (size_t i = 0; i < job->n_sockets; i++)
		if (job->sockets[i] == fd)
			job->sockets[i] = job->sockets[--job->n_sockets];
	return close(fd);
}

/* Sees all that goes over the wire: remembers the replies up to QUIT, and lets nobody wait for the
 * one to QUIT. */
static int on_wire(CURL *easy, curl_infotype type, char *bytes, size_t len, void *data)
{
	(void)easy;
	struct fetch_job *job = data;
	if (type == CURLINFO_HEADER_IN && !job->said_quit && len > 3 && bytes[3] == ' ')
		job->code = strtol(bytes, NULL, 10);
	if (type != CURLINFO_HEADER_OUT || len < 4 || memcmp(bytes, "QUIT", 4) != 0)
		return 0;
	job->said_quit = true;
	for (size_t i = 0; i < job->n_sockets; i++)
		shutdown(job->sockets[i], SHUT_RD);
	return 0;
}

/* Of curl_easy_setopt only memory and misspelt options can fail here. */
#define SET(option, value) CHECK(curl_easy_setopt(job->easy, option, value) == CURLE_OK)

/* What holds for every transfer. VERBOSE is what makes curl call on_wire; nothing is printed. No
 * protocol but SMTP, so that a mistyped URL cannot become a web request, and no proxy. */
static void set_transfer(struct fetch_job *job)
{
	SET(CURLOPT_PRIVATE, job);
	SET(CURLOPT_ERRORBUFFER, job->error);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_TIMEOUT_MS, (long)job->mail->timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, job);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
	SET(CURLOPT_CLOSESOCKETDATA, job);
	SET(CURLOPT_DEBUGFUNCTION, on_wire);
	SET(CURLOPT_DEBUGDATA, job);
	SET(CURLOPT_VERBOSE, 1L);
}

/* The envelope. The size is told to the server, which may refuse it before it is sent. */
static void set_mail(struct fetch_job *job)
{
	job->recipients = curl_slist_append(NULL, job->mail->to);
	CHECK(job->recipients);
	SET(CURLOPT_URL, job->mail->url);
	SET(CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
	SET(CURLOPT_MAIL_FROM, job->mail->from);
	SET(CURLOPT_MAIL_RCPT, job->recipients);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)job->len);
	SET(CURLOPT_READFUNCTION, on_upload);
	SET(CURLOPT_READDATA, job);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, job);
}

static void on_delivery(uv_timer_t *timer)
{
	deliver(CONTAINER_OF(timer, struct fetch, delivery));
}

/* The outcome is known already, but nobody expects to be called back from inside his own call. */
static void finish_soon(struct fetch_job *job, enum fetch_outcome outcome, const char *why)
{
	job_finish(job, outcome, why);
	uv_timer_start(&job->fetch->delivery, on_delivery, 0, 0);
}

void fetch_send_mail(struct fetch *fetch, struct fetch_mail *mail)
{
	struct arena *arena = arena_new(ARENA_CEILING);
	struct fetch_job *job = NEW(arena, struct fetch_job);
	job->fetch = fetch;
	job->mail = mail;
	job->arena = arena;
	mail->job = job;
	const char *refusal = mail_refusal(mail);
	if (fetch->n_jobs++ >= JOBS_MAX) {
		finish_soon(job, FETCH_LATER, "too many mails at once");
		return;
	}
	if (refusal) {
		finish_soon(job, FETCH_NEVER, refusal);
		return;
	}
	job->message = mail_compose(arena, mail, &job->len);
	job->easy = curl_easy_init();
	CHECK(job->easy);
	set_transfer(job);
	set_mail(job);
	job_link(job);
	CHECK(curl_multi_add_handle(fetch->multi, job->easy) == CURLM_OK);
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

/* Mails on their way are given up, and nobody is called back: their senders end too. */
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
