/* SPDX-License-Identifier: Apache-2.0 */
/* Files that others cut or remove while they are mapped: guards, copies, names. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/file_guard.h"
#include "base/require.h"
#include "base/sandbox.h"
#include "base/tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 200 };

static const char *folder;

/* A file of PAGES pages of 'a', mapped. */
static struct file_map
map_new(const char *name, char path[PATH_TEXT])
{
    static char content[PAGE * PAGES];
    memset(content, 'a', sizeof content);
    struct file_map map;
    struct err err;
    path_join(path, folder, name, NULL);
    require(file_replace(path, (str){content, sizeof content}, &err) == OK);
    require(file_map_open(path, &map, &err) == OK);
    return map;
}

/* How many bytes of the pages FROM to TO - 1 are 'a'. */
static size_t
count_a(str bytes, size_t from, size_t to)
{
    size_t found = 0;
    for (size_t i = from * PAGE; i < to * PAGE; i++)
        found += ((const volatile char *)bytes.p)[i] == 'a';
    return found;
}

static void
test_guard(void)
{
    char path[PATH_TEXT];
    struct file_map map = map_new("guard", path);
    struct file_guard guard;
    file_guard_begin(&guard, map.bytes);
    tap_eq_i64(count_a(map.bytes, 0, PAGES), PAGE * PAGES, "a whole file");
    tap_ok(!file_guard_end(&guard), "is whole");
    file_guard_begin(&guard, map.bytes);
    tap_ok(truncate(path, 10 * PAGE) == 0, "it is cut");
    tap_eq_i64(count_a(map.bytes, 0, 10), 10 * PAGE, "what is left is read");
    tap_eq_i64(count_a(map.bytes, 50, 51), 0, "from the middle of what is gone come zeros");
    tap_eq_i64(count_a(map.bytes, 0, PAGES), 10 * PAGE, "and from all of it");
    tap_ok(file_guard_end(&guard), "which is told");
    file_guard_begin(&guard, map.bytes);
    tap_ok(!file_guard_end(&guard), "a new guard met nothing");
    file_map_close(&map);

    map = map_new("empty", path);
    file_guard_begin(&guard, map.bytes);
    tap_ok(truncate(path, 0) == 0, "one is cut to nothing");
    for (size_t i = PAGES; i > 0; i--) /* no run of pages to be replaced at once */
        count_a(map.bytes, i - 1, i);
    tap_ok(file_guard_end(&guard), "and read backwards");
    file_map_close(&map);
}

static void
test_nesting(void)
{
    char path[PATH_TEXT], other_path[PATH_TEXT];
    struct file_map map = map_new("outer", path), other = map_new("inner", other_path);
    struct file_guard outer, part, inner;
    file_guard_begin(&outer, map.bytes);
    file_guard_begin(&part, str_from(map.bytes, 20 * PAGE + 100));
    file_guard_begin(&inner, other.bytes);
    tap_ok(truncate(path, 5 * PAGE) == 0, "the outer file is cut");
    tap_eq_i64(count_a(map.bytes, 30, 31), 0, "read under three guards");
    tap_eq_i64(count_a(other.bytes, 0, PAGES), PAGE * PAGES, "the inner file is whole");
    tap_ok(!file_guard_end(&inner), "as its guard says");
    tap_ok(file_guard_end(&part), "the guard of a part was met");
    tap_ok(file_guard_end(&outer), "and that of the whole");
    file_guard_begin(&outer, map.bytes);
    file_guard_begin(&part, str_from(map.bytes, 20 * PAGE));
    tap_eq_i64(count_a(map.bytes, 6, 7), 0, "a page before the part");
    tap_ok(!file_guard_end(&part), "is not the part's");
    tap_ok(file_guard_end(&outer), "but the whole's");
    file_map_close(&map);
    file_map_close(&other);
}

struct reader {
    pthread_t thread;
    int number;
    bool cut, told;
    size_t found;
};

static void *
read_often(void *context)
{
    struct reader *reader = context;
    for (int round = 0; round < 50; round++) {
        char path[PATH_TEXT], name[32];
        struct err err;
        struct file_map map;
        struct file_guard guard;
        static const char content[PAGE * PAGES] = "a";
        snprintf(name, sizeof name, "thread-%d", reader->number);
        path_join(path, folder, name, NULL);
        require(file_replace(path, (str){content, sizeof content}, &err) == OK);
        require(file_map_open(path, &map, &err) == OK);
        file_guard_begin(&guard, map.bytes);
        require(!reader->cut || truncate(path, 0) == 0);
        reader->found += count_a(map.bytes, 0, PAGES);
        reader->told = file_guard_end(&guard);
        require(reader->told == reader->cut);
        file_map_close(&map);
    }
    return NULL;
}

static void
test_threads(void)
{
    struct reader readers[8];
    for (int i = 0; i < 8; i++) {
        readers[i] = (struct reader){.number = i, .cut = i % 2};
        require(pthread_create(&readers[i].thread, NULL, read_often, &readers[i]) == 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(readers[i].thread, NULL);
        tap_eq_i64(readers[i].found, readers[i].cut ? 0 : 50, "thread %d read its own files", i);
    }
}

/* How a child ends that reads a cut file outside of the guarded bytes: 0 when it does not. */
static int
end_of_child(void (*before)(void), bool send)
{
    char path[PATH_TEXT];
    struct file_map map = map_new("child", path);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2); /* a sanitizer's words */
        if (before)
            before();
        struct file_guard guard;
        file_guard_begin(&guard, (str){map.bytes.p, PAGE});
        require(truncate(path, 0) == 0);
        if (send)
            raise(SIGBUS);
        else
            count_a(map.bytes, 3, 4);
        _exit(0);
    }
    int status;
    require(waitpid(child, &status, 0) == child);
    file_map_close(&map);
    return status;
}

static void
by_default(void)
{
    signal(SIGBUS, SIG_DFL);
}

static void
leave(int number)
{
    _exit(number == SIGBUS ? 42 : 1);
}

static void
by_handler(void)
{
    signal(SIGBUS, leave);
}

static void
by_nothing(void)
{
    signal(SIGBUS, SIG_IGN);
}

static void
test_faults_elsewhere(void)
{
    int status = end_of_child(NULL, false);
    tap_ok(status != 0, "a fault outside ends the process");
    status = end_of_child(by_default, false);
    tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "by the signal");
    status = end_of_child(by_default, true);
    tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "as does the signal when it is sent");
    status = end_of_child(by_handler, false);
    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 42, "or goes to who handled it before");
    status = end_of_child(by_nothing, false);
    tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "a fault cannot be ignored");
    tap_eq_i64(end_of_child(by_nothing, true), 0, "the signal alone can");
}

/* What a sandboxed command may still do includes all that a guard needs. */
static void
test_sandboxed(void)
{
    char path[PATH_TEXT];
    struct file_map map = map_new("sandboxed", path);
    require(truncate(path, 0) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct sandbox sandbox = {.needs = NEED_READ};
        struct file_guard guard;
        bool partial;
        struct err err;
        if (sandbox_enter(&sandbox, &partial, &err) != OK)
            _exit(2);
        file_guard_begin(&guard, map.bytes);
        count_a(map.bytes, 0, PAGES);
        _exit(file_guard_end(&guard) ? 0 : 1);
    }
    int status;
    require(waitpid(child, &status, 0) == child);
    tap_eq_i64(status, 0, "a guard works in the sandbox");
    file_map_close(&map);
}

static void
test_copies(void)
{
    char path[PATH_TEXT];
    struct err err;
    struct file_map map;
    path_join(path, folder, "original", NULL);
    file_replace(path, STR("as it was"), &err);
    tap_no_err(file_map_copy(path, folder, 9, &map, &err), &err, "a mapped copy");
    tap_ok(truncate(path, 0) == 0, "the original is cut");
    tap_eq_str(map.bytes, STR("as it was"), "the copy is not");
    file_map_close(&map);
    tap_no_err(file_map_copy(path, folder, 0, &map, &err), &err, "an empty one");
    tap_eq_i64(map.bytes.n, 0, "is empty");
    file_map_close(&map);
    int ends[2];
    tap_ok(pipe(ends) == 0 && write(ends[1], "through", 7) == 7 && close(ends[1]) == 0, "a pipe");
    tap_no_err(file_map_copy_fd(ends[0], "a pipe", folder, 9, &map, &err), &err, "is copied too");
    tap_eq_str(map.bytes, STR("through"), "whole");
    file_map_close(&map);
    tap_eq_i64(file_map_fd(ends[0], "a pipe", &map, &err), ERR_USAGE, "but not mapped");
    close(ends[0]);
    file_replace(path, STR("named"), &err);
    tap_no_err(file_map_open(path, &map, &err), &err, "map");
    unlink(path);
    tap_eq_str(map.bytes, STR("named"), "the mapping outlives the name");
    file_map_close(&map);
}

int
main(void)
{
    folder = tap_folder("cut");
    test_guard();
    test_nesting();
    test_threads();
    test_faults_elsewhere();
    test_sandboxed();
    test_copies();
    return tap_done();
}
