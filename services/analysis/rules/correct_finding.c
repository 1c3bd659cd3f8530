/* A finding was recorded wrongly: another fact takes the place of its fact. What was known before
 * stays known for its time. */
#include "rules.h"

#include "core/reflect.h"
#include "core/text.h"
#include "findings.h"
#include <string.h>

typedef Analysis__CorrectFindingRequest Wish;

/* Compared as packed bytes, as a request that would give what is there. */
static bool is_same(struct arena *arena, const Analysis__Finding *finding, const Wish *wish)
{
	Wish now = ANALYSIS__CORRECT_FINDING_REQUEST__INIT;
	size_t len, other_len;
	uint8_t *bytes, *other;

	reflect_share(&now.base, &finding->base);
	bytes = reflect_pack(arena, &now.base, &len);
	other = reflect_pack(arena, &wish->base, &other_len);
	return len == other_len && memcmp(bytes, other, len) == 0;
}

/* Only the fact that holds now is an entry: it alone can be corrected or taken back. */
static void replace_entry(
	struct ruling *ruling, Analysis__Finding *finding, const char *day, ProtobufCMessage *fact)
{
	const char *before = finding->entries[0]->fact_id;

	finding->n_entries = 0;
	emit_entry(ruling, &finding->base, day, fact);
	ruling->facts[ruling->n_facts - 1].header.corrects = text_copy(ruling->arena, before);
}

/* It stays a finding of the same municipalities. Measures refer to recommendations by code, so a
 * code that goes leaves them without a text and no more. */
enum verdict correct_finding(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__Finding *finding = AS(Analysis__Finding, analysis__finding, aggregate);
	const Wish *wish =
		AS(Analysis__CorrectFindingRequest, analysis__correct_finding_request, request);
	Analysis__FindingCorrected *fact = NEW(ruling->arena, Analysis__FindingCorrected);

	if (finding->status != ANALYSIS__FINDING__STATUS__RECORDED)
		return refuse(ruling, FAILURE_CONFLICT, NULL, "state",
			"the finding was taken back; record it anew");
	if (is_same(ruling->arena, finding, wish))
		return UNCHANGED;
	if (require_past(ruling, "foundOn", wish->found_on) == REFUSED ||
		require_codes(ruling, wish->found_on) == REFUSED ||
		require_distinct(ruling, wish->recommendations, wish->n_recommendations) == REFUSED)
		return REFUSED;
	reflect_share(aggregate, request);
	analysis__finding_corrected__init(fact);
	reflect_share(&fact->base, aggregate);
	fact->finding_id = finding->id;
	replace_entry(ruling, finding, wish->found_on, &fact->base);
	return ACCEPTED;
}
