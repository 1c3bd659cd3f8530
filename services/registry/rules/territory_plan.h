/* What a register means beside those before and behind it in time: who is gone, who took the place,
 * and what nobody has confirmed yet. Pure; shared by import and preview. */
#ifndef ASSKOMM_REGISTRY_TERRITORY_PLAN_H
#define ASSKOMM_REGISTRY_TERRITORY_PLAN_H

#include "asskomm/registry.pb-c.h"
#include "core/ruling.h"

/* A municipality, rural district or union of a register: whoever can take part. Area and population
 * are 0 for all but municipalities. */
struct body {
	Registry__Party party; /* key, name, kind, district */
	const char *official_name;
	const char *association;
	uint32_t area_ha;
	uint32_t population;
};

/* Sorted by key. */
struct bodies {
	size_t count;
	struct body *items;
};

/* A key that a register has and the next one has not. It ended after `from`, and at the latest on
 * `to`: the two status dates. */
struct gap {
	const struct body *body;
	const struct bodies *earlier;
	const struct bodies *later;
	const char *from;
	const char *to;
	const Registry__Succession *known; /* confirmed before, or NULL */
	const Registry__Succession *given; /* by this request, or NULL */
	bool confirmed;                    /* by one of the two, given before known */
};

struct territory_plan {
	struct bodies before, same, now, after;
	size_t n_gaps;
	struct gap *gaps;
};

/* Refuses a register that is broken in itself: keys that are none, that lie in no Land of it or
 * stand there twice, municipalities in districts that it has not. */
enum verdict territory_check(struct ruling *ruling, const Registry__ImportTerritoryRequest *wish);

/* What the register says of its Land number `place`: lists in the order of keys, the status date
 * left out. It shares rows and texts with the request. */
Registry__Register *territory_part(
	struct arena *arena, const Registry__ImportTerritoryRequest *wish, size_t place);

/* Whether what is kept (or NULL) says the same of that Land already. */
bool territory_has(
	struct arena *arena, const Registry__Register *kept, const Registry__Register *part);

/* Compares the register with its neighbours. Refuses what cannot be: a key that was there on the
 * same day and is not any more, one that is missing between two registers that have it, one that
 * is said to have ended and is there, and a succession that names nobody or no possible day. Gaps
 * that nobody confirmed are no refusal here. */
enum verdict territory_compare(struct ruling *ruling, const Registry__Territory *territory,
	const Registry__ImportTerritoryRequest *wish, struct territory_plan *out_plan);

/* Refuses when a gap is not confirmed: one violation for each, with the proposal as candidate. */
enum verdict territory_require_confirmed(struct ruling *ruling, const struct territory_plan *plan);

/* Who fits in the place of who is gone, by areas, names and population; and from which day. Never
 * NULL; without a successor when nobody fits. */
Registry__TerritoryPreview__Proposal *territory_propose(
	struct arena *arena, const struct territory_plan *plan, const struct gap *gap);

/* The one with that key, or NULL. */
const struct body *body_find(const struct bodies *bodies, const char *key);

/* Whether what a gap's request says is new: not the same was confirmed before. */
bool gap_is_news(const struct gap *gap);

#endif
