/* SPDX-License-Identifier: Apache-2.0 */
/* khien top: asks a server's /metrics again and again, and the store from time to time. */
#include "base/cleanup.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/http/download.h"
#include "cmd/output.h"
#include "cmd/state.h"
#include "cmd/top/terminal.h"
#include "cmd/top/view.h"

#include <sys/mman.h>
#include <time.h>

enum {
    TIMEOUT_SECONDS = 5,
    STORE_SECONDS = 60, /* the store is read again after so long */
    HEALTH_DAYS = 7,
    PAGE_MAX = 1 << 20,
    URL_MAX = 1024,
    WIDE_COLUMNS = 76,
};

struct watching {
    const struct call *call;
    char url[URL_MAX], metrics_url[URL_MAX + 16];
    struct load now, before, since;
    int64_t at, before_at; /* monotonic; 0: there is none */
    struct err trouble;
    struct view_source sources[VIEW_SOURCES_MAX];
    int64_t store_read;
    char store_note[sizeof((struct err *)0)->text + 32];
    struct view view;
};

/* The one asked for, or the configuration's own, or what the sample configuration shows. */
static errcode
choose_url(struct watching *watching, struct err *err)
{
    const char *given = call_option(watching->call, "url");
    const char *listen = conf_text(watching->call->conf, "http.admin_listen");
    int n = given ? snprintf(watching->url, URL_MAX, "%s", given)
                  : snprintf(watching->url, URL_MAX, "http://%s",
                             listen[0] ? listen : "127.0.0.1:9180");
    while (n > 0 && n < URL_MAX && watching->url[n - 1] == '/')
        watching->url[--n] = 0;
    str url = str_of(watching->url);
    if (n >= URL_MAX || str_has_control(url) ||
        (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://"))))
        return err_set(err, ERR_USAGE, "--url must be an address that begins with http://");
    snprintf(watching->metrics_url, sizeof watching->metrics_url, "%s/metrics", watching->url);
    return OK;
}

static errcode
get_metrics(const struct watching *watching, struct buf *ret, struct err *err)
{
    /* A header of ours makes redirects refused; nothing here is to be followed elsewhere. */
    static const char *const headers[] = {"Accept: text/plain"};
    const struct download what = {
        .url = watching->metrics_url,
        .etag = "",
        .last_modified = "",
        .headers = headers,
        .header_count = 1,
        .direct = true,
        .max_bytes = LIMIT_METRICS_BYTES,
        .timeout_seconds = TIMEOUT_SECONDS,
    };
    struct downloaded downloaded;
    cleanup(cleanup_close) int fd = memfd_create("metrics", MFD_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot keep the metrics");
    errcode code = download(&what, fd, &downloaded, err);
    if (code == OK && lseek(fd, 0, SEEK_SET) != 0)
        code = err_set_errno(err, "cannot read the metrics");
    return code == OK ? file_read_fd(fd, "the metrics", LIMIT_METRICS_BYTES, ret, err) : code;
}

static errcode
get_load(const struct watching *watching, struct load *ret, struct err *err)
{
    struct buf text = {0};
    struct samples samples = {0};
    errcode code = get_metrics(watching, &text, err);
    if (code == OK)
        code = samples_parse(buf_view(&text), &samples, err);
    if (code == OK)
        code = load_read(&samples, ret, err);
    samples_clear(&samples);
    buf_clear(&text);
    return code;
}

/* A new reading; what was new becomes the one before. */
static void
ask_server(struct watching *watching)
{
    struct view *view = &watching->view;
    struct load load;
    view->load = view->since = NULL;
    view->trouble = NULL;
    if (get_load(watching, &load, &watching->trouble) != OK) {
        watching->at = 0;
        view->trouble = watching->trouble.text;
        return;
    }
    watching->before = watching->now;
    watching->before_at = watching->at;
    watching->now = load;
    watching->at = clock_monotonic();
    view->load = &watching->now;
    view->seconds = (double)(watching->at - watching->before_at) / 1e9;
    if (watching->before_at && load_since(&watching->now, &watching->before, &watching->since))
        view->since = &watching->since;
}

static errcode
take_source(void *context, const struct source_input *row, struct err *err)
{
    struct watching *watching = context;
    struct view *view = &watching->view;
    (void)err;
    if (view->source_count == VIEW_SOURCES_MAX) {
        view->sources_left++;
        return OK;
    }
    struct view_source *source = &watching->sources[view->source_count++];
    *source = (struct view_source){.last = row->last, .today = row->rows, .day = DAY_NONE};
    snprintf(source->name, sizeof source->name, "%.*s", STR_ARG(row->source));
    err_make_shown(source->name);
    return OK;
}

/* The newest row of the health table that is about the source. */
static void
take_state(struct view_source *source, const struct table *table, struct arena *arena)
{
    for (size_t row = table_rows(table); row > 0; row--) {
        str name = table_text(table, row - 1, "source", arena);
        if (!str_eq(name, str_of(source->name)))
            continue;
        str state = table_text(table, row - 1, "state", arena);
        snprintf(source->state, sizeof source->state, "%.*s", STR_ARG(state));
        day_parse(table_text(table, row - 1, "day", arena), &source->day);
        return;
    }
}

static errcode
read_states(struct watching *watching, struct sightings *sightings, struct err *err)
{
    struct measure_request request = MEASURE_REQUEST;
    const struct set_query all = SET_QUERY_ALL;
    cleanup(cleanup_table) struct table *table = NULL;
    struct arena arena = {0};
    day first, last;
    errcode code = sightings_days(sightings, &all, &first, &last, err);
    if (code != OK || last == DAY_NONE)
        return code;
    request.sightings = sightings;
    request.from = last - HEALTH_DAYS > first ? last - HEALTH_DAYS : first;
    code = measure_health(&request, &table, err);
    for (size_t i = 0; i < watching->view.source_count && code == OK; i++)
        take_state(&watching->sources[i], table, &arena);
    arena_clear(&arena);
    return code;
}

/* A server may run where no store is; then that is said and nothing more. */
static void
ask_store(struct watching *watching)
{
    struct view *view = &watching->view;
    cleanup(cleanup_sightings) struct sightings *sightings = NULL;
    struct err err;
    view->sources = watching->sources;
    view->source_count = view->sources_left = 0;
    view->store_note = NULL;
    errcode code = state_sightings(watching->call, false, &sightings, &err);
    if (code == OK)
        code = sightings_each_source(sightings, clock_today(), take_source, watching, &err);
    if (code == OK)
        code = read_states(watching, sightings, &err);
    if (code != OK) {
        snprintf(watching->store_note, sizeof watching->store_note, "no sources: %s", err.text);
        view->store_note = watching->store_note;
    }
    watching->store_read = clock_monotonic();
}

static void
look(struct watching *watching)
{
    ask_server(watching);
    if (!watching->store_read ||
        clock_monotonic() - watching->store_read > STORE_SECONDS * INT64_C(1000000000))
        ask_store(watching);
    watching->view.now = clock_now();
}

static bool
wants_colour(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(1) == 1 && !(no && no[0]) && terminal && strcmp(terminal, "dumb") != 0;
}

static errcode
print_once(struct watching *watching, uint64_t interval, struct err *err)
{
    struct buf out = BUF(PAGE_MAX);
    look(watching);
    if (watching->view.load && interval) {
        const struct timespec wait = {.tv_sec = (time_t)interval};
        nanosleep(&wait, NULL);
        look(watching);
    }
    if (!watching->view.load) {
        *err = watching->trouble;
        return err_prefix(err, "no answer from a server (khien serve, with http.admin_listen)");
    }
    if (call_given(watching->call, "json"))
        view_json(&watching->view, &out);
    else
        view_text(&watching->view, wants_colour(), false, &out);
    return output_buf(&out, "the view", err);
}

static void
draw(const struct watching *watching, bool colour, struct buf *text, struct buf *screen)
{
    unsigned columns, rows;
    terminal_size(&columns, &rows);
    buf_reset(text);
    buf_reset(screen);
    view_text(&watching->view, colour, columns < WIDE_COLUMNS, text);
    view_fit(buf_view(text), columns, rows, screen);
    terminal_draw(buf_view(screen));
}

static errcode
watch_on(struct watching *watching, uint64_t interval, struct err *err)
{
    struct buf text = BUF(PAGE_MAX), screen = BUF(PAGE_MAX);
    bool colour = wants_colour();
    enum terminal_event event = TERMINAL_TICK;
    errcode code = terminal_enter(err);
    while (code == OK && event != TERMINAL_QUIT) {
        look(watching);
        int64_t next = clock_monotonic() + (int64_t)interval * 1000000000;
        do {
            draw(watching, colour, &text, &screen);
            int64_t left = (next - clock_monotonic()) / 1000000;
            event = terminal_wait(left > 0 ? (int)left : 0);
        } while (event == TERMINAL_RESIZED);
    }
    terminal_leave();
    buf_clear(&text);
    buf_clear(&screen);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct watching *watching = mem_calloc(1, sizeof *watching);
    uint64_t interval = 2;
    bool dumb = isatty(1) != 1 || (getenv("TERM") && strcmp(getenv("TERM"), "dumb") == 0);
    bool once = call_given(call, "once") || call_given(call, "json") || dumb;
    watching->call = call;
    watching->view.url = watching->url;
    errcode code = call_number(call, "interval", 0, 3600, &interval, err);
    if (code == OK && !interval && !once)
        code = err_set(err, ERR_USAGE, "--interval 0 needs --once: without it the view is redrawn");
    if (code == OK)
        code = choose_url(watching, err);
    if (code == OK)
        code = once ? print_once(watching, interval, err) : watch_on(watching, interval, err);
    free(watching);
    return code;
}

static const struct option options[] = {
    {"url", "URL", NULL,
     "the server's address for metrics; else the configuration's http.admin_listen, else "
     "http://127.0.0.1:9180",
     'u'},
    {"interval", "SECONDS", "2", "how long rates are counted, and how often the view is redrawn",
     'i'},
    {"once", NULL, NULL, "print one view and end; with --interval 0 at once, without rates", '1'},
    OPTION_JSON,
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .needs = NEED_STATE | NEED_CONNECT | NEED_TERMINAL,
     .options = options,
     .run = run},
    {0},
};
const struct command command_top = {
    .name = "top",
    .group = "Keeping it sound",
    .summary = "watch a server: load, refusals, snapshot, feeds",
    .details =
        "Asks a running `khien serve` for its metrics and shows, redrawn every few seconds: the "
        "snapshot in use, requests and checks, how long answers took to make, what was refused, "
        "and from this machine's store (if there is one) when each source last delivered and "
        "whether its days can be compared (`khien stats health`). `q` or Ctrl-C leaves.\n\n"
        "Where standard output is no terminal, and with `--once` or `--json`, one view is printed. "
        "The exit status is then 1 when no server answers, so that `khien top --once --interval 0` "
        "is a health check. Times are counted in the server's histogram, so they are as exact as "
        "its buckets; they do not hold what the network and a proxy take. Colours are left out "
        "where the environment has `NO_COLOR`.",
    .actions = actions,
    .examples =
        (const struct example[]){{"khien top", "Watch this machine's server:"},
                                 {"khien top --url http://192.0.2.10:9180", "Watch another node:"},
                                 {"khien top --json | jq .checks_per_minute", "For a script:"},
                                 {0}},
    .see_also = "khien-serve khien-stats",
};
