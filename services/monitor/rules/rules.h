/* The pure parts of the monitor. */
#ifndef ASSKOMM_MONITOR_RULES_H
#define ASSKOMM_MONITOR_RULES_H

#include "asskomm/envelope.pb-c.h"
#include "asskomm/monitor.pb-c.h"
#include "core/arena.h"

/* What one fact does to the counters: Marks. Never NULL: the monitor notes every fact. */
ProtobufCMessage *marks_of(
	struct arena *arena, const Asskomm__FactHeader *header, const ProtobufCMessage *fact);

/* The paragraph in German: PressFacts to PressText. */
ProtobufCMessage *press_text(
	struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);

#endif
