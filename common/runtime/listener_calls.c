/* What a listener does to the database for some facts. */
#include "runtime/listener_internal.h"

#include "core/civil.h"
#include "core/reflect.h"
#include <string.h>

/* A fact with what it says; `effect` is NULL where it means nothing here, also when its type is not
 * known to this version: the stream must not stand still for it. */
struct heard {
	const Asskomm__Fact *fact;
	const Asskomm__FactHeader *header;
	const ProtobufCMessage *effect;
};

/* A fact that somebody changed by hand, or that a newer version wrote with a value not known here,
 * is not skipped like one that means nothing: what is counted from then on would be wrong. */
static bool hear(struct arena *arena, const struct listener *listener, const Asskomm__Fact *fact,
	struct heard *out_heard)
{
	const ProtobufCMessageDescriptor *type = tables_descriptor(fact->type);
	struct heard heard = { .fact = fact };
	const ProtobufCMessage *content = NULL;
	struct civil_date day;

	heard.header = (Asskomm__FactHeader *)(void *)reflect_unpack(
		arena, &asskomm__fact_header__descriptor, fact->header.data, fact->header.len);
	if (heard.header == NULL || !civil_parse(heard.header->valid_on, &day))
		return false;
	if (type != NULL) {
		content = reflect_unpack(arena, type, fact->payload.data, fact->payload.len);
		if (content == NULL)
			return false;
		heard.effect = listener->fold(arena, heard.header, content);
	}
	*out_heard = heard;
	return true;
}

/* A parameter of the listener's statement: of the fact, its header, or the effect. */
static const char *heard_value(struct arena *arena, const struct heard *heard, const char *name)
{
	const char *value;

	if (strcmp(name, "fact_id") == 0)
		return heard->fact->id;
	if (heard->effect != NULL &&
		protobuf_c_message_descriptor_get_field_by_name(heard->effect->descriptor, name))
		return reflect_get_text(arena, heard->effect, name);
	value = reflect_get_text(arena, &heard->fact->base, name);
	return value != NULL ? value : reflect_get_text(arena, &heard->header->base, name);
}

/* One fact by a statement of its own. */
static struct db_call call_for(
	struct arena *arena, const struct listener *listener, const struct heard *heard)
{
	const struct statement *statement = statement_find(heard->effect != NULL    ? listener->sql
							   : listener->pass != NULL ? listener->pass
										    : "skip");
	const char **values;

	CHECK(statement != NULL);
	values = NEW_ARRAY(arena, const char *, statement->n_params + 1);
	for (size_t i = 0; i < statement->n_params; i++)
		values[i] = heard_value(arena, heard, statement->params[i]);
	return (struct db_call){ statement, values };
}

/* All facts by one statement: each parameter is an array with an item for each fact. */
static struct db_call call_for_all(struct arena *arena, const struct listener *listener,
	const struct heard *heard, size_t count)
{
	const struct statement *statement = statement_find(listener->sql);
	const char **items = NEW_ARRAY(arena, const char *, count);
	const char **values;

	CHECK(statement != NULL);
	values = NEW_ARRAY(arena, const char *, statement->n_params + 1);
	for (size_t i = 0; i < statement->n_params; i++) {
		for (size_t k = 0; k < count; k++)
			items[k] = heard_value(arena, &heard[k], statement->params[i]);
		values[i] = db_array(arena, count, items);
	}
	return (struct db_call){ statement, values };
}

/* Opened once: each parameter looks into header, fact and effect. */
size_t listener_calls(struct arena *arena, const struct listener *listener,
	Asskomm__Fact *const *facts, size_t *count, struct db_call *out_calls)
{
	struct heard *heard = NEW_ARRAY(arena, struct heard, *count);
	size_t read = 0;

	while (read < *count && hear(arena, listener, facts[read], &heard[read]))
		read++;
	*count = read;
	if (listener->together && read > 0) {
		out_calls[0] = call_for_all(arena, listener, heard, read);
		return 1;
	}
	for (size_t i = 0; i < read; i++)
		out_calls[i] = call_for(arena, listener, &heard[i]);
	return read;
}
