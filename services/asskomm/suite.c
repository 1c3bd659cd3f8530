/* The services of the suite. Their order is a promise: deploy/ gives out admin ports by it. */
#include "suite.h"

/* To add one: a name at the end. */
const char *const SERVICES[SERVICE_COUNT] = { "registry", "coaching", "analysis", "funding",
	"notifications", "monitor", "ledger", "gateway" };
