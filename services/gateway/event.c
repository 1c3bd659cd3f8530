/* The event's data is a message of proto/ like everything else that leaves the suite, so its names
 * and the form of its numbers are those of the whole API. */
#include "event.h"

#include "asskomm/ledger.pb-c.h"
#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include <inttypes.h>
#include <string.h>

Asskomm__FactHeader *event_header(struct arena *arena, const Asskomm__Fact *fact)
{
	return (Asskomm__FactHeader *)(void *)reflect_unpack(
		arena, &asskomm__fact_header__descriptor, fact->header.data, fact->header.len);
}

/* The last part of the type: "AgreementSigned". It stands in a line of its own in the stream, so
 * anything but a name would be a way to write lines there. */
static const char *kind_of(const char *type)
{
	static const char NAME[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	const char *dot = strrchr(type, '.');
	const char *kind = dot == NULL ? type : dot + 1;

	return kind[0] != '\0' && kind[strspn(kind, NAME)] == '\0' ? kind : "unknown";
}

char *event_text(struct arena *arena, const Asskomm__Fact *fact, const Asskomm__FactHeader *header)
{
	Ledger__Event event = LEDGER__EVENT__INIT;
	const char *kind = kind_of(fact->type);
	struct text text;

	event.seq = fact->seq;
	event.id = fact->id;
	event.type = fact->type;
	event.kind = (char *)(uintptr_t)kind;
	event.valid_on = header->valid_on;
	event.recorded_at = fact->recorded_at;
	event.n_participants = header->n_participants;
	event.participants = header->participants;
	event.provenance = header->provenance;
	/* Compact JSON has no line breaks: one data line is enough. */
	text_init(&text, arena, EVENT_MAX);
	text_append_format(&text, "id: %" PRIu64 "\nevent: %s\ndata: ", fact->seq, kind);
	text_append(&text, reflect_to_json_text(arena, &event.base));
	text_append(&text, "\n\n");
	return text.overflown ? NULL : text.bytes;
}

bool event_concerns(const Asskomm__FactHeader *header, const Asskomm__Principal *principal)
{
	for (size_t i = 0; i < header->n_participants; i++)
		if (may_reach(principal, header->participants[i]))
			return true;
	return header->n_participants == 0;
}
