/* Shares are told with their band and the number they rest on, or not at all: what five towns did
 * says little about the sixth. */
#include "prospects.h"

#include "asskomm/monitor.pb-c.h"
#include "command.h"
#include "core/reflect.h"
#include "core/text.h"
#include "output.h"
#include <stdio.h>
#include <string.h>

/* ---- outcomes */

static const char *print_permille(struct arena *arena, uint32_t permille)
{
	return text_format(arena, "%u.%u %%", permille / 10, permille % 10);
}

/* Too few for a share: NULL, and the cells stay empty. */
static void add_outcome(struct arena *arena, struct table *table, const char *name, uint32_t count,
	const Monitor__OutcomeShare *share)
{
	const char *cells[] = { name, text_format(arena, "%u", count), "", "" };

	if (share != NULL) {
		cells[2] = print_permille(arena, share->permille);
		cells[3] = text_format(arena, "%s to %s", print_permille(arena, share->low),
			print_permille(arena, share->high));
	}
	table_add(table, cells);
}

static void print_outcomes(struct arena *arena, const Monitor__Outcomes *outcomes)
{
	const char *headings[] = { "outcome", "so far",
		text_format(arena, "within %u days", outcomes->until), "95 %" };
	struct table table;

	printf("of %u since their first %s, as of %s", outcomes->n,
		output_safe(arena, outcomes->from), outcomes->as_of);
	if (outcomes->signed_before > 0)
		printf(" (%u had signed before)", outcomes->signed_before);
	printf("\n\n");
	table_init(&table, arena, outcomes->too_few ? 2 : 4, headings, 1u << 1 | 1u << 2);
	add_outcome(arena, &table, "signed", outcomes->signed_, outcomes->signed_share);
	add_outcome(arena, &table, "declined", outcomes->declined, outcomes->declined_share);
	add_outcome(arena, &table, "dormant", outcomes->dormant, outcomes->dormant_share);
	add_outcome(arena, &table, "none of it yet", outcomes->open, NULL);
	table_print(&table, stdout);
	if (outcomes->too_few)
		printf("too few to tell shares\n");
}

int prospects_outcomes(struct connection *connection, const char *path)
{
	int exit_code;
	ProtobufCMessage *message =
		connection_show(connection, path, &monitor__outcomes__descriptor, &exit_code);

	if (message != NULL)
		print_outcomes(
			connection->arena, AS(Monitor__Outcomes, monitor__outcomes, message));
	return exit_code;
}

/* ---- forecast */

/* "agreement", or "coaching/active" */
static const char *subject_of(struct arena *arena, const Monitor__Forecast *forecast)
{
	if (forecast->milestone[0] != '\0')
		return output_label(arena, forecast->milestone);
	return text_format(arena, "%s%s%s", output_safe(arena, forecast->track),
		forecast->stage[0] != '\0' ? "/" : "", output_safe(arena, forecast->stage));
}

static void print_forecast(struct arena *arena, const Monitor__Forecast *forecast)
{
	const Monitor__ForecastCounts *counts = forecast->how_many;
	const Monitor__BackTest *test = forecast->back_test;

	printf("%s: ", subject_of(arena, forecast));
	if (forecast->refused || counts == NULL) {
		printf("nothing is forecast, %u of the last 52 weeks had any and 8 are needed\n",
			forecast->weeks_with);
		return;
	}
	printf("by %s, in %s, at least %u with 50 %%, %u with 85 %%, %u with 95 %%\n",
		forecast->until, output_count(arena, forecast->weeks, "week", "weeks"), counts->p50,
		counts->p85, counts->p95);
	if (test != NULL && test->n > 0)
		printf("of %u such promises before, %u, %u and %u would have held\n", test->n,
			test->held_p50, test->held_p85, test->held_p95);
	else
		printf("the history is too short to test such promises\n");
}

int prospects_forecast(struct connection *connection, const char *path, const char *by)
{
	int exit_code;
	ProtobufCMessage *message =
		connection_show(connection, path, &monitor__forecast__descriptor, &exit_code);

	if (message == NULL)
		return exit_code;
	const Monitor__Forecast *forecast = AS(Monitor__Forecast, monitor__forecast, message);
	/* dates compare as texts; the suite answers for one week at least */
	if (by != NULL && strcmp(forecast->until, by) > 0) {
		fprintf(stderr,
			"refused: a forecast reaches a week ahead at least: to %s, not to %s\n",
			forecast->until, by);
		return EXIT_REFUSED;
	}
	print_forecast(connection->arena, forecast);
	return EXIT_DONE;
}

/* ---- milestones */

/* Twenty columns are no table for a terminal, but one for every other program. */
int prospects_milestones(struct connection *connection, const char *path)
{
	struct client_reply reply;
	int exit_code = connection_get(connection, connection->arena, path, &reply);

	if (exit_code == EXIT_DONE)
		printf("%s", reply.body);
	return exit_code;
}
