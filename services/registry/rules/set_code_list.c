/* A list of codes grows and is renamed, but a code that somebody may have used stays: it is ended,
 * never removed, and means from its first day what it meant. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

static const char *code_field(struct ruling *ruling, size_t place, const char *member)
{
	return text_format(ruling->arena, "codes[%zu].%s", place, member);
}

/* What stands there twice could not be told apart: by programs the code, by people a label. */
static enum verdict refuse_twice(
	struct ruling *ruling, const Registry__SetCodeListRequest *wish, size_t place)
{
	const Registry__Code *code = wish->codes[place];

	for (size_t i = 0; i < place; i++) {
		const Registry__Code *other = wish->codes[i];

		if (strcmp(other->code, code->code) == 0)
			return refuse(ruling, FAILURE_INVALID, code_field(ruling, place, "code"),
				"twice", "the code %s is there twice", code->code);
		if (strcmp(other->label_de, code->label_de) == 0 ||
			strcmp(other->label_en, code->label_en) == 0)
			return refuse(ruling, FAILURE_INVALID, code_field(ruling, place, "label"),
				"twice", "%s and %s have the same label", other->code, code->code);
	}
	return ACCEPTED;
}

/* A code that begins after its end was never in use, and would look like a slip of the pen. */
static enum verdict check_codes(struct ruling *ruling, const Registry__SetCodeListRequest *wish)
{
	for (size_t i = 0; i < wish->n_codes; i++) {
		const Registry__Code *code = wish->codes[i];

		if (refuse_twice(ruling, wish, i) == REFUSED)
			return REFUSED;
		if (code->valid_until[0] != '\0' &&
			strcmp(code->valid_until, code->valid_from) <= 0)
			return refuse(ruling, FAILURE_REFUSED, code_field(ruling, i, "validUntil"),
				"order", "%s ends before it begins", code->code);
	}
	return ACCEPTED;
}

static size_t find_code(const Registry__SetCodeListRequest *wish, const char *code)
{
	size_t place = 0;

	while (place < wish->n_codes && strcmp(wish->codes[place]->code, code) != 0)
		place++;
	return place;
}

/* A later first day would make a past use one of a code that was not there. */
static enum verdict keep_codes(struct ruling *ruling, const Registry__CodeList *list,
	const Registry__SetCodeListRequest *wish)
{
	for (size_t i = 0; i < list->n_codes; i++) {
		const Registry__Code *known = list->codes[i];
		size_t place = find_code(wish, known->code);

		if (place == wish->n_codes)
			return refuse(ruling, FAILURE_REFUSED, "codes", "kept",
				"the code %s may have been used: end it with validUntil, do not "
				"remove it",
				known->code);
		if (strcmp(wish->codes[place]->valid_from, known->valid_from) > 0)
			return refuse(ruling, FAILURE_REFUSED,
				code_field(ruling, place, "validFrom"), "kept",
				"the code %s is in use since an earlier day", known->code);
	}
	return ACCEPTED;
}

/* Compared as packed bytes; version and id are the aggregate's own. */
static bool is_same(struct arena *arena, const Registry__CodeList *list,
	const Registry__SetCodeListRequest *wish)
{
	Registry__SetCodeListRequest now = REGISTRY__SET_CODE_LIST_REQUEST__INIT;
	size_t len, other_len;
	uint8_t *bytes, *other;

	reflect_share(&now.base, &list->base);
	now.list = wish->list;
	bytes = reflect_pack(arena, &now.base, &len);
	other = reflect_pack(arena, &wish->base, &other_len);
	return len == other_len && memcmp(bytes, other, len) == 0;
}

/* About nobody: every reader of the lists may hear of it. */
enum verdict set_code_list(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__CodeList *list = AS(Registry__CodeList, registry__code_list, aggregate);
	const Registry__SetCodeListRequest *wish =
		AS(Registry__SetCodeListRequest, registry__set_code_list_request, request);
	Registry__CodeListChanged *fact = NEW(ruling->arena, Registry__CodeListChanged);
	struct emitted *emitted;

	if (list->version > 0 && is_same(ruling->arena, list, wish))
		return UNCHANGED;
	if (require_past(ruling, "statusDate", wish->status_date) == REFUSED ||
		check_codes(ruling, wish) == REFUSED || keep_codes(ruling, list, wish) == REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	registry__code_list_changed__init(fact);
	reflect_share(&fact->base, request);
	emitted =
		emit(ruling, &registry__code_list_changed__descriptor, wish->status_date, 0, NULL);
	emitted->fact = &fact->base;
	return ACCEPTED;
}
