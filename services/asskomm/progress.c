/* Progress of a long work. The bar is drawn over itself with a carriage return; where stderr is no
 * terminal (a log), a plain line comes every two seconds instead. */
#include "progress.h"
#include "wait.h"
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 30u
#define CLEAR_LINE "\r\033[K"

/* The first line comes only after a while: what is quick needs none. */
void progress_init(struct progress *progress, const char *label, uint64_t total)
{
	*progress = (struct progress){ .label = label,
		.total = total,
		.started_ms = wait_now_ms(),
		.shown_ms = wait_now_ms(),
		.terminal = isatty(STDERR_FILENO) == 1 };
}

/* Since the start, not of late: it answers how long the rest will take. */
static uint64_t rate(const struct progress *progress)
{
	uint64_t elapsed_ms = wait_now_ms() - progress->started_ms;
	return progress->done * 1000u / (elapsed_ms > 0 ? elapsed_ms : 1u);
}

/* Without a total there is nothing to compare with. */
static void print_counts(const struct progress *progress)
{
	fprintf(stderr, "%" PRIu64, progress->done);
	if (progress->total > 0) {
		fprintf(stderr, "/%" PRIu64, progress->total);
	}
	fprintf(stderr, " (%" PRIu64 "/s)", rate(progress));
}

/* Cleared to the end of the line, as the text before may have been longer. */
static void draw_bar(struct progress *progress)
{
	char bar[BAR_WIDTH + 1] = "";
	uint64_t filled = progress->total > 0 ? progress->done * BAR_WIDTH / progress->total : 0;
	for (unsigned i = 0; i < BAR_WIDTH; i++) {
		bar[i] = i < filled ? '#' : '.';
	}
	fprintf(stderr, CLEAR_LINE "%s [%s] ", progress->label, bar);
	print_counts(progress);
	progress->drawn = true;
}

/* Called for every step; whether it is time to print is decided here. */
void progress_set(struct progress *progress, uint64_t done)
{
	uint64_t now_ms = wait_now_ms();
	uint64_t every_ms = progress->terminal ? PROGRESS_BAR_EVERY_MS : PROGRESS_LINE_EVERY_MS;
	progress->done = done;
	if (now_ms - progress->shown_ms < every_ms) {
		return;
	}
	progress->shown_ms = now_ms;
	if (progress->terminal) {
		draw_bar(progress);
		return;
	}
	fprintf(stderr, "%s ", progress->label);
	print_counts(progress);
	fputc('\n', stderr);
}

/* Before anything else is printed, or it would stand in the middle of the bar. */
void progress_clear(struct progress *progress)
{
	if (progress->drawn) {
		fputs(CLEAR_LINE, stderr);
		progress->drawn = false;
	}
}

/* Also in a log: the one line that always comes. */
void progress_end(struct progress *progress)
{
	progress_clear(progress);
	fprintf(stderr, "%s: ", progress->label);
	print_counts(progress);
	fputc('\n', stderr);
}
