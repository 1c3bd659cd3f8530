/* A session was held; the process is alive as of that day. */
#include "rules.h"

#include "core/reflect.h"
#include "moves.h"
#include <string.h>

/* One that is told late does not bring an earlier plan back, and a closed process has none. */
static void keep_plan(Coaching__CoachingProcess *coaching, const char *held_on, char *planned)
{
	static char nothing[] = "";

	if (coaching->status == COACHING__COACHING_PROCESS__STATUS__CLOSED)
		coaching->next_session_on = nothing;
	else if (strcmp(held_on, coaching->last_session_on) < 0)
		coaching->next_session_on = planned;
}

/* The plan is set before the move, because the fact tells it, and looked at again afterwards. */
enum verdict log_session(
	struct ruling *ruling, ProtobufCMessage *aggregate, const ProtobufCMessage *request)
{
	Coaching__CoachingProcess *coaching =
		AS(Coaching__CoachingProcess, coaching__coaching_process, aggregate);
	const Coaching__LogSessionRequest *wish =
		AS(Coaching__LogSessionRequest, coaching__log_session_request, request);
	Coaching__SessionHeld *fact = NEW(ruling->arena, Coaching__SessionHeld);
	char *planned = coaching->next_session_on;

	if (wish->next_session_on[0] != '\0' && strcmp(wish->next_session_on, wish->held_on) <= 0)
		return refuse(ruling, FAILURE_REFUSED, "nextSessionOn", "order",
			"Give a day after this session's, %s", wish->held_on);
	coaching__session_held__init(fact);
	fact->form = wish->form != COACHING__SESSION_FORM__SESSION_FORM_UNSPECIFIED
			     ? wish->form
			     : COACHING__SESSION_FORM__IN_PERSON;
	fact->minutes = wish->minutes;
	fact->topic = wish->topic;
	coaching->next_session_on = wish->next_session_on;
	if (coaching_move(ruling, coaching, "heldOn", wish->held_on, &fact->base) == REFUSED)
		return REFUSED;
	keep_plan(coaching, wish->held_on, planned);
	coaching->sessions++;
	if (strcmp(wish->held_on, coaching->last_session_on) > 0)
		coaching->last_session_on = wish->held_on;
	return ACCEPTED;
}
