/* Reads that need no service (cache.h), and the position that every read names.
 *
 * What is looked up by its target has passed route, role and form under the same rights before it
 * was kept, and these three depend on nothing else; the token is checked each time. */
#include "edge_internal.h"

#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include "runtime/clock.h"
#include "runtime/metrics.h"
#include "versions.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct cache_clock clock_of(const struct edge *edge)
{
	return (struct cache_clock){ clock_now_us(), uv_now(service_loop(edge->service)) };
}

/* What a request can say beside its target and its token that a read would be refused for. */
static bool is_plain_read(const struct http_exchange *exchange)
{
	static const char *const claims[] = { "recorded-on", "provenance", "citation" };
	const char *value = NULL;

	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++)
		if (headers_count(exchange, claims[i], &value) > 0)
			return false;
	return exchange->body_len == 0 &&
	       (strcmp(exchange->method, "GET") == 0 || strcmp(exchange->method, "HEAD") == 0);
}

static void count(struct edge *edge, const char *result)
{
	metrics_add("asskomm_cache_total", "result", result, 1);
	if (strcmp(result, "hit") == 0)
		return;
	metrics_set("asskomm_cache_entries", NULL, NULL, (double)cache_entries(edge->cache));
	metrics_set("asskomm_cache_bytes", NULL, NULL, (double)cache_bytes(edge->cache));
}

void edge_give(struct edge_call *call, const struct cache_answer *answer)
{
	struct http_exchange *exchange = call->exchange;
	bool is_theirs = versions_match(exchange, answer->tag);
	unsigned status = is_theirs ? 304 : answer->method->success;

	http_answer_lines(exchange, answer->lines);
	edge_end(call, status);
	if (is_theirs)
		http_answer(exchange, status, NULL, NULL, 0);
	else
		http_answer(exchange, status, answer->type, answer->body, answer->body_len);
}

/* A ledger that is gone at once is known at once; one that is only silent, after a while. */
bool edge_recall(struct edge_call *call)
{
	struct edge *edge = call->edge;

	if (!call->is_known || !is_plain_read(call->exchange))
		return false;
	call->is_plain_read = true;
	call->key.target = call->exchange->target;
	memcpy(call->key.rights, call->marks.rights, sizeof(call->key.rights));
	if (!bus_peers_are_up(edge->ledger))
		return false;
	const struct cache_answer *answer = cache_find(edge->cache, &call->key, clock_of(edge));
	if (answer == NULL)
		return false;
	call->route.method = answer->method;
	count(edge, "hit");
	edge_give(call, answer);
	return true;
}

void edge_note_question(struct edge_call *call, const ProtobufCMessage *input)
{
	const struct method_info *method = call->route.method;

	if (method->command) {
		cache_change_begin(call->edge->cache, method->service);
		call->is_change = true;
		return;
	}
	call->asked = cache_moment(call->edge->cache, method, clock_of(call->edge));
	/* Who waits for a fact is answered by him who folds it; what is told of a person depends on
	 * who asks. */
	call->may_keep = call->is_plain_read && method->cached &&
			 reflect_get_text(call->exchange->arena, input, "after_fact") == NULL &&
			 may_person(input) == NULL;
}

void edge_note_end(struct edge_call *call)
{
	if (call->is_change)
		cache_change_end(call->edge->cache, call->route.method->service);
	call->is_change = false;
}

/* A reply that names its position itself is believed: it was read with the rest, the header was
 * noted before. */
static uint64_t position_of(struct edge_call *call, const ProtobufCMessage *reply)
{
	const struct bus_knowledge *knows = &call->asking.request.knows;
	const char *named = reflect_get_text(call->exchange->arena, reply, "ledger_seq");
	uint64_t seq = knows->committed ? call->asked.position : knows->ledger_seq;
	uint64_t in_reply = named == NULL ? 0 : strtoull(named, NULL, 10);

	return in_reply > seq ? in_reply : seq;
}

/* The lines of the head that are the same each time the answer is given. A client alone may keep
 * it, and asks for it again each time. Without a position nothing is known of the ledger. */
static const char *lines_of(struct arena *arena, const struct cache_answer *answer)
{
	static const char FIRST[] = "Cache-Control: private, no-cache\r\nETag: ";

	if (answer->ledger_seq == 0)
		return text_format(arena, "%s%s\r\n", FIRST, answer->tag);
	return text_format(arena, "%s%s\r\nLedger-Seq: %" PRIu64 "\r\n", FIRST, answer->tag,
		answer->ledger_seq);
}

void edge_note_answer(
	struct edge_call *call, const ProtobufCMessage *reply, struct cache_answer *answer)
{
	struct edge *edge = call->edge;
	bool is_read = !call->route.method->command;

	if (is_read)
		answer->ledger_seq = position_of(call, reply);
	answer->lines = lines_of(call->exchange->arena, answer);
	if (!is_read)
		return;
	cache_hear_of(edge->cache, answer->ledger_seq);
	if (call->route.method->cached)
		count(edge, call->may_keep && cache_keep(edge->cache, &call->key, call->asked,
						      call->asking.request.knows, answer,
						      clock_of(edge))
				    ? "kept"
				    : "passed");
}
