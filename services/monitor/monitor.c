/* Everything the monitor answers, and what facts do to it.
 * To add a query: the rpc in proto/asskomm/monitor.proto, a row here, its .sql. To add a counter: a
 * field in Figures, rows in rules/marks_of.c, a column in sql/get_figures.sql. */
#include "monitor.h"

#include "rules/rules.h"

static const struct query queries[] = {
	{ "GetFigures", "get_figures", NULL, NULL },
	{ "ListFigureFacts", "list_figure_facts", NULL, NULL },
	{ "GetPipeline", "get_pipeline", NULL, NULL },
	{ "GetPressText", "press_text", &monitor__press_facts__descriptor, press_text },
	{ .rpc = NULL },
};

static const struct listener listener = { "fold", &monitor__marks__descriptor, marks_of, NULL, NULL,
	true };

const struct service_table monitor = {
	.name = "monitor",
	.descriptor = &monitor__monitor__descriptor,
	.queries = queries,
	.listener = &listener,
};
