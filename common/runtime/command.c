/* The one runner of all commands: know, load, may, decide, save, answer.
 *
 * A key that was used before decides everything: before a refusal or a conflict is answered, it is
 * looked up, and the stored reply wins. Nothing is answered before the save's segment is committed;
 * when the outcome is not known the caller hears UNAVAILABLE and asks again with the same key. */
#include "runtime/command_internal.h"

#include "runtime/clock.h"
#include "runtime/digest.h"
#include "runtime/log.h"

#include "core/catalogue.h"
#include "core/may.h"
#include "core/reflect.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 5 /* load and decide again when others were faster */

static void load(struct run *run);

/* Whether the caller only asks what would happen. Then all is as ever, but the save is rolled back:
 * no aggregate, no fact, no key. */
static bool is_dry(const struct run *run)
{
	return run->call->bus->header->dry_run != 0;
}

/* ---- the end of a run: the next one's turn comes first, because answering frees the run */

/* A run without an aggregate never had a turn. */
static void end_turn(struct run *run)
{
	if (run->turn.aggregate != NULL)
		turn_end(&run->turn);
}

static void answer_refusal(struct run *run, const Asskomm__Failure *failure)
{
	end_turn(run);
	call_refuse(run->call, failure);
}

static void answer_reply(struct run *run, const uint8_t *reply, size_t reply_len)
{
	end_turn(run);
	call_answer(run->call, reply, reply_len);
}

/* For what is not the rule's to say: trouble, and keys. */
static void answer_failure(struct run *run, enum failure_code code, const char *text)
{
	answer_refusal(
		run, failure_new(run->call->arena, code, "%s", say_text(run->call->arena, text)));
}

/* The kick makes the ledger number the facts now instead of at its next poll; when it is lost, the
 * poll comes 100 ms later. UNCHANGED has no facts and needs none. */
static void answer_recorded(struct run *run)
{
	struct bus_peers *ledger = service_peer(run->call->service, "ledger");

	if (ledger != NULL && run->recorded->n_facts > 0)
		bus_kick(ledger);
	answer_reply(run, run->reply, run->reply_len);
}

/* ---- a key that may have been used */

/* The stored reply as it was given then, byte for byte, whatever has become of the aggregate since.
 */
static void replay(struct run *run, const struct db_rows *rows)
{
	const char *hash = db_value(rows, 0, 0);
	ProtobufCMessage *stored;

	if (strcmp(hash, run->request_hash) != 0) {
		answer_failure(run, FAILURE_KEY_REUSED,
			"this Idempotency-Key was used for another request; take a new key");
		return;
	}
	/* the reply lies in SQL as bytes: a Fact has a bytes field to read it with */
	stored = reflect_new(run->call->arena, &asskomm__fact__descriptor);
	bool fits = reflect_set_text(run->call->arena, stored, "payload", db_value(rows, 0, 1));
	const ProtobufCBinaryData *bytes = &((Asskomm__Fact *)(void *)stored)->payload;
	run->recorded = !fits ? NULL
			      : (Asskomm__Recorded *)(void *)reflect_unpack(run->call->arena,
					&asskomm__recorded__descriptor, bytes->data, bytes->len);
	if (run->recorded == NULL) {
		answer_failure(run, FAILURE_INTERNAL, "what is stored about this cannot be read");
		return;
	}
	if (!is_dry(run)) {
		answer_reply(run, bytes->data, bytes->len);
		return;
	}
	run->recorded->n_facts = 0; /* they are recorded already */
	command_pack_reply(run);
	answer_reply(run, run->reply, run->reply_len);
}

/* The key is not in the way: what was decided is answered, or the race is run again. */
static void answer_decided(struct run *run)
{
	if (run->failure != NULL)
		answer_refusal(run, run->failure);
	else if (run->recorded != NULL)
		answer_recorded(run);
	else if (run->attempts >= ATTEMPTS_MAX)
		answer_failure(run, FAILURE_ABORTED, "others change the same thing; try again");
	else
		load(run);
}

/* An unused key changes nothing: the refusal is answered, or the race is run again. */
static void on_key_found(struct db_segment *segment, enum db_outcome outcome)
{
	struct run *run = CONTAINER_OF(segment, struct run, segment);

	if (outcome != DB_DONE)
		answer_failure(run, FAILURE_UNAVAILABLE, "the database does not answer; try again");
	else if (db_count(segment->rows[0]) > 0)
		replay(run, segment->rows[0]);
	else
		answer_decided(run);
}

/* Answers what was decided (run->failure, or run->recorded when nothing changes), or loads again
 * when there is neither, unless the key was used before. */
static void look_up_key(struct run *run)
{
	static const struct statement *find;
	const char **values;

	if (run->key == NULL) {
		answer_decided(run);
		return;
	}
	find = statement_find("idempotency.find");
	CHECK(find != NULL && find->n_params == 2);
	values = NEW_ARRAY(run->call->arena, const char *, 2);
	for (size_t i = 0; i < 2; i++)
		values[i] = strcmp(find->params[i], "actor") == 0 ? run->call->principal->subject
								  : run->key;
	run->segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { find, values } },
		.scope = run->call->scope,
		.actor = run->call->principal->subject,
		.timeout_ms = call_remaining_ms(run->call) + 1,
		.on_done = on_key_found,
	};
	db_submit(run->call->service->db, &run->segment);
}

/* A refusal is not the last word while there is a key: a command that succeeded and is sent again
 * would be refused by its own effect. */
static void refuse_run(struct run *run, Asskomm__Failure *failure)
{
	run->failure = failure;
	look_up_key(run);
}

/* ---- saving */

/* A violation is known by its constraint's name alone: the service's table says what it means. What
 * no table knows is a bug of ours and the only case that is logged. 42501 is row-level security:
 * the row is out of the caller's scope, which is answered like a row that is not there. */
static Asskomm__Failure *rejection(struct run *run, const struct db_error *error)
{
	const struct constraint *c = run->call->service->table->constraints;
	struct arena *arena = run->call->arena;

	for (; c != NULL && c->name != NULL; c++)
		if (strcmp(c->name, error->constraint) == 0) {
			Asskomm__Failure *failure =
				failure_new(arena, c->code, "%s", say_text(arena, c->text));

			failure_add(arena, failure, c->field, c->rule, "%s", failure->text);
			return failure;
		}
	if (strcmp(error->sqlstate, "AK010") == 0)
		return failure_new(arena, FAILURE_REFUSED,
			"recordedOn lies before the last entry of the ledger, or in the future");
	if (strcmp(error->sqlstate, "42501") == 0)
		return failure_new(arena, FAILURE_NOT_FOUND, "not known, or not in your scope");
	log_line(LOG_ERROR, "save failed", "method", run->call->method->rpc, "sqlstate",
		error->sqlstate, "constraint", error->constraint, "message", error->message, NULL);
	return failure_new(arena, FAILURE_INTERNAL, "the command could not be saved");
}

/* Lost a race for locks: as good as a stale version. */
static bool is_race(const char *sqlstate)
{
	return strcmp(sqlstate, "40P01") == 0 || strcmp(sqlstate, "55P03") == 0 ||
	       strcmp(sqlstate, "40001") == 0;
}

/* 57014 is the statement's time-out, 40P01 and its like a lost race. Stale or raced, the run begins
 * anew with what is stored now; attempts bound that. */
static void on_saved(struct save *save, enum save_outcome outcome, const struct db_error *error)
{
	struct run *run = CONTAINER_OF(save, struct run, save);

	run->failure = NULL;
	switch (outcome) {
	case SAVE_DONE: /* of a dry run it hides that the key may have been used */
		if (is_dry(run))
			look_up_key(run);
		else
			answer_recorded(run);
		return;
	case SAVE_UNAVAILABLE:
		answer_failure(run, FAILURE_UNAVAILABLE,
			"the outcome is not known; repeat with the same Idempotency-Key");
		return;
	case SAVE_REJECTED:
		if (strcmp(error->sqlstate, "57014") == 0) {
			answer_failure(
				run, FAILURE_DEADLINE, "the database took too long; try again");
			return;
		}
		if (!is_race(error->sqlstate) && strcmp(error->constraint, "idempotency_once") != 0)
			run->failure = rejection(run, error);
		run->recorded = NULL;
		look_up_key(run);
		return;
	case SAVE_STALE:
		run->recorded = NULL;
		look_up_key(run);
		return;
	}
}

/* ---- deciding */

static Asskomm__Failure *out_of_reach(struct run *run)
{
	return failure_new(run->call->arena, FAILURE_NOT_FOUND, "not known, or not in your scope");
}

/* The caller decided on a version that is no longer the one, or on there being none yet. Version 0
 * is what was never saved: a row of the territory alone, or an aggregate that is about to begin. */
static Asskomm__Failure *check_version(struct run *run)
{
	const Asskomm__Header *header = run->call->bus->header;
	uint32_t expected = header->expected_version;
	const char *version = reflect_get_text(run->call->arena, run->aggregate, "version");
	uint32_t found = (uint32_t)strtoul(version, NULL, 10);

	if (header->expected_new && found > 0)
		return failure_new(run->call->arena, FAILURE_PRECONDITION,
			"it is there already, with version %s: read it, then decide", version);
	if (expected == 0 || found == expected)
		return NULL;
	return failure_new(run->call->arena, FAILURE_PRECONDITION,
		"the version is %s, not %u: read it again, then decide", version, expected);
}

/* The day that an import claims, or NULL. */
static const char *claimed_on(const struct run *run)
{
	const Asskomm__Claim *claim = run->call->bus->header->claim;

	return claim != NULL && claim->recorded_on[0] != '\0' ? claim->recorded_on : NULL;
}

/* may() is asked twice: with what was loaded, so that nobody learns by a refusal of what it may not
 * see, and with what the rule made of it, so that nobody moves an aggregate out of its reach. For a
 * new aggregate only the second can say no. */
static void decide(struct run *run)
{
	struct arena *arena = run->call->arena;
	Asskomm__Failure *stale = check_version(run);
	enum verdict verdict;

	if (!may(run->call->principal, run->call->method, run->aggregate)) {
		refuse_run(run, out_of_reach(run));
		return;
	}
	if (stale != NULL) {
		refuse_run(run, stale);
		return;
	}
	run->ruling = NEW(arena, struct ruling);
	run->ruling->arena = arena;
	run->ruling->new_id = clock_new_id;
	run->ruling->knowledge = run->knowledge;
	clock_today(run->ruling->today);
	run->ruling->claimed_on = claimed_on(run);
	verdict = run->command->rule(run->ruling, run->aggregate, run->call->request);
	if (verdict == REFUSED) {
		refuse_run(run, run->ruling->failure);
	} else if (!may(run->call->principal, run->call->method, run->aggregate)) {
		refuse_run(run, out_of_reach(run));
	} else if (verdict == UNCHANGED) {
		/* not before the key: a command that succeeded and is sent again changes nothing */
		command_fill_recorded(run, false);
		look_up_key(run);
	} else if (!command_fits(run)) {
		refuse_run(run, failure_new(arena, FAILURE_TOO_LARGE,
					"this makes too much to record at once; send it in parts"));
	} else {
		command_save(run, on_saved);
	}
}

/* ---- loading */

/* No row and a row out of reach are the same answer. */
static void on_loaded(struct db_segment *segment, enum db_outcome outcome)
{
	struct run *run = CONTAINER_OF(segment, struct run, segment);
	Asskomm__Failure *unread;

	if (outcome == DB_REJECTED && strcmp(segment->error.sqlstate, "57014") == 0) {
		answer_failure(run, FAILURE_DEADLINE, "the database took too long; try again");
	} else if (outcome == DB_REJECTED) {
		log_line(LOG_ERROR, "load failed", "method", run->call->method->rpc, "sqlstate",
			segment->error.sqlstate, "message", segment->error.message, NULL);
		answer_failure(run, FAILURE_INTERNAL, "the aggregate could not be loaded");
	} else if (outcome == DB_UNAVAILABLE) {
		answer_failure(run, FAILURE_UNAVAILABLE, "the database does not answer; try again");
	} else if (db_count(segment->rows[0]) == 0) {
		refuse_run(run, out_of_reach(run));
	} else {
		unread = row_read(run->call, segment->rows[0], 0, run->aggregate);
		if (unread != NULL)
			refuse_run(run, unread);
		else
			decide(run);
	}
}

/* Each attempt begins here with an empty aggregate and reads the deadline anew. */
static void load(struct run *run)
{
	const struct statement *statement;

	run->attempts++;
	if (call_remaining_ms(run->call) == 0) {
		answer_failure(run, FAILURE_DEADLINE, "it took too long; ask with the same key");
		return;
	}
	run->aggregate = reflect_new(run->call->arena, run->command->aggregate);
	if (run->command->load == NULL) {
		decide(run);
		return;
	}
	statement = statement_find(run->command->load);
	run->segment = (struct db_segment){
		.n_calls = 1,
		.calls = { { statement, call_values(run->call, statement) } },
		.scope = run->call->scope,
		.actor = run->call->principal->subject,
		.timeout_ms = call_remaining_ms(run->call),
		.on_done = on_loaded,
	};
	db_submit(run->call->service->db, &run->segment);
}

/* ---- another service's knowledge */

/* The answer is copied or unpacked into the call's arena: the bus's own memory ends with this
 * function. */
static void on_known(struct bus_request *request, const Asskomm__Failure *failure,
	const uint8_t *body, size_t body_len)
{
	struct run *run = CONTAINER_OF(request, struct run, need);
	const struct method_info *method = tables_method(run->command->need->method);

	if (failure != NULL) {
		/* what another service refuses is the caller's business; its trouble stays trouble
		 */
		Asskomm__Failure *copy =
			(Asskomm__Failure *)(void *)reflect_clone(run->call->arena, &failure->base);
		refuse_run(run, copy);
		return;
	}
	run->knowledge = reflect_unpack(run->call->arena, method->output, body, body_len);
	if (run->knowledge == NULL) {
		answer_failure(run, FAILURE_INTERNAL, "another service answered something else");
		return;
	}
	load(run);
}

/* In the caller's name and scope, so the other service shows no more than the caller may see. The
 * key does not travel on: a need only reads. */
static void ask_need(struct run *run)
{
	const struct method_info *method = tables_method(run->command->need->method);
	struct arena *arena = run->call->arena;
	ProtobufCMessage *request = run->command->need->ask(arena, run->call->request);

	CHECK(method != NULL && service_peer(run->call->service, method->service) != NULL);
	asskomm__header__init(&run->need.header);
	run->need.header.method = text_copy(arena, run->command->need->method);
	/* 0 would stand for the default, which is more than is left */
	run->need.header.timeout_ms = call_remaining_ms(run->call) + 1;
	run->need.header.principal = run->call->principal;
	run->need.header.traceparent = run->call->bus->header->traceparent;
	run->need.header.language = run->call->bus->header->language;
	run->need.body = reflect_pack(arena, request, &run->need.body_len);
	run->need.on_reply = on_known;
	bus_ask(service_peer(run->call->service, method->service), &run->need);
}

/* ---- the start of a run */

/* The same key with another request is another intention: method, content and claim are hashed. */
static const char *hash_request(struct run *run)
{
	const Asskomm__Header *header = run->call->bus->header;
	struct arena *arena = run->call->arena;
	size_t claim_len = 0;
	const uint8_t *claim = NULL;
	struct text all;

	if (header->claim != NULL)
		claim = reflect_pack(arena, &header->claim->base, &claim_len);
	text_init(&all, arena, BUS_MESSAGE_MAX + BUS_HEADER_MAX);
	text_append(&all, header->method);
	text_append_len(&all, "", 1);
	text_append_len(&all, (const char *)claim, claim_len);
	text_append_len(&all, "", 1);
	text_append_len(&all, (const char *)run->call->bus->body, run->call->bus->body_len);
	return digest_hex(arena, all.bytes, all.len);
}

/* The edge has checked this too, but a service has other callers. */
static Asskomm__Failure *check_claim(struct run *run)
{
	const Asskomm__Claim *claim = run->call->bus->header->claim;
	const Asskomm__Principal *principal = run->call->principal;
	struct civil_date day;

	if (claim == NULL)
		return NULL;
	for (size_t i = 0; i < principal->n_roles; i++)
		if (principal->roles[i] == ASSKOMM__ROLE__ROLE_OPERATOR) {
			if (claim->recorded_on[0] == '\0' || civil_parse(claim->recorded_on, &day))
				return NULL;
			return failure_new(
				run->call->arena, FAILURE_INVALID, "recordedOn is no date");
		}
	return failure_new(run->call->arena, FAILURE_FORBIDDEN,
		"only an operator's import may claim when something was known");
}

/* Requests about an aggregate name it in one of these fields. */
static const char *aggregate_of(struct run *run)
{
	static const char *const fields[] = { "id", "key", "year" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (reflect_field(run->call->request->descriptor, fields[i]) != NULL)
			return reflect_get_text(run->call->arena, run->call->request, fields[i]);
	return NULL;
}

/* The need comes first and only once: what another service knows does not depend on our version. */
static void on_turn(struct turn *turn)
{
	struct run *run = CONTAINER_OF(turn, struct run, turn);

	if (run->command->need != NULL)
		ask_need(run);
	else
		load(run);
}

/* Whatever follows, the run lives in the call's arena and is over when the call is answered. */
void command_run(struct call *call, const struct command *command)
{
	struct run *run = NEW(call->arena, struct run);
	Asskomm__Failure *failure;

	run->call = call;
	run->command = command;
	run->key = call->bus->header->idempotency_key[0] != '\0'
			   ? call->bus->header->idempotency_key
			   : NULL;
	run->request_hash = hash_request(run);
	failure = check_claim(run);
	if (failure != NULL) {
		call_refuse(call, failure);
		return;
	}
	run->turn.aggregate = aggregate_of(run);
	run->turn.on_turn = on_turn;
	if (run->turn.aggregate != NULL)
		turn_take(&run->turn);
	else
		on_turn(&run->turn);
}
