/* SPDX-License-Identifier: Apache-2.0 */
/* The generic CSV: column maps that are right and wrong, and files read with them. */
#include "base/buf.h"
#include "base/tap.h"
#include "intel/feed.h"

struct result {
    struct buf events, refusals;
};

static errcode
write_event(void *context, const struct event *event, struct err *err)
{
    struct result *result = context;
    (void)err;
    event_write_json(event, &result->events);
    buf_char(&result->events, '\n');
    return OK;
}

static void
write_refusal(void *context, uint64_t line, const char *reason)
{
    struct result *result = context;
    buf_printf(&result->refusals, "%llu: %s\n", (unsigned long long)line, reason);
}

static void
check_file(const char *map, str text, const char *events, const char *refusals)
{
    struct feed_columns *columns = NULL;
    struct err err;
    if (!tap_no_err(feed_columns_parse(str_of(map), &columns, &err), &err, "the map %s", map))
        return;
    struct result result = {BUF(1 << 20), BUF(1 << 20)};
    struct feed_sink sink = {
        .want_extra = true, .context = &result, .event = write_event, .refused = write_refusal};
    struct feed_input input = {.name = "x.csv", .bytes = text, .columns = columns};
    errcode code = feed_parse(feed_format_find(STR("generic")), &input, &sink, &err);
    if (code != OK)
        buf_printf(&result.refusals, "%s: %s\n", err_code_name(code), err.text);
    tap_eq_str(buf_view(&result.events), str_of(events), "the events");
    tap_eq_str(buf_view(&result.refusals), str_of(refusals), "the refusals");
    buf_clear(&result.events);
    buf_clear(&result.refusals);
    feed_columns_free(columns);
}

#define EVENT(time, address, rest)                                                                 \
    "{\"time.source\":\"" time "+00:00\",\"source.ip\":\"" address                                 \
    "\",\"classification.taxonomy\":\"malicious-code\","                                           \
    "\"classification.type\":\"infected-system\",\"feed.name\":\"generic\"" rest "}\n"
#define MIRAI ",\"malware.name\":\"mirai\""

static void
check_files(void)
{
    const char *map = "timestamp=time.source ip=source.ip family=malware.name; "
                      "class=infected-system; delimiter=,";
    check_file(map, STR("Timestamp,IP,Family,Sensor ID\n2026-11-20 01:02:03,203.0.113.1,Mirai,7\n"),
               EVENT("2026-11-20T01:02:03", "203.0.113.1", MIRAI ",\"extra.sensor_id\":\"7\""), "");
    check_file(map,
               STR("# made by a sensor\r\n#timestamp,ip,family\r\n1763600523,\"203.0.113.2\",\r\n"
                   "# a comment\r\nyesterday,203.0.113.3,x\r\n1763600523,,x\r\n"
                   "1763600523,nowhere,x\r\n1763600523\r\n1763600523,203.0.113.4,\"x\r\n"),
               EVENT("2025-11-20T01:02:03", "203.0.113.2", ""),
               "5: 'yesterday' is not a time.source\n6: no address, name, URL or hash\n"
               "7: 'nowhere' is not a source.ip\n8: there are 1 columns, not 2\n"
               "9: a quote is opened and never closed\n");
    check_file("#2=source.ip #1=time.source #4=extra.note class=infected-system delimiter=;",
               STR("2026-11-20;203.0.113.1;x;hello\n"),
               EVENT("2026-11-20T00:00:00", "203.0.113.1", ",\"extra.note\":\"hello\""), "");
    check_file("\"first seen\"=time.source ip=source.ip class=infected-system delimiter=\\t",
               STR("ip\tfirst seen\n203.0.113.1\t2026-11-20T00:00:00Z\n"),
               EVENT("2026-11-20T00:00:00", "203.0.113.1", ""), "");
    check_file("ip=source.ip when=time.source what=classification.type delimiter=|",
               STR("ip|when|what\n203.0.113.1|2026-11-20|infected-system\n"),
               EVENT("2026-11-20T00:00:00", "203.0.113.1", ""), "");
    check_file("ip=source.ip when=time.source class=infected-system",
               STR("ip,time\n203.0.113.1,2026-11-20\n"), "",
               "format: line 1: the header has no column \"when\"\n");
    check_file("#1=source.ip class=infected-system", STR("203.0.113.1\xff\n"), "",
               "1: it is not UTF-8\n");
    check_file("ip=source.ip class=infected-system", STR(""), "", "");
}

static const struct {
    const char *map, *part;
} wrong[] = {
    {"", "maps no column"},
    {"class=scanner", "maps no column"},
    {"ip=source.ip", "say what the rows are"},
    {"ip=source.ip class=botnet-drone", "\"botnet-drone\" is no incident class"},
    {"ip=source.address class=scanner", "\"source.address\" is neither a key"},
    {"ip=extra. class=scanner", "\"extra.\" is neither a key"},
    {"ip class=scanner", "not of the form"},
    {"\"ip=source.ip", "not of the form"},
    {"=source.ip", "not of the form"},
    {"ip= class=scanner", "nothing follows \"ip=\""},
    {"#0=source.ip class=scanner", "the first column is #1"},
    {"#1=source.ip b=source.port class=scanner", "name all columns"},
    {"ip=source.ip class=scanner delimiter=", "one character"},
    {"ip=source.ip class=scanner delimiter=\"", "one character"},
    {"ip=source.ip a=extra.\x80 b=extra.\x81 class=scanner", "not UTF-8"},
};

static void
check_wrong(void)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct feed_columns *columns = NULL;
        struct err err = {0};
        tap_ok(feed_columns_parse(str_of(wrong[i].map), &columns, &err) == ERR_USAGE && !columns,
               "the map \"%s\" is wrong", wrong[i].map);
        if (!tap_ok(strstr(err.text, wrong[i].part) != NULL, "and the message says why"))
            tap_note("%s", err.text);
    }
    struct feed_sink sink = {.event = write_event};
    struct feed_input input = {.name = "x", .bytes = STR("a,b\n")};
    struct err err;
    tap_ok(feed_parse(feed_format_find(STR("generic")), &input, &sink, &err) == ERR_USAGE &&
               strstr(err.text, "column map"),
           "without a map the message says what is missing");
    tap_ok(feed_format_find(STR("generic"))->sniff(&input) == 0, "it is never guessed");
}

int
main(void)
{
    check_files();
    check_wrong();
    return tap_done();
}
