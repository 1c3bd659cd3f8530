/* One curl easy handle, used again and again: curl keeps its connection open, so an import of
 * hundreds of commands pays for one handshake. The body grows in memory of the client up to
 * CLIENT_REPLY_MAX and is copied into the caller's arena when the answer is whole. */
#include "client.h"
#include "core/text.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY (64u * 1024)

struct client {
	CURL *curl;
	char *base;
	char *token;
	char *bytes; /* the body while it arrives */
	size_t len;
	size_t capacity;
};

/* Whether a URL means this machine: a proxy could not reach it. */
static bool is_local(const char *url)
{
	return strstr(url, "//127.") != NULL || strstr(url, "//localhost") != NULL ||
	       strstr(url, "//[::1]") != NULL;
}

/* Doubling, so that a long answer is copied a bounded number of times. */
static bool grow(struct client *client, size_t needed)
{
	size_t capacity = client->capacity == 0 ? FIRST_CAPACITY : client->capacity;
	while (capacity < needed) {
		capacity *= 2;
	}
	char *bytes = realloc(client->bytes, capacity);
	if (bytes == NULL) {
		return false;
	}
	client->bytes = bytes;
	client->capacity = capacity;
	return true;
}

/* curl ends the transfer when fewer bytes are taken than were given. */
static size_t on_bytes(char *bytes, size_t size, size_t count, void *owner)
{
	struct client *client = owner;
	size_t len = size * count;
	if (client->len + len > CLIENT_REPLY_MAX) {
		return 0;
	}
	if (client->len + len + 1 > client->capacity && !grow(client, client->len + len + 1)) {
		return 0;
	}
	memcpy(client->bytes + client->len, bytes, len);
	client->len += len;
	return len;
}

/* Everything that is the same for all requests is set once; a failure here is a machine without
 * memory, which no command could survive. */
struct client *client_new(const char *base)
{
	struct client *client = calloc(1, sizeof *client);
	CHECK(client != NULL);
	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	client->curl = curl_easy_init();
	CHECK(client->curl != NULL);
	client->base = strdup(base);
	CHECK(client->base != NULL);
	curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(client->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(client->curl, CURLOPT_CONNECTTIMEOUT_MS, CLIENT_CONNECT_TIMEOUT_MS);
	curl_easy_setopt(client->curl, CURLOPT_TIMEOUT_MS, CLIENT_TIMEOUT_MS);
	curl_easy_setopt(client->curl, CURLOPT_USERAGENT, "asskomm");
	curl_easy_setopt(client->curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, client);
	/* http_proxy in the environment is meant for the world outside */
	if (is_local(base)) {
		curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
	}
	return client;
}

/* The easy handle closes its connection with it. */
void client_destroy(struct client **client)
{
	if (*client == NULL) {
		return;
	}
	curl_easy_cleanup((*client)->curl);
	free((*client)->base);
	free((*client)->token);
	free((*client)->bytes);
	free(*client);
	*client = NULL;
}

/* A copy, because the caller's may live in an arena that ends before the client. */
void client_set_token(struct client *client, const char *token)
{
	free(client->token);
	client->token = token != NULL ? strdup(token) : NULL;
	CHECK(token == NULL || client->token != NULL);
}

/* As setlocale has it; but the locale itself need not be installed here. */
enum language client_language(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0') {
			bool german = strncmp(value, "de", 2) == 0 && strchr("_.@", value[2]);
			return german ? LANGUAGE_GERMAN : LANGUAGE_ENGLISH;
		}
	}
	return LANGUAGE_ENGLISH;
}

/* curl leaves the list as it was when it has no memory; losing a header silently (an idempotency
 * key!) would be worse than stopping. */
static void add_header(struct curl_slist **headers, const char *header)
{
	struct curl_slist *more = curl_slist_append(*headers, header);
	CHECK(more != NULL);
	*headers = more;
}

/* The token goes out with every request and is never printed, not even with --verbose. */
static struct curl_slist *make_headers(
	const struct client *client, struct arena *arena, const struct client_request *request)
{
	struct curl_slist *headers = NULL;
	add_header(&headers, "Expect:"); /* no 100-continue: it costs a round trip */
	add_header(&headers,
		text_format(arena, "Accept-Language: %s", language_tag(client_language())));
	if (request->body != NULL) {
		add_header(&headers, "Content-Type: application/json");
	}
	if (client->token != NULL) {
		add_header(&headers, text_format(arena, "Authorization: Bearer %s", client->token));
	}
	for (size_t i = 0; i < request->n_headers; i++) {
		add_header(&headers, request->headers[i]);
	}
	return headers;
}

/* The handle remembers the request before: a GET must not inherit a body. */
static void set_request(struct client *client, struct arena *arena,
	const struct client_request *request, struct curl_slist *headers)
{
	curl_easy_setopt(
		client->curl, CURLOPT_URL, text_format(arena, "%s%s", client->base, request->path));
	if (request->body != NULL) {
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(request->body));
		curl_easy_setopt(client->curl, CURLOPT_POSTFIELDS, request->body);
	} else {
		curl_easy_setopt(client->curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(client->curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
}

/* The answer's head and body into the arena. */
static bool read_reply(struct client *client, struct arena *arena, struct client_reply *reply)
{
	curl_off_t retry_after = 0;
	const char *type = NULL;
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry_after);
	curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
	reply->retry_after_s = (long)retry_after;
	reply->type = type == NULL ? "" : text_copy_len(arena, type, strcspn(type, "; "));
	char *body = arena_try(arena, client->len + 1);
	if (body == NULL) {
		return false;
	}
	if (client->len > 0) {
		memcpy(body, client->bytes, client->len);
	}
	reply->body = body;
	reply->len = client->len;
	return true;
}

/* on_bytes refuses only what is too large, and curl calls that a write error; told so, it would
 * mislead. */
bool client_send(struct client *client, struct arena *arena, const struct client_request *request,
	struct client_reply *out_reply)
{
	struct curl_slist *headers = make_headers(client, arena, request);
	client->len = 0;
	set_request(client, arena, request, headers);
	CURLcode code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	struct client_reply reply = { .type = "", .body = "" };
	if (code == CURLE_OK && !read_reply(client, arena, &reply)) {
		code = CURLE_OUT_OF_MEMORY;
	}
	if (code != CURLE_OK) {
		reply.status = 0;
		reply.error = code == CURLE_WRITE_ERROR || code == CURLE_OUT_OF_MEMORY
				      ? "the answer is too large"
				      : curl_easy_strerror(code);
	}
	*out_reply = reply;
	return code == CURLE_OK;
}
