/* What a municipality owed has come: how much, of which day, by whose hand as a role. Its content
 * stays where it belongs, and nothing of a person comes into the books. */
#include "rules.h"

#include "asskomm/registry.pb-c.h"
#include "core/reflect.h"
#include "core/text.h"
#include "deliveries.h"
#include "personal.h"
#include <string.h>

#define LEAST_SAMPLE 5u /* persons; fewer are known by their number already */
#define SHA256_DIGITS 64u

typedef Analysis__ReceiveDeliveryRequest Wish;

/* One text for all ways: who reads it must know what to do. */
static enum verdict refuse_content(struct ruling *ruling, const char *field)
{
	return refuse(ruling, FAILURE_REFUSED, field, "personal",
		"This looks like what is in the delivery. By policy only what is known of it is "
		"kept here (how much, of which day, its fingerprint), never a register, persons "
		"or single answers: leave it out, and destroy what was uploaded elsewhere by "
		"mistake");
}

static enum verdict require_metadata(struct ruling *ruling, const Wish *wish)
{
	for (size_t i = 0; i < wish->n_columns; i++)
		if (personal_heading(ruling->arena, wish->columns[i]))
			return refuse_content(
				ruling, text_format(ruling->arena, "columns[%zu]", i));
	if (wish->kind == ANALYSIS__DELIVERY_KIND__REGISTER_EXTRACT && wish->records > 0 &&
		wish->records < LEAST_SAMPLE)
		return refuse_content(ruling, "records");
	return ACCEPTED;
}

static bool is_sha256(const char *text)
{
	return strlen(text) == SHA256_DIGITS &&
	       strspn(text, "0123456789abcdefABCDEF") == SHA256_DIGITS;
}

static enum verdict check_metadata(struct ruling *ruling, const Wish *wish)
{
	if (wish->records == 0 && wish->sheets == 0)
		return refuse(ruling, FAILURE_INVALID, "records", "required",
			"Give the number of records or of sheets");
	if (wish->sha256[0] != '\0' && !is_sha256(wish->sha256))
		return refuse(ruling, FAILURE_INVALID, "sha256", "format",
			"Give the 64 digits of a SHA-256, or leave it out");
	if (strcmp(wish->reference_on, wish->received_on) > 0)
		return refuse(ruling, FAILURE_REFUSED, "referenceOn", "order",
			"it came on %s and cannot be of a later day", wish->received_on);
	return ACCEPTED;
}

/* Who brought it is a role, never a name. */
static enum verdict check_role(struct ruling *ruling, const Wish *wish)
{
	const Registry__ResolvedCodes *known =
		AS(Registry__ResolvedCodes, registry__resolved_codes, ruling->knowledge);

	if (known->n_unknown == 0)
		return ACCEPTED;
	return refuse(ruling, FAILURE_REFUSED, "deliveredBy", "unknown",
		"the list %s has no code %s on %s", known->unknown[0]->list, wish->delivered_by,
		wish->received_on);
}

/* The same file in whatever case is the same file. */
static Analysis__DeliveryRound *make_round(struct arena *arena, const Wish *wish)
{
	Analysis__DeliveryRound *round = NEW(arena, Analysis__DeliveryRound);

	analysis__delivery_round__init(round);
	reflect_share(&round->base, &wish->base);
	round->sha256 = text_fold(arena, wish->sha256);
	return round;
}

/* Content is refused before anything else is looked at: nothing of it shall come into another
 * refusal. */
enum verdict receive_delivery(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Analysis__SecurityAnalysis *analysis =
		AS(Analysis__SecurityAnalysis, analysis__security_analysis, aggregate);
	const Wish *wish =
		AS(Analysis__ReceiveDeliveryRequest, analysis__receive_delivery_request, request);
	Analysis__DeliveryReceived *fact = NEW(ruling->arena, Analysis__DeliveryReceived);
	Analysis__Delivery *delivery;
	Analysis__DeliveryRound *round;

	if (require_metadata(ruling, wish) == REFUSED || check_metadata(ruling, wish) == REFUSED ||
		check_role(ruling, wish) == REFUSED)
		return REFUSED;
	delivery = delivery_owed(ruling, analysis, wish->kind, wish->participant);
	if (delivery == NULL)
		return REFUSED;
	analysis__delivery_received__init(fact);
	round = make_round(ruling->arena, wish);
	reflect_share(&fact->base, &round->base);
	if (delivery_move(ruling, analysis, delivery, "receivedOn", wish->received_on,
		    &fact->base) == REFUSED)
		return REFUSED;
	reflect_append(ruling->arena, &delivery->base, "rounds", round);
	return ACCEPTED;
}
