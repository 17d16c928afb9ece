/* SPDX-License-Identifier: Apache-2.0 */
/* The scan engine beside libyara, in one process: the same rules over the same files, whose
 * verdicts must be identical. */
#include "bench.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "scan/rules_set.h"

#include <pthread.h>
#include <yara.h>

enum { VERDICT_HASH_SEED = 1469598103 };

struct files {
    char **paths;
    size_t count;
    double bytes;
};

struct result {
    double seconds;             /* of CPU, one thread */
    uint64_t holding, verdicts; /* how many rules held, and a hash of which in which file */
    uint64_t failed;
};

static void
read_list(const char *path, struct files *files)
{
    struct buf text;
    struct err err;
    require(file_read(path, 64 << 20, &text, &err) == OK);
    str rest = buf_view(&text), line;
    files->paths = mem_calloc(text.n + 1, sizeof *files->paths);
    while (str_line(&rest, &line)) {
        int fd;
        uint64_t size;
        char *name = mem_strndup(line.p, line.n);
        if (file_open(name, &fd, &err) != OK)
            continue;
        if (file_size(fd, name, &size, &err) == OK) {
            files->paths[files->count++] = name;
            files->bytes += (double)size;
        }
        close(fd);
    }
    buf_clear(&text);
}

static void
note(struct result *result, size_t file, const char *rule, size_t n)
{
    uint64_t hash = VERDICT_HASH_SEED + file * 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (uint8_t)rule[i]) * 1099511628211u;
    result->holding++;
    result->verdicts += hash; /* the order does not matter */
}

/* ---- ours ---- */

static errcode
include_file(void *context, const char *from, str name, struct buf *ret_path, struct buf *ret_text,
             struct err *err)
{
    (void)context;
    (void)from;
    buf_str(ret_path, name);
    return file_read(ret_path->p, 1 << 30, ret_text, err);
}

static struct scan_rules *
compile_text(const char *path, str text)
{
    struct yara_options options = {.include = include_file};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules;
    struct err err;
    require(compiler_read(compiler, path, (str){NULL, 0}, text, &err) == OK);
    require(scan_rules_of_compiler(compiler, &rules, &err) == OK);
    return rules;
}

static struct scan_rules *
compile_ours(const char *path)
{
    struct buf text;
    struct err err;
    require(file_read(path, 1 << 30, &text, &err) == OK);
    struct scan_rules *rules = compile_text(path, buf_view(&text));
    buf_clear(&text);
    return rules;
}

static struct result
scan_ours(const struct scan_rules *rules, const struct files *files, size_t first, size_t step)
{
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct result result = {0};
    struct err err;
    for (size_t i = first; i < files->count; i += step) {
        if (scan_file(scan, files->paths[i], &err) != OK) {
            result.failed++;
            continue;
        }
        for (size_t k = 0; k < scan_holding_count(scan); k++) {
            struct scan_rule rule = scan_rule_at(rules, scan_holding(scan, k));
            if (!rule.is_private)
                note(&result, i, rule.name.p, rule.name.n);
        }
    }
    scan_free(scan);
    return result;
}

struct half {
    const struct scan_rules *rules;
    const struct files *files;
    size_t first, step;
};

static void *
run_half(void *argument)
{
    const struct half *half = argument;
    scan_ours(half->rules, half->files, half->first, half->step);
    return NULL;
}

/* Wall seconds of COUNT threads over all files. */
static double
time_threads(const struct scan_rules *rules, const struct files *files, size_t count)
{
    pthread_t threads[2];
    struct half halves[2];
    double begin = wall_seconds();
    for (size_t i = 0; i < count; i++) {
        halves[i] = (struct half){rules, files, i, count};
        require(pthread_create(&threads[i], NULL, run_half, &halves[i]) == 0);
    }
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return wall_seconds() - begin;
}

/* ---- libyara ---- */

struct yara_file {
    struct result *result;
    size_t file;
};

static int
on_message(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
    (void)context;
    struct yara_file *file = user;
    const YR_RULE *rule = data;
    if (message == CALLBACK_MSG_RULE_MATCHING)
        note(file->result, file->file, rule->identifier, strlen(rule->identifier));
    return CALLBACK_CONTINUE;
}

static YR_RULES *
compile_theirs(const char *path)
{
    YR_COMPILER *compiler;
    YR_RULES *rules;
    FILE *file = fopen(path, "r");
    require(file && yr_initialize() == ERROR_SUCCESS);
    require(yr_compiler_create(&compiler) == ERROR_SUCCESS);
    require(yr_compiler_add_file(compiler, file, NULL, path) == 0);
    require(yr_compiler_get_rules(compiler, &rules) == ERROR_SUCCESS);
    yr_compiler_destroy(compiler);
    fclose(file);
    return rules;
}

static struct result
scan_theirs(YR_RULES *rules, const struct files *files)
{
    YR_SCANNER *scanner;
    struct result result = {0};
    struct yara_file user = {.result = &result};
    require(yr_scanner_create(rules, &scanner) == ERROR_SUCCESS);
    yr_scanner_set_callback(scanner, on_message, &user);
    yr_scanner_set_flags(scanner, SCAN_FLAGS_REPORT_RULES_MATCHING | SCAN_FLAGS_FAST_MODE);
    for (user.file = 0; user.file < files->count; user.file++)
        if (yr_scanner_scan_file(scanner, files->paths[user.file]) != ERROR_SUCCESS)
            result.failed++;
    yr_scanner_destroy(scanner);
    return result;
}

/* ---- files made against the engine ---- */

enum { MADE_BYTES = 256 << 20 };

/* Every four bytes an anchor: those of the key with most patterns (ONE), or of all keys in turn. */
static void
craft(const struct rules *rules, bool one, char *out)
{
    uint32_t best = 0, most = 0;
    for (uint32_t i = 0, n = 0; i < rules->anchor_count; i++) {
        n = i && rules->anchors[i].key == rules->anchors[i - 1].key ? n + 1 : 1;
        if (n > most) {
            most = n;
            best = i;
        }
    }
    for (size_t at = 0, i = 0; at + 4 <= MADE_BYTES; at += 4, i++)
        memcpy(out + at, &rules->anchors[one ? best : i % rules->anchor_count].key, 4);
}

static void
time_data(const struct scan_rules *rules, const char *name, str data, double least)
{
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    double begin = cpu_seconds();
    require(scan_data(scan, data, &err) == OK);
    double speed = (double)data.n / 1e6 / (cpu_seconds() - begin);
    char bar[32];
    snprintf(bar, sizeof bar, ">= %g", least);
    bench_print(&(struct bench_row){name, "MB/CPU-s", NULL, bar, speed, 0, 0, speed >= least});
    scan_free(scan);
}

static void
time_made(const struct scan_rules *rules)
{
    char *data = mem_calloc(MADE_BYTES, 1);
    str whole = {data, MADE_BYTES};
    uint64_t state = 1;
    time_data(rules, "scan of zeros", whole, 150);
    for (size_t i = 0; i < MADE_BYTES; i += 8) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        memcpy(data + i, &(uint64_t){state ^ state >> 29}, 8);
    }
    time_data(rules, "scan of random bytes", whole, 150);
    craft(rules->rules, false, data);
    time_data(rules, "scan of all anchors, one behind the other", whole, 20);
    craft(rules->rules, true, data);
    time_data(rules, "scan of the anchor that most patterns share", whole, 20);
    free(data);
}

/* Every eleven bytes an anchor from which a regular expression reads as far as it may. */
static void
time_regex(void)
{
    enum { THEIR_BYTES = 64 << 10, OUR_BYTES = 64 << 20 };
    static const char text[] =
        "rule far { strings: $a = /powershell.*foobar/ condition: #a > 100000000 }";
    static const char word[] = "powershell ";
    char *data = mem_alloc(OUR_BYTES);
    for (size_t i = 0; i < OUR_BYTES; i++)
        data[i] = word[i % (sizeof word - 1)];
    struct scan_rules *ours = compile_text("far.yar", str_of(text));
    struct scan_options options = {0};
    struct scan *scan = scan_new(ours, &options);
    struct err err;
    double begin = cpu_seconds();
    require(scan_data(scan, (str){data, OUR_BYTES}, &err) == OK);
    double own = OUR_BYTES / 1e6 / (cpu_seconds() - begin);
    YR_COMPILER *compiler;
    YR_RULES *theirs;
    require(yr_initialize() == ERROR_SUCCESS && yr_compiler_create(&compiler) == ERROR_SUCCESS);
    require(yr_compiler_add_string(compiler, text, NULL) == 0);
    require(yr_compiler_get_rules(compiler, &theirs) == ERROR_SUCCESS);
    struct result result = {0};
    struct yara_file user = {.result = &result};
    begin = cpu_seconds();
    require(yr_rules_scan_mem(theirs, (const uint8_t *)data, THEIR_BYTES, 0, on_message, &user,
                              0) == ERROR_SUCCESS);
    double peer = THEIR_BYTES / 1e6 / (cpu_seconds() - begin);
    bench_print(&(struct bench_row){"scan of a far-reaching expression's anchors", "MB/CPU-s",
                                    "libyara", ">= 20", own, peer, own / peer, own >= 20});
    yr_rules_destroy(theirs);
    yr_compiler_destroy(compiler);
    scan_free(scan);
    scan_rules_free(ours);
    free(data);
}

static void
measure_files(const struct scan_rules *ours, const char *path, const struct files *files)
{
    scan_ours(ours, files, 0, 1); /* warms the page cache */
    double begin = cpu_seconds();
    struct result own = scan_ours(ours, files, 0, 1);
    own.seconds = cpu_seconds() - begin;
    YR_RULES *theirs = compile_theirs(path);
    begin = cpu_seconds();
    struct result peer = scan_theirs(theirs, files);
    peer.seconds = cpu_seconds() - begin;
    double mb = files->bytes / 1e6, ratio = peer.seconds / own.seconds;
    bool same = own.verdicts == peer.verdicts && own.holding == peer.holding;
    bench_print(&(struct bench_row){"scan of a sample of /usr, one thread", "MB/CPU-s",
                                    "libyara, scanner reused", ">= 4 x", mb / own.seconds,
                                    mb / peer.seconds, ratio, ratio >= 4});
    bench_print(&(struct bench_row){"files whose verdicts differ from libyara's", "0: none", NULL,
                                    "0", !same, 0, 0, same});
    double one = time_threads(ours, files, 1), two = time_threads(ours, files, 2);
    bench_print(&(struct bench_row){"the same, two threads", "MB/s", "one thread", ">= 1.8 x",
                                    mb / two, mb / one, one / two, one / two >= 1.8});
}

static void
measure_small(const struct scan_rules *ours, const struct files *files)
{
    scan_ours(ours, files, 0, 1);
    double begin = cpu_seconds();
    scan_ours(ours, files, 0, 1);
    double each = (cpu_seconds() - begin) / (double)files->count * 1e6;
    bench_print(&(struct bench_row){"a file of 1 byte to 4 KiB", "us CPU", NULL, "<= 60 us", each,
                                    0, 0, each <= 60});
}

/* scan_bench RULES LIST files|small|made; LIST holds one path a line. */
int
main(int argc, char **argv)
{
    require(argc == 4);
    struct files files = {0};
    double begin = cpu_seconds();
    struct scan_rules *ours = compile_ours(argv[1]);
    double compiled = cpu_seconds() - begin;
    if (strcmp(argv[3], "made") == 0) {
        bench_print(
            &(struct bench_row){"compile the rules", "s CPU", NULL, "", compiled, 0, 0, true});
        time_made(ours);
        time_regex();
        return 0;
    }
    read_list(argv[2], &files);
    if (strcmp(argv[3], "small") == 0)
        measure_small(ours, &files);
    else
        measure_files(ours, argv[1], &files);
    return 0;
}
