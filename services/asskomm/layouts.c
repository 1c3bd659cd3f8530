/* The kinds of files that are imported as tables, each with its columns and the command that a line
 * is sent as. What goes into a column is for the suite to judge: what a line says is refused there,
 * and told by its place in the file here. */
#include "layout.h"
#include <string.h>

/* To add a column: a row, and the field in proto/; it is documented by being here. */
static const struct layout LAYOUTS[] = {
	{ "organisations", "PUT", { "/organisations/", "" }, false, NULL, 1, 3, 0, false,
		{ { "code", NULL, LAYOUT_TEXT, true, "natural key: PRev-Pirna" },
			{ "name", "name", LAYOUT_TEXT, true, "" },
			{ "kind", "kind", LAYOUT_TEXT, true,
				"police_directorate, police_station, coaching_provider, ministry, "
				"office, other" },
			{ "parent", "parent", LAYOUT_TEXT, false, "code: PD-DD" },
			{ "areas", "areas", LAYOUT_LIST, false,
				"keys of districts and municipalities, spaces between" },
			{ "seat", "seat", LAYOUT_TEXT, false, "" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, false, "day: 2013-01-01" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" } } },
	{ "advisers", "POST", { "/districts/", "/advisers" }, false, "assignments", 50, 0, 0, false,
		{ { "district", NULL, LAYOUT_TEXT, true,
			  "5 digits; with adviser and valid_from the natural key" },
			{ "adviser", "adviser", LAYOUT_TEXT, true, "login" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, true, "day" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" },
			{ "deputy", "deputy", LAYOUT_BOOL, false, "yes or no" } } },
	{ "contacts", "PUT", { "/contacts/", "" }, true, NULL, 1, 0, 0, false,
		{ { "reference", NULL, LAYOUT_TEXT, true,
			  "natural key, of your own, and no name: 14628160-coordinator" },
			{ "name", "name", LAYOUT_TEXT, true, "" },
			{ "function", "function", LAYOUT_TEXT, false, "as the person calls it" },
			{ "phone", "phone", LAYOUT_TEXT, false, "" },
			{ "email", "email", LAYOUT_TEXT, false, "" },
			{ "role", "role", LAYOUT_TEXT, true, "code: coordinator" },
			{ "organisation", "organisation", LAYOUT_TEXT, false,
				"code; this or participant" },
			{ "participant", "participant", LAYOUT_TEXT, false, "key or name" },
			{ "purpose", "purpose", LAYOUT_TEXT, true, "code: municipal_contact" },
			{ "legal_basis", "legalBasis", LAYOUT_TEXT, true,
				"public_task or consent" },
			{ "consent_on", "consentOn", LAYOUT_TEXT, false, "day of the consent" },
			{ "valid_from", "validFrom", LAYOUT_TEXT, true, "day" },
			{ "valid_until", "validUntil", LAYOUT_TEXT, false, "last day" },
			{ "retain_until", "retainUntil", LAYOUT_TEXT, false,
				"by the purpose when empty" } } },
	{ "crime-statistics", "POST", { "/municipalities/", "/crime-statistics" }, false, "figures",
		2000, 0, 0, false,
		{ { "municipality", NULL, LAYOUT_TEXT, true,
			  "8 digits; with year and offence the natural key" },
			{ "year", "year", LAYOUT_TEXT, true, "" },
			{ "offence", "offence", LAYOUT_TEXT, true, "key of the group: 890000" },
			{ "cases", "cases", LAYOUT_TEXT, true, "" },
			{ "cleared", "cleared", LAYOUT_TEXT, true, "" },
			{ "population", "population", LAYOUT_TEXT, false,
				"by the registers when empty" },
			{ "population_on", "populationOn", LAYOUT_TEXT, false,
				"day; 31 December of the year before when empty" } } },
	{ "survey", "POST", { "/analyses/", "/surveys" }, false, "indicators", 1000, 0, 4, true,
		{ { "municipality", "participant", LAYOUT_TEXT, true,
			  "8 digits; with question and cell the natural key" },
			{ "surveyed_on", "surveyedOn", LAYOUT_TEXT, true,
				"last day of the field; the same in all lines of a municipality" },
			{ "sample", "sample", LAYOUT_TEXT, true, "how many were asked; likewise" },
			{ "returns", "returns", LAYOUT_TEXT, true, "how many answered; likewise" },
			{ "question", "question", LAYOUT_TEXT, true, "code: safe_at_night" },
			{ "cell", "cell", LAYOUT_TEXT, false,
				"code of a part of those who answered: age_60; all when empty" },
			{ "n", "n", LAYOUT_TEXT, true,
				"who answered the question; fewer than 5 are blanked" },
			{ "share_percent", "sharePermille", LAYOUT_PERCENT, false,
				"61.2; this or the mean" },
			{ "mean", "meanThousandths", LAYOUT_MEAN, false, "of a scale: 3.412" },
			{ "suppressed", "suppressed", LAYOUT_BOOL, false,
				"yes: blanked already; n is 0 then" } } },
};
#define LAYOUTS_COUNT (sizeof LAYOUTS / sizeof LAYOUTS[0])

/* Exact names only: they are what is typed behind "asskomm import". */
const struct layout *layout_find(const char *name)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++) {
		if (strcmp(LAYOUTS[i].name, name) == 0) {
			return &LAYOUTS[i];
		}
	}
	return NULL;
}

/* In the manual, so that nothing of the files is documented elsewhere and out of date. */
void layout_print(FILE *out)
{
	for (size_t i = 0; i < LAYOUTS_COUNT; i++) {
		fprintf(out, "\ncolumns of %s (* must be there):\n", LAYOUTS[i].name);
		for (const struct layout_column *column = LAYOUTS[i].columns; column->name != NULL;
			column++) {
			fprintf(out, "  %-14s%s %s\n", column->name, column->required ? "*" : " ",
				column->help);
		}
	}
}
