/* Mail: one SMTP transfer.
 *
 * Each mail has a connection of its own. Before closing one, libcurl 7.88 says QUIT and then waits
 * for the server's farewell, blocking; the loop must not wait for anybody, so we close the
 * receiving side as soon as QUIT is out. */
#include "core/arena.h"
#include "runtime/fetch_internal.h"
#include "runtime/mail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sockets of one job: happy eyeballs tries two, a host with more addresses one after the other. */
#define SOCKETS_MAX 4
/* Text, its CR LF form, base64, and what growing leaves behind. */
#define ARENA_CEILING (16u * 1024 * 1024)

struct mail_job {
	struct fetch_job job; /* first: see fetch_internal.h */
	struct fetch_mail *mail;
	struct curl_slist *recipients;
	const char *message;
	size_t len, sent;
	curl_socket_t sockets[SOCKETS_MAX];
	size_t n_sockets;
	long code;      /* the server's latest reply */
	bool said_quit; /* replies do not count any more */
};

/* What the server's latest reply means. Names and passwords are ours to put right, so that a
 * refused login is no reason to give up a mail. */
static enum fetch_outcome judge(struct fetch_job *base, CURLcode result, const char **out_why)
{
	const struct mail_job *job = CONTAINER_OF(base, struct mail_job, job);
	if (result == CURLE_OK)
		return FETCH_DONE;
	*out_why = *base->error ? base->error : curl_easy_strerror(result);
	bool is_login = result == CURLE_LOGIN_DENIED || (job->code >= 530 && job->code <= 538);
	return job->code >= 500 && job->code <= 599 && !is_login ? FETCH_NEVER : FETCH_LATER;
}

static void tell(struct fetch_job *base, enum fetch_outcome outcome, const char *why)
{
	struct fetch_mail *mail = CONTAINER_OF(base, struct mail_job, job)->mail;
	mail->job = NULL;
	mail->on_done(mail, outcome, why);
}

static void release(struct fetch_job *base)
{
	curl_slist_free_all(CONTAINER_OF(base, struct mail_job, job)->recipients);
}

static const struct fetch_kind MAIL = { judge, tell, release };

/* ---- the transfer */

/* curl doubles dots at line starts and adds the end mark. */
static size_t on_upload(char *buffer, size_t size, size_t count, void *data)
{
	struct mail_job *job = data;
	size_t len = job->len - job->sent < size * count ? job->len - job->sent : size * count;
	memcpy(buffer, job->message + job->sent, len);
	job->sent += len;
	return len;
}

/* curl needs a new start when a connection broke before anything was taken. */
static int on_seek(void *data, curl_off_t offset, int origin)
{
	struct mail_job *job = data;
	if (origin != SEEK_SET || offset < 0 || (size_t)offset > job->len)
		return CURL_SEEKFUNC_CANTSEEK;
	job->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* Sockets are ours to open only so that on_wire knows them. */
static curl_socket_t on_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)purpose;
	struct mail_job *job = data;
	if (job->n_sockets == SOCKETS_MAX)
		return CURL_SOCKET_BAD;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
	if (fd >= 0)
		job->sockets[job->n_sockets++] = fd;
	return fd;
}

static int on_close(void *data, curl_socket_t fd)
{
	struct mail_job *job = data;
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
	struct mail_job *job = data;
	if (type == CURLINFO_HEADER_IN && !job->said_quit && len > 3 && bytes[3] == ' ')
		job->code = strtol(bytes, NULL, 10);
	if (type != CURLINFO_HEADER_OUT || len < 4 || memcmp(bytes, "QUIT", 4) != 0)
		return 0;
	job->said_quit = true;
	for (size_t i = 0; i < job->n_sockets; i++)
		shutdown(job->sockets[i], SHUT_RD);
	return 0;
}

#define SET(option, value) FETCH_SET(&job->job, option, value)

/* VERBOSE is what makes curl call on_wire; nothing is printed. */
static void set_wire(struct mail_job *job)
{
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, job);
	SET(CURLOPT_CLOSESOCKETFUNCTION, on_close);
	SET(CURLOPT_CLOSESOCKETDATA, job);
	SET(CURLOPT_DEBUGFUNCTION, on_wire);
	SET(CURLOPT_DEBUGDATA, job);
	SET(CURLOPT_VERBOSE, 1L);
}

/* The envelope. The size is told to the server, which may refuse it before it is sent. */
static void set_mail(struct mail_job *job)
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

void fetch_send_mail(struct fetch *fetch, struct fetch_mail *mail)
{
	struct arena *arena = arena_new(ARENA_CEILING);
	struct mail_job *job = NEW(arena, struct mail_job);
	job->mail = mail;
	mail->job = &job->job;
	if (!fetch_job_init(&job->job, fetch, &MAIL, arena))
		return;
	const char *refusal = mail_refusal(mail);
	if (refusal) {
		fetch_job_refuse(&job->job, FETCH_NEVER, refusal);
		return;
	}
	job->message = mail_compose(arena, mail, &job->len);
	/* No protocol but SMTP, so that a mistyped URL cannot become a web request. */
	fetch_job_prepare(&job->job, "smtp,smtps", mail->timeout_ms);
	set_wire(job);
	set_mail(job);
	fetch_job_start(&job->job);
}
