/* When a coaching stalls, or gives a warning, those who subscribed hear why, since when and who is
 * to act: once for each reason and first day, so that what was cleared and comes back is news
 * again. */
#include "rules.h"

#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"

/* In German, like all that is told; the reason's sentence comes from coaching in that language. */
static const char *actor_name(Coaching__Health__Actor actor)
{
	switch (actor) {
	case COACHING__HEALTH__ACTOR__ADVISER:
		return "die Sachbearbeitung";
	case COACHING__HEALTH__ACTOR__COACH:
		return "der Coach";
	case COACHING__HEALTH__ACTOR__COORDINATOR:
		return "die Koordination der Kommune";
	case COACHING__HEALTH__ACTOR__COACHING_PROVIDER:
		return "die Vermittlung der Coaches";
	case COACHING__HEALTH__ACTOR__ACTOR_UNSPECIFIED:
	case _COACHING__HEALTH__ACTOR_IS_INT_SIZE:
		break;
	}
	return "niemand";
}

static const char *german_day(struct arena *arena, const char *day)
{
	struct civil_date date;

	return civil_parse(day, &date) ? civil_german(arena, date) : day;
}

/* A coach has no name here, and no reference either: a mail goes further than the pool. */
static Notifications__StallNotice *tell(struct arena *arena,
	const Coaching__CoachingProcess *coaching, const Coaching__Health__Finding *finding)
{
	Notifications__StallNotice *notice = NEW(arena, Notifications__StallNotice);
	const char *name = coaching->participant != NULL ? coaching->participant->name : "";
	bool is_warning = finding->reason == COACHING__HEALTH__REASON__COACH_CHANGES;

	notifications__stall_notice__init(notice);
	notice->episode =
		text_format(arena, "%s %d %s", coaching->id, (int)finding->reason, finding->since);
	notice->n_participants = coaching->n_participants;
	notice->participants = coaching->participants;
	notice->subject = text_format(
		arena, "%s: %s", is_warning ? "Hinweis zum Coaching" : "Coaching stockt", name);
	notice->text = text_format(arena,
		"Das Coaching von %s %s seit dem %s: %s.\nAm Zug ist: %s.\nVorgang: %s\n", name,
		is_warning ? "fällt auf" : "stockt", german_day(arena, finding->since),
		finding->text, actor_name(finding->to_act), coaching->id);
	notice->valid_on = finding->since;
	return notice;
}

Notifications__StallNotices *stall_notices(struct arena *arena, const Coaching__CoachingList *list)
{
	Notifications__StallNotices *notices = NEW(arena, Notifications__StallNotices);

	notifications__stall_notices__init(notices);
	for (size_t i = 0; i < list->n_items; i++) {
		const Coaching__Health *health = list->items[i]->health;

		for (size_t k = 0; health != NULL && k < health->n_findings; k++)
			reflect_append(arena, &notices->base, "notices",
				tell(arena, list->items[i], health->findings[k]));
	}
	return notices;
}
