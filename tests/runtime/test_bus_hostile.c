/* What arrives on the bus's port and is no message of ours: bytes, other mechanisms, and messages
 * of a peer that has a key but no manners. After each of them a good question is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include "bus_support.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

static struct keys keys;
static char server_public[41], rude_public[41], rude_secret[41];
static uv_loop_t loop;
static struct echo echo;
static struct bus *asker;
static struct bus_peers *peers;
static void *context, *dealer; /* of a foreign program */

static int start(void **state)
{
	(void)state;
	memset(&echo, 0, sizeof echo);
	keys_start(&keys);
	keys_add(&keys, "registry", "registry", server_public, NULL);
	keys_add(&keys, "gateway", "gateway", NULL, NULL);
	keys_add(&keys, "rude", "rude", rude_public, rude_secret);
	CHECK(uv_loop_init(&loop) == 0);
	echo_start(&echo, &loop, &keys, "registry", 0);
	asker = asker_new(&loop, &keys, "gateway", 0);
	peers = bus_peers_new(asker, "registry", echo.endpoint);
	context = zmq_ctx_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (dealer != NULL)
		zmq_close(dealer);
	dealer = NULL;
	bus_destroy(&asker);
	bus_destroy(&echo.bus);
	loop_end(&loop);
	zmq_ctx_term(context);
	keys_end(&keys);
	return 0;
}

static void assert_well(void)
{
	struct question question = { 0 };
	question_ask(&question, peers, 1, 10000);
	RUN_UNTIL(&loop, question.answers > 0);
	assert_string_equal(question.code, "");
}

/* ---- without a key */

static int connect_plainly(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	address.sin_port = htons((uint16_t)strtoul(strrchr(echo.endpoint, ':') + 1, NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)connect(fd, (struct sockaddr *)&address, sizeof address);
	return fd;
}

static bool is_closed(int fd)
{
	char bytes[256];
	ssize_t len;
	while ((len = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
		continue;
	return len == 0 || errno == ECONNRESET;
}

/* At once, not only when the time for a handshake is over. */
static void assert_bytes_are_cut_off(const void *bytes, size_t len)
{
	uint64_t began = now_ms();
	int fd = connect_plainly();
	RUN_UNTIL(&loop, send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len);
	RUN_UNTIL(&loop, is_closed(fd));
	assert_true(now_ms() - began < 4000);
	close(fd);
	assert_well();
}

static void garbage_is_cut_off(void **state)
{
	(void)state;
	static const char HTTP[] =
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n0123456789012345678901234567890123"
		"456789012345678901234567890123456789";
	char noise[512];
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(i * 37 + 11);
	assert_bytes_are_cut_off(HTTP, sizeof HTTP - 1);
	assert_bytes_are_cut_off(noise, sizeof noise);
	assert_int_equal(echo.arrived, 2);
}

/* A greeting that names CURVE, then a command that announces 1 GiB. */
static void an_announced_giant_is_cut_off(void **state)
{
	(void)state;
	uint8_t bytes[64 + 9 + 16] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1 };
	memcpy(bytes + 12, "CURVE", 5);
	bytes[64] = 6; /* a long command */
	bytes[64 + 5] = 0x40;
	assert_bytes_are_cut_off(bytes, sizeof bytes);
}

static void a_peer_that_only_connects_is_cut_off(void **state)
{
	(void)state;
	int fd = connect_plainly();
	RUN_UNTIL(&loop, is_closed(fd)); /* after the 5 s that a handshake may take */
	close(fd);
	assert_well();
}

/* ---- with ZeroMQ */

static void set_key(void)
{
	zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, server_public, 41);
	zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, rude_public, 41);
	zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, rude_secret, 41);
}

/* The foreign program's DEALER, made anew, with the rude one's key or without any. */
static void rude_connect(bool has_key, int receive_high_water)
{
	int linger = 0;
	if (dealer != NULL)
		zmq_close(dealer);
	dealer = zmq_socket(context, ZMQ_DEALER);
	zmq_setsockopt(dealer, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(dealer, ZMQ_RCVHWM, &receive_high_water, sizeof receive_high_water);
	if (has_key)
		set_key();
	assert_int_equal(zmq_connect(dealer, echo.endpoint), 0);
}

static void rude_send(size_t count, const void *const *frames, const size_t *lens)
{
	for (size_t i = 0; i < count; i++)
		assert_true(
			zmq_send(dealer, frames[i], lens[i],
				i + 1 < count ? ZMQ_SNDMORE | ZMQ_DONTWAIT : ZMQ_DONTWAIT) >= 0);
}

static size_t pack_with_key(Asskomm__Header__Kind kind, uint32_t v, char *key, uint8_t *out_bytes)
{
	Asskomm__Header header = ASSKOMM__HEADER__INIT;
	header.v = v;
	header.kind = kind;
	header.correlation = 77;
	header.method = (char *)(uintptr_t) "test.Echo/Say";
	header.idempotency_key = key;
	return asskomm__header__pack(&header, out_bytes);
}

static size_t pack_header(Asskomm__Header__Kind kind, uint32_t v, uint8_t *out_bytes)
{
	return pack_with_key(kind, v, (char *)(uintptr_t) "", out_bytes);
}

/* Sends one message with a key; it must be counted for that reason and reach nobody. */
static void assert_dropped(
	const char *reason, size_t count, const void *const *frames, const size_t *lens)
{
	double before = dropped(reason);
	size_t arrived = echo.arrived;
	rude_connect(true, 100);
	rude_send(count, frames, lens);
	RUN_UNTIL(&loop, dropped(reason) == before + 1);
	assert_int_equal(echo.arrived, arrived);
	assert_well();
}

static void another_mechanism_is_refused(void **state)
{
	(void)state;
	uint8_t header[128];
	size_t lens[2] = { pack_header(ASSKOMM__HEADER__KIND__REQUEST, 1, header), 0 };
	rude_connect(false, 100);
	rude_send(2, (const void *[]){ header, "" }, lens);
	for (size_t i = 0; i < 20; i++)
		assert_well();
	assert_int_equal(echo.arrived, 20);
	assert_string_equal(echo.peer, "gateway");
}

static void other_numbers_of_frames_are_dropped(void **state)
{
	(void)state;
	uint8_t header[128];
	size_t len = pack_header(ASSKOMM__HEADER__KIND__REQUEST, 1, header);
	const void *frames[10] = { header, "", "", "", "", "", "", "", "", "" };
	const size_t lens[10] = { len };
	assert_dropped("frames", 1, frames, lens);
	assert_dropped("frames", 3, frames, lens);
	assert_dropped("frames", 10, frames, lens);
}

static void bad_headers_are_dropped(void **state)
{
	(void)state;
	uint8_t header[256], kindless[128];
	size_t len = pack_header(ASSKOMM__HEADER__KIND__REQUEST, 1, header);
	char *key = calloc(1, BUS_HEADER_MAX);
	uint8_t *large = malloc(BUS_HEADER_MAX + 256);
	assert_dropped("header", 2, (const void *[]){ "\xff\xff\xff", "" }, (size_t[]){ 3, 0 });
	assert_dropped("header", 2, (const void *[]){ header, "" }, (size_t[]){ len - 1, 0 });
	memset(key, 'k', BUS_HEADER_MAX - 1);
	len = pack_with_key(ASSKOMM__HEADER__KIND__REQUEST, 1, key, large);
	assert_true(len > BUS_HEADER_MAX);
	assert_dropped("header", 2, (const void *[]){ large, "" }, (size_t[]){ len, 0 });
	assert_dropped("kind", 2, (const void *[]){ "", "" }, (size_t[]){ 0, 0 });
	len = pack_header(ASSKOMM__HEADER__KIND__REPLY, 1, kindless);
	assert_dropped("kind", 2, (const void *[]){ kindless, "" }, (size_t[]){ len, 0 });
	free(large);
	free(key);
}

/* A REPLY to the rude one, read whole. */
static void receive_code(char *out_code, size_t size)
{
	uint8_t bytes[1024], body[16];
	int len = -1;
	RUN_UNTIL(&loop, (len = zmq_recv(dealer, bytes, sizeof bytes, ZMQ_DONTWAIT)) >= 0);
	assert_int_equal(zmq_recv(dealer, body, sizeof body, ZMQ_DONTWAIT), 0);
	Asskomm__Header *header = asskomm__header__unpack(NULL, (size_t)len, bytes);
	assert_non_null(header);
	assert_int_equal(header->kind, ASSKOMM__HEADER__KIND__REPLY);
	assert_int_equal(header->correlation, 77);
	snprintf(out_code, size, "%s", header->failure == NULL ? "" : header->failure->code);
	asskomm__header__free_unpacked(header, NULL);
}

static void another_version_is_unimplemented(void **state)
{
	(void)state;
	uint8_t header[128];
	char code[32];
	size_t lens[2] = { pack_header(ASSKOMM__HEADER__KIND__REQUEST, 2, header), 0 };
	rude_connect(true, 100);
	rude_send(2, (const void *[]){ header, "" }, lens);
	receive_code(code, sizeof code);
	assert_string_equal(code, "UNIMPLEMENTED");
	assert_int_equal(echo.arrived, 0);
}

static void a_body_over_4_mib_is_too_large(void **state)
{
	(void)state;
	uint8_t header[128];
	char code[32];
	char *body = calloc(1, BUS_MESSAGE_MAX + 4096);
	size_t lens[2] = { pack_header(ASSKOMM__HEADER__KIND__REQUEST, 1, header),
		BUS_MESSAGE_MAX + 1 };
	rude_connect(true, 100);
	rude_send(2, (const void *[]){ header, body }, lens);
	receive_code(code, sizeof code);
	assert_string_equal(code, "TOO_LARGE");
	/* much more ends the connection, and only that */
	lens[1] = BUS_MESSAGE_MAX + 4096;
	rude_send(2, (const void *[]){ header, body }, lens);
	assert_well();
	assert_int_equal(echo.arrived, 1);
	free(body);
}

/* It asks without ever reading: what it does not take is thrown away, others are served. */
static void a_caller_that_never_reads_harms_only_itself(void **state)
{
	(void)state;
	enum { LARGE = 256 * 1024 };
	uint8_t header[128];
	double before = dropped("caller_slow");
	char *body = calloc(1, LARGE);
	size_t lens[2] = { pack_header(ASSKOMM__HEADER__KIND__REQUEST, 1, header), LARGE };
	bus_destroy(&asker);
	bus_destroy(&echo.bus);
	echo_start(&echo, &loop, &keys, "registry", 2);
	asker = asker_new(&loop, &keys, "gateway", 0);
	peers = bus_peers_new(asker, "registry", echo.endpoint);
	rude_connect(true, 1);
	while (dropped("caller_slow") == before) {
		if (zmq_send(dealer, header, lens[0], ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
			assert_true(zmq_send(dealer, body, LARGE, ZMQ_DONTWAIT) >= 0);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	assert_well();
	rude_connect(true, 1); /* the other one is gone, with all that it did not take */
	assert_well();
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(garbage_is_cut_off, start, end),
		cmocka_unit_test_setup_teardown(an_announced_giant_is_cut_off, start, end),
		cmocka_unit_test_setup_teardown(a_peer_that_only_connects_is_cut_off, start, end),
		cmocka_unit_test_setup_teardown(another_mechanism_is_refused, start, end),
		cmocka_unit_test_setup_teardown(other_numbers_of_frames_are_dropped, start, end),
		cmocka_unit_test_setup_teardown(bad_headers_are_dropped, start, end),
		cmocka_unit_test_setup_teardown(another_version_is_unimplemented, start, end),
		cmocka_unit_test_setup_teardown(a_body_over_4_mib_is_too_large, start, end),
		cmocka_unit_test_setup_teardown(
			a_caller_that_never_reads_harms_only_itself, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
