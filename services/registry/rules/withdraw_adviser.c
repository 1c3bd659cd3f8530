/* An assignment that was recorded by mistake never was; who it took over from is not called back,
 * since nobody knows until when that would be. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include <string.h>

/* The list stays in its order. */
static void remove_at(Registry__DistrictAdvisers *district, size_t place)
{
	district->n_assignments--;
	memmove(&district->assignments[place], &district->assignments[place + 1],
		(district->n_assignments - place) * sizeof(*district->assignments));
}

/* Takes the fact of the assignment back. */
static void take_back(struct ruling *ruling, const Registry__DistrictAdvisers *district,
	const Registry__Assignment *assignment, char *reason)
{
	struct emitted *emitted = emit(ruling, &asskomm__fact_withdrawn__descriptor,
		strcmp(assignment->valid_from, ruling->today) > 0 ? ruling->today
								  : assignment->valid_from,
		district->n_participants, district->participants);
	Asskomm__FactWithdrawn *fact =
		AS(Asskomm__FactWithdrawn, asskomm__fact_withdrawn, emitted->fact);

	emitted->header.corrects = assignment->fact_id;
	fact->fact_id = assignment->fact_id;
	fact->type = text_copy(ruling->arena, registry__adviser_assigned__descriptor.name);
	fact->reason = reason;
}

/* Found by its natural key. */
enum verdict withdraw_adviser(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Registry__DistrictAdvisers *district =
		AS(Registry__DistrictAdvisers, registry__district_advisers, aggregate);
	const Registry__WithdrawAdviserRequest *wish =
		AS(Registry__WithdrawAdviserRequest, registry__withdraw_adviser_request, request);

	for (size_t i = 0; i < district->n_assignments; i++) {
		const Registry__Assignment *assignment = district->assignments[i];

		if (strcmp(assignment->adviser, wish->adviser) == 0 &&
			strcmp(assignment->valid_from, wish->valid_from) == 0) {
			take_back(ruling, district, assignment, wish->reason);
			remove_at(district, i);
			return ACCEPTED;
		}
	}
	return refuse(ruling, FAILURE_NOT_FOUND, "adviser", "unknown",
		"%s has no assignment here that begins on %s", wish->adviser, wish->valid_from);
}
