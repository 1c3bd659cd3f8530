/* The pure parts of the monitor. */
#ifndef ASSKOMM_MONITOR_RULES_H
#define ASSKOMM_MONITOR_RULES_H

#include "asskomm/envelope.pb-c.h"
#include "asskomm/monitor.pb-c.h"
#include "asskomm/registry.pb-c.h"
#include "core/arena.h"
#include "core/ruling.h"

rule_fn publish_figures;
rule_fn withdraw_publication;

/* What one fact does to the counters: Marks. Never NULL: the monitor notes every fact. */
ProtobufCMessage *marks_of(
	struct arena *arena, const Asskomm__FactHeader *header, const ProtobufCMessage *fact);

/* The names and numbers of places that a register, or the founding of a consortium, tells: added to
 * the parties and districts of `marks`. For marks_of. */
void places_of_territory(
	struct arena *arena, Monitor__Marks *marks, const Registry__TerritoryChanged *fact);
void places_of_consortium(struct arena *arena, Monitor__Marks *marks, const char *founded_on,
	const Registry__ConsortiumRegistered *fact);

/* The paragraph in German: PressFacts to PressText. */
ProtobufCMessage *press_text(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* IndicatorFacts to Indicators. */
ProtobufCMessage *indicators(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* IndicatorFacts to Bottlenecks. */
ProtobufCMessage *bottlenecks(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* ForecastFacts to Forecast. */
ProtobufCMessage *forecast(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* PipelineItemFacts, IndicatorFacts, MilestoneFacts and CaseEvents to Export. */
ProtobufCMessage *export_items(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);
ProtobufCMessage *export_indicators(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);
ProtobufCMessage *export_milestones(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);
ProtobufCMessage *export_events(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* FunnelFacts to ConversionFunnel. */
ProtobufCMessage *conversion_funnel(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* OutcomeFacts to Outcomes. */
ProtobufCMessage *outcomes(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

/* ConversionsFacts to Conversions. */
ProtobufCMessage *conversions(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

#endif
