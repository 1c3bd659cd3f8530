/* The life of a data delivery as one table of allowed moves. Deliveries are part of their analysis:
 * so the last good one and the step that it completes are saved together or not at all. */
#ifndef ASSKOMM_ANALYSIS_DELIVERIES_H
#define ASSKOMM_ANALYSIS_DELIVERIES_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"
#include <stdbool.h>

/* After plan_adopt: what the plan's open steps ask of each municipality is expected from `day` on,
 * unless it is there already. What nobody asks for any more goes, unless it came or was asked for
 * by hand. */
void deliveries_adopt(struct arena *arena, Analysis__SecurityAnalysis *analysis, const char *day);

/* What that municipality owes of that kind, or NULL. */
Analysis__Delivery *delivery_find(const Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant);

/* A new one that nothing is known of yet: only delivery_move makes it expected. NULL and refused
 * (`field` names it): the municipality is not in the analysis. */
Analysis__Delivery *delivery_add(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant, const char *field);

/* Like delivery_find. NULL and refused: nothing of the kind is expected of it. */
Analysis__Delivery *delivery_owed(struct ruling *ruling, const Analysis__SecurityAnalysis *analysis,
	Analysis__DeliveryKind kind, const char *participant);

/* The day on which it is due, by its step or by itself; "" for none. */
char *delivery_due(const Analysis__SecurityAnalysis *analysis, const Analysis__Delivery *delivery);

/* The round that came last. There must be one: RECEIVED and CHECKED have it. */
Analysis__DeliveryRound *delivery_round(const Analysis__Delivery *delivery);

/* Moves the delivery on by emitting `fact` on `day` about its municipality alone; the rest of what
 * the fact says (more than of which delivery) is filled in by the caller, before or after. Refuses
 * a day in the future or before what is known of it (`field` names it), and a move that the table
 * does not allow, naming those it does. */
enum verdict delivery_move(struct ruling *ruling, Analysis__SecurityAnalysis *analysis,
	Analysis__Delivery *delivery, const char *field, const char *day, ProtobufCMessage *fact);

/* The analysis' latest fact was about a delivery and is taken back: the delivery is what it was
 * before. False: the fact was about something else. */
bool delivery_take_back(
	struct arena *arena, Analysis__SecurityAnalysis *analysis, const Asskomm__Entry *entry);

#endif
