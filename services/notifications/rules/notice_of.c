/* Which facts are told, and in which words. */
#include "rules.h"

#include "asskomm/registry.pb-c.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"

/* In German, the language of those who subscribe; the name is that of the day of signing. */
static void tell_agreement(struct arena *arena, Notifications__Notice *notice,
	const Asskomm__FactHeader *header, const Registry__AgreementSigned *fact)
{
	const char *name = fact->participant->name;
	struct civil_date day;

	CHECK(civil_parse(header->valid_on, &day));
	notice->subject = text_format(arena, "Kooperationsvereinbarung unterzeichnet: %s", name);
	notice->text = text_format(arena,
		"%s (%s) hat am %s eine Kooperationsvereinbarung im ASSKomm-Verbund "
		"unterzeichnet.\n",
		name, fact->participant->key, civil_german(arena, day));
}

/* The statement behind it finds the subscriptions; here is only what is said. */
ProtobufCMessage *notice_of(
	struct arena *arena, const Asskomm__FactHeader *header, const ProtobufCMessage *fact)
{
	Notifications__Notice *notice = NEW(arena, Notifications__Notice);

	notifications__notice__init(notice);
	/* a correction is no news: whoever was told of the fact was told */
	if (fact->descriptor != &registry__agreement_signed__descriptor ||
		header->corrects[0] != '\0')
		return NULL;
	notice->kind = text_copy(arena, fact_kind(fact->descriptor));
	notice->valid_on = header->valid_on;
	notice->n_participants = header->n_participants;
	notice->participants = header->participants;
	tell_agreement(arena, notice, header,
		AS(Registry__AgreementSigned, registry__agreement_signed, fact));
	return &notice->base;
}
