/* The edge: one HTTP exchange in, one request on the bus, one answer out.
 *
 * It holds the public port, the tokens' memory and all questions under way. Everything a request
 * needs lives in the arena of its exchange. */
#ifndef ASSKOMM_GATEWAY_EDGE_H
#define ASSKOMM_GATEWAY_EDGE_H

#include "asking.h"
#include "auth.h"
#include "runtime/http.h"
#include "runtime/service.h"

struct edge;

/* Opens the public port, by the settings of the service (gateway.c). NULL with the reason on
 * stderr: no key set, a wrong setting, or the address is taken. */
struct edge *edge_new(struct service *service);

/* The port that was opened, for the log. */
int edge_port(const struct edge *edge);

/* Stops listening; what runs may end. */
void edge_drain(struct edge *edge);

/* Requests that are being answered. */
size_t edge_inflight(const struct edge *edge);

/* Why nobody could be served; NULL: all is well. */
const char *edge_why_not(const struct edge *edge);

/* Ends what still runs with UNAVAILABLE and closes; freed in the last close callback. */
void edge_destroy(struct edge **edge);

#endif
