/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong around an ingest and must not cost data: wrong words at the first try, odd file
 * names, inputs that change while they are read, archive entries that are gone or damaged. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "sightings/sightings.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char work[64];
static struct ingest_options options = {.archive = true};

static const char dated[] = "when;addr\n2026-08-30 10:00:00;192.0.2.7\n"
                            "2026-08-30 11:00:00;192.0.2.8\n";
static const char columns[] = "when=time.source addr=source.ip; class=infected-system; delimiter=;";

static struct sightings *
open_folder(const char *name)
{
    char path[PATH_TEXT];
    struct err err;
    struct sightings *sightings = NULL;
    path_join(path, work, name, &err);
    if (!tap_no_err(sightings_open(path, true, &sightings, &err), &err, "open %s", name))
        exit(tap_done());
    return sightings;
}

static struct ingest_options
as_csv(void)
{
    struct ingest_options csv = options;
    csv.format = "generic";
    csv.source = "own";
    csv.columns = columns;
    return csv;
}

static errcode
ingest(struct sightings *sightings, const char *name, str text, const struct ingest_options *with,
       bool *ret_duplicate)
{
    struct ingest_report report;
    struct err err;
    errcode code = ingest_bytes(sightings, name, text, with, &report, &err);
    if (code != OK) {
        tap_note("%s", err.text);
        return code;
    }
    *ret_duplicate = report.duplicate;
    ingest_report_clear(&report);
    return OK;
}

static struct ipset *
all_of(struct sightings *sightings)
{
    struct ipset *all = NULL;
    struct set_query query = SET_QUERY_ALL;
    struct err err;
    tap_no_err(sightings_union(sightings, &query, &all, &err), &err, "all sets");
    return all ? all : ipset_new();
}

static uint64_t
members(struct sightings *sightings)
{
    cleanup(cleanup_ipset) struct ipset *all = all_of(sightings);
    return ipset_count(all);
}

static errcode
add_rows(void *context, const struct source_day *row, struct err *err)
{
    (void)err;
    *(uint64_t *)context += row->rows;
    return OK;
}

static uint64_t
source_rows(struct sightings *sightings)
{
    uint64_t rows = 0;
    struct err err;
    tap_no_err(sightings_each_source_day(sightings, DAY_NONE, DAY_NONE, add_rows, &rows, &err),
               &err, "rows per source and day");
    return rows;
}

static errcode
remove_entry(void *context, const char *path, struct err *err)
{
    char full[PATH_TEXT];
    errcode code = path_join(full, context, path, err);
    return code != OK || unlink(full) == 0 ? code : err_set_errno(err, "unlink");
}

static errcode
cut_entry(void *context, const char *path, struct err *err)
{
    char full[PATH_TEXT];
    errcode code = path_join(full, context, path, err);
    return code != OK || truncate(full, 40) == 0 ? code : err_set_errno(err, "truncate");
}

static errcode
count_entry(void *context, const char *path, struct err *err)
{
    (void)path;
    (void)err;
    ++*(int *)context;
    return OK;
}

static void
each_entry(struct sightings *sightings, errcode (*each)(void *, const char *, struct err *))
{
    struct err err;
    const char *folder = sightings_folder(sightings);
    tap_no_err(archive_each(folder, each, (void *)(uintptr_t)folder, &err), &err, "each entry");
}

static struct replay_report
replay_all(struct sightings *sightings)
{
    struct replay_report report = {0};
    struct err err;
    tap_no_err(replay(sightings, &options, NULL, NULL, &report, &err), &err, "replay");
    return report;
}

static uint64_t
ingest_what_is_pending(struct sightings *sightings)
{
    uint64_t count = 99;
    struct err err;
    tap_no_err(ingest_pending(sightings, &options, &count, &err), &err, "pending inputs");
    return count;
}

/* The message says "--feed NAME forces one": then it must. */
static void
test_second_try(void)
{
    struct sightings *sightings = open_folder("second-try");
    bool duplicate = true;
    tap_ok(ingest(sightings, "x.dat", str_of(dated), &options, &duplicate) != OK,
           "an unknown format is refused");
    struct ingest_options csv = as_csv();
    tap_eq_i64(ingest(sightings, "x.dat", str_of(dated), &csv, &duplicate), OK,
               "with the right words it is taken");
    tap_ok(!duplicate, "as a new input");
    tap_eq_i64(members(sightings), 2, "its addresses are there");
    replay_all(sightings);
    tap_eq_i64(members(sightings), 2, "also after a replay");
    sightings_close(sightings);
}

static void
test_bad_columns(void)
{
    struct sightings *sightings = open_folder("columns");
    struct ingest_options csv = as_csv();
    csv.columns = "when=no.such.key";
    bool duplicate;
    tap_ok(ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate) != OK,
           "a wrong column map is refused");
    int entries = 0;
    struct err err;
    tap_no_err(archive_each(sightings_folder(sightings), count_entry, &entries, &err), &err,
               "list the archive");
    tap_eq_i64(entries, 0, "before anything is archived");
    sightings_close(sightings);
}

/* Names in an old 8-bit encoding grow when they are made UTF-8. */
static void
test_old_names(void)
{
    struct sightings *sightings = open_folder("names");
    char name[256];
    memset(name, 0xd5, 250);
    snprintf(name + 250, sizeof name - 250, ".txt");
    bool duplicate;
    tap_eq_i64(ingest(sightings, name, STR("192.0.2.1\n"), &options, &duplicate), OK,
               "a name that is no UTF-8");
    struct replay_report report = replay_all(sightings);
    tap_eq_i64(report.damaged, 0, "its archive entry can be read again");
    tap_eq_i64(report.inputs, 1, "and replayed");
    sightings_close(sightings);
}

/* Archived, then a crash; the same file comes again on another day before anything else. */
static void
test_pending_later(void)
{
    struct sightings *sightings = open_folder("pending");
    struct archive_meta meta = {.name = "x.csv", .format = "generic", .source = "own"};
    snprintf(meta.columns, sizeof meta.columns, "%s", columns);
    meta.received = clock_now();
    struct archive_entry entry;
    struct err err;
    bool is_new, duplicate;
    tap_no_err(archive_add(sightings_folder(sightings), str_of(dated), NULL, &meta, &entry, &is_new,
                           &err),
               &err, "archived, then the crash");
    setenv("KHIEN_NOW", "2026-09-02T08:00:00Z", 1);
    struct ingest_options csv = as_csv();
    tap_eq_i64(ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate), OK, "the next day");
    tap_eq_i64(ingest_what_is_pending(sightings), 0, "a dated input is not parsed a second time");
    replay_all(sightings);
    tap_eq_i64(source_rows(sightings), 2, "replay counts its rows once");
    tap_eq_i64(ingest_what_is_pending(sightings), 0, "nothing is pending after a replay");
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    sightings_close(sightings);
}

/* An operator takes an input out of the archive and replays: it can come in again. */
static void
test_removed_entry(void)
{
    struct sightings *sightings = open_folder("removed");
    bool duplicate = true;
    struct ingest_options csv = as_csv();
    ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate);
    each_entry(sightings, remove_entry);
    replay_all(sightings);
    tap_eq_i64(members(sightings), 0, "replay without the entry");
    tap_eq_i64(source_rows(sightings), 0, "forgets its rows");
    tap_eq_i64(ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate), OK, "once more");
    tap_ok(!duplicate, "it is no duplicate of what is gone");
    tap_eq_i64(members(sightings), 2, "and counts again");
    sightings_close(sightings);
}

static void
test_damaged_entry(void)
{
    struct sightings *sightings = open_folder("damaged");
    bool duplicate = true;
    struct ingest_options csv = as_csv();
    ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate);
    each_entry(sightings, cut_entry);
    tap_eq_i64(replay_all(sightings).damaged, 1, "the entry is damaged");
    tap_eq_i64(members(sightings), 2, "its sets are kept");
    tap_eq_i64(source_rows(sightings), 2, "its rows too");
    tap_eq_i64(ingest(sightings, "x.csv", str_of(dated), &csv, &duplicate), OK, "once more");
    tap_ok(!duplicate, "the same input repairs the archive");
    struct replay_report report = replay_all(sightings);
    tap_ok(report.damaged == 0 && report.inputs == 1, "the entry is whole");
    tap_eq_i64(source_rows(sightings), 2, "rows are counted once");
    sightings_close(sightings);
}

struct changing {
    const char *path;
    bool done;
};

static void
cut_input(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    struct changing *changing = context;
    changing->done = changing->done || truncate(changing->path, 0) == 0;
}

static void
change_input(void *context, uint64_t done, uint64_t total)
{
    (void)done;
    (void)total;
    struct changing *changing = context;
    cleanup(cleanup_close) int fd = open(changing->path, O_WRONLY);
    for (off_t at = 120000 * 12; !changing->done && at < 200000 * 12; at += 12)
        changing->done = pwrite(fd, "203.0.113.9\n", 12, at) != 12;
    changing->done = true;
}

static void
write_list(const char *path)
{
    struct buf list = BUF(4 << 20);
    for (unsigned i = 0; i < 200000; i++)
        buf_printf(&list, "10.%03u.%03u.%u\n", 100 + i / 90 / 100 % 100, 100 + i / 90 % 100,
                   10 + i % 90);
    struct err err;
    tap_no_err(file_replace(path, buf_view(&list), &err), &err, "write a list");
    buf_clear(&list);
}

/* A child, since a mapped file that shrinks kills its reader by SIGBUS. */
static void
test_changing_input(const char *what, void (*change)(void *, uint64_t, uint64_t))
{
    char path[PATH_TEXT];
    path_join(path, work, "list.txt", NULL);
    write_list(path);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct changing changing = {path, false};
        struct ingest_options watching = options;
        watching.context = &changing;
        watching.progress = change;
        struct sightings *sightings;
        struct ingest_report report = {.rows = 0};
        struct err err;
        char folder[PATH_TEXT];
        path_join(folder, work, what, NULL);
        if (sightings_open(folder, true, &sightings, &err) != OK ||
            ingest_file(sightings, path, &watching, &report, &err) != OK)
            _exit(1);
        ingest_report_clear(&report);
        sightings_close(sightings);
        _exit(changing.done ? 0 : 2);
    }
    int status = -1;
    waitpid(child, &status, 0);
    tap_eq_i64(status, 0, "%s: the ingest ends well", what);
    struct sightings *sightings = open_folder(what);
    cleanup(cleanup_ipset) struct ipset *before = all_of(sightings);
    struct replay_report report = replay_all(sightings);
    cleanup(cleanup_ipset) struct ipset *after = all_of(sightings);
    tap_eq_i64(report.damaged, 0, "what was archived has the hash that it is named by");
    tap_ok(ipset_eq(before, after), "sets and archive say the same");
    tap_eq_i64(ipset_count(after), 200000, "which is what the file held when it was opened");
    sightings_close(sightings);
}

/* The counts of a report are per class and family, over all days. */
static void
test_counts(void)
{
    struct sightings *sightings = open_folder("counts");
    struct ingest_options csv = as_csv();
    csv.columns = "when=time.source addr=source.ip name=malware.name; class=infected-system";
    struct ingest_report report = {.rows = 0};
    struct err err;
    tap_no_err(ingest_bytes(sightings, "x.csv",
                            STR("when,addr,name\n2026-08-30,192.0.2.1,mirai\n"
                                "2026-08-31,192.0.2.1,iot-mirai\n2026-08-31,192.0.2.2,mirai\n"
                                "2026-08-30,192.0.2.1,gamarue\n2026-08-29,192.0.2.9,mirai\n"),
                            &csv, &report, &err),
               &err, "two families, three days");
    tap_eq_i64(report.count_count, 2, "two counts");
    if (report.count_count == 2) {
        tap_eq_z(report.counts[0].family, "mirai", "the most events first");
        tap_eq_i64(report.counts[0].events, 4, "its events");
        tap_eq_i64(report.counts[0].distinct, 3, "its distinct addresses");
        tap_eq_z(report.counts[1].family, "andromeda", "the other");
        tap_eq_i64(report.counts[1].distinct, 1, "its distinct addresses");
    }
    tap_eq_i64(report.last - report.first, 2, "first and last day");
    ingest_report_clear(&report);
    sightings_close(sightings);
}

static void
count_fault(void *context, const char *message)
{
    tap_note("%s", message);
    ++*(int *)context;
}

static void
test_strange_class(void)
{
    struct sightings *sightings = open_folder("class");
    bool duplicate;
    ingest(sightings, "a.txt", STR("192.0.2.1\n"), &options, &duplicate);
    char path[PATH_TEXT];
    path_join(path, sightings_folder(sightings), "khien.db", NULL);
    sqlite3 *db = NULL;
    tap_ok(sqlite3_open(path, &db) == SQLITE_OK &&
               sqlite3_exec(db, "UPDATE sighting_set SET class = 'x'", 0, 0, 0) == SQLITE_OK,
           "a set gets a class that does not exist");
    sqlite3_close(db);
    int faults = 0;
    uint64_t count = 0;
    struct err err;
    tap_no_err(sightings_verify(sightings, count_fault, &faults, &count, &err), &err, "verify");
    tap_ok(count == 1 && faults == 1, "which verify finds");
    sightings_close(sightings);
}

/* The addresses of infected machines are nobody's business. */
static void
test_modes(void)
{
    char folder[PATH_TEXT], path[PATH_TEXT];
    path_join(folder, work, "modes", NULL);
    mode_t before = umask(022);
    tap_ok(mkdir(folder, 0755) == 0, "a folder that others may read");
    struct sightings *sightings = open_folder("modes");
    bool duplicate;
    ingest(sightings, "a.txt", STR("192.0.2.1\n"), &options, &duplicate);
    path_join(path, folder, "khien.db", NULL);
    struct stat status = {0};
    tap_ok(stat(path, &status) == 0 && (status.st_mode & 07) == 0,
           "others may not read the database");
    umask(before);
    sightings_close(sightings);
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(work, sizeof work, "%s/faults-XXXXXX", base ? base : "/tmp");
    struct err err;
    struct families *families;
    if (!mkdtemp(work) || families_new("families.tsv", STR(""), &families, &err) != OK)
        return 1;
    options.families = families;
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    test_second_try();
    test_bad_columns();
    test_old_names();
    test_pending_later();
    test_removed_entry();
    test_damaged_entry();
    test_changing_input("cut", cut_input);
    test_changing_input("changed", change_input);
    test_strange_class();
    test_modes();
    test_counts();
    families_free(families);
    return tap_done();
}
