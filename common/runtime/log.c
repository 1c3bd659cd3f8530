/* One line of JSON per event, built on the stack and handed to the kernel in one write(2).
 *
 * A line is at most one page long: a pipe takes such a write whole or not at all, so the lines of
 * several processes on one pipe never mix. What does not fit is cut off inside its value; the line
 * stays valid JSON. Nothing here may ever wait: a pipe is opened a second time to get a file
 * description of our own that may be non-blocking (the flag on the shared one would change the
 * other processes' stderr too); everything else is asked by poll(2) first. */
#include "runtime/log.h"
#include "core/text.h"
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* PIPE_BUF on Linux: the longest write that a pipe takes as one. */
#define LINE_MAX_BYTES 4096
/* What always stays free: the closing quote, brace and line feed. */
#define LINE_END_BYTES 4
/* How a line begins, and where the milliseconds stand in it. */
#define TIME_FORMAT "{\"ts\":\"%Y-%m-%dT%H:%M:%S.000Z\""
#define TIME_MS (sizeof("{\"ts\":\"2021-01-18T00:00:00.") - 1)

struct line {
	size_t len;
	char bytes[LINE_MAX_BYTES];
};

static const char *const LEVELS[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static const char *service_name = "";
static enum log_level least_level = LOG_INFO;
static int log_fd = STDERR_FILENO;
static unsigned long dropped;
static bool is_gathering;
static char gathered[LINE_MAX_BYTES]; /* lines that are not written yet */
static size_t gathered_len, gathered_lines;
static struct line start; /* of the latest line */
static time_t start_second = -1;
static enum log_level start_level;

/* A non-blocking descriptor of our own for stderr, or stderr itself when there is no way to get
 * one (a terminal or file does not need it, a socket does not allow it). */
static int own_descriptor(void)
{
	struct stat status;
	if (fstat(STDERR_FILENO, &status) != 0 || !S_ISFIFO(status.st_mode))
		return STDERR_FILENO;
	int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fd >= 0 ? fd : STDERR_FILENO;
}

void log_init(const char *service, enum log_level level)
{
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	service_name = service;
	start_second = -1;
	least_level = level;
	log_fd = own_descriptor();
}

unsigned long log_dropped(void)
{
	return dropped;
}

/* All or nothing, and never into the reserve for the end. */
static bool put(struct line *line, const char *bytes, size_t len)
{
	if (line->len + len > LINE_MAX_BYTES - LINE_END_BYTES)
		return false;
	memcpy(line->bytes + line->len, bytes, len);
	line->len += len;
	return true;
}

/* Length of the UTF-8 character at `text`, 0 when it is not one. */
static size_t character_len(const char *text)
{
	unsigned char lead = (unsigned char)*text;
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	return strnlen(text, len) == len && text_is_utf8(text, len) ? len : 0;
}

/* One character as it stands in a JSON string; a byte that is no UTF-8 becomes U+FFFD. */
static bool put_character(struct line *line, const char *text, size_t len)
{
	char escaped[8];
	if (len == 0)
		return put(line, "\xef\xbf\xbd", 3);
	if (*text == '"' || *text == '\\') {
		escaped[0] = '\\';
		escaped[1] = *text;
		return put(line, escaped, 2);
	}
	if ((unsigned char)*text < 0x20 || *text == 0x7f) {
		snprintf(escaped, sizeof(escaped), "\\u%04x", (unsigned)(unsigned char)*text);
		return put(line, escaped, 6);
	}
	return put(line, text, len);
}

/* Whole characters as long as they fit. */
static void put_string(struct line *line, const char *text)
{
	const char *end = text + strlen(text);
	while (text < end) {
		size_t left = (size_t)(end - text);
		size_t room = LINE_MAX_BYTES - LINE_END_BYTES - line->len;
		size_t plain = text_plain_len(text, left < room ? left : room);
		put(line, text, plain);
		text += plain;
		if (plain == left)
			return;
		size_t len = character_len(text);
		if (!put_character(line, text, len))
			return;
		text += len > 0 ? len : 1;
	}
}

/* ,"name":"value"  A pair whose name does not fit is left out as a whole. Names are words of our
 * own, with nothing to escape. */
static void put_pair(struct line *line, const char *name, const char *value)
{
	static const char before[] = ",\"", between[] = "\":\"";
	size_t name_len = strlen(name);
	if (line->len + name_len + sizeof(before) + sizeof(between) >
		LINE_MAX_BYTES - LINE_END_BYTES)
		return;
	put(line, before, 2);
	put(line, name, name_len);
	put(line, between, 3);
	put_string(line, value);
	/* The quote has its reserved place even when the value was cut. */
	line->bytes[line->len++] = '"';
}

/* What a line begins with: time, level and service. */
static void fill_start(struct line *line, time_t second, enum log_level level)
{
	char text[48];
	struct tm utc;
	gmtime_r(&second, &utc);
	strftime(text, sizeof(text), TIME_FORMAT, &utc);
	line->len = 0;
	put(line, text, strlen(text));
	put_pair(line, "level", LEVELS[level]);
	put_pair(line, "svc", service_name);
}

/* Only the milliseconds are new in each line; the rest is that of the line before, when second and
 * level are the same. */
static void put_start(struct line *line, enum log_level level)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (now.tv_sec != start_second || level != start_level)
		fill_start(&start, now.tv_sec, level);
	start_second = now.tv_sec;
	start_level = level;
	put(line, start.bytes, start.len);
	unsigned ms = (unsigned)(now.tv_nsec / 1000000);
	line->bytes[TIME_MS] = (char)('0' + ms / 100);
	line->bytes[TIME_MS + 1] = (char)('0' + ms / 10 % 10);
	line->bytes[TIME_MS + 2] = (char)('0' + ms % 10);
}

/* Whoever does not read his pipe loses lines; we lose no time. */
void log_flush(void)
{
	struct pollfd ready = { .fd = log_fd, .events = POLLOUT };
	if (gathered_len == 0)
		return;
	if (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT) ||
		write(log_fd, gathered, gathered_len) != (ssize_t)gathered_len)
		dropped += gathered_lines;
	gathered_len = 0;
	gathered_lines = 0;
}

/* Together they are never longer than one line may be, so that a pipe takes them whole, too. */
static void gather(const struct line *line)
{
	if (gathered_len + line->len > sizeof(gathered))
		log_flush();
	memcpy(gathered + gathered_len, line->bytes, line->len);
	gathered_len += line->len;
	gathered_lines++;
}

void log_gather(bool gathers)
{
	is_gathering = gathers;
	log_flush();
}

void log_line(enum log_level level, const char *message, ...)
{
	if (level > least_level)
		return;
	struct line line; /* not zeroed: a page for each event */
	line.len = 0;
	put_start(&line, level);
	put_pair(&line, "msg", message);

	va_list pairs;
	va_start(pairs, message);
	for (const char *name; (name = va_arg(pairs, const char *));) {
		const char *value = va_arg(pairs, const char *);
		if (value)
			put_pair(&line, name, value);
	}
	va_end(pairs);
	/* LINE_END_BYTES are still free for this and one quote. */
	line.bytes[line.len++] = '}';
	line.bytes[line.len++] = '\n';
	gather(&line);
	if (!is_gathering || level <= LOG_WARN)
		log_flush();
}
