/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups in one thread: the network of an address beside libmaxminddb on the same ranges, and one
 * whole check (network and list) against 2 M listed addresses. lookup_bench ASN-IPV4.csv
 * Times are means of batches of 256, the best of three runs. */
#include "bench.h"
#include "mmdb_writer.h"

#include "base/file.h"
#include "base/rng.h"
#include "intel/intel.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <unistd.h>

enum { ADDRESSES = 1 << 20, BATCH = 256, LISTED = 2000000, FAMILIES = 10 };
/* Nine of ten listed addresses are in the pools of one country; the size of a middling country. */
enum { POOL = 0x0e000000, POOL_BITS = 24 };
enum { BATCHES = ADDRESSES / BATCH };

static double times[BATCHES];

static int
time_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
percentile(double share)
{
    qsort(times, BATCHES, sizeof *times, time_compare);
    return times[(size_t)((BATCHES - 1) * share)];
}

static struct network_map *
load_map(const char *path)
{
    struct networks *networks = networks_new();
    struct networks_report report;
    struct network_map *map;
    struct file_map file;
    struct err err;
    double began = cpu_seconds();
    if (file_map_open(path, &file, &err) != OK ||
        networks_read(networks, path, file.bytes, NULL, NULL, &report, &err) != OK ||
        network_map_new(networks, clock_today(), &map, &err) != OK) {
        fprintf(stderr, "lookup_bench: %s\n", err.text);
        exit(1);
    }
    double took = cpu_seconds() - began;
    bench_print(&(struct bench_row){.name = "read and compile the IPv4 ASN table",
                                    .unit = "s CPU",
                                    .value = took,
                                    .bar = "<= 1 s",
                                    .ok = took <= 1});
    file_map_close(&file);
    networks_free(networks);
    return map;
}

/* Any address, or one within a random range of the table (where short prefixes abound). */
static void
fill_addresses(uint32_t *addresses, const struct network_map *map, bool in_ranges)
{
    struct rng rng = {in_ranges ? 2 : 1};
    struct network_ranges ranges = network_map_ranges(map);
    for (size_t i = 0; i < ADDRESSES; i++) {
        addresses[i] = (uint32_t)rng_next(&rng);
        if (!in_ranges)
            continue;
        size_t at = rng_below(&rng, ranges.count - 1);
        uint32_t length = ranges.starts[at + 1] - ranges.starts[at];
        addresses[i] = ranges.starts[at] + (uint32_t)rng_below(&rng, length);
    }
}

static struct sockaddr_in
socket_address(uint32_t addr)
{
    return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(addr)};
}

static double
time_ours(const struct network_map *map, const uint32_t *addresses)
{
    for (size_t b = 0; b < BATCHES; b++) {
        uint32_t sum = 0;
        int64_t began = clock_monotonic();
        for (size_t i = 0; i < BATCH; i++)
            sum += network_map_find4(map, addresses[b * BATCH + i]);
        times[b] = (double)(clock_monotonic() - began) / BATCH;
        __asm__ volatile("" : : "r"(sum));
    }
    return percentile(0.5);
}

static double
time_mmdb(MMDB_s *mmdb, const uint32_t *addresses)
{
    static struct sockaddr_in batch[BATCH];
    for (size_t b = 0; b < BATCHES; b++) {
        uint32_t sum = 0;
        for (size_t i = 0; i < BATCH; i++)
            batch[i] = socket_address(addresses[b * BATCH + i]);
        int64_t began = clock_monotonic();
        for (size_t i = 0; i < BATCH; i++) {
            int error;
            sum += MMDB_lookup_sockaddr(mmdb, (struct sockaddr *)&batch[i], &error).entry.offset;
        }
        times[b] = (double)(clock_monotonic() - began) / BATCH;
        __asm__ volatile("" : : "r"(sum));
    }
    return percentile(0.5);
}

/* Both give the same network for each address, or the comparison would be worth nothing. */
static void
check_same(MMDB_s *mmdb, const struct network_map *map, const uint32_t *offsets,
           const uint32_t *addresses)
{
    for (size_t i = 0; i < ADDRESSES; i++) {
        struct sockaddr_in addr = socket_address(addresses[i]);
        int error;
        MMDB_lookup_result_s found = MMDB_lookup_sockaddr(mmdb, (struct sockaddr *)&addr, &error);
        uint32_t index = network_map_find4(map, addresses[i]);
        require(error == MMDB_SUCCESS && found.found_entry == (index != 0));
        require(!index || found.entry.offset == offsets[index]);
    }
}

static void
bench_networks(const struct network_map *map, const char *folder, uint32_t *addresses)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/bench.mmdb", folder);
    uint32_t *offsets;
    mmdb_write(map, path, &offsets);
    MMDB_s mmdb;
    int status = MMDB_open(path, MMDB_MODE_MMAP, &mmdb);
    if (status != MMDB_SUCCESS)
        fprintf(stderr, "lookup_bench: libmaxminddb: %s\n", MMDB_strerror(status));
    require(status == MMDB_SUCCESS);
    unlink(path);
    for (int in_ranges = 0; in_ranges < 2; in_ranges++) {
        fill_addresses(addresses, map, in_ranges);
        check_same(&mmdb, map, offsets, addresses);
        double theirs = time_mmdb(&mmdb, addresses), ours = time_ours(map, addresses);
        for (int again = 0; again < 2; again++) { /* the best of three, in turn */
            double a = time_mmdb(&mmdb, addresses), b = time_ours(map, addresses);
            theirs = a < theirs ? a : theirs;
            ours = b < ours ? b : ours;
        }
        bench_print(&(struct bench_row){.name = in_ranges
                                                    ? "network of an address, random table rows"
                                                    : "network of an address, random addresses",
                                        .unit = "ns",
                                        .value = ours,
                                        .peer = "libmaxminddb",
                                        .peer_value = theirs,
                                        .ratio = theirs / ours,
                                        .bar = ">= 10 x",
                                        .ok = theirs >= 10 * ours});
    }
    MMDB_close(&mmdb);
    free(offsets);
}

static struct snapshot *
make_snapshot(const struct network_map *map, const char *folder, uint32_t *listed)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    snapshot_builder_networks(builder, map);
    char name[16], path[PATH_TEXT];
    for (int i = 0; i < FAMILIES; i++) {
        snprintf(name, sizeof name, "family-%d", i);
        snapshot_builder_family(builder, str_of(name), CLASS_INFECTED_SYSTEM);
    }
    struct network_ranges ranges = network_map_ranges(map);
    struct rng rng = {3};
    for (size_t i = 0; i < LISTED; i++) {
        uint32_t addr = POOL + (uint32_t)rng_below(&rng, 1u << POOL_BITS);
        if (i % 10 == 0) {
            size_t at = rng_below(&rng, ranges.count - 1);
            addr = ranges.starts[at] +
                   (uint32_t)rng_below(&rng, ranges.starts[at + 1] - ranges.starts[at]);
        }
        listed[i] = addr;
        day first = 20000 + (day)rng_below(&rng, 90);
        snapshot_builder_add(builder, ip_from_v4(addr), (uint32_t)rng_below(&rng, FAMILIES), first,
                             first + (day)rng_below(&rng, 30), 1 + (uint32_t)rng_below(&rng, 9));
    }
    snprintf(path, sizeof path, "%s/bench.snap", folder);
    struct snapshot *snapshot;
    struct err err;
    double began = wall_seconds();
    require(snapshot_builder_write(builder, path, &err) == OK);
    double wrote = wall_seconds();
    require(snapshot_open(path, SNAPSHOT_SAFE, &snapshot, &err) == OK);
    double opened = (wall_seconds() - wrote) * 1000;
    struct snapshot_counts counts = snapshot_counts(snapshot);
    fprintf(stderr, "# %.2f s to pack and write %.1f MB, %llu addresses\n", wrote - began,
            (double)counts.bytes / 1e6, (unsigned long long)counts.addresses4);
    bench_print(&(struct bench_row){.name = "open a snapshot of 2 M addresses",
                                    .unit = "ms",
                                    .value = opened,
                                    .bar = "<= 50 ms",
                                    .ok = opened <= 50});
    unlink(path);
    snapshot_builder_free(builder);
    return snapshot;
}

/* In turn: each check waits for the answer of the one before; else they overlap, as the checks of
 * a busy server's other work would. */
static void
time_checks(const struct snapshot *snapshot, const uint32_t *addresses, bool in_turn)
{
    static ip batch[BATCH]; /* made before, as the address of a connection is */
    struct snapshot_answer answer = {.count = 0};
    for (size_t b = 0; b < BATCHES; b++) {
        size_t wait = 0, sum = 0;
        for (size_t i = 0; i < BATCH; i++)
            batch[i] = ip_from_v4(addresses[b * BATCH + i]);
        int64_t began = clock_monotonic();
        for (size_t i = 0; i < BATCH; i++) {
            snapshot_lookup(snapshot, batch[i + wait], &answer);
            sum += answer.count + answer.network.asn;
            if (in_turn) {
                wait = answer.count >> 6 | answer.network.subscribers >> 31; /* 0 always */
                __asm__ volatile("" : "+r"(wait));
            }
        }
        times[b] = (double)(clock_monotonic() - began) / BATCH;
        __asm__ volatile("" : : "r"(sum));
    }
}

enum visitors { FROM_POOLS, FROM_ANYWHERE, LISTED_ONLY, POOLS_IN_TURN, VISITORS_COUNT };
static const struct {
    const char *name, *bar;
} checks[VISITORS_COUNT] = {
    [FROM_POOLS] = {"one check: visitors of the listed country", "<= 60 ns"},
    [FROM_ANYWHERE] = {"one check: visitors from anywhere", "<= 60 ns"},
    [LISTED_ONLY] = {"one check: listed addresses only", ""},
    [POOLS_IN_TURN] = {"one check: as the first, one after the other", ""},
};

static void
fill_visitors(enum visitors visitors, uint32_t *addresses, const uint32_t *listed)
{
    struct rng rng = {9};
    for (size_t i = 0; i < ADDRESSES; i++) {
        if (visitors == LISTED_ONLY)
            addresses[i] = listed[rng_below(&rng, LISTED)];
        else if (visitors == FROM_ANYWHERE)
            addresses[i] = (uint32_t)rng_next(&rng);
        else
            addresses[i] = POOL + (uint32_t)rng_below(&rng, 1u << POOL_BITS);
    }
}

static void
bench_checks(const struct network_map *map, const char *folder, uint32_t *addresses)
{
    uint32_t *listed = mem_alloc(LISTED * sizeof *listed);
    struct snapshot *snapshot = make_snapshot(map, folder, listed);
    for (enum visitors v = 0; v < VISITORS_COUNT; v++) {
        fill_visitors(v, addresses, listed);
        time_checks(snapshot, addresses, false); /* pages in the mapping */
        double median = 1e9, p99 = 1e9;
        for (int i = 0; i < 3; i++) {
            time_checks(snapshot, addresses, v == POOLS_IN_TURN);
            double m = percentile(0.5), p = percentile(0.99);
            median = m < median ? m : median;
            p99 = p < p99 ? p : p99;
        }
        bool ok = !checks[v].bar[0] || median <= 60;
        bench_print(&(struct bench_row){.name = checks[v].name,
                                        .unit = "ns median",
                                        .value = median,
                                        .bar = checks[v].bar,
                                        .ok = ok});
        char name[96];
        snprintf(name, sizeof name, "%s, p99", checks[v].name);
        bench_print(
            &(struct bench_row){.name = name, .unit = "ns", .value = p99, .bar = "", .ok = true});
    }
    snapshot_unref(snapshot);
    free(listed);
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: lookup_bench ASN-IPV4.csv\n");
        return 2;
    }
    const char *temp = getenv("TMPDIR");
    char folder[PATH_TEXT - 64];
    snprintf(folder, sizeof folder, "%s/khien-lookup-XXXXXX", temp ? temp : "/tmp");
    require(mkdtemp(folder) != NULL);
    uint32_t *addresses = mem_alloc(ADDRESSES * sizeof *addresses);
    struct network_map *map = load_map(argv[1]);
    bench_networks(map, folder, addresses);
    bench_checks(map, folder, addresses);
    free(addresses);
    network_map_free(map);
    rmdir(folder);
    return 0;
}
