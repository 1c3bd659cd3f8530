/* Commands of several words ("asskomm coaching session …") by table: what the line may hold, what
 * is sent, what is printed. A row of the table is one action; the rest is the same for all. */
#ifndef ASSKOMM_ACTIONS_H
#define ASSKOMM_ACTIONS_H

#include "client.h"
#include "connection.h"
#include "options.h"
#include <stddef.h>

#define ACTION_FIELDS_MAX 10

/* How a value of the line becomes one of the request. */
enum field_kind {
	FIELD_NONE, /* ends the list */
	FIELD_TEXT,
	FIELD_DATE,
	FIELD_NUMBER,
	FIELD_ENUM,    /* "in-person" is sent as IN_PERSON */
	FIELD_FLAG,    /* sent as true */
	FIELD_TEXTS,   /* may be repeated: a list of texts */
	FIELD_GOALS,   /* may be repeated: CODE[:TEXT], sent as objects of code and text */
	FIELD_PERIODS, /* may be repeated: FROM..UNTIL, either may be missing */
	FIELD_SHARES,  /* may be repeated: QUESTION[/CELL]:N:PERMILLE, sent as objects */
	FIELD_MEANS,   /* may be repeated: QUESTION[/CELL]:N:THOUSANDTHS, sent as objects */
};

struct field {
	const char *option;   /* "on", without dashes */
	const char *argument; /* "DATE" */
	const char *json;     /* "heldOn"; of a GET it is a parameter of the address */
	enum field_kind kind;
	bool required;
	const char *help;
};

struct action;

/* What one run of an action knows. */
struct action_run {
	struct connection *connection;
	const struct action *action;
	const struct words *words;  /* of the line */
	const char *id;             /* of what the first word names; NULL: nothing is named */
	const char *subject;        /* what `word` of the action says; NULL: the id */
	struct client_reply *reply; /* for print */
};

struct action {
	const char *name;      /* "session" */
	const char *arguments; /* "COACHING"; "" for none */
	const char *help;      /* one line */
	const char *example;   /* after "asskomm GROUP session " */
	const char *method;    /* "POST" */
	const char *path;      /* "/coachings" */
	const char *below;     /* "/sessions": follows the id in the path; NULL: no id there */
	const char *word; /* the id's field in the request, "participant"; NULL: it is in none */
	struct field fields[ACTION_FIELDS_MAX];
	/* Finds out what the line's words name and sets run->id; EXIT_DONE, or the reason on
	 * stderr. NULL: no words are taken. */
	int (*resolve)(struct action_run *run);
	void (*print)(struct action_run *run);
	const struct persona *persona;
};

struct action_group {
	const char *name; /* "coaching" */
	const char *text; /* what it is for, in lines of at most 90 columns */
	const struct action *actions;
	size_t n_actions;
};

/* Rows of `fields` that every table of actions needs: its end, and the day of what is recorded. */
#define END                                                                                        \
	{                                                                                          \
		.kind = FIELD_NONE                                                                 \
	}
#define ON(json, what)                                                                             \
	{                                                                                          \
		"on", "DATE", json, FIELD_DATE, true, what                                         \
	}

/* Runs the action that the second word names; alone or with --help the group teaches itself. Gives
 * the exit code. */
int actions_run(const struct action_group *group, int argc, char **argv);

/* "in-person" as the API names it: IN_PERSON. From the arena. */
const char *actions_enum(struct arena *arena, const char *text);

/* For print: what a command was answered, with the ids of its facts, so that one can be taken back.
 */
void actions_print_recorded(struct action_run *run);

/* For resolve: the first word is the id itself, of what has no name of its own. What is no id is
 * refused by the suite, with the reason. */
int actions_take_id(struct action_run *run);

/* For resolve: a GET whose answer is a message. NULL with the exit code, the reason is told. */
ProtobufCMessage *actions_get(struct connection *connection, const char *path,
	const ProtobufCMessageDescriptor *type, int *out_exit_code);

#endif
