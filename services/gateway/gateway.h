/* The gateway's table of contents.
 *
 * It is a service like the others to service_main: settings, bus, admin port and orderly end are
 * those of all. It has no rpc and no database; on_start opens the public port. */
#ifndef ASSKOMM_GATEWAY_H
#define ASSKOMM_GATEWAY_H

#include "runtime/service.h"

extern const struct service_table gateway;

#endif
