/* Pages are written when the suite is built: the description by the generator, from proto/. Their
 * tags are digests of the content, so that a new version is seen at once and an old one is never
 * sent twice. They are made when a page is asked for first. */
#include "pages.h"

#include "core/base64.h"
#include "headers.h"
#include "route.h"
#include "runtime/digest.h"
#include <stdio.h>
#include <string.h>

/* Made by the build: openapi.json and docs.html. */
extern const char API_OPENAPI[], API_DOCS[];

#define POLICY_SIZE 256

/* Lets a page use its own style sheet, named by its digest, and nothing else: no script, no image,
 * no other site. */
static const char POLICY[] = "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
			     "form-action 'none'; frame-ancestors 'none'";

static const char HTML[] = "text/html; charset=utf-8";

#define TAG_SIZE (2 * DIGEST_SIZE + 3) /* hex in quotes */

struct page {
	const char *path, *type, *content;
	char tag[TAG_SIZE]; /* "" until it was asked for */
	char policy[POLICY_SIZE];
};

/* To add one: a row here. They are read with GET or HEAD. */
static struct page PAGES[] = {
	{ .path = "/",
		.type = "application/json",
		.content = "{\"name\":\"ASSKomm\",\"description\":\"The suite of the prevention "
			   "alliance: one "
			   "ledger of dated facts\",\"openapi\":\"" ROUTE_PREFIX "/openapi.json\","
			   "\"documentation\":\"" ROUTE_PREFIX "/docs\"}\n" },
	{ .path = ROUTE_PREFIX "/openapi.json",
		.type = "application/json",
		.content = API_OPENAPI },
	{ .path = ROUTE_PREFIX "/docs", .type = HTML, .content = API_DOCS },
};

struct page *pages_find(const char *path)
{
	for (size_t i = 0; i < sizeof(PAGES) / sizeof(PAGES[0]); i++)
		if (strcmp(PAGES[i].path, path) == 0)
			return &PAGES[i];
	return NULL;
}

static void fill_policy(struct page *page, struct arena *arena)
{
	static const char OPEN[] = "<style>";
	const char *style = strstr(page->content, OPEN);
	const char *end = style == NULL ? NULL : strstr(style, "</style>");
	uint8_t digest[DIGEST_SIZE];

	CHECK(end != NULL); /* the generator writes it */
	style += sizeof(OPEN) - 1;
	digest_sha256(style, (size_t)(end - style), digest);
	snprintf(page->policy, sizeof(page->policy), POLICY,
		base64_encode(arena, digest, sizeof(digest)));
}

/* A digest of a large page takes longer than answering with it. */
static void fill(struct page *page, struct arena *arena)
{
	if (page->tag[0] != '\0')
		return;
	if (page->type == HTML)
		fill_policy(page, arena);
	snprintf(page->tag, sizeof(page->tag), "\"%s\"",
		digest_hex(arena, page->content, strlen(page->content)));
}

bool pages_tag(struct page *page, struct http_exchange *exchange)
{
	const char *known = NULL;

	fill(page, exchange->arena);
	http_answer_header(exchange, "ETag", page->tag);
	http_answer_header(exchange, "Cache-Control", "no-cache");
	if (page->type == HTML) {
		http_answer_header(exchange, "Content-Security-Policy", page->policy);
		http_answer_header(exchange, "Referrer-Policy", "no-referrer");
	}
	/* A digest in quotes cannot be a part of another tag. */
	return headers_count(exchange, "if-none-match", &known) == 1 &&
	       (strcmp(known, "*") == 0 || strstr(known, page->tag) != NULL);
}

const char *pages_type(const struct page *page)
{
	return page->type;
}

const char *pages_content(const struct page *page)
{
	return page->content;
}
