/* SPDX-License-Identifier: Apache-2.0 */
/* The archive: what goes in comes out, `zstd -d` agrees, damage is found and named. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "sightings/archive.h"

#include <fcntl.h>
#include <stdio.h>

static char folder[64];

static struct archive_meta
meta_named(const char *name)
{
    struct archive_meta meta = {.received = 0};
    time_parse(STR("2026-09-01T10:20:30+07:00"), &meta.received);
    snprintf(meta.name, sizeof meta.name, "%s", name);
    return meta;
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
test_round_trip(str content, const char *what)
{
    struct archive_meta meta = meta_named("report \"x\".csv");
    struct archive_entry entry, read_entry;
    struct err err;
    bool is_new;
    if (!tap_no_err(archive_add(folder, content, NULL, &meta, &entry, &is_new, &err), &err,
                    "%s is archived", what))
        return;
    tap_ok(is_new, "%s is new", what);
    struct archive_content *read = NULL;
    if (!tap_no_err(archive_open(folder, entry.path, &read_entry, &read, &err), &err, "%s opens",
                    what))
        return;
    tap_ok(str_eq(archive_bytes(read), content), "%s comes out as it went in", what);
    tap_eq_z(read_entry.meta.name, meta.name, "with its name");
    tap_eq_i64(read_entry.meta.received, meta.received, "and its time of receipt");
    archive_close(read);
    meta.received += USEC_PER_SECOND;
    tap_no_err(archive_add(folder, content, NULL, &meta, &entry, &is_new, &err), &err, "again");
    tap_ok(!is_new && entry.meta.received == read_entry.meta.received,
           "the second time it is the earlier entry");
}

/* One byte changed at each of many places: never the wrong content, always a named entry. */
static void
test_damage(void)
{
    struct archive_meta meta = meta_named("damage.txt");
    struct archive_entry entry;
    struct err err;
    bool is_new;
    str content = STR("192.0.2.1\n192.0.2.2\n198.51.100.7\n203.0.113.9\n");
    archive_add(folder, content, NULL, &meta, &entry, &is_new, &err);
    char path[PATH_TEXT];
    path_join(path, folder, entry.path, NULL);
    struct buf original;
    if (!tap_no_err(file_read(path, 1 << 20, &original, &err), &err, "the entry is a file"))
        return;
    bool found = true, named = true;
    for (size_t i = 0; i < original.n; i++) {
        original.p[i] ^= 0x41;
        file_replace(path, buf_view(&original), NULL);
        original.p[i] ^= 0x41;
        struct archive_content *read = NULL;
        struct archive_entry damaged;
        errcode code = archive_open(folder, entry.path, &damaged, &read, &err);
        found = found && code == ERR_CORRUPT;
        named = named && strstr(err.text, entry.path);
        if (code == OK)
            archive_close(read);
    }
    tap_ok(found, "every changed byte is found");
    tap_ok(named, "the damaged entry is named");
    file_replace(path, (str){original.p, original.n / 2}, NULL);
    tap_no_err(archive_add(folder, content, NULL, &meta, &entry, &is_new, &err), &err,
               "a damaged entry is written again when the input comes again");
    tap_ok(is_new, "as a new one");
    buf_clear(&original);
}

static void
test_paths(void)
{
    struct archive_entry entry;
    char path[256];
    struct sha256 hash = sha256_of(STR("x"));
    char text[SHA256_TEXT];
    sha256_format(&hash, text);
    snprintf(path, sizeof path, "archive/2026/09/01/%s.zst", text);
    tap_ok(archive_identify(path, &entry), "a path says by itself");
    tap_ok(memcmp(&entry.hash, &hash, sizeof hash) == 0, "the hash");
    char day_text[DAY_TEXT];
    tap_eq_z(day_format(day_of(entry.meta.received), day_text), "2026-09-01", "and the day");
    static const char *const others[] = {"", "archive", "archive/2026/09/01/x.zst",
                                         "archive/2026/13/01/%s.zst", "archive/2026/%s.zst"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *hole = strstr(others[i], "%s");
        size_t n = hole ? (size_t)(hole - others[i]) : strlen(others[i]);
        snprintf(path, sizeof path, "%.*s%s%s", (int)n, others[i], hole ? text : "",
                 hole ? ".zst" : "");
        tap_ok(!archive_identify(path, &entry), "no entry: %s", others[i]);
    }
    char strange[PATH_TEXT];
    struct err err;
    path_join(strange, folder, "archive/2026/09/01/12", NULL);
    tap_no_err(file_replace(strange, STR("x"), &err), &err, "a strange file among the entries");
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/archive-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 1;
    test_round_trip(STR("a,b\n1,2\n"), "a small input");
    test_round_trip(STR(""), "an empty input");
    struct buf large = BUF(8 << 20);
    for (size_t i = 0; i < 300000; i++)
        buf_printf(&large, "%zu,", i * 7919 % 65521);
    test_round_trip(buf_view(&large), "a large input");
    buf_clear(&large);
    test_damage();
    test_paths();
    int count = 0;
    struct err err;
    tap_no_err(archive_each(folder, count_entry, &count, &err), &err, "the archive is listed");
    tap_eq_i64(count, 4, "it holds each input once");
    int none = 0;
    tap_no_err(archive_each("/nonexistent-folder", count_entry, &none, &err), &err,
               "an archive that is not there is empty");
    return tap_done();
}
