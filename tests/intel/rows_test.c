/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, cells, the times in comments and the subjects of rows that the small feeds share. */
#include "intel/formats/rows.h"

#include "base/tap.h"

static void
test_comment_time(void)
{
    static const struct {
        const char *comment, *time;
    } cases[] = {
        {"Last update: Sat, 22 Aug 2026 03:00:29 +0200", "2026-08-22T01:00:29+00:00"},
        {"Last updated: 2021-08-17 15:00:42 UTC                        #",
         "2021-08-17T15:00:42+00:00"},
        {"Last updated: 2026-02-26 12:05:20 (UTC)                      #",
         "2026-02-26T12:05:20+00:00"},
        {"Last-Modified: Mon, 14 Sep 2015 04:39:22 GMT", "2015-09-14T04:39:22+00:00"},
        {"updated: Tue Dec 15 15:33:38 2015 UTC", "2015-12-15T15:33:38+00:00"},
        {"Feed generated at: Sat Nov 12 00:15:01 UTC 2016", "2016-11-12T00:15:01+00:00"},
        {"Feed generated at: 2016-11-12 15:16", "2016-11-12T15:16:00+00:00"},
        {"generated on 20190326", "2019-03-26T00:00:00+00:00"},
        {"Data file written at Fri Oct 31 13:37:42 2017 GMT", "2017-10-31T13:37:42+00:00"},
        {"Source File Date: Thu Jun  1 04:01:07 UTC 2023", "2023-06-01T04:01:07+00:00"},
        {"last updated 1450193702 (Tue Dec 15 15:35:02 2015 GMT)", "2015-12-15T15:35:02+00:00"},
        {"This File Date   : Fri Dec  1 10:25:03 UTC 2023", "2023-12-01T10:25:03+00:00"},
        {"updated: (", NULL},
        {"Expires: Mon, 14 Sep 2015 10:13:00 GMT", NULL},
        {"updated: Tue Dec 15 15:33:38 2015 CET", NULL},
        {"Last update: never", NULL},
        {"This list is updated every 5 minutes", NULL},
        {"Spamhaus DROP List 2015/09/14 - (c) 2015 The Spamhaus Project", NULL},
        {"generated on 20191326", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        usec time = USEC_NONE;
        char text[TIME_TEXT];
        bool found = rows_comment_time(str_of(cases[i].comment), &time);
        tap_eq_z(found ? time_format(time, text) : "none", cases[i].time ? cases[i].time : "none",
                 "the time of '%s'", cases[i].comment);
        if (!found)
            tap_eq_i64(time, USEC_NONE, "and nothing is set");
    }
}

static void
check_cells(const char *line, size_t count, const char *joined)
{
    struct arena arena = ARENA;
    str cells[5];
    struct buf text = BUF(4096);
    size_t got = rows_cells(str_of(line), ',', &arena, cells, 5);
    for (size_t i = 0; i < got; i++) {
        buf_str(&text, cells[i]);
        buf_char(&text, '|');
    }
    tap_eq_i64(got, count, "cells of %s", line);
    tap_eq_str(buf_view(&text), str_of(joined), "what they hold");
    buf_clear(&text);
    arena_clear(&arena);
}

static void
test_cells(void)
{
    check_cells("a,b,c", 3, "a|b|c|");
    check_cells("\"a\", \"b,c\" ,\"d\"", 3, "a|b,c|d|");
    check_cells("\"say \"\"no\"\"\",\"\"", 2, "say \"no\"||");
    check_cells(" a b , c\t", 2, "a b|c|");
    check_cells("a,,", 3, "a|||");
    check_cells("", 1, "|");
    check_cells("a\"b,c", 2, "a\"b|c|");
    check_cells("\"open,b", 0, "");
    check_cells("\"a\"b,c", 0, "");
    check_cells("1,2,3,4,5", 5, "1|2|3|4|5|");
    check_cells("1,2,3,4,5,6", 0, "");
}

static void
test_header(void)
{
    static const char *const names[] = {"url", "ip", "seen"};
    str cells[] = {STR("Seen"), STR("other"), STR("URL")};
    size_t at[3] = {7, 7, 7};
    tap_ok(!rows_header(cells, 3, names, 3, 3, at) && at[0] == 7, "two of three names are few");
    tap_ok(rows_header(cells, 3, names, 3, 2, at), "but enough when two are asked for");
    tap_ok(at[0] == 2 && at[1] == SIZE_MAX && at[2] == 0, "each name has its cell");
}

static void
test_lines(void)
{
    static const char text[] =
        "\xef\xbb\xbf#; one\r\n\r\n  row \n\x01\n#\x01\n# \xff\n\xc3\n; \nlast";
    struct feed_sink sink = {0};
    struct rows rows = rows_open((str){text, sizeof text - 1}, "#;");
    str line;
    tap_ok(rows_next(&rows, &sink, &line) == ROWS_COMMENT && str_eq(line, STR("one")),
           "a comment loses its marks, the file its byte order mark");
    tap_ok(rows_next(&rows, &sink, &line) == ROWS_ROW && str_eq(line, STR("row")) && rows.line == 3,
           "blank lines are counted but not handed out");
    tap_ok(rows_next(&rows, &sink, &line) == ROWS_COMMENT && rows.line == 8,
           "broken lines are passed over");
    tap_eq_i64(sink.rows_refused, 2, "the rows among them are refused");
    tap_eq_i64(sink.rows, 2, "and counted");
    tap_ok(rows_next(&rows, &sink, &line) == ROWS_ROW && str_eq(line, STR("last")),
           "the last line needs no newline");
    tap_ok(rows_next(&rows, &sink, &line) == ROWS_END, "then it ends");
}

static errcode
take_event(void *context, const struct event *event, struct err *err)
{
    (void)err;
    struct buf *text = context;
    event_write_json(event, text);
    return OK;
}

static void
test_url(void)
{
    static const struct {
        const char *url, *ip, *fqdn;
    } cases[] = {
        {"http://Example.com/a", NULL, "example.com"},
        {"http://example.com", NULL, "example.com"},
        {"http://example.com?x=http://192.0.2.1/", NULL, "example.com"},
        {"http://user:pw@192.0.2.1:8080/a@b", "192.0.2.1", NULL},
        {"http://[2001:db8::1]:8080/", "2001:db8::1", NULL},
        {"http://[2001:db8::1", NULL, NULL},
        {"http://exa mple/", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_sink sink = {0};
        struct row row = {.sink = &sink};
        char text[IP_TEXT] = "";
        row_begin(&row, 1, STR("x"), CLASS_MALWARE_DISTRIBUTION);
        tap_ok(row_need_url(&row, str_of(cases[i].url)), "%s is taken", cases[i].url);
        if (row.event.source_ip.version)
            ip_format(row.event.source_ip, text);
        tap_eq_z(text, cases[i].ip ? cases[i].ip : "", "its address");
        tap_eq_str(row.event.text[TEXT_SOURCE_FQDN], str_of(cases[i].fqdn), "its name");
        row_clear(&row);
    }
}

static void
test_row(void)
{
    struct buf text = BUF(4096);
    struct feed_sink sink = {.want_extra = true, .context = &text, .event = take_event};
    struct row row = {.sink = &sink};
    struct err err;
    row_begin(&row, 1, STR("x"), CLASS_C2_SERVER);
    tap_ok(!row_need(&row, "source.ip", STR(" - ")), "a dash is no address");
    tap_ok(!row_need(&row, "source.ip", STR("  ")), "nor are blanks");
    tap_eq_i64(sink.rows_refused, 1, "a row is refused once");
    row_skip(&row);
    tap_eq_i64(sink.rows_skipped, 0, "and is not skipped as well");
    tap_eq_i64(row_emit(&row, &err), OK, "it makes no event");
    row_begin(&row, 2, STR("x"), CLASS_C2_SERVER);
    tap_ok(row_set_address_port(&row, STR("[2001:db8::1]:443")), "an address with a port");
    tap_ok(!row_set_address_port(&row, STR("192.0.2.1:70000")), "a port has 16 bits");
    row_extra(&row, "a", STR("1"));
    row_extra(&row, "a", STR("2"));
    tap_eq_i64(row_emit(&row, &err), OK, "it is handed out");
    tap_eq_str(buf_view(&text),
               STR("{\"source.ip\":\"2001:db8::1\",\"source.port\":443,"
                   "\"classification.taxonomy\":\"malicious-code\","
                   "\"classification.type\":\"c2-server\",\"feed.name\":\"x\",\"extra.a\":\"1\"}"),
               "with one extra of a name");
    tap_ok(sink.rows == 2 && sink.events == 1, "two rows, one event");
    row_clear(&row);
    buf_clear(&text);
}

int
main(void)
{
    test_comment_time();
    test_cells();
    test_header();
    test_lines();
    test_url();
    test_row();
    return tap_done();
}
