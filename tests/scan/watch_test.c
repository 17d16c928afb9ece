/* SPDX-License-Identifier: Apache-2.0 */
/* When paths are due, by a clock of the test's own, and what is told of a real folder. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "scan/watch/inner.h"

static size_t
taken(struct pending *pending, int64_t now, const char *first)
{
    char *out[4];
    size_t count = pending_take(pending, now, out, 4);
    bool is_first = count == 0 || strcmp(out[0], first) == 0;
    for (size_t i = 0; i < count; i++)
        free(out[i]);
    return is_first ? count : 99;
}

static void
test_due(void)
{
    struct pending pending = {0};
    pending_add(&pending, "/a", 0);
    pending_add(&pending, "/b", 0);
    pending_add(&pending, "/a", PENDING_QUIET / 2);
    tap_ok(pending.count == 2, "a path is noted once");
    tap_ok(taken(&pending, PENDING_QUIET - 1, "") == 0, "it waits for half a second");
    tap_ok(taken(&pending, PENDING_QUIET, "/b") == 1, "then it is due");
    tap_ok(taken(&pending, PENDING_QUIET, "") == 0, "another write puts it off");
    tap_ok(taken(&pending, PENDING_QUIET * 3 / 2, "/a") == 1, "for half a second");
    for (int64_t now = 0; now < PENDING_LONGEST; now += PENDING_QUIET / 2)
        pending_add(&pending, "/c", now);
    tap_ok(taken(&pending, PENDING_LONGEST - 1, "") == 0, "what is written all the time waits");
    tap_ok(taken(&pending, PENDING_LONGEST, "/c") == 1, "but not for ever");
    pending_clear(&pending);
}

static void
test_many(void)
{
    struct pending pending = {0};
    char path[32], *out[100];
    bool all = true;
    for (int i = 0; i < PENDING_MAX; i++) {
        snprintf(path, sizeof path, "/%d", i);
        all = all && pending_add(&pending, path, 0);
    }
    tap_ok(all, "many are noted");
    tap_ok(pending_add(&pending, "/0", 0), "one of them again");
    tap_ok(!pending_add(&pending, "/more", 0), "but no more than that");
    size_t count = pending_take(&pending, PENDING_QUIET, out, 100);
    tap_ok(count == 100 && strcmp(out[0], "/0") == 0 && strcmp(out[99], "/99") == 0,
           "the oldest are first, as many as are wanted");
    for (size_t i = 0; i < count; i++)
        free(out[i]);
    tap_ok(pending_add(&pending, "/more", 0) && pending.count == PENDING_MAX - 99,
           "then there is room");
    tap_ok(pending_add(&pending, "/100", 0) && pending.count == PENDING_MAX - 99,
           "and those that are left are known");
    pending_clear(&pending);
}

static void
test_below(void)
{
    tap_ok(is_below("/a/b", "/a") && is_below("/a", "/a") && is_below("/a", "/"), "below");
    tap_ok(!is_below("/ab", "/a") && !is_below("/", "/a"), "not below");
}

static void
write_file(const char *folder, const char *name)
{
    char path[PATH_TEXT];
    struct err err;
    require(path_join(path, folder, name, &err) == OK);
    require(file_replace(path, STR("x"), &err) == OK);
}

/* Waits until NAME is told of; anything else is UNWANTED, but for a temporary name. */
static bool
is_told(struct file_watch *watch, const char *name, const char *unwanted)
{
    bool is_there = false, is_wrong = false;
    for (int tries = 0; tries < 300 && !is_there; tries++) {
        char *out[16];
        file_watch_read(watch, 100);
        size_t count = file_watch_take(watch, out, 16);
        for (size_t i = 0; i < count; i++) {
            is_there = is_there || strcmp(path_base(out[i]), name) == 0;
            is_wrong = is_wrong || strstr(out[i], unwanted);
            free(out[i]);
        }
    }
    return is_there && !is_wrong;
}

static void
test_folder(void)
{
    char top[PATH_TEXT], own[PATH_TEXT], deep[PATH_TEXT];
    struct file_watch *watch;
    struct err err;
    char *real = realpath(tap_folder("watch"), NULL);
    snprintf(top, sizeof top, "%s/watched", real);
    snprintf(own, sizeof own, "%s/own", top);
    snprintf(deep, sizeof deep, "%s/deep", top);
    require(mkdir(top, 0755) == 0 && mkdir(own, 0755) == 0);
    const char *paths[] = {top}, *left_out[] = {own};
    const struct file_watch_options options = {paths, 1, left_out, 1, true};
    if (!tap_ok(file_watch_open(&options, &watch, &err) == OK, "a folder is watched"))
        return;
    tap_ok(file_watch_about(watch).folders == 1, "without what is left out");
    write_file(own, "nothing");
    write_file(top, "one");
    tap_ok(is_told(watch, "one", "nothing"), "what is written in it is told");
    require(mkdir(deep, 0755) == 0);
    tap_ok(is_told(watch, "deep", "nothing"), "so is a new folder");
    tap_ok(file_watch_about(watch).folders == 2, "which is watched too");
    write_file(deep, "two");
    tap_ok(is_told(watch, "two", "nothing"), "and what is written in that");
    tap_ok(!file_watch_lost(watch), "nothing was lost");
    file_watch_close(watch);
    free(real);
}

int
main(void)
{
    test_due();
    test_many();
    test_below();
    test_folder();
    return tap_done();
}
