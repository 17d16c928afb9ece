/* SPDX-License-Identifier: Apache-2.0 */
/* Each thread has a scan for files and one for what is inside of them, since both stand at once. */
#include "scan/job/job.h"

#include <pthread.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/file_guard.h"
#include "base/hash.h"
#include "base/require.h"
#include "scan/job/crew.h"
#include "scan/job/judge.h"
#include "scan/job/system.h"
#include "scan/job/walk.h"
#include "scan/scan.h"

enum { FOUND_BYTES_MAX = 64 << 10 }; /* of one file; with more it is read again */

struct worker {
    struct job *job;
    struct scan *files, *members;
    struct unpack *unpack;
    struct report_counts counts;
    /* The file at hand. */
    const char *path;
    struct file_identity identity;
    bool has_digest, is_whole; /* nothing was passed over */
    struct buf found;          /* as found_item_write has it */
};
struct job {
    struct job_options options;
    struct worker workers[CREW_THREADS_MAX + 1]; /* the last one is the caller's */
    struct crew *crew;
    pthread_t adder;                  /* the thread that calls job_add */
    _Atomic uint64_t done, unchanged; /* files: that were read, that need not be */
};

static bool
is_stopped(const struct job *job)
{
    return job->options.stop && atomic_load_explicit(job->options.stop, memory_order_relaxed);
}

/* Made when it is needed: a second scan reads few files, and a rule set's memory is some MiB. */
static struct scan *
new_scan(const struct job *job)
{
    struct scan_options scanning = {.timeout_seconds = job->options.file_seconds_max};
    return scan_new(job->options.rules, &scanning);
}

/* ---- what is found ---- */

static void
found(struct worker *worker, const struct judgement *judgement, const char *inside)
{
    str content = scan_content(worker->files);
    if (!worker->has_digest) {
        worker->identity.sha256 = sha256_of(content);
        worker->has_digest = true;
    }
    struct report_item item = {
        .of = REPORT_FILE,
        .level = judgement->level,
        .name = judgement->name,
        .source = judgement->source,
        .detail = judgement->detail,
        .subject = worker->path,
        .inside = inside,
        .has_identity = true,
        .identity = worker->identity,
    };
    report_add(worker->job->options.report, &item);
    found_item_write(&(struct found_item){item.level, item.name, item.source, item.detail, inside},
                     &worker->found);
}

/* What an earlier scan by the same rules found in the same file: all that a report tells of it. */
static void
tell_again(const struct job *job, const char *path, struct file_identity identity,
           const struct found_file *file)
{
    struct found_item found;
    identity.sha256 = file->identity.sha256;
    for (str rest = file->items; found_item_next(&rest, &found);) {
        struct report_item item = {.of = REPORT_FILE,
                                   .level = found.level,
                                   .name = found.name,
                                   .source = found.source,
                                   .detail = found.detail,
                                   .subject = path,
                                   .inside = found.inside,
                                   .has_identity = true,
                                   .identity = identity};
        report_add(job->options.report, &item);
    }
}

/* A file is remembered under its path: names are judged too, and say what is looked for in it. So
 * another link to it, and what was moved, is another one. */
static struct file_identity
remembered_as(struct file_identity identity, const char *path)
{
    identity.inode ^= xxh64_of(str_of(path));
    return identity;
}

struct finding_context {
    struct worker *worker;
    const char *inside;
};

/* What a name says is told without reading, so it is not remembered. */
static void
found_by_name(void *context, const struct judgement *judgement)
{
    const struct finding_context *finding = context;
    found(finding->worker, judgement, NULL);
    finding->worker->is_whole = false;
}

static void
found_in_file(void *context, const struct judgement *judgement)
{
    const struct finding_context *finding = context;
    found(finding->worker, judgement, finding->inside);
}

static void
skip(struct worker *worker, enum report_skip why, const char *subject, const char *detail)
{
    worker->is_whole = false;
    report_skip(worker->job->options.report, why, subject, detail);
}

static enum report_skip
skip_of(errcode code)
{
    switch (code) {
    case ERR_LIMIT:
        return SKIP_TIME;
    case ERR_NOT_FOUND:
        return SKIP_CHANGED;
    default:
        return SKIP_UNREADABLE;
    }
}

/* ---- what is inside ---- */

static bool
scan_member(void *context, const struct unpack_member *member)
{
    struct worker *worker = context;
    struct err err;
    worker->counts.members++;
    worker->counts.member_bytes += member->data.n;
    if (!worker->members)
        worker->members = new_scan(worker->job);
    if (scan_data(worker->members, member->data, &err) != OK) {
        skip(worker, SKIP_TIME, member->path, err.text);
    } else {
        struct finding_context finding = {worker, member->path};
        judge_each(worker->job->options.rules, worker->members, found_in_file, &finding);
    }
    return !is_stopped(worker->job);
}

static void
skipped_member(void *context, const char *path, enum unpack_skip why, const char *detail)
{
    static const enum report_skip skips[UNPACK_SKIPS] = {
        [UNPACK_ENCRYPTED] = SKIP_ENCRYPTED, [UNPACK_DAMAGED] = SKIP_DAMAGED,
        [UNPACK_UNKNOWN] = SKIP_UNKNOWN,     [UNPACK_DEPTH] = SKIP_CAPPED,
        [UNPACK_ENTRIES] = SKIP_CAPPED,      [UNPACK_MEMBER] = SKIP_CAPPED,
        [UNPACK_BYTES] = SKIP_CAPPED,        [UNPACK_RATIO] = SKIP_CAPPED,
        [UNPACK_TIME] = SKIP_TIME,
    };
    struct worker *worker = context;
    char subject[PATH_TEXT + 1024];
    snprintf(subject, sizeof subject, "%s (%s)", worker->path, path);
    skip(worker, skips[why], subject, detail ? detail : unpack_skip_name(why));
}

static void
look_inside(struct worker *worker)
{
    const struct job_options *options = &worker->job->options;
    str content = scan_content(worker->files);
    struct unpack_sink sink = {worker, scan_member, skipped_member};
    if (!unpack_wants(content, worker->path))
        return;
    if (options->is_shallow) {
        worker->is_whole = false; /* a deep scan has something to do here */
        return;
    }
    if (!worker->unpack)
        worker->unpack = unpack_new(&options->unpack);
    unpack_each(worker->unpack, content, path_base(worker->path), &sink);
}

/* ---- beside it ---- */

/* As a member of the file: who takes the file takes its streams along. */
static bool
scan_stream(void *context, const char *stream)
{
    struct worker *worker = context;
    char path[PATH_TEXT];
    struct file_map map = {0};
    struct err err;
    int n = snprintf(path, sizeof path, "%s%s", worker->path, stream);
    cleanup(cleanup_close) int fd = -1;
    errcode code = n < PATH_TEXT ? job_open(path, &fd, &err)
                                 : err_set(&err, ERR_LIMIT, "the path %s is too long", path);
    if (code == OK)
        code = file_map_fd(fd, path, &map, &err);
    if (code != OK) {
        skip(worker, skip_of(code), path, err.text);
        return true;
    }
    const struct unpack_member member = {.path = stream, .data = map.bytes};
    struct unpack_sink sink = {worker, scan_member, skipped_member};
    struct file_guard guard;
    file_guard_begin(&guard, map.bytes);
    scan_member(worker, &member);
    bool is_container = unpack_wants(map.bytes, stream);
    if (is_container && worker->job->options.is_shallow) {
        worker->is_whole = false; /* as in look_inside */
    } else if (is_container) {
        if (!worker->unpack)
            worker->unpack = unpack_new(&worker->job->options.unpack);
        unpack_each(worker->unpack, map.bytes, stream, &sink);
    }
    if (file_guard_end(&guard))
        skip(worker, SKIP_UNREADABLE, path, "its disk cannot read it");
    file_map_close(&map);
    return !is_stopped(worker->job);
}

/* ---- a file ---- */

static bool
is_same_file(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified == b->modified && a->changed == b->changed;
}

static void
remember(struct worker *worker, usec started)
{
    struct cache *cache = worker->job->options.cache;
    struct file_identity identity = remembered_as(worker->identity, worker->path);
    if (worker->found.n == 0)
        cache_add(cache, &identity, started);
    else if (!worker->found.full)
        cache_add_found(cache, &identity, buf_view(&worker->found), started);
}

static void
scan_open_file(struct worker *worker, int fd, usec started)
{
    const struct job_options *options = &worker->job->options;
    struct file_identity after;
    struct err err;
    if (!worker->files)
        worker->files = new_scan(worker->job);
    errcode code = scan_descriptor(worker->files, fd, worker->path, &err);
    if (code != OK) {
        skip(worker, skip_of(code), worker->path, err.text);
        return;
    }
    struct finding_context finding = {worker, NULL};
    judge_each(options->rules, worker->files, found_in_file, &finding);
    judge_name(options->rules, worker->files, worker->path, found_by_name, &finding);
    if (!scan_is_good(worker->files))
        look_inside(worker);
    if (job_each_stream(fd, worker->path, scan_stream, worker, &err) != OK)
        skip(worker, SKIP_UNREADABLE, worker->path, err.text);
    bool shrank = scan_has_shrunk(worker->files);
    scan_release(worker->files);
    worker->counts.bytes += worker->identity.size;
    if (shrank || file_identity_of(fd, worker->path, &after, NULL) != OK ||
        !is_same_file(&worker->identity, &after))
        skip(worker, SKIP_CHANGED, worker->path, "");
    else if (options->cache && worker->is_whole && !is_stopped(worker->job) &&
             !job_is_stream(worker->path))
        remember(worker, started);
}

static void
scan_one(void *context, unsigned number, const char *path)
{
    struct job *job = context;
    struct worker *worker = &job->workers[number];
    struct err err;
    usec started = clock_now();
    if (is_stopped(job))
        return;
    worker->path = path;
    worker->has_digest = false;
    worker->is_whole = true;
    buf_reset(&worker->found);
    cleanup(cleanup_close) int fd = -1;
    errcode code = job_open(path, &fd, &err);
    if (code == OK)
        code = file_identity_of(fd, path, &worker->identity, &err);
    worker->counts.files++;
    if (code != OK)
        skip(worker, skip_of(code), path, err.text);
    else
        scan_open_file(worker, fd, started);
    atomic_fetch_add_explicit(&job->done, 1, memory_order_relaxed);
}

/* ---- folders ---- */

struct walking {
    const struct job_options *options;
    struct job *job; /* NULL: files are only counted */
    _Atomic uint64_t count;
};

static bool
enters(void *context, const char *path, bool is_other)
{
    const struct walking *walking = context;
    const char *what;
    if (!is_other || !job_leaves_out(path, walking->options->takes_network, &what))
        return true;
    if (walking->job)
        report_skip(walking->options->report, SKIP_FOLDER, path, what);
    return false;
}

/* A file that is as it was needs no thread. */
static bool
is_unchanged(struct job *job, const char *path, const struct file_info *info)
{
    const struct cache *cache = job->options.cache;
    if (!cache || job_is_stream(path))
        return false;
    struct file_identity identity = file_identity_of_info(info);
    struct file_identity named = remembered_as(identity, path);
    bool is_clean = cache_has(job->options.cache, &named);
    const struct found_file *found =
        is_clean || job->options.reads_found ? NULL : cache_find_found(cache, &named);
    if (!is_clean && !found)
        return false;
    if (found)
        tell_again(job, path, identity, found);
    atomic_fetch_add_explicit(&job->unchanged, 1, memory_order_relaxed);
    return true;
}

static bool
walked(void *context, const char *path, const struct file_info *info)
{
    struct walking *walking = context;
    struct job *job = walking->job;
    if (!job)
        atomic_fetch_add_explicit(&walking->count, 1, memory_order_relaxed);
    else if (!is_unchanged(job, path, info))
        crew_add(job->crew, path);
    if (job && walking->options->tick && pthread_equal(pthread_self(), job->adder))
        walking->options->tick(walking->options->context, job->done + job->unchanged);
    return !walking->options->stop ||
           !atomic_load_explicit(walking->options->stop, memory_order_relaxed);
}

static void
unread(void *context, const struct err *err)
{
    const struct walking *walking = context;
    if (walking->job)
        report_skip(walking->options->report, skip_of(err->code), err->text, "");
}

static uint64_t
walk_all(const struct job_options *options, struct job *job, const char *path)
{
    struct walking walking = {options, job, 0};
    struct walk_options walk_options = {.recursive = true,
                                        .found = walked,
                                        .unread = unread,
                                        .enters = enters,
                                        .context = &walking,
                                        .threads = options->threads};
    struct err err;
    if (walk(path, &walk_options, &err) != OK)
        unread(&walking, &err);
    return walking.count;
}

void
job_add(struct job *job, const char *path)
{
    job->adder = pthread_self();
    walk_all(&job->options, job, path);
}

uint64_t
job_count(const struct job_options *options, const char *path)
{
    return walk_all(options, NULL, path);
}

/* ---- processes ---- */

struct process_context {
    struct worker *worker;
    uint32_t pid;
    const char *subject;
};

static void
found_in_process(void *context, const struct judgement *judgement)
{
    const struct process_context *process = context;
    struct report_item item = {
        .of = REPORT_PROCESS,
        .level = judgement->level,
        .name = judgement->name,
        .source = judgement->source,
        .detail = judgement->detail,
        .subject = process->subject,
        .pid = process->pid,
    };
    report_add(process->worker->job->options.report, &item);
}

void
job_process(struct job *job, const struct process *process, uint32_t pid, const char *name)
{
    struct worker *worker = &job->workers[CREW_THREADS_MAX];
    struct process_region region;
    struct err err;
    char subject[PATH_TEXT];
    if (is_stopped(job))
        return;
    snprintf(subject, sizeof subject, "%u (%s)", pid, name);
    worker->counts.processes++;
    for (size_t i = 0; process_region_at(process, i, &region); i++)
        worker->counts.process_bytes += region.size;
    if (!worker->files)
        worker->files = new_scan(job);
    if (scan_process(worker->files, process, &err) != OK) {
        report_skip(job->options.report, SKIP_PROCESS, subject, err.text);
        return;
    }
    struct process_context found = {worker, pid, subject};
    judge_each(job->options.rules, worker->files, found_in_process, &found);
    scan_release(worker->files);
}

/* ---- all ---- */

struct job *
job_new(const struct job_options *options)
{
    struct job *job = mem_calloc(1, sizeof *job);
    job->options = *options;
    for (unsigned i = 0; i <= CREW_THREADS_MAX; i++) {
        job->workers[i].job = job;
        job->workers[i].found = BUF(FOUND_BYTES_MAX);
    }
    job->crew = crew_new(options->threads, scan_one, job);
    return job;
}

void
job_finish(struct job *job)
{
    if (job->crew)
        crew_finish(take(job->crew));
}

void
job_free(struct job *job)
{
    if (!job)
        return;
    job_finish(job);
    struct report_counts unchanged = {.files = job->unchanged, .unchanged = job->unchanged};
    report_count(job->options.report, &unchanged);
    for (unsigned i = 0; i <= CREW_THREADS_MAX; i++) {
        struct worker *worker = &job->workers[i];
        report_count(job->options.report, &worker->counts);
        scan_free(worker->files);
        scan_free(worker->members);
        unpack_free(worker->unpack);
        buf_clear(&worker->found);
    }
    free(job);
}
