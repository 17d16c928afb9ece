/* SPDX-License-Identifier: Apache-2.0 */
/* One thread computes one question at a time, in the order asked: the most that visitors can make
 * it cost is one core. Answers are kept until the stored sets change (a small ring). */
#include "portal/stats/stats.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/require.h"

enum { KEPT = 16, PAUSES_FIRST = 4 };

struct stats_work {
    struct stats *stats;
    unsigned references;
    struct stats_query query;
    uint64_t generation; /* of the sets that were asked */
    bool done;
    unsigned status;
    struct buf text;
    struct http_pause **pauses;
    size_t pause_count, pause_room;
};

struct stats {
    struct stats_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool started, stopping;
    struct stats_work *waiting[STATS_WAITING_MAX]; /* [0] is being computed */
    size_t waiting_count;
    struct stats_work *kept[KEPT];
    size_t kept_next;
    _Atomic uint64_t generation;
    /* The thread's own: */
    struct networks *networks;
    struct timespec networks_time; /* of the registry folder when it was read */
};

struct stats *
stats_new(const struct stats_options *options)
{
    struct stats *stats = mem_calloc(1, sizeof *stats);
    stats->options = *options;
    pthread_mutex_init(&stats->lock, NULL);
    pthread_cond_init(&stats->changed, NULL);
    return stats;
}

uint64_t
stats_epoch(const struct stats *stats)
{
    return stats ? stats->generation : 0;
}

/* With the lock held. */
static void
unref_locked(struct stats_work *work)
{
    if (!work || --work->references)
        return;
    buf_clear(&work->text);
    free(work->pauses);
    free(work);
}

void
stats_work_unref(void *context)
{
    struct stats_work *work = context;
    struct stats *stats = work->stats;
    pthread_mutex_lock(&stats->lock);
    unref_locked(work);
    pthread_mutex_unlock(&stats->lock);
}

static struct stats_work *
find_locked(struct stats *stats, const char *key)
{
    for (size_t i = 0; i < stats->waiting_count; i++)
        if (strcmp(stats->waiting[i]->query.key, key) == 0)
            return stats->waiting[i];
    for (size_t i = 0; i < KEPT; i++)
        if (stats->kept[i] && stats->kept[i]->generation == stats->generation &&
            strcmp(stats->kept[i]->query.key, key) == 0)
            return stats->kept[i];
    return NULL;
}

/* The request's texts point into the query that it stands in. */
static void
query_copy(struct stats_query *to, const struct stats_query *from)
{
    struct measure_request *r = &to->request;
    *to = *from;
    str *texts[] = {&r->family, &r->source, &r->country,       &r->province,
                    &r->isp,    &r->kind,   &r->baseline_name, &r->control};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i]->n)
            texts[i]->p = to->text + (texts[i]->p - from->text);
}

struct stats_work *
stats_ask(struct stats *stats, const struct stats_query *query)
{
    pthread_mutex_lock(&stats->lock);
    struct stats_work *work = find_locked(stats, query->key);
    if (!work && stats->waiting_count < STATS_WAITING_MAX && !stats->stopping) {
        work = mem_calloc(1, sizeof *work);
        work->stats = stats;
        work->references = 1; /* the queue's */
        work->text = BUF(STATS_BODY_MAX);
        query_copy(&work->query, query);
        stats->waiting[stats->waiting_count++] = work;
        pthread_cond_signal(&stats->changed);
    }
    if (work)
        work->references++;
    pthread_mutex_unlock(&stats->lock);
    return work;
}

void
stats_work_wait(void *context, struct http_pause *pause)
{
    struct stats_work *work = context;
    pthread_mutex_lock(&work->stats->lock);
    bool done = work->done;
    if (!done) {
        if (work->pause_count == work->pause_room) {
            work->pause_room = work->pause_room ? 2 * work->pause_room : PAUSES_FIRST;
            work->pauses = mem_resize(work->pauses, work->pause_room, sizeof *work->pauses);
        }
        work->pauses[work->pause_count++] = pause;
    }
    pthread_mutex_unlock(&work->stats->lock);
    if (done)
        http_pause_end(pause);
}

bool
stats_work_done(struct stats_work *work, unsigned *ret_status, str *ret_text)
{
    pthread_mutex_lock(&work->stats->lock);
    bool done = work->done;
    pthread_mutex_unlock(&work->stats->lock);
    if (done) {
        *ret_status = work->status;
        *ret_text = buf_view(&work->text);
    }
    return done;
}

/* The registry, read again when its folder has changed. */
static errcode
networks_ready(struct stats *stats, struct err *err)
{
    char folder[PATH_TEXT];
    struct stat now = {0};
    errcode code = path_join(folder, stats->options.folder, "networks", err);
    if (code)
        return code;
    (void)stat(folder, &now);
    if (stats->networks && now.st_mtim.tv_sec == stats->networks_time.tv_sec &&
        now.st_mtim.tv_nsec == stats->networks_time.tv_nsec)
        return OK;
    networks_free(stats->networks);
    stats->networks = networks_new();
    stats->networks_time = now.st_mtim;
    code = networks_load(stats->networks, folder, err);
    if (code) {
        networks_free(stats->networks);
        stats->networks = NULL;
    }
    return code;
}

/* As `khien stats compare` takes what is not given from the configuration. */
static void
fill_windows(const struct stats *stats, const struct stats_query *query,
             struct measure_request *request)
{
    if (request->target == 0)
        request->target = stats->options.target;
    if (query->measure->compute != measure_compare)
        return;
    if (!request->baseline_name.n && request->baseline.from == DAY_NONE)
        request->baseline = stats->options.baseline;
    if (request->result.from == DAY_NONE)
        request->result = stats->options.result;
}

static errcode
compute(struct stats *stats, const struct stats_query *query, struct sightings *sightings,
        struct buf *out, struct err *err)
{
    struct measure_request request = query->request;
    cleanup(cleanup_table) struct table *table = NULL;
    errcode code = OK;
    fill_windows(stats, query, &request);
    request.sightings = sightings;
    if (measure_needs_networks(query->measure, &request))
        code = networks_ready(stats, err);
    request.networks = stats->networks;
    if (code == OK)
        code = query->measure->compute(&request, &table, err);
    if (code)
        return code;
    if (stats->options.demonstration)
        table_note(table, "DEMONSTRATION: these data are simulated");
    if (query->form == STATS_CSV)
        table_write_csv(table, out);
    else
        table_write_json(table, out);
    if (out->full)
        return err_set(err, ERR_USAGE, "the answer has more than %d bytes; ask for fewer days",
                       STATS_BODY_MAX);
    return OK;
}

/* A database that is away, locked or just being brought back may be there the next second; stored
 * sets that are damaged are not. */
static unsigned
status_of(errcode code)
{
    return code == OK ? 200 : code == ERR_USAGE ? 400 : code == ERR_CORRUPT ? 500 : 503;
}

static void
answer(struct stats *stats, struct stats_work *work)
{
    struct sightings *sightings = NULL;
    struct err err = {0};
    errcode code = sightings_open(stats->options.folder, false, &sightings, &err);
    if (code == OK)
        code = sightings_generation(sightings, &work->generation, &err);
    if (code == OK)
        code = compute(stats, &work->query, sightings, &work->text, &err);
    sightings_close(sightings);
    work->status = status_of(code);
    if (code == OK)
        return;
    buf_reset(&work->text);
    bool told = code == ERR_USAGE || code == ERR_NOT_FOUND; /* else the words are for operators */
    if (!told)
        log_warning("stats %s: %s", work->query.measure->name, err.text);
    buf_z(&work->text, told ? err.text : "the figures cannot be computed now");
}

/* With the lock held: the first of those waiting is done. */
static void
finish_locked(struct stats *stats)
{
    struct stats_work *work = stats->waiting[0];
    work->done = true;
    for (size_t i = 0; i < work->pause_count; i++)
        http_pause_end(work->pauses[i]);
    work->pause_count = 0;
    memmove(stats->waiting, stats->waiting + 1, --stats->waiting_count * sizeof *stats->waiting);
    if (work->status != 200) {
        unref_locked(work);
        return;
    }
    struct stats_work **place = &stats->kept[stats->kept_next++ % KEPT];
    unref_locked(*place);
    *place = work;
}

static void
look(struct stats *stats)
{
    struct sightings *sightings = NULL;
    struct err err;
    uint64_t generation = 0;
    if (sightings_open(stats->options.folder, false, &sightings, &err) == OK)
        (void)sightings_generation(sightings, &generation, &err);
    sightings_close(sightings);
    stats->generation = generation;
}

static void
wait_a_second(struct stats *stats)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_cond_timedwait(&stats->changed, &stats->lock, &until);
}

static void *
thread_main(void *context)
{
    struct stats *stats = context;
    pthread_mutex_lock(&stats->lock);
    while (!stats->stopping) {
        pthread_mutex_unlock(&stats->lock);
        look(stats);
        pthread_mutex_lock(&stats->lock);
        if (!stats->waiting_count && !stats->stopping)
            wait_a_second(stats);
        if (!stats->waiting_count || stats->stopping)
            continue;
        struct stats_work *work = stats->waiting[0];
        pthread_mutex_unlock(&stats->lock);
        answer(stats, work);
        pthread_mutex_lock(&stats->lock);
        finish_locked(stats);
    }
    while (stats->waiting_count) {
        stats->waiting[0]->status = 503;
        buf_reset(&stats->waiting[0]->text);
        buf_z(&stats->waiting[0]->text, "the server is being stopped");
        finish_locked(stats);
    }
    pthread_mutex_unlock(&stats->lock);
    return NULL;
}

errcode
stats_start(struct stats *stats, struct err *err)
{
    errno = pthread_create(&stats->thread, NULL, thread_main, stats);
    if (errno)
        return err_set_errno(err, "cannot start a thread");
    stats->started = true;
    return OK;
}

void
stats_stop(struct stats *stats)
{
    if (!stats)
        return;
    pthread_mutex_lock(&stats->lock);
    stats->stopping = true;
    pthread_cond_signal(&stats->changed);
    pthread_mutex_unlock(&stats->lock);
    if (stats->started)
        pthread_join(stats->thread, NULL);
    stats->started = false;
}

void
stats_free(struct stats *stats)
{
    if (!stats)
        return;
    stats_stop(stats);
    for (size_t i = 0; i < KEPT; i++)
        unref_locked(stats->kept[i]);
    networks_free(stats->networks);
    pthread_mutex_destroy(&stats->lock);
    pthread_cond_destroy(&stats->changed);
    free(stats);
}
