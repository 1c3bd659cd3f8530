/* The pipeline as tables and as an event log, for those who go on with programs of their own.
 *
 * CSV is that of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe
 * before it, as spreadsheets write it themselves. XES is that of IEEE 1849: a trace is a case, an
 * event a stage that begins or ends; no persons are in it. */
#include "rules.h"

#include "core/check.h"
#include "core/reflect.h"
#include "core/tables.h"
#include "core/text.h"
#include <string.h>

#define EXPORT_MAX (6u * 1024 * 1024) /* far beyond what the statements let through */

static ProtobufCMessage *export_of(struct arena *arena, const struct text *text)
{
	Monitor__Export *answer = NEW(arena, Monitor__Export);

	CHECK(!text->overflown);
	monitor__export__init(answer);
	answer->text = text->bytes;
	return &answer->base;
}

/* ---- CSV */

/* A line begins after a line break, and ends with one. */
static void add_separator(struct text *text)
{
	if (text->len > 0 && text->bytes[text->len - 1] != '\n')
		text_append(text, ",");
}

/* A name that begins so was typed by somebody, and a spreadsheet that computes it may do anything:
 * the cell is to be a text there as it is here. */
static bool looks_like_formula(const char *value)
{
	return value[0] != '\0' && strchr("=+-@\t", value[0]) != NULL;
}

/* Quoted only where it must be, so that the file can be read by people, too. */
static void add_cell(struct text *text, const char *value)
{
	add_separator(text);
	if (strpbrk(value, ",\"\r\n") == NULL && !looks_like_formula(value)) {
		text_append(text, value);
		return;
	}
	text_append(text, "\"");
	if (looks_like_formula(value))
		text_append(text, "'");
	for (; *value != '\0'; value++)
		text_append_len(text, *value == '"' ? "\"\"" : value, *value == '"' ? 2 : 1);
	text_append(text, "\"");
}

static void add_number(struct text *text, uint32_t number)
{
	add_separator(text);
	text_append_format(text, "%u", number);
}

/* Empty where there is none: a spreadsheet must not take a 0 for one. */
static void add_number_if_any(struct text *text, uint32_t number)
{
	if (number > 0)
		add_number(text, number);
	else
		add_cell(text, "");
}

static void add_word(struct text *text, bool value)
{
	add_cell(text, value ? "true" : "false");
}

static void end_line(struct text *text)
{
	text_append(text, "\r\n");
}

/* What holds it up, by codes, and who is to act, in the same order. */
static void add_reasons(struct text *text, const Monitor__PipelineItem *item)
{
	struct text obstacles, who;

	text_init(&obstacles, text->arena, 4096);
	text_init(&who, text->arena, 4096);
	for (size_t i = 0; i < item->n_reasons; i++) {
		const ProtobufCEnumValue *name = protobuf_c_enum_descriptor_get_value(
			&monitor__obstacle__descriptor, (int)item->reasons[i]->obstacle);

		text_append_format(
			&obstacles, "%s%s", i > 0 ? " " : "", name != NULL ? name->name : "");
		text_append_format(&who, "%s%s", i > 0 ? " " : "", item->reasons[i]->who);
	}
	add_cell(text, obstacles.bytes != NULL ? obstacles.bytes : "");
	add_cell(text, who.bytes != NULL ? who.bytes : "");
}

/* The columns of GET /pipeline/items in its order, so that who knows the one knows the other. */
ProtobufCMessage *export_items(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__PipelineItemFacts *facts =
		AS(Monitor__PipelineItemFacts, monitor__pipeline_item_facts, row);
	struct text text;

	(void)request;
	text_init(&text, arena, EXPORT_MAX);
	text_append(&text, "unit,track,stage,participant,name,district,openedOn,enteredOn,ageDays,"
			   "lastActivityOn,stalled,overdue,reasons,who,nextDueOn,nextStep,ageing,"
			   "ageingAfterDays\r\n");
	for (size_t i = 0; i < facts->n_items; i++) {
		const Monitor__PipelineItem *item = facts->items[i];

		add_cell(&text, item->unit);
		add_cell(&text, item->track);
		add_cell(&text, item->stage);
		add_cell(&text, item->participant);
		add_cell(&text, item->name);
		add_cell(&text, item->district);
		add_cell(&text, item->opened_on);
		add_cell(&text, item->entered_on);
		add_number(&text, item->age_days);
		add_cell(&text, item->last_activity_on);
		add_word(&text, item->stalled);
		add_word(&text, item->overdue);
		add_reasons(&text, item);
		add_cell(&text, item->next_due_on);
		add_cell(&text, item->next_step);
		add_word(&text, item->ageing);
		add_number_if_any(&text, item->ageing_after_days);
		end_line(&text);
	}
	return export_of(arena, &text);
}

/* Empty when there are too few. */
static void add_percentiles(struct text *text, const Monitor__Durations *durations)
{
	const Monitor__Percentiles *percentiles = durations->percentiles;

	add_number(text, durations->n);
	if (percentiles == NULL) {
		text_append(text, ",,,,");
		return;
	}
	add_number(text, percentiles->p50);
	add_number(text, percentiles->p70);
	add_number(text, percentiles->p85);
	add_number(text, percentiles->p95);
}

/* In the order of the names in the first line; both are changed together. */
static void add_stage(struct text *text, const Monitor__StageIndicators *stage)
{
	add_cell(text, stage->track);
	add_cell(text, stage->stage);
	add_number(text, stage->wip);
	add_number(text, stage->arrivals);
	add_number(text, stage->departures);
	add_number(text, stage->given_up);
	add_number(text, stage->transferred);
	add_number(text, stage->ageing);
	add_number(text, stage->stalled);
	add_percentiles(text, stage->age);
	add_percentiles(text, stage->cycle_time);
	end_line(text);
}

/* The same numbers as GET /pipeline/indicators, made by the same rule. */
ProtobufCMessage *export_indicators(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__Indicators *answer =
		AS(Monitor__Indicators, monitor__indicators, indicators(arena, row, request));
	struct text text;

	text_init(&text, arena, EXPORT_MAX);
	text_append(&text, "track,stage,wip,arrivals,departures,givenUp,transferred,ageing,stalled,"
			   "ageN,ageP50,ageP70,ageP85,ageP95,"
			   "cycleTimeN,cycleTimeP50,cycleTimeP70,cycleTimeP85,cycleTimeP95\r\n");
	for (size_t i = 0; i < answer->n_stages; i++)
		add_stage(&text, answer->stages[i]);
	return export_of(arena, &text);
}

/* Every field is a text, and its name the column's: who adds a milestone adds a column. */
ProtobufCMessage *export_milestones(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__MilestoneFacts *facts =
		AS(Monitor__MilestoneFacts, monitor__milestone_facts, row);
	const ProtobufCMessageDescriptor *type = &monitor__milestone_row__descriptor;
	const struct message_info *info = tables_message(type);
	struct text text;

	(void)request;
	text_init(&text, arena, EXPORT_MAX);
	for (unsigned k = 0; k < type->n_fields; k++)
		add_cell(&text, info->fields[k].json_name);
	end_line(&text);
	for (size_t i = 0; i < facts->n_rows; i++) {
		for (unsigned k = 0; k < type->n_fields; k++) {
			const char *value = reflect_get_text(
				arena, &facts->rows[i]->base, type->fields[k].name);

			add_cell(&text, value != NULL ? value : "");
		}
		end_line(&text);
	}
	return export_of(arena, &text);
}

/* ---- XES */

/* What would end the attribute or the element is written as a number, which every reader of XML
 * knows. */
static void add_attribute(
	struct text *text, const char *indent, const char *type, const char *key, const char *value)
{
	text_append_format(text, "%s<%s key=\"%s\" value=\"", indent, type, key);
	for (; *value != '\0'; value++)
		if (strchr("<>&\"", *value) != NULL)
			text_append_format(text, "&#%d;", *value);
		else
			text_append_len(text, value, 1);
	text_append(text, "\"/>\n");
}

/* The district is the group that worked on it; who did is not told. */
static void add_event(struct text *text, const Monitor__CaseEvent *event)
{
	text_append(text, "    <event>\n");
	add_attribute(text, "      ", "string", "concept:name", event->stage);
	add_attribute(text, "      ", "string", "lifecycle:transition", event->transition);
	add_attribute(text, "      ", "date", "time:timestamp", event->happened_at);
	add_attribute(text, "      ", "string", "org:group", event->district);
	text_append(text, "    </event>\n");
}

static const char XES_HEAD[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<log xes.version=\"1849-2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n"
	"  <extension name=\"Concept\" prefix=\"concept\" "
	"uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
	"  <extension name=\"Lifecycle\" prefix=\"lifecycle\" "
	"uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>\n"
	"  <extension name=\"Time\" prefix=\"time\" "
	"uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
	"  <extension name=\"Organizational\" prefix=\"org\" "
	"uri=\"http://www.xes-standard.org/org.xesext\"/>\n"
	"  <classifier name=\"Stage\" keys=\"concept:name lifecycle:transition\"/>\n"
	"  <string key=\"lifecycle:model\" value=\"standard\"/>\n";

/* Events come case by case, so a case that is not the one before begins a trace. */
ProtobufCMessage *export_events(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__CaseEvents *facts = AS(Monitor__CaseEvents, monitor__case_events, row);
	struct text text;

	text_init(&text, arena, EXPORT_MAX);
	text_append(&text, XES_HEAD);
	add_attribute(&text, "  ", "string", "concept:name",
		AS(Monitor__ExportEventsRequest, monitor__export_events_request, request)->track);
	for (size_t i = 0; i < facts->n_events; i++) {
		const Monitor__CaseEvent *event = facts->events[i];
		bool begins = i == 0 || strcmp(facts->events[i - 1]->unit, event->unit) != 0;

		if (begins) {
			text_append(&text, i > 0 ? "  </trace>\n  <trace>\n" : "  <trace>\n");
			add_attribute(&text, "    ", "string", "concept:name", event->unit);
			add_attribute(&text, "    ", "string", "participant", event->participant);
		}
		add_event(&text, event);
	}
	text_append(&text, facts->n_events > 0 ? "  </trace>\n</log>\n" : "</log>\n");
	return export_of(arena, &text);
}
