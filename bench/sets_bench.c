/* SPDX-License-Identifier: Apache-2.0 */
/* Six questions about 8 days × 10 families of a pool of 2 M addresses, asked of the stored sets and
 * of SQLite over the same rows; the answers must be identical. sets_bench VAR-FOLDER leaves the
 * sets in VAR-FOLDER for the portal's measures. */
#include "bench.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/rng.h"
#include "sightings/measures/set_questions.h"
#include "sightings/sets_internal.h"
#include "sightings/sightings.h"

#include <sqlite3.h>
#include <sys/stat.h>

enum { DAYS = 8, FAMILIES = 10, POOL = 2000000, PER_SET = 250000, BLOCKS = 256, ANSWERS = 1024 };

struct world {
    struct sightings *sightings;
    sqlite3 *db;
    struct network_map *map;
    uint32_t *pool;
    day first;
    uint64_t members, stored_bytes;
};

/* Answers of both sides, compared number by number. */
struct answers {
    uint64_t n[ANSWERS];
    size_t count;
};

static void
answer(struct answers *answers, uint64_t n)
{
    require(answers->count < ANSWERS);
    answers->n[answers->count++] = n;
}

static void
sql(struct world *world, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(world->db, text, NULL, NULL, &why) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, why);
        abort();
    }
}

/* Two million different addresses of 256 blocks of 65,536: a country's size and density. */
static void
make_pool(struct world *world, struct rng *rng)
{
    world->pool = mem_alloc(POOL * sizeof *world->pool);
    for (uint32_t i = 0; i < POOL; i++) {
        uint32_t at = (uint32_t)((uint64_t)i * (BLOCKS << 16) / POOL + rng_below(rng, 8));
        world->pool[i] = 0x70000000 + at;
    }
}

/* 64 providers of four blocks each, as our own registry CSV. */
static void
make_networks(struct world *world)
{
    struct buf text = BUF(1 << 20);
    struct networks_report report;
    struct err err;
    buf_z(&text, "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,"
                 "valid_to\n");
    for (int i = 0; i < 64; i++)
        buf_printf(&text, "112.%d.0.0/14,%d,AS,,VN,,,fixed,,,\n", i * 4, 64500 + i);
    struct networks *networks = networks_new();
    if (networks_read(networks, "own.csv", buf_view(&text), NULL, NULL, &report, &err) != OK ||
        network_map_new(networks, clock_today(), &world->map, &err) != OK) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    networks_free(networks);
    buf_clear(&text);
}

static void
add_rows(struct world *world, sqlite3_stmt *insert, int d, int family, const uint32_t *addrs,
         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t index = network_map_find4(world->map, addrs[i]);
        sqlite3_bind_int(insert, 1, world->first + d);
        sqlite3_bind_int(insert, 2, family);
        sqlite3_bind_int64(insert, 3, addrs[i]);
        sqlite3_bind_int64(insert, 4, network_map_get(world->map, index).asn);
        require(sqlite3_step(insert) == SQLITE_DONE);
        sqlite3_reset(insert);
    }
}

static void
make_sets(struct world *world, struct rng *rng)
{
    struct err err;
    sqlite3_stmt *insert;
    sql(world, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN;"
               "CREATE TABLE sighting (day INTEGER, family INTEGER, ip INTEGER, asn INTEGER,"
               " PRIMARY KEY (day, family, ip)) WITHOUT ROWID");
    require(sqlite3_prepare_v2(world->db, "INSERT INTO sighting VALUES (?1, ?2, ?3, ?4)", -1,
                               &insert, NULL) == SQLITE_OK);
    require(store_begin(world->sightings->store, &err) == OK);
    uint32_t *addrs = mem_alloc(POOL * sizeof *addrs);
    for (int d = 0; d < DAYS; d++) {
        for (int family = 0; family < FAMILIES; family++) {
            size_t count = 0;
            for (size_t i = 0; i < POOL; i++)
                if (rng_below(rng, POOL) < PER_SET)
                    addrs[count++] = world->pool[i];
            add_rows(world, insert, d, family, addrs, count);
            struct ipset *set = ipset_new();
            ipset_add_many4(set, addrs, count);
            char name[16];
            snprintf(name, sizeof name, "family%d", family);
            struct set_key key = {world->first + d, CLASS_INFECTED_SYSTEM, str_of(name),
                                  STR("bench"), 0};
            require(set_save(world->sightings, SETS_LIVE, &key, set, &err) == OK);
            world->members += key.members;
            ipset_free(set);
        }
    }
    free(addrs);
    require(generation_grow(world->sightings, &err) == OK);
    require(store_commit(world->sightings->store, &err) == OK);
    sqlite3_finalize(insert);
    sql(world, "COMMIT; ANALYZE");
}

/* ---- the questions, by sets: what the commands ask ---- */

static struct set_query
days_of(const struct world *world, int from, int to)
{
    struct set_query query = SET_QUERY_ALL;
    query.class = CLASS_INFECTED_SYSTEM;
    query.from = world->first + from;
    query.to = world->first + to;
    return query;
}

static void
take_distinct(void *context, day at, str family, uint64_t distinct)
{
    (void)at;
    (void)family;
    answer(context, distinct);
}

static void
sets_day_family(struct world *world, struct answers *answers)
{
    struct err err;
    struct set_query query = days_of(world, 0, DAYS - 1);
    require(question_day_family(world->sightings, &query, take_distinct, answers, &err) == OK);
}

static void
sets_all(struct world *world, struct answers *answers)
{
    struct err err;
    for (int days = 1; days <= DAYS; days += DAYS - 1) {
        uint64_t distinct = 0;
        struct set_query query = days_of(world, 0, days - 1);
        require(question_distinct(world->sightings, &query, &distinct, &err) == OK);
        answer(answers, distinct);
    }
}

static void
sets_per_asn(struct world *world, struct answers *answers)
{
    struct err err;
    uint32_t networks = network_map_count(world->map);
    uint64_t *counts = mem_calloc(networks + 1, sizeof *counts);
    struct set_query query = days_of(world, 0, DAYS - 1);
    require(question_per_network(world->sightings, &query, world->map, counts, &err) == OK);
    for (uint32_t asn = 64500; asn < 64564; asn++)
        for (uint32_t i = 1; i <= networks; i++)
            if (network_map_get(world->map, i).asn == asn && counts[i])
                answer(answers, counts[i]);
    free(counts);
}

static void
difference(struct world *world, struct set_query had, struct set_query has, struct answers *answers)
{
    struct err err;
    uint64_t count = 0;
    require(question_difference(world->sightings, &had, &has, &count, &err) == OK);
    answer(answers, count);
}

static void
sets_gone(struct world *world, struct answers *answers)
{
    difference(world, days_of(world, 0, 0), days_of(world, DAYS - 1, DAYS - 1), answers);
}

static void
sets_new(struct world *world, struct answers *answers)
{
    difference(world, days_of(world, DAYS - 1, DAYS - 1), days_of(world, 0, DAYS - 2), answers);
}

static void
sets_recurring(struct world *world, struct answers *answers)
{
    struct err err;
    uint64_t count = 0;
    struct set_query first = days_of(world, 0, 0), between = days_of(world, 1, DAYS - 2),
                     last = days_of(world, DAYS - 1, DAYS - 1);
    require(question_recurring(world->sightings, &first, &between, &last, &count, &err) == OK);
    answer(answers, count);
}

/* ---- and by SQL; D0 is the first day, D7 the last ---- */

static const struct question {
    const char *name;
    void (*ask)(struct world *world, struct answers *answers);
    const char *sql[2];
} questions[] = {
    {"distinct per day and family",
     sets_day_family,
     {"SELECT count(*) FROM sighting GROUP BY day, family ORDER BY day, family", NULL}},
    {"distinct of all families, 1 and 8 days",
     sets_all,
     {"SELECT count(DISTINCT ip) FROM sighting WHERE day = $D0",
      "SELECT count(DISTINCT ip) FROM sighting"}},
    {"distinct per ASN, 8 days",
     sets_per_asn,
     {"SELECT count(DISTINCT ip) FROM sighting GROUP BY asn ORDER BY asn", NULL}},
    {"gone since the baseline",
     sets_gone,
     {"SELECT count(*) FROM (SELECT ip FROM sighting WHERE day = $D0 EXCEPT"
      " SELECT ip FROM sighting WHERE day = $D7)",
      NULL}},
    {"new in a week",
     sets_new,
     {"SELECT count(*) FROM (SELECT ip FROM sighting WHERE day = $D7 EXCEPT"
      " SELECT ip FROM sighting WHERE day < $D7)",
      NULL}},
    {"recurring after a gap",
     sets_recurring,
     {"SELECT count(*) FROM (SELECT ip FROM sighting WHERE day = $D0 INTERSECT"
      " SELECT ip FROM sighting WHERE day = $D7 EXCEPT"
      " SELECT ip FROM sighting WHERE day > $D0 AND day < $D7)",
      NULL}},
};

static void
ask_sql(struct world *world, const char *text, struct answers *answers)
{
    sqlite3_stmt *statement;
    require(sqlite3_prepare_v2(world->db, text, -1, &statement, NULL) == SQLITE_OK);
    int first = sqlite3_bind_parameter_index(statement, "$D0");
    int last = sqlite3_bind_parameter_index(statement, "$D7");
    if (first)
        sqlite3_bind_int(statement, first, world->first);
    if (last)
        sqlite3_bind_int(statement, last, world->first + DAYS - 1);
    while (sqlite3_step(statement) == SQLITE_ROW)
        answer(answers, (uint64_t)sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
}

static void
measure_question(struct world *world, const struct question *question)
{
    struct answers ours = {.count = 0}, theirs = {.count = 0};
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        ours.count = 0;
        double start = cpu_seconds();
        question->ask(world, &ours);
        double seconds = cpu_seconds() - start;
        best = seconds < best ? seconds : best;
    }
    double start = cpu_seconds();
    for (size_t i = 0; i < 2 && question->sql[i]; i++)
        ask_sql(world, question->sql[i], &theirs);
    double peer = cpu_seconds() - start;
    bool same = ours.count == theirs.count && ours.count > 0 &&
                memcmp(ours.n, theirs.n, ours.count * sizeof *ours.n) == 0;
    if (!same)
        fprintf(stderr, "sets_bench: the answers to '%s' differ\n", question->name);
    char name[96];
    snprintf(name, sizeof name, "sets: %s", question->name);
    bench_print(&(struct bench_row){name, "ms", "SQLite", ">= 100 x, same", best * 1e3, peer * 1e3,
                                    peer / best, same && peer >= 100 * best});
}

static void
measure_storage(struct world *world, const char *folder)
{
    char path[PATH_TEXT];
    struct stat status;
    struct err err;
    require(path_join(path, folder, "khien.db", &err) == OK);
    require(store_exec(world->sightings->store, "PRAGMA wal_checkpoint(TRUNCATE)", &err) == OK);
    require(stat(path, &status) == 0);
    double each = (double)status.st_size / (double)world->members;
    bench_print(&(struct bench_row){"sets: storage, whole database file", "bytes/member", NULL,
                                    "<= 2.5", each, 0, 0, each <= 2.5});
}

int
main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    struct err err;
    struct rng rng = {2020};
    struct world world = {.first = clock_today() - DAYS + 1};
    char path[PATH_TEXT];
    require(sightings_open(argv[1], true, &world.sightings, &err) == OK);
    require(path_join(path, argv[1], "peer.sqlite", &err) == OK);
    require(sqlite3_open(path, &world.db) == SQLITE_OK);
    sql(&world, "PRAGMA cache_size=-1000000; PRAGMA temp_store=MEMORY");
    make_pool(&world, &rng);
    make_networks(&world);
    make_sets(&world, &rng);
    fprintf(stderr, "%llu members in %d sets\n", (unsigned long long)world.members,
            DAYS * FAMILIES);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        measure_question(&world, &questions[i]);
    measure_storage(&world, argv[1]);
    sqlite3_close(world.db);
    unlink(path);
    sightings_close(world.sightings);
    network_map_free(world.map);
    free(world.pool);
    return 0;
}
