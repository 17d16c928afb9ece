/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses; the C library's inet_pton and inet_ntop are the oracle. */
#include "base/ip.h"
#include "base/rng.h"
#include "base/tap.h"

#include <arpa/inet.h>

/* Texts near the border between right and wrong: what inet_pton takes, ip_parse takes, and the
 * value is the same. */
static void
test_against_inet_pton(void)
{
    static const char *const texts[] = {
        "0.0.0.0",
        "255.255.255.255",
        "256.0.0.1",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.04",
        "1..2.3",
        ".1.2.3",
        "1.2.3.",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1.2.3.a",
        "::",
        "::1",
        "1::",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1::8",
        "1:::8",
        "1::2::3",
        "::ffff:1.2.3.4",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.256",
        "12345::",
        "g::",
        "fe80::1%eth0",
        "[::1]",
        "2001:DB8::A",
        ":1",
        "1:",
        ":",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "::1:2:3:4:5:6:7:8",
        "1.2.3.4::",
        "1:2.3.4.5:6::",
        "",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint8_t want[16], got[16];
        ip addr = {0};
        bool is6 = inet_pton(AF_INET6, texts[i], want) == 1;
        bool is4 = !is6 && inet_pton(AF_INET, texts[i], want) == 1;
        bool parsed = ip_parse(str_of(texts[i]), &addr);
        tap_eq_i64(parsed, is4 || is6, "'%s' is %s", texts[i], is4 || is6 ? "right" : "wrong");
        if (!parsed)
            continue;
        ip_to_bytes(addr, got);
        tap_ok(memcmp(want, got, is4 ? 4 : 16) == 0, "'%s' has its value", texts[i]);
    }
}

static void
test_round_trip(void)
{
    struct rng rng = {5};
    bool same_text = true, same_value = true;
    for (int i = 0; i < 20000; i++) {
        ip addr = {.hi = rng_next(&rng), .lo = rng_next(&rng), .version = 6};
        /* Zero out random groups, so that runs of zeros of all lengths occur. */
        uint64_t zeros = rng_next(&rng);
        for (int g = 0; g < 8; g++)
            if (zeros >> g & 1)
                *(g < 4 ? &addr.hi : &addr.lo) &= ~(UINT64_C(0xffff) << (16 * (g % 4)));
        if (i % 4 == 0)
            addr = ip_from_v4((uint32_t)addr.lo);
        uint8_t bytes[16];
        char want[IP_TEXT], got[IP_TEXT];
        ip_to_bytes(addr, bytes);
        inet_ntop(addr.version == 4 ? AF_INET : AF_INET6, bytes, want, sizeof want);
        /* glibc writes ::a.b.c.d for the deprecated compatible addresses; RFC 5952 does not. */
        bool compatible = addr.version == 6 && addr.hi == 0 && addr.lo >> 32 == 0;
        same_text = same_text && (compatible || strcmp(ip_format(addr, got), want) == 0);
        ip back = {0};
        same_value = same_value && ip_parse(str_of(ip_format(addr, got)), &back) &&
                     ip_eq(addr, back) && ip_eq(ip_from_bytes(bytes, addr.version), addr);
    }
    tap_ok(same_text, "20,000 addresses print as by inet_ntop");
    tap_ok(same_value, "and parse back");
}

static void
test_prefixes(void)
{
    prefix p;
    char text[PREFIX_TEXT], address[IP_TEXT];
    tap_ok(prefix_parse(STR("192.0.2.0/24"), false, &p), "a prefix");
    tap_eq_z(ip_format(prefix_last(p), address), "192.0.2.255", "its last address");
    tap_ok(!prefix_parse(STR("192.0.2.1/24"), false, &p), "host bits are refused");
    tap_ok(prefix_parse(STR("192.0.2.1/24"), true, &p), "or cleared");
    tap_eq_z(prefix_format(p, text), "192.0.2.0/24", "to this");
    tap_ok(prefix_parse(STR("2a06:e480::/29"), false, &p), "IPv6");
    tap_eq_z(ip_format(prefix_last(p), address), "2a06:e487:ffff:ffff:ffff:ffff:ffff:ffff",
             "its last address");
    tap_ok(prefix_parse(STR("0.0.0.0/0"), false, &p), "all of IPv4");
    tap_eq_z(ip_format(prefix_last(p), address), "255.255.255.255", "its last address");
    tap_ok(prefix_parse(STR("::/0"), false, &p) && p.bits == 0, "all of IPv6");
    static const char *const wrong[] = {"1.2.3.4/33", "1.2.3.4/",     "1.2.3.4/-1", "::/129",
                                        "/8",         "1.2.3.0/024x", "1.2.3.4/1/2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        tap_ok(!prefix_parse(str_of(wrong[i]), true, &p), "'%s' is none", wrong[i]);
    ip addr;
    prefix_parse(STR("2001:db8::/65"), false, &p);
    ip_parse(STR("2001:db8::7fff:0:0:1"), &addr);
    tap_ok(prefix_contains(p, addr), "within the /65");
    ip_parse(STR("2001:db8::8000:0:0:1"), &addr);
    tap_ok(!prefix_contains(p, addr), "outside the /65");
}

static void
test_special(void)
{
    static const struct {
        const char *text;
        bool special, local;
    } cases[] = {
        {"127.0.0.1", true, true},
        {"10.1.2.3", true, true},
        {"172.31.255.255", true, true},
        {"172.32.0.1", false, false},
        {"100.64.0.1", true, false},
        {"100.128.0.1", false, false},
        {"203.0.113.9", true, false},
        {"224.0.0.1", true, false},
        {"255.255.255.255", true, false},
        {"8.8.8.8", false, false},
        {"::1", true, true},
        {"fe80::1", true, true},
        {"fd00::1", true, true},
        {"2001:db8::1", true, false},
        {"2400::1", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ip addr = {0};
        ip_parse(str_of(cases[i].text), &addr);
        tap_ok(ip_is_special(addr) == cases[i].special && ip_is_local(addr) == cases[i].local,
               "%s: special %d, local %d", cases[i].text, cases[i].special, cases[i].local);
    }
    ip addr;
    ip_parse(STR("::ffff:192.0.2.1"), &addr);
    tap_ok(ip_eq(ip_unmap(addr), ip_from_v4(0xc0000201)), "an IPv4-mapped address is IPv4");
}

int
main(void)
{
    test_against_inet_pton();
    test_round_trip();
    test_prefixes();
    test_special();
    return tap_done();
}
