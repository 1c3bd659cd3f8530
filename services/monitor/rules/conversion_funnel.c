/* Districts have few cases, and a small one is far from the state's share by chance: each is held
 * against the limits of its own size, never against a ranking. A share lies outside of its limits
 * exactly when its own interval (Wilson's) misses the share of the state. */
#include "rules.h"

#include "core/reflect.h"
#include "numbers.h"

#define Z_95 1.959963984540054
#define Z_998 3.090232306167813

/* The state's share and what chance does to it, of one number of cases. */
struct limits {
	double low, high;
};

static struct limits limits_of(double share, uint32_t of, double z)
{
	double half = z * square_root(share * (1 - share) / of);

	return (struct limits){ share - half < 0 ? 0 : share - half,
		share + half > 1 ? 1 : share + half };
}

/* Inwards would call chance what is none, so both ends are rounded outwards. */
static Monitor__FunnelLimits *told(struct arena *arena, struct limits limits)
{
	Monitor__FunnelLimits *message = NEW(arena, Monitor__FunnelLimits);
	double low = limits.low * 1000, high = limits.high * 1000;

	monitor__funnel_limits__init(message);
	message->low = (uint32_t)low;
	message->high = (uint32_t)high + ((uint32_t)high < high);
	return message;
}

static Monitor__FunnelPlace place_of(double share, struct limits near, struct limits far)
{
	if (share < far.low)
		return MONITOR__FUNNEL_PLACE__FAR_BELOW;
	if (share > far.high)
		return MONITOR__FUNNEL_PLACE__FAR_ABOVE;
	if (share < near.low)
		return MONITOR__FUNNEL_PLACE__BELOW;
	if (share > near.high)
		return MONITOR__FUNNEL_PLACE__ABOVE;
	return MONITOR__FUNNEL_PLACE__WITHIN;
}

/* A district with too few is told with its numbers and without a place; its limits are so wide that
 * they would say nothing. */
static Monitor__FunnelPoint *point_of(
	struct arena *arena, const Monitor__FunnelDistrict *district, const Monitor__Rate *state)
{
	Monitor__FunnelPoint *point = NEW(arena, Monitor__FunnelPoint);
	struct limits near, far;
	double share;

	monitor__funnel_point__init(point);
	point->district = district->district;
	point->name = district->name;
	point->rate = rate_of(arena, district->n, district->of);
	if (point->rate->too_few || state->too_few)
		return point;
	share = (double)state->n / state->of;
	near = limits_of(share, district->of, Z_95);
	far = limits_of(share, district->of, Z_998);
	point->limits = told(arena, near);
	point->far_limits = told(arena, far);
	point->place = place_of((double)district->n / district->of, near, far);
	return point;
}

ProtobufCMessage *conversion_funnel(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request)
{
	const Monitor__FunnelFacts *facts = AS(Monitor__FunnelFacts, monitor__funnel_facts, row);
	Monitor__ConversionFunnel *answer = NEW(arena, Monitor__ConversionFunnel);

	(void)request;
	monitor__conversion_funnel__init(answer);
	answer->as_of = facts->as_of;
	answer->known_at = facts->known_at;
	answer->from = facts->from;
	answer->to = facts->to;
	answer->within = facts->within;
	answer->ledger_seq = facts->ledger_seq;
	answer->state = rate_of(arena, facts->n, facts->of);
	for (size_t i = 0; i < facts->n_districts; i++)
		reflect_append(arena, &answer->base, "points",
			point_of(arena, facts->districts[i], answer->state));
	return &answer->base;
}
