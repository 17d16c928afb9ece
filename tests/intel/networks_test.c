/* SPDX-License-Identifier: Apache-2.0 */
/* Reading registry sources: each kind of file, what is refused and why, the folder, the days on
 * which something changes. */
#include "intel/networks.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"

#define HEADER "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"

struct refusals {
    uint64_t lines[64];
    char reasons[64][120];
    size_t count;
};

static void
on_refused(void *context, uint64_t line, const char *reason)
{
    struct refusals *refusals = context;
    if (refusals->count == 64)
        return;
    refusals->lines[refusals->count] = line;
    snprintf(refusals->reasons[refusals->count++], 120, "%s", reason);
}

static struct network
ask(const struct networks *networks, const char *addr, day as_of, struct network_map **map)
{
    struct err err;
    ip a = {0};
    tap_ok(ip_parse(str_of(addr), &a), "%s is an address", addr);
    tap_no_err(network_map_new(networks, as_of, map, &err), &err, "compiles");
    return network_map_get(*map, network_map_find(*map, a));
}

static day
a_day(const char *text)
{
    day d = DAY_NONE;
    tap_ok(day_parse(str_of(text), &d), "%s is a day", text);
    return d;
}

static errcode
read_text(struct networks *networks, const char *text, struct refusals *refusals,
          struct networks_report *ret, struct err *err)
{
    if (refusals)
        refusals->count = 0;
    return networks_read(networks, "input", str_of(text), refusals ? on_refused : NULL, refusals,
                         ret, err);
}

static void
test_kinds(void)
{
    for (int kind = 0; kind < NETWORK_KIND_COUNT; kind++) {
        const char *name = network_kind_name((enum network_kind)kind);
        tap_eq_i64(network_kind_find(str_of(name)), kind, "kind %s", name);
    }
    tap_eq_i64(network_kind_find(STR("submarine")), NETWORK_UNKNOWN, "no such kind");
}

static void
test_rir(void)
{
    static const char text[] = "2|apnic|20261101|5|19830613|20261031|+1000\n"
                               "apnic|*|ipv4|*|3|summary\n"
                               "# comment\n"
                               "apnic|VN|asn|7552|1|20021111|allocated|A9\n"
                               "apnic|VN|ipv4|1.52.0.0|262144|20100412|allocated|A91\n"
                               "apnic|VN|ipv4|27.0.12.0|768|20100101|assigned|A92\n"
                               "apnic||ipv4|1.0.0.0|256||available|\n"
                               "apnic|VN|ipv6|2001:ee0::|26|20040101|allocated|A93\n"
                               "apnic|VN|ipv6|2001:ee0:bad::1|129|20040101|allocated|A93\n";
    struct networks *networks = networks_new();
    struct network_map *map;
    struct networks_report report;
    struct refusals refusals;
    struct err err;
    tap_no_err(read_text(networks, text, &refusals, &report, &err), &err, "RIR file");
    tap_eq_z(report.format, "RIR statistics", "is recognised");
    tap_eq_i64(report.ranges, 3, "ranges");
    tap_eq_i64(report.refused, 1, "refused");
    tap_eq_i64(refusals.lines[0], 9, "the line refused");

    struct network n = ask(networks, "1.55.255.255", a_day("2026-01-01"), &map);
    tap_eq_z(n.country, "VN", "last address of 262144");
    network_map_free(map);
    n = ask(networks, "1.56.0.0", a_day("2026-01-01"), &map);
    tap_eq_z(n.country, "", "one behind it");
    network_map_free(map);
    n = ask(networks, "27.0.14.255", a_day("2026-01-01"), &map);
    tap_eq_z(n.country, "VN", "768 addresses are no prefix");
    network_map_free(map);
    n = ask(networks, "1.52.0.1", a_day("2010-04-11"), &map);
    tap_eq_z(n.country, "", "the day before its allocation");
    network_map_free(map);
    n = ask(networks, "2001:eff:ffff::1", a_day("2026-01-01"), &map);
    tap_eq_z(n.country, "VN", "IPv6");
    network_map_free(map);
    networks_free(networks);
}

static void
test_own(void)
{
    static const char text[] =
        HEADER "203.0.113.0/24,AS64500,\"Sở \"\"TT\"\", Hà Nội\",egov,vn,01,Sở TT&TT,government,"
               "1200,2025-01-01,2026-12-31\n"
               "203.0.112.0-203.0.112.9,,,egov,,,,mobile,,,\n"
               "2001:db8:7::/64,64501,Six,six,VN,79,,fixed,,,\n";
    struct networks *networks = networks_new();
    struct network_map *map;
    struct networks_report report;
    struct err err;
    tap_no_err(read_text(networks, text, NULL, &report, &err), &err, "own CSV");
    tap_eq_i64(report.rows, 3, "rows");
    tap_eq_i64(report.ranges, 3, "ranges");
    struct network n = ask(networks, "203.0.113.255", a_day("2026-12-31"), &map);
    tap_eq_i64(n.asn, 64500, "asn");
    tap_eq_str(n.name, STR("Sở \"TT\", Hà Nội"), "a quoted name");
    tap_eq_str(n.isp, STR("egov"), "isp");
    tap_eq_str(n.unit, STR("Sở TT&TT"), "unit");
    tap_eq_z(n.country, "VN", "country in capitals");
    tap_eq_z(n.province, "01", "province");
    tap_eq_i64(n.kind, NETWORK_GOVERNMENT, "kind");
    tap_eq_i64(n.subscribers, 1200, "subscribers");
    tap_ok(!n.dynamic, "an office's addresses stay");
    network_map_free(map);
    n = ask(networks, "203.0.112.9", a_day("2026-12-31"), &map);
    tap_eq_i64(n.kind, NETWORK_MOBILE, "a range that is no prefix");
    tap_ok(n.dynamic, "mobile pools are dynamic");
    network_map_free(map);
    n = ask(networks, "2001:db8:7:0:ffff::", a_day("2026-12-31"), &map);
    tap_eq_i64(n.asn, 64501, "a /64");
    network_map_free(map);
    n = ask(networks, "203.0.113.1", a_day("2027-01-01"), &map);
    tap_eq_i64(n.asn, 0, "after valid_to");
    network_map_free(map);
    networks_free(networks);
}

/* Each row has one fault, but the last. */
static void
test_refused(void)
{
    static const char *const rows[][2] = {
        {"203.0.113.1/24,,,,,,,,,,", "behind its length"},
        {"2001:db8::/65,1,,,,,,,,,", "longer than /64"},
        {"203.0.113.0/24,ASX,,,,,,,,,", "AS number"},
        {"203.0.113.0/24,4294967296,,,,,,,,,", "AS number"},
        {"203.0.113.0/24,,,,VNM,,,,,,", "country"},
        {"203.0.113.0/24,,,,,99,,,,,", "province"},
        {"203.0.113.0/24,,,,,1,,,,,", "province"},
        {"203.0.113.0/24,,,,,,,radio,,,", "kind"},
        {"203.0.113.0/24,,,,,,,,-1,,", "subscribers"},
        {"203.0.113.0/24,,,,,,,,,2026-02-30,", "valid_from"},
        {"203.0.113.0/24,,,,,,,,,,31/12/2026", "valid_to"},
        {"203.0.113.0/24,,,,,,,,,2026-02-02,2026-02-01", "before valid_from"},
        {"203.0.113.9-203.0.113.1,,,,,,,,,,", "before it begins"},
        {"203.0.113.9-2001:db8::,,,,,,,,,,", "IPv6"},
        {"203.0.113.0/24,,,,,,,,,", "11 cells"},
        {"203.0.113.0/24,,,,,,,,,,,", "more cells"},
        {"203.0.113.0/24,,\"open,,,,,,,,", "not closed"},
        {"203.0.113.0/24,,\"a\"b,,,,,,,,", "closing quote"},
        {"203.0.113.0/24,,\xff,,,,,,,,", "UTF-8"},
        {"203.0.113.0/24,,a\x01,,,,,,,,", "control"},
        {"203.0.113.0/24,64500,,,,,,,,,", NULL},
    };
    enum { COUNT = sizeof rows / sizeof rows[0] };
    struct buf text = BUF(1 << 20);
    buf_z(&text, HEADER);
    for (size_t i = 0; i < COUNT; i++)
        buf_printf(&text, "%s\n", rows[i][0]);
    /* Good ones, so that the file is not refused whole. */
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "198.51.100.%d,64501,,,,,,,,,\n", i);
    struct networks *networks = networks_new();
    struct networks_report report = {0};
    struct refusals refusals = {0};
    struct err err;
    tap_no_err(networks_read(networks, "input", buf_view(&text), on_refused, &refusals, &report,
                             &err),
               &err, "a file with faults");
    tap_eq_i64(report.refused, COUNT - 1, "refused");
    tap_eq_i64(report.rows, COUNT + 40, "rows");
    tap_eq_i64(report.ranges, 41, "ranges");
    for (size_t i = 0; i + 1 < COUNT; i++) {
        tap_eq_i64(refusals.lines[i], i + 2, "line of %s", rows[i][0]);
        tap_ok(strstr(refusals.reasons[i], rows[i][1]) != NULL, "%s: %s", rows[i][0],
               refusals.reasons[i]);
    }
    networks_free(networks);
    buf_clear(&text);
}

static void
test_refused_whole(void)
{
    struct networks *networks = networks_new();
    struct networks_report report = {.rows = 77};
    struct err err;
    tap_eq_i64(read_text(networks, "hello\nworld\n", NULL, &report, &err), ERR_FORMAT, "no format");
    tap_eq_i64(read_text(networks, "", NULL, &report, &err), ERR_FORMAT, "an empty file");
    tap_eq_i64(read_text(networks, HEADER "x,,,,,,,,,,\n", NULL, &report, &err), ERR_FORMAT,
               "no row is right");
    struct buf text = BUF(1 << 20);
    for (int i = 0; i < 50; i++)
        buf_printf(&text, "192.0.2.%d,192.0.2.%d,64500,A\n%s\n", i, i,
                   i < 20 ? ""
                          : "x,y,z,a\n"
                            "192.0.2.9,192.0.2.1,1,b");
    tap_eq_i64(networks_read(networks, "bad.csv", buf_view(&text), NULL, NULL, &report, &err),
               ERR_FORMAT, "more than half refused");
    tap_note("%s", err.text);
    tap_eq_i64(report.rows, 77, "the report is untouched");
    struct network_map *map;
    struct network n = ask(networks, "192.0.2.1", a_day("2026-01-01"), &map);
    tap_eq_i64(n.asn, 0, "nothing of it stays");
    network_map_free(map);
    networks_free(networks);
    buf_clear(&text);
}

static void
test_folder(void)
{
    const char *temp = getenv("TMPDIR");
    char folder[] = "/XXXXXX", path[PATH_TEXT], whole[PATH_TEXT];
    snprintf(path, sizeof path, "%s%s", temp ? temp : "/tmp", folder);
    if (!tap_ok(mkdtemp(path) != NULL, "a folder"))
        return;
    struct err err;
    char var[PATH_TEXT];
    tap_no_err(path_join(var, path, "networks", &err), &err, "its path");
    struct networks *networks = networks_new();
    tap_no_err(networks_load(networks, var, &err), &err, "a missing folder is empty");
    str first = STR("192.0.2.0,192.0.2.255,64500,First\n");
    str second = STR("192.0.2.0,192.0.2.255,64501,Second\n");
    str isps = STR("64501\tshop\tCửa hàng\tShop\tfixed\t5000\t-\t-\n");
    tap_no_err(networks_save(var, "/somewhere/asn.csv", first, &err), &err, "saved");
    tap_no_err(networks_save(var, "asn.csv", second, &err), &err, "replaced");
    tap_no_err(networks_save(var, "isps.tsv", isps, &err), &err, "our own providers");
    tap_eq_i64(networks_save(var, ".hidden", first, &err), ERR_USAGE, "no hidden name");
    tap_eq_i64(networks_save(var, "a b", first, &err), ERR_USAGE, "no blank in a name");
    tap_no_err(networks_load(networks, var, &err), &err, "loaded");
    struct network_map *map;
    struct network n = ask(networks, "192.0.2.77", a_day("2026-01-01"), &map);
    tap_eq_i64(n.asn, 64501, "the newer import is there alone");
    tap_eq_str(n.name, STR("Second"), "its name");
    tap_eq_str(n.isp, STR("shop"), "the provider from the operator's table");
    tap_eq_i64(n.subscribers, 5000, "its subscribers");
    tap_eq_i64(n.kind, NETWORK_FIXED, "its kind");
    network_map_free(map);
    networks_free(networks);
    for (int i = 0; i < 2; i++)
        if (path_join(whole, var, i ? "isps.tsv" : "asn.csv", NULL) == OK)
            unlink(whole);
    rmdir(var);
    rmdir(path);
}

static void
test_changes(void)
{
    static const char text[] = HEADER "192.0.2.0/25,1,,,,,,,,2026-03-01,2026-03-31\n"
                                      "192.0.2.128/25,2,,,,,,,,2026-03-01,\n"
                                      "198.51.100.0/24,3,,,,,,,,2026-04-01,2026-06-30\n"
                                      "203.0.113.0/24,4,,,,,,,,,\n";
    struct networks *networks = networks_new();
    struct networks_report report;
    struct err err;
    tap_no_err(read_text(networks, text, NULL, &report, &err), &err, "dated rows");
    day days[8] = {0};
    size_t count = networks_changes(networks, a_day("2026-01-01"), a_day("2026-12-31"), days, 8);
    tap_eq_i64(count, 3, "days with a change");
    tap_eq_i64(days[0], a_day("2026-03-01"), "a first day");
    tap_eq_i64(days[1], a_day("2026-04-01"), "the day after a last day, and a first day");
    tap_eq_i64(days[2], a_day("2026-07-01"), "the day after a last day");
    tap_eq_i64(networks_changes(networks, a_day("2026-03-02"), a_day("2026-04-01"), days, 8), 1,
               "only within");
    day one = 0;
    tap_eq_i64(networks_changes(networks, a_day("2026-01-01"), a_day("2026-12-31"), &one, 1), 3,
               "the number does not depend on the room");
    tap_eq_i64(one, a_day("2026-03-01"), "the first one");
    networks_free(networks);
}

int
main(void)
{
    test_kinds();
    test_rir();
    test_own();
    test_refused();
    test_refused_whole();
    test_folder();
    test_changes();
    return tap_done();
}
