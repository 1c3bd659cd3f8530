/* Everything the monitor answers, and what facts do to it.
 * To add a query: the rpc in proto/asskomm/monitor.proto, a row here, its .sql. To add a counter: a
 * field in Figures, rows in rules/marks_of.c, a column in sql/get_figures.sql. */
#include "monitor.h"

#include "rules/rules.h"
#include "thresholds.h"

static const struct command commands[] = {
	/* rpc, works on, load, rule, save */
	{ "PublishFigures", &monitor__publication__descriptor, "publication.new", publish_figures,
		"publication.save", NULL },
	{ "WithdrawPublication", &monitor__publication__descriptor, "publication.load",
		withdraw_publication, "publication.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "GetFigures", "get_figures", NULL, NULL },
	{ "ListFigureFacts", "list_figure_facts", NULL, NULL },
	{ "GetPipeline", "get_pipeline", NULL, NULL },
	{ "ListPipelineItems", "list_pipeline_items", NULL, NULL },
	{ "GetPressText", "press_text", &monitor__press_facts__descriptor, press_text },
	{ "GetCoverage", "get_coverage", NULL, NULL },
	{ "GetPopulation", "get_population", NULL, NULL },
	{ "GetIndicators", "get_indicators", &monitor__indicator_facts__descriptor, indicators },
	{ "GetBottlenecks", "get_indicators", &monitor__indicator_facts__descriptor, bottlenecks },
	{ "GetForecast", "get_forecast", &monitor__forecast_facts__descriptor, forecast },
	{ "ExportPipelineItems", "export_items", &monitor__pipeline_item_facts__descriptor,
		export_items },
	{ "ExportIndicators", "get_indicators", &monitor__indicator_facts__descriptor,
		export_indicators },
	{ "ExportEvents", "export_events", &monitor__case_events__descriptor, export_events },
	{ "GetConversions", "get_conversions", &monitor__conversions_facts__descriptor,
		conversions },
	{ "GetDossier", "get_dossier", NULL, NULL },
	{ "GetConversionFunnel", "get_conversion_funnel", &monitor__funnel_facts__descriptor,
		conversion_funnel },
	{ "GetLoad", "get_load", NULL, NULL },
	{ "GetOutcomes", "get_outcomes", &monitor__outcome_facts__descriptor, outcomes },
	{ "ListMilestones", "list_milestones", NULL, NULL },
	{ "ExportMilestones", "export_milestones", &monitor__milestone_facts__descriptor,
		export_milestones },
	{ "ListPublications", "list_publications", NULL, NULL },
	{ "GetPublication", "get_publication", NULL, NULL },
	{ .rpc = NULL },
};

static const struct listener listener = { "fold", &monitor__marks__descriptor, marks_of, NULL, NULL,
	true };

static struct setting settings[] = {
	/* those of coaching have its names: what is stalled is stalled in both */
	{ "ASSKOMM_COACHING_COACH_DAYS", "28", false,
		"days after its request without a coach, then a coaching is stalled", NULL },
	{ "ASSKOMM_COACHING_SESSION_DAYS", "90", false,
		"days without a session, or before the start without anything: it is stalled",
		NULL },
	{ "ASSKOMM_COACHING_REVIEW_DAYS", "365", false,
		"days after the last interim review, or the start: it is stalled", NULL },
	{ "ASSKOMM_COACHING_COACH_CHANGES", "1", false, "changes of coach that are fine", NULL },
	{ "ASSKOMM_MEASURE_DAYS", "180", false,
		"days without anything on a measure, or its evaluation, then it is stalled", NULL },
	{ "ASSKOMM_DORMANT_DAYS", "365", false,
		"days without a fact about a participant that has not signed: it went dormant",
		NULL },
	{ .name = NULL },
};

const struct service_table monitor = {
	.name = "monitor",
	.descriptor = &monitor__monitor__descriptor,
	.commands = commands,
	.queries = queries,
	.listener = &listener,
	.settings = settings,
	.on_start = thresholds_start,
	.why_not = thresholds_why_not,
	.is_quiet = thresholds_are_quiet,
	.on_end = thresholds_stop,
};
