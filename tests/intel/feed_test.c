/* SPDX-License-Identifier: Apache-2.0 */
/* Running a format: the table of formats, what is counted and shown, and the share of refused
 * rows that makes a file refused whole. The format here refuses the lines that begin with '!'. */
#include "intel/feed.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/tap.h"

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    str rest = input->bytes, line;
    errcode code = OK;
    for (uint64_t n = 1; code == OK && str_line(&rest, &line); n++) {
        feed_row(sink);
        if (str_starts(line, STR("!"))) {
            feed_refuse(sink, n, "begins with %c", line.p[0]);
            continue;
        }
        struct event event;
        event_init(&event);
        event.text[TEXT_FEED_NAME] = feed_name(input, "own");
        code = feed_emit(sink, &event, err);
    }
    return code;
}

static const struct feed_format format = {.name = "test", .parse = parse};

struct seen {
    uint64_t events, shown, last_line, fail_at;
    char reason[64];
    str feed;
};

static errcode
on_event(void *context, const struct event *event, struct err *err)
{
    struct seen *seen = context;
    seen->feed = event->text[TEXT_FEED_NAME];
    if (++seen->events == seen->fail_at)
        return err_set(err, ERR_NO_SPACE, "full");
    return OK;
}

static void
on_refused(void *context, uint64_t line, const char *reason)
{
    struct seen *seen = context;
    seen->shown++;
    seen->last_line = line;
    str_copy(str_of(reason), seen->reason, sizeof seen->reason);
}

static errcode
run(size_t good, size_t bad, struct seen *seen, struct feed_sink *sink, struct err *err)
{
    struct buf text = BUF(1 << 20);
    for (size_t i = 0; i < good; i++)
        buf_z(&text, "x\n");
    for (size_t i = 0; i < bad; i++)
        buf_z(&text, "!\n");
    struct feed_input input = {.name = "t", .bytes = buf_view(&text)};
    *sink = (struct feed_sink){.context = seen, .event = on_event, .refused = on_refused};
    errcode code = feed_parse(&format, &input, sink, err);
    buf_clear(&text);
    return code;
}

static void
check_shares(void)
{
    struct err err;
    struct seen seen = {0};
    struct feed_sink sink;
    tap_no_err(run(2, 1, &seen, &sink, &err), &err, "one bad row is no reason");
    tap_eq_i64(sink.rows, 3, "rows");
    tap_eq_i64(sink.events, 2, "events");
    tap_eq_i64(sink.rows_refused, 1, "refused");
    tap_eq_i64(seen.last_line, 3, "the line of the refused one");
    tap_eq_z(seen.reason, "begins with !", "and its reason");
    tap_eq_str(seen.feed, STR("own"), "the feed's own name");

    tap_no_err(run(0, LIMIT_REFUSED_FEW, &seen, &sink, &err), &err, "a few bad rows may be all");
    tap_ok(run(LIMIT_REFUSED_FEW, LIMIT_REFUSED_FEW + 1, &seen, &sink, &err) == ERR_FORMAT,
           "more than half is too much");
    tap_ok(strstr(err.text, "21 of 41 rows") != NULL, "the message has the numbers");
    tap_no_err(run(50, 50, &seen, &sink, &err), &err, "just half is not");

    seen = (struct seen){0};
    run(200, 100, &seen, &sink, &err);
    tap_eq_i64(seen.shown, LIMIT_REFUSED_SHOWN, "only the first are shown");
    tap_eq_i64(sink.rows_refused, 100, "all are counted");

    seen = (struct seen){.fail_at = 3};
    tap_ok(run(9, 0, &seen, &sink, &err) == ERR_NO_SPACE, "the sink's error ends the parse");
    tap_eq_i64(seen.events, 3, "at once");
}

static errcode
parse_quoting(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    (void)err;
    feed_row(sink);
    feed_refuse(sink, 1, "%.*s", STR_ARG(input->bytes));
    return OK;
}

/* What a feed says is quoted on terminals. */
static void
check_quotes(void)
{
    static const struct {
        const char *text, *shown;
    } quotes[] = {
        {"\x1b[31mred\x07\x7f", "?[31mred??"},
        {"m\xc3\xa0u \xe2\x82\xab", "m\xc3\xa0u \xe2\x82\xab"},
        {"\xc2\x9b"
         "31m",
         "??31m"},
        {"cut \xe2\x82", "cut ??"},
        {"\xffm\xc3\xa0u\xed\xa0\x80\x80", "?m\xc3\xa0u????"},
    };
    static const struct feed_format quoting = {.name = "test", .parse = parse_quoting};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        struct err err;
        struct seen seen = {0};
        struct feed_sink sink = {.context = &seen, .event = on_event, .refused = on_refused};
        struct feed_input input = {.name = "t", .bytes = str_of(quotes[i].text)};
        tap_no_err(feed_parse(&quoting, &input, &sink, &err), &err, "a quoted reason");
        tap_eq_z(seen.reason, quotes[i].shown, "cannot command a terminal");
    }
}

/* Two documents through one sink: the share is of each. */
static void
check_two(void)
{
    struct err err;
    struct seen seen = {0};
    struct feed_sink sink = {.context = &seen, .event = on_event, .rows = 1000, .events = 1000};
    struct buf text = BUF(4096);
    for (int i = 0; i < 30; i++)
        buf_z(&text, "!\n");
    struct feed_input input = {.name = "t", .bytes = buf_view(&text), .feed = "forced"};
    tap_ok(feed_parse(&format, &input, &sink, &err) == ERR_FORMAT,
           "a bad file behind a good one is still bad");
    buf_clear(&text);
}

static void
check_table(void)
{
    struct err err;
    for (size_t i = 0; feed_formats[i]; i++) {
        const struct feed_format *one = feed_formats[i];
        tap_ok(one->summary && one->summary[0] && one->provider && one->sniff && one->parse &&
                   feed_format_find(str_of(one->name)) == one,
               "%s is complete and found by its name", one->name);
        struct feed_input nothing = {.name = "x", .bytes = STR("")};
        struct feed_input noise = {.name = "x", .bytes = STR("\x01\x02\x03 noise \xff\xfe")};
        tap_eq_i64(one->sniff(&nothing), 0, "%s does not claim an empty file", one->name);
        tap_eq_i64(one->sniff(&noise), 0, "%s does not claim noise", one->name);
    }
    tap_ok(!feed_format_find(STR("nonsense")), "no such format");
    struct feed_input noise = {.name = "x.bin", .bytes = STR("\x01\x02 noise")};
    tap_ok(!feed_sniff(&noise, &err) && err.code == ERR_UNSUPPORTED, "noise is no feed");
    tap_ok(strstr(err.text, "--feed NAME") != NULL, "the message says what to do");
    struct feed_input empty = {.name = "x.csv", .bytes = STR("\n")};
    tap_ok(!feed_sniff(&empty, &err) && strstr(err.text, "empty"), "an empty file is called so");
    struct feed_input wide = {.name = "x.csv", .bytes = STR("\xff\xfe\x31\0.\0")};
    tap_ok(!feed_sniff(&wide, &err) && strstr(err.text, "UTF-16"), "so is one in UTF-16");
}

int
main(void)
{
    check_shares();
    check_two();
    check_quotes();
    check_table();
    return tap_done();
}
