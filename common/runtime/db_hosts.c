/* The hosts of a conninfo, taken apart so that names can be resolved on the loop and so that each
 * attempt may begin with another host. What libpq would do by itself, it would do blocking. */
#include "runtime/db_internal.h"
#include <stdio.h>
#include <string.h>

/* NULL when it was not given; libpq then takes its own default. */
const char *option_value(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val;
	return NULL;
}

/* Copies the next element of a comma-separated list and moves on; *list is NULL after the last. */
static bool next_element(const char **list, char *target, size_t size)
{
	size_t len = strcspn(*list, ",");

	if (len >= size)
		return false;
	memcpy(target, *list, len);
	target[len] = '\0';
	*list = (*list)[len] == ',' ? *list + len + 1 : NULL;
	return true;
}

/* One port for all hosts, or one for each. */
static bool read_ports(const char *ports, struct hosts *hosts)
{
	size_t n_ports = 0;

	for (; ports != NULL && n_ports < hosts->count; n_ports++) {
		struct host *host = &hosts->host[n_ports];

		if (!next_element(&ports, host->port, sizeof(host->port)))
			return false;
	}
	for (size_t i = 1; n_ports == 1 && i < hosts->count; i++)
		memcpy(hosts->host[i].port, hosts->host[0].port, sizeof(hosts->host[i].port));
	return ports == NULL && (n_ports <= 1 || n_ports == hosts->count);
}

/* Nothing is taken apart when the conninfo gives addresses itself, or no host at all (a local
 * socket): libpq has nothing to resolve then. */
bool hosts_read(const PQconninfoOption *options, struct hosts *out_hosts)
{
	const char *names = option_value(options, "host");
	const char *addresses = option_value(options, "hostaddr");
	struct hosts hosts = { 0 };

	if (names == NULL || (addresses != NULL && addresses[0] != '\0')) {
		*out_hosts = hosts;
		return true;
	}
	while (names != NULL) {
		struct host *host = &hosts.host[hosts.count];

		if (hosts.count == HOSTS_MAX ||
			!next_element(&names, host->name, sizeof(host->name)))
			return false;
		hosts.count++;
	}
	if (!read_ports(option_value(options, "port"), &hosts))
		return false;
	*out_hosts = hosts;
	return true;
}

/* A folder, an abstract socket ("@") or an address needs no name server. Only IPv6 has colons. */
bool host_is_name(const struct host *host)
{
	unsigned char address[16];

	if (host->name[0] == '\0' || host->name[0] == '/' || host->name[0] == '@')
		return false;
	return strchr(host->name, ':') == NULL && uv_inet_pton(AF_INET, host->name, address) != 0;
}

/* Gives where the next one begins. The lists have room for HOSTS_MAX of the longest. */
static char *append(char *out, const char *text, bool is_first)
{
	size_t len = strlen(text);

	if (!is_first)
		*out++ = ',';
	memcpy(out, text, len + 1);
	return out + len;
}

/* Begins with another host at each attempt, so that one which hangs does not hold up all of them.
 */
void hosts_join(const struct hosts *hosts, size_t first, struct host_lists *out_lists)
{
	char *names = out_lists->names, *addresses = out_lists->addresses,
	     *ports = out_lists->ports;

	*names = *addresses = *ports = '\0';
	for (size_t i = 0; i < hosts->count; i++) {
		const struct host *host = &hosts->host[(first + i) % hosts->count];

		names = append(names, host->name, i == 0);
		addresses = append(addresses, host->address, i == 0);
		ports = append(ports, host->port, i == 0);
	}
}
