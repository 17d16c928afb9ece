/* SPDX-License-Identifier: Apache-2.0 */
/* Targets and queries: decoded once, or refused. */
#include "portal/http/target.h"

#include "base/tap.h"

static void
check_target(const char *text, unsigned status, const char *path, const char *query,
             const char *host)
{
    char out[TARGET_MAX];
    struct target target = {0};
    tap_eq_i64(target_parse(str_of(text), out, &target), status, "status of %s", text);
    tap_eq_str(target.path, str_of(path), "path of %s", text);
    tap_eq_str(target.query, str_of(query), "query of %s", text);
    tap_eq_str(target.host, str_of(host), "host of %s", text);
}

static void
check_query(const char *query, const char *name, const char *want)
{
    char out[8];
    str value = {NULL, 0};
    bool found = query_find(str_of(query), str_of(name), out, sizeof out, &value);
    tap_ok(found == (want != NULL), "%s in %s: found", name, query);
    tap_eq_str(value, str_of(want), "%s in %s", name, query);
}

int
main(void)
{
    check_target("/", 0, "/", "", "");
    check_target("/a/b?c=d?e", 0, "/a/b", "c=d?e", "");
    check_target("/?", 0, "/", "", "");
    check_target("/%41%c3%a9", 0, "/Aé", "", "");
    check_target("/...", 0, "/...", "", "");
    check_target("//a", 0, "//a", "", "");
    check_target("http://h", 0, "/", "", "h");
    check_target("http://h?a", 0, "/", "a", "h");
    check_target("https://h:1/a", 0, "/a", "", "h:1");
    check_target("", 400, "", "", "");
    check_target("/a/../b", 400, "", "", "");
    check_target("/.", 400, "", "", "");
    check_target("/%2e%2E/", 400, "", "", "");
    check_target("/%252e", 0, "/%2e", "", "");
    check_target("/%", 400, "", "", "");
    check_target("/?%1", 400, "", "", "");
    check_target("/%c3", 400, "", "", "");
    check_target("/%7f", 400, "", "", "");
    check_query("a=1&b=2", "b", "2");
    check_query("a=1&a=2", "a", "1");
    check_query("a", "a", "");
    check_query("aa=1", "a", NULL);
    check_query("", "a", NULL);
    check_query("a=%41+b", "a", "A b");
    check_query("a=%4", "a", NULL);
    check_query("a=12345678", "a", "12345678");
    check_query("a=123456789", "a", NULL);
    return tap_done();
}
