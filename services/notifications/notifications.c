/* Everything notifications answers, and whom facts concern.
 * To add one: the rpc in proto/asskomm/notifications.proto, a row here, a rule (or a query's .sql),
 * a case file. To tell of another fact: rules/notice_of.c. */
#include "notifications.h"

#include "deliver_mail.h"
#include "rules/rules.h"

static const struct command commands[] = {
	/* rpc, works on, load, rule, save */
	{ "Subscribe", &notifications__subscription__descriptor, "subscription.new", subscribe,
		"subscription.save", NULL },
	{ "Unsubscribe", &notifications__subscription__descriptor, "subscription.load", unsubscribe,
		"subscription.save", NULL },
	{ .rpc = NULL },
};

static const struct query queries[] = {
	{ "ListInbox", "list_inbox", NULL, NULL },
	{ "ListSubscriptions", "list_subscriptions", NULL, NULL },
	{ .rpc = NULL },
};

static const struct listener listener = { "notify", &notifications__notice__descriptor, notice_of,
	deliver_look, "pass", false };

static struct setting settings[] = {
	{ "ASSKOMM_SMTP_URL", "", false, "mail relay, smtp://127.0.0.1:2525; empty: mails wait",
		NULL },
	{ "ASSKOMM_MAIL_FROM", "asskomm@localhost", false, "sender of all mails", NULL },
	{ .name = NULL },
};

const struct service_table notifications = {
	.name = "notifications",
	.descriptor = &notifications__notifications__descriptor,
	.commands = commands,
	.queries = queries,
	.listener = &listener,
	.settings = settings,
	.on_start = deliver_start,
	.is_quiet = deliver_is_quiet,
	.on_end = deliver_stop,
};
