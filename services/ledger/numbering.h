/* Gives pending facts their numbers and publishes them. */
#ifndef ASSKOMM_LEDGER_NUMBERING_H
#define ASSKOMM_LEDGER_NUMBERING_H

#include "runtime/service.h"

/* Starts to number: at once, whenever kicked, and every 100 ms in case a kick was lost. A beacon
 * with the head goes out every second. */
void numbering_start(struct service *service);

/* There is work; coalesced while a transaction is under way. */
void numbering_kick(struct service *service);

/* Ends; what is under way commits or not, both are fine. */
void numbering_stop(struct service *service);

#endif
