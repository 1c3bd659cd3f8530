/* A composed mail, read back as a mail reader would. */
#include "runtime/mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(16 * 1024 * 1024);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_destroy(&arena);
	return 0;
}

static char *compose(const char *subject, const char *text)
{
	struct fetch_mail mail = {
		.from = "a@example.org",
		.to = "müller@example.org",
		.subject = subject,
		.text = text,
		.message_id = "<1@asskomm>",
		.date = "Sun, 22 Nov 2026 18:00:00 +0000",
	};
	size_t len;
	assert_null(mail_refusal(&mail));
	char *message = mail_compose(arena, &mail, &len);
	assert_int_equal(strlen(message), len);
	/* Only CR LF pairs, no long lines, and the last line is ended. */
	const char *line = message;
	for (const char *end; (end = memmem(line, len - (size_t)(line - message), "\r\n", 2));
		line = end + 2) {
		assert_true(end - line <= 76);
		assert_null(memchr(line, '\n', (size_t)(end - line)));
		assert_null(memchr(line, '\r', (size_t)(end - line)));
	}
	assert_string_equal(line, "");
	return message;
}

/* Decodes base64 up to the first character that is none; gives the bytes written. */
static size_t decode(const char *text, char *out_bytes)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;
	unsigned bits = 0, have = 0;
	for (const char *digit; *text && (digit = strchr(DIGITS, *text)); text++) {
		bits = bits << 6 | (unsigned)(digit - DIGITS);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out_bytes[n++] = (char)(bits >> have & 0xff);
		}
	}
	return n;
}

/* The subject as a reader shows it: folds removed, encoded words decoded, the space between two of
 * them dropped. Each word must be whole UTF-8 by itself. */
static char *subject_of(const char *message)
{
	static char shown[4096];
	size_t n = 0;
	const char *at = strstr(message, "\r\nSubject: ") + 11;
	while (strncmp(at, "\r\n", 2) != 0 || at[2] == ' ') {
		if (strncmp(at, "\r\n =?UTF-8?B?", 13) == 0)
			at += 3;
		if (strncmp(at, "=?UTF-8?B?", 10) != 0) {
			shown[n++] = *at++;
			continue;
		}
		const char *end = strstr(at + 10, "?=") + 2;
		assert_true(end - at <= 75);
		size_t len = decode(at + 10, shown + n);
		assert_true(((unsigned char)shown[n] & 0xc0) != 0x80);
		n += len;
		at = end;
	}
	shown[n] = '\0';
	return shown;
}

static void subjects_come_back(void **state)
{
	(void)state;
	static const char *const SUBJECTS[] = {
		"",
		"Termin",
		"Bürgermeisterin Müller hat unterschrieben",
		"=?UTF-8?Q?kein_Kopf?=",
		"🏛",
		"Die Vereinbarung mit der Gemeinde Großpösna im Landkreis Leipzig läuft am 31. "
		"Dezember ab",
		"a plain subject that is longer than what stays on one line with the name of its "
		"field",
		"ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää",
		"x🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛"
		"🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛🏛",
	};
	for (size_t i = 0; i < sizeof(SUBJECTS) / sizeof(SUBJECTS[0]); i++)
		assert_string_equal(subject_of(compose(SUBJECTS[i], "x")), SUBJECTS[i]);
	assert_string_equal(subject_of(compose("a\r\nBcc: b\tc", "x")), "a  Bcc: b c");
	/* Torn characters are carried on, not looped over. */
	char torn[200];
	memset(torn, 0x80, sizeof(torn) - 1);
	torn[sizeof(torn) - 1] = '\0';
	compose(torn, "x");
}

static void texts_come_back_with_their_line_breaks(void **state)
{
	(void)state;
	static const struct {
		const char *text, *arrives;
	} CASES[] = {
		{ "", "" },
		{ "one", "one" },
		{ "a\nb\r\nc\rd\n\n", "a\r\nb\r\nc\r\nd\r\n\r\n" },
		{ ".\n..\nFrom x\n", ".\r\n..\r\nFrom x\r\n" },
		{ "Grüße\n", "Grüße\r\n" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		char decoded[200] = "";
		const char *message = compose("s", CASES[i].text);
		decoded[decode(strstr(message, "\r\n\r\n") + 4, decoded)] = '\0';
		assert_string_equal(decoded, CASES[i].arrives);
	}
}

static void the_longest_text_fits(void **state)
{
	(void)state;
	static char text[MAIL_TEXT_MAX + 2];
	memset(text, '\n', MAIL_TEXT_MAX);
	compose("s", text);
	text[MAIL_TEXT_MAX] = '\n';
	struct fetch_mail mail = { .from = "a@b",
		.to = "a@b",
		.subject = "",
		.text = text,
		.message_id = "<1@b>",
		.date = "d" };
	assert_string_equal(mail_refusal(&mail), "the mail is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(subjects_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			texts_come_back_with_their_line_breaks, setup, teardown),
		cmocka_unit_test_setup_teardown(the_longest_text_fits, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
