/* Everything notifications answers, and whom facts concern.
 * To add one: the rpc in proto/asskomm/notifications.proto, a row here, a rule (or a query's .sql),
 * a case file. To tell of another fact: rules/notice_of.c. */
#include "notifications.h"

#include "deliver_mail.h"
#include "rules/rules.h"
#include "stalls.h"

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
	{ "ASSKOMM_STALLS_EVERY_S", "3600", false, "how often stalled coachings are looked for",
		NULL },
	{ "ASSKOMM_MAIL_FROM", "asskomm@localhost", false, "sender of all mails", NULL },
	{ .name = NULL },
};

/* ---- the two workers */

static void start(struct service *service)
{
	deliver_start(service);
	stalls_start(service);
}

static bool is_quiet(struct service *service)
{
	return deliver_is_quiet(service) && stalls_is_quiet(service);
}

static void stop(struct service *service)
{
	deliver_stop(service);
	stalls_stop(service);
}

static const char *const peers[] = { "coaching", NULL };

const struct service_table notifications = {
	.name = "notifications",
	.descriptor = &notifications__notifications__descriptor,
	.commands = commands,
	.queries = queries,
	.listener = &listener,
	.settings = settings,
	.peers = peers,
	.on_start = start,
	.is_quiet = is_quiet,
	.on_end = stop,
};
