/* A figure that should not have been recorded (of another municipality, say) is taken back. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "crime.h"

/* It stays in the books as taken back, so that the same number can be told again. */
enum verdict withdraw_crime_figure(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__CrimeRecord *record =
		AS(Analysis__CrimeRecord, analysis__crime_record, aggregate);
	const Analysis__WithdrawCrimeFigureRequest *wish = AS(Analysis__WithdrawCrimeFigureRequest,
		analysis__withdraw_crime_figure_request, request);
	Analysis__CrimeFigure *figure = crime_find(record, wish->year, wish->offence);
	Analysis__CrimeFigure *before = NEW(ruling->arena, Analysis__CrimeFigure);
	Analysis__CrimeFigureWithdrawn *fact;
	struct emitted *emitted;

	if (figure == NULL)
		return refuse(ruling, FAILURE_CONFLICT, "offence", "unknown",
			"there is no figure of %u, %s", wish->year, wish->offence);
	if (figure->withdrawn)
		return UNCHANGED;
	emitted = emit(ruling, &analysis__crime_figure_withdrawn__descriptor,
		crime_day(ruling->arena, wish->year), 1, &record->id);
	emitted->header.corrects = text_copy(ruling->arena, figure->fact_id);
	fact = AS(Analysis__CrimeFigureWithdrawn, analysis__crime_figure_withdrawn, emitted->fact);
	*before = *figure;
	fact->municipality = record->municipality;
	fact->figure = before;
	fact->reason = wish->reason;
	figure->withdrawn = true;
	return ACCEPTED;
}
