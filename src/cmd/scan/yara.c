/* SPDX-License-Identifier: Apache-2.0 */
/* khien yara: what the program yara does, by our engine. */
#include <pthread.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/process.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/scan/rule_files.h"
#include "cmd/scan/yara_json.h"
#include "cmd/scan/yara_text.h"

enum { TIMEOUT_SECONDS = 1000000, OUTPUT_MAX = 1 << 30, LIST_MAX = 256 << 20 };

struct yara {
    const struct call *call;
    struct yara_text text;
    bool json, warnings;
    struct scan_rules *rules;
    uint64_t threads, timeout, limit, size_max;
    struct scan *scans[CREW_THREADS_MAX];
    struct buf outs[CREW_THREADS_MAX];
    pthread_mutex_t output;
    _Atomic uint64_t shown;
    _Atomic size_t failed;
    bool of_folder;
};

static errcode
take_names(const struct call *call, const char *name, const char **names, size_t *count,
           struct err *err)
{
    for (size_t i = 0; i < call->given_count; i++) {
        if (strcmp(call->given[i].option->name, name) != 0)
            continue;
        if (*count == YARA_TEXTS_MAX)
            return err_set(err, ERR_USAGE, "--%s is given more than %d times", name,
                           YARA_TEXTS_MAX);
        names[(*count)++] = call->given[i].value;
    }
    return OK;
}

static errcode
read_options(struct yara *yara, struct err *err)
{
    const struct call *call = yara->call;
    struct yara_text *text = &yara->text;
    text->strings = call_given(call, "print-strings");
    text->lengths = call_given(call, "print-string-length");
    text->metas = call_given(call, "print-meta");
    text->tags = call_given(call, "print-tags");
    text->spaces = call_given(call, "print-namespace");
    text->negate = call_given(call, "negate");
    text->count_only = call_given(call, "count");
    yara->json = call_given(call, "json");
    yara->warnings = !call_given(call, "no-warnings");
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    yara->threads = processors < 1                  ? 1
                    : processors > CREW_THREADS_MAX ? CREW_THREADS_MAX
                                                    : (uint64_t)processors;
    yara->timeout = TIMEOUT_SECONDS;
    errcode code = take_names(call, "tag", text->only_tags, &text->only_tag_count, err);
    if (code == OK)
        code = take_names(call, "identifier", text->only_rules, &text->only_rule_count, err);
    if (code == OK)
        code = call_number(call, "threads", 1, CREW_THREADS_MAX, &yara->threads, err);
    if (code == OK)
        code = call_number(call, "timeout", 0, TIMEOUT_SECONDS, &yara->timeout, err);
    if (code == OK)
        code = call_number(call, "max-rules", 0, UINT32_MAX, &yara->limit, err);
    if (code == OK)
        code = call_number(call, "skip-larger", 1, INT64_MAX, &yara->size_max, err);
    return code;
}

/* The process that is to be scanned. It is opened before the sandbox is entered, which has no way
 * to it. */
static struct process *target_process;

static bool
is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    const char *target = call->words[call->word_count - 1];
    uint64_t pid;
    errcode code = OK;
    if (!file_exists(target) && str_to_u64(str_of(target), INT32_MAX, &pid))
        code = process_open((uint32_t)pid, &target_process, err);
    /* A list names files anywhere, and so do the links of a folder. */
    if (code == OK && (call_given(call, "scan-list") ||
                       (is_folder(target) && !call_given(call, "no-follow-symlinks"))))
        code = grant_read(grants, "/", err);
    return code == OK ? rule_files_grant(call, call->word_count - 1, grants, err) : code;
}

/* ---- one file ---- */

/* What the pack's tables say, as rules of those names. */
static size_t
show_listed(struct yara *yara, const struct scan *scan, const char *path, struct json_out *json,
            struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < scan_listed_count(scan); i++) {
        struct pack_listed listed = scan_listed_at(scan, i);
        if (listed.is_good || !yara_text_shows_listed(&yara->text, &listed))
            continue;
        if (json)
            yara_json_listed(json, &listed);
        else if (!yara->text.count_only)
            yara_text_listed(&yara->text, &listed, path, out);
        count++;
        if (++yara->shown >= yara->limit && yara->limit)
            break;
    }
    return count;
}

/* The rules whose verdict may be one to show: those that hold, or with --negate all. */
static size_t
verdict_count(const struct yara *yara, const struct scan *scan)
{
    return yara->text.negate ? scan_rule_count(yara->rules) : scan_holding_count(scan);
}

/* As yara counts: what holds, also where other rules are asked for. */
static size_t
show_rules(struct yara *yara, const struct scan *scan, const char *path, struct buf *out)
{
    size_t held = 0, count = verdict_count(yara, scan);
    bool as_json = yara->json && !yara->text.count_only;
    struct json_out json = {0};
    if (as_json)
        json = yara_json_begin(path, out);
    for (size_t i = 0; i < count; i++) {
        size_t rule = yara->text.negate ? i : scan_holding(scan, i);
        bool holds = scan_holds(scan, rule);
        bool shows = yara_text_shows(&yara->text, yara->rules, rule, holds);
        if (shows && as_json)
            yara_json_rule(&json, yara->rules, scan, rule);
        else if (shows && !yara->text.count_only)
            yara_text_rule(&yara->text, yara->rules, scan, rule, path, out);
        if (!holds || scan_rule_at(yara->rules, rule).is_private)
            continue;
        held++;
        if (++yara->shown >= yara->limit && yara->limit)
            break;
    }
    held += show_listed(yara, scan, path, as_json ? &json : NULL, out);
    if (as_json)
        yara_json_end(&json,
                      scan_is_good(scan) ? scan_listed_at(scan, 0) : (struct pack_listed){0});
    return held;
}

static void
complain(struct yara *yara, const char *path, const struct err *err)
{
    pthread_mutex_lock(&yara->output);
    fflush(stdout);
    output_aside("error scanning %s: %s", path, err->text);
    pthread_mutex_unlock(&yara->output);
    yara->failed++;
}

static void
write_out(struct yara *yara, struct buf *out)
{
    pthread_mutex_lock(&yara->output);
    output_text(out);
    pthread_mutex_unlock(&yara->output);
    if (buf_check(out, "the output", NULL) != OK)
        output_aside("warning: more output than %d bytes of one file is cut", OUTPUT_MAX);
    buf_reset(out);
}

static void
warn_good(struct yara *yara, const struct scan *scan, const char *path)
{
    struct pack_listed listed = scan_listed_at(scan, 0);
    pthread_mutex_lock(&yara->output);
    output_aside("warning: %s is listed as a good file (%.*s, by %.*s): nothing is told of it",
                 path, STR_ARG(listed.name), STR_ARG(listed.source));
    pthread_mutex_unlock(&yara->output);
}

static void
write_count(const struct yara *yara, const char *path, size_t count, struct buf *out)
{
    if (yara->json)
        yara_json_count(path, count, out);
    else if (yara->of_folder)
        buf_printf(out, "%s: %zu\n", path, count);
    else
        buf_printf(out, "%zu\n", count);
}

static void
scan_one(void *context, unsigned worker, const char *path)
{
    struct yara *yara = context;
    struct scan *scan = yara->scans[worker];
    struct buf *out = &yara->outs[worker];
    struct err err;
    errcode code =
        target_process ? scan_process(scan, target_process, &err) : scan_file(scan, path, &err);
    size_t count = code == OK ? show_rules(yara, scan, path, out) : 0;
    if (yara->text.count_only)
        write_count(yara, path, count, out);
    if (code == OK && scan_has_too_many(scan) && yara->warnings)
        output_aside("warning: %s: a string has too many matches, verdicts may be wrong", path);
    if (code == OK && scan_is_good(scan) && yara->warnings)
        warn_good(yara, scan, path);
    scan_release(scan);
    if (code == OK || yara->of_folder)
        write_out(yara, out);
    if (code != OK)
        complain(yara, path, &err);
}

/* In JSON there is no place for it. */
static void
say_aside(void *context, str line)
{
    (void)context;
    output_aside("%.*s", STR_ARG(line));
}

static void
say(void *context, str line)
{
    struct buf *out = context;
    buf_str(out, line);
    buf_char(out, '\n');
}

static errcode
make_scans(struct yara *yara, size_t count, struct err *err)
{
    errcode code = OK;
    for (size_t i = 0; i < count && code == OK; i++) {
        yara->outs[i] = BUF(OUTPUT_MAX);
        struct scan_options options = {
            .every_match = yara->text.strings || yara->text.lengths || yara->json,
            .timeout_seconds = (unsigned)yara->timeout,
            .console = yara->json ? say_aside : say,
            .context = &yara->outs[i],
        };
        yara->scans[i] = scan_new(yara->rules, &options);
        if (scan_rules_pack(yara->rules))
            code = rule_files_define(yara->call, yara->scans[i], err);
    }
    return code;
}

/* ---- folders ---- */

struct walking {
    struct yara *yara;
    struct crew *crew;
};

static bool
add_path(void *context, const char *path, const struct file_info *info)
{
    (void)info;
    struct walking *walking = context;
    crew_add(walking->crew, path);
    return true;
}

static void
tell_unread(void *context, const struct err *err)
{
    struct walking *walking = context;
    pthread_mutex_lock(&walking->yara->output);
    output_aside("error: %s", err->text);
    pthread_mutex_unlock(&walking->yara->output);
}

static errcode
scan_folder(struct yara *yara, const char *path, struct err *err)
{
    struct walking walking = {yara, crew_new((unsigned)yara->threads, scan_one, yara)};
    struct walk_options options = {
        .recursive = call_given(yara->call, "recursive"),
        .follow_links = !call_given(yara->call, "no-follow-symlinks"),
        .size_max = yara->size_max,
        .found = add_path,
        .unread = tell_unread,
        .context = &walking,
    };
    errcode code = walk(path, &options, err);
    crew_finish(walking.crew);
    return code;
}

/* One path a line. */
static errcode
scan_list(struct yara *yara, const char *path, struct err *err)
{
    struct buf text = {0};
    errcode code = file_read(path, LIST_MAX, &text, err);
    if (code != OK)
        return code;
    struct crew *crew = crew_new((unsigned)yara->threads, scan_one, yara);
    str rest = buf_view(&text), line;
    while (str_line(&rest, &line)) {
        char file[PATH_TEXT];
        if (line.n > 0 && str_copy(line, file, sizeof file))
            crew_add(crew, file);
    }
    crew_finish(crew);
    buf_clear(&text);
    return OK;
}

static errcode
scan_target(struct yara *yara, struct err *err)
{
    const char *target = yara->call->words[yara->call->word_count - 1];
    bool is_list = call_given(yara->call, "scan-list");
    yara->of_folder = is_list || is_folder(target);
    errcode code = make_scans(yara, yara->of_folder ? yara->threads : 1, err);
    if (code != OK)
        return code;
    if (is_list)
        return scan_list(yara, target, err);
    if (yara->of_folder)
        return scan_folder(yara, target, err);
    scan_one(yara, 0, target);
    return yara->failed ? err_set(err, ERR_IO, "%s was not scanned", target) : OK;
}

static errcode
run_yara(const struct call *call, struct err *err)
{
    struct yara *yara = mem_calloc(1, sizeof *yara);
    yara->call = call;
    pthread_mutex_init(&yara->output, NULL);
    errcode code = read_options(yara, err);
    if (code == OK)
        code = rule_files_read(call, call->word_count - 1, yara->warnings, &yara->rules, err);
    if (code == OK)
        code = scan_target(yara, err);
    for (size_t i = 0; i < CREW_THREADS_MAX; i++) {
        scan_free(yara->scans[i]);
        buf_clear(&yara->outs[i]);
    }
    process_close(target_process);
    scan_rules_free(yara->rules);
    pthread_mutex_destroy(&yara->output);
    free(yara);
    return code;
}

static const struct option yara_options[] = {
    {"recursive", NULL, NULL, "scan folders with all below them", 'r'},
    {"no-warnings", NULL, NULL, "do not print warnings", 'w'},
    {"print-strings", NULL, NULL, "print what matched", 's'},
    {"print-string-length", NULL, NULL, "print how long the matches are", 'L'},
    {"print-meta", NULL, NULL, "print the rules' meta data", 'm'},
    {"print-tags", NULL, NULL, "print the rules' tags", 'g'},
    {"print-namespace", NULL, NULL, "print the rules' name spaces", 'e'},
    {"count", NULL, NULL, "print only how many rules match", 'c'},
    {"negate", NULL, NULL, "print the rules that do not match", 'n'},
    {"threads", "N", NULL, "scan a folder in N threads (default: one a processor)", 'p'},
    {"timeout", "SECONDS", NULL, "give a file up after so long (0: never)", 'a'},
    {"max-rules", "N", NULL, "end a file's scan when N rules matched in all (0: never)", 'l'},
    {"define", "NAME=VALUE", NULL, "define an external variable; may be repeated", 'd'},
    {"tag", "TAG", NULL, "print only rules with this tag; may be repeated", 't'},
    {"identifier", "RULE", NULL, "print only the rule of this name; may be repeated", 'i'},
    {"no-follow-symlinks", NULL, NULL, "do not follow symbolic links", 'N'},
    {"scan-list", NULL, NULL, "scan the files that FILE names, one a line", 0},
    {"skip-larger", "BYTES", NULL, "leave out larger files of a folder", 'z'},
    OPTIONS_TRUST,
    {"fast-scan", NULL, NULL, "accepted and without effect: scans are always fast", 'f'},
    OPTION_JSON,
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "PACK|[NAMESPACE:]RULES… FILE|FOLDER|PID",
     .summary = "find what YARA rules describe",
     .words_min = 2,
     .words_max = SANDBOX_PATHS_MAX / 2,
     .needs = NEED_READ | NEED_THREADS,
     .options = yara_options,
     .grant = grant,
     .run = run_yara},
    {0},
};
static const struct example examples[] = {
    {"khien yara rules.yar suspicious.exe", "which rules match one file"},
    {"khien yara -rs rules.yar /srv/share", "all files of a folder, with what matched where"},
    {NULL, NULL},
};
const struct command command_yara = {
    .name = "yara",
    .group = "Finding malware",
    .summary = "scan files with YARA rules",
    .details =
        "Prints what the program yara prints; rules are those of YARA 4.5. A rule with a fault is "
        "told with its file, line and column, and nothing is scanned. The status is 0 whatever "
        "matches, and 1 when the target could not be scanned or rules have faults; files of a "
        "folder that could not be scanned are told on standard error.\n\n"
        "Of yara's options there are no `-C` (compiled rules: packs are that), `-D`, `-S`, `-x`, "
        "`-k`, `-v`, `--fail-on-warnings`, `--strict-escape` and `--max-strings-per-rule`; `-e` "
        "is `--print-namespace`.\n\n"
        "Instead of rules one pack may be named (khien-rules(1)). What its tables of hashes and "
        "archive members say is told as rules of those names, in the name space `hash`; a file on "
        "its list of good files matches nothing, and a warning says so.\n\n"
        "With `--json` each file is one line: `path`, `rules` (each with `rule`, `namespace`, "
        "`tags`, `meta`, a list of `name` and `value`, and `strings`, a list of `string`, "
        "`offset`, `length`) and, for a good file, `good` with `name` and `source`; with `-c`, "
        "`path` and `count`.",
    .actions = actions,
    .examples = examples,
    .see_also = "khien-rules",
};
