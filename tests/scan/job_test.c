/* SPDX-License-Identifier: Apache-2.0 */
/* What a scan finds below a folder, what it passes by, and what it says that it could not see. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "files.h"
#include "rules_of.h"
#include "scan/job/system.h"

static const char *home;
static struct scan_rules *rules;

static void
write_file(const char *path, str content)
{
    struct err err;
    if (file_replace(path, content, &err) != OK)
        tap_check_err(err.code, &err, __FILE__, __LINE__, "%s is written", path);
}

static struct report *
scan(const char *path, struct cache *cache)
{
    struct report *report = report_new();
    struct job_options options = {
        .rules = rules, .cache = cache, .report = report, .threads = 3, .file_seconds_max = 60};
    struct job *job = job_new(&options);
    job_add(job, path);
    job_free(job);
    return report;
}

/* Whether something was found in the file whose path ends so. */
static bool
has(struct report *report, const char *end, const char *inside)
{
    for (size_t i = 0; i < report_item_count(report); i++) {
        const struct report_item *item = report_item_at(report, i);
        if (str_ends(str_of(item->subject), str_of(end)) &&
            strcmp(item->inside ? item->inside : "", inside) == 0)
            return true;
    }
    return false;
}

/* What the report says that was not seen. */
static bool
says(struct report *report, const char *words)
{
    struct buf text = BUF(1 << 20);
    const struct report_about about = {.scope = "paths", .rules_id = ""};
    report_write_json(report, &about, &text);
    bool found = str_find(buf_view(&text), str_of(words)) != SIZE_MAX;
    buf_clear(&text);
    return found;
}

static void
test_tree(void)
{
    const char *top = below(home, "tree");
    struct err err;
    char deep[PATH_TEXT];
    str_copy(str_of(top), deep, sizeof deep);
    for (int i = 0; i < 12; i++)
        str_copy(str_of(below(deep, "a folder of thirty characters.")), deep, sizeof deep);
    require(folder_make(deep, &err) == OK);
    write_file(below(deep, "deep"), STR("xx evil xx"));
    write_file(below(top, "clean"), STR("nothing"));
    write_file(below(top, "t\xc3\xaan c\xc3\xb3 d\xe1\xba\xa5u \xf0\x9f\xa6\xa0.exe"), STR("evil"));
    write_file(below(top, "blank "), STR("evil"));
    write_file(below(top, "dot."), STR("evil"));
    write_file(below(top, "con"), STR("evil"));
    write_file(below(top, "empty"), STR(""));
    struct report *report = scan(top, NULL);
    tap_eq_i64(report_counts(report).files, 7, "all files are scanned");
    tap_eq_i64(report_item_count(report), 5, "and found are");
    tap_ok(has(report, "deep", ""), "one at the end of a path of %zu bytes", strlen(deep));
    tap_ok(has(report, "\xf0\x9f\xa6\xa0.exe", ""), "one with any letters in its name");
    tap_ok(has(report, "blank ", "") && has(report, "dot.", "") && has(report, "con", ""),
           "and those of names that Windows would change");
    report_free(report);
    tap_eq_i64(job_count(&(struct job_options){0}, top), 7, "they are counted the same");
    report = scan(below(top, "con"), NULL);
    tap_eq_i64(report_item_count(report), 1, "a file alone is scanned");
    report_free(report);
    report = scan(below(top, "nowhere"), NULL);
    tap_eq_i64(report_skipped(report, SKIP_CHANGED), 1, "a path that leads nowhere is told");
    report_free(report);
}

static void
test_links(void)
{
    const char *top = below(home, "links"), *outside = below(home, "outside");
    require(folder_make(top, NULL) == OK && folder_make(outside, NULL) == OK);
    write_file(below(outside, "file"), STR("evil"));
    write_file(below(top, "file"), STR("evil"));
    if (!make_link(outside, below(top, "link"))) {
        tap_skip("no links here");
        return;
    }
    struct report *report = scan(top, NULL);
    tap_eq_i64(report_item_count(report), 1, "links are not followed");
    report_free(report);
}

static void
test_held(void)
{
    const char *path = below(home, "held");
    write_file(path, STR("evil"));
    int fd = hold_file(path);
    if (fd < 0) {
        tap_skip("no file can be kept from others here");
        return;
    }
    struct report *report = scan(path, NULL);
    cleanup_close(&fd);
    tap_eq_i64(report_skipped(report, SKIP_UNREADABLE), 1, "a file that others keep is counted");
    tap_ok(says(report, "haring"), "with the reason");
    report_free(report);
}

static void
test_network(void)
{
    const char *what;
    tap_ok(!job_leaves_out(home, false, &what), "a folder of this machine is looked at");
    if (!job_leaves_out("\\\\server\\share\\folder", false, &what)) {
        tap_skip("folders of other machines are known by their file system here");
        return;
    }
    tap_ok(job_leaves_out("\\\\?\\UNC\\server\\share", false, &what), "one of another is not");
    tap_ok(!job_leaves_out("//server/share", true, &what), "but when it is asked for");
    struct report *report = scan("\\\\server\\share", NULL);
    tap_eq_i64(report_skipped(report, SKIP_FOLDER), 1, "which is told");
    report_free(report);
}

static void
test_streams(void)
{
    const char *path = below(home, "with streams");
    write_file(path, STR("nothing"));
    if (!make_stream(path, ":hidden.exe", STR("evil"))) {
        tap_skip("no alternate streams here");
        return;
    }
    struct report *report = scan(path, NULL);
    tap_ok(has(report, "with streams", ":hidden.exe"), "alternate streams are scanned");
    report_free(report);
}

/* ---- again ---- */

/* The items, which say all that a report tells, one a line. */
static void
write_items(struct report *report, struct buf *out)
{
    char digest[SHA256_TEXT];
    for (size_t i = 0; i < report_item_count(report); i++) {
        const struct report_item *item = report_item_at(report, i);
        buf_printf(out, "%d %d %s|%s|%s|%s|%s|%d %llu %s\n", (int)item->of, (int)item->level,
                   item->subject, item->name, item->source, item->inside ? item->inside : "-",
                   item->detail ? item->detail : "-", item->has_identity,
                   (unsigned long long)item->identity.inode,
                   sha256_format(&item->identity.sha256, digest));
    }
}

struct again {
    uint64_t unchanged, bytes;
    struct buf items;
};

static struct again
scan_again(const char *top, const char *state, const uint8_t id[SHA256_BYTES], bool reads_found)
{
    struct again again = {.items = BUF(1 << 20)};
    struct cache *cache;
    struct err err;
    require(cache_open(state, id, &cache, &err) == OK);
    struct report *report = report_new();
    struct job_options options = {.rules = rules,
                                  .cache = cache,
                                  .report = report,
                                  .threads = 3,
                                  .reads_found = reads_found,
                                  .file_seconds_max = 60};
    struct job *job = job_new(&options);
    job_add(job, top);
    job_free(job);
    write_items(report, &again.items);
    again.unchanged = report_counts(report).unchanged;
    again.bytes = report_counts(report).bytes;
    require(cache_save(cache, &err) == OK);
    cache_close(cache);
    report_free(report);
    return again;
}

/* UNCHANGED files were passed by, and the report is that of FIRST; all that is read has BYTES. */
static void
check_again(struct again again, uint64_t unchanged, uint64_t bytes, const struct again *first,
            const char *words)
{
    tap_ok(again.unchanged == unchanged && again.bytes == bytes, "%s: %llu unchanged, %llu bytes",
           words, (unsigned long long)again.unchanged, (unsigned long long)again.bytes);
    if (first)
        tap_ok(str_eq(buf_view(&again.items), buf_view(&first->items)), "and what is told: %s",
               words);
    buf_clear(&again.items);
}

static void
change_byte(const char *state, size_t from_end)
{
    char path[PATH_TEXT];
    struct buf content;
    require(path_join(path, state, "clean.cache", NULL) == OK);
    require(file_read(path, 1 << 20, &content, NULL) == OK);
    content.p[content.n - from_end] ^= 1;
    require(file_replace(path, buf_view(&content), NULL) == OK);
    buf_clear(&content);
}

static void
test_again(void)
{
    static const uint8_t id[SHA256_BYTES] = {1}, other[SHA256_BYTES] = {2};
    const char *top = below(home, "again"), *state = below(home, "state");
    require(folder_make(below(top, "in"), NULL) == OK);
    write_file(below(top, "one"), STR("nothing"));
    write_file(below(top, "in/two"), STR("nothing"));
    write_file(below(top, "bad"), STR("evil"));
    write_file(below(top, "in.gz"),
               STR("\037\213\010\000\000\000\000\000\002\377\253\250\120\110"
                   "\055\313\314\001\000\324\017\344\310\007\000\000\000")); /* "xx evil" */
    tap_set_variable("KHIEN_NOW", "2037-01-01T00:00:00Z"); /* the files have long been there */
    struct again first = scan_again(top, state, id, false);
    tap_ok(first.unchanged == 0 && first.bytes == 45, "nothing is known at first");
    tap_ok(str_find(buf_view(&first.items), STR("says so")) != SIZE_MAX &&
               str_find(buf_view(&first.items), STR("bad|evil|")) != SIZE_MAX &&
               str_find(buf_view(&first.items), STR("in.gz|evil|default|in.gz/in|says so")) !=
                   SIZE_MAX,
           "what is found is told with its place and what its rule says");
    check_again(scan_again(top, state, id, false), 4, 0, &first, "then nothing is read again");
    check_again(scan_again(top, state, id, true), 2, 31, &first,
                "but files with findings are, when somebody is to act on them");
    change_byte(state, 40); /* in what was found */
    check_again(scan_again(top, state, id, false), 0, 45, &first,
                "nor is a changed cache believed");
    change_byte(state, 1); /* in the MAC */
    check_again(scan_again(top, state, id, false), 0, 45, &first, "or one that is not ours");
    write_file(below(top, "one"), STR("evil!!!"));
    check_again(scan_again(top, state, id, false), 3, 7, NULL, "what changed is read");
    write_file(below(top, "bad"), STR("good"));
    struct again second = scan_again(top, state, id, false);
    tap_ok(second.unchanged == 3 && str_find(buf_view(&second.items), STR("bad|")) == SIZE_MAX,
           "a file that is clean by now is no more told of");
    check_again(scan_again(top, state, id, false), 4, 0, &second, "as are those of both kinds");
    check_again(scan_again(top, state, other, false), 0, 45, &second, "other rules read all");
    check_again(scan_again(top, state, other, false), 4, 0, &second, "which then count");
    tap_set_variable("KHIEN_NOW", "2037-02-03T00:00:00Z");
    check_again(scan_again(top, state, other, false), 0, 45, &second, "nothing is known for ever");
    tap_set_variable("KHIEN_NOW", NULL);
    buf_clear(&first.items);
    buf_clear(&second.items);
}

/* A name may be what gives a file away, and says what is looked for in it. */
static void
test_moved(void)
{
    static const uint8_t id[SHA256_BYTES] = {3};
    const char *top = below(home, "moved"), *state = below(home, "moved state");
    require(folder_make(below(top, "from"), NULL) == OK);
    write_file(below(top, "stays"), STR("good"));
    write_file(below(top, "from/clean"), STR("nothing"));
    write_file(below(top, "from/bad"), STR("evil"));
    tap_set_variable("KHIEN_NOW", "2037-01-01T00:00:00Z");
    check_again(scan_again(top, state, id, false), 0, 15, NULL, "all is read at first");
    check_again(scan_again(top, state, id, false), 3, 0, NULL, "then nothing");
    require(rename(below(top, "from"), below(top, "to")) == 0);
    struct again moved = scan_again(top, state, id, false);
    tap_ok(str_find(buf_view(&moved.items), STR("bad|evil|")) != SIZE_MAX, "what moved is told");
    check_again(moved, 1, 11, NULL, "but what stands elsewhere now is read");
    tap_set_variable("KHIEN_NOW", NULL);
}

int
main(void)
{
    home = tap_folder("job");
    rules = rules_of(STR("rule evil { meta: description = \"says so\" severity = \"medium\" "
                         "strings: $a = \"evil\" condition: $a }"));
    require(rules);
    test_tree();
    test_links();
    test_held();
    test_network();
    test_streams();
    test_again();
    test_moved();
    scan_rules_free(rules);
    return tap_done();
}
