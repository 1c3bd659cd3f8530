/* What is published stands for ever: the figures of a day, what was asked, and how much was known.
 * Whoever asks the same again, with the same knowledge, must get the same. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"

/* The load has asked already: figures and position are of one moment. */
enum verdict publish_figures(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Monitor__Publication *publication =
		AS(Monitor__Publication, monitor__publication, aggregate);
	const Monitor__PublishFiguresRequest *wish =
		AS(Monitor__PublishFiguresRequest, monitor__publish_figures_request, request);
	Monitor__FiguresPublished *fact = NEW(ruling->arena, Monitor__FiguresPublished);
	struct emitted *emitted;

	if (require_past(ruling, "asOf", publication->as_of) == REFUSED)
		return REFUSED;
	if (publication->ledger_seq == 0)
		return refuse(ruling, FAILURE_CONFLICT, "asOf", "nothing_known",
			"nothing is known yet that could be published");
	publication->id = ruling_id(ruling);
	publication->title = wish->title;
	publication->published_on = text_copy(ruling->arena, ruling_day(ruling));
	monitor__figures_published__init(fact);
	reflect_share(&fact->base, &publication->base);
	emitted = emit(ruling, fact->base.descriptor, publication->published_on, 0, NULL);
	emitted->fact = &fact->base;
	publication->entry_id = text_copy(ruling->arena, emitted->id);
	return ACCEPTED;
}
