/* A mail as the bytes that follow DATA: RFC 5322 headers and a base64 body. Pure; fetch.c sends
 * them. */
#ifndef ASSKOMM_RUNTIME_MAIL_H
#define ASSKOMM_RUNTIME_MAIL_H

#include "core/arena.h"
#include "core/check.h"
#include "runtime/fetch.h"
#include <stdbool.h>
#include <stddef.h>

#define MAIL_ADDRESS_MAX 254
#define MAIL_SUBJECT_MAX 1000
#define MAIL_TEXT_MAX (1024u * 1024)

/* Why a mail can never be sent (an address that is none, a line break in a header, too long), or
 * NULL. Nothing that passes can add a header or a command. */
const char *mail_refusal(const struct fetch_mail *mail);

/* The whole message with CRLF lines of at most 76 characters (the addresses' lines may be longer),
 * pure ASCII but for addresses, from the arena. The mail must have passed mail_refusal. */
char *mail_compose(struct arena *arena, const struct fetch_mail *mail, size_t *out_len);

#endif
