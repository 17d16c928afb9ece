/* SPDX-License-Identifier: Apache-2.0 */
/* STIX patterns: the examples of the specification and what they compare with, and texts that are
 * no patterns. Bundles are tested as pairs in formats_test.c. */
#include "intel/formats/stix_pattern.h"

#include "base/buf.h"
#include "base/tap.h"

static struct stix_pattern pattern;

static const struct {
    const char *text, *want; /* "observation object:path=value|", in order */
} good[] = {
    {"[ipv4-addr:value = '198.51.100.1']", "0 ipv4-addr:value=198.51.100.1|"},
    {"[ipv4-addr:value='198.51.100.1'OR ipv6-addr:value='2001:db8::1']",
     "0 ipv4-addr:value=198.51.100.1|0 ipv6-addr:value=2001:db8::1|"},
    {"[user-account:account_type = 'unix' AND user-account:user_id = '1007' AND "
     "user-account:account_login = 'Peter'] AND [user-account:account_login = 'Paul']",
     "0 user-account:account_type=unix|0 user-account:user_id=1007|"
     "0 user-account:account_login=Peter|1 user-account:account_login=Paul|"},
    {"[file:hashes.'SHA-256' = 'aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f' "
     "AND file:mime_type = 'application/x-pdf']",
     "0 file:hashes.'SHA-256'=aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f|"
     "0 file:mime_type=application/x-pdf|"},
    {"([file:hashes.MD5 = '79054025255fb1a26e4bc422aef54eb4'] FOLLOWEDBY "
     "[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\foo\\\\bar']) WITHIN 300 SECONDS",
     "0 file:hashes.MD5=79054025255fb1a26e4bc422aef54eb4|"
     "1 windows-registry-key:key=HKEY_LOCAL_MACHINE\\foo\\bar|"},
    {"[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = "
     "'example.com'] REPEATS 5 TIMES WITHIN 1800 SECONDS",
     "0 network-traffic:dst_ref.type=domain-name|0 network-traffic:dst_ref.value=example.com|"},
    {"[domain-name:value = 'www.5z8.info' AND domain-name:resolves_to_refs[*].value IN "
     "('198.51.100.1/32', '203.0.113.33/32')] START t'2026-06-29T09:09:09Z' STOP "
     "t'2026-07-29T09:09:09Z'",
     "0 domain-name:value=www.5z8.info|0 domain-name:resolves_to_refs[*].value=198.51.100.1/32|"
     "0 domain-name:resolves_to_refs[*].value=203.0.113.33/32|"},
    {"[(a:b = 1 OR (c:d = -2.5)) AND e:f = true]", "0 a:b=1|0 c:d=-2.5|0 e:f=true|"},
    {"[url:value = 'it\\'s']", "0 url:value=it's|"},
    {"[x:extensions.'pdf-ext'.document_info_dict.Title = 'a' AND x:y[0].z = h'ffff']",
     "0 x:extensions.'pdf-ext'.document_info_dict.Title=a|0 x:y[0].z=ffff|"},
    {"[a:b ISSUBSET '198.51.100.0/24']", "0 a:b=198.51.100.0/24|"},
    {"[a:b != 'x' OR a:b NOT = 'y' OR a:b NOT IN ('z') OR a:b LIKE 'w' OR a:b > 5 OR EXISTS a:c]",
     ""},
};

static void
check_good(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct arena arena = ARENA;
        struct buf got = BUF(4096);
        struct err err;
        tap_no_err(stix_pattern_read(str_of(good[i].text), &arena, &pattern, &err), &err, "%s",
                   good[i].text);
        for (size_t j = 0; j < pattern.count; j++)
            buf_printf(&got, "%u %.*s:%.*s=%.*s|", pattern.list[j].observation,
                       STR_ARG(pattern.list[j].object), STR_ARG(pattern.list[j].path),
                       STR_ARG(pattern.list[j].value));
        tap_eq_str(buf_view(&got), str_of(good[i].want), "its comparisons");
        buf_clear(&got);
        arena_clear(&arena);
    }
}

static const char *const bad[] = {
    "",
    "a:b = 'x'",
    "[]",
    "[a:b]",
    "[a = 'x']",
    "[a:b = x]",
    "[a:b = 'x'",
    "[a:b = 'x]",
    "[a:b = 'x']]",
    "([a:b = 'x']",
    "[a:b = 'x')]",
    "[(a:b = 'x']",
    "[a:b = 'x'] [c:d = 'y']",
    "[a:b = 'x' AND]",
    "[a:b = 'x'] WITHIN SECONDS",
    "[a:b = 'x'] START t'2026-01-01T00:00:00Z'",
    "[a:b IN 'x']",
    "[a:b IN ('x' 'y')]",
    "[a:b == 'x']",
    "[a:b. = 'x']",
    "[a:b[x] = 'x']",
    "[a:b = 'x\\']",
    "[a:b = 'x'] ; ",
    "\x01",
};

static void
check_bad(void)
{
    struct arena arena = ARENA;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {0};
        tap_ok(stix_pattern_read(str_of(bad[i]), &arena, &pattern, &err) == ERR_FORMAT &&
                   strstr(err.text, "breaks at byte"),
               "\"%s\" is no pattern", bad[i]);
    }
    struct err err;
    stix_pattern_read(STR("[a:b = 'x' XOR c:d = 'y']"), &arena, &pattern, &err);
    tap_eq_z(err.text, "the pattern breaks at byte 12, where AND, OR or ']' should be",
             "the message says where");
    struct buf deep = BUF(4096);
    for (int i = 0; i <= STIX_NESTING_MAX; i++)
        buf_char(&deep, '(');
    tap_ok(stix_pattern_read(buf_view(&deep), &arena, &pattern, &err) == ERR_LIMIT, "too deep");
    buf_clear(&deep);
    struct buf many = BUF(1 << 20);
    buf_z(&many, "[a:b IN (1");
    for (int i = 0; i < STIX_COMPARISONS_MAX; i++)
        buf_z(&many, ",1");
    buf_z(&many, ")]");
    tap_ok(stix_pattern_read(buf_view(&many), &arena, &pattern, &err) == ERR_LIMIT, "too many");
    buf_clear(&many);
    arena_clear(&arena);
}

int
main(void)
{
    check_good();
    check_bad();
    return tap_done();
}
