/* The ministry's paragraph "Hintergrundinformationen", derived from the figures of a day.
 *
 * "über N" is the next lower ten unless the number is exact; a share is the largest of a quarter, a
 * third, half, two thirds, three quarters that is exceeded (domain: decisions on phrases). */
#include "rules.h"

#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define TEXT_MAX 8000

static const char *const ORDINALS[] = { "", "erste", "zweite", "dritte", "vierte", "fünfte",
	"sechste", "siebte", "achte", "neunte", "zehnte", "elfte", "zwölfte" };
#define N_ORDINALS (sizeof(ORDINALS) / sizeof(ORDINALS[0]))

/* "sechste", from 13 on "13." */
static const char *ordinal(struct arena *arena, uint32_t n)
{
	return n < N_ORDINALS ? ORDINALS[n] : text_format(arena, "%u.", n);
}

/* "über 140", or "140" when it is just that, or the number itself below ten. */
static const char *about(struct arena *arena, uint32_t n)
{
	if (n < 10 || n % 10 == 0)
		return text_format(arena, "%u", n);
	return text_format(arena, "über %u", n - n % 10);
}

/* The largest share that part of whole exceeds. */
static const char *share(uint32_t part, uint32_t whole)
{
	/* To add one: a row, largest first. */
	static const struct {
		uint32_t numerator, denominator;
		const char *words;
	} SHARES[] = {
		{ 3, 4, "über drei Vierteln" },
		{ 2, 3, "über zwei Dritteln" },
		{ 1, 2, "über der Hälfte" },
		{ 1, 3, "über einem Drittel" },
		{ 1, 4, "über einem Viertel" },
	};

	for (size_t i = 0; i < sizeof(SHARES) / sizeof(SHARES[0]); i++)
		if ((uint64_t)part * SHARES[i].denominator > (uint64_t)whole * SHARES[i].numerator)
			return SHARES[i].words;
	return NULL;
}

/* "eine Sicherheitsanalyse", "25 Sicherheitsanalysen" */
static const char *count(struct arena *arena, uint32_t n, const char *one, const char *many)
{
	return n == 1 ? one : text_format(arena, "%u %s", n, many);
}

/* Cents as "1,1 Millionen Euro" where that is exact, else "1.234.567,89 Euro". */
static const char *euros(struct arena *arena, int64_t cents)
{
	int64_t tenths = cents / 10000000;

	if (cents >= 100000000 && cents % 10000000 == 0)
		return tenths % 10 == 0
			       ? text_format(arena, "%lld %s Euro", (long long)(tenths / 10),
					 tenths == 10 ? "Million" : "Millionen")
			       : text_format(arena, "%lld,%lld Millionen Euro",
					 (long long)(tenths / 10), (long long)(tenths % 10));
	char *digits = text_format(arena, "%lld", (long long)(cents / 100));
	struct text grouped;

	text_init(&grouped, arena, 64);
	for (size_t len = strlen(digits), i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			text_append(&grouped, ".");
		text_append_len(&grouped, digits + i, 1);
	}
	if (cents % 100 != 0)
		text_append_format(&grouped, ",%02lld", (long long)(cents % 100));
	text_append(&grouped, " Euro");
	return grouped.bytes;
}

/* Left out when the participant has no accession on that day: the text then opens with the
 * paragraph. */
static void say_accession(struct text *text, const Monitor__PressFacts *facts)
{
	struct civil_date day;
	struct arena *arena = text->arena;

	if (facts->ordinal == 0 || !civil_parse(facts->signed_on, &day))
		return;
	text_append_format(text,
		"%s ist seit dem %s die %u. Kommune im ASSKomm-Verbund%s und die %s Kommune, die "
		"%s "
		"%s eine "
		"Kooperationsvereinbarung unterzeichnet hat.\n\n",
		facts->participant_name, civil_german(arena, day), facts->ordinal,
		facts->corrected ? " (Rang nach Erfassung berichtigt)" : "",
		ordinal(arena, facts->district_ordinal),
		facts->independent_city ? "in der Kreisfreien Stadt" : "im Landkreis",
		facts->district_name);
}

/* The share is of those advised; no share is named where it does not exceed a quarter. */
static void say_advice(struct text *text, const Monitor__Figures *figures)
{
	const char *part = share(figures->closely_cooperating, figures->advised);

	text_append(text, "Im Rahmen der Allianz Sichere Sächsische Kommunen (ASSKomm) berät der "
			  "Landespräventionsrat Sachsen ");
	if (figures->advised == 1)
		text_append(text, "eine Kommune.");
	else
		text_append_format(text, "%s Kommunen.", about(text->arena, figures->advised));
	if (figures->closely_cooperating == 0)
		return;
	if (part != NULL)
		text_append_format(text, " Mit %s (%u) davon arbeitet er eng zusammen.", part,
			figures->closely_cooperating);
	else
		text_append_format(text, " Mit %u davon arbeitet er eng zusammen.",
			figures->closely_cooperating);
}

/* In the order and words of the ministry's releases, so that journalists can compare them. */
static void say_results(struct text *text, const Monitor__Figures *figures)
{
	struct arena *arena = text->arena;

	text_append_format(text,
		" Bisher wurden %s abgeschlossen, %s in Gang gesetzt, %s durchgeführt und %s "
		"gegründet "
		"beziehungsweise reaktiviert.",
		count(arena, figures->agreements, "eine Kooperationsvereinbarung",
			"Kooperationsvereinbarungen"),
		count(arena, figures->coachings, "ein Coaching-Prozess", "Coaching-Prozesse"),
		count(arena, figures->analyses, "eine Sicherheitsanalyse", "Sicherheitsanalysen"),
		count(arena, figures->councils, "ein Kommunaler Präventionsrat",
			"Kommunale Präventionsräte"));
}

/* A year without a decided budget says nothing about it. */
static void say_budget(struct text *text, const Monitor__Figures *figures)
{
	struct civil_date day;

	if (figures->budget_cents > 0 && civil_parse(figures->as_of, &day))
		text_append_format(text,
			" Für die Förderung kommunaler Präventionsarbeit stehen im Jahr %d %s zur "
			"Verfügung.",
			day.year, euros(text->arena, figures->budget_cents));
}

/* TEXT_MAX is far beyond what these sentences can become; names are at most 200 characters. */
ProtobufCMessage *press_text(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__PressFacts *facts = AS(Monitor__PressFacts, monitor__press_facts, row);
	Monitor__PressText *answer = NEW(arena, Monitor__PressText);
	struct civil_date day;
	struct text text;

	(void)request;
	text_init(&text, arena, TEXT_MAX);
	say_accession(&text, facts);
	CHECK(civil_parse(facts->figures->as_of, &day));
	text_append_format(
		&text, "Hintergrundinformationen (Stand: %s)\n", civil_german(arena, day));
	say_advice(&text, facts->figures);
	say_results(&text, facts->figures);
	say_budget(&text, facts->figures);
	text_append(&text, "\n");
	monitor__press_text__init(answer);
	answer->text = text.bytes;
	return &answer->base;
}
