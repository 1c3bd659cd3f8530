/* Who is responsible for a district, and from when to when: the cases of a district are those of
 * its adviser, and go over to the next one with it.
 *
 * Each period is a unit of its own in the counter adviser/district, from its first day to the day
 * after its last one; `responsible` is the adviser. A period that is replaced or taken back takes
 * its marks with it, as all facts do. */
#include "marks.h"

#include "asskomm/registry.pb-c.h"
#include "core/check.h"
#include "core/civil.h"
#include "core/reflect.h"
#include "core/text.h"

#define COUNTER "adviser/district"

/* The first day on which somebody is not responsible any more. */
static const char *day_after(struct arena *arena, const char *day)
{
	char *text = arena_alloc(arena, CIVIL_DATE_SIZE);
	struct civil_date date;

	CHECK(civil_parse(day, &date)); /* a validated request gave it */
	civil_print(civil_from_days(civil_days(date) + 1), text);
	return text;
}

static void tell(struct arena *arena, Monitor__Marks *marks, const Registry__AdviserAssigned *fact,
	const char *from, int64_t n)
{
	const char *unit =
		text_format(arena, "%s/%s/%s", fact->district, fact->valid_from, fact->adviser);
	Monitor__Mark *mark = mark_new(
		arena, COUNTER, unit, (struct subject){ fact->district, fact->district }, from, n);

	mark->responsible = text_copy(arena, fact->adviser);
	reflect_append(arena, &marks->base, "cases", mark);
}

/* Deputies stand in for the responsible one; no case is theirs. */
void mark_advisers(struct arena *arena, Monitor__Marks *marks, const ProtobufCMessage *fact)
{
	const Registry__AdviserAssigned *assigned;

	if (fact->descriptor != &registry__adviser_assigned__descriptor)
		return;
	assigned = AS(Registry__AdviserAssigned, registry__adviser_assigned, fact);
	if (assigned->deputy)
		return;
	tell(arena, marks, assigned, assigned->valid_from, 1);
	if (assigned->valid_until[0] != '\0')
		tell(arena, marks, assigned, day_after(arena, assigned->valid_until), 0);
}
