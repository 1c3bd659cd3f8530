/* What smells of persons or of single answers: it never comes into the books, whatever field it is
 * typed into. A net for slips of the pen, not a proof: what it lets pass may still be wrong. */
#ifndef ASSKOMM_ANALYSIS_PERSONAL_H
#define ASSKOMM_ANALYSIS_PERSONAL_H

#include "core/arena.h"
#include <stdbool.h>

/* Whether the heading of a column has a word that columns of persons have, in whatever case:
 * "Fragebogen-ID", "name (optional)". A word inside of a longer one does not count. */
bool personal_heading(struct arena *arena, const char *heading);

/* Whether a remark quotes instead of saying: an address of e-mail, a row of a table (line break,
 * tab, or three semicolons and more), or such a heading with its value ("Name: …", "geb. …"). */
bool personal_text(struct arena *arena, const char *text);

#endif
