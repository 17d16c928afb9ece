/* SPDX-License-Identifier: Apache-2.0 */
/* A process that ends at any step of the quarantine, a journal with any damage, someone who changes
 * paths meanwhile: each file is whole in its place or in quarantine, and nothing else is left. */
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "quarantine_steps.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

enum { KILLS = 120, RACES = 400, CONTENT = 300000, ITEM_ONE = 1 };

static const char *base;
static char content[CONTENT];

#define TEXT STR("one\ntwo\nthree\n")
#define TEXT_WITHOUT STR("one\nthree\n")

/* ---- at every step ---- */

struct scene {
    const char *folder, *home, *file, *text; /* the quarantine; where a file and a text file are */
};

static struct scene
scene_new(unsigned number)
{
    static char folder[PATH_TEXT], home[PATH_TEXT], file[PATH_TEXT], text[PATH_TEXT];
    snprintf(folder, sizeof folder, "%s/q%u", base, number);
    snprintf(home, sizeof home, "%s/home%u", base, number);
    snprintf(file, sizeof file, "%s/sample", home);
    snprintf(text, sizeof text, "%s/crontab", home);
    require(mkdir(home, 0755) == 0);
    write_file(file, (str){content, CONTENT});
    write_file(text, TEXT);
    return (struct scene){folder, home, file, text};
}

typedef errcode operation(struct quarantine *quarantine, const struct scene *scene);

static errcode
take_one(struct quarantine *quarantine, const struct scene *scene)
{
    struct file_identity identity = identity_at(scene->file);
    uint64_t number;
    return quarantine_take(quarantine, scene->file, &identity, "Test.Sample", 0, &number, NULL);
}

static errcode
take_line(struct quarantine *quarantine, const struct scene *scene)
{
    uint64_t number;
    return quarantine_take_line(quarantine, scene->text, 2, STR("two"), "Test.Line", 0, &number,
                                NULL);
}

static errcode
restore(struct quarantine *quarantine, const struct scene *scene)
{
    (void)scene;
    return quarantine_restore(quarantine, ITEM_ONE, NULL, NULL);
}

static errcode
restore_elsewhere(struct quarantine *quarantine, const struct scene *scene)
{
    return quarantine_restore(quarantine, ITEM_ONE, below(scene->home, "elsewhere"), NULL);
}

static errcode
delete_one(struct quarantine *quarantine, const struct scene *scene)
{
    (void)scene;
    return quarantine_delete(quarantine, ITEM_ONE, NULL);
}

/* After a restart: true when all is in one place and nothing is left over. */
static bool
is_settled(const struct scene *scene, bool may_be_deleted)
{
    struct quarantine *quarantine = open_at(scene->folder);
    uint64_t file = kept_of(quarantine, scene->file), line = kept_of(quarantine, scene->text);
    const char *elsewhere = below(scene->home, "elsewhere");
    str whole = {content, CONTENT};
    size_t files = file_is(scene->file, whole) + file_is(elsewhere, whole);
    size_t lines = file_is(scene->text, TEXT), kept = (file != 0) + (line != 0);
    bool settled = (files + (file != 0) == 1 || (may_be_deleted && files == 0)) &&
                   lines + (line != 0) == 1 && (lines || file_is(scene->text, TEXT_WITHOUT));
    settled = settled && names_in(scene->home) == files + 1 && names_in(scene->folder) == 2 + kept;
    if (!settled)
        tap_note("files %zu kept %d, texts %zu kept %d, names %zu and %zu", files, file != 0, lines,
                 line != 0, names_in(scene->home), names_in(scene->folder));
    /* What is said to be kept can be given back. */
    if (file)
        settled = quarantine_restore(quarantine, file, NULL, NULL) == OK &&
                  file_is(scene->file, whole) && settled;
    if (line)
        settled = quarantine_restore(quarantine, line, NULL, NULL) == OK &&
                  file_is(scene->text, TEXT) && settled;
    quarantine_close(quarantine);
    return settled;
}

static bool
dies_at(unsigned long at, const struct scene *scene, operation *first, operation *then)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct quarantine *quarantine = open_at(scene->folder);
        require(!first || first(quarantine, scene) == OK);
        steps.count = 0;
        steps.die_at = at;
        _exit(then(quarantine, scene) == OK ? 0 : 1);
    }
    require(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    require(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == STEPS_DIED);
    return WEXITSTATUS(status) == STEPS_DIED;
}

static void
test_every_step(const char *label, operation *first, operation *then)
{
    static unsigned number;
    unsigned long at = 0, right = 0;
    bool died = true;
    while (died) {
        struct scene scene = scene_new(number++);
        died = dies_at(++at, &scene, first, then);
        right += is_settled(&scene, then == delete_one);
    }
    tap_ok(at > 3, "%s has %lu steps", label, at - 1);
    tap_eq_i64(right, at, "%s: whole after an end at each of them", label);
}

/* ---- in which order things become durable ---- */

static void
test_order(void)
{
    struct scene scene = scene_new(7000);
    struct buf log = BUF(1 << 16);
    struct quarantine *quarantine = open_at(scene.folder);
    steps.log = &log;
    require(take_one(quarantine, &scene) == OK);
    tap_eq_str(buf_view(&log),
               STR("make 1.part\nfsync 1.part\nrename 1.copy\nfsync q7000\nfsync journal\n"
                   "unlink sample\nfsync home7000\nfsync journal\n"),
               "copy, its name, the record; only then the file goes");
    buf_reset(&log);
    require(quarantine_restore(quarantine, ITEM_ONE, NULL, NULL) == OK);
    /* A file without a name is shown as "#INODE (deleted)". */
    str lines = buf_view(&log), made = {0}, line;
    for (int i = 0; i < 3; i++)
        require(str_line(&lines, i == 0 ? &made : &line));
    tap_eq_str(made, STR("make ."), "a file without a name");
    tap_eq_str(lines,
               STR("fsync journal\nlink sample\nfsync home7000\nfsync journal\nunlink 1.copy\n"
                   "fsync q7000\n"),
               "the record, its name, the record; only then the copy goes");
    steps.log = NULL;
    buf_clear(&log);
    quarantine_close(quarantine);
}

/* ---- at random moments ---- */

static void
run_forever(const struct scene *scene)
{
    struct quarantine *quarantine = open_at(scene->folder);
    for (;;) {
        uint64_t number = kept_of(quarantine, scene->file);
        if (!number)
            number = take_at(quarantine, scene->file);
        require(quarantine_restore(quarantine, number, NULL, NULL) == OK);
        require(take_line(quarantine, scene) == OK);
        require(quarantine_restore(quarantine, kept_of(quarantine, scene->text), NULL, NULL) == OK);
    }
}

static void
test_random_kills(const char *label, unsigned number)
{
    struct scene scene = scene_new(number);
    struct rng rng = {number};
    size_t right = 0;
    for (unsigned i = 0; i < KILLS; i++) {
        int status;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0)
            run_forever(&scene);
        usleep((useconds_t)(rng_below(&rng, 30000) + 500));
        kill(child, SIGKILL);
        require(waitpid(child, &status, 0) == child);
        if (!WIFSIGNALED(status))
            tap_note("the child ended by itself");
        right += WIFSIGNALED(status) && is_settled(&scene, false);
    }
    tap_eq_i64(right, KILLS, "%s: whole after each of %d kills", label, KILLS);
}

/* ---- someone changes paths ---- */

struct race {
    const char *real, *aside, *outside; /* a name, another for it, what a link points to */
    _Atomic bool ends;
};

static void *
swap_forever(void *context)
{
    struct race *race = context;
    while (!race->ends) {
        if (rename(race->real, race->aside) != 0)
            continue;
        if (symlink(race->outside, race->real) == 0)
            unlink(race->real);
        rename(race->aside, race->real);
    }
    return NULL;
}

static void
test_race(const char *label, const char *name, bool of_folder)
{
    const char *top = below(base, name);
    require(mkdir(top, 0755) == 0 && mkdir(below(top, "in"), 0755) == 0 &&
            mkdir(below(top, "outside"), 0755) == 0);
    char path[PATH_TEXT], outside[PATH_TEXT], real[PATH_TEXT], aside[PATH_TEXT], link[PATH_TEXT];
    snprintf(path, sizeof path, "%s/in/file", top);
    snprintf(outside, sizeof outside, "%s/outside/file", top);
    snprintf(real, sizeof real, of_folder ? "%s/in" : "%s/in/file", top);
    snprintf(aside, sizeof aside, of_folder ? "%s/aside" : "%s/in/aside", top);
    snprintf(link, sizeof link, of_folder ? "%s/outside" : "%s/outside/file", top);
    struct quarantine *quarantine = open_at(below(top, "q"));
    struct race race = {real, aside, link, false};
    size_t touched = 0, taken = 0;
    pthread_t thread;
    for (unsigned i = 0; i < RACES; i++) {
        uint64_t number;
        write_file(outside, STR("the same"));
        write_file(path, STR("the same"));
        struct file_identity identity = identity_at(path);
        race.ends = false;
        require(pthread_create(&thread, NULL, swap_forever, &race) == 0);
        taken += quarantine_take(quarantine, path, &identity, "", 0, &number, NULL) == OK;
        race.ends = true;
        pthread_join(thread, NULL);
        touched += !file_is(outside, STR("the same"));
    }
    tap_eq_i64(touched, 0, "%s: what a link points to is never touched (%zu of %d taken)", label,
               taken, RACES);
    quarantine_close(quarantine);
}

static char late_path[PATH_TEXT], late_outside[PATH_TEXT];

static void
swap_late(void)
{
    require(unlink(late_path) == 0 && symlink(late_outside, late_path) == 0);
}

/* Behind the last look: a name goes, what it leads to does not. */
static void
test_latest_swap(void)
{
    const char *top = below(base, "latest");
    require(mkdir(top, 0755) == 0);
    str_copy(str_of(below(top, "file")), late_path, sizeof late_path);
    str_copy(str_of(below(top, "outside")), late_outside, sizeof late_outside);
    write_file(late_path, STR("x"));
    write_file(late_outside, STR("x"));
    struct quarantine *quarantine = open_at(below(top, "q"));
    steps.before_unlink = swap_late;
    uint64_t number = take_at(quarantine, late_path);
    tap_ok(file_is(late_outside, STR("x")), "at the very last moment, too");
    tap_ok(quarantine_restore(quarantine, number, NULL, NULL) == OK && file_is(late_path, STR("x")),
           "and the file is kept");
    quarantine_close(quarantine);
}

static const struct scene *edited;
static bool ends_then;

/* As editors do it: a new file under the name. */
static void
edit(void)
{
    const char *temp = below(base, "edited");
    write_file(temp, STR("zero\none\ntwo\nthree\n"));
    require(rename(temp, edited->text) == 0);
    steps.die_at = ends_then ? steps.count + 1 : 0;
}

static errcode
take_while_edited(struct quarantine *quarantine, const struct scene *scene)
{
    edited = scene;
    steps.before_exchange = edit;
    return take_line(quarantine, scene) == ERR_BUSY ? OK : ERR_USAGE;
}

static void
test_edited(void)
{
    str want = STR("zero\none\ntwo\nthree\n");
    struct scene scene = scene_new(7001);
    tap_ok(!dies_at(0, &scene, NULL, take_while_edited), "a text that is edited meanwhile is busy");
    tap_ok(file_is(scene.text, want) && names_in(scene.home) == 2, "and has what was written");
    scene = scene_new(7002);
    ends_then = true;
    tap_ok(dies_at(0, &scene, NULL, take_while_edited), "the same with an end right then");
    quarantine_close(open_at(scene.folder));
    tap_ok(file_is(scene.text, want) && names_in(scene.home) == 2, "has it after a restart");
}

/* ---- damage ---- */

static struct scene damaged;
static struct buf right_journal;

static void
make_journal(void)
{
    damaged = scene_new(9000);
    const char *second = below(damaged.home, "second"), *third = below(damaged.home, "third");
    write_file(second, STR("2"));
    write_file(third, STR("3"));
    struct quarantine *quarantine = open_at(damaged.folder);
    require(take_one(quarantine, &damaged) == OK && take_line(quarantine, &damaged) == OK);
    require(quarantine_restore(quarantine, take_at(quarantine, second), NULL, NULL) == OK);
    require(quarantine_delete(quarantine, take_at(quarantine, third), NULL) == OK);
    quarantine_close(quarantine);
    require(file_read(below(damaged.folder, "journal"), 1 << 20, &right_journal, NULL) == OK);
}

/* Opens with this journal: it works, or says why not; both copies are there, and listed if so. */
static bool
is_safe(str journal, size_t *ret_opened)
{
    struct quarantine *quarantine = NULL;
    struct err err = {0};
    bool safe = true;
    write_file(below(damaged.folder, "journal"), journal);
    if (quarantine_open(damaged.folder, &quarantine, &err) == OK) {
        ++*ret_opened;
        safe = kept_of(quarantine, damaged.file) && kept_of(quarantine, damaged.text);
        quarantine_close(quarantine);
    } else {
        safe = err.code == ERR_CORRUPT && strstr(err.text, "moved away");
    }
    return safe && names_in(damaged.folder) == 4 && file_exists(below(damaged.folder, "1.copy")) &&
           file_exists(below(damaged.folder, "2.copy"));
}

static void
test_damage(void)
{
    make_journal();
    size_t right = 0, opened = 0, n = right_journal.n;
    char *bytes = mem_alloc(n);
    steps.no_sync = true;
    for (size_t i = 0; i <= n; i++)
        right += is_safe((str){right_journal.p, i}, &opened);
    tap_eq_i64(right, n + 1, "a journal cut at each of its %zu bytes loses nothing", n);
    tap_eq_i64(opened, n + 1, "and opens");
    right = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(bytes, right_journal.p, n);
        bytes[i] = (char)(bytes[i] ^ 0x41);
        right += is_safe((str){bytes, n}, &opened);
    }
    tap_eq_i64(right, n, "nor does one with any byte changed");
    opened = 0;
    unlink(below(damaged.folder, "journal"));
    tap_ok(is_safe((str){0}, &opened) && opened == 1,
           "without it the list is made from the copies");
    free(bytes);
    steps.no_sync = false;
}

static void
test_damaged_copy(void)
{
    struct quarantine *quarantine = open_at(damaged.folder);
    struct buf copy = {0};
    struct err err;
    uint64_t number = kept_of(quarantine, damaged.file);
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/%llu.copy", damaged.folder, (unsigned long long)number);
    require(file_read(path, 1 << 20, &copy, NULL) == OK);
    copy.p[copy.n - 5] ^= 1;
    write_file(path, buf_view(&copy));
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_CORRUPT,
               "a copy with a wrong byte is not restored");
    tap_ok(!file_exists(damaged.file) && file_exists(path), "and stays");
    copy.p[copy.n - 5] ^= 1;
    copy.p[40] ^= 1;
    write_file(path, buf_view(&copy));
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_CORRUPT,
               "nor one whose description is damaged");
    write_file(path, (str){copy.p, copy.n - 1});
    tap_eq_i64(quarantine_restore(quarantine, number, NULL, &err), ERR_CORRUPT, "nor a cut one");
    buf_clear(&copy);
    quarantine_close(quarantine);
}

int
main(void)
{
    struct rng rng = {5};
    base = tap_folder("quarantine-crash");
    for (size_t i = 0; i < CONTENT; i++)
        content[i] = (char)rng_next(&rng);
    test_order();
    test_every_step("taking", NULL, take_one);
    test_every_step("restoring", take_one, restore);
    test_every_step("restoring elsewhere", take_one, restore_elsewhere);
    test_every_step("deleting", take_one, delete_one);
    test_every_step("taking a line", NULL, take_line);
    test_every_step("restoring a line", take_line, restore);
    steps.no_unnamed = steps.no_exchange = true;
    test_every_step("restoring on a simple file system", take_one, restore);
    test_every_step("taking a line there", NULL, take_line);
    test_every_step("restoring a line there", take_line, restore);
    test_random_kills("a simple file system", 8000);
    steps.no_unnamed = steps.no_exchange = false;
    test_random_kills("taking and restoring", 8001);
    test_race("a file becomes a link", "race1", false);
    test_race("its folder becomes a link", "race2", true);
    test_latest_swap();
    test_edited();
    test_damage();
    test_damaged_copy();
    buf_clear(&right_journal);
    return tap_done();
}
