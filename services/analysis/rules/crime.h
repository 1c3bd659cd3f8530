/* What the rules of crime statistics share. */
#ifndef ASSKOMM_ANALYSIS_CRIME_H
#define ASSKOMM_ANALYSIS_CRIME_H

#include "asskomm/analysis.pb-c.h"
#include "core/ruling.h"

/* The record's figure of that year and offence, also one that was taken back; NULL: none. */
Analysis__CrimeFigure *crime_find(
	const Analysis__CrimeRecord *record, uint32_t year, const char *offence);

/* The day on which a year's statistics are valid: its last. From the arena. */
char *crime_day(struct arena *arena, uint32_t year);

#endif
