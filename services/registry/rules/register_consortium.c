/* Towns that act together become a participant of their own, with a key made from the name. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

#define KEY_MAX 42
#define PREFIX_LEN 2u /* of "k-" */

/* "Städtebund Silberberg" → "k-st-dtebund-silberberg": stable, readable, ASCII. */
static char *key_of(struct arena *arena, const char *name)
{
	char *folded = text_fold(arena, name);
	char *key = arena_alloc(arena, KEY_MAX + 1);
	size_t len = PREFIX_LEN;

	memcpy(key, "k-", PREFIX_LEN);
	for (const char *c = folded; *c != '\0' && len < KEY_MAX; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');

		if (plain)
			key[len++] = *c;
		else if (key[len - 1] != '-')
			key[len++] = '-';
	}
	while (len > PREFIX_LEN && key[len - 1] == '-')
		key[--len] = '\0';
	return key;
}

/* A consortium of consortia would lie in no district, since it lies where its first member does; a
 * town that is named twice would make a consortium of itself. NULL when refused. */
static char **member_keys(
	struct ruling *ruling, const Registry__Participant *participant, const char *day)
{
	char **keys = NEW_ARRAY(ruling->arena, char *, participant->n_members + 1);

	for (size_t i = 0; i < participant->n_members; i++) {
		const char *field = text_format(ruling->arena, "members[%zu]", i);
		Registry__Party *party = the_body(ruling, participant->members[i], day, field);

		if (party == NULL)
			return NULL;
		for (size_t j = 0; j < i; j++)
			if (strcmp(keys[j], party->key) == 0) {
				refuse(ruling, FAILURE_INVALID, field, "twice", "%s is named twice",
					party->name);
				return NULL;
			}
		keys[i] = party->key;
	}
	return keys;
}

/* Its participants are the members' keys: those who may see a member see the consortium. That the
 * key is free, only the database can tell: a constraint on parties. */
enum verdict register_consortium(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__RegisterConsortiumRequest *wish = AS(Registry__RegisterConsortiumRequest,
		registry__register_consortium_request, request);
	Registry__ConsortiumRegistered *fact = NEW(ruling->arena, Registry__ConsortiumRegistered);
	char **keys = member_keys(ruling, participant, wish->registered_on);

	if (keys == NULL || require_past(ruling, "registeredOn", wish->registered_on) == REFUSED)
		return REFUSED;
	if (participant->n_members < 2)
		return refuse(ruling, FAILURE_REFUSED, "members", "several",
			"a consortium has at least two members");
	participant->id = key_of(ruling->arena, wish->name);
	if (strlen(participant->id) <= PREFIX_LEN)
		return refuse(ruling, FAILURE_REFUSED, "name", "key",
			"give a name with letters from a to z or digits: the key is made of them");
	participant->name = wish->name;
	participant->kind = REGISTRY__PARTY_KIND__CONSORTIUM;
	participant->district = party_of(participant->members[0], keys[0])->district;
	participant->n_participants = participant->n_members;
	participant->participants = keys;
	registry__consortium_registered__init(fact);
	fact->participant = NEW(ruling->arena, Registry__Party);
	registry__party__init(fact->participant);
	fact->participant->key = participant->id;
	fact->participant->name = participant->name;
	fact->participant->kind = participant->kind;
	fact->participant->district = participant->district;
	fact->n_members = participant->n_members;
	fact->members = keys;
	emit_entry(ruling, aggregate, wish->registered_on, &fact->base);
	return ACCEPTED;
}
