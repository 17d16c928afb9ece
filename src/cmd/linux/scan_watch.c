/* SPDX-License-Identifier: Apache-2.0 */
/* What is due is scanned as a small scan with a report of its own, so that the same file can be
 * told of, and taken, again; then that is added to the whole report. */
#include "cmd/scan/scan_watch.h"

#include <sys/stat.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/scan/scan_remove.h"
#include "cmd/scan/scan_setup.h"

enum { BATCH = 256, FOUND_MAX = 65536, WAIT_LONG = 1000, WAIT_SHORT = 100 /* milliseconds */ };
#define SAVE_EVERY (900 * INT64_C(1000000000)) /* nanoseconds */

/* Begun in scan_watch_begin, before the sandbox is entered. */
static struct file_watch *watch;
static struct buf watched = BUF(64 << 20); /* its paths, each with its 0 */

/* ---- beginning ---- */

/* Where --html will be, which may be in a folder that is watched. */
static char *
find_page(const struct call *call)
{
    const char *page = call_option(call, "html");
    char folder[PATH_TEXT], path[PATH_TEXT];
    if (!page)
        return NULL;
    str above = {page, (size_t)(path_base(page) - page)};
    if (!str_copy(above.n ? above : STR("."), folder, sizeof folder))
        return NULL;
    cleanup(cleanup_free) char *real = realpath(folder, NULL);
    return real && path_join(path, real, path_base(page), NULL) == OK
               ? mem_strndup(path, strlen(path))
               : NULL;
}

static errcode
open_watch(const struct call *call, const char *state, struct err *err)
{
    cleanup(cleanup_free) char **paths = mem_calloc(call->word_count + 1, sizeof *paths);
    cleanup(cleanup_free) char *own = realpath(state, NULL);
    cleanup(cleanup_free) char *page = find_page(call);
    const char *left_out[2];
    struct file_watch_options options = {.paths = (const char *const *)paths, .left_out = left_out};
    errcode code = OK;
    if (own)
        left_out[options.left_out_count++] = own;
    if (page)
        left_out[options.left_out_count++] = page;
    for (; options.count < call->word_count && code == OK; options.count++) {
        const char *word = call->words[options.count];
        char *path = paths[options.count] = realpath(word, NULL);
        if (!path)
            code = err_set_errno(err, "cannot read %s", word);
        else
            buf_add(&watched, path, strlen(path) + 1);
    }
    if (code == OK)
        code = buf_check(&watched, "the paths", err);
    if (code == OK)
        code = file_watch_open(&options, &watch, err);
    for (size_t i = 0; i < options.count; i++)
        free(paths[i]);
    return code;
}

errcode
scan_watch_begin(const struct call *call, const char *state, struct grants *grants, struct err *err)
{
    if (call->word_count == 0)
        return err_set(err, ERR_USAGE, "--watch needs paths: what is to be watched?");
    grants->needs |= NEED_WATCH;
    return open_watch(call, state, err);
}

static void
tell_begin(const struct scan_watching *watching)
{
    struct file_watch_about about = file_watch_about(watch);
    bool is_vi = watching->language == REPORT_VI;
    if (about.file_systems > 0)
        output_aside(is_vi ? "đang theo dõi %zu hệ thống tệp; Ctrl-C để kết thúc"
                           : "watching %zu file systems; Ctrl-C ends it",
                     about.file_systems);
    if (about.folders > 0)
        output_aside(is_vi ? "đang theo dõi %zu thư mục bằng inotify, thấy ít hơn fanotify (cần "
                             "quyền root): có thể bỏ sót tệp ghi trong thư mục vừa đổi tên; Ctrl-C "
                             "để kết thúc"
                           : "watching %zu folders by inotify, which sees less than fanotify (that "
                             "needs root): files written into folders that are being renamed may "
                             "be missed; Ctrl-C ends it",
                     about.folders);
    if (about.unwatched > 0)
        output_aside(is_vi ? "%zu thư mục KHÔNG được theo dõi: tăng giới hạn bằng sysctl "
                             "fs.inotify.max_user_watches=1000000"
                           : "%zu folders are NOT watched: raise the limit with sysctl "
                             "fs.inotify.max_user_watches=1000000",
                     about.unwatched);
}

static void
log_finding(void *context, bool is_finding, const char *text)
{
    (void)context;
    if (is_finding)
        syslog(LOG_WARNING, "%s", text);
}

void
scan_watch_log_end(void *context, bool is_finding, const char *text)
{
    (void)context;
    if (!is_finding)
        syslog(LOG_INFO, "%s", text);
}

static void
tell_found(const struct scan_watching *watching, struct report *report)
{
    struct err err;
    if (report_item_count(report) == 0)
        return;
    for (size_t i = 0; i < report_item_count(report); i++) {
        const struct report_item *item = report_item_at(report, i);
        output_aside("%s: %s: %s%s", report_level_name(item->level), item->subject, item->name,
                     item->quarantined ? " (quarantine)" : "");
    }
    if (call_given(watching->call, "syslog"))
        report_each_line(report, watching->about, log_finding, NULL);
    if (watching->write_page(watching->context, &err) != OK)
        output_aside("%s", err.text);
}

/* ---- scanning ---- */

struct running {
    const struct scan_watching *watching;
    struct job *job; /* of the small scan at hand */
    struct report *report;
    bool is_full;  /* the report holds all that it may */
    bool is_cut;   /* it was stopped within a small scan */
    bool has_more; /* is due */
};

static bool
is_stopped(const struct running *running)
{
    return atomic_load(running->watching->options.stop);
}

/* What comes meanwhile is noted, so that the kernel's queue does not overflow. */
static void
note_meanwhile(void *context, uint64_t done)
{
    (void)context, (void)done;
    file_watch_read(watch, 0);
}

static void
begin_batch(struct running *running)
{
    struct job_options options = running->watching->options;
    running->report = report_new();
    options.report = running->report;
    options.tick = note_meanwhile;
    running->job = job_new(&options);
}

static errcode
end_batch(struct running *running, struct err *err)
{
    const struct scan_watching *watching = running->watching;
    struct report *report = running->report;
    const struct scan_starts none = {0}; /* paths are watched, not what starts by itself */
    errcode code = OK;
    job_free(take(running->job));
    running->is_cut = is_stopped(running);
    if (call_given(watching->call, "remove"))
        code = scan_remove(watching->call, report, &none, &none, watching->language, err);
    if (report_item_count(watching->options.report) + report_item_count(report) <= FOUND_MAX) {
        report_merge(watching->options.report, report);
    } else if (!running->is_full) {
        running->is_full = true;
        output_aside("the report is full: what is found from now on is only told as it is found");
    }
    tell_found(watching, report);
    report_free(take(running->report));
    return code;
}

static errcode
scan_due(struct running *running, struct err *err)
{
    char *due[BATCH];
    size_t count = file_watch_take(watch, due, BATCH);
    running->has_more = count == BATCH;
    if (count == 0)
        return OK;
    begin_batch(running);
    for (size_t i = 0; i < count; i++) {
        struct stat info;
        if (!is_stopped(running) && lstat(due[i], &info) == 0 &&
            (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
            job_add(running->job, due[i]);
        free(due[i]);
    }
    return end_batch(running, err);
}

static errcode
scan_again(struct running *running, struct err *err)
{
    output_aside(running->watching->language == REPORT_VI
                     ? "quá nhiều tệp được ghi cùng lúc: quét lại toàn bộ"
                     : "more files were written than could be noted: all is scanned again");
    begin_batch(running);
    for (size_t at = 0; at < watched.n && !is_stopped(running); at += strlen(watched.p + at) + 1)
        job_add(running->job, watched.p + at);
    return end_batch(running, err);
}

/* What is not saved is only read again. */
static void
save(struct cache *cache)
{
    struct err err;
    if (cache && cache_save(cache, &err) != OK)
        output_aside("the next scan reads all files again: %s", err.text);
}

static errcode
run(struct running *running, struct err *err)
{
    struct cache *cache = running->watching->options.cache;
    int64_t saved = clock_monotonic();
    errcode code = OK;
    while (code == OK && !is_stopped(running)) {
        file_watch_read(watch, running->has_more               ? 0
                               : file_watch_waiting(watch) > 0 ? WAIT_SHORT
                                                               : WAIT_LONG);
        if (is_stopped(running))
            break;
        code = file_watch_lost(watch) ? scan_again(running, err) : scan_due(running, err);
        if (code == OK && clock_monotonic() - saved > SAVE_EVERY) {
            save(cache);
            saved = clock_monotonic();
        }
    }
    save(cache);
    return code;
}

errcode
scan_watch_run(const struct scan_watching *watching, struct err *err)
{
    struct running running = {.watching = watching};
    char state[PATH_TEXT];
    errcode code = watch ? OK : scan_state_folder(watching->call, state, err);
    if (code == OK && !watch) /* with --no-sandbox nothing was begun */
        code = open_watch(watching->call, state, err);
    if (code == OK) {
        tell_begin(watching);
        tell_found(watching, watching->options.report);
        code = run(&running, err);
        file_watch_read(watch, 0);
        watching->about->is_partial = running.is_cut || file_watch_waiting(watch) > 0;
    }
    file_watch_close(take(watch));
    buf_clear(&watched);
    return code;
}
