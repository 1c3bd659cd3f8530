/* How far a long work is: a bar on a terminal, now and then a line elsewhere. Always on stderr. */
#ifndef ASSKOMM_PROGRESS_H
#define ASSKOMM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#define PROGRESS_BAR_EVERY_MS 100u
#define PROGRESS_LINE_EVERY_MS 2000u

struct progress {
	const char *label; /* "history" */
	uint64_t total;    /* 0: not known */
	uint64_t done;
	uint64_t started_ms; /* for the rate */
	uint64_t shown_ms;   /* when something was printed last */
	bool terminal;       /* stderr is one: draw a bar */
	bool drawn;          /* a bar stands on the present line */
};

/* Begins; the clock for the rate starts here. `label` must live as long as the progress. */
void progress_init(struct progress *progress, const char *label, uint64_t total);

/* Tells how much is done; shows it when it is time to. */
void progress_set(struct progress *progress, uint64_t done);

/* Clears the bar, so that something else can be printed on its line. */
void progress_clear(struct progress *progress);

/* The last line: what was done, and how fast. */
void progress_end(struct progress *progress);

#endif
