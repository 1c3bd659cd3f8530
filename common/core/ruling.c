/* What rules say: refusals and facts. A ruling is filled in by the runner (or a test), lives as
 * long as its call, and is read by the runner when the rule accepts. */
#include "core/ruling.h"
#include "core/catalogue.h"
#include "core/reflect.h"
#include "core/reflect_value.h"
#include "core/text.h"
#include <stdarg.h>
#include <string.h>

/* Where ids come from is the runner's: random ones in service, counted ones in tests. */
char *ruling_id(struct ruling *ruling)
{
	char *id = arena_alloc(ruling->arena, UUID_SIZE);
	ruling->new_id(ruling, id);
	ruling->ids++;
	return id;
}

/* One text for the sentence and the violation: there is nothing more to say than the reason. */
enum verdict refuse(struct ruling *ruling, enum failure_code code, const char *field,
	const char *rule, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	const char *text = say_list(ruling->arena, format, arguments);
	va_end(arguments);
	ruling->failure = failure_new(ruling->arena, code, "%s", text);
	if (field != NULL && *field != 0)
		failure_add(ruling->arena, ruling->failure, field, rule, "%s", text);
	return REFUSED;
}

/* Copied, since an aggregate goes on changing after it emitted: a fact says what was so at the
 * time. */
struct emitted *emit(struct ruling *ruling, const ProtobufCMessageDescriptor *type,
	const char *valid_on, size_t n_participants, char *const *participants)
{
	CHECK(ruling->n_facts < RULING_FACTS_MAX);
	struct emitted *emitted = &ruling->facts[ruling->n_facts++];
	memcpy(emitted->id, ruling_id(ruling), UUID_SIZE);
	asskomm__fact_header__init(&emitted->header);
	emitted->header.valid_on = text_copy(ruling->arena, valid_on);
	emitted->header.n_participants = n_participants;
	emitted->header.participants = NEW_ARRAY(ruling->arena, char *, n_participants);
	for (size_t i = 0; i < n_participants; i++)
		emitted->header.participants[i] = text_copy(ruling->arena, participants[i]);
	emitted->fact = reflect_new(ruling->arena, type);
	return emitted;
}

/* What people subscribe to and see; the ledger keeps the full name. */
const char *fact_kind(const ProtobufCMessageDescriptor *type)
{
	return type->short_name;
}

const char *ruling_day(const struct ruling *ruling)
{
	return ruling->claimed_on != NULL ? ruling->claimed_on : ruling->today;
}

/* ISO dates sort like their days. */
enum verdict require_past(struct ruling *ruling, const char *field, const char *day)
{
	if (strcmp(day, ruling->today) <= 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, field, "future",
		"Give a day that is not after today, %s", ruling->today);
}

/* The items and the count of a repeated field that an aggregate must have. */
static void *items_of(const ProtobufCMessage *aggregate, const char *name, size_t **out_count)
{
	const ProtobufCFieldDescriptor *field = reflect_field(aggregate->descriptor, name);
	CHECK(field != NULL && field->label == PROTOBUF_C_LABEL_REPEATED);
	*out_count = reflect_count(aggregate, field);
	return *(void **)reflect_member(aggregate, field);
}

/* The entry is all an aggregate needs to take the fact back: what, when and its id. */
void emit_entry(struct ruling *ruling, ProtobufCMessage *aggregate, const char *valid_on,
	ProtobufCMessage *fact)
{
	size_t *n_participants;
	char *const *participants = items_of(aggregate, "participants", &n_participants);
	struct emitted *emitted =
		emit(ruling, fact->descriptor, valid_on, *n_participants, participants);
	emitted->fact = fact;
	Asskomm__Entry *entry = NEW(ruling->arena, Asskomm__Entry);
	asskomm__entry__init(entry);
	entry->fact_id = text_copy(ruling->arena, emitted->id);
	entry->kind = text_copy(ruling->arena, fact_kind(fact->descriptor));
	entry->on = text_copy(ruling->arena, valid_on);
	reflect_append(ruling->arena, aggregate, "entries", entry);
}

/* Two different mistakes: a fact that others came after, and one that is not here at all. The first
 * can be cured, so the text names the fact to begin with. */
static enum verdict refuse_withdrawal(
	struct ruling *ruling, Asskomm__Entry *const *entries, size_t count, const char *fact_id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(entries[i]->fact_id, fact_id) != 0)
			continue;
		const Asskomm__Entry *latest = entries[count - 1];
		return refuse(ruling, FAILURE_CONFLICT, "factId", "order",
			"Take back the latest fact first: %s of %s, %s", latest->kind, latest->on,
			latest->fact_id);
	}
	return refuse(ruling, FAILURE_CONFLICT, "factId", "unknown",
		"Give the id of this aggregate's latest fact");
}

/* An aggregate's facts are of its own package: that makes a kind a full name again. */
static void emit_withdrawn(struct ruling *ruling, const ProtobufCMessage *aggregate,
	const Asskomm__Entry *entry, const char *reason)
{
	size_t *n_participants;
	char *const *participants = items_of(aggregate, "participants", &n_participants);
	struct emitted *emitted = emit(ruling, &asskomm__fact_withdrawn__descriptor, entry->on,
		*n_participants, participants);
	emitted->header.corrects = text_copy(ruling->arena, entry->fact_id);
	Asskomm__FactWithdrawn *fact =
		AS(Asskomm__FactWithdrawn, asskomm__fact_withdrawn, emitted->fact);
	fact->fact_id = text_copy(ruling->arena, entry->fact_id);
	fact->type = text_format(
		ruling->arena, "%s.%s", aggregate->descriptor->package_name, entry->kind);
	fact->reason = text_copy(ruling->arena, reason);
}

/* Only the latest: an earlier one may be what the later ones rest on. The rule that called knows
 * how its aggregate looks without the entry. */
enum verdict withdraw_latest(struct ruling *ruling, ProtobufCMessage *aggregate,
	const char *fact_id, const char *reason, const Asskomm__Entry **out_latest)
{
	size_t *count;
	Asskomm__Entry *const *entries = items_of(aggregate, "entries", &count);
	if (*count == 0 || strcmp(entries[*count - 1]->fact_id, fact_id) != 0)
		return refuse_withdrawal(ruling, entries, *count, fact_id);
	emit_withdrawn(ruling, aggregate, entries[*count - 1], reason);
	(*count)--;
	*out_latest = *count == 0 ? NULL : entries[*count - 1];
	return ACCEPTED;
}

/* The others move up and keep their order. */
enum verdict withdraw_entry(
	struct ruling *ruling, ProtobufCMessage *aggregate, const char *fact_id, const char *reason)
{
	size_t *count;
	Asskomm__Entry **entries = items_of(aggregate, "entries", &count);
	size_t at = 0;
	while (at < *count && strcmp(entries[at]->fact_id, fact_id) != 0)
		at++;
	if (at == *count)
		return refuse(ruling, FAILURE_CONFLICT, "factId", "unknown",
			"Give the id of a fact that stands here and was not taken back");
	emit_withdrawn(ruling, aggregate, entries[at], reason);
	(*count)--;
	memmove(&entries[at], &entries[at + 1], (*count - at) * sizeof(*entries));
	return ACCEPTED;
}
