/* Files of code lists are made to be edited by people: one member per line, nothing that is empty.
 */
#include "codes.h"
#include "core/reflect.h"
#include "core/text.h"
#include "embedded.h"
#include <stdlib.h>
#include <string.h>

/* To add one: its file in services/registry/codes, a row here, its name in embedded.h and in
 * common/cmake/service.cmake. */
const struct builtin_codes BUILTIN_CODES[] = {
	{ "action_fields", CODES_ACTION_FIELDS },
	{ "beccaria_steps", CODES_BECCARIA_STEPS },
	{ "closing_reasons", CODES_CLOSING_REASONS },
	{ "coach_competences", CODES_COACH_COMPETENCES },
	{ "coaching_goals", CODES_COACHING_GOALS },
	{ "contact_purposes", CODES_CONTACT_PURPOSES },
	{ "contact_roles", CODES_CONTACT_ROLES },
	{ "ctc_phases", CODES_CTC_PHASES },
	{ "measure_states", CODES_MEASURE_STATES },
	{ "organisation_kinds", CODES_ORGANISATION_KINDS },
	{ "pause_reasons", CODES_PAUSE_REASONS },
	{ "signatory_roles", CODES_SIGNATORY_ROLES },
	{ "size_classes", CODES_SIZE_CLASSES },
	{ NULL, NULL },
};

const char *codes_builtin(const char *name)
{
	const struct builtin_codes *list = BUILTIN_CODES;
	while (list->name != NULL && strcmp(list->name, name) != 0) {
		list++;
	}
	return list->text;
}

/* Duplicate members would let the last one win without a word. */
const char *codes_request(struct arena *arena, const char *text, size_t len, const char **out_error)
{
	json_error_t error;
	json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL) {
		*out_error = text_format(
			arena, "line %d, column %d: %s", error.line, error.column, error.text);
		return NULL;
	}
	const char *body = json_is_object(value) ? reflect_json_text(arena, value) : NULL;
	if (body == NULL) {
		*out_error = "line 1: a list is a JSON object";
	}
	json_decref(value);
	return body;
}

/* "", 0 and false say no more than a member that is missing. */
static void drop_empty(json_t *object)
{
	const char *name;
	json_t *value;
	void *next;
	json_object_foreach_safe(object, next, name, value)
	{
		if ((json_is_string(value) && json_string_length(value) == 0) ||
			(json_is_integer(value) && json_integer_value(value) == 0)) {
			json_object_del(object, name);
		}
	}
}

/* The member as it stands in the file; a text alone is no JSON to reflect_json_text. */
static void append_member(struct text *text, const json_t *list, const char *name)
{
	char *value = json_dumps(json_object_get(list, name), JSON_ENCODE_ANY);
	CHECK(value != NULL);
	text_append_format(text, "\t\"%s\": %s,\n", name, value);
	free(value);
}

/* Each code on a line of its own, so that a comparison of two files shows what changed. */
const char *codes_export(struct arena *arena, const ProtobufCMessage *message)
{
	json_t *list = reflect_to_json(message);
	json_t *codes = json_object_get(list, "codes");
	struct text text;
	text_init(&text, arena, 4u * 1024 * 1024);
	text_append(&text, "{\n");
	append_member(&text, list, "titleDe");
	append_member(&text, list, "titleEn");
	append_member(&text, list, "statusDate");
	text_append(&text, "\t\"codes\": [\n");
	for (size_t i = 0; i < json_array_size(codes); i++) {
		drop_empty(json_array_get(codes, i));
		text_append_format(&text, "\t\t%s%s\n",
			reflect_json_text(arena, json_array_get(codes, i)),
			i + 1 < json_array_size(codes) ? "," : "");
	}
	text_append(&text, "\t]\n}\n");
	json_decref(list);
	return text.bytes;
}
