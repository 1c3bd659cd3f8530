/* Headers and body of a mail.
 *
 * Everything that is not plain ASCII leaves as base64: the body as a whole, the subject in encoded
 * words (RFC 2047). Base64 has no lines that begin with a dot and no bare line breaks, so neither
 * the SMTP end mark nor line lengths need a second thought. */
#include "runtime/mail.h"
#include "core/text.h"
#include <string.h>

/* Bytes in one encoded word: 52 characters of base64, 12 around them and the field's name make a
 * line of at most 76 (RFC 2047). */
#define WORD_BYTES 39
/* Bytes in one line of the body: 76 characters. */
#define LINE_BYTES 57
/* A subject up to this length stays on the line of its name. */
#define PLAIN_SUBJECT_MAX 66
#define HEADERS_MAX 4096

/* ---- what can be sent at all */

static bool is_line(const char *text)
{
	return strpbrk(text, "\r\n") == NULL;
}

/* local@domain without anything that has a meaning in headers or commands. A quoted local part is
 * refused too: nobody has one. */
static bool is_address(const char *address)
{
	size_t len = strlen(address);
	const char *at = strchr(address, '@');
	if (len > MAIL_ADDRESS_MAX || !at || at == address || !at[1] || strchr(at + 1, '@'))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)address[i] <= 0x20 || address[i] == 0x7f ||
			strchr("<>()[]\\,;:\"", address[i]))
			return false;
	return text_is_utf8(address, len);
}

const char *mail_refusal(const struct fetch_mail *mail)
{
	if (!is_address(mail->from))
		return "the sender's address cannot be used";
	if (!is_address(mail->to))
		return "the recipient's address cannot be used";
	if (!is_line(mail->message_id) || strlen(mail->message_id) > MAIL_SUBJECT_MAX)
		return "the message id cannot be used";
	if (!is_line(mail->date) || strlen(mail->date) > MAIL_ADDRESS_MAX)
		return "the date cannot be used";
	if (strlen(mail->subject) > MAIL_SUBJECT_MAX || strlen(mail->text) > MAIL_TEXT_MAX)
		return "the mail is too long";
	return NULL;
}

/* ---- base64 */

static void append_base64(struct text *out, const unsigned char *bytes, size_t len)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < len; i += 3) {
		unsigned second = i + 1 < len ? bytes[i + 1] : 0;
		unsigned third = i + 2 < len ? bytes[i + 2] : 0;
		unsigned bits = (unsigned)bytes[i] << 16 | second << 8 | third;
		char four[4] = { DIGITS[bits >> 18], DIGITS[bits >> 12 & 63],
			i + 1 < len ? DIGITS[bits >> 6 & 63] : '=',
			i + 2 < len ? DIGITS[bits & 63] : '=' };
		text_append_len(out, four, 4);
	}
}

/* ---- the subject */

/* Control characters have no place in a subject, encoded or not. */
static char *clean_subject(struct arena *arena, const char *subject)
{
	char *clean = text_copy(arena, subject);
	for (char *at = clean; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	return clean;
}

static bool is_plain(const char *subject)
{
	for (const char *at = subject; *at; at++)
		if ((unsigned char)*at >= 0x7f)
			return false;
	return strlen(subject) <= PLAIN_SUBJECT_MAX && !strstr(subject, "=?");
}

/* How many of the next bytes make a word: no character is torn apart. */
static size_t word_len(const char *subject)
{
	size_t len = strnlen(subject, WORD_BYTES);
	size_t whole = len;
	if (subject[len] == '\0')
		return len;
	while (whole > 0 && ((unsigned char)subject[whole] & 0xc0) == 0x80)
		whole--;
	return whole > 0 ? whole : len;
}

static void append_subject(struct text *out, const char *subject)
{
	text_append(out, "Subject: ");
	if (is_plain(subject)) {
		text_append(out, subject);
		text_append(out, "\r\n");
		return;
	}
	while (*subject) {
		size_t len = word_len(subject);
		text_append(out, "=?UTF-8?B?");
		append_base64(out, (const unsigned char *)subject, len);
		subject += len;
		text_append(out, *subject ? "?=\r\n " : "?=\r\n");
	}
}

/* ---- the body */

/* Line breaks of a text are CR LF before it is encoded (RFC 2045, 6.8). Byte by byte, so that a
 * text of nothing but line breaks costs no more than another. */
static struct text canonical(struct arena *arena, const char *text)
{
	struct text made;
	text_init(&made, arena, 2 * strlen(text));
	for (; *text != '\0'; text++) {
		if (*text != '\r' && *text != '\n') {
			text_append_len(&made, text, 1);
			continue;
		}
		text_append_len(&made, "\r\n", 2);
		if (text[0] == '\r' && text[1] == '\n')
			text++;
	}
	return made;
}

char *mail_compose(struct arena *arena, const struct fetch_mail *mail, size_t *out_len)
{
	struct text body = canonical(arena, mail->text);
	struct text out;
	text_init(&out, arena, HEADERS_MAX + 2 * MAIL_SUBJECT_MAX + 2 * body.len);
	text_append_format(
		&out, "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\n", mail->date, mail->from, mail->to);
	append_subject(&out, clean_subject(arena, mail->subject));
	text_append_format(&out,
		"Message-ID: %s\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		"base64\r\n\r\n",
		mail->message_id);
	for (size_t at = 0; at < body.len; at += LINE_BYTES) {
		size_t len = body.len - at < LINE_BYTES ? body.len - at : LINE_BYTES;
		append_base64(&out, (const unsigned char *)body.bytes + at, len);
		text_append(&out, "\r\n");
	}
	CHECK(!out.overflown && !body.overflown);
	*out_len = out.len;
	return out.bytes;
}
