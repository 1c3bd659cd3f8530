/* Questions about fields and about the fields that a path names. */
#include "generate/model.h"
#include "generate/support.h"
#include <string.h>

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

const struct model_field *model_field(const struct model_message *message, const char *name)
{
	for (size_t i = 0; i < message->n_fields; i++)
		if (strcmp(message->fields[i].proto->name, name) == 0)
			return &message->fields[i];
	return NULL;
}

bool message_is_map_entry(const struct model_message *message)
{
	return message->proto->options && message->proto->options->map_entry;
}

bool field_is_map(const struct model_field *field)
{
	return field->message && message_is_map_entry(field->message);
}

bool field_is_repeated(const struct model_field *field)
{
	return field->proto->label ==
	       GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED;
}

bool field_is_string(const struct model_field *field)
{
	return field->proto->type == TYPE(STRING);
}

/* Types without a place in the table are false. */
bool field_is_wide(const struct model_field *field)
{
	static const bool WIDE[] = { [TYPE(INT64)] = true,
		[TYPE(UINT64)] = true,
		[TYPE(SINT64)] = true,
		[TYPE(FIXED64)] = true,
		[TYPE(SFIXED64)] = true };

	return field->proto->type < sizeof WIDE && WIDE[field->proto->type];
}

bool field_is_integer(const struct model_field *field)
{
	static const bool NARROW[] = { [TYPE(INT32)] = true,
		[TYPE(UINT32)] = true,
		[TYPE(SINT32)] = true,
		[TYPE(FIXED32)] = true,
		[TYPE(SFIXED32)] = true };

	return field_is_wide(field) ||
	       (field->proto->type < sizeof NARROW && NARROW[field->proto->type]);
}

/* model_check has seen to it that braces are balanced before anyone else walks a path. */
void path_each_parameter(const struct model_method *method,
	void (*visit)(const struct model_method *method, const char *name,
		const struct model_field *field))
{
	const char *path = method->rest->path;

	while ((path = strchr(path, '{'))) {
		size_t len = strcspn(++path, "}");
		const char *name = keep_text(path, len);

		visit(method, name, model_field(method->input, name));
	}
}

bool path_has_parameter(const struct model_method *method, const char *name)
{
	return method->rest && strstr(method->rest->path, keep_format("{%s}", name)) != NULL;
}
