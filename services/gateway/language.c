/* Each range of the list adds its weight to the language it means; the heavier one wins. What is
 * malformed counts as not sent: a header about taste is no reason to refuse a request. */
#include "language.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LANGUAGES 2
#define BLANKS " \t"
#define WEIGHT_MAX 1000
#define NOT_NAMED (-1)

/* Weights in thousandths, and how many ranges came before the one that gave it. */
struct wish {
	int weight;
	size_t place;
};

struct wishes {
	struct wish by_language[LANGUAGES];
	struct wish rest; /* "*" */
	size_t n_ranges;
};

/* To add one: primary tags that people send, and what they read. */
static const struct {
	const char *tag;
	enum language language;
} TAGS[] = {
	{ "en", LANGUAGE_ENGLISH },
	{ "de", LANGUAGE_GERMAN },
	{ "hsb", LANGUAGE_GERMAN },
	{ "dsb", LANGUAGE_GERMAN },
};

/* "1", "0.8", "0.125", "1.000"; -1 when it is none of that kind or there is more behind it. */
static int read_weight(const char *text, const char *end)
{
	int weight = 0, unit = WEIGHT_MAX;

	if (text == end || (*text != '0' && *text != '1'))
		return -1;
	weight = (*text++ - '0') * unit;
	if (text < end && *text == '.')
		for (text++; text < end && *text >= '0' && *text <= '9' && unit > 1; text++) {
			unit /= 10;
			weight += (*text - '0') * unit;
		}
	return text == end && weight <= WEIGHT_MAX ? weight : -1;
}

/* Cuts blanks off both ends. */
static void trim(const char **begin, const char **end)
{
	while (*begin < *end && strchr(BLANKS, **begin) != NULL)
		(*begin)++;
	while (*end > *begin && strchr(BLANKS, (*end)[-1]) != NULL)
		(*end)--;
}

/* The weight behind ";"; full weight when there is none. */
static int weight_of(const char *parameter, const char *end)
{
	if (parameter == end)
		return WEIGHT_MAX;
	parameter++;
	trim(&parameter, &end);
	if (end - parameter < 2 || strncasecmp(parameter, "q=", 2) != 0)
		return -1;
	return read_weight(parameter + 2, end);
}

/* The heaviest of several ranges for one language counts; "de-AT;q=0" excludes Austrian German and
 * not German. */
static void note(struct wish *wish, int weight, size_t place)
{
	if (weight > wish->weight)
		*wish = (struct wish){ weight, place };
}

/* "de" and "de-CH", but not "deutsch". */
static bool is_tag(const char *range, size_t len, const char *tag)
{
	size_t tag_len = strlen(tag);

	return len >= tag_len && strncasecmp(range, tag, tag_len) == 0 &&
	       (len == tag_len || range[tag_len] == '-');
}

static void read_range(struct wishes *wishes, const char *begin, const char *end)
{
	const char *mark = memchr(begin, ';', (size_t)(end - begin));
	const char *range_end = mark != NULL ? mark : end;
	int weight = weight_of(range_end, end);
	size_t place = wishes->n_ranges++, len;

	trim(&begin, &range_end);
	len = (size_t)(range_end - begin);
	if (weight < 0)
		return;
	if (len == 1 && *begin == '*')
		note(&wishes->rest, weight, place);
	for (size_t i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
		if (is_tag(begin, len, TAGS[i].tag))
			note(&wishes->by_language[TAGS[i].language], weight, place);
}

static void read_list(struct wishes *wishes, const char *list)
{
	for (const char *end; *list != '\0'; list = *end == ',' ? end + 1 : end) {
		end = list + strcspn(list, ",");
		read_range(wishes, list, end);
	}
}

/* What was not named has the weight of "*", or none. Nobody is left without an answer: when all is
 * excluded, or nothing of ours is wanted, it is English unless English alone was excluded. */
static enum language choose(const struct wishes *wishes)
{
	struct wish english = wishes->by_language[LANGUAGE_ENGLISH];
	struct wish german = wishes->by_language[LANGUAGE_GERMAN];

	if (english.weight == 0 && german.weight == NOT_NAMED && wishes->rest.weight != 0)
		return LANGUAGE_GERMAN;
	if (english.weight == NOT_NAMED)
		english = wishes->rest;
	if (german.weight == NOT_NAMED)
		german = wishes->rest;
	if (german.weight <= 0 || german.weight < english.weight)
		return LANGUAGE_ENGLISH;
	return german.weight > english.weight || german.place < english.place ? LANGUAGE_GERMAN
									      : LANGUAGE_ENGLISH;
}

/* Nothing read yet. */
static const struct wishes NO_WISHES = {
	.by_language = { { NOT_NAMED, 0 }, { NOT_NAMED, 0 } },
	.rest = { NOT_NAMED, 0 },
};

/* A header that is sent twice is one list, as HTTP has it. */
enum language language_wanted(const struct http_exchange *exchange)
{
	struct wishes wishes = NO_WISHES;

	for (size_t i = 0; i < exchange->n_headers; i++)
		if (strcmp(exchange->headers[i].name, "accept-language") == 0)
			read_list(&wishes, exchange->headers[i].value);
	return choose(&wishes);
}
