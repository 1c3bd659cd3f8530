/* Of an erased contact stays what it was a contact of, and a fact that proves the erasure; who it
 * was, nobody can tell any more. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* Data are not erased for their age before their day; whoever asks is heard at once. */
static enum verdict check_ground(struct ruling *ruling, const Registry__Contact *contact,
	const Registry__EraseContactRequest *wish)
{
	if (wish->ground != REGISTRY__ERASURE_GROUND__RETENTION_ENDED)
		return ACCEPTED;
	if (contact->retain_until[0] == '\0' || strcmp(contact->retain_until, ruling->today) >= 0)
		return refuse(ruling, FAILURE_REFUSED, "ground", "retention",
			"its retention has not ended yet");
	return ACCEPTED;
}

/* In German, as the roles of the alliance are; it stands where the name stood. */
static char *tombstone(struct arena *arena, const Registry__Contact *contact)
{
	return text_format(arena, "%s (gelöscht)",
		contact->role_label[0] != '\0' ? contact->role_label : contact->role);
}

/* A second erasure finds nothing to do, whoever came first. */
enum verdict erase_contact(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Contact *contact = AS(Registry__Contact, registry__contact, aggregate);
	const Registry__EraseContactRequest *wish =
		AS(Registry__EraseContactRequest, registry__erase_contact_request, request);
	Registry__ContactErased *fact;

	if (contact->erased_on[0] != '\0')
		return UNCHANGED;
	if (check_ground(ruling, contact, wish) == REFUSED)
		return REFUSED;
	contact->name = tombstone(ruling->arena, contact);
	contact->function = contact->phone = contact->email = contact->consent_on =
		text_copy(ruling->arena, "");
	contact->erased_on = text_copy(ruling->arena, ruling->today);
	fact = AS(Registry__ContactErased, registry__contact_erased,
		emit(ruling, &registry__contact_erased__descriptor, ruling->today,
			contact->n_participants, contact->participants)
			->fact);
	fact->contact_id = contact->id;
	fact->ground = wish->ground;
	return ACCEPTED;
}
