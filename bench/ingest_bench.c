/* SPDX-License-Identifier: Apache-2.0 */
/* One core, 33-column event4_sinkhole CSV: a bare walk over its cells, then the whole way to the
 * sets without and with archiving. ingest_bench FOLDER ROWS [ASN.csv] */
#include "bench.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/rng.h"
#include "intel/formats/csv.h"
#include "sightings/batch.h"
#include "sightings/sightings.h"

#include <fcntl.h>

enum { FAMILIES = 10, POOL_BITS = 22, COLUMNS = 33 };

static const char header[] =
    "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_geo\",\"src_region\","
    "\"src_city\",\"src_hostname\",\"src_naics\",\"src_sector\",\"device_vendor\",\"device_type\","
    "\"device_model\",\"severity\",\"dst_ip\",\"dst_port\",\"dst_asn\",\"dst_geo\",\"dst_region\","
    "\"dst_city\",\"dst_hostname\",\"dst_naics\",\"dst_sector\",\"public_source\",\"infection\","
    "\"family\",\"tag\",\"application\",\"version\",\"event_id\",\"ssl_cipher\","
    "\"machine_name\"\n";

/* Rows like the sample's: about 300 bytes, addresses from 64 blocks of one country's size. */
static void
write_rows(const char *path, size_t rows)
{
    static const char *const families[FAMILIES] = {"conficker",     "sality",  "mirai",
                                                   "andromeda",     "virut",   "ramnit",
                                                   "necurs",        "gamarue", "avalanche",
                                                   "android.hummer"};
    FILE *file = fopen(path, "w");
    require(file != NULL);
    fputs(header, file);
    struct rng rng = {42};
    for (size_t i = 0; i < rows; i++) {
        uint32_t addr = 0x01340000 + (uint32_t)rng_below(&rng, 1u << POOL_BITS);
        unsigned second = (unsigned)(i * 86400 / rows);
        const char *family = families[rng_below(&rng, FAMILIES)];
        fprintf(file,
                "\"2026-09-%02d %02u:%02u:%02u\",\"tcp\",\"%u.%u.%u.%u\",%u,45899,\"VN\","
                "\"HA NOI\",\"HANOI\",\"static.vnpt.vn\",517311,\"Communications, Service "
                "Provider, and Hosting Service\",,,,\"critical\",\"178.162.%u.2\",4455,28753,"
                "\"DE\",\"HESSEN\",\"FRANKFURT AM MAIN\",,518210,,\"eset\",\"%s\",\"%s\",,,,"
                "\"%zu\",,\n",
                1 + (int)(i * 2 / rows), second / 3600, second / 60 % 60, second % 60, addr >> 24,
                addr >> 16 & 255, addr >> 8 & 255, addr & 255,
                1024 + (unsigned)rng_below(&rng, 60000), (unsigned)rng_below(&rng, 256), family,
                family, i);
    }
    require(fclose(file) == 0);
}

/* The walk alone: every record's cells are found, nothing is done with them. */
static double
measure_walk(str text)
{
    struct csv *csv = mem_calloc(1, sizeof *csv);
    double start = cpu_seconds();
    uint64_t cells = 0;
    csv_init(csv, text, ',');
    while (csv_next(csv, NULL) == CSV_RECORD)
        cells += csv->cells;
    double seconds = cpu_seconds() - start;
    csv_clear(csv);
    free(csv);
    require(cells % COLUMNS == 0);
    return seconds;
}

struct measured {
    struct families *families;
    struct network_map *map;
};

static errcode
add_event(void *context, const struct event *event, struct err *err)
{
    return batch_add(context, event, err);
}

static double
measure_sets(str text, const struct measured *with, size_t rows)
{
    struct err err;
    double start = cpu_seconds();
    struct batch *batch = batch_new(with->families, with->map, clock_now());
    struct feed_input input = {.name = "2026-09-01-event4_sinkhole.csv", .bytes = text};
    struct feed_sink sink = {.context = batch, .event = add_event};
    const struct feed_format *format = feed_sniff(&input, &err);
    require(format && feed_parse(format, &input, &sink, &err) == OK);
    batch_finish(batch);
    double seconds = cpu_seconds() - start;
    require(sink.events == rows && batch_count(batch) >= FAMILIES);
    batch_free(batch);
    return seconds;
}

static double
measure_ingest(const char *folder, const char *path, const struct measured *with, size_t rows)
{
    struct err err;
    struct sightings *sightings;
    require(sightings_open(folder, true, &sightings, &err) == OK);
    struct ingest_options options = {
        .families = with->families, .networks = with->map, .archive = true};
    struct ingest_report report;
    double start = cpu_seconds();
    require(ingest_file(sightings, path, &options, &report, &err) == OK);
    double seconds = cpu_seconds() - start;
    require(report.events == rows);
    ingest_report_clear(&report);
    sightings_close(sightings);
    return seconds;
}

static struct network_map *
read_map(const char *path)
{
    struct err err;
    struct buf text;
    struct networks_report report;
    struct network_map *map = NULL;
    struct networks *networks = networks_new();
    require(file_read(path, (size_t)1 << 30, &text, &err) == OK);
    require(networks_read(networks, path_base(path), buf_view(&text), NULL, NULL, &report, &err) ==
            OK);
    require(network_map_new(networks, clock_today(), &map, &err) == OK);
    networks_free(networks);
    buf_clear(&text);
    return map;
}

int
main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    uint64_t rows = 0;
    require(str_to_u64(str_of(argv[2]), 100000000, &rows));
    char path[PATH_TEXT], state[PATH_TEXT];
    struct err err;
    require(path_join(path, argv[1], "2026-09-01-event4_sinkhole.csv", &err) == OK);
    require(path_join(state, argv[1], "ingest-var", &err) == OK);
    write_rows(path, rows);
    struct measured with = {.map = argc > 3 ? read_map(argv[3]) : NULL};
    require(families_new("families.tsv", STR(""), &with.families, &err) == OK);
    struct file_map map;
    require(file_map_open(path, &map, &err) == OK);

    measure_walk(map.bytes); /* brings the file into memory */
    double walk = 1e9, sets = 1e9;
    for (int i = 0; i < 3; i++) {
        double seconds = measure_walk(map.bytes);
        walk = seconds < walk ? seconds : walk;
        seconds = measure_sets(map.bytes, &with, rows);
        sets = seconds < sets ? seconds : sets;
    }
    double archived = measure_ingest(state, path, &with, rows);
    double count = (double)rows;
    bench_print(&(struct bench_row){"ingest without archive", "M rows/CPU-s", "bare CSV walk",
                                    ">= 1.5", count / sets / 1e6, count / walk / 1e6, 0,
                                    count / sets >= 1.5e6});
    bench_print(&(struct bench_row){"ingest CPU against the bare walk", "ns/row", "bare CSV walk",
                                    "<= 3 x", sets / count * 1e9, walk / count * 1e9, sets / walk,
                                    sets <= 3 * walk});
    bench_print(&(struct bench_row){"ingest with archive, into the store", "M rows/CPU-s", NULL,
                                    ">= 0.6", count / archived / 1e6, 0, 0,
                                    count / archived >= 0.6e6});
    file_map_close(&map);
    families_free(with.families);
    network_map_free(with.map);
    return 0;
}
