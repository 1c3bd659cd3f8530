/* What the tests of the bus share: keys in a folder of their own, a server that echoes or holds
 * what it gets, questions that remember their answers, and a loop that runs until something is
 * true. All on loopback, with real sockets and CURVE. */
#ifndef ASSKOMM_TESTS_RUNTIME_BUS_SUPPORT_H
#define ASSKOMM_TESTS_RUNTIME_BUS_SUPPORT_H

#include "runtime/bus.h"
#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#define SERVE_ENDPOINT_SIZE 64
#define HELD_MAX BUS_INFLIGHT_MAX

/* Where the keys are; made and removed by keys_start and keys_end. */
struct keys {
	char folder[64];
};

void keys_start(struct keys *keys);
void keys_end(struct keys *keys);

/* A pair for `name`: its secret, and authorized/<as>.pub (NULL: not authorized). Gives the public
 * and secret half when asked for. */
void keys_add(const struct keys *keys, const char *name, const char *as, char *out_public,
	char *out_secret);

/* Writes a file below the folder. */
void keys_write(const struct keys *keys, const char *file, const char *text, unsigned mode);
void keys_remove(const struct keys *keys, const char *file);

/* "tcp://127.0.0.1:<free port>" */
void free_endpoint(char out_endpoint[SERVE_ENDPOINT_SIZE]);

/* Turns the loop until the expression is true; stops the program after 30 s. */
#define RUN_UNTIL(loop, expr)                                                                      \
	do {                                                                                       \
		struct patience patience_;                                                         \
		patience_start((loop), &patience_);                                                \
		while (!(expr))                                                                    \
			patience_turn(&patience_, #expr, __FILE__, __LINE__);                      \
		patience_end(&patience_);                                                          \
	} while (0)

/* A timer that keeps the loop turning, and the moment at which patience ends. */
struct patience {
	uv_loop_t *loop;
	uv_timer_t timer;
	uint64_t until_ms;
	bool closed;
};
void patience_start(uv_loop_t *loop, struct patience *patience);
void patience_turn(struct patience *patience, const char *expr, const char *file, int line);
void patience_end(struct patience *patience);

/* Runs the loop until nothing is left on it and closes it: what leaks a handle hangs here. */
void loop_end(uv_loop_t *loop);

/* A bus that answers. */
struct echo {
	struct bus_server server;
	struct bus *bus;
	char endpoint[SERVE_ENDPOINT_SIZE];
	bool holds; /* keeps calls instead of answering them */
	size_t arrived;
	size_t kicks;
	size_t n_held;
	struct bus_call *held[HELD_MAX];
	char peer[64]; /* of the last one */
	char method[64];
	uint32_t timeout_ms;
};

/* Starts it on echo->endpoint, or on a free one when that is empty. Turns the loop while a
 * predecessor on the same endpoint is still closing. */
void echo_start(struct echo *echo, uv_loop_t *loop, const struct keys *keys, const char *name,
	int high_water);
/* Answers what it holds by echoing it. */
void echo_release(struct echo *echo);

/* A question that remembers how it was answered. */
struct question {
	struct bus_request request;
	uint8_t body[64];
	unsigned answers;
	char code[32]; /* "" is success */
	char text[128];
	uint32_t retry_after_ms;
	size_t violations;
	size_t reply_len;
	uint8_t reply[64];
	uint64_t answered_ms;
	void (*on_answer)(struct question *question);
};

/* Fills it in; asks it. */
void question_init(struct question *question, uint64_t number, uint32_t timeout_ms);
void question_ask(
	struct question *question, struct bus_peers *peers, uint64_t number, uint32_t timeout_ms);

/* A bus that only asks. */
struct bus *asker_new(uv_loop_t *loop, const struct keys *keys, const char *name, int high_water);

/* What the metrics say was dropped for that reason. */
double dropped(const char *reason);

uint64_t now_ms(void);

/* This program once more, as a server of its own: run by main when it is called with "serve". */
int serve_main(int argc, char **argv);
pid_t serve_start(const struct keys *keys, const char *name, const char *endpoint, bool holds);
void serve_kill(pid_t pid, int signal);

#endif
