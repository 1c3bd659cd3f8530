/* Strict base64url and the claims of a token.
 *
 * Everything here runs on bytes from outside. The claims are read only after the signature held,
 * but an issuer can be wrong too: types are exact (a number as text, or 1e300, is no expiry), and
 * scopes keep to an alphabet without a comma, because they travel on as a comma-separated list. */
#include "runtime/token_claims.h"

#include "core/base64.h"
#include "core/may.h"
#include "core/text.h"
#include <string.h>

/* Year 9999: beyond it a number is no time, and sums with the leeway could overflow. */
#define LAST_SECOND INT64_C(253402300799)

/* The one decoder of the suite takes more than a token may hold (padding, the other alphabet), so
 * the letters are looked at first. It refuses left-over bits, which would give one token several
 * spellings. */
bool token_base64url(
	struct arena *arena, const char *text, size_t len, uint8_t **out_bytes, size_t *out_len)
{
	static const char ALPHABET[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	char *letters = arena_try(arena, len + 1);
	if (len == 0 || letters == NULL)
		return false;
	/* The part ends at a dot or at the token's end; the arena's zeros end the copy. */
	memcpy(letters, text, len);
	return strspn(letters, ALPHABET) == len &&
	       base64_decode(arena, letters, out_bytes, out_len);
}

json_t *token_json(struct arena *arena, const char *part, size_t len)
{
	uint8_t *bytes = NULL;
	size_t n_bytes = 0;
	if (!token_base64url(arena, part, len, &bytes, &n_bytes))
		return NULL;
	/* Invalid UTF-8, NUL and duplicates are refused by jansson, numbers beyond 64 bits too. */
	json_t *value = json_loadb((const char *)bytes, n_bytes, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(value)) {
		json_decref(value);
		return NULL;
	}
	return value;
}

/* Exactly that text; claims are compared byte by byte, as RFC 7519 wants. */
static bool is_text(const json_t *value, const char *wanted)
{
	return json_is_string(value) && strcmp(json_string_value(value), wanted) == 0;
}

/* One audience or a list of them with ours among it. */
static bool names_audience(const json_t *claim, const char *audience)
{
	bool found = is_text(claim, audience);
	for (size_t i = 0; i < json_array_size(claim); i++) {
		const json_t *item = json_array_get(claim, i);
		if (!json_is_string(item))
			return false;
		found = found || is_text(item, audience);
	}
	return found;
}

/* ---- who asked for the token */

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);
	while (*list != '\0') {
		size_t item_len = strcspn(list, ",");
		if (item_len == len && memcmp(list, name, len) == 0)
			return true;
		list += item_len + (list[item_len] == ',' ? 1 : 0);
	}
	return false;
}

/* A token for several audiences could be replayed by each of them: it must say which client it was
 * made for. RFC 9068 names the client by client_id, OpenID Connect by azp. */
static const char *client_problem(const json_t *claims, const char *clients)
{
	const json_t *azp = json_object_get(claims, "azp");
	const json_t *client = azp == NULL ? json_object_get(claims, "client_id") : azp;
	bool is_needed = json_array_size(json_object_get(claims, "aud")) > 1 || clients[0] != '\0';
	if (client == NULL)
		return is_needed ? "azp is missing" : NULL;
	if (!json_is_string(client) || json_string_length(client) == 0)
		return "azp is no name";
	return clients[0] == '\0' || is_listed(clients, json_string_value(client))
		       ? NULL
		       : "another client";
}

/* ---- where roles and scopes are */

bool token_is_pointer(const char *pointer)
{
	for (const char *at = pointer; (at = strchr(at, '~')) != NULL; at += 2)
		if (at[1] != '0' && at[1] != '1')
			return false;
	return pointer[0] == '/' && pointer[1] != '\0';
}

/* Decodes the member's name that begins behind a slash; gives where the next slash or the end is.
 * Names are as long as the setting they are in. */
static const char *pointer_name(const char *at, char *out_name)
{
	for (; *at != '\0' && *at != '/'; at++) {
		if (*at == '~') {
			at++;
			*out_name++ = *at == '0' ? '~' : '/';
		} else {
			*out_name++ = *at;
		}
	}
	*out_name = '\0';
	return at;
}

/* What a JSON pointer points at, through objects alone; NULL for nothing. */
static const json_t *pointed(struct arena *arena, const json_t *value, const char *pointer)
{
	char *name = NEW_ARRAY(arena, char, strlen(pointer) + 1);
	while (value != NULL && *pointer == '/') {
		pointer = pointer_name(pointer + 1, name);
		value = json_object_get(value, name);
	}
	return value;
}

/* ---- when */

/* A real number is no time, however whole it is: no issuer writes one, so it is an attempt. */
static bool is_time(const json_t *claim)
{
	return json_is_integer(claim) && json_integer_value(claim) >= 0 &&
	       json_integer_value(claim) <= LAST_SECOND;
}

/* exp must be there; nbf and iat need not, but must be right when they are. */
static const char *time_problem(const json_t *claims, int64_t now_s)
{
	const json_t *expiry = json_object_get(claims, "exp");
	const json_t *not_before = json_object_get(claims, "nbf");
	const json_t *issued = json_object_get(claims, "iat");
	if (!is_time(expiry))
		return "exp is missing or no whole number of seconds";
	if (now_s >= json_integer_value(expiry) + TOKEN_LEEWAY_S)
		return "expired";
	if (not_before != NULL &&
		(!is_time(not_before) || json_integer_value(not_before) > now_s + TOKEN_LEEWAY_S))
		return "not valid yet";
	if (issued != NULL &&
		(!is_time(issued) || json_integer_value(issued) > now_s + TOKEN_LEEWAY_S))
		return "issued in the future";
	return NULL;
}

/* ---- who may what */

/* Printable, so that a subject can stand in a header, a log and a database as it is. */
static bool is_subject(const json_t *claim)
{
	const char *subject = json_string_value(claim);
	size_t len = subject == NULL ? 0 : json_string_length(claim);
	bool printable = len > 0 && len <= TOKEN_SUBJECT_MAX;
	for (size_t i = 0; printable && i < len; i++)
		printable = (unsigned char)subject[i] >= 0x20 && subject[i] != 0x7f;
	return printable;
}

/* A prefix of a key, or "*" alone. */
static bool is_scope(const json_t *item)
{
	static const char ALPHABET[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const char *scope = json_string_value(item);
	if (scope == NULL || scope[0] == '\0' || json_string_length(item) > TOKEN_SCOPE_BYTES_MAX)
		return false;
	return strcmp(scope, "*") == 0 || strspn(scope, ALPHABET) == json_string_length(item);
}

/* Roles of other programs in the same token are not ours to judge; each of ours counts once. */
static bool read_roles(struct arena *arena, const json_t *claim, Asskomm__Principal *principal)
{
	if (claim != NULL && !json_is_array(claim))
		return false;
	uint32_t seen = 0;
	principal->roles = NEW_ARRAY(arena, Asskomm__Role, 32);
	for (size_t i = 0; i < json_array_size(claim); i++) {
		const char *name = json_string_value(json_array_get(claim, i));
		if (name == NULL)
			return false;
		Asskomm__Role role = may_role(name);
		uint32_t bit = 1u << (unsigned)role;
		if (role != ASSKOMM__ROLE__ROLE_UNSPECIFIED && (seen & bit) == 0) {
			seen |= bit;
			principal->roles[principal->n_roles++] = role;
		}
	}
	return true;
}

/* One unfit scope spoils the token: leaving it out would guess what the issuer meant. */
static bool read_scopes(struct arena *arena, const json_t *claim, Asskomm__Principal *principal)
{
	size_t count = json_array_size(claim);
	if ((claim != NULL && !json_is_array(claim)) || count > TOKEN_SCOPES_MAX)
		return false;
	principal->scopes = NEW_ARRAY(arena, char *, count + 1);
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(claim, i);
		if (!is_scope(item))
			return false;
		principal->scopes[principal->n_scopes++] =
			text_copy(arena, json_string_value(item));
	}
	return true;
}

/* The order is that of cost and of trust: whose token it is, for whom, when, and only then who. */
const char *token_claims(struct arena *arena, const json_t *claims,
	const struct token_expectation *expected, Asskomm__Principal **out_principal,
	int64_t *out_expires_s)
{
	if (!is_text(json_object_get(claims, "iss"), expected->issuer))
		return "another issuer";
	if (!names_audience(json_object_get(claims, "aud"), expected->audience))
		return "another audience";
	const char *problem = client_problem(claims, expected->clients);
	if (problem == NULL)
		problem = time_problem(claims, expected->now_s);
	if (problem != NULL)
		return problem;
	if (!is_subject(json_object_get(claims, "sub")))
		return "sub is missing or unfit";
	/* A principal without roles or scopes is possible; it may do nothing and see nothing. */
	Asskomm__Principal *principal = NEW(arena, Asskomm__Principal);
	asskomm__principal__init(principal);
	principal->kind = ASSKOMM__PRINCIPAL__KIND__USER;
	principal->subject = text_copy(arena, json_string_value(json_object_get(claims, "sub")));
	if (!read_roles(arena, pointed(arena, claims, expected->roles), principal) ||
		!read_scopes(arena, pointed(arena, claims, expected->scopes), principal))
		return "roles or scopes are no list of fit names";
	*out_principal = principal;
	*out_expires_s = json_integer_value(json_object_get(claims, "exp")) + TOKEN_LEEWAY_S;
	return NULL;
}
