/* SPDX-License-Identifier: Apache-2.0 */
/* One lock guards the queue and the tally; it is not held while the disk is waited for. A report is
 * counted when it is on disk, and its sender hears of it after that. */
#include "portal/self_reports/intake.h"

#include <pthread.h>
#include <sodium.h>

#include "base/json_out.h"
#include "base/log.h"
#include "base/require.h"
#include "portal/http/connections.h"
#include "portal/http/rate.h"
#include "portal/self_reports/challenge.h"

enum { BATCH = 64, LOOK_SECONDS = 10, TOKEN_HASH = 32 };

struct intake_work {
    struct intake *intake;
    struct self_report report;
    struct http_pause *pause;
    unsigned status;
};

struct intake {
    unsigned bits;
    uint8_t key[CHALLENGE_KEY];
    uint8_t tokens[INTAKE_TOKENS_MAX][TOKEN_HASH];
    size_t token_count;
    struct rate *rate;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    bool is_started, is_stopping;
    struct intake_work *waiting[INTAKE_WAITING_MAX];
    size_t waiting_count;
    struct self_report_tally tally;

    struct self_report_writer *writer; /* the thread's; NULL: nothing is accepted */
    bool write_fails;
    struct self_report_reader *reader; /* of who ticks */
    uint32_t looked;
    uint64_t shown;
    _Atomic uint64_t epoch;
};

/* ---- tokens ---- */

static void
hash_token(str token, uint8_t out[TOKEN_HASH])
{
    crypto_generichash(out, TOKEN_HASH, (const unsigned char *)token.p, token.n, NULL, 0);
}

static errcode
read_tokens(struct intake *intake, str text, struct err *err)
{
    size_t number = 0;
    for (str line; str_line(&text, &line);) {
        number++;
        line = str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        bool is_visible = line.n >= INTAKE_TOKEN_MIN;
        for (size_t i = 0; i < line.n; i++)
            is_visible = is_visible && line.p[i] > ' ' && line.p[i] <= '~';
        if (!is_visible)
            return err_set(err, ERR_FORMAT,
                           "self_reports.token_file: line %zu is no token: at least %d visible "
                           "characters without blanks (openssl rand -hex 32 makes one)",
                           number, INTAKE_TOKEN_MIN);
        if (intake->token_count == INTAKE_TOKENS_MAX)
            return err_set(err, ERR_LIMIT, "self_reports.token_file: more than %d tokens",
                           INTAKE_TOKENS_MAX);
        hash_token(line, intake->tokens[intake->token_count++]);
    }
    return OK;
}

/* Every token is compared, in constant time. */
bool
intake_knows_token(const struct intake *intake, str authorization)
{
    str scheme, rest = authorization;
    uint8_t hash[TOKEN_HASH];
    bool is_known = false;
    if (!str_cut(&rest, ' ', &scheme) || !str_eq_nocase(scheme, STR("Bearer")) || !rest.p)
        return false;
    hash_token(str_trim(rest), hash);
    for (size_t i = 0; i < intake->token_count; i++)
        is_known |= sodium_memcmp(hash, intake->tokens[i], TOKEN_HASH) == 0;
    return is_known;
}

/* ---- the work ---- */

void
intake_write_challenge(const struct intake *intake, const struct sha256 *body, bool as_text,
                       struct buf *out)
{
    char text[CHALLENGE_TEXT];
    struct json_out json = json_out_to(out);
    challenge_make(intake->key, body, intake->bits, clock_now(), text);
    if (as_text) {
        buf_printf(out, "%u %s\n", intake->bits, text);
        return;
    }
    json_out_object_begin(&json);
    json_out_pair_z(&json, "challenge", text);
    json_out_pair_u64(&json, "bits", intake->bits);
    json_out_pair_u64(&json, "seconds", CHALLENGE_SECONDS);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

const char *
intake_refuses(const struct intake *intake, const struct sha256 *body, str proof)
{
    static const char *const words[] = {
        [CHALLENGE_FINE] = NULL,
        [CHALLENGE_FORGED] = "Khien-Proof is no challenge of this server for this body, with a "
                             "dot and a number behind it",
        [CHALLENGE_EXPIRED] = "the challenge has expired; ask for another one",
        [CHALLENGE_WORK] = "the hash of Khien-Proof does not begin with as many zero bits as the "
                           "challenge asks for",
    };
    return words[challenge_check(intake->key, body, proof, clock_now())];
}

bool
intake_admits(struct intake *intake, ip visitor)
{
    return rate_take(intake->rate, visitor);
}

/* ---- to the disk ---- */

struct intake_work *
intake_take(struct intake *intake, const struct self_report *report)
{
    pthread_mutex_lock(&intake->lock);
    bool is_full = intake->waiting_count == INTAKE_WAITING_MAX;
    pthread_mutex_unlock(&intake->lock);
    if (is_full || !intake->writer)
        return NULL;
    struct intake_work *work = mem_calloc(1, sizeof *work);
    *work = (struct intake_work){.intake = intake, .report = *report, .status = 503};
    return work;
}

void
intake_work_wait(void *context, struct http_pause *pause)
{
    struct intake_work *work = context;
    struct intake *intake = work->intake;
    pthread_mutex_lock(&intake->lock);
    bool is_taken =
        intake->is_started && !intake->is_stopping && intake->waiting_count < INTAKE_WAITING_MAX;
    if (is_taken) {
        work->pause = pause;
        intake->waiting[intake->waiting_count++] = work;
        pthread_cond_signal(&intake->changed);
    }
    pthread_mutex_unlock(&intake->lock);
    if (!is_taken)
        http_pause_end(pause);
}

void
intake_work_free(void *work)
{
    free(work);
}

unsigned
intake_work_status(const struct intake_work *work)
{
    return work->status;
}

/* With the lock held. */
static size_t
take_batch(struct intake *intake, struct intake_work *batch[BATCH])
{
    size_t count = intake->waiting_count < BATCH ? intake->waiting_count : BATCH;
    memcpy(batch, intake->waiting, count * sizeof *batch);
    intake->waiting_count -= count;
    memmove(intake->waiting, intake->waiting + count,
            intake->waiting_count * sizeof *intake->waiting);
    return count;
}

/* The reports that are not counted yet, each number once; with the lock held. */
static size_t
choose_new(const struct intake *intake, struct intake_work *const *batch, size_t count,
           const struct self_report *fresh[BATCH])
{
    size_t fresh_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct self_report *report = &batch[i]->report;
        bool is_known = self_report_tally_has(&intake->tally, report->id);
        for (size_t j = 0; j < fresh_count; j++)
            is_known |= memcmp(fresh[j]->id, report->id, sizeof report->id) == 0;
        report->day = clock_today();
        if (!is_known && (!fresh_count || fresh[0]->day == report->day))
            fresh[fresh_count++] = report;
    }
    return fresh_count;
}

static bool
append(struct intake *intake, const struct self_report *const *fresh, size_t count)
{
    struct err err;
    if (count == 0)
        return true;
    errcode code = self_report_writer_append(intake->writer, fresh, count, &err);
    if (code != OK && !intake->write_fails)
        log_warning("self-reports are not accepted: %s", err.text);
    intake->write_fails = code != OK;
    return code == OK;
}

/* A report of the next day among those of the last one is answered 503 and comes again. */
static void
settle(struct intake *intake, struct intake_work *work, bool is_written,
       const struct self_report *const *fresh, size_t count)
{
    bool is_fresh = false;
    for (size_t i = 0; i < count; i++)
        is_fresh |= fresh[i] == &work->report;
    if (is_fresh && is_written)
        work->status = self_report_tally_add(&intake->tally, &work->report) ? 201 : 200;
    else if (!is_fresh && self_report_tally_has(&intake->tally, work->report.id))
        work->status = 200;
}

static void *
write_all(void *context)
{
    struct intake *intake = context;
    struct intake_work *batch[BATCH];
    const struct self_report *fresh[BATCH];
    pthread_mutex_lock(&intake->lock);
    for (;;) {
        while (!intake->waiting_count && !intake->is_stopping)
            pthread_cond_wait(&intake->changed, &intake->lock);
        size_t count = take_batch(intake, batch);
        if (!count)
            break;
        size_t fresh_count = choose_new(intake, batch, count, fresh);
        pthread_mutex_unlock(&intake->lock);
        bool is_written = append(intake, fresh, fresh_count);
        pthread_mutex_lock(&intake->lock);
        for (size_t i = 0; i < count; i++)
            settle(intake, batch[i], is_written, fresh, fresh_count);
        pthread_mutex_unlock(&intake->lock);
        for (size_t i = 0; i < count; i++)
            http_pause_end(batch[i]->pause); /* the work may be freed then */
        pthread_mutex_lock(&intake->lock);
    }
    pthread_mutex_unlock(&intake->lock);
    return NULL;
}

/* ---- figures ---- */

void
intake_sum(struct intake *intake, day from, day to, str family, struct self_report_day *ret)
{
    pthread_mutex_lock(&intake->lock);
    self_report_tally_sum(&intake->tally, from, to, family, ret);
    pthread_mutex_unlock(&intake->lock);
}

struct table *
intake_table(struct intake *intake, day from, day to, str family)
{
    pthread_mutex_lock(&intake->lock);
    struct table *table = self_report_table(&intake->tally, from, to, family);
    pthread_mutex_unlock(&intake->lock);
    return table;
}

uint64_t
intake_epoch(const struct intake *intake)
{
    return intake ? intake->epoch : 0;
}

static void
look(struct intake *intake)
{
    struct err err;
    size_t faults = 0;
    pthread_mutex_lock(&intake->lock);
    self_report_reader_catch_up(intake->reader, &intake->tally, &faults, &err);
    uint64_t count = intake->tally.id_count;
    pthread_mutex_unlock(&intake->lock);
    if (faults)
        log_warning("%zu self-reports or files of them are damaged and left out: %s", faults,
                    err.text);
    if (count != intake->shown)
        atomic_fetch_add(&intake->epoch, 1);
    intake->shown = count;
}

void
intake_tick(struct intake *intake)
{
    uint32_t now = connections_now();
    rate_tick(intake->rate);
    if (now - intake->looked < LOOK_SECONDS)
        return;
    intake->looked = now;
    look(intake);
}

/* ---- life ---- */

static void
make_key(struct intake *intake, str node_key)
{
    static const unsigned char use[] = "khien self-report challenge";
    uint8_t hash[CHALLENGE_KEY];
    randombytes_buf(intake->key, sizeof intake->key);
    if (!node_key.n)
        return;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)node_key.p, node_key.n, NULL, 0);
    crypto_generichash(intake->key, sizeof intake->key, use, sizeof use - 1, hash, sizeof hash);
}

errcode
intake_new(const struct intake_options *options, struct intake **ret, struct err *err)
{
    struct err fault;
    struct intake *intake = mem_calloc(1, sizeof *intake);
    pthread_mutex_init(&intake->lock, NULL);
    pthread_cond_init(&intake->changed, NULL);
    intake->bits = options->bits;
    intake->rate = rate_new(options->per_minute);
    intake->reader = self_report_reader_new(options->folder);
    make_key(intake, options->node_key);
    errcode code = read_tokens(intake, options->tokens, err);
    if (code != OK) {
        intake_free(intake);
        return code;
    }
    if (self_report_writer_open(options->folder, options->node, &intake->writer, &fault) != OK)
        log_warning("self-reports are not accepted: %s", fault.text);
    intake->looked = connections_now();
    look(intake);
    if (intake->writer)
        self_report_reader_leave_out(intake->reader, intake->writer);
    *ret = intake;
    return OK;
}

errcode
intake_start(struct intake *intake, struct err *err)
{
    if (pthread_create(&intake->thread, NULL, write_all, intake) != 0)
        return err_set_errno(err, "cannot start a thread");
    intake->is_started = true;
    return OK;
}

void
intake_stop(struct intake *intake)
{
    if (!intake || !intake->is_started)
        return;
    pthread_mutex_lock(&intake->lock);
    intake->is_stopping = true;
    pthread_cond_signal(&intake->changed);
    pthread_mutex_unlock(&intake->lock);
    pthread_join(intake->thread, NULL);
    intake->is_started = false;
}

void
intake_free(struct intake *intake)
{
    if (!intake)
        return;
    rate_free(intake->rate);
    self_report_reader_free(intake->reader);
    self_report_writer_close(intake->writer);
    self_report_tally_clear(&intake->tally);
    sodium_memzero(intake->key, sizeof intake->key);
    pthread_cond_destroy(&intake->changed);
    pthread_mutex_destroy(&intake->lock);
    free(intake);
}
