/* SPDX-License-Identifier: Apache-2.0 */
/* khien fetch: gets the configured feeds on their schedule and ingests what is new. What is known
 * of each feed's last copy stands in var/fetch/NAME.json. */
#include "base/cleanup.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/progress.h"
#include "cmd/commands/commands.h"
#include "cmd/http/download.h"
#include "cmd/state.h"
#include "cmd/suggest.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

enum { RETRY_SECONDS = 900, HEADERS_MAX = 16, HEADER_FILE_MAX = 16384 };

/* What is known of a feed's last copy. */
struct memory {
    usec checked; /* USEC_NONE: never */
    bool failed;
    char etag[VALIDATOR_MAX], last_modified[VALIDATOR_MAX];
};

struct fetching {
    const struct call *call;
    char folder[PATH_TEXT];
    struct sightings *sightings;
    struct vocabulary vocabulary;
    struct progress progress;
    unsigned taken, failed;
};

static errcode
memory_path(const struct fetching *fetching, size_t feed, const char *suffix, char out[PATH_TEXT],
            struct err *err)
{
    char name[128];
    snprintf(name, sizeof name, "%s%s", conf_feed_name(fetching->call->conf, feed), suffix);
    return path_join(out, fetching->folder, name, err);
}

/* Anything unreadable, or of another address, counts as never fetched. */
static struct memory
memory_read(const struct fetching *fetching, size_t feed)
{
    struct memory memory = {.checked = USEC_NONE};
    char path[PATH_TEXT];
    struct buf text = {0};
    cleanup(cleanup_json) json_t *json = NULL;
    const char *url = conf_feed_text(fetching->call->conf, feed, "feed.url");
    if (memory_path(fetching, feed, ".json", path, NULL) == OK &&
        file_read(path, 1 << 16, &text, NULL) == OK &&
        json_read(buf_view(&text), 1 << 16, &json, NULL) == OK &&
        str_eq(json_text(json, "url"), str_of(url))) {
        time_parse(json_text(json, "checked"), &memory.checked);
        str_copy(json_text(json, "etag"), memory.etag, VALIDATOR_MAX);
        str_copy(json_text(json, "last_modified"), memory.last_modified, VALIDATOR_MAX);
        memory.failed = json_is_true(json_object_get(json, "failed"));
    }
    buf_clear(&text);
    return memory;
}

static errcode
memory_write(const struct fetching *fetching, size_t feed, const struct memory *memory,
             struct err *err)
{
    char path[PATH_TEXT], checked[TIME_TEXT];
    struct buf text = BUF(1 << 16);
    struct json_out out = json_out_to(&text);
    json_out_object_begin(&out);
    json_out_pair_z(&out, "url", conf_feed_text(fetching->call->conf, feed, "feed.url"));
    json_out_pair_z(&out, "checked", time_format(memory->checked, checked));
    json_out_pair_bool(&out, "failed", memory->failed);
    json_out_pair_z(&out, "etag", memory->etag);
    json_out_pair_z(&out, "last_modified", memory->last_modified);
    json_out_object_end(&out);
    buf_char(&text, '\n');
    errcode code = memory_path(fetching, feed, ".json", path, err);
    if (code == OK)
        code = file_replace(path, buf_view(&text), err);
    buf_clear(&text);
    return code;
}

/* When the feed is due; a clock that jumped back makes it due now. */
static usec
due(const struct fetching *fetching, size_t feed, const struct memory *memory)
{
    uint64_t every = conf_feed_number(fetching->call->conf, feed, "feed.every");
    if (memory->checked == USEC_NONE || memory->checked > clock_now())
        return 0;
    if (memory->failed && every > RETRY_SECONDS)
        every = RETRY_SECONDS;
    return memory->checked + (usec)every * USEC_PER_SECOND;
}

static void
show_progress(void *context, uint64_t done, uint64_t total)
{
    struct progress *progress = context;
    progress->total = total;
    progress_show(progress, done);
}

static const char *
or_null(const char *text)
{
    return text[0] ? text : NULL;
}

/* The name that formats are recognised by: the last part of the URL's path, without its query. */
static void
name_of_url(const char *url, char out[256])
{
    str path = str_of(url);
    size_t end = str_find(path, STR("?"));
    if (end != SIZE_MAX)
        path.n = end;
    size_t slash = path.n;
    while (slash > 0 && path.p[slash - 1] != '/')
        slash--;
    str name = str_from(path, slash);
    if (!name.n || !str_copy(name, out, 256))
        snprintf(out, 256, "feed");
}

static errcode
ingest_download(struct fetching *fetching, size_t feed, const char *path, struct err *err)
{
    const struct conf *conf = fetching->call->conf;
    char name[256];
    struct file_map map;
    struct ingest_report report = {0};
    const char *format = or_null(conf_feed_text(conf, feed, "feed.format"));
    const char *columns = or_null(conf_feed_text(conf, feed, "feed.columns"));
    const struct ingest_options options = {
        .format = columns && !format ? "generic" : format,
        .source = or_null(conf_feed_text(conf, feed, "feed.source")),
        .columns = columns,
        .families = fetching->vocabulary.families,
        .archive = true,
        .context = &fetching->progress,
        .progress = show_progress,
    };
    name_of_url(conf_feed_text(conf, feed, "feed.url"), name);
    errcode code = file_map_open(path, &map, err);
    if (code != OK)
        return code;
    code = ingest_bytes(fetching->sightings, name, map.bytes, &options, &report, err);
    file_map_close(&map);
    if (code == OK) {
        fetching->taken += !report.duplicate;
        log_info("%s: %s%llu rows, %llu events, %llu refused, %llu new members",
                 conf_feed_name(conf, feed), report.duplicate ? "the same as before; " : "",
                 (unsigned long long)report.rows, (unsigned long long)report.events,
                 (unsigned long long)report.refused, (unsigned long long)report.added);
    }
    ingest_report_clear(&report);
    return code;
}

/* The lines of the feed's secret header file, as views made into strings in TEXT. */
static errcode
read_headers(const struct fetching *fetching, size_t feed, struct buf *text,
             const char *lines[HEADERS_MAX], size_t *ret_count, struct err *err)
{
    const char *path = conf_feed_text(fetching->call->conf, feed, "feed.header_file");
    *ret_count = 0;
    if (!path[0])
        return OK;
    errcode code = file_read(path, HEADER_FILE_MAX, text, err);
    if (code != OK)
        return code;
    for (size_t at = 0; at < text->n;) {
        size_t length = strcspn(text->p + at, "\r\n");
        text->p[at + length] = 0;
        if (length && *ret_count == HEADERS_MAX)
            return err_set(err, ERR_LIMIT, "%s holds more than %d lines", path, HEADERS_MAX);
        if (length)
            lines[(*ret_count)++] = text->p + at;
        at += length + 1;
    }
    return OK;
}

static errcode
download_to(struct fetching *fetching, size_t feed, const struct memory *memory, const char *path,
            struct downloaded *ret, struct err *err)
{
    const struct conf *conf = fetching->call->conf;
    const char *lines[HEADERS_MAX];
    size_t line_count;
    struct buf secret = {0};
    errcode code = read_headers(fetching, feed, &secret, lines, &line_count, err);
    cleanup(cleanup_close) int fd = -1;
    if (code == OK) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        if (fd < 0)
            code = err_set_errno(err, "cannot write %s", path);
    }
    if (code == OK) {
        const struct download what = {
            .url = conf_feed_text(conf, feed, "feed.url"),
            .etag = memory->etag,
            .last_modified = memory->last_modified,
            .headers = lines,
            .header_count = line_count,
            .max_bytes = conf_number(conf, "fetch.max_megabytes") << 20,
            .timeout_seconds = (long)conf_number(conf, "fetch.timeout_seconds"),
            .context = &fetching->progress,
            .progress = show_progress,
        };
        code = download(&what, fd, ret, err);
    }
    buf_clear(&secret);
    return code;
}

static errcode
get_feed(struct fetching *fetching, size_t feed, struct memory *memory, struct err *err)
{
    char path[PATH_TEXT];
    struct downloaded downloaded;
    errcode code = memory_path(fetching, feed, ".download", path, err);
    if (code != OK)
        return code;
    progress_begin(&fetching->progress, conf_feed_name(fetching->call->conf, feed), 0);
    code = download_to(fetching, feed, memory, path, &downloaded, err);
    if (code == OK && downloaded.unchanged)
        log_info("%s: unchanged", conf_feed_name(fetching->call->conf, feed));
    else if (code == OK)
        code = ingest_download(fetching, feed, path, err);
    progress_end(&fetching->progress);
    unlink(path);
    /* Only what was taken in need not come again. */
    if (code == OK && !downloaded.unchanged) {
        memcpy(memory->etag, downloaded.etag, sizeof memory->etag);
        memcpy(memory->last_modified, downloaded.last_modified, sizeof memory->last_modified);
    }
    return code;
}

static errcode
fetch_feed(struct fetching *fetching, size_t feed, struct memory *memory, struct err *err)
{
    struct err fault;
    errcode code = get_feed(fetching, feed, memory, &fault);
    if (code != OK) {
        fetching->failed++;
        log_error("%s: %s", conf_feed_name(fetching->call->conf, feed), fault.text);
    }
    memory->failed = code != OK;
    memory->checked = clock_now();
    return memory_write(fetching, feed, memory, err);
}

static bool
is_wanted(const struct call *call, size_t feed)
{
    for (size_t i = 0; i < call->word_count; i++) {
        if (strcmp(call->words[i], conf_feed_name(call->conf, feed)) == 0)
            return true;
    }
    return call->word_count == 0;
}

/* Without them checks still go on; so only a single round fails for it. */
static errcode
build_figures(struct fetching *fetching, bool once, struct err *err)
{
    struct err fault;
    errcode code = state_figures_follow(fetching->call, fetching->sightings,
                                        "the feeds are taken and the snapshot is built", &fault);
    if (code == OK)
        return OK;
    if (once)
        *err = fault;
    else
        log_error("%s", fault.text);
    return once ? code : OK;
}

/* Fetches what is due (with ALL everything), then tells when the next one is. */
static errcode
fetch_round(struct fetching *fetching, bool all, usec *ret_next, struct err *err)
{
    const struct call *call = fetching->call;
    errcode code = OK;
    usec next = INT64_MAX;
    fetching->taken = 0;
    for (size_t feed = 0; feed < conf_feeds(call->conf) && code == OK; feed++) {
        if (!is_wanted(call, feed))
            continue;
        struct memory memory = memory_read(fetching, feed);
        if (all || due(fetching, feed, &memory) <= clock_now())
            code = fetch_feed(fetching, feed, &memory, err);
        usec at = due(fetching, feed, &memory);
        next = at < next ? at : next;
    }
    char path[PATH_TEXT];
    if (code == OK && fetching->taken)
        code = state_snapshot_build(call, fetching->sightings, path, err);
    if (code == OK && fetching->taken)
        code = build_figures(fetching, all, err);
    *ret_next = next;
    return code;
}

/* False when a signal asks to stop. */
static bool
wait_until(usec next, const sigset_t *signals)
{
    usec left = next - clock_now();
    if (left > 3600 * USEC_PER_SECOND) /* the clock may be set meanwhile */
        left = 3600 * USEC_PER_SECOND;
    const struct timespec wait = {.tv_sec = left > 0 ? left / USEC_PER_SECOND + 1 : 1};
    int number = sigtimedwait(signals, NULL, &wait);
    return number < 0;
}

static errcode
fetch_on(struct fetching *fetching, struct err *err)
{
    bool once = call_given(fetching->call, "once");
    sigset_t signals;
    usec next;
    if (!once) {
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        sigprocmask(SIG_BLOCK, &signals, NULL);
    }
    errcode code;
    do {
        code = fetch_round(fetching, once, &next, err);
    } while (code == OK && !once && wait_until(next, &signals));
    if (code == OK && once && fetching->failed)
        code = err_set(err, ERR_IO, "%u feed%s could not be fetched", fetching->failed,
                       fetching->failed == 1 ? "" : "s");
    return code;
}

static errcode
check_names(const struct call *call, struct err *err)
{
    if (conf_feeds(call->conf) == 0)
        return err_set(err, ERR_USAGE,
                       "no feed is configured: write a [feed NAME] section with a url into "
                       "khien.conf");
    for (size_t i = 0; i < call->word_count; i++) {
        struct suggestion near = suggestion_for(str_of(call->words[i]));
        bool found = false;
        for (size_t feed = 0; feed < conf_feeds(call->conf); feed++) {
            suggestion_try(&near, conf_feed_name(call->conf, feed));
            found = found || strcmp(call->words[i], conf_feed_name(call->conf, feed)) == 0;
        }
        if (!found)
            return err_set(err, ERR_USAGE, "there is no [feed %s]%s%s%s", call->words[i],
                           near.best ? "; did you mean " : "", near.best ? near.best : "",
                           near.best ? "?" : "");
    }
    return OK;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct fetching fetching = {.call = call};
    errcode code = check_names(call, err);
    if (code == OK)
        code = state_path(call, "fetch", fetching.folder, err);
    if (code == OK)
        code = folder_make(fetching.folder, err);
    if (code == OK)
        code = vocabulary_open(call->conf, &fetching.vocabulary, err);
    if (code == OK)
        code = state_sightings(call, true, &fetching.sightings, err);
    if (code == OK)
        code = fetch_on(&fetching, err);
    sightings_close(fetching.sightings);
    vocabulary_close(&fetching.vocabulary);
    return code;
}

/* Files that feeds name: secrets, and file:// addresses. */
static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    errcode code = grant_temp(call, grants, err);
    for (size_t feed = 0; feed < conf_feeds(call->conf) && code == OK; feed++) {
        const char *url = conf_feed_text(call->conf, feed, "feed.url");
        code = grant_read(grants, conf_feed_text(call->conf, feed, "feed.header_file"), err);
        if (code == OK && str_starts(str_of(url), STR("file://")))
            code = grant_read(grants, url + strlen("file://"), err);
    }
    return code;
}

static const struct option options[] = {
    {"once", NULL, NULL, "fetch each now, whether it is due or not, and end", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "[NAME…]",
     .words_max = SIZE_MAX,
     .needs = NEED_WRITE | NEED_CONNECT | NEED_THREADS,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_fetch = {
    .name = "fetch",
    .group = "Feeds in",
    .summary = "get the configured feeds on their schedule",
    .details =
        "Each `[feed NAME]` of the configuration is asked for when it is due and taken in like a "
        "file of `khien ingest`, with the format, source and columns that stand there. Without "
        "names all feeds are meant. It keeps running until SIGTERM; after a failure a feed is "
        "tried again in a quarter of an hour at the latest.\n\n"
        "A server is asked only for what changed (ETag, Last-Modified). Size, time and redirects "
        "are bounded; a feed with a `header_file` follows no redirect, which would carry the "
        "secret elsewhere.",
    .actions = actions,
    .examples = (const struct example[]){{"khien fetch --once", "From cron:"},
                                         {"khien fetch", "As a service:"},
                                         {0}},
    .see_also = "khien-ingest khien.conf.5",
};
