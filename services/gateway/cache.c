/* One hash table, one list by last use, one position for all entries.
 *
 * Entries are never judged one by one against facts: whatever fact comes empties the whole. That is
 * the simplest rule that is right, each entry is freed once for the once that it was stored, and
 * the alliance records a few facts an hour where thousands read. A service's commands only change a
 * number, which its older entries then do not have. */
#include "cache.h"

#include "core/check.h"
#include "core/civil.h"
#include "core/text.h"
#include "runtime/digest.h"
#include <stdlib.h>
#include <string.h>

#define BUCKETS CACHE_ENTRIES_MAX /* a power of two */
#define SERVICES_MAX 16
#define RIGHTS_TEXT_MAX (16u * 1024)
#define US_PER_S INT64_C(1000000)

struct service_changes {
	const char *name;
	uint64_t count;     /* of commands that have ended */
	uint32_t under_way; /* that have not */
};

struct entry {
	struct entry *next;          /* of its bucket */
	struct entry *newer, *older; /* by last use */
	struct service_changes *service;
	uint64_t changes; /* of the service, when it was asked */
	uint64_t hash;
	size_t bytes; /* of all */
	struct cache_key key;
	struct cache_answer answer;
	char texts[]; /* target, tag, lines, body */
};

struct cache {
	size_t bytes_max;
	size_t bytes, n_entries;
	uint64_t position;                 /* that the ledger published */
	uint64_t told;                     /* greatest number that another source told */
	uint64_t heard_ms;                 /* when the ledger was heard; 0: never */
	int64_t day_from_us, day_until_us; /* of the day that all entries are from */
	uint64_t seed;
	struct entry *newest, *oldest;
	struct service_changes services[SERVICES_MAX];
	struct entry *buckets[BUCKETS];
};

/* ---- entries */

/* FNV-1a from a seed of chance, so that nobody can choose requests that meet in one bucket. Of the
 * rights, a digest, a part says as much as all. */
static uint64_t hash_of(const struct cache *cache, const struct cache_key *key)
{
	uint64_t hash;

	memcpy(&hash, key->rights, sizeof(hash));
	hash ^= cache->seed;
	for (const char *at = key->target; *at != '\0'; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
	return hash ^ hash >> 32;
}

static struct entry **bucket_of(struct cache *cache, uint64_t hash)
{
	return &cache->buckets[hash & (BUCKETS - 1)];
}

static struct entry *look_up(struct cache *cache, const struct cache_key *key, uint64_t hash)
{
	struct entry *entry = *bucket_of(cache, hash);

	while (entry != NULL &&
		(entry->hash != hash || strcmp(entry->key.target, key->target) != 0 ||
			memcmp(entry->key.rights, key->rights, CACHE_RIGHTS_SIZE) != 0))
		entry = entry->next;
	return entry;
}

static void leave_list(struct cache *cache, struct entry *entry)
{
	*(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void enter_list(struct cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

static void drop(struct cache *cache, struct entry *entry)
{
	struct entry **at = bucket_of(cache, entry->hash);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	leave_list(cache, entry);
	cache->bytes -= entry->bytes;
	cache->n_entries--;
	free(entry);
}

static void empty(struct cache *cache)
{
	while (cache->oldest != NULL)
		drop(cache, cache->oldest);
}

/* ---- who asks */

static int by_text(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Roles are few: a set of bits. Scopes are sorted, each once, between commas, which they cannot
 * have. */
void cache_rights(struct arena *arena, const Asskomm__Principal *principal,
	uint8_t out_rights[CACHE_RIGHTS_SIZE])
{
	size_t count = principal->n_scopes;
	const char **scopes = NEW_ARRAY(arena, const char *, count + 1);
	uint32_t roles = 0;
	struct text text;

	for (size_t i = 0; i < principal->n_roles; i++)
		roles |= UINT32_C(1) << ((unsigned)principal->roles[i] & 31);
	for (size_t i = 0; i < count; i++)
		scopes[i] = principal->scopes[i];
	qsort(scopes, count, sizeof(scopes[0]), by_text);
	text_init(&text, arena, RIGHTS_TEXT_MAX);
	text_append_format(&text, "%d,%x", (int)principal->kind, roles);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(scopes[i], scopes[i - 1]) != 0)
			text_append_format(&text, ",%s", scopes[i]);
	CHECK(!text.overflown); /* a token cannot say as much */
	digest_sha256(text.bytes, text.len, out_rights);
}

/* ---- what happens */

static struct service_changes *changes_of(struct cache *cache, const char *service)
{
	struct service_changes *each = cache->services;

	while (each->name != NULL && strcmp(each->name, service) != 0)
		each++;
	if (each->name == NULL) {
		CHECK(each < cache->services + SERVICES_MAX - 1);
		each->name = service;
	}
	return each;
}

void cache_hear(struct cache *cache, uint64_t seq, uint64_t loop_ms)
{
	if (seq > cache->position) {
		cache->position = seq;
		empty(cache);
	}
	cache->heard_ms = loop_ms > 0 ? loop_ms : 1;
}

void cache_hear_of(struct cache *cache, uint64_t seq)
{
	if (seq > cache->told)
		cache->told = seq;
	if (cache->told > cache->position)
		empty(cache);
}

void cache_restart(struct cache *cache, uint64_t seq, uint64_t loop_ms)
{
	empty(cache);
	cache->position = seq;
	cache->told = 0;
	cache->heard_ms = loop_ms > 0 ? loop_ms : 1;
}

void cache_change_begin(struct cache *cache, const char *service)
{
	changes_of(cache, service)->under_way++;
}

void cache_change_end(struct cache *cache, const char *service)
{
	struct service_changes *changes = changes_of(cache, service);

	CHECK(changes->under_way > 0);
	changes->under_way--;
	changes->count++;
}

/* Also when the clock was set back: the answers are those of another day then. */
static void turn_day(struct cache *cache, int64_t wall_us)
{
	if (wall_us >= cache->day_from_us && wall_us < cache->day_until_us)
		return;
	struct civil_date today = civil_berlin(wall_us);
	empty(cache);
	cache->day_until_us = civil_end_of_day(today);
	cache->day_from_us = civil_end_of_day(civil_from_days(civil_days(today) - 1));
}

/* ---- questions and answers */

uint64_t cache_position(const struct cache *cache)
{
	return cache->heard_ms == 0 ? 0 : cache->position;
}

static bool is_live(const struct cache *cache, struct cache_clock clock)
{
	return cache->heard_ms != 0 && clock.loop_ms - cache->heard_ms <= CACHE_SILENT_MS &&
	       cache->told <= cache->position;
}

struct cache_moment cache_moment(
	struct cache *cache, const struct method_info *method, struct cache_clock clock)
{
	turn_day(cache, clock.wall_us);
	return (struct cache_moment){ cache_position(cache),
		changes_of(cache, method->service)->count, cache->day_from_us };
}

const struct cache_answer *cache_find(
	struct cache *cache, const struct cache_key *key, struct cache_clock clock)
{
	turn_day(cache, clock.wall_us);
	if (cache->n_entries == 0 || !is_live(cache, clock))
		return NULL;
	struct entry *entry = look_up(cache, key, hash_of(cache, key));
	if (entry == NULL || entry->service->under_way > 0 ||
		entry->changes != entry->service->count)
		return NULL;
	leave_list(cache, entry);
	enter_list(cache, entry);
	return &entry->answer;
}

/* Whether the answer will hold: it knows all that we have heard of, and nothing has happened since
 * the question. */
static bool holds(struct cache *cache, struct cache_moment asked, struct bus_knowledge knows,
	const struct cache_answer *answer, struct cache_clock clock)
{
	const struct service_changes *changes = changes_of(cache, answer->method->service);
	uint64_t known = knows.committed ? asked.position : knows.ledger_seq;
	int64_t margin = CACHE_MIDNIGHT_S * US_PER_S;

	turn_day(cache, clock.wall_us);
	return (knows.committed || knows.ledger_seq > 0) && is_live(cache, clock) &&
	       known == cache->position && changes->under_way == 0 &&
	       changes->count == asked.changes && asked.day == cache->day_from_us &&
	       clock.wall_us - margin >= cache->day_from_us &&
	       clock.wall_us + margin < cache->day_until_us;
}

/* Puts a copy behind the texts that are there, and tells where. */
static const char *put(char **end, const char *text, size_t len)
{
	char *begin = *end;

	memcpy(begin, text, len);
	begin[len] = '\0';
	*end += len + 1;
	return begin;
}

static struct entry *copy(const struct cache_key *key, const struct cache_answer *answer)
{
	size_t target_len = strlen(key->target), tag_len = strlen(answer->tag);
	size_t lines_len = strlen(answer->lines);
	size_t bytes =
		sizeof(struct entry) + target_len + tag_len + lines_len + answer->body_len + 4;
	struct entry *entry = malloc(bytes);

	CHECK(entry != NULL);
	char *end = entry->texts;
	*entry = (struct entry){ .bytes = bytes, .key = *key, .answer = *answer };
	entry->key.target = put(&end, key->target, target_len);
	entry->answer.tag = put(&end, answer->tag, tag_len);
	entry->answer.lines = put(&end, answer->lines, lines_len);
	entry->answer.body = put(&end, answer->body, answer->body_len);
	return entry;
}

bool cache_keep(struct cache *cache, const struct cache_key *key, struct cache_moment asked,
	struct bus_knowledge knows, const struct cache_answer *answer, struct cache_clock clock)
{
	if (answer->body_len > CACHE_ANSWER_MAX || !holds(cache, asked, knows, answer, clock))
		return false;
	uint64_t hash = hash_of(cache, key);
	struct entry *entry = copy(key, answer), *old = look_up(cache, key, hash);
	if (old != NULL)
		drop(cache, old);
	if (entry->bytes > cache->bytes_max) {
		free(entry);
		return false;
	}
	while (cache->n_entries == CACHE_ENTRIES_MAX ||
		cache->bytes + entry->bytes > cache->bytes_max)
		drop(cache, cache->oldest);
	entry->hash = hash;
	entry->service = changes_of(cache, answer->method->service);
	entry->changes = asked.changes;
	entry->next = *bucket_of(cache, hash);
	*bucket_of(cache, hash) = entry;
	enter_list(cache, entry);
	cache->bytes += entry->bytes;
	cache->n_entries++;
	return true;
}

size_t cache_entries(const struct cache *cache)
{
	return cache->n_entries;
}

size_t cache_bytes(const struct cache *cache)
{
	return cache->bytes;
}

/* ---- life */

struct cache *cache_new(size_t bytes_max)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	CHECK(cache != NULL);
	CHECK(uv_random(NULL, NULL, &cache->seed, sizeof(cache->seed), 0, NULL) == 0);
	cache->bytes_max = bytes_max;
	return cache;
}

void cache_destroy(struct cache **cache)
{
	if (*cache == NULL)
		return;
	empty(*cache);
	free(*cache);
	*cache = NULL;
}
