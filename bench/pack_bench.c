/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a pack and what it costs: pack_bench PACK PUBLIC-KEY-FILE FILE, the last one scanned to
 * make a scan's memory. The cache is warm; the signature is checked each time. */
#include "bench.h"

#include "base/file.h"
#include "scan/scan.h"

enum { ROUNDS = 21, LOOKUPS = 1000000 };

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double
median_open(const char *path, const struct pack_options *options)
{
    double taken[ROUNDS];
    struct err err;
    for (int i = 0; i < ROUNDS; i++) {
        struct scan_rules *rules;
        double begin = wall_seconds();
        require(scan_pack_open(path, options, &rules, &err) == OK);
        taken[i] = (wall_seconds() - begin) * 1000;
        scan_rules_free(rules);
    }
    qsort(taken, ROUNDS, sizeof *taken, compare_doubles);
    return taken[ROUNDS / 2];
}

/* KiB that are the process's own. */
static double
own_memory(void)
{
    struct buf text;
    struct err err;
    uint64_t value = 0;
    require(file_read("/proc/self/status", 1 << 16, &text, &err) == OK);
    str rest = buf_view(&text), line, word;
    while (str_line(&rest, &line))
        if (str_starts(line, STR("RssAnon:"))) {
            line = str_trim(str_from(line, 8));
            str_cut(&line, ' ', &word);
            require(str_to_u64(word, UINT64_MAX, &value));
        }
    buf_clear(&text);
    return (double)value;
}

/* Microseconds of a scan of some bytes that are listed nowhere: mostly their digest and its search.
 */
static double
time_small_scans(struct scan *scan)
{
    struct err err;
    double begin = wall_seconds();
    for (uint32_t i = 0; i < LOOKUPS / 10; i++)
        require(scan_data(scan, (str){(const char *)&i, sizeof i}, &err) == OK);
    return (wall_seconds() - begin) * 1e6 / (LOOKUPS / 10);
}

static void
read_key(const char *path, uint8_t key[SIGN_PUBLIC])
{
    struct buf text;
    struct err err;
    require(file_read(path, 1 << 12, &text, &err) == OK);
    require(hex_parse(str_trim(buf_view(&text)), key, SIGN_PUBLIC));
    buf_clear(&text);
}

int
main(int argc, char **argv)
{
    require(argc == 4);
    uint8_t key[SIGN_PUBLIC];
    struct pack_options options = {.public_key = key};
    struct scan_options scanning = {0};
    struct scan_rules *rules;
    struct err err;
    read_key(argv[2], key);
    double before = own_memory();
    require(scan_pack_open(argv[1], &options, &rules, &err) == OK);
    struct scan *scan = scan_new(rules, &scanning);
    require(scan_file(scan, argv[3], &err) == OK);
    double pack = (double)pack_info(scan_rules_pack(rules)).bytes;
    double memory = (own_memory() - before) / 1024 - pack / (1 << 20);
    double small = time_small_scans(scan);
    scan_free(scan);
    scan_rules_free(rules);
    double open = median_open(argv[1], &options);
    bench_print(&(struct bench_row){"pack: open, signature checked", "ms", NULL, "<= 50 ms", open,
                                    0, 0, open <= 50});
    bench_print(&(struct bench_row){"pack: memory beyond the pack, with a scan", "MiB", NULL,
                                    "<= 64 MiB", memory, 0, 0, memory <= 64});
    bench_print(&(struct bench_row){"pack: four bytes that nothing lists", "us/file", NULL,
                                    "<= 60 us", small, 0, 0, small <= 60});
    return 0;
}
