/* Mails to a real SMTP responder: a process of its own that speaks the protocol over a socket and
 * says what the case wants it to say. What it received comes back through a pipe. */
#include "runtime/fetch.h"
#include "runtime/mail.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define RECEIVED_MAX 200000

/* What the responder says; NULL is the usual. "" is: close the connection instead. */
struct script {
	const char *greeting, *ehlo, *starttls, *from, *to, *data, *end;
	bool is_silent;    /* never says anything */
	bool ignores_quit; /* keeps the connection open and silent */
};

/* ---- the responder */

struct responder {
	pid_t pid;
	int port;
	int received; /* pipe: commands and messages as they came */
};

/* Sends a reply, or leaves. */
static void say(FILE *peer, const char *scripted, const char *usual)
{
	const char *reply = scripted ? scripted : usual;
	if (!*reply)
		_exit(0);
	fprintf(peer, "%s\r\n", reply);
	fflush(peer);
}

static void take_message(FILE *peer, int out, const struct script *script)
{
	char line[2000];
	while (fgets(line, sizeof(line), peer)) {
		if (strcmp(line, ".\r\n") == 0)
			break;
		(void)!write(out, line, strlen(line));
	}
	say(peer, script->end, "250 taken");
}

static void serve(int fd, int out, const struct script *script)
{
	FILE *peer = fdopen(fd, "r+");
	char line[2000];
	if (script->is_silent)
		for (;;)
			pause();
	say(peer, script->greeting, "220 test");
	while (fgets(line, sizeof(line), peer)) {
		(void)!write(out, line, strlen(line));
		if (strncmp(line, "EHLO", 4) == 0)
			say(peer, script->ehlo, "250-test\r\n250 SIZE 10000000");
		else if (strncmp(line, "STARTTLS", 8) == 0)
			say(peer, script->starttls, "502 no");
		else if (strncmp(line, "MAIL", 4) == 0)
			say(peer, script->from, "250 ok");
		else if (strncmp(line, "RCPT", 4) == 0)
			say(peer, script->to, "250 ok");
		else if (strncmp(line, "DATA", 4) == 0) {
			say(peer, script->data, "354 go on");
			take_message(peer, out, script);
		} else if (strncmp(line, "QUIT", 4) == 0) {
			while (script->ignores_quit)
				pause();
			say(peer, NULL, "221 bye");
			break;
		} else
			say(peer, NULL, "502 what");
	}
	fclose(peer);
}

/* A process that takes connections, a child for each. */
static struct responder responder_start(const struct script *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int listener = socket(AF_INET, SOCK_STREAM, 0), pipe_fds[2];
	assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(listener, 64), 0);
	getsockname(listener, (struct sockaddr *)&address, &len);
	assert_int_equal(pipe(pipe_fds), 0);
	struct responder responder = { .port = ntohs(address.sin_port), .received = pipe_fds[0] };
	responder.pid = fork();
	if (responder.pid == 0) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		close(pipe_fds[0]);
		for (;;) {
			int fd = accept(listener, NULL, NULL);
			if (fork() == 0) {
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				close(listener);
				serve(fd, pipe_fds[1], script);
				_exit(0);
			}
			close(fd);
		}
	}
	setpgid(responder.pid, responder.pid);
	close(listener);
	close(pipe_fds[1]);
	return responder;
}

/* Ends it and gives what it received. */
static char *responder_stop(struct responder *responder)
{
	kill(-responder->pid, SIGKILL);
	waitpid(responder->pid, NULL, 0);
	char *text = calloc(1, RECEIVED_MAX);
	size_t len = 0;
	for (ssize_t n; (n = read(responder->received, text + len, RECEIVED_MAX - 1 - len)) > 0;)
		len += (size_t)n;
	close(responder->received);
	return text;
}

/* ---- the sender */

struct sending {
	struct fetch_mail mail;
	bool done;
	enum fetch_outcome outcome;
	char why[300];
};

static void on_done(struct fetch_mail *mail, enum fetch_outcome outcome, const char *why)
{
	struct sending *sending = CONTAINER_OF(mail, struct sending, mail);
	assert_false(sending->done);
	sending->done = true;
	sending->outcome = outcome;
	snprintf(sending->why, sizeof(sending->why), "%s", why);
}

static struct sending sending_to(const char *url)
{
	return (struct sending){ .mail = {
					 .url = url,
					 .from = "asskomm@example.org",
					 .to = "berater@example.org",
					 .subject = "Termin",
					 .text = "Guten Tag,\nalles gut.\n",
					 .message_id = "<7@asskomm>",
					 .date = "Sun, 22 Nov 2026 18:00:00 +0000",
					 .timeout_ms = 10000,
					 .on_done = on_done,
				 } };
}

static char *url_of(int port)
{
	static char url[64];
	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", port);
	return url;
}

/* Sends, waits, ends; the loop must be empty afterwards. Gives how long it took. */
static uint64_t send_all(struct sending *sendings, size_t count)
{
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct fetch *fetch = fetch_new(&loop);
	uint64_t start = uv_hrtime();
	for (size_t i = 0; i < count; i++) {
		fetch_send_mail(fetch, &sendings[i].mail);
		assert_false(sendings[i].done);
	}
	for (size_t i = 0; i < count; i++)
		while (!sendings[i].done) {
			bool is_alive = uv_run(&loop, UV_RUN_ONCE);
			assert_true(is_alive || sendings[i].done);
		}
	uint64_t took_ms = (uv_hrtime() - start) / 1000000;
	fetch_destroy(&fetch);
	assert_null(fetch);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return took_ms;
}

static void expect_outcome(const struct script *script, enum fetch_outcome outcome)
{
	struct responder responder = responder_start(script);
	struct sending sending = sending_to(url_of(responder.port));
	sending.mail.timeout_ms = 2000;
	uint64_t took_ms = send_all(&sending, 1);
	free(responder_stop(&responder));
	if (sending.outcome != outcome || took_ms > 4000)
		fail_msg("outcome %d, not %d, after %d ms: %s", (int)sending.outcome, (int)outcome,
			(int)took_ms, sending.why);
	assert_int_equal(sending.why[0] == '\0', outcome == FETCH_DONE);
}

/* ---- cases */

static void a_mail_arrives_whole(void **state)
{
	(void)state;
	struct responder responder = responder_start(&(struct script){ 0 });
	struct sending sending = sending_to(url_of(responder.port));
	send_all(&sending, 1);
	char *received = responder_stop(&responder);
	assert_int_equal(sending.outcome, FETCH_DONE);
	assert_non_null(strstr(received, "MAIL FROM:<asskomm@example.org>"));
	assert_non_null(strstr(received, "RCPT TO:<berater@example.org>\r\n"));
	assert_non_null(strstr(received,
		"Date: Sun, 22 Nov 2026 18:00:00 +0000\r\nFrom: <asskomm@example.org>\r\n"
		"To: <berater@example.org>\r\nSubject: Termin\r\nMessage-ID: <7@asskomm>\r\n"
		"MIME-Version: 1.0\r\n"));
	assert_non_null(strstr(received, "Content-Transfer-Encoding: base64\r\n\r\n"
					 "R3V0ZW4gVGFnLA0KYWxsZXMgZ3V0Lg0K\r\n"));
	free(received);
}

static void replies_decide(void **state)
{
	(void)state;
	expect_outcome(&(struct script){ .greeting = "421 later" }, FETCH_LATER);
	expect_outcome(&(struct script){ .greeting = "554 never" }, FETCH_NEVER);
	expect_outcome(&(struct script){ .from = "451 later" }, FETCH_LATER);
	expect_outcome(&(struct script){ .from = "550 never" }, FETCH_NEVER);
	expect_outcome(&(struct script){ .to = "450-wait\r\n450 wait" }, FETCH_LATER);
	expect_outcome(&(struct script){ .to = "550 nobody" }, FETCH_NEVER);
	expect_outcome(&(struct script){ .to = "530 sign in first" }, FETCH_LATER);
	expect_outcome(&(struct script){ .data = "451 later" }, FETCH_LATER);
	expect_outcome(&(struct script){ .data = "554 never" }, FETCH_NEVER);
	expect_outcome(&(struct script){ .end = "452 full" }, FETCH_LATER);
	expect_outcome(&(struct script){ .end = "554 spam" }, FETCH_NEVER);
}

static void a_broken_conversation_is_for_later(void **state)
{
	(void)state;
	expect_outcome(&(struct script){ .greeting = "" }, FETCH_LATER);
	expect_outcome(&(struct script){ .ehlo = "" }, FETCH_LATER);
	expect_outcome(&(struct script){ .to = "" }, FETCH_LATER);
	expect_outcome(&(struct script){ .end = "" }, FETCH_LATER);
	expect_outcome(&(struct script){ .greeting = "HTTP/1.1 400 Bad Request" }, FETCH_LATER);
	expect_outcome(&(struct script){ .is_silent = true }, FETCH_LATER);
	struct sending sending = sending_to("smtp://127.0.0.1:1");
	send_all(&sending, 1);
	assert_int_equal(sending.outcome, FETCH_LATER);
	sending = sending_to("http://127.0.0.1:1/");
	send_all(&sending, 1);
	assert_int_equal(sending.outcome, FETCH_LATER);
}

/* TLS is taken where it is offered; a server that then cannot is used without. */
static void tls_is_tried(void **state)
{
	(void)state;
	struct responder responder = responder_start(
		&(struct script){ .ehlo = "250-test\r\n250 STARTTLS", .starttls = "454 not now" });
	struct sending sending = sending_to(url_of(responder.port));
	send_all(&sending, 1);
	char *received = responder_stop(&responder);
	assert_non_null(strstr(received, "STARTTLS\r\n"));
	assert_int_equal(sending.outcome, FETCH_DONE);
	free(received);
}

/* The server says nothing to QUIT: the loop would stand still if anybody waited for that. */
static void nobody_waits_for_the_farewell(void **state)
{
	(void)state;
	for (int refuses = 0; refuses < 2; refuses++) {
		struct responder responder = responder_start(&(struct script){
			.ignores_quit = true, .to = refuses ? "550 nobody" : NULL });
		struct sending sending = sending_to(url_of(responder.port));
		uint64_t took_ms = send_all(&sending, 1);
		free(responder_stop(&responder));
		assert_int_equal(sending.outcome, refuses ? FETCH_NEVER : FETCH_DONE);
		assert_true(took_ms < 1500);
	}
}

static void what_could_inject_is_never_sent(void **state)
{
	(void)state;
	static const char *const ADDRESSES[] = { "a@b\r\nBcc: c@d", "a@b\n", "a\r@b", "a b@c",
		"a@b>", "<a@b>", "a@b,c@d", "a@b@c", "@b", "a@", "a", "", "\"a\"@b", "a@\xff",
		"a@b\x7f" };
	struct responder responder = responder_start(&(struct script){ 0 });
	for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(ADDRESSES[0]); i++) {
		struct sending both[2] = { sending_to(url_of(responder.port)),
			sending_to(url_of(responder.port)) };
		both[0].mail.to = ADDRESSES[i];
		both[1].mail.from = ADDRESSES[i];
		send_all(both, 2);
		if (both[0].outcome != FETCH_NEVER || both[1].outcome != FETCH_NEVER)
			fail_msg("sent to or from %s", ADDRESSES[i]);
	}
	char longest[300];
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + 250, "@b.d", 5);
	struct sending sendings[4];
	for (int i = 0; i < 4; i++)
		sendings[i] = sending_to(url_of(responder.port));
	sendings[0].mail.to = longest; /* 254 bytes */
	sendings[1].mail.message_id = "<7@x>\r\nBcc: c@d";
	sendings[2].mail.date = "now\nBcc: c@d";
	sendings[3].mail.subject = "Hallo\r\nBcc: c@d\r\n\r\ntext";
	send_all(sendings, 4);
	assert_int_equal(sendings[0].outcome, FETCH_DONE);
	assert_int_equal(sendings[1].outcome, FETCH_NEVER);
	assert_int_equal(sendings[2].outcome, FETCH_NEVER);
	assert_int_equal(sendings[3].outcome, FETCH_DONE);
	memcpy(longest + 250, "a@b.d", 6);
	sendings[0] = sending_to(url_of(responder.port));
	sendings[0].mail.to = longest; /* 255 */
	send_all(sendings, 1);
	assert_int_equal(sendings[0].outcome, FETCH_NEVER);
	char *received = responder_stop(&responder);
	assert_null(strstr(received, "\nBcc"));
	assert_non_null(strstr(received, "Subject: Hallo  Bcc: c@d    text\r\n"));
	free(received);
}

static void many_at_once_and_too_many(void **state)
{
	(void)state;
	struct responder responder = responder_start(&(struct script){ 0 });
	static struct sending sendings[70];
	for (int i = 0; i < 70; i++)
		sendings[i] = sending_to(url_of(responder.port));
	send_all(sendings, 70);
	free(responder_stop(&responder));
	for (int i = 0; i < 70; i++)
		assert_int_equal(sendings[i].outcome, i < 64 ? FETCH_DONE : FETCH_LATER);
}

/* Whoever is ended in the midst of a conversation gets all memory back and calls nobody. */
static void ending_gives_up_what_is_on_its_way(void **state)
{
	(void)state;
	struct responder responder = responder_start(&(struct script){ .is_silent = true });
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct fetch *fetch = fetch_new(&loop);
	struct sending connected = sending_to(url_of(responder.port));
	fetch_send_mail(fetch, &connected.mail);
	/* The watch on its socket means that curl is in conversation. */
	while (uv_run(&loop, UV_RUN_NOWAIT) && loop.active_handles < 2)
		poll(NULL, 0, 1);
	struct sending fresh = sending_to(url_of(responder.port));
	struct sending refused = sending_to(url_of(responder.port));
	refused.mail.to = "nobody";
	fetch_send_mail(fetch, &fresh.mail);
	fetch_send_mail(fetch, &refused.mail);
	fetch_destroy(&fetch);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_false(connected.done || fresh.done || refused.done);
	free(responder_stop(&responder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mail_arrives_whole),
		cmocka_unit_test(replies_decide),
		cmocka_unit_test(a_broken_conversation_is_for_later),
		cmocka_unit_test(tls_is_tried),
		cmocka_unit_test(nobody_waits_for_the_farewell),
		cmocka_unit_test(what_could_inject_is_never_sent),
		cmocka_unit_test(many_at_once_and_too_many),
		cmocka_unit_test(ending_gives_up_what_is_on_its_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
