/* Both headers are lists to which every proxy appends whom it got the request from. They are read
 * from their end: the first address there that is no proxy of ours is the client, and what stands
 * before it may be invented. */
#include "forwarded.h"

#include "core/catalogue.h"
#include <string.h>
#include <strings.h>

#define HOPS_MAX 32

/* A piece of a header. */
struct span {
	const char *at;
	size_t len;
};

struct hops {
	size_t count;
	bool overflown;
	struct span spans[HOPS_MAX]; /* len 0: not told */
};

static void add_hop(struct hops *hops, struct span span)
{
	if (hops->count == HOPS_MAX)
		hops->overflown = true;
	else
		hops->spans[hops->count++] = span;
}

static struct span trimmed(struct span span)
{
	while (span.len > 0 && (span.at[0] == ' ' || span.at[0] == '\t'))
		span = (struct span){ span.at + 1, span.len - 1 };
	while (span.len > 0 && (span.at[span.len - 1] == ' ' || span.at[span.len - 1] == '\t'))
		span.len--;
	return span;
}

/* The length up to one of the marks that stands outside of quotes, or to the end. */
static size_t up_to(const char *text, const char *marks)
{
	bool is_quoted = false;
	size_t len = 0;

	for (; text[len] != '\0' && (is_quoted || strchr(marks, text[len]) == NULL); len++) {
		if (text[len] == '"')
			is_quoted = !is_quoted;
		else if (is_quoted && text[len] == '\\' && text[len + 1] != '\0')
			len++;
	}
	return len;
}

/* ---- the two lists */

static void read_x_forwarded_for(const char *value, struct hops *hops)
{
	for (;;) {
		size_t len = strcspn(value, ",");
		add_hop(hops, trimmed((struct span){ value, len }));
		if (value[len] == '\0')
			return;
		value += len + 1;
	}
}

/* for=192.0.2.1 or for="[2001:db8::1]:4711"; the value without its quotes. */
static struct span for_of(const char *element, size_t len)
{
	struct span found = { element, 0 };

	for (const char *at = element; at < element + len;) {
		size_t pair = up_to(at, ";,");
		struct span span = trimmed((struct span){ at, pair });
		if (span.len > 4 && strncasecmp(span.at, "for=", 4) == 0)
			found = (struct span){ span.at + 4, span.len - 4 };
		at += pair + 1;
	}
	if (found.len >= 2 && found.at[0] == '"' && found.at[found.len - 1] == '"')
		found = (struct span){ found.at + 1, found.len - 2 };
	return found;
}

static void read_forwarded(const char *value, struct hops *hops)
{
	for (;;) {
		size_t len = up_to(value, ",");
		add_hop(hops, for_of(value, len));
		if (value[len] == '\0')
			return;
		value += len + 1;
	}
}

/* A header may stand several times: then all of them are one list. */
static void read_all(const struct http_exchange *exchange, const char *name,
	void (*read)(const char *value, struct hops *hops), struct hops *out_hops)
{
	out_hops->count = 0;
	out_hops->overflown = false;
	for (size_t i = 0; i < exchange->n_headers; i++)
		if (strcmp(exchange->headers[i].name, name) == 0)
			read(exchange->headers[i].value, out_hops);
}

/* ---- who of them it is */

/* ":4711" behind an address. */
static bool is_port(const char *text, size_t len)
{
	return len == 0 ||
	       (len > 1 && len <= 6 && text[0] == ':' && strspn(text + 1, "0123456789") >= len - 1);
}

/* An address as proxies write it: IPv6 with a port stands in brackets. */
static bool read_address(struct span span, struct network_address *out_address)
{
	const char *end = span.len > 0 && span.at[0] == '[' ? memchr(span.at, ']', span.len) : NULL;

	if (end != NULL) {
		size_t len = (size_t)(end - span.at) + 1;
		return memchr(span.at, ':', len) != NULL &&
		       is_port(span.at + len, span.len - len) &&
		       network_parse(span.at + 1, len - 2, out_address);
	}
	const char *colon = memchr(span.at, ':', span.len);
	size_t len = colon != NULL && memchr(span.at, '.', span.len) != NULL && colon[1] != ':' &&
				     is_port(colon, span.len - (size_t)(colon - span.at))
			     ? (size_t)(colon - span.at)
			     : span.len;
	return network_parse(span.at, len, out_address);
}

/* From the end to the first that is no proxy; when all are, the one that began. */
static bool choose(
	const struct networks *proxies, const struct hops *hops, struct network_address *out_client)
{
	if (hops->overflown)
		return false;
	for (size_t i = hops->count; i-- > 0;) {
		if (!read_address(hops->spans[i], out_client))
			return false;
		if (!networks_hold(proxies, out_client))
			return true;
	}
	return true;
}

bool forwarded_client(const struct networks *proxies, const struct http_exchange *exchange,
	struct network_address *out_client, const char **out_why)
{
	struct hops old, new;
	struct network_address by_old = exchange->peer, by_new = exchange->peer;

	*out_client = exchange->peer;
	if (!networks_hold(proxies, &exchange->peer))
		return true;
	read_all(exchange, "x-forwarded-for", read_x_forwarded_for, &old);
	read_all(exchange, "forwarded", read_forwarded, &new);
	*out_why = TEXT("the proxy's header names no address");
	if (!choose(proxies, &old, &by_old) || !choose(proxies, &new, &by_new))
		return false;
	*out_why = TEXT("Forwarded and X-Forwarded-For disagree");
	if (old.count > 0 && new.count > 0 && memcmp(&by_old, &by_new, sizeof(by_old)) != 0)
		return false;
	*out_client = old.count > 0 ? by_old : by_new;
	return true;
}
