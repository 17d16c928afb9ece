/* SPDX-License-Identifier: Apache-2.0 */
/* Who is believed about a visitor's address; and that rates count by network. */
#include "portal/http/forwarded.h"

#include "base/tap.h"
#include "portal/http/connections.h"
#include "portal/http/rate.h"

static prefix proxies[2];
static const struct trusted trusted = {proxies, 2};

static ip
address(const char *text)
{
    ip addr = {0};
    ip_parse(str_of(text), &addr);
    return addr;
}

static void
check(const char *peer, const char *field, const char *want)
{
    char text[IP_TEXT] = "";
    ip visitor;
    bool fine = forwarded_visitor(&trusted, address(peer), str_of(field), &visitor);
    tap_ok(fine == (want != NULL), "%s says \"%s\": understood", peer, field);
    if (fine)
        tap_eq_z(ip_format(visitor, text), want, "%s says \"%s\"", peer, field);
}

static void
check_rate(void)
{
    struct rate *rate = rate_new(3);
    for (int i = 0; i < 3; i++)
        tap_ok(rate_take(rate, address("198.51.100.1")), "request %d of three", i + 1);
    tap_ok(!rate_take(rate, address("198.51.100.2")),
           "the fourth from the same /24 is one too many");
    tap_ok(rate_take(rate, address("198.51.101.1")), "another /24 has its own count");
    for (int i = 0; i < 3; i++)
        rate_take(rate, address("2001:db8:1::1"));
    tap_ok(!rate_take(rate, address("2001:db8:1:2::1")), "IPv6 counts by /48");
    tap_ok(rate_take(rate, address("2001:db8:2::1")), "another /48 has its own count");
    rate_free(rate);

    rate = rate_new(0);
    bool all = true;
    for (int i = 0; i < 1000; i++)
        all &= rate_take(rate, address("198.51.100.1"));
    tap_ok(all, "0 is no limit");
    rate_free(rate);
}

static void
check_crowd(void)
{
    struct connection_limits limits = {2, 10, 10};
    struct connections *connections = connections_new(&limits);
    ip one = address("198.51.100.1");
    struct connection *first = connections_add(connections, -1, one, false);
    connections_add(connections, -1, address("198.51.100.2"), false);
    tap_ok(!connections_admit(connections, address("198.51.100.3"), false), "a third of a /24");
    tap_ok(connections_admit(connections, address("198.51.100.3"), true), "an exempt one");
    tap_ok(connections_admit(connections, address("198.51.101.3"), false), "another /24");
    connections_remove(connections, first);
    tap_ok(connections_admit(connections, one, false), "again after one has gone");
    tap_eq_i64(connections_count(connections), 1, "one is left");
    connections_free(connections);
}

int
main(void)
{
    prefix_parse(STR("10.0.0.0/8"), false, &proxies[0]);
    prefix_parse(STR("2001:db8:ffff::/48"), false, &proxies[1]);
    check("10.0.0.1", "198.51.100.7", "198.51.100.7");
    check("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7");
    check("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7");
    check("10.0.0.1", "203.0.113.9,198.51.100.7,10.1.2.3 , 2001:db8:ffff::1", "198.51.100.7");
    check("10.0.0.1", "10.0.0.2", "10.0.0.2");
    check("10.0.0.1", " 2001:db8::5 ", "2001:db8::5");
    check("10.0.0.1", "[2001:db8::5]:443", "2001:db8::5");
    check("10.0.0.1", "198.51.100.7:5555", "198.51.100.7");
    check("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7");
    check("10.0.0.1", "", "10.0.0.1");
    check("192.0.2.1", "198.51.100.7", "192.0.2.1");
    check("10.0.0.1", "unknown", NULL);
    check("10.0.0.1", "198.51.100.7, ", NULL);
    check("10.0.0.1", "198.51.100.7, [::1", NULL);
    check("10.0.0.1", "garbage, 198.51.100.7", "198.51.100.7");
    check_rate();
    check_crowd();
    return tap_done();
}
