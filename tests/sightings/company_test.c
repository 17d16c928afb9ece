/* SPDX-License-Identifier: Apache-2.0 */
/* Ingests at once from several processes, and readers meanwhile: the sets are those of one ingest
 * after the other, and a reader sees whole commits only. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "sightings/sightings.h"

#include <stdio.h>
#include <sys/wait.h>

enum { WORKERS = 4, FILES = 6, ROWS = 3000 };

static char work[64];
static struct buf files[FILES];
static struct ingest_options options = {.archive = true,
                                        .format = "generic",
                                        .source = "own",
                                        .columns = "when=time.source addr=source.ip "
                                                   "family=malware.name; class=infected-system"};

/* The files overlap in days, families and addresses. */
static void
make_files(void)
{
    static const char *const families[] = {"mirai", "andromeda", "something new"};
    for (unsigned f = 0; f < FILES; f++) {
        files[f] = BUF(1 << 20);
        buf_z(&files[f], "when,addr,family\n");
        for (unsigned i = 0; i < ROWS; i++)
            buf_printf(&files[f], "2026-08-%02u 10:00:00,10.0.%u.%u,%s\n", 20 + (f + i) % 5,
                       (f * 7 + i) % 64, i * 31 % 256, families[(f + i / 100) % 3]);
    }
}

static struct sightings *
open_folder(const char *name, bool write)
{
    char path[PATH_TEXT];
    struct sightings *sightings = NULL;
    struct err err;
    path_join(path, work, name, NULL);
    if (sightings_open(path, write, &sightings, &err) == OK)
        return sightings;
    fprintf(stderr, "# %s\n", err.text);
    return NULL;
}

static bool
ingest(struct sightings *sightings, unsigned file)
{
    char name[16];
    struct ingest_report report;
    struct err err;
    snprintf(name, sizeof name, "%u.csv", file);
    if (ingest_bytes(sightings, name, buf_view(&files[file]), &options, &report, &err) == OK) {
        ingest_report_clear(&report);
        return true;
    }
    fprintf(stderr, "# %s\n", err.text);
    return false;
}

static errcode
digest_set(void *context, const struct set_key *key, const struct ipset *set, struct err *err)
{
    struct buf *out = context;
    buf_printf(out, "%d %s %.*s %.*s %llu\n", key->day, event_class_name(key->class),
               STR_ARG(key->family), STR_ARG(key->source), (unsigned long long)key->members);
    require(ipset_count(set) == key->members);
    return ipset_store(set, out, err);
}

static errcode
digest_rows(void *context, const struct source_day *row, struct err *err)
{
    (void)err;
    buf_printf(context, "%.*s %d %llu\n", STR_ARG(row->source), row->day,
               (unsigned long long)row->rows);
    return OK;
}

static errcode
digest_unknown(void *context, str name, str source, uint64_t events, struct err *err)
{
    (void)err;
    buf_printf(context, "%.*s %.*s %llu\n", STR_ARG(name), STR_ARG(source),
               (unsigned long long)events);
    return OK;
}

static struct buf
digest(struct sightings *sightings)
{
    struct buf out = BUF(64 << 20);
    struct set_query all = SET_QUERY_ALL;
    struct err err;
    tap_no_err(sightings_each(sightings, &all, digest_set, &out, &err), &err, "all sets");
    tap_no_err(sightings_each_source_day(sightings, DAY_NONE, DAY_NONE, digest_rows, &out, &err),
               &err, "all rows of sources");
    tap_no_err(sightings_each_unknown(sightings, digest_unknown, &out, &err), &err,
               "all unknown names");
    return out;
}

/* Worker W: "same" takes every file, "different" those that are its own; in its own order. */
static int
work_as(const char *folder, unsigned w, bool same)
{
    struct sightings *sightings = open_folder(folder, true);
    bool good = sightings != NULL;
    for (unsigned i = 0; good && i < FILES; i++) {
        unsigned file = (i + w) % FILES;
        if (same || file % WORKERS == w)
            good = ingest(sightings, file);
    }
    sightings_close(sightings);
    return good ? 0 : 1;
}

/* Counts members while others write; they never go down. */
static int
read_along(const char *folder)
{
    struct sightings *sightings = NULL;
    uint64_t before = 0, generation_before = 0, generation = 0;
    struct set_query all = SET_QUERY_ALL;
    struct err err;
    sightings = open_folder(folder, false);
    for (int i = 0; sightings && i < 30; i++) {
        struct ipset *set = NULL;
        if (sightings_generation(sightings, &generation, &err) != OK ||
            sightings_union(sightings, &all, &set, &err) != OK) {
            fprintf(stderr, "# %s\n", err.text);
            return 1;
        }
        uint64_t now = ipset_count(set);
        ipset_free(set);
        if (now < before || generation < generation_before)
            return 1;
        before = now;
        generation_before = generation;
    }
    sightings_close(sightings);
    return sightings ? 0 : 1;
}

static void
test_at_once(const char *folder, bool same, str want)
{
    fflush(stdout);
    for (unsigned w = 0; w < WORKERS; w++)
        if (fork() == 0)
            _exit(work_as(folder, w, same));
    int failed = 0;
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    tap_eq_i64(failed, 0, "%d processes ingest %s files at once", WORKERS,
               same ? "the same" : "different");
    struct sightings *sightings = open_folder(folder, true);
    if (!tap_ok(sightings != NULL, "open"))
        return;
    cleanup(buf_clear) struct buf got = digest(sightings);
    tap_ok(str_eq(buf_view(&got), want), "sets, rows and names are those of one after the other");
    uint64_t pending = 9;
    struct err err;
    tap_no_err(ingest_pending(sightings, &options, &pending, &err), &err, "pending");
    tap_eq_i64(pending, 0, "nothing was left");
    struct replay_report report = {.sets = 0};
    tap_no_err(replay(sightings, &options, NULL, NULL, &report, &err), &err, "replay");
    tap_ok(report.inputs == FILES && report.sets_repaired == 0, "the archive says the same");
    sightings_close(sightings);
}

static void
test_reader(str want)
{
    struct sightings *sightings = open_folder("read", true);
    require(sightings && ingest(sightings, 0));
    fflush(stdout);
    for (unsigned w = 0; w < WORKERS; w++)
        if (fork() == 0)
            _exit(w < 2 ? read_along("read") : work_as("read", w, true));
    int failed = 0;
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    tap_eq_i64(failed, 0, "readers beside writers see whole sets that only grow");
    cleanup(buf_clear) struct buf got = digest(sightings);
    tap_ok(str_eq(buf_view(&got), want), "and the writers end as ever");
    sightings_close(sightings);
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    struct families *families;
    snprintf(work, sizeof work, "%s/company-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(work) || families_new("families.tsv", STR(""), &families, NULL) != OK)
        return 1;
    options.families = families;
    setenv("KHIEN_NOW", "2026-09-01T08:00:00Z", 1);
    make_files();
    struct sightings *alone = open_folder("alone", true);
    require(alone != NULL);
    for (unsigned i = 0; i < FILES; i++)
        tap_ok(ingest(alone, i), "file %u alone", i);
    cleanup(buf_clear) struct buf want = digest(alone);
    sightings_close(alone);
    test_at_once("same", true, buf_view(&want));
    test_at_once("different", false, buf_view(&want));
    test_reader(buf_view(&want));
    for (unsigned i = 0; i < FILES; i++)
        buf_clear(&files[i]);
    families_free(families);
    return tap_done();
}
