/* asskomm coach: the pool of coaches, by references; their names lie with the registry's contacts.
 */
#include "actions.h"
#include "coachings.h"
#include "command.h"

/* what a coach can and will do */
#define CAPACITY                                                                                   \
	{                                                                                          \
		"capacity", "N", "capacity", FIELD_NUMBER, true, "coachings at the same time"      \
	}
#define COMPETENCE                                                                                 \
	{                                                                                          \
		"competence", "CODE", "competences", FIELD_TEXTS, true, "moderation, …"          \
	}
#define DISTRICT                                                                                   \
	{                                                                                          \
		"district", "AGS5", "districts", FIELD_TEXTS, false, "goes there (else anywhere)"  \
	}
#define PERIOD                                                                                     \
	{                                                                                          \
		"period", "FROM..UNTIL", "availability", FIELD_PERIODS, false,                     \
			"has time then (else always)"                                              \
	}
#define CONTACT                                                                                    \
	{                                                                                          \
		"contact", "ID", "contactId", FIELD_TEXT, false, "of the registry: the name"       \
	}

/* To add one: a row. */
static const struct action ACTIONS[] = {
	{ "add", "REFERENCE", "takes a coach into the pool, or back into it",
		"B3-17 --on 2022-01-01 --capacity 3 --competence mediation --district 14521",
		"POST", "/coaches", NULL, "id",
		{ ON("registeredOn", "the day of joining"), CAPACITY, COMPETENCE, DISTRICT, PERIOD,
			CONTACT, END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "change", "REFERENCE", "replaces what a coach can and will do",
		"B3-17 --on 2022-06-01 --capacity 4 --competence mediation --competence sorbian",
		"POST", "/coaches", "/change", NULL,
		{ ON("changedOn", "the day of the change"), CAPACITY, COMPETENCE, DISTRICT, PERIOD,
			CONTACT, END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "retire", "REFERENCE", "takes a coach out of the pool", "B3-17 --on 2023-01-01", "POST",
		"/coaches", "/retire", NULL, { ON("retiredOn", "the last day"), END },
		actions_take_id, actions_print_recorded, &PERSONA_ADVISER },
	{ "list", "", "prints the pool", "--competence mediation --district 14521 --free", "GET",
		"/coaches", NULL, NULL,
		{ { "competence", "CODE", "competence", FIELD_TEXT, false, "who has it" },
			{ "district", "AGS5", "district", FIELD_TEXT, false, "who goes there" },
			{ "free", NULL, "free", FIELD_FLAG, false, "who has a place left" },
			{ "status", "CODE", "status", FIELD_ENUM, false,
				"in-pool (else), retired" },
			{ "limit", "N", "limit", FIELD_NUMBER, false, "at most (else 100)" },
			{ "cursor", "TEXT", "cursor", FIELD_TEXT, false, "of the page before" },
			END },
		NULL, coachings_print_pool, &PERSONA_READER },
	{ "show", "REFERENCE", "prints one coach of the pool", "B3-17", "GET", "/coaches", "", NULL,
		{ END }, actions_take_id, coachings_print_coach, &PERSONA_READER },
};

/* The pool is kept by advisers; reading it is for auditors, too. */
int command_coach(int argc, char **argv)
{
	static const struct action_group group = { "coach",
		"The pool of coaches. A REFERENCE is letters, digits and '-': no name.\n", ACTIONS,
		sizeof ACTIONS / sizeof ACTIONS[0] };
	return actions_run(&group, argc, argv);
}
