/* Data that the build embeds into the binary, each file as one NUL-terminated text: the command
 * line is one file, which brings a new suite to life without a folder of data beside it. */
#ifndef ASSKOMM_EMBEDDED_H
#define ASSKOMM_EMBEDDED_H

#include <stddef.h>

/* The official registers of services/registry/territory, see gv100ad.h. */
extern const char TERRITORY_REGISTER_2021[];
extern const size_t TERRITORY_REGISTER_2021_LEN;
extern const char TERRITORY_REGISTER_2023[];
extern const size_t TERRITORY_REGISTER_2023_LEN;

/* What is not in them, see territory.h: who took the place of whom, and the police. */
extern const char TERRITORY_SUCCESSORS[];
extern const char TERRITORY_POLICE_DIRECTORATES[];

/* services/analysis/procedures/<name>.json: the body of PUT /procedures/<name>, procedures.c. */
extern const char PROCEDURE_BECCARIA[];
extern const char PROCEDURE_CTC[];
extern const char PROCEDURE_FULL_2021[];
extern const char PROCEDURE_MODULAR_2024[];

/* services/registry/codes/<name>.json: the body of PUT /code-lists/<name>, see codes.h. */
extern const char CODES_ACTION_FIELDS[];
extern const char CODES_BECCARIA_STEPS[];
extern const char CODES_CLOSING_REASONS[];
extern const char CODES_COACH_COMPETENCES[];
extern const char CODES_COACHING_GOALS[];
extern const char CODES_CONTACT_PURPOSES[];
extern const char CODES_CONTACT_ROLES[];
extern const char CODES_CTC_PHASES[];
extern const char CODES_MEASURE_STATES[];
extern const char CODES_ORGANISATION_KINDS[];
extern const char CODES_PAUSE_REASONS[];
extern const char CODES_SIGNATORY_ROLES[];
extern const char CODES_SIZE_CLASSES[];

/* services/registry/boundaries/districts.geojson, with its credit. */
extern const char BOUNDARIES_DISTRICTS[];

/* services/asskomm/history/alliance.jsonl: one command per line, see history.h. */
extern const char HISTORY_ALLIANCE[];

#endif
