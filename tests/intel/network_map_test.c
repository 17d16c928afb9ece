/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled map against two oracles: rows that a plain loop searches (random, nested, crossing
 * and dated ones), and the whole ASN and country tables read from their other, numeric form. */
#include "intel/networks.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"

#define DATA "node_modules/@ip-location-db/"
#define ASN DATA "asn/asn"
#define COUNTRY DATA "geo-whois-asn-country/geo-whois-asn-country"
#define HEADER "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"

static struct network
at(const struct network_map *map, const char *addr)
{
    ip a = {0};
    require(ip_parse(str_of(addr), &a));
    return network_map_get(map, network_map_find(map, a));
}

static struct network_map *
compile(const char *text, day as_of)
{
    struct networks *networks = networks_new();
    struct networks_report report;
    struct network_map *map = NULL;
    struct err err;
    tap_no_err(networks_read(networks, "input", str_of(text), NULL, NULL, &report, &err), &err,
               "reads");
    tap_no_err(network_map_new(networks, as_of, &map, &err), &err, "compiles");
    networks_free(networks); /* the map needs it no longer */
    return map;
}

static void
test_inheritance(void)
{
    struct network_map *map = compile(HEADER "192.0.0.0/16,64500,Big,big,VN,01,,mixed,900000,,\n"
                                             "192.0.2.0/24,64501,Small,,,,,,,,\n"
                                             "192.0.2.64/26,,,,,79,Unit,,,,\n"
                                             "192.0.2.64/26,,,,,,,hosting,,,\n"
                                             "100.64.0.0/24,64502,Cell,cell,VN,,,fixed,,,\n",
                                      0);
    struct network n = at(map, "192.0.1.1");
    tap_eq_i64(n.asn, 64500, "outside of the shorter ones");
    tap_ok(n.dynamic, "mixed pools are dynamic");
    n = at(map, "192.0.2.1");
    tap_eq_i64(n.asn, 64501, "the longer prefix wins");
    tap_eq_str(n.isp, STR("big"), "and inherits the provider");
    tap_eq_z(n.country, "VN", "and the country");
    tap_eq_i64(n.subscribers, 900000, "and the subscribers");
    n = at(map, "192.0.2.127");
    tap_eq_i64(n.asn, 64501, "two levels down");
    tap_eq_str(n.unit, STR("Unit"), "a unit of its own");
    tap_eq_z(n.province, "79", "a province of its own");
    tap_eq_i64(n.kind, NETWORK_HOSTING, "a later row of the same prefix adds its field");
    tap_ok(!n.dynamic, "a unit's addresses stay");
    n = at(map, "192.0.2.128");
    tap_eq_str(n.unit, STR(""), "one behind it");
    n = at(map, "100.64.0.1");
    tap_eq_i64(n.kind, NETWORK_CGNAT, "RFC 6598 space is CGNAT whatever a row says");
    tap_eq_i64(n.asn, 64502, "but the rest is the row's");
    n = at(map, "100.127.255.255");
    tap_eq_i64(n.kind, NETWORK_CGNAT, "without a row too");
    tap_ok(n.dynamic, "and dynamic");
    n = at(map, "100.128.0.0");
    tap_eq_i64(n.kind, NETWORK_UNKNOWN, "and ends there");
    n = at(map, "::ffff:192.0.2.1");
    tap_eq_i64(n.asn, 64501, "a mapped IPv4 address");
    network_map_free(map);
}

static void
test_providers(void)
{
    struct network_map *map = compile("14.160.0.0,14.191.255.255,45899,VNPT Corp\n"
                                      "14.192.0.0,14.192.255.255,64496,Nobody\n",
                                      20000);
    struct network n = at(map, "14.160.0.1");
    tap_eq_str(n.isp, STR("vnpt"), "the provider by AS number");
    tap_eq_i64(n.kind, NETWORK_MIXED, "its kind");
    tap_eq_str(n.name, STR("VNPT Corp"), "the name is the source's");
    n = at(map, "14.192.0.1");
    tap_eq_str(n.isp, STR(""), "an AS that the table does not know");
    network_map_free(map);
}

static void
test_empty_and_edges(void)
{
    struct network_map *map = compile("0.0.0.0,0.0.0.0,1,first\n"
                                      "255.255.255.255,255.255.255.255,2,last\n",
                                      0);
    tap_eq_i64(at(map, "0.0.0.0").asn, 1, "the first address");
    tap_eq_i64(at(map, "0.0.0.1").asn, 0, "the second");
    tap_eq_i64(at(map, "255.255.255.255").asn, 2, "the last address");
    tap_eq_i64(at(map, "255.255.255.254").asn, 0, "the last but one");
    tap_eq_i64(at(map, "ffff::").asn, 0, "no IPv6");
    tap_eq_i64(network_map_find(map, (ip){0}), 0, "no address");
    tap_eq_i64(network_map_get(map, 0).asn, 0, "index 0");
    tap_eq_i64(network_map_get(map, UINT32_MAX).asn, 0, "an index that is not there");
    struct network_ranges ranges = network_map_ranges(map);
    tap_eq_i64(ranges.starts[0], 0, "ranges begin at 0.0.0.0");
    tap_eq_i64(ranges.starts[ranges.count - 1], UINT32_MAX, "the last one at its end");
    network_map_free(map);

    map = compile("::,::,1,first\nffff:ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,2,"
                  "last\n2001:db8::8,2001:db8:0:1::7,3,inside\n",
                  0);
    tap_eq_i64(at(map, "::1").asn, 1, "the first /64");
    tap_eq_i64(at(map, "0:0:0:1::").asn, 0, "the second /64");
    tap_eq_i64(at(map, "ffff:ffff:ffff:ffff::9").asn, 2, "the last /64");
    tap_eq_i64(at(map, "ffff:ffff:ffff:fffe::").asn, 0, "the last but one");
    tap_eq_i64(at(map, "2001:db8::").asn, 3, "a range that begins inside of a /64 has all of it");
    tap_eq_i64(at(map, "2001:db8:0:1:ffff::").asn, 3, "one that ends inside too");
    tap_eq_i64(at(map, "2001:db8:0:2::").asn, 0, "but not the next");
    network_map_free(map);
}

/* Random rows over a small space, so that they nest and cross. */
enum { ROWS = 300, SPACE = 4096, DAYS = 6 };
struct oracle_row {
    uint32_t first, last, asn, subscribers;
    int province;
    day from, to;
};

static void
random_rows(struct rng *rng, struct oracle_row *rows, bool v6, struct buf *text)
{
    static const int provinces[] = {0, 1, 4, 8, 79};
    buf_z(text, HEADER);
    for (int i = 0; i < ROWS; i++) {
        struct oracle_row *row = &rows[i];
        uint32_t length = 1 + (uint32_t)rng_below(rng, i % 10 ? 64 : SPACE / 2);
        row->first = (uint32_t)rng_below(rng, SPACE - length);
        row->last = row->first + length - 1;
        row->asn = rng_below(rng, 2) ? 64500 + (uint32_t)rng_below(rng, 5) : 0;
        row->subscribers = (uint32_t)rng_below(rng, 3);
        row->province = provinces[rng_below(rng, 5)];
        row->from = (day)rng_below(rng, DAYS);
        row->to = row->from + (day)rng_below(rng, DAYS);
        char range[96], from[DAY_TEXT], to[DAY_TEXT], province[8] = "", asn[12] = "";
        if (v6)
            snprintf(range, sizeof range, "2001:db8:0:%x::-2001:db8:0:%x:ffff::", row->first,
                     row->last);
        else
            snprintf(range, sizeof range, "10.9.%u.%u-10.9.%u.%u", row->first >> 8,
                     row->first & 255, row->last >> 8, row->last & 255);
        if (row->province)
            snprintf(province, sizeof province, "%02d", row->province);
        if (row->asn)
            snprintf(asn, sizeof asn, "%u", row->asn);
        buf_printf(text, "%s,%s,,,,%s,,,%u,%s,%s\n", range, asn, province, row->subscribers,
                   day_format(row->from, from), day_format(row->to, to));
    }
}

/* The field of the shortest row that has one; of equally short ones the last. */
#define ORACLE(rows, position, as_of, field)                                                       \
    ({                                                                                             \
        uint32_t best_ = UINT32_MAX;                                                               \
        long value_ = 0;                                                                           \
        for (int i_ = 0; i_ < ROWS; i_++) {                                                        \
            const struct oracle_row *r_ = &(rows)[i_];                                             \
            bool in_ = r_->first <= (position) && (position) <= r_->last && r_->from <= (as_of) && \
                       (as_of) <= r_->to && r_->field;                                             \
            if (in_ && r_->last - r_->first <= best_) {                                            \
                best_ = r_->last - r_->first;                                                      \
                value_ = r_->field;                                                                \
            }                                                                                      \
        }                                                                                          \
        value_;                                                                                    \
    })

static void
test_random(uint64_t seed, bool v6)
{
    struct rng rng = {seed};
    struct oracle_row rows[ROWS];
    struct buf text = BUF(1 << 20);
    random_rows(&rng, rows, v6, &text);
    for (day as_of = 0; as_of < 2 * DAYS; as_of++) {
        struct network_map *map = compile(text.p, as_of);
        long wrong = 0;
        for (uint32_t p = 0; p < SPACE; p++) {
            ip addr = v6 ? (ip){.hi = UINT64_C(0x20010db800000000) + p, .lo = p, .version = 6}
                         : ip_from_v4(UINT32_C(0x0a090000) + p);
            struct network n = network_map_get(map, network_map_find(map, addr));
            long province = n.province[0] ? (n.province[0] - '0') * 10 + n.province[1] - '0' : 0;
            wrong += n.asn != ORACLE(rows, p, as_of, asn);
            wrong += n.subscribers != ORACLE(rows, p, as_of, subscribers);
            wrong += province != ORACLE(rows, p, as_of, province);
        }
        tap_eq_i64(wrong, 0, "IPv%d, seed %llu, day %d: as a plain loop finds", v6 ? 6 : 4,
                   (unsigned long long)seed, as_of);
        network_map_free(map);
    }
    buf_clear(&text);
}

/* One row of a -num.csv; IPv6 as /64s, so that a part of a /64 stands for all of it. */
struct numeric_row {
    uint64_t first, last, reach; /* reach: the greatest last up to this row */
    char value[24];              /* AS number or country */
};
struct numeric_table {
    struct numeric_row *rows;
    size_t count;
};

static unsigned __int128
decimal(const char **p)
{
    unsigned __int128 value = 0;
    for (; **p >= '0' && **p <= '9'; (*p)++)
        value = value * 10 + (unsigned)(**p - '0');
    (*p)++; /* the comma */
    return value;
}

static bool
numeric_read(const char *path, bool v6, struct numeric_table *ret)
{
    FILE *file = fopen(path, "re");
    char line[1024];
    size_t room = 0;
    *ret = (struct numeric_table){0};
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        if (ret->count == room) {
            room = room ? room * 2 : 4096;
            ret->rows = mem_resize(ret->rows, room, sizeof *ret->rows);
        }
        struct numeric_row *row = &ret->rows[ret->count++];
        const char *p = line;
        row->first = (uint64_t)(decimal(&p) >> (v6 ? 64 : 0));
        row->last = (uint64_t)(decimal(&p) >> (v6 ? 64 : 0));
        uint64_t before = ret->count > 1 ? row[-1].reach : 0;
        row->reach = row->last > before ? row->last : before;
        size_t n = strcspn(p, ",\r\n");
        require(n < sizeof row->value);
        memcpy(row->value, p, n);
        row->value[n] = 0;
    }
    fclose(file);
    return true;
}

/* The value of the shortest row that holds the number, or "". */
static const char *
numeric_find(const struct numeric_table *table, uint64_t number)
{
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table->rows[middle].first <= number)
            low = middle + 1;
        else
            high = middle;
    }
    const char *value = "";
    uint64_t best = UINT64_MAX;
    while (low-- > 0 && table->rows[low].reach >= number) {
        const struct numeric_row *row = &table->rows[low];
        if (row->last >= number && row->last - row->first < best) {
            best = row->last - row->first;
            value = row->value;
        }
    }
    return value;
}

struct world {
    struct numeric_table asn, country;
    const struct network_map *map;
    bool v6;
    long asked, wrong_asn, wrong_country;
};

static void
ask_world(struct world *world, uint64_t number)
{
    ip addr = world->v6 ? (ip){number, number * 3, 6} : ip_from_v4((uint32_t)number);
    struct network n = network_map_get(world->map, network_map_find(world->map, addr));
    world->asked++;
    world->wrong_asn += n.asn != strtoul(numeric_find(&world->asn, number), NULL, 10);
    const char *country = numeric_find(&world->country, number);
    world->wrong_country += strcmp(n.country, strcmp(country, "ZZ") == 0 ? "" : country) != 0;
}

static void
ask_table(struct world *world, const struct numeric_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        uint64_t first = table->rows[i].first, last = table->rows[i].last;
        ask_world(world, first);
        ask_world(world, last);
        if (first > 0)
            ask_world(world, first - 1);
        if (world->v6 || last < UINT32_MAX)
            ask_world(world, last + 1);
    }
}

static void
read_source(struct networks *networks, const char *path)
{
    struct file_map file;
    struct networks_report report = {0};
    struct err err;
    if (tap_no_err(file_map_open(path, &file, &err), &err, "%s", path)) {
        tap_no_err(networks_read(networks, path, file.bytes, NULL, NULL, &report, &err), &err, "%s",
                   path);
        tap_eq_i64(report.refused, 0, "no row of it is refused");
        file_map_close(&file);
    }
}

static void
test_world(bool v6)
{
    struct world world = {.v6 = v6};
    if (!numeric_read(v6 ? ASN "-ipv6-num.csv" : ASN "-ipv4-num.csv", v6, &world.asn) ||
        !numeric_read(v6 ? COUNTRY "-ipv6-num.csv" : COUNTRY "-ipv4-num.csv", v6, &world.country)) {
        free(world.asn.rows);
        tap_skip("the packages of " DATA " are not installed");
        return;
    }
    struct networks *networks = networks_new();
    read_source(networks, v6 ? ASN "-ipv6.csv" : ASN "-ipv4.csv");
    read_source(networks, v6 ? COUNTRY "-ipv6.csv" : COUNTRY "-ipv4.csv");
    struct network_map *map = NULL;
    struct err err;
    tap_no_err(network_map_new(networks, clock_today(), &map, &err), &err, "compiles");
    world.map = map;
    ask_table(&world, &world.asn);
    ask_table(&world, &world.country);
    struct rng rng = {2026};
    for (int i = 0; i < 200000; i++) {
        uint64_t number = rng_next(&rng);
        ask_world(&world, v6 ? number >> 3 | UINT64_C(1) << 61 : (uint32_t)number);
    }
    tap_note("%ld addresses asked", world.asked);
    tap_eq_i64(world.wrong_asn, 0, "IPv%d: every AS number as in the table", v6 ? 6 : 4);
    tap_eq_i64(world.wrong_country, 0, "IPv%d: every country as in the table", v6 ? 6 : 4);
    network_map_free(map);
    networks_free(networks);
    free(world.asn.rows);
    free(world.country.rows);
}

int
main(void)
{
    test_inheritance();
    test_providers();
    test_empty_and_edges();
    for (uint64_t seed = 1; seed <= 3; seed++) {
        test_random(seed, false);
        test_random(seed, true);
    }
    test_world(false);
    test_world(true);
    return tap_done();
}
