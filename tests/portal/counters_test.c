/* SPDX-License-Identifier: Apache-2.0 */
/* Counters: once a network, kept over the end and over kill -9, summed over nodes, never falling;
 * damaged files; the cap on names; many threads. */
#include "portal/counters.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_in.h"
#include "base/tap.h"
#include "portal/counter_file.h"

enum { THREADS = 4, NETWORKS = 20000 };

static char folder[PATH_TEXT];

/* Each number is another network. */
static ip
visitor(unsigned number)
{
    return ip_from_v4(0x0b000000 + (number << 8) + 7);
}

static void
add(struct counters *counters, enum counter what, const char *name, unsigned from, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        counters_add(counters, what, str_of(name), visitor(from + i));
}

static uint64_t
total(const struct counters *counters, enum counter what)
{
    return counters_figure(counters, what).total;
}

static const char *
in_folder(const char *name)
{
    static char path[PATH_TEXT];
    return path_join(path, folder, name, NULL) == OK ? path : "";
}

static void
empty_folder(void)
{
    struct dirent *entry;
    DIR *open = opendir(folder);
    while (open && (entry = readdir(open)))
        if (entry->d_name[0] != '.')
            unlink(in_folder(entry->d_name));
    if (open)
        closedir(open);
}

static void
test_counting(void)
{
    struct counters *counters = counters_new(NULL, "node");
    tap_eq_i64(counters_figure(counters, COUNTER_JOIN).since, DAY_NONE, "nothing yet");
    add(counters, COUNTER_JOIN, "", 0, 3);
    add(counters, COUNTER_JOIN, "", 0, 3);
    counters_add(counters, COUNTER_JOIN, STR(""), ip_from_v4(0x0b0000ff));
    tap_eq_i64(total(counters, COUNTER_JOIN), 3, "a network counts once");
    tap_eq_i64(counters_figure(counters, COUNTER_JOIN).since, clock_today(), "since today");
    add(counters, COUNTER_SHARE, "facebook", 0, 3);
    add(counters, COUNTER_SHARE, "zalo", 0, 2);
    tap_eq_i64(total(counters, COUNTER_SHARE), 5, "for each thing");
    tap_eq_i64(total(counters, COUNTER_CHECK), 0, "and no other");
    add(counters, COUNTER_TOOL, "Bad name\"}\n", 0, 1);
    tap_eq_i64(total(counters, COUNTER_TOOL), 1, "a name that is none counts without it");
    counters_free(counters);
}

static void
test_names_cap(void)
{
    char name[COUNTER_NAME];
    struct buf text = BUF(1 << 20);
    struct counters *counters = counters_new(NULL, "node");
    for (unsigned i = 0; i < COUNTER_NAMES_MAX + 50; i++) {
        snprintf(name, sizeof name, "tool-%u", i);
        add(counters, COUNTER_TOOL, name, 2 * i, 2);
    }
    tap_eq_i64(total(counters, COUNTER_TOOL), 2 * (COUNTER_NAMES_MAX + 50),
               "beyond the cap on names nothing is lost");
    counters_write_metrics(counters, &text);
    tap_ok(str_find(buf_view(&text), STR("name=\"tool-255\"} 2\n")) != SIZE_MAX, "the last name");
    tap_ok(str_find(buf_view(&text), STR("tool-256")) == SIZE_MAX, "no further one");
    tap_ok(str_find(buf_view(&text), STR("{what=\"tool\",name=\"\"} 100\n")) != SIZE_MAX,
           "the others together");
    counters_free(counters);
    buf_clear(&text);
}

static void
test_json(void)
{
    struct err err;
    struct buf text = BUF(1 << 16);
    struct counters *counters = counters_new(NULL, "node");
    add(counters, COUNTER_SHARE, "facebook", 0, COUNTER_SHOWN);
    add(counters, COUNTER_SHARE, "zalo", 0, COUNTER_SHOWN - 1);
    counters_write_json(counters, &text);
    cleanup(cleanup_json) json_t *json = NULL;
    tap_no_err(json_read(buf_view(&text), 1 << 16, &json, &err), &err, "JSON");
    json_t *share = json_array_get(json_object_get(json, "counters"), COUNTER_SHARE);
    json_t *names = json_object_get(share, "names");
    int64_t number = 0;
    tap_ok(json_number(share, "total", &number) && number == 2 * COUNTER_SHOWN - 1, "the sum");
    tap_ok(json_number(json_array_get(names, 0), "total", &number) && number == COUNTER_SHOWN,
           "a figure that is large enough");
    tap_ok(json_is_null(json_object_get(json_array_get(names, 1), "total")), "one that is not");
    counters_free(counters);
    buf_clear(&text);
}

static void
test_restart(void)
{
    struct buf text = {0};
    struct counters *counters = counters_new(folder, "node");
    add(counters, COUNTER_CHECK, "", 0, 12);
    add(counters, COUNTER_TOOL, "bkav-home", 0, 3);
    counters_free(counters);
    counters = counters_new(folder, "node");
    tap_eq_i64(total(counters, COUNTER_CHECK), 12, "kept over the end");
    tap_eq_i64(total(counters, COUNTER_TOOL), 3, "with a name");
    add(counters, COUNTER_CHECK, "", 0, 1);
    tap_eq_i64(total(counters, COUNTER_CHECK), 13, "and go on");
    counters_free(counters);
    if (tap_no_err(file_read(in_folder("node"), 1 << 16, &text, NULL), NULL, "the file")) {
        char want[128], today[DAY_TEXT];
        snprintf(want, sizeof want, "khien-counters 1\ncheck - %s 13\ntool bkav-home %s 3\nsum ",
                 day_format(clock_today(), today), today);
        str rows = {text.p, text.n - 33};
        tap_eq_str(rows, str_of(want), "it holds days and numbers only");
    }
    buf_clear(&text);
    empty_folder();
}

static void
test_nodes(void)
{
    struct counters *first = counters_new(folder, "node"), *second = counters_new(folder, "node");
    add(first, COUNTER_JOIN, "", 0, 5);
    add(second, COUNTER_JOIN, "", 0, 7);
    counters_free(first);
    tap_ok(file_exists(in_folder("node")) && !file_exists(in_folder("node-2")), "a file each");
    counters_free(second);
    tap_ok(file_exists(in_folder("node-2")), "the second one's");
    first = counters_new(folder, "node");
    tap_eq_i64(total(first, COUNTER_JOIN), 12, "the figure is the sum");
    add(first, COUNTER_JOIN, "", 50, 1);
    counters_free(first);
    first = counters_new(folder, "other");
    tap_eq_i64(total(first, COUNTER_JOIN), 13, "for whoever reads, and no number is added twice");
    counters_free(first);
    empty_folder();
}

static void
test_damaged(void)
{
    static const char *const texts[] = {
        "", "khien-counters 1\n", "khien-counters 1\njoin - 2026-01-01 5\nsum 00\n",
        "khien-counters 1\njoin - 2026-01-01 5\nsum 00000000000000000000000000000000\n"};
    struct err err;
    char aside[32];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tap_no_err(file_replace(in_folder("node"), str_of(texts[i]), &err), &err, "a damaged file");
        struct counters *counters = counters_new(folder, "node");
        snprintf(aside, sizeof aside, "node.damaged-%zu", i + 1);
        tap_ok(file_exists(in_folder(aside)) && !file_exists(in_folder("node")), "is kept aside");
        add(counters, COUNTER_JOIN, "", 0, 2);
        counters_free(counters);
        counters = counters_new(folder, "node");
        tap_eq_i64(total(counters, COUNTER_JOIN), 2, "and counting goes on");
        counters_free(counters);
    }
    tap_no_err(file_replace(in_folder("far"), STR("nonsense"), &err), &err, "another node's");
    struct counters *counters = counters_new(folder, "node");
    tap_eq_i64(total(counters, COUNTER_JOIN), 2, "is left out");
    counters_free(counters);
    tap_ok(file_exists(in_folder("far")), "and left alone");
    empty_folder();
}

static void
test_out_of_reach(void)
{
    struct counters *counters = counters_new(in_folder("none/at/all"), "node");
    add(counters, COUNTER_JOIN, "", 0, 2);
    tap_eq_i64(total(counters, COUNTER_JOIN), 2, "without its folder it counts in memory");
    counters_tick(counters);
    counters_free(counters);
}

/* Counts and writes for ever; says each number that is written. */
static void
count_until_killed(int out)
{
    struct counters *counters = counters_new(folder, "node");
    uint64_t number = total(counters, COUNTER_JOIN);
    for (unsigned i = 0; i < NETWORKS; i++) {
        add(counters, COUNTER_JOIN, "", i, 1);
        counters_write(counters);
        number++;
        if (write(out, &number, sizeof number) != sizeof number)
            break;
    }
    _exit(0);
}

static void
test_killed(void)
{
    uint64_t before = 0;
    for (unsigned round = 1; round <= 5; round++) {
        int ends[2];
        uint64_t number, last = before;
        if (pipe(ends) != 0)
            return;
        pid_t child = fork();
        if (child == 0)
            count_until_killed(ends[1]);
        close(ends[1]);
        for (unsigned i = 0; i < 7 * round && read(ends[0], &number, sizeof number) > 0; i++)
            last = number;
        kill(child, SIGKILL);
        while (read(ends[0], &number, sizeof number) > 0)
            last = number;
        close(ends[0]);
        waitpid(child, NULL, 0);
        struct counters *counters = counters_new(folder, "node");
        uint64_t after = total(counters, COUNTER_JOIN);
        counters_free(counters);
        tap_ok(last >= before + 7 * round && after >= last && after <= last + 1,
               "killed: nothing that was written is lost (%llu, %llu)", (unsigned long long)last,
               (unsigned long long)after);
        before = after;
    }
    empty_folder();
}

static void *
count_in_thread(void *context)
{
    char name[COUNTER_NAME];
    for (unsigned i = 0; i < NETWORKS; i++) {
        counters_add(context, COUNTER_CHECK, STR(""), visitor(i));
        snprintf(name, sizeof name, "n-%u", i % (COUNTER_NAMES_MAX + 20));
        if (i < 4 * COUNTER_NAMES_MAX)
            counters_add(context, COUNTER_TOOL, str_of(name), visitor(i));
    }
    return NULL;
}

static void
test_threads(void)
{
    pthread_t threads[THREADS];
    struct buf text = BUF(1 << 20);
    uint64_t last = 0;
    bool fell = false;
    struct counters *counters = counters_new(folder, "node");
    for (unsigned i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, count_in_thread, counters);
    for (unsigned i = 0; i < 50; i++) {
        buf_reset(&text);
        counters_write(counters);
        counters_tick(counters);
        counters_write_json(counters, &text);
        uint64_t now = total(counters, COUNTER_CHECK);
        fell |= now < last;
        last = now;
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    tap_ok(!fell, "a figure never falls");
    tap_eq_i64(total(counters, COUNTER_CHECK), NETWORKS, "%d threads count each network once",
               THREADS);
    tap_eq_i64(total(counters, COUNTER_TOOL), 4 * COUNTER_NAMES_MAX, "also while names are added");
    counters_free(counters);
    counters = counters_new(folder, "node");
    tap_eq_i64(total(counters, COUNTER_CHECK), NETWORKS, "all of it was written");
    counters_free(counters);
    buf_clear(&text);
    empty_folder();
}

int
main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/khien-counters-XXXXXX", base ? base : "/tmp");
    if (!tap_ok(mkdtemp(folder) != NULL, "a folder"))
        return tap_done();
    test_counting();
    test_names_cap();
    test_json();
    test_restart();
    test_nodes();
    test_damaged();
    test_out_of_reach();
    test_killed();
    test_threads();
    rmdir(folder);
    return tap_done();
}
