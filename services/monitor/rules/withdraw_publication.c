/* A publication that was a mistake is withdrawn, with the reason; what it said stays to be read. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"

enum verdict withdraw_publication(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Monitor__Publication *publication =
		AS(Monitor__Publication, monitor__publication, aggregate);
	const Monitor__WithdrawPublicationRequest *wish = AS(Monitor__WithdrawPublicationRequest,
		monitor__withdraw_publication_request, request);
	Asskomm__FactWithdrawn *fact = NEW(ruling->arena, Asskomm__FactWithdrawn);
	struct emitted *emitted;

	if (publication->withdrawn[0] != '\0')
		return refuse(ruling, FAILURE_CONFLICT, "reason", "withdrawn",
			"it was withdrawn already: %s", publication->withdrawn);
	asskomm__fact_withdrawn__init(fact);
	fact->fact_id = publication->entry_id;
	fact->type = text_copy(ruling->arena, monitor__figures_published__descriptor.name);
	fact->reason = wish->reason;
	emitted = emit(ruling, fact->base.descriptor, publication->published_on, 0, NULL);
	emitted->header.corrects = publication->entry_id;
	emitted->fact = &fact->base;
	publication->withdrawn = wish->reason;
	return ACCEPTED;
}
