/* What a survey gave comes as sums alone. Single answers never come into the books: no message has
 * a place for them, and what looks like them is refused by policy. A number of fewer than five is
 * blanked before it is stored, and so is one more where it would follow from the others. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "personal.h"
#include <string.h>

#define LEAST_N 5u

typedef Analysis__RecordSurveyRequest Wish;

/* One text for all ways: who reads it must know what to do, not how it was found out. */
static enum verdict refuse_single(struct ruling *ruling, const char *field)
{
	return refuse(ruling, FAILURE_REFUSED, field, "single_answers",
		"This looks like single answers. By policy only sums are kept here, never the "
		"sample, "
		"questionnaires or single answers: give the sums, and destroy what was uploaded "
		"elsewhere by mistake");
}

/* By the file's headings, by as many rows as there were answers, or by sums of one person each. */
static enum verdict require_sums(struct ruling *ruling, const Wish *wish)
{
	const Analysis__SurveySource *source = wish->source;
	size_t single = 0;

	for (size_t i = 0; source != NULL && i < source->n_columns; i++)
		if (personal_heading(ruling->arena, source->columns[i]))
			return refuse_single(
				ruling, text_format(ruling->arena, "source.columns[%zu]", i));
	if (source != NULL && wish->returns >= LEAST_N && source->rows >= wish->returns)
		return refuse_single(ruling, "source.rows");
	for (size_t i = 0; i < wish->n_indicators; i++)
		single += wish->indicators[i]->n == 1;
	return 2 * single > wish->n_indicators ? refuse_single(ruling, "indicators") : ACCEPTED;
}

static const char *path_of(struct ruling *ruling, size_t place, const char *member)
{
	return text_format(ruling->arena, "indicators[%zu].%s", place, member);
}

static bool is_same_cell(const Analysis__Indicator *a, const Analysis__Indicator *b)
{
	return strcmp(a->question, b->question) == 0 && strcmp(a->cell, b->cell) == 0;
}

/* What cannot be true is a mistake of the sums; small numbers are none, they are blanked later. */
static enum verdict check_indicator(struct ruling *ruling, const Wish *wish, size_t place)
{
	const Analysis__Indicator *indicator = wish->indicators[place];

	if (indicator->n > wish->returns)
		return refuse(ruling, FAILURE_REFUSED, path_of(ruling, place, "n"), "order",
			"%u answered, and only %u came back", indicator->n, wish->returns);
	if (indicator->mean_thousandths > 0 && indicator->share_permille > 0)
		return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "sharePermille"),
			"one_of", "Give the mean or the share, not both");
	for (size_t i = 0; i < place; i++)
		if (is_same_cell(wish->indicators[i], indicator))
			return refuse(ruling, FAILURE_INVALID, path_of(ruling, place, "question"),
				"twice", "%s is there twice", indicator->question);
	return ACCEPTED;
}

/* Nothing of it is kept but that it was asked. */
static void blank(Analysis__Indicator *indicator)
{
	indicator->suppressed = true;
	indicator->n = indicator->mean_thousandths = indicator->share_permille = 0;
}

/* The parts of a question add up to its whole: a single blanked one would be the difference. The
 * smallest of the others goes too, or the whole when there is no other. */
static void blank_another(const Wish *wish, const Analysis__Indicator *blanked)
{
	Analysis__Indicator *smallest = NULL;
	size_t others = 0;

	for (size_t i = 0; i < wish->n_indicators; i++) {
		Analysis__Indicator *other = wish->indicators[i];

		if (strcmp(other->question, blanked->question) != 0 || other == blanked)
			continue;
		if (other->suppressed && other->cell[0] != '\0')
			others++;
		if (!other->suppressed &&
			(smallest == NULL || smallest->cell[0] == '\0' ||
				(other->cell[0] != '\0' && other->n < smallest->n)))
			smallest = other;
	}
	if (others == 0 && smallest != NULL)
		blank(smallest);
}

/* What comes in blanked stays blanked. Small ones first: only then it is known which stand alone.
 */
static void suppress(const Wish *wish)
{
	for (size_t i = 0; i < wish->n_indicators; i++)
		if (wish->indicators[i]->n < LEAST_N || wish->indicators[i]->suppressed)
			blank(wish->indicators[i]);
	for (size_t i = 0; i < wish->n_indicators; i++)
		if (wish->indicators[i]->suppressed && wish->indicators[i]->cell[0] != '\0')
			blank_another(wish, wish->indicators[i]);
}

/* Compared as packed bytes, without the fact. */
static bool is_as_before(
	struct arena *arena, const Analysis__Survey *now, const ProtobufCMessage *before)
{
	size_t len, other_len;
	uint8_t *bytes = reflect_pack(arena, &now->base, &len);
	uint8_t *other = reflect_pack(arena, before, &other_len);

	return len == other_len && memcmp(bytes, other, len) == 0;
}

/* The fact carries the sums as they are stored, so that no small number is ever told. */
static void emit_recorded(struct ruling *ruling, Analysis__Survey *survey)
{
	struct emitted *emitted = emit(ruling, &analysis__survey_recorded__descriptor,
		survey->surveyed_on, survey->n_participants, survey->participants);

	reflect_share(emitted->fact, &survey->base);
	emitted->header.corrects = text_copy(ruling->arena, survey->told_by);
	survey->told_by = text_copy(ruling->arena, emitted->id);
}

/* The file's metadata are kept beside the sums: its headings are looked at and left out. */
static void take(Analysis__Survey *survey, const Wish *wish)
{
	survey->surveyed_on = wish->surveyed_on;
	survey->sample = wish->sample;
	survey->returns = wish->returns;
	survey->n_indicators = wish->n_indicators;
	survey->indicators = wish->indicators;
	if (wish->source == NULL)
		return;
	survey->file_name = wish->source->file_name;
	survey->sha256 = wish->source->sha256;
	survey->rows = wish->source->rows;
}

/* The request is copied, since blanking changes it. Single answers are refused before anything else
 * is looked at: nothing of them shall come into another refusal. */
enum verdict record_survey(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Survey *survey = AS(Analysis__Survey, analysis__survey, aggregate);
	const Wish *wish = AS(Analysis__RecordSurveyRequest, analysis__record_survey_request,
		reflect_clone(ruling->arena, request));
	const ProtobufCMessage *before = reflect_clone(ruling->arena, aggregate);

	if (require_past(ruling, "surveyedOn", wish->surveyed_on) == REFUSED ||
		require_sums(ruling, wish) == REFUSED)
		return REFUSED;
	if (survey->municipality == NULL)
		return refuse(ruling, FAILURE_REFUSED, "participant", "unknown",
			"%s is not among the municipalities of this analysis", wish->participant);
	if (wish->returns > wish->sample)
		return refuse(ruling, FAILURE_REFUSED, "returns", "order",
			"%u came back of a sample of %u", wish->returns, wish->sample);
	for (size_t i = 0; i < wish->n_indicators; i++)
		if (check_indicator(ruling, wish, i) == REFUSED)
			return REFUSED;
	suppress(wish);
	take(survey, wish);
	if (is_as_before(ruling->arena, survey, before))
		return UNCHANGED;
	emit_recorded(ruling, survey);
	return ACCEPTED;
}
