/* Addresses and ranges: what is one, what is none, what lies in which. */
#include "helpers.h"
#include "core/network.h"
#include <string.h>

static struct network_address parsed(const char *text)
{
	struct network_address address;
	if (!network_parse(text, strlen(text), &address))
		fail_msg("no address: %s", text);
	return address;
}

static void test_addresses(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4",
		"0x1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4:80", "[::1]", "::1%lo", "1::2::3",
		":::", "12345::", "g::", "unknown", "_hidden", "localhost", "1.2.3.4/8",
		"::ffff:1.2.3", "1:2:3:4:5:6:7:8:9", "2001:db8::1-----------------------------" };
	struct network_address address;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (network_parse(bad[i], strlen(bad[i]), &address))
			fail_msg("an address: %s", bad[i]);
	assert_false(network_parse("1.2.3.4\0", 8, &address));
	assert_true(network_parse("1.2.3.45", 7, &address)); /* 1.2.3.4 */
	struct network_address four = parsed("192.0.2.1"), six = parsed("::ffff:192.0.2.1");
	assert_memory_equal(&four, &six, sizeof four);
	struct network_address bytes = network_of_ipv4("\xc0\x00\x02\x01");
	assert_memory_equal(&four, &bytes, sizeof four);
}

static void test_sites(void **state)
{
	(void)state;
	struct network_address four = parsed("192.0.2.1"), site = network_site(&four);
	assert_memory_equal(&four, &site, sizeof four);
	struct network_address six = parsed("2001:db8:1:2:3:4:5:6"),
			       same = parsed("2001:db8:1:2::");
	site = network_site(&six);
	assert_memory_equal(&same, &site, sizeof site);
}

static void test_ranges(void **state)
{
	(void)state;
	static const struct {
		const char *list, *address;
		bool holds;
	} cases[] = { { "", "1.2.3.4", false }, { "1.2.3.4", "1.2.3.4", true },
		{ "1.2.3.4", "1.2.3.5", false }, { "10.0.0.0/8", "10.255.1.2", true },
		{ "10.0.0.0/8", "11.0.0.0", false }, { "10.0.0.0/8", "::ffff:10.0.0.1", true },
		{ "10.1.2.128/25", "10.1.2.127", false }, { "10.1.2.128/25", "10.1.2.128", true },
		{ "0.0.0.0/0", "9.9.9.9", true }, { "0.0.0.0/0", "::1", false },
		{ "::/0", "9.9.9.9", true }, { "2001:db8::/33", "2001:db8:7fff::1", true },
		{ "2001:db8::/33", "2001:db8:8000::1", false },
		{ " 1.1.1.1 ,2.2.2.2/31, ::1", "2.2.2.3", true },
		{ "1.1.1.1,2.2.2.2,::1", "::1", true } };
	const char *wrong = NULL;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct networks networks;
		struct network_address address = parsed(cases[i].address);
		if (!networks_parse(cases[i].list, &networks, &wrong))
			fail_msg("not read: %s at %s", cases[i].list, wrong);
		if (networks_hold(&networks, &address) != cases[i].holds)
			fail_msg("%s and %s", cases[i].list, cases[i].address);
	}
}

static void test_what_is_no_range(void **state)
{
	(void)state;
	static const char *const bad[] = { "x", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/-1",
		"1.2.3.4/08", "1.2.3.4/8", "10.0.0.0/8/8", "1.2.3.4 5.6.7.8", "1.1.1.1,,2.2.2.2",
		",", "::/129", "2001:db8::1/64", "*", "10.0.0.0/1000" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct networks networks;
		const char *wrong = NULL;
		if (networks_parse(bad[i], &networks, &wrong))
			fail_msg("a range: %s", bad[i]);
		assert_non_null(wrong);
	}
	/* One more than there is room for. */
	char list[8 * (NETWORK_RANGES_MAX + 1) + 1] = "";
	struct networks networks;
	const char *wrong = NULL;
	for (int i = 0; i < NETWORK_RANGES_MAX; i++)
		memcpy(list + 8 * i, "1.1.1.1,", 8);
	assert_true(networks_parse(list, &networks, &wrong));
	assert_int_equal(networks.count, NETWORK_RANGES_MAX);
	memcpy(list + 8 * NETWORK_RANGES_MAX, "1.1.1.1,", 8);
	assert_false(networks_parse(list, &networks, &wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_what_is_no_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
