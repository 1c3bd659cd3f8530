/* Series in one table, found by hashing name and label, printed sorted by name.
 *
 * A process has a few dozen series and touches them for every message, so finding one costs a hash
 * and a comparison. The kind follows from the use and the name: a histogram is what was observed;
 * of the rest, names that end in _total are counters and all others are gauges, as Prometheus
 * wants it anyway. */
#include "runtime/metrics.h"
#include "core/check.h"
#include "core/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_MAX 1000
/* A power of two, at least twice SERIES_MAX, so that probing stays short. */
#define SLOTS 2048
#define RECENT 256
/* Longer label values are cut: they may hold what a peer sent. */
#define VALUE_MAX 100

/* Upper bounds in nanoseconds and as they are printed. To add one: a row, in order. */
static const struct {
	uint64_t ns;
	const char *le;
} BUCKETS[] = {
	{ 500000, "0.0005" },
	{ 1000000, "0.001" },
	{ 2500000, "0.0025" },
	{ 5000000, "0.005" },
	{ 10000000, "0.01" },
	{ 25000000, "0.025" },
	{ 50000000, "0.05" },
	{ 100000000, "0.1" },
	{ 250000000, "0.25" },
	{ 500000000, "0.5" },
	{ 1000000000, "1" },
	{ 2500000000, "2.5" },
	{ 5000000000, "5" },
	{ 10000000000, "10" },
};
#define BUCKET_COUNT (sizeof(BUCKETS) / sizeof(BUCKETS[0]))

struct histogram {
	uint64_t counts[BUCKET_COUNT + 1]; /* not cumulated; the last is +Inf */
	uint64_t sum_ns;
};

struct series {
	char *name;
	char *label; /* NULL: without */
	char *value; /* already escaped */
	double number;
	struct histogram *histogram; /* NULL: a counter or gauge */
};

static struct series table[SERIES_MAX];
static size_t count;
static uint16_t slots[SLOTS]; /* index + 1 into table; 0 is free */
static double dropped;
/* What was found lately, by where its name and value stand in memory, which are nearly always
 * literals; index + 1 into table, 0 is none. What stands there is compared all the same. */
static uint16_t recent[RECENT];

/* FNV-1a over name, label and value, their NULs included. */
static uint32_t hash_text(uint32_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	while (*text++);
	return hash;
}

static char *copy(const char *text)
{
	char *made = strdup(text);
	CHECK(made);
	return made;
}

/* A label value as it stands between quotes: backslash, quote and line feed escaped, cut at
 * VALUE_MAX bytes. */
static void escape(const char *value, char out_text[2 * VALUE_MAX + 1])
{
	size_t n = 0;
	for (size_t i = 0; value[i] && i < VALUE_MAX; i++) {
		if (value[i] == '\\' || value[i] == '"' || value[i] == '\n')
			out_text[n++] = '\\';
		out_text[n++] = value[i] == '\n' ? 'n' : value[i];
	}
	out_text[n] = '\0';
}

/* A name with a label and the same name without are two series. */
static bool is_series(
	const struct series *series, const char *name, const char *label, const char *value)
{
	if (strcmp(series->name, name) != 0 || !series->label != !label)
		return false;
	return !label || (strcmp(series->label, label) == 0 && strcmp(series->value, value) == 0);
}

static struct series *series_new(const char *name, const char *label, const char *value)
{
	struct series *series = &table[count++];
	series->name = copy(name);
	series->label = label ? copy(label) : NULL;
	series->value = label ? copy(value) : NULL;
	return series;
}

/* The series, made when it is not there yet; NULL when the table is full. */
static struct series *look_up(const char *name, const char *label, const char *value)
{
	char escaped[2 * VALUE_MAX + 1] = "";
	uint32_t hash = hash_text(2166136261u, name);
	if (label) {
		escape(value, escaped);
		hash = hash_text(hash_text(hash, label), escaped);
	}
	uint32_t slot = hash % SLOTS;
	/* Ends: the table has at most half as many series as slots, and none is ever removed. */
	for (; slots[slot]; slot = (slot + 1) % SLOTS)
		if (is_series(&table[slots[slot] - 1], name, label, escaped))
			return &table[slots[slot] - 1];
	if (count == SERIES_MAX) {
		dropped++;
		return NULL;
	}
	struct series *series = series_new(name, label, escaped);
	slots[slot] = (uint16_t)count;
	return series;
}

static uint16_t *recent_of(const char *name, const char *value)
{
	return &recent[((uintptr_t)name ^ (uintptr_t)name >> 8 ^ (uintptr_t)value) % RECENT];
}

/* As look_up, which hashes every byte. A value that is stored otherwise than it is given (escaped,
 * cut) is not remembered: only for the others is comparing the two enough. */
static struct series *find(const char *name, const char *label, const char *value)
{
	uint16_t *found = recent_of(name, value);
	if (*found && is_series(&table[*found - 1], name, label, value))
		return &table[*found - 1];
	struct series *series = look_up(name, label, value);
	if (series && (!label || strcmp(series->value, value) == 0))
		*found = (uint16_t)(series - table + 1);
	return series;
}

void metrics_add(const char *name, const char *label, const char *value, double n)
{
	struct series *series = find(name, label, value);
	if (!series)
		return;
	CHECK(!series->histogram);
	series->number += n;
}

void metrics_set(const char *name, const char *label, const char *value, double n)
{
	struct series *series = find(name, label, value);
	if (!series)
		return;
	CHECK(!series->histogram);
	series->number = n;
}

void metrics_observe_ns(const char *name, const char *label, const char *value, uint64_t ns)
{
	struct series *series = find(name, label, value);
	if (!series)
		return;
	if (!series->histogram) {
		series->histogram = calloc(1, sizeof(*series->histogram));
		CHECK(series->histogram);
	}
	size_t bucket = 0;
	while (bucket < BUCKET_COUNT && ns > BUCKETS[bucket].ns)
		bucket++;
	series->histogram->counts[bucket]++;
	series->histogram->sum_ns += ns;
}

/* ---- printing */

/* The order of the page: all series of a name together, as the format asks. */
static int by_name(const void *a, const void *b)
{
	const struct series *left = *(struct series *const *)a, *right = *(struct series *const *)b;
	int order = strcmp(left->name, right->name);
	if (order == 0 && left->label && right->label)
		order = strcmp(left->value, right->value);
	return order;
}

static const char *kind(const struct series *series)
{
	size_t len = strlen(series->name);
	if (series->histogram)
		return "histogram";
	return len > 6 && strcmp(series->name + len - 6, "_total") == 0 ? "counter" : "gauge";
}

static void print_number(FILE *page, double number)
{
	if (isnan(number))
		fputs("NaN\n", page);
	else if (isinf(number))
		fputs(number > 0 ? "+Inf\n" : "-Inf\n", page);
	else
		/* Counts are exact up to 2^53; fractions need no more than 15 digits. */
		fprintf(page,
			number == floor(number) && fabs(number) < 0x1p53 ? "%.0f\n" : "%.15g\n",
			number);
}

/* name_suffix{label="value",le="bound"} and a space; braces only around something. */
static void print_name(
	FILE *page, const struct series *series, const char *suffix, const char *bound)
{
	fprintf(page, "%s%s", series->name, suffix);
	if (series->label || bound)
		fputc('{', page);
	if (series->label)
		fprintf(page, "%s=\"%s\"%s", series->label, series->value, bound ? "," : "");
	if (bound)
		fprintf(page, "le=\"%s\"", bound);
	fputs(series->label || bound ? "} " : " ", page);
}

/* Buckets are cumulated here, not when observing: that stays one addition. */
static void print_histogram(FILE *page, const struct series *series)
{
	uint64_t cumulated = 0;
	for (size_t i = 0; i <= BUCKET_COUNT; i++) {
		cumulated += series->histogram->counts[i];
		print_name(page, series, "_bucket", i < BUCKET_COUNT ? BUCKETS[i].le : "+Inf");
		fprintf(page, "%llu\n", (unsigned long long)cumulated);
	}
	print_name(page, series, "_sum", NULL);
	print_number(page, (double)series->histogram->sum_ns / 1e9);
	print_name(page, series, "_count", NULL);
	fprintf(page, "%llu\n", (unsigned long long)cumulated);
}

static void print_all(FILE *page)
{
	struct series *sorted[SERIES_MAX];
	for (size_t i = 0; i < count; i++)
		sorted[i] = &table[i];
	qsort(sorted, count, sizeof(sorted[0]), by_name);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(sorted[i]->name, sorted[i - 1]->name) != 0)
			fprintf(page, "# TYPE %s %s\n", sorted[i]->name, kind(sorted[i]));
		if (sorted[i]->histogram) {
			print_histogram(page, sorted[i]);
		} else {
			print_name(page, sorted[i], "", NULL);
			print_number(page, sorted[i]->number);
		}
	}
	fputs("# TYPE asskomm_metrics_dropped_total counter\nasskomm_metrics_dropped_total ", page);
	print_number(page, dropped);
}

/* The page is printed outside of the arena first: its size is known only afterwards, and an arena
 * that is too small must not stop the process that is to be observed. */
char *metrics_print(struct arena *arena)
{
	char *page = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&page, &len);
	CHECK(stream);
	print_all(stream);
	CHECK(fclose(stream) == 0);
	char *copied = arena_try(arena, len + 1);
	if (copied)
		memcpy(copied, page, len + 1);
	free(page);
	return copied ? copied : text_copy(arena, "# the page is too large\n");
}
