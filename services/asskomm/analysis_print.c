/* Tables of what belongs to an analysis. Ids stand last, where the next command needs them: they
 * are long, and a table is read from the left. Below each table stands how many rows it has, and
 * how many of them somebody must see to. */
#include "actions.h"
#include "analysis_parts.h"
#include "asskomm/analysis.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

#define NAMES_MAX 2000

/* The answer as a message of that type; NULL when it is none, which was told. */
#define ANSWER(run, type, prefix)                                                                  \
	((type *)(void *)connection_message(                                                       \
		(run)->connection->arena, &prefix##__descriptor, (run)->reply))

/* The codes of the API, readable. */
static const char *spell(struct arena *arena, const ProtobufCMessage *message, const char *field)
{
	return output_label(arena, reflect_get_text(arena, message, field));
}

/* In the order in which the analysis names them. */
static const char *names_of(struct arena *arena, Registry__Party *const *parties, size_t count)
{
	struct text names;
	text_init(&names, arena, NAMES_MAX);
	for (size_t i = 0; i < count; i++) {
		text_append_format(&names, "%s%s", i > 0 ? ", " : "", parties[i]->name);
	}
	return names.bytes;
}

/* A zero is no news in these tables. */
static const char *number(struct arena *arena, uint32_t value)
{
	return value == 0 ? "" : text_format(arena, "%u", value);
}

/* As an option, so that the line only has to be typed again with it. */
static void print_next(struct arena *arena, const char *next)
{
	if (next[0] != '\0') {
		printf("there are more: --cursor %s\n", output_safe(arena, next));
	}
}

/* One line of a page about one thing; what is not given is left out. */
static void add_line(struct table *table, const char *label, const char *value)
{
	if (value != NULL && value[0] != '\0') {
		table_add(table, (const char *const[]){ label, value });
	}
}

/* By these a fact is taken back; the last one first. */
static void print_entries(struct arena *arena, Asskomm__Entry *const *entries, size_t count)
{
	static const char *const HEADINGS[] = { "on", "what", "fact" };
	struct table table;
	table_init(&table, arena, 3, HEADINGS, 0);
	for (size_t i = 0; i < count; i++) {
		table_add(&table, (const char *const[]){
					  entries[i]->on, entries[i]->kind, entries[i]->fact_id });
	}
	putchar('\n');
	table_print(&table, stdout);
}

/* ---- deliveries */

/* How it fares, in a few words. What is overdue waits for somebody now; what is late came after the
 * day that was planned first, and is over. */
static const char *tell_delivery(struct arena *arena, const Analysis__Delivery *delivery)
{
	const char *again = delivery->rejections > 0
				    ? text_format(arena, ", %u rejected", delivery->rejections)
				    : "";
	if (delivery->days_overdue > 0) {
		return text_format(arena, "overdue by %s%s",
			output_count(arena, delivery->days_overdue, "day", "days"), again);
	}
	return delivery->days_late > 0
		       ? text_format(arena, "%s late%s",
				 output_count(arena, delivery->days_late, "day", "days"), again)
		       : again + (again[0] != '\0' ? 2 : 0);
}

/* Of the round that came last; why it was sent back, if it was. */
static const char *tell_round(struct arena *arena, const Analysis__Delivery *delivery)
{
	const Analysis__DeliveryRound *round;
	if (delivery->n_rounds == 0) {
		return "";
	}
	round = delivery->rounds[delivery->n_rounds - 1];
	if (round->fault != ANALYSIS__DELIVERY_ROUND__FAULT__UNSPECIFIED) {
		return text_format(arena, "%s%s%s", spell(arena, &round->base, "fault"),
			round->remark[0] != '\0' ? ": " : "", round->remark);
	}
	return text_format(arena, "%u %s", round->records > 0 ? round->records : round->sheets,
		round->records > 0 ? "records" : "sheets");
}

/* Who is to act stands where it is looked for: behind what is late. */
void analysis_print_deliveries(struct action_run *run)
{
	static const char *const HEADINGS[] = { "due", "town", "kind", "status", "came", "", "who",
		"", "analysis" };
	struct arena *arena = run->connection->arena;
	const Analysis__DeliveryList *list =
		ANSWER(run, Analysis__DeliveryList, analysis__delivery_list);
	struct table table;
	size_t overdue = 0;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 9, HEADINGS, 0);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__Delivery *delivery = list->items[i];
		overdue += delivery->days_overdue > 0;
		table_add(&table,
			(const char *const[]){ delivery->due_on,
				names_of(arena, &delivery->municipality,
					delivery->municipality != NULL),
				spell(arena, &delivery->base, "kind"),
				spell(arena, &delivery->base, "status"),
				delivery->n_rounds > 0
					? delivery->rounds[delivery->n_rounds - 1]->received_on
					: "",
				tell_delivery(arena, delivery), delivery->responsible,
				tell_round(arena, delivery), delivery->analysis_id });
	}
	table_print(&table, stdout);
	printf("%s, %zu of them overdue\n",
		output_count(arena, list->n_items, "delivery", "deliveries"), overdue);
	print_next(arena, list->next);
}

/* ---- findings */

/* How many recommendations there are; `show` has their texts. */
void analysis_print_findings(struct action_run *run)
{
	static const char *const HEADINGS[] = { "found", "field", "towns", "what", "advice",
		"finding" };
	struct arena *arena = run->connection->arena;
	const Analysis__FindingList *list =
		ANSWER(run, Analysis__FindingList, analysis__finding_list);
	struct table table;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 6, HEADINGS, 1u << 4);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__Finding *finding = list->items[i];
		table_add(&table,
			(const char *const[]){ finding->found_on, finding->action_field,
				names_of(arena, finding->municipalities, finding->n_municipalities),
				finding->summary,
				number(arena, (uint32_t)finding->n_recommendations), finding->id });
	}
	table_print(&table, stdout);
	printf("%s\n", output_count(arena, list->n_items, "finding", "findings"));
	print_next(arena, list->next);
}

/* Recommendations stand under their codes, by which measures name them. */
void analysis_print_finding(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Analysis__Finding *finding = ANSWER(run, Analysis__Finding, analysis__finding);
	struct table table;
	if (finding == NULL) {
		return;
	}
	table_init(&table, arena, 2, NULL, 0);
	add_line(&table, "finding", finding->id);
	add_line(&table, "analysis", finding->analysis_id);
	add_line(&table, "status", spell(arena, &finding->base, "status"));
	add_line(&table, "found on", finding->found_on);
	add_line(&table, "action field", finding->action_field);
	add_line(&table, "towns",
		names_of(arena, finding->municipalities, finding->n_municipalities));
	add_line(&table, "what", finding->summary);
	for (size_t i = 0; i < finding->n_recommendations; i++) {
		add_line(&table, finding->recommendations[i]->code,
			finding->recommendations[i]->text);
	}
	table_print(&table, stdout);
	print_entries(arena, finding->entries, finding->n_entries);
}

/* ---- measures */

/* The due date, where it stood at first, and what is late. */
static const char *tell_due(struct arena *arena, const Analysis__Measure *measure)
{
	const char *was =
		measure->due_changes > 0 ? text_format(arena, "was %s", measure->first_due_on) : "";
	return measure->days_overdue > 0
		       ? text_format(arena, "overdue by %s%s%s",
				 output_count(arena, measure->days_overdue, "day", "days"),
				 was[0] != '\0' ? ", " : "", was)
		       : was;
}

/* Late ones are counted below, as they are what is asked for. */
void analysis_print_measures(struct action_run *run)
{
	static const char *const HEADINGS[] = { "due", "status", "", "towns", "what", "owner",
		"measure" };
	struct arena *arena = run->connection->arena;
	const Analysis__MeasureList *list =
		ANSWER(run, Analysis__MeasureList, analysis__measure_list);
	struct table table;
	size_t overdue = 0;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 7, HEADINGS, 0);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__Measure *measure = list->items[i];
		overdue += measure->days_overdue > 0;
		table_add(&table,
			(const char *const[]){ measure->due_on,
				spell(arena, &measure->base, "status"), tell_due(arena, measure),
				names_of(arena, measure->municipalities, measure->n_municipalities),
				measure->title,
				text_format(arena, "%s %s", measure->owner_organisation,
					measure->owner_role),
				measure->id });
	}
	table_print(&table, stdout);
	printf("%s, %zu of them overdue\n",
		output_count(arena, list->n_items, "measure", "measures"), overdue);
	print_next(arena, list->next);
}

/* Days that have not come are left out. The first due day stands beside the present one, also where
 * they are the same: that it was kept is worth seeing. */
static void add_days(struct table *table, const Analysis__Measure *measure)
{
	add_line(table, "decided on", measure->decided_on);
	add_line(table, "due on", measure->due_on);
	add_line(table, "first due on", measure->first_due_on);
	add_line(table, "started on", measure->started_on);
	add_line(table, "finished on", measure->finished_on);
	add_line(table, "dropped on", measure->dropped_on);
	add_line(table, "because", measure->dropped_because);
}

/* Judged more than once, all judgements stand there, the latest last. */
void analysis_print_measure(struct action_run *run)
{
	struct arena *arena = run->connection->arena;
	const Analysis__Measure *measure = ANSWER(run, Analysis__Measure, analysis__measure);
	struct table table;
	if (measure == NULL) {
		return;
	}
	table_init(&table, arena, 2, NULL, 0);
	add_line(&table, "measure", measure->id);
	add_line(&table, "analysis", measure->analysis_id);
	add_line(&table, "what", measure->title);
	add_line(&table, "status", spell(arena, &measure->base, "status"));
	add_line(&table, "overdue by days", number(arena, measure->days_overdue));
	add_line(&table, "towns",
		names_of(arena, measure->municipalities, measure->n_municipalities));
	add_line(&table, "action field", measure->action_field);
	add_line(&table, "owner",
		text_format(arena, "%s %s", measure->owner_organisation, measure->owner_role));
	add_line(&table, "finding", measure->finding_id);
	add_line(&table, "recommendation", measure->recommendation);
	add_days(&table, measure);
	for (size_t i = 0; i < measure->n_evaluations; i++) {
		const Analysis__Evaluation *evaluation = measure->evaluations[i];
		add_line(&table, text_format(arena, "judged on %s", evaluation->on),
			text_format(arena, "%s (%s) %s", spell(arena, &evaluation->base, "result"),
				evaluation->method, evaluation->text));
	}
	table_print(&table, stdout);
	print_entries(arena, measure->entries, measure->n_entries);
}

/* ---- surveys */

/* Thousandths as people write them: "61.2 %", "3.412". */
static const char *tell_value(struct arena *arena, const Analysis__Indicator *indicator)
{
	if (indicator->suppressed) {
		return "too few";
	}
	if (indicator->mean_thousandths > 0) {
		return text_format(arena, "%u.%03u", indicator->mean_thousandths / 1000,
			indicator->mean_thousandths % 1000);
	}
	return text_format(
		arena, "%u.%u %%", indicator->share_permille / 10, indicator->share_permille % 10);
}

/* A suppressed number is told as such: an empty cell would look like a mistake. */
static void add_indicators(struct table *table, const Analysis__Survey *survey)
{
	struct arena *arena = table->arena;
	for (size_t i = 0; i < survey->n_indicators; i++) {
		const Analysis__Indicator *indicator = survey->indicators[i];
		table_add(
			table, (const char *const[]){ survey->municipality->name,
				       indicator->question, indicator->cell,
				       number(arena, indicator->n), tell_value(arena, indicator) });
	}
}

/* First how many answered, on which all below rests. */
void analysis_print_surveys(struct action_run *run)
{
	static const char *const HEADINGS[] = { "town", "question", "of", "n", "value" };
	struct arena *arena = run->connection->arena;
	const Analysis__SurveyList *list = ANSWER(run, Analysis__SurveyList, analysis__survey_list);
	struct table table;
	if (list == NULL) {
		return;
	}
	table_init(&table, arena, 5, HEADINGS, 1u << 3 | 1u << 4);
	for (size_t i = 0; i < list->n_items; i++) {
		const Analysis__Survey *survey = list->items[i];
		if (survey->municipality == NULL) {
			continue;
		}
		printf("%s, until %s: %u of %u came back (%u.%u %%)\n",
			output_safe(arena, survey->municipality->name),
			output_safe(arena, survey->surveyed_on), survey->returns, survey->sample,
			survey->response_permille / 10, survey->response_permille % 10);
		add_indicators(&table, survey);
	}
	table_print(&table, stdout);
	printf("%s\n", output_count(arena, list->n_items, "survey", "surveys"));
}
