/* The pages of the edge itself: what stands at its root, the API's description, and the same for
 * people. They are part of the program, need no token and can be kept by whoever reads them. */
#ifndef ASSKOMM_GATEWAY_PAGES_H
#define ASSKOMM_GATEWAY_PAGES_H

#include "runtime/http.h"

struct page;

/* The page at a path, or NULL. */
struct page *pages_find(const char *path);

/* Sets the headers of an answer to GET or HEAD: ETag (of the content), Cache-Control, and for HTML
 * a policy that lets it load and run nothing. True: the client has it already (If-None-Match),
 * answer 304 without a body. */
bool pages_tag(struct page *page, struct http_exchange *exchange);

/* Type and content for an answer with 200; they live as long as the program. */
const char *pages_type(const struct page *page);
const char *pages_content(const struct page *page);

#endif
