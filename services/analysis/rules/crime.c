/* A figure is found by its natural key: municipality, year, offence. */
#include "crime.h"

#include "core/text.h"
#include <string.h>

Analysis__CrimeFigure *crime_find(
	const Analysis__CrimeRecord *record, uint32_t year, const char *offence)
{
	for (size_t i = 0; i < record->n_figures; i++)
		if (record->figures[i]->year == year &&
			strcmp(record->figures[i]->offence, offence) == 0)
			return record->figures[i];
	return NULL;
}

char *crime_day(struct arena *arena, uint32_t year)
{
	return text_format(arena, "%04u-12-31", year);
}
