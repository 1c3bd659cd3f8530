/* Data that the build embeds into the binary, each file as one NUL-terminated text: the command
 * line is one file, which brings a new suite to life without a folder of data beside it. */
#ifndef ASSKOMM_EMBEDDED_H
#define ASSKOMM_EMBEDDED_H

/* services/registry/territory/<name>.tsv: '#' lines are comments (the first is the credit, one says
 * "status YYYY-MM-DD"), then a line of column names, then rows; tabs between. */
extern const char TERRITORY_DISTRICTS[];
extern const char TERRITORY_MUNICIPALITIES[];
extern const char TERRITORY_ASSOCIATIONS[];
extern const char TERRITORY_POLICE_DIRECTORATES[];

/* services/asskomm/history/alliance.jsonl: one command per line, see history.h. */
extern const char HISTORY_ALLIANCE[];

#endif
