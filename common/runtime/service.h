/* What every service is: a table of contents, and service_main, which does the rest.
 *
 *   int main(int argc, char **argv) { return service_main(argc, argv, &registry); }
 *
 * service_main reads the settings, connects bus and database, checks that each rpc of the service
 * has a row and each row an rpc, answers /healthz, /readyz and /metrics, and ends in order on
 * SIGTERM. */
#ifndef ASSKOMM_RUNTIME_SERVICE_H
#define ASSKOMM_RUNTIME_SERVICE_H

#include "asskomm/envelope.pb-c.h"
#include "core/arena.h"
#include "core/ruling.h"
#include "core/tables.h"
#include "runtime/bus.h"
#include "runtime/db.h"
#include "runtime/settings.h"
#include <stddef.h>
#include <uv.h>

struct service;

/* A rule's need of another service's knowledge: one rpc, made by the runner before the load, inside
 * the caller's deadline. `ask` makes the request from the command's request. */
struct need {
	const char *method; /* "asskomm.registry.v1.Registry/ResolveParties" */
	ProtobufCMessage *(*ask)(struct arena *arena, const ProtobufCMessage *request);
};

/* One command: load the aggregate, ask may(), let the rule decide, save what it gives with its
 * facts and the idempotency row in one guarded statement. */
struct command {
	const char *rpc; /* "SignAgreement" */
	const ProtobufCMessageDescriptor *aggregate;
	const char *load; /* statement; its parameters are request fields (and actor, scope); one
			   * row is the aggregate, none is NOT_FOUND; NULL: it is new and empty */
	rule_fn *rule;
	const char *save;        /* statement over arrays, see common/runtime/sql/save_head.sql */
	const struct need *need; /* or NULL */
};

/* One query: the statement's parameters are request fields (and actor, scope); its rows become the
 * reply by column name: one row is the reply itself, or, when the reply has a repeated message
 * field `items`, each row is an item. No row for a reply without items is NOT_FOUND, as is the
 * statement's no_data_found (for a list about something that does not exist). With `present`, the
 * one row is first read into `rows` and the pure function makes the reply from it, also a list. */
struct query {
	const char *rpc;
	const char *sql;
	const ProtobufCMessageDescriptor *rows; /* with present only */
	ProtobufCMessage *(*present)(
		struct arena *arena, const ProtobufCMessage *row, const ProtobufCMessage *request);
};

/* The business refusal that a named constraint stands for. */
struct constraint {
	const char *name;
	enum failure_code code;
	const char *field;
	const char *rule;
	const char *text; /* English; German in common/texts/de */
};

/* What facts do to this service: `fold` makes an effect (a message) from one fact, or NULL for
 * none; the statement `sql` applies it: parameters are the effect's fields and seq, fact_id, type,
 * epoch, valid_on, recorded_at, participants, provenance, citation, corrects, actor. The statement
 * must advance listener_offset and hang everything on that (common/runtime/sql/advance.sql), and
 * give a row when it did. */
struct listener {
	const char *sql;
	const ProtobufCMessageDescriptor *effect;
	ProtobufCMessage *(*fold)(struct arena *arena, const Asskomm__FactHeader *header,
		const ProtobufCMessage *fact);
	void (*on_folded)(struct service *service); /* after a commit; or NULL */
	const char *pass; /* statement for a fact without an effect; NULL: only the offset moves */
	bool together; /* `sql` takes many facts: its parameters are arrays with an item for each,
			* NULL where a fact has no effect, and its rows are one per fact */
};

struct service_table {
	const char *name; /* "registry" */
	const ProtobufCServiceDescriptor *descriptor;
	const struct command *commands;            /* ended by a row without rpc; or NULL */
	const struct query *queries;               /* likewise */
	const struct constraint *constraints;      /* likewise */
	const struct listener *listener;           /* or NULL */
	const char *const *peers;                  /* services it asks, NULL-terminated; or NULL */
	void (*on_start)(struct service *service); /* own timers and workers; or NULL */
	void (*on_kick)(struct service *service);  /* or NULL */
	void (*on_drain)(struct service *service); /* SIGTERM came: close own doors; or NULL */
	bool (*is_quiet)(struct service *service); /* nothing of its own in flight; or NULL */
	void (*on_end)(struct service *service);   /* free what on_start made; or NULL */
	const char *(*why_not)(
		struct service *service); /* own reason not to be ready, else NULL; or NULL */
	struct setting *settings; /* own, beside the common ones; ended by a row without name */
	bool publishes;           /* binds a PUB */
	bool without_database;
};

/* A running service, for on_start, on_kick and on_folded. */
uv_loop_t *service_loop(struct service *service);
struct db *service_db(struct service *service);
struct bus *service_bus(struct service *service);
const char *service_setting(struct service *service, const char *name);
/* A setting that is a whole number; what is none, or lies outside, ends the process with a line on
 * stderr: a default in its place would be a surprise. For the start only. */
long service_number(struct service *service, const char *name, long least, long most);
/* The callee, as named in `peers`; the ledger is there for every service with commands. */
struct bus_peers *service_peer(struct service *service, const char *name);
/* Whether SIGTERM came: start nothing new. */
bool service_is_draining(const struct service *service);

int service_main(int argc, char **argv, const struct service_table *table);

#endif
