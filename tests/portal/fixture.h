/* SPDX-License-Identifier: Apache-2.0 */
/* A small snapshot with one address for each state. */
#pragma once

#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "portal/portal.h"

/* The addresses of the snapshot, and of networks in it. */
#define AT_RECENT "203.162.0.1"  /* mirai two days before the end; also an open Redis */
#define AT_OLD "203.162.0.2"     /* mirai 40 days before the end */
#define AT_OTHER "203.162.0.3"   /* only an open Redis: vulnerable, not infected */
#define AT_C2 "203.162.0.4"      /* a C2 server */
#define AT_SCANNER "203.162.0.5" /* scans and stands in a blocklist */
#define AT_EDGE_IN "203.162.0.6" /* the oldest day that is still recent */
#define AT_EDGE_OUT "203.162.0.7"
#define AT_HOSTILE "203.162.0.8" /* a family name that wants to be HTML */
#define AT_FIXED "203.162.0.99"  /* nothing */
#define AT_MOBILE "27.64.0.1"
#define AT_MOBILE_SEEN "27.64.0.2"
#define AT_CGNAT "100.64.7.7"
#define AT_FOREIGN "8.8.8.8"
#define AT_ASSIGNED "2001:ee0::1" /* a Vietnamese provider's, which a country table calls AU */
#define AT_IPV6 "2405:4800::1"
#define AT_IPV6_SEEN "2405:4800:0:1::5"
#define AT_NOWHERE "1.2.3.4"

enum { FIXTURE_WINDOW = 30 };

static inline ip
fixture_ip(const char *text)
{
    ip addr = {0};
    if (!ip_parse(str_of(text), &addr))
        abort();
    return addr;
}

static inline void
fixture_see(struct snapshot_builder *builder, const char *addr, const char *family,
            enum event_class class, day first, day last)
{
    uint32_t index = snapshot_builder_family(builder, str_of(family), class);
    snapshot_builder_add(builder, fixture_ip(addr), index, first, last, 2);
}

static inline void
fixture_sightings(struct snapshot_builder *builder, day end)
{
    fixture_see(builder, AT_RECENT, "mirai", CLASS_INFECTED_SYSTEM, end - 9, end - 2);
    fixture_see(builder, AT_RECENT, "open-redis", CLASS_VULNERABLE_SYSTEM, end - 9, end);
    fixture_see(builder, AT_OLD, "mirai", CLASS_INFECTED_SYSTEM, end - 50, end - 40);
    fixture_see(builder, AT_OTHER, "open-redis", CLASS_VULNERABLE_SYSTEM, end - 9, end);
    fixture_see(builder, AT_C2, "emotet", CLASS_C2_SERVER, end - 3, end - 1);
    fixture_see(builder, AT_SCANNER, "ssh", CLASS_SCANNER, end - 3, end - 1);
    fixture_see(builder, AT_SCANNER, "ipsum", CLASS_BLACKLIST, end - 3, end - 1);
    fixture_see(builder, AT_EDGE_IN, "mirai", CLASS_INFECTED_SYSTEM, end - 60,
                end - FIXTURE_WINDOW + 1);
    fixture_see(builder, AT_EDGE_OUT, "mirai", CLASS_INFECTED_SYSTEM, end - 60,
                end - FIXTURE_WINDOW);
    fixture_see(builder, AT_HOSTILE, "<b>\"'&", CLASS_INFECTED_SYSTEM, end - 1, end - 1);
    fixture_see(builder, AT_MOBILE_SEEN, "mirai", CLASS_INFECTED_SYSTEM, end - 1, end - 1);
    fixture_see(builder, AT_IPV6_SEEN, "mirai", CLASS_INFECTED_SYSTEM, end - 1, end - 1);
}

/* Writes the next snapshot into FOLDER, whose data end on META's as_of. */
static inline bool
fixture_write(const char *folder, const struct snapshot_meta *meta)
{
    static const char registry[] =
        "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to\n"
        "203.162.0.0/16,45899,VNPT Corp,vnpt,VN,01,,fixed,,,\n"
        "27.64.0.0/12,7552,Viettel Group,viettel,VN,79,,mobile,,,\n"
        "2001:ee0::/32,45899,VNPT Corp,vnpt,AU,,,fixed,,,\n"
        "8.8.8.0/24,15169,\"Google <LLC>\",,US,,,hosting,,,\n";
    struct err err = {0};
    struct networks_report report;
    struct network_map *map = NULL;
    struct networks *networks = networks_new();
    struct snapshot_builder *builder = snapshot_builder_new();
    char path[PATH_TEXT];
    bool fine =
        networks_read(networks, "own.csv", STR(registry), NULL, NULL, &report, &err) == OK &&
        network_map_new(networks, meta->as_of, &map, &err) == OK &&
        folder_make(folder, &err) == OK &&
        snapshot_next_path(folder, path, sizeof path, &err) == OK;
    if (fine) {
        snapshot_builder_meta(builder, meta);
        snapshot_builder_networks(builder, map);
        if (meta->as_of != DAY_NONE)
            fixture_sightings(builder, meta->as_of);
        fine = snapshot_builder_write(builder, path, &err) == OK;
    }
    if (!fine)
        tap_note("fixture: %s", err.text);
    snapshot_builder_free(builder);
    network_map_free(map);
    networks_free(networks);
    return fine;
}

static inline struct snapshot_meta
fixture_meta(void)
{
    return (struct snapshot_meta){.as_of = clock_today() - 1,
                                  .built = clock_now(),
                                  .window_days = FIXTURE_WINDOW,
                                  .generation = 1};
}

/* A folder of this test's own, below $TMPDIR. */
static inline void
fixture_folder(char out[PATH_TEXT])
{
    const char *base = getenv("TMPDIR");
    snprintf(out, PATH_TEXT, "%s/khien-portal-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(out))
        abort();
}

static inline void
fixture_remove(const char *folder)
{
    struct err err;
    snapshot_remove_old(folder, 0, &err);
    rmdir(folder);
}
