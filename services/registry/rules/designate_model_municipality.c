/* The ministry names a model municipality, once. */
#include "rules.h"

#include "core/parties.h"
#include "core/reflect.h"
#include "participant_facts.h"

/* A second designation is refused rather than ignored: it would carry another day. */
enum verdict designate_model_municipality(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__Participant *participant =
		AS(Registry__Participant, registry__participant, aggregate);
	const Registry__DesignateModelMunicipalityRequest *wish =
		AS(Registry__DesignateModelMunicipalityRequest,
			registry__designate_model_municipality_request, request);
	Registry__Party *party =
		participant_party(ruling, participant, "designatedOn", wish->designated_on);
	Registry__ModelMunicipalityDesignated *fact =
		NEW(ruling->arena, Registry__ModelMunicipalityDesignated);

	if (party == NULL)
		return REFUSED;
	if (participant->model_municipality_on[0] != '\0')
		return refuse(ruling, FAILURE_CONFLICT, "key", "once",
			"%s is a model municipality since %s", party->name,
			participant->model_municipality_on);
	registry__model_municipality_designated__init(fact);
	fact->participant = party_copy(ruling->arena, party);
	participant->model_municipality_on = wish->designated_on;
	emit_entry(ruling, aggregate, wish->designated_on, &fact->base);
	return ACCEPTED;
}
