/* Which language a request is answered in: Accept-Language, RFC 9110 12.5.4. */
#ifndef ASSKOMM_GATEWAY_LANGUAGE_H
#define ASSKOMM_GATEWAY_LANGUAGE_H

#include "core/language.h"
#include "runtime/http.h"

/* The one of ours that the headers weigh most; of two that weigh the same the one named first. "*"
 * stands for those that are not named, q=0 excludes. Sorbian (hsb, dsb) counts as German, which all
 * who speak it read. English when nothing was sent, and when no language of ours is wanted. */
enum language language_wanted(const struct http_exchange *exchange);

#endif
