/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a scan by themselves, as JSON objects of numbers that bench/scan_job.py compares. All
 * seconds are of CPU, in one thread. */
#include "bench.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "scan/scan.h"

#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

static void
answer(const char *const *names, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%s\"%s\": %.6f", i ? ", " : "{", names[i], numbers[i]);
    printf("}\n");
    fflush(stdout);
}

static struct scan_rules *
open_pack(const char *path, const char *key_path)
{
    uint8_t key[SIGN_PUBLIC];
    struct pack_options options = {.public_key = key};
    struct scan_rules *rules;
    struct buf text;
    struct err err;
    require(file_read(key_path, 1 << 12, &text, &err) == OK);
    require(hex_parse(str_trim(buf_view(&text)), key, SIGN_PUBLIC));
    buf_clear(&text);
    require(scan_pack_open(path, &options, &rules, &err) == OK);
    return rules;
}

/* ---- the engine and the job ---- */

struct paths {
    char **items;
    size_t count;
};

static void
read_paths(const char *path, struct paths *paths)
{
    struct buf text;
    struct err err;
    str rest, line;
    require(file_read(path, 64 << 20, &text, &err) == OK);
    paths->items = mem_calloc(text.n + 1, sizeof *paths->items);
    for (rest = buf_view(&text); str_line(&rest, &line);)
        paths->items[paths->count++] = mem_strndup(line.p, line.n);
    buf_clear(&text);
}

static double
time_engine(const struct scan_rules *rules, const struct paths *paths)
{
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    double begin = cpu_seconds();
    for (size_t i = 0; i < paths->count; i++)
        scan_file(scan, paths->items[i], &err);
    double taken = cpu_seconds() - begin;
    scan_free(scan);
    return taken;
}

/* The same with what is inside of the files, unpacked beforehand: what the engine alone costs of a
 * whole scan. */
struct members {
    struct scan *scan;
    double seconds, bytes;
};

static bool
time_member(void *context, const struct unpack_member *member)
{
    struct members *members = context;
    struct err err;
    double begin = cpu_seconds();
    scan_data(members->scan, member->data, &err);
    members->seconds += cpu_seconds() - begin;
    members->bytes += (double)member->data.n;
    return true;
}

static void
ignore_skip(void *context, const char *path, enum unpack_skip why, const char *detail)
{
    (void)context;
    (void)path;
    (void)why;
    (void)detail;
}

static struct members
time_members(const struct scan_rules *rules, const struct paths *paths)
{
    struct unpack_options options = {0};
    struct scan_options scanning = {0};
    struct members members = {.scan = scan_new(rules, &scanning)};
    struct unpack_sink sink = {&members, time_member, ignore_skip};
    struct unpack *unpack = unpack_new(&options);
    for (size_t i = 0; i < paths->count; i++) {
        struct file_map map;
        if (file_map_open(paths->items[i], &map, NULL) != OK)
            continue;
        if (unpack_wants(map.bytes, paths->items[i]))
            unpack_each(unpack, map.bytes, path_base(paths->items[i]), &sink);
        file_map_close(&map);
    }
    unpack_free(unpack);
    scan_free(members.scan);
    return members;
}

static double
time_job(const struct scan_rules *rules, const struct paths *paths, bool is_shallow)
{
    struct job_options options = {
        .rules = rules, .report = report_new(), .threads = 1, .is_shallow = is_shallow};
    double begin = cpu_seconds();
    struct job *job = job_new(&options);
    for (size_t i = 0; i < paths->count; i++)
        job_add(job, paths->items[i]);
    job_free(job);
    double taken = cpu_seconds() - begin;
    report_free(options.report);
    return taken;
}

/* The least of some rounds, in which all take turns: what else the machine does costs each of them
 * something in another moment. */
static void
measure_first(const struct scan_rules *rules, const char *list)
{
    enum { ROUNDS = 5, PARTS = 5 };
    static const char *const names[PARTS] = {"engine", "members", "shallow", "whole",
                                             "member_bytes"};
    struct paths paths = {0};
    double least[PARTS];
    read_paths(list, &paths);
    time_engine(rules, &paths); /* warms the page cache */
    for (int i = 0; i < ROUNDS; i++) {
        struct members members = time_members(rules, &paths);
        const double taken[PARTS] = {time_engine(rules, &paths), members.seconds,
                                     time_job(rules, &paths, true), time_job(rules, &paths, false),
                                     members.bytes};
        for (int k = 0; k < PARTS; k++)
            least[k] = i == 0 || taken[k] < least[k] ? taken[k] : least[k];
    }
    answer(names, least, PARTS);
}

/* ---- archives ---- */

static bool
count_member(void *context, const struct unpack_member *member)
{
    *(double *)context += (double)member->data.n;
    return true;
}

/* Opening an archive, and judging what is in it besides. */
static void
measure_archive(const struct scan_rules *rules, char *path)
{
    static const char *const names[] = {"unpack", "bytes", "engine", "job"};
    struct unpack_options options = {0};
    double bytes = 0;
    struct unpack_sink sink = {&bytes, count_member, ignore_skip};
    struct paths paths = {&path, 1};
    double begin = cpu_seconds();
    struct unpack *unpack = unpack_new(&options);
    struct file_map map;
    struct err err;
    require(file_map_open(path, &map, &err) == OK);
    require(unpack_each(unpack, map.bytes, path_base(path), &sink));
    file_map_close(&map);
    unpack_free(unpack);
    double taken = cpu_seconds() - begin;
    double engine = time_engine(rules, &paths) + time_members(rules, &paths).seconds;
    answer(names, (double[]){taken, bytes, engine, time_job(rules, &paths, false)}, 4);
}

/* ---- processes ---- */

enum { MEMORY_BYTES = 256 << 20, WINDOW = 1 << 20 };

/* A process with as much memory of its own, which waits for its end. */
static pid_t
start_child(int *ret_end)
{
    int ready[2], end[2];
    char byte = 0;
    require(pipe(ready) == 0 && pipe(end) == 0);
    pid_t pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        uint64_t *words = mem_alloc(MEMORY_BYTES);
        uint64_t state = 1;
        for (size_t i = 0; i < MEMORY_BYTES / sizeof *words; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            words[i] = state ^ state >> 29;
        }
        close(end[1]);
        bool done = write(ready[1], words, 1) == 1 && read(end[0], &byte, 1) == 0;
        _exit(done ? 0 : 1);
    }
    require(read(ready[0], &byte, 1) == 1);
    *ret_end = end[1];
    return pid;
}

static double
time_reading(const struct process *process, double *bytes)
{
    struct process_region region;
    char *window = mem_alloc(WINDOW);
    double begin = cpu_seconds();
    *bytes = 0;
    for (size_t i = 0; process_region_at(process, i, &region); i++)
        for (uint64_t at = 0; at < region.size; at += WINDOW) {
            size_t n = region.size - at < WINDOW ? (size_t)(region.size - at) : WINDOW;
            *bytes += (double)process_read(process, region.start + at, window, n);
        }
    free(window);
    return cpu_seconds() - begin;
}

static void
measure_process(const struct scan_rules *rules)
{
    static const char *const names[] = {"bytes", "read", "scan"};
    struct scan_options options = {0};
    struct process *process;
    struct err err;
    int end;
    double bytes;
    pid_t pid = start_child(&end);
    require(process_open((uint32_t)pid, &process, &err) == OK);
    time_reading(process, &bytes);
    double reading = time_reading(process, &bytes);
    struct scan *scan = scan_new(rules, &options);
    double begin = cpu_seconds();
    require(scan_process(scan, process, &err) == OK);
    double scanning = cpu_seconds() - begin;
    answer(names, (double[]){bytes, reading, scanning}, 3);
    scan_free(scan);
    process_close(process);
    close(end);
    waitpid(pid, NULL, 0);
}

/* job_bench PACK KEY first LIST | archive FILE | process */
int
main(int argc, char **argv)
{
    require(argc >= 4);
    struct scan_rules *rules = open_pack(argv[1], argv[2]);
    const char *what = argv[3];
    if (strcmp(what, "first") == 0 && argc == 5)
        measure_first(rules, argv[4]);
    else if (strcmp(what, "archive") == 0 && argc == 5)
        measure_archive(rules, argv[4]);
    else if (strcmp(what, "process") == 0 && argc == 4)
        measure_process(rules);
    else
        require(!"known arguments");
    scan_rules_free(rules);
    return 0;
}
