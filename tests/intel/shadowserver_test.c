/* SPDX-License-Identifier: Apache-2.0 */
/* Shadowserver reports: our small fixtures byte for byte, the samples of others key by key, the
 * table of facts as a whole, and that a consumer who wants less gets the same events. */
#include "base/cleanup.h"
#include "base/embed.h"
#include "base/file.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/tap.h"
#include "base/tsv.h"
#include "intel/feed.h"
#include "intel/formats/shadowserver_report.h"

#include <dirent.h>

extern const struct feed_format format_shadowserver;

static const char fixtures[] = "tests/intel/formats/shadowserver";
static const char samples[] = "../shared/data/feeds/shadowserver";

struct output {
    struct buf lines; /* one event or refusal each */
    struct buf core;  /* what a consumer without extras may use */
};

static errcode
take_event(void *context, const struct event *event, struct err *err)
{
    struct output *out = context;
    char ip_text[IP_TEXT] = "-", network_text[PREFIX_TEXT] = "-";
    event_write_json(event, &out->lines);
    buf_char(&out->lines, '\n');
    if (event->source_ip.version)
        ip_format(event->source_ip, ip_text);
    if (event->source_network.addr.version)
        prefix_format(event->source_network, network_text);
    buf_printf(&out->core, "%lld %s %s %d %u %s %.*s %.*s %.*s\n", (long long)event->time, ip_text,
               network_text, (int)event->source_port, (unsigned)event->source_asn,
               event_class_name(event->class), STR_ARG(event->text[TEXT_FEED_NAME]),
               STR_ARG(event->text[TEXT_MALWARE_NAME]), STR_ARG(event->text[TEXT_IDENTIFIER]));
    return buf_check(&out->lines, "the test's output", err);
}

static void
take_refusal(void *context, uint64_t line, const char *reason)
{
    struct output *out = context;
    struct json_out json = json_out_to(&out->lines);
    json_out_object_begin(&json);
    json_out_pair_u64(&json, "line", line);
    json_out_pair_z(&json, "refused", reason);
    json_out_object_end(&json);
    buf_char(&out->lines, '\n');
}

static errcode
parse(const char *name, str bytes, const char *feed, bool want_extra, struct output *out,
      struct err *err)
{
    struct feed_input input = {.name = name, .bytes = bytes, .feed = feed};
    struct feed_sink sink = {
        .want_extra = want_extra, .context = out, .event = take_event, .refused = take_refusal};
    out->lines = BUF(64 << 20);
    out->core = BUF(64 << 20);
    errcode code = format_shadowserver.parse(&input, &sink, err);
    tap_ok(sink.rows == sink.events + sink.rows_refused, "%s: each row is an event or refused",
           name);
    return code;
}

static void
clear(struct output *out)
{
    buf_clear(&out->lines);
    buf_clear(&out->core);
}

/* A failed parse is one line "error: …". */
static void
parse_text(const char *name, str bytes, const char *feed, struct output *out)
{
    struct err err;
    struct output less;
    if (parse(name, bytes, feed, true, out, &err) != OK) {
        buf_reset(&out->lines);
        buf_printf(&out->lines, "error: %s\n", err.text);
    } else if (parse(name, bytes, feed, false, &less, &err) == OK) {
        tap_eq_str(buf_view(&less.core), buf_view(&out->core), "%s: the same without extras", name);
        clear(&less);
    }
}

static void
show_difference(str got, str want)
{
    str got_line, want_line;
    for (size_t line = 1; str_line(&want, &want_line); line++) {
        if (!str_line(&got, &got_line))
            got_line = STR("(nothing)");
        if (!str_eq(got_line, want_line))
            tap_note("line %zu\n# got  %.*s\n# want %.*s", line, STR_ARG(got_line),
                     STR_ARG(want_line));
    }
}

static void
check_fixture(const char *name)
{
    char path[PATH_TEXT], want_path[PATH_TEXT], want_name[256];
    struct err err;
    struct output out;
    struct buf text = {0}, want = {0};
    snprintf(want_name, sizeof want_name, "%.*s.out.jsonl", (int)strlen(name) - 4, name);
    if (path_join(path, fixtures, name, &err) != OK ||
        path_join(want_path, fixtures, want_name, &err) != OK ||
        file_read(path, 1 << 20, &text, &err) != OK)
        return (void)tap_ok(false, "%s: %s", name, err.text);
    parse_text(name, buf_view(&text), NULL, &out);
    if (getenv("KHIEN_TEST_WRITE"))
        file_replace(want_path, buf_view(&out.lines), &err);
    errcode code = file_read(want_path, 1 << 20, &want, &err);
    tap_no_err(code, &err, "%s is there", want_name);
    if (code == OK) {
        bool same = str_eq(buf_view(&out.lines), buf_view(&want));
        tap_ok(same, "%s", name);
        if (!same)
            show_difference(buf_view(&out.lines), buf_view(&want));
    }
    clear(&out);
    buf_clear(&text);
    buf_clear(&want);
}

static int
is_csv(const struct dirent *entry)
{
    return str_ends(str_of(entry->d_name), STR(".csv"));
}

static size_t
each_csv(const char *folder, void (*check)(const char *name))
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_csv, alphasort);
    for (int i = 0; i < count; i++) {
        check(entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0 ? (size_t)count : 0;
}

/* Keys that are the harness's own, and those that others may name as they like. */
static bool
compared(const char *key)
{
    return strncmp(key, "extra.", 6) != 0 && strcmp(key, "raw") != 0 &&
           strcmp(key, "feed.name") != 0 && strcmp(key, "time.observation") != 0;
}

/* The keys of A that B has not, or not the same. */
static size_t
count_missing(json_t *a, json_t *b, const char *what, size_t line)
{
    size_t missing = 0;
    const char *key;
    json_t *value;
    json_object_foreach(a, key, value)
    {
        if (!compared(key) || json_equal(value, json_object_get(b, key)))
            continue;
        missing++;
        if (missing < 5)
            tap_note("event %zu: %s %s", line, what, key);
    }
    return missing;
}

static void
check_sample(const char *name)
{
    char path[PATH_TEXT], want_name[256];
    struct err err;
    struct output out;
    struct buf text = {0}, want = {0};
    snprintf(want_name, sizeof want_name, "%.*s.expected.jsonl", (int)strlen(name) - 4, name);
    errcode code = path_join(path, samples, name, &err);
    code = code == OK ? file_read(path, 1 << 20, &text, &err) : code;
    code = code == OK ? path_join(path, samples, want_name, &err) : code;
    code = code == OK ? file_read(path, 8 << 20, &want, &err) : code;
    tap_no_err(code, &err, "%s with what IntelMQ makes of it", name);
    if (code != OK)
        return;
    parse_text(name, buf_view(&text), NULL, &out);
    str got = buf_view(&out.lines), rest = buf_view(&want), got_line, want_line;
    size_t lines = 0, wrong = 0;
    while (str_line(&rest, &want_line)) {
        json_t *a = NULL, *b = NULL;
        lines++;
        if (!str_line(&got, &got_line) || json_read(got_line, 1 << 20, &a, &err) != OK ||
            json_read(want_line, 1 << 20, &b, &err) != OK)
            wrong++;
        else
            wrong += count_missing(b, a, "lacks or differs in", lines) +
                     count_missing(a, b, "should not have", lines);
        json_decref(a);
        json_decref(b);
    }
    tap_ok(lines > 0 && wrong == 0 && got.n == 0, "%s: %zu events agree key by key", name, lines);
    clear(&out);
    buf_clear(&text);
    buf_clear(&want);
}

static bool
no_column(const void *context, str name)
{
    (void)context;
    (void)name;
    return false;
}

static bool
any_column(const void *context, str name)
{
    return !no_column(context, name);
}

/* A type that the table may give must be one that there is. */
static bool
type_is_known(const struct shadow_value *type)
{
    return type->choice ? event_class_find(type->then) && event_class_find(type->otherwise)
                        : event_class_find(type->constant) != CLASS_NONE;
}

static void
check_columns(str report, str columns)
{
    str pair, column;
    while (columns.n && str_cut(&columns, ',', &pair)) {
        bool form = str_cut(&pair, '>', &column) && pair.p && column.n;
        if (str_ends(pair, STR("~")))
            pair.n--;
        if (!form || (!str_starts(pair, STR("extra.")) && !event_field_find(pair)))
            tap_ok(false, "%.*s: column %.*s goes to a field that there is", STR_ARG(report),
                   STR_ARG(column));
    }
}

static void
test_table(void)
{
    struct tsv table = tsv_open("shadowserver.tsv", embed_file("shadowserver.tsv"), 10);
    str cells[TSV_CELLS_MAX];
    struct err err;
    bool more;
    size_t rows = 0, names = 0;
    while (tsv_next(&table, cells, &more, &err) == OK && more) {
        struct shadow_report report;
        rows++;
        check_columns(cells[0], cells[6]);
        if (str_eq(cells[0], STR("*")))
            continue;
        str rest = cells[1], name = cells[0];
        do {
            names++;
            name = str_from(name, str_starts(name, STR("=")));
            for (int i = 0; name.n && i < 2; i++) {
                errcode code =
                    shadow_report_find(name, i ? any_column : no_column, NULL, &report, &err);
                if (code != OK || !str_eq(report.facts, cells[0]) || !type_is_known(&report.type))
                    tap_ok(false, "%.*s stands for %.*s", STR_ARG(name), STR_ARG(cells[0]));
            }
        } while (rest.n && str_cut(&rest, ',', &name));
    }
    tap_ok(rows > 150 && names > 400, "%zu rows of facts, %zu names", rows, names);
}

static void
test_file_words(void)
{
    static const char *const words[][2] = {
        {"2021-03-04-event4_sinkhole-country-vn.csv", "event4_sinkhole"},
        {"event4_sinkhole.csv", "event4_sinkhole"},
        {"a/b/2024-07-04-dns_openresolver-123-sample-asn.csv", "dns_openresolver"},
        {"event6_sinkhole", "event6_sinkhole"},
        {"scan redis.csv", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        tap_eq_str(shadow_file_word(str_of(words[i][0])), str_of(words[i][1]), "\"%s\"",
                   words[i][0]);
    tap_ok(!shadow_knows(STR("*")) && !shadow_knows(STR("")), "no name for all reports");
    tap_ok(shadow_knows(STR("Event4_Sinkhole")) && shadow_knows(STR("Sinkhole-Events IPv6")),
           "file names and feed names, any case");
}

static void
check_names(const char *name, const char *feed, const char *want)
{
    static const char text[] = "timestamp,src_ip,src_geo,infection,family\n"
                               "2024-01-02 03:04:05,192.0.2.1,VN,mirai,mirai\n";
    struct output out;
    parse_text(name, str_of(text), feed, &out);
    bool found = str_find(buf_view(&out.lines), str_of(want)) != SIZE_MAX;
    tap_ok(found, "%s, feed %s: %s", name, feed ? feed : "not forced", want);
    if (!found)
        tap_note("got %.*s", STR_ARG(buf_view(&out.lines)));
    clear(&out);
}

static void
test_names(void)
{
    check_names("2024-01-02-event4_sinkhole-x-y.csv", NULL, "\"shadowserver-event4_sinkhole\"");
    check_names("event_sinkhole.csv", NULL, "\"shadowserver-event4_sinkhole\"");
    check_names("event6_sinkhole.csv", NULL, "\"shadowserver-event6_sinkhole\"");
    check_names("x.csv", "Sinkhole-Events IPv6", "\"shadowserver-event6_sinkhole\"");
    check_names("x.csv", "event4_honeypot_darknet", "\"classification.type\":\"other\"");
    check_names("event4_sinkhole.csv", "our-own-name", "\"feed.name\":\"our-own-name\"");
    check_names("2024-01-02-scan_nothing-x.csv", NULL,
                "error: Shadowserver report \"scan_nothing\" is not known");
}

static int
sniff(const char *name, const char *text)
{
    struct feed_input input = {.name = name, .bytes = str_of(text)};
    return format_shadowserver.sniff(&input);
}

static void
test_sniff(void)
{
    static const char sinkhole[] =
        "\"timestamp\",\"src_ip\",\"src_geo\",\"infection\",\"event_id\"\n";
    tap_ok(sniff("2024-01-02-scan_redis-x.csv", "timestamp,ip,port,geo\n") > 90, "by name");
    tap_ok(sniff("export.csv", sinkhole) > 70, "by header");
    tap_ok(sniff("2024-01-02-scan_nothing-x.csv", "timestamp,ip,port,geo\n") > 0,
           "an unknown report is ours to refuse");
    tap_ok(sniff("drone.csv", "name,price,colour\n") == 0, "a known name is not enough");
    tap_ok(sniff("a.csv", "timestamp,value,unit\n") == 0, "a column of times is not enough");
    tap_ok(sniff("scan_redis.csv", "") == 0 && sniff("scan_redis.csv", "\1\2") == 0,
           "neither nothing nor garbage");
}

int
main(void)
{
    test_table();
    test_file_words();
    test_names();
    test_sniff();
    tap_ok(each_csv(fixtures, check_fixture) > 0, "there are fixtures in %s", fixtures);
    if (each_csv(samples, check_sample) == 0)
        tap_skip("the samples of other projects are not here");
    return tap_done();
}
