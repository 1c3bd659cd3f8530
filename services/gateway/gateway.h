/* The gateway's table of contents. */
#ifndef ASSKOMM_GATEWAY_H
#define ASSKOMM_GATEWAY_H

#include "runtime/service.h"

extern const struct service_table gateway;

#endif
