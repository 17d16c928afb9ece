/* SPDX-License-Identifier: Apache-2.0 */
/* Ingest and replay on plain lists: repeats, order, days, damage. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/tap.h"
#include "sightings/sightings.h"

#include <sqlite3.h>
#include <stdio.h>

static char work[64];
static struct families *families;
static const struct ingest_options *options;

static struct sightings *
open_fresh(const char *name)
{
    char path[PATH_TEXT];
    struct err err;
    struct sightings *sightings = NULL;
    path_join(path, work, name, &err);
    if (!tap_no_err(sightings_open(path, true, &sightings, &err), &err, "open %s", name))
        exit(tap_done());
    return sightings;
}

static struct ingest_report
ingest(struct sightings *sightings, const char *name, const char *text)
{
    struct ingest_report report = {.rows = 0};
    struct err err;
    tap_no_err(ingest_bytes(sightings, name, str_of(text), options, &report, &err), &err,
               "ingest %s", name);
    return report;
}

/* All sets as text: key, members, and each address. */
static errcode
print_set(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    (void)err;
    struct buf *out = context;
    char text[DAY_TEXT];
    buf_printf(out, "%s %s %.*s %.*s %llu:", day_format(key->day, text),
               event_class_name(key->class), STR_ARG(key->family), STR_ARG(key->source),
               (unsigned long long)key->members);
    struct ipset_walk *walk = ipset_walk_new(set);
    uint32_t addr;
    while (ipset_walk_next4(walk, &addr, 1) == 1)
        buf_printf(out, " %08x", addr);
    ipset_walk_free(walk);
    size_t n;
    const uint64_t *halves = ipset_list6(set, &n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, " %016llx", (unsigned long long)halves[i]);
    buf_char(out, '\n');
    return OK;
}

static struct buf
print_all(struct sightings *sightings)
{
    struct buf out = BUF(1 << 20);
    struct err err;
    struct set_query all = SET_QUERY_ALL;
    tap_no_err(sightings_each(sightings, &all, print_set, &out, &err), &err, "read all sets");
    return out;
}

static const char list_a[] = "192.0.2.1\n192.0.2.2\n192.0.2.2\n2001:db8:1:2::3\n";
static const char list_b[] = "192.0.2.2\n198.51.100.0/30\n2001:db8:1:2::4\n2001:db8:1:3::4\n";

static void
test_repeats_and_order(void)
{
    struct sightings *one = open_fresh("one"), *two = open_fresh("two");
    struct ingest_report report = ingest(one, "a.txt", list_a);
    tap_eq_i64(report.events, 4, "events");
    tap_eq_i64(report.repeats, 1, "one repeat within the input");
    tap_eq_i64(report.added, 3, "three new members");
    tap_ok(!report.duplicate, "it is new");
    ingest_report_clear(&report);
    report = ingest(one, "a.txt", list_a);
    tap_ok(report.duplicate && report.added == 0, "the second time it is a duplicate");
    ingest_report_clear(&report);
    report = ingest(one, "b.txt", list_b);
    tap_eq_i64(report.added, 7, "a prefix of four, one address, two /64s; sources differ");
    ingest_report_clear(&report);

    report = ingest(two, "b.txt", list_b);
    ingest_report_clear(&report);
    report = ingest(two, "a.txt", list_a);
    ingest_report_clear(&report);
    cleanup(buf_clear) struct buf x = print_all(one), y = BUF(0);
    y = print_all(two);
    tap_ok(x.n > 0 && str_eq(buf_view(&x), buf_view(&y)), "the order of inputs does not matter");
    tap_note("%s", x.p);
    sightings_close(one);
    sightings_close(two);
}

/* An undated list says something new every day that it is received. */
static void
test_undated_days(void)
{
    struct sightings *sightings = open_fresh("days");
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    struct ingest_report report = ingest(sightings, "a.txt", list_a);
    ingest_report_clear(&report);
    setenv("KHIEN_NOW", "2026-09-02T08:00:00Z", 1);
    report = ingest(sightings, "a.txt", list_a);
    tap_ok(!report.duplicate, "the same list on another day is another input");
    ingest_report_clear(&report);
    struct set_query all = SET_QUERY_ALL;
    day first = 0, last = 0;
    struct err err;
    tap_no_err(sightings_days(sightings, &all, &first, &last, &err), &err, "days");
    tap_eq_i64(last - first, 1, "it was seen on both days");
    cleanup(buf_clear) struct buf before = print_all(sightings);
    setenv("KHIEN_NOW", "2027-01-01T00:00:00Z", 1);
    struct replay_report replayed = {0};
    tap_no_err(replay(sightings, options, NULL, NULL, &replayed, &err), &err, "replay later");
    cleanup(buf_clear) struct buf after = print_all(sightings);
    tap_ok(str_eq(buf_view(&before), buf_view(&after)), "replay keeps the days of receipt");
    tap_eq_i64(replayed.sets_repaired, 0, "bit for bit");
    setenv("KHIEN_NOW", "1970-01-02T00:00:00Z", 1);
    tap_eq_i64(ingest_bytes(sightings, "c.txt", STR("192.0.2.9\n"), options, &report, &err),
               ERR_DENIED, "a clock that cannot be right is refused");
    setenv("KHIEN_NOW", "2026-09-03T08:00:00Z", 1);
    sightings_close(sightings);
}

static void
count_warning(void *context, const char *message)
{
    tap_note("%s", message);
    ++*(int *)context;
}

static void
run_sql(const char *name, const char *sql)
{
    char path[PATH_TEXT];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/%s/khien.db", work, name);
    if (sqlite3_open(path, &db) == SQLITE_OK)
        tap_ok(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s", sql);
    sqlite3_close(db);
}

static void
test_damaged_set(void)
{
    struct sightings *sightings = open_fresh("damage");
    struct ingest_report report = ingest(sightings, "a.txt", list_a);
    ingest_report_clear(&report);
    report = ingest(sightings, "b.txt", list_b);
    ingest_report_clear(&report);
    cleanup(buf_clear) struct buf before = print_all(sightings);
    static const char *const damages[] = {
        "UPDATE sighting_set SET addresses = x'0100000000' WHERE source LIKE '%a%'",
        "UPDATE sighting_set SET members = members + 1",
        "UPDATE sighting_set SET day = day + 1",
        "DELETE FROM sighting_set WHERE rowid = (SELECT min(rowid) FROM sighting_set)",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        run_sql("damage", damages[i]);
        struct err err;
        struct ipset *all = NULL;
        struct set_query query = SET_QUERY_ALL;
        errcode code = sightings_union(sightings, &query, &all, &err);
        ipset_free(all);
        bool missing = i == 3;
        tap_eq_i64(code, missing ? OK : ERR_CORRUPT, "damage is found by the checksum");
        int faults = 0;
        uint64_t count = 0;
        tap_no_err(sightings_verify(sightings, count_warning, &faults, &count, &err), &err,
                   "verify");
        tap_ok(missing || (count > 0 && faults > 0), "verify names it");
        struct replay_report replayed = {0};
        tap_no_err(replay(sightings, options, count_warning, &faults, &replayed, &err), &err,
                   "replay");
        tap_ok(replayed.sets_repaired > 0, "replay says that it repaired");
        cleanup(buf_clear) struct buf after = print_all(sightings);
        tap_ok(str_eq(buf_view(&before), buf_view(&after)), "and the sets are as before");
    }
    sightings_close(sightings);
}

static errcode
cut_in_half(void *context, const char *path, struct err *err)
{
    char full[PATH_TEXT];
    struct buf content;
    errcode code = path_join(full, context, path, err);
    if (code == OK)
        code = file_read(full, 1 << 20, &content, err);
    if (code == OK)
        code = file_replace(full, (str){content.p, content.n / 2}, err);
    buf_clear(&content);
    return code;
}

static void
test_damaged_archive(void)
{
    struct sightings *sightings = open_fresh("archive");
    struct ingest_report report = ingest(sightings, "a.txt", list_a);
    ingest_report_clear(&report);
    cleanup(buf_clear) struct buf before = print_all(sightings);
    struct err err;
    tap_no_err(archive_each(sightings_folder(sightings), cut_in_half,
                            (void *)(uintptr_t)sightings_folder(sightings), &err),
               &err, "cut the archive entry");
    int warnings = 0;
    struct replay_report replayed = {0};
    tap_no_err(replay(sightings, options, count_warning, &warnings, &replayed, &err), &err,
               "replay");
    tap_ok(warnings == 1 && replayed.damaged == 1, "the damaged entry is reported");
    cleanup(buf_clear) struct buf after = print_all(sightings);
    tap_ok(str_eq(buf_view(&before), buf_view(&after)), "its former sets are kept");
    sightings_close(sightings);
}

static void
test_pending(void)
{
    struct sightings *sightings = open_fresh("pending");
    struct archive_meta meta = {.name = "a.txt"};
    meta.received = clock_now();
    struct archive_entry entry;
    struct err err;
    bool is_new;
    tap_no_err(archive_add(sightings_folder(sightings), str_of(list_a), NULL, &meta, &entry,
                           &is_new, &err),
               &err, "archived, then the crash");
    uint64_t count = 0;
    tap_no_err(ingest_pending(sightings, options, &count, &err), &err, "pending inputs");
    tap_eq_i64(count, 1, "are ingested");
    tap_no_err(ingest_pending(sightings, options, &count, &err), &err, "again");
    tap_eq_i64(count, 0, "only once");
    struct ingest_report report = {.rows = 0};
    errcode code = ingest_bytes(sightings, "x.bin",
                                STR("\x7f"
                                    "ELF no feed"),
                                options, &report, &err);
    tap_eq_i64(code, ERR_UNSUPPORTED, "what is no feed is refused: %s", err.text);
    tap_no_err(ingest_pending(sightings, options, &count, &err), &err, "and not tried again");
    tap_eq_i64(count, 0, "each time");
    sightings_close(sightings);
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(work, sizeof work, "%s/ingest-XXXXXX", base ? base : "/tmp");
    struct err err;
    if (!mkdtemp(work) || families_new("families.tsv", STR(""), &families, &err) != OK)
        return 1;
    struct ingest_options all = {.families = families, .archive = true};
    options = &all;
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    test_repeats_and_order();
    test_undated_days();
    test_damaged_set();
    test_damaged_archive();
    test_pending();
    families_free(families);
    return tap_done();
}
