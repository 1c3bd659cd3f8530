/* The gate's functions alone: heads judged whole, ends and chunks found however the bytes are cut.
 * What the server does with the verdicts is in http/wire.tsv. */
#include "runtime/http_internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Scans what has come after each byte; gives the first result other than MORE, and where. */
static enum http_scan scan_bytewise(const char *text, size_t *out_at)
{
	size_t scanned = 0, len = strlen(text);
	for (size_t i = 1; i <= len; i++) {
		/* A copy without anything behind it: reading on is a fault for the sanitizer. */
		char *bytes = malloc(i);
		memcpy(bytes, text, i);
		enum http_scan result = http_gate_scan(bytes, i, &scanned);
		free(bytes);
		*out_at = i;
		if (result != HTTP_SCAN_MORE)
			return result;
	}
	return HTTP_SCAN_MORE;
}

static void ends_are_found(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum http_scan result;
		size_t len, known_at;
	} CASES[] = {
		{ "", HTTP_SCAN_MORE, 0, 0 },
		{ "GET /", HTTP_SCAN_MORE, 0, 5 },
		{ "a\r\n", HTTP_SCAN_MORE, 0, 3 },
		{ "a\r\n\r", HTTP_SCAN_MORE, 0, 4 },
		{ "a\r\n\r\n", HTTP_SCAN_COMPLETE, 5, 5 },
		{ "a\r\nb\r\n\r\nbody", HTTP_SCAN_COMPLETE, 8, 8 },
		{ "\r\na\r\n\r\n", HTTP_SCAN_COMPLETE, 7, 7 },
		{ "\r\n\r\n", HTTP_SCAN_COMPLETE, 4, 4 },
		{ "a\n", HTTP_SCAN_BROKEN, 0, 2 },
		{ "\n", HTTP_SCAN_BROKEN, 0, 1 },
		{ "a\rb", HTTP_SCAN_BROKEN, 0, 3 },
		{ "a\r\r\n", HTTP_SCAN_BROKEN, 0, 3 },
		{ "a\r\n\n", HTTP_SCAN_BROKEN, 0, 4 },
		{ "a\r\nb\rc\r\n\r\n", HTTP_SCAN_BROKEN, 0, 6 },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		size_t scanned = 0, at = 0;
		enum http_scan whole =
			http_gate_scan(CASES[i].text, strlen(CASES[i].text), &scanned);
		if (whole != CASES[i].result || (CASES[i].len > 0 && scanned != CASES[i].len))
			fail_msg("whole %zu: %d at %zu", i, (int)whole, scanned);
		if (scan_bytewise(CASES[i].text, &at) != CASES[i].result || at != CASES[i].known_at)
			fail_msg("bytewise %zu: at %zu", i, at);
	}
}

static struct http_gate judge(const char *head)
{
	/* Exactly its bytes, so that looking behind the end is a fault for the sanitizer. */
	size_t len = strlen(head);
	char *bytes = malloc(len);
	memcpy(bytes, head, len);
	struct http_gate gate = http_gate_head(bytes, len);
	free(bytes);
	return gate;
}

static void heads_say_what_follows(void **state)
{
	(void)state;
	struct http_gate gate = judge("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(gate.status, 0);
	assert_true(gate.content_length == 0 && !gate.chunked && !gate.expects_continue);
	gate = judge("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n");
	assert_int_equal(gate.status, 0);
	assert_int_equal(gate.content_length, 1048576);
	gate = judge("POST / HTTP/1.1\r\nhost:a\r\ntransfer-encoding:\tCHUNKED \r\n\r\n");
	assert_int_equal(gate.status, 0);
	assert_true(gate.chunked);
	gate = judge(
		"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
	assert_true(gate.status == 0 && gate.expects_continue);
	gate = judge(
		"POST / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
	assert_true(gate.status == 0 && !gate.expects_continue);
	gate = judge("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(gate.status, 0);
	gate = judge("\r\n\r\n");
	assert_int_equal(gate.status, 400);
	gate = judge("a\r\n\r\n");
	assert_int_equal(gate.status, 400);
	assert_non_null(gate.detail);
}

/* Every byte in every position of a name, a value, a path: only those that are listed pass. */
static void each_byte_has_its_places(void **state)
{
	(void)state;
	static const char NAME[] = "!#$%&'*+-.^_`|~0123456789"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	char head[100];
	for (int byte = 0; byte < 256; byte++) {
		if (byte == '\r' || byte == '\n')
			continue;
		size_t len = (size_t)snprintf(
			head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\nA_: b\r\n\r\n");
		*strchr(head, '_') = (char)byte;
		bool passes = http_gate_head(head, len).status == 0;
		/* A colon ends the name earlier, and another one begins the value. */
		bool may = byte == ':' || (byte != 0 && strchr(NAME, byte));
		if (passes != may)
			fail_msg("name with byte %d", byte);
		len = (size_t)snprintf(
			head, sizeof(head), "GET / HTTP/1.1\r\nHost: a\r\nA: b_c\r\n\r\n");
		*strchr(head, '_') = (char)byte;
		may = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
		if ((http_gate_head(head, len).status == 0) != may)
			fail_msg("value with byte %d", byte);
		len = (size_t)snprintf(head, sizeof(head), "GET /a_b HTTP/1.1\r\nHost: a\r\n\r\n");
		*strchr(head, '_') = (char)byte;
		may = byte > 0x20 && byte < 0x7f && !strchr("\\#%", byte);
		if ((http_gate_head(head, len).status == 0) != may)
			fail_msg("path with byte %d", byte);
	}
}

/* ---- chunks */

static void chunks_end_where_they_end(void **state)
{
	(void)state;
	static const char BODY[] = "5;x=\"y\"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nA: b\r\n\r\n";
	static const char NEXT[] = "GET / HTTP/1.1";
	char bytes[200];
	size_t len = (size_t)snprintf(bytes, sizeof(bytes), "%s%s", BODY, NEXT);
	/* However the bytes are cut in two, the end is the same. */
	for (size_t cut = 0; cut <= len; cut++) {
		struct http_chunks chunks = { .place = HTTP_CHUNK_SIZE, .max = HTTP_BODY_MAX };
		size_t taken = http_gate_chunks(&chunks, bytes, cut);
		if (taken == cut)
			taken += http_gate_chunks(&chunks, bytes + cut, len - cut);
		assert_int_equal(taken, sizeof(BODY) - 1);
		assert_int_equal(chunks.place, HTTP_CHUNK_END);
		assert_int_equal(chunks.total, 15);
	}
}

static enum http_chunk_place place_after(const char *bytes)
{
	struct http_chunks chunks = { .place = HTTP_CHUNK_SIZE, .max = HTTP_BODY_MAX };
	http_gate_chunks(&chunks, bytes, strlen(bytes));
	return chunks.place;
}

static void chunks_have_limits(void **state)
{
	(void)state;
	assert_int_equal(place_after("100000\r\n"), HTTP_CHUNK_DATA);
	assert_int_equal(place_after("100001"), HTTP_CHUNK_TOO_LARGE);
	assert_int_equal(place_after("0000000000000001\r\n"), HTTP_CHUNK_DATA);
	assert_int_equal(place_after("00000000000000001"), HTTP_CHUNK_BROKEN);
	static char endless[2 * HTTP_HEADER_BYTES_MAX];
	memset(endless, 'x', sizeof(endless) - 1);
	memcpy(endless, "1;", 2);
	assert_int_equal(place_after(endless), HTTP_CHUNK_TOO_LARGE);
	memcpy(endless, "0\r\nA:", 5);
	assert_int_equal(place_after(endless), HTTP_CHUNK_TOO_LARGE);
	memcpy(endless, "0\r\nAx", 5);
	assert_int_equal(place_after(endless), HTTP_CHUNK_TOO_LARGE);
	/* Trailers of many lines count together. */
	memcpy(endless, "0\r\n", 3);
	for (size_t n = 3; n + 10 < sizeof(endless); n += 6)
		memcpy(endless + n, "A: b\r\n", 7);
	assert_int_equal(place_after(endless), HTTP_CHUNK_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_found),
		cmocka_unit_test(heads_say_what_follows),
		cmocka_unit_test(each_byte_has_its_places),
		cmocka_unit_test(chunks_end_where_they_end),
		cmocka_unit_test(chunks_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
