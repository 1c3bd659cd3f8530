/* What a decided command saves: the aggregate with its new version, the facts with their headers,
 * the reply that the key will give again. Bytes go to SQL as hex, lists as JSON. */
#include "runtime/command_internal.h"

#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>

/* Fields that an aggregate need not have; "" for those it has not. */
static const char *field_text(const struct run *run, const ProtobufCMessage *m, const char *name)
{
	const char *text = reflect_get_text(run->call->arena, m, name);

	return text != NULL ? text : "";
}

/* What the rule does not know: who, which aggregate in which version, whose trace, and what an
 * operator's import claims about where the knowledge comes from. */
static void fill_header(struct run *run, struct emitted *emitted)
{
	const Asskomm__Header *header = run->call->bus->header;

	emitted->header.actor = run->call->principal->subject;
	emitted->header.aggregate = run->recorded->id;
	emitted->header.version = run->recorded->version;
	emitted->header.traceparent = header->traceparent;
	if (header->claim != NULL) {
		emitted->header.provenance = header->claim->provenance;
		emitted->header.citation = header->claim->citation;
	}
}

/* Packed here and stored as these bytes: the ledger hashes what it stores, so nobody packs again.
 */
static void pack_fact(struct run *run, struct emitted *emitted, struct saved_fact *out_fact)
{
	struct arena *arena = run->call->arena;
	size_t len;
	uint8_t *bytes;

	CHECK(emitted->fact != NULL);
	fill_header(run, emitted);
	out_fact->id = emitted->id;
	out_fact->type = emitted->fact->descriptor->name;
	bytes = reflect_pack(arena, &emitted->header.base, &len);
	out_fact->header = text_bytea(arena, bytes, len);
	bytes = reflect_pack(arena, emitted->fact, &len);
	out_fact->payload = text_bytea(arena, bytes, len);
	out_fact->participants = reflect_get_text(arena, &emitted->header.base, "participants");
}

/* By the packed length, which costs a walk and no memory. */
bool command_fits(const struct run *run)
{
	size_t bytes = 0;

	for (size_t i = 0; i < run->ruling->n_facts; i++)
		bytes += protobuf_c_message_get_packed_size(run->ruling->facts[i].fact);
	return bytes <= COMMAND_FACTS_MAX;
}

/* That of a dry run is marked, so that nobody takes it for what was done. */
void command_pack_reply(struct run *run)
{
	Asskomm__Recorded *recorded = run->recorded;

	if (run->call->bus->header->dry_run) {
		recorded->would_change_opt_case = ASSKOMM__RECORDED__WOULD_CHANGE_OPT_WOULD_CHANGE;
		recorded->would_change = recorded->n_facts > 0;
		recorded->n_facts = 0;
		recorded->dry_run_opt_case = ASSKOMM__RECORDED__DRY_RUN_OPT_DRY_RUN;
		recorded->dry_run = true;
	}
	run->reply = reflect_pack(run->call->arena, &recorded->base, &run->reply_len);
}

/* Before the facts are packed, because their headers name id and version. UNCHANGED gives the
 * version that is there, and no facts: it recorded none. */
void command_fill_recorded(struct run *run, bool changed)
{
	struct arena *arena = run->call->arena;
	Asskomm__Recorded *recorded =
		(Asskomm__Recorded *)(void *)reflect_new(arena, &asskomm__recorded__descriptor);
	const char *version = field_text(run, run->aggregate, "version");

	recorded->id = text_copy(arena, field_text(run, run->aggregate, "id"));
	recorded->version = (uint32_t)strtoul(version, NULL, 10) + (changed ? 1 : 0);
	if (changed)
		CHECK(reflect_set_text(arena, run->aggregate, "version",
			text_format(arena, "%u", recorded->version)));
	recorded->n_facts = changed ? run->ruling->n_facts : 0;
	recorded->facts = NEW_ARRAY(arena, char *, recorded->n_facts + 1);
	for (size_t i = 0; i < recorded->n_facts; i++)
		recorded->facts[i] = run->ruling->facts[i].id;
	run->recorded = recorded;
	command_pack_reply(run);
}

/* All that the batch will read lies in the call's arena and stays until on_saved. One millisecond
 * more than is left: 0 would stand for the default. */
void command_save(struct run *run, void (*on_saved)(struct save *save, enum save_outcome outcome,
					   const struct db_error *error))
{
	struct arena *arena = run->call->arena;
	const Asskomm__Claim *claim = run->call->bus->header->claim;
	struct saved_fact *facts;

	command_fill_recorded(run, true);
	facts = NEW_ARRAY(arena, struct saved_fact, run->ruling->n_facts + 1);
	for (size_t i = 0; i < run->ruling->n_facts; i++)
		pack_fact(run, &run->ruling->facts[i], &facts[i]);
	run->save = (struct save){
		.statement = statement_find(run->command->save),
		.scope = run->call->scope,
		.actor = run->call->principal->subject,
		.aggregate = run->aggregate,
		.id = run->recorded->id,
		.idempotency_key = run->key,
		.request_hash = run->request_hash,
		.reply = text_bytea(arena, run->reply, run->reply_len),
		.recorded_on =
			claim != NULL && claim->recorded_on[0] != '\0' ? claim->recorded_on : NULL,
		.claimed = claim != NULL,
		.dry = run->call->bus->header->dry_run != 0,
		.n_facts = run->ruling->n_facts,
		.facts = facts,
		.arena = arena,
		.timeout_ms = call_remaining_ms(run->call) + 1,
		.on_saved = on_saved,
	};
	batch_submit(run->call->service, &run->save);
}
