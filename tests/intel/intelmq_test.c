/* SPDX-License-Identifier: Apache-2.0 */
/* IntelMQ JSON lines: IntelMQ's own events must come back with the same core keys and values. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_in.h"
#include "base/tap.h"
#include "intel/feed.h"

static errcode
write_event(void *context, const struct event *event, struct err *err)
{
    (void)err;
    event_write_json(event, context);
    buf_char(context, '\n');
    return OK;
}

static bool
is_core(const char *key)
{
    str k = str_of(key);
    return !str_starts(k, STR("extra.")) && !str_eq(k, STR("raw")) &&
           !str_eq(k, STR("time.observation"));
}

/* Every core key of A is in B with the same value. */
static bool
agrees(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)a, key, value)
    {
        if (is_core(key) && !json_equal(value, json_object_get(b, key)))
            return false;
    }
    return true;
}

static void
compare(str want, str got)
{
    str want_line, got_line;
    size_t lines = 0, same = 0;
    struct err err;
    while (str_line(&want, &want_line)) {
        cleanup(cleanup_json) json_t *a = NULL, *b = NULL;
        lines++;
        if (str_line(&got, &got_line) && json_read(want_line, 1 << 20, &a, &err) == OK &&
            json_read(got_line, 1 << 20, &b, &err) == OK)
            same += agrees(a, b) && agrees(b, a);
    }
    tap_ok(lines > 0, "there are events");
    tap_eq_i64(same, lines, "all agree in the core keys");
}

static void
check_sample(const char *name)
{
    char path[PATH_TEXT];
    struct buf content = BUF(0), out = BUF(16 << 20);
    snprintf(path, sizeof path, "../shared/data/feeds/shadowserver/%s.expected.jsonl", name);
    if (file_read(path, 16 << 20, &content, NULL) != OK) {
        tap_skip("no samples in ../shared/data");
        return;
    }
    struct feed_input input = {.name = name, .bytes = buf_view(&content)};
    struct feed_sink sink = {.context = &out, .event = write_event};
    struct err err = {0};
    const struct feed_format *format = feed_sniff(&input, &err);
    tap_eq_z(format ? format->name : "", "intelmq", "%s is recognised", name);
    format = feed_format_find(STR("intelmq"));
    tap_no_err(feed_parse(format, &input, &sink, &err), &err, "it parses");
    tap_eq_i64(sink.rows_refused, 0, "no line is refused");
    compare(buf_view(&content), buf_view(&out));
    buf_clear(&content);
    buf_clear(&out);
}

/* A name that the operator forces stands instead of the events' own. */
static void
check_forced(void)
{
    struct buf out = BUF(4096);
    struct feed_input input = {.name = "x",
                               .bytes =
                                   STR("{\"feed.name\":\"own\",\"source.ip\":\"203.0.113.1\"}\n"),
                               .feed = "forced"};
    struct feed_sink sink = {.context = &out, .event = write_event};
    struct err err;
    tap_no_err(feed_parse(feed_format_find(STR("intelmq")), &input, &sink, &err), &err, "parses");
    tap_ok(str_find(buf_view(&out), STR("\"feed.name\":\"forced\"")) != SIZE_MAX, "is forced");
    buf_clear(&out);
}

int
main(void)
{
    check_sample("compromised_website");
    check_sample("event4_honeypot_brute_force");
    check_sample("event4_sinkhole");
    check_sample("scan_redis");
    check_forced();
    return tap_done();
}
