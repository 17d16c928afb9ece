/* SPDX-License-Identifier: Apache-2.0 */
/* The small feed formats: tests/intel/formats/FORMAT/NAME.in must be recognised as FORMAT by NAME
 * and content, and give NAME.out: the events as JSON lines, then the refusals and the counts as
 * lines with '#'. Where others' samples are, they are read too. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/tap.h"
#include "intel/feed.h"

#include <dirent.h>

static const char folder[] = "tests/intel/formats";
static const char samples[] = "../shared/data/feeds";
static const char *const formats[] = {"feodo",      "urlhaus", "threatfox", "spamhaus_drop",
                                      "dshield",    "cymru",   "bambenek",  "ctip",
                                      "plain_list", "misp",    "stix",      "intelmq"};

struct output {
    struct buf events, refusals;
    uint64_t count[CLASS_COUNT];
    char source[LIMIT_SOURCE_NAME + 1]; /* of the last event */
};

static errcode
take_event(void *context, const struct event *event, struct err *err)
{
    struct output *output = context;
    (void)err;
    output->count[event->class]++;
    str_copy(event->text[TEXT_FEED_NAME], output->source, sizeof output->source);
    event_write_json(event, &output->events);
    buf_char(&output->events, '\n');
    return OK;
}

static void
take_refusal(void *context, uint64_t line, const char *reason)
{
    struct output *output = context;
    buf_printf(&output->refusals, "# line %llu: %s\n", (unsigned long long)line, reason);
}

static errcode
run(const struct feed_format *format, const struct feed_input *input, struct output *output,
    struct feed_sink *sink, struct err *err)
{
    *output = (struct output){.events = BUF(64 << 20), .refusals = BUF(1 << 20)};
    *sink = (struct feed_sink){
        .want_extra = true, .context = output, .event = take_event, .refused = take_refusal};
    return feed_parse(format, input, sink, err);
}

static void
output_clear(struct output *output)
{
    buf_clear(&output->events);
    buf_clear(&output->refusals);
}

static bool
read_text(const char *path, struct buf *ret)
{
    struct err err;
    return file_read(path, 64 << 20, ret, &err) == OK;
}

/* The first line that differs, for the person who reads the failure. */
static void
note_difference(str got, str want)
{
    str got_line, want_line;
    for (int line = 1;; line++) {
        bool more = str_line(&got, &got_line), wanted = str_line(&want, &want_line);
        if (!more && !wanted)
            return;
        if (!more || !wanted || !str_eq(got_line, want_line)) {
            tap_note("line %d", line);
            tap_note("  got  %.*s", more ? (int)got_line.n : 0, more ? got_line.p : "");
            tap_note("  want %.*s", wanted ? (int)want_line.n : 0, wanted ? want_line.p : "");
            return;
        }
    }
}

static void
check_pair(const char *format_name, const char *name)
{
    char path[PATH_TEXT];
    struct buf in, want;
    snprintf(path, sizeof path, "%s/%s/%s.in", folder, format_name, name);
    if (!tap_ok(read_text(path, &in), "%s is there", path))
        return;
    struct feed_input input = {.name = name, .bytes = buf_view(&in)};
    struct err err = {0};
    const struct feed_format *format = feed_sniff(&input, &err);
    tap_eq_z(format ? format->name : "", format_name, "%s/%s is recognised", format_name, name);
    format = feed_format_find(str_of(format_name));
    struct output output;
    struct feed_sink sink;
    errcode code = run(format, &input, &output, &sink, &err);
    struct buf *text = &output.events;
    buf_str(text, buf_view(&output.refusals));
    buf_printf(text, "# %llu rows, %llu refused, %llu skipped, %llu events\n",
               (unsigned long long)sink.rows, (unsigned long long)sink.rows_refused,
               (unsigned long long)sink.rows_skipped, (unsigned long long)sink.events);
    if (code != OK)
        buf_printf(text, "# %s: %s\n", err_code_name(code), err.text);
    snprintf(path, sizeof path, "%s/%s/%s.out", folder, format_name, name);
    if (tap_ok(read_text(path, &want), "%s is there", path)) {
        bool same = str_eq(buf_view(text), buf_view(&want));
        tap_ok(same, "%s/%s gives what it should", format_name, name);
        if (!same)
            note_difference(buf_view(text), buf_view(&want));
        buf_clear(&want);
    }
    output_clear(&output);
    buf_clear(&in);
}

static int
is_input(const struct dirent *entry)
{
    return str_ends(str_of(entry->d_name), STR(".in"));
}

static void
test_pairs(const char *format_name)
{
    char path[PATH_TEXT], name[256];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/%s", folder, format_name);
    int count = scandir(path, &entries, is_input, alphasort);
    tap_ok(count > 0, "%s has inputs", path);
    for (int i = 0; i < count; i++) {
        str file = str_of(entries[i]->d_name);
        if (str_copy((str){file.p, file.n - 3}, name, sizeof name))
            check_pair(format_name, name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* ── others' samples ── */

struct sample {
    const char *path, *format, *source;
    enum event_class class;
    uint64_t events, all; /* of the class, of any */
};

static void
test_sample(const struct sample *sample)
{
    char path[PATH_TEXT];
    struct buf in;
    snprintf(path, sizeof path, "%s/%s", samples, sample->path);
    if (!read_text(path, &in)) {
        tap_skip("no samples in ../shared/data/feeds");
        return;
    }
    struct feed_input input = {.name = path_base(path), .bytes = buf_view(&in)};
    struct err err = {0};
    const struct feed_format *format = feed_sniff(&input, &err);
    tap_eq_z(format ? format->name : "", sample->format, "%s is recognised", sample->path);
    struct output output;
    struct feed_sink sink;
    if (format && tap_no_err(run(format, &input, &output, &sink, &err), &err, "it parses")) {
        tap_eq_i64(sink.rows_refused, 0, "no row is refused");
        tap_eq_i64(output.count[sample->class], sample->events, "the class and number are right");
        tap_eq_i64(sink.events, sample->all, "nothing else is in it");
        tap_eq_z(output.source, sample->source, "the source's name");
        output_clear(&output);
    }
    buf_clear(&in);
}

static const struct sample known_samples[] = {
    {"ipsum.txt", "plain_list", "ipsum", CLASS_BLACKLIST, 120430, 120430},
    {"other/blocklistde-imap.txt", "plain_list", "blocklistde.imap", CLASS_IDS_ALERT, 6, 6},
    {"other/spamhaus-drop.txt", "spamhaus_drop", "spamhaus.drop", CLASS_SPAM, 2, 2},
    {"other/misp_event.json", "misp", "misp.orgname", CLASS_INFECTED_SYSTEM, 1, 1},
    {"other/cymru-infected_20171031.txt", "cymru", "cymru.cap", CLASS_INFECTED_SYSTEM, 4, 9},
};

/* No format takes the files of another, whatever their name. */
static int
is_csv(const struct dirent *entry)
{
    return str_ends(str_of(entry->d_name), STR(".csv"));
}

static void
test_foreign_files(void)
{
    char path[PATH_TEXT];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/shadowserver", samples);
    int count = scandir(path, &entries, is_csv, alphasort);
    if (count < 0) {
        tap_skip("no samples in ../shared/data/feeds");
        return;
    }
    for (int i = 0; i < count; i++) {
        struct buf in = BUF(0);
        snprintf(path, sizeof path, "%s/shadowserver/%s", samples, entries[i]->d_name);
        bool read = read_text(path, &in);
        struct feed_input input = {.name = "report.csv", .bytes = buf_view(&in)};
        const char *taken = read ? "" : "cannot be read";
        for (size_t j = 0; read && j < sizeof formats / sizeof *formats; j++)
            if (feed_format_find(str_of(formats[j]))->sniff(&input))
                taken = formats[j];
        tap_eq_z(taken, "", "nobody takes %s", entries[i]->d_name);
        buf_clear(&in);
        free(entries[i]);
    }
    free(entries);
}

/* ── whose file it is ── */

#define REPORT_HEAD "timestamp,src_ip,src_geo,infection,event_id,detail\n"

/* What bots and their victims say about themselves stands in cells, and comments behind rows are
 * free: no such text makes a file another format's. */
static void
test_planted_marks(void)
{
    static const char *const marks[] = {"DShield.org Recommended Block List",
                                        "Feodo Tracker",
                                        "c2_status dst_ip",
                                        "report|ip|asn|timestamp|",
                                        "https://osint.bambenekconsulting.com/manual/x.txt",
                                        "DateTimeReceivedUtc SourceIp",
                                        "# URLhaus Database Dump (CSV)",
                                        "dateadded,url,url_status",
                                        "Spamhaus DROP List",
                                        "# IPsum Threat Intelligence Feed"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct buf text = BUF(4096);
        struct err err;
        struct feed_input input = {.name = "x.dat"};
        buf_printf(&text, REPORT_HEAD "\"2026-01-01 00:00:00\",192.0.2.1,VN,mirai,,\"%s\"\n",
                   marks[i]);
        input.bytes = buf_view(&text);
        const struct feed_format *format = feed_sniff(&input, &err);
        tap_eq_z(format ? format->name : "", "shadowserver", "a report with \"%s\"", marks[i]);
        buf_reset(&text);
        buf_printf(&text, "{\"source.ip\":\"192.0.2.1\",\"feed.name\":\"%s\"}\n", marks[i]);
        input.bytes = buf_view(&text);
        format = feed_sniff(&input, &err);
        tap_eq_z(format ? format->name : "", "intelmq", "an event with it");
        buf_reset(&text);
        buf_printf(&text, "192.0.2.1\n192.0.2.2 # %s\n", marks[i]);
        input.bytes = buf_view(&text);
        format = feed_sniff(&input, &err);
        tap_eq_z(format ? format->name : "", "plain_list", "a list with it");
        buf_clear(&text);
    }
}

/* A source that has nothing to say today sends a file without rows; that is no fault. */
static const struct {
    const char *format, *name, *text;
} empty_feeds[] = {
    {"shadowserver", "event4_sinkhole.csv", "timestamp,src_ip,src_geo,infection\n"},
    {"shadowserver", "event4_sinkhole.csv", "timestamp,src_ip,src_geo,infection"},
    {"feodo", "feodo.json", "[]\n"},
    {"feodo", "x.txt", "# Feodo Tracker Botnet C2 IP Blocklist #\r\n# END 0 entries\r\n"},
    {"urlhaus", "x.csv", "# URLhaus Database Dump (CSV)\n# id,dateadded,url,url_status\n"},
    {"threatfox", "x.csv", "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"threat_type\"\n"},
    {"threatfox", "threatfox.json", "{\"query_status\":\"no_result\",\"data\":\"none\"}"},
    {"spamhaus_drop", "x.txt", "; Spamhaus DROP List 2026/01/01\n"},
    {"spamhaus_drop", "x.json",
     "{\"type\":\"metadata\",\"records\":0,\"copyright\":\"The Spamhaus Project\"}\n"},
    {"dshield", "x.txt", "# DShield.org Recommended Block List\nStart\tEnd\tNetblock\tAttacks\n"},
    {"cymru", "x.txt", "# report|ip|asn|timestamp|comments|asn_name\n"},
    {"bambenek", "x.txt", "## https://osint.bambenekconsulting.com/manual/\n"},
    {"ctip", "x.csv", "DataFeed,DateTimeReceivedUtc,SourceIp\n"},
    {"plain_list", "x.txt", "# IPsum Threat Intelligence Feed\n#\n"},
    {"plain_list", "blocklistde-ssh.txt", "# nothing\n"},
    {"misp", "x.json", "{\"response\": []}\n"},
    {"misp", "manifest.json", "{}"},
    {"misp", "x.json", "{\"Event\":{\"Orgc\":{\"name\":\"x\"},\"Attribute\":[]}}"},
    {"stix", "x.json", "{\"type\":\"bundle\",\"id\":\"bundle--1\"}"},
    {"stix", "x.json", "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[]}"},
};

static void
test_empty_feeds(void)
{
    for (size_t i = 0; i < sizeof empty_feeds / sizeof *empty_feeds; i++) {
        struct feed_input input = {.name = empty_feeds[i].name,
                                   .bytes = str_of(empty_feeds[i].text)};
        struct err err;
        struct feed_sink sink;
        struct output output;
        const struct feed_format *format = feed_sniff(&input, &err);
        if (!tap_ok(format && str_eq(str_of(format->name), str_of(empty_feeds[i].format)),
                    "%s without rows is recognised (%zu)", empty_feeds[i].format, i))
            continue;
        tap_no_err(run(format, &input, &output, &sink, &err), &err, "it is no fault");
        tap_eq_i64((int64_t)(sink.rows_refused + sink.events), 0, "and has no events");
        output_clear(&output);
    }
}

/* ── names of lists ── */

static const struct {
    const char *file, *forced, *source, *identifier;
    enum event_class class;
} named[] = {
    {"ipsum-2026-08-22.txt", NULL, "ipsum", "ipsum", CLASS_BLACKLIST},
    {"20260822.txt", NULL, "list.unnamed", "unnamed", CLASS_BLACKLIST},
    {"My List (new)_2026-08-22.txt", NULL, "list.my-list-new", "my-list-new", CLASS_BLACKLIST},
    {"2026_08_22-firehol_level1.netset", NULL, "list.firehol-level1", "firehol-level1",
     CLASS_BLACKLIST},
    {"blocklist-index.txt", NULL, "list.blocklist-index", "blocklist-index", CLASS_BLACKLIST},
    {"bots.txt", NULL, "list.bots", "bots", CLASS_BLACKLIST},
    {"blocklist.de_bots.txt", NULL, "blocklistde.bots", "", CLASS_SPAM},
    {"blocklistde.txt", NULL, "blocklistde.all", "", CLASS_BLACKLIST},
    {"x.txt", "blocklistde.ssh", "blocklistde.ssh", "", CLASS_IDS_ALERT},
    {"x.txt", "mine", "mine", "mine", CLASS_BLACKLIST},
};

static errcode
check_named(void *context, const struct event *event, struct err *err)
{
    size_t i = *(size_t *)context;
    (void)err;
    tap_eq_str(event->text[TEXT_FEED_NAME], str_of(named[i].source), "source of %s", named[i].file);
    tap_eq_str(event->text[TEXT_IDENTIFIER], str_of(named[i].identifier), "its identifier");
    tap_eq_z(event_class_name(event->class), event_class_name(named[i].class), "its class");
    return OK;
}

static void
test_names(void)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        struct feed_sink sink = {.context = &i, .event = check_named};
        struct feed_input input = {
            .name = named[i].file, .feed = named[i].forced, .bytes = STR("192.0.2.1\n")};
        struct err err;
        tap_no_err(feed_parse(feed_format_find(STR("plain_list")), &input, &sink, &err), &err,
                   "%s parses", named[i].file);
        tap_eq_i64(sink.events, 1, "one event");
    }
}

/* ── hostile input ── */

static errcode
parse_text(const char *format_name, const char *name, str text, struct feed_sink *sink,
           struct err *err)
{
    struct feed_input input = {.name = name, .bytes = text};
    struct output output;
    errcode code = run(feed_format_find(str_of(format_name)), &input, &output, sink, err);
    output_clear(&output);
    return code;
}

static void
test_long_line(void)
{
    struct buf text = BUF(8 << 20);
    buf_z(&text, "192.0.2.1\n");
    memset(buf_space(&text, LIMIT_LINE + 1), '1', LIMIT_LINE + 1);
    buf_z(&text, "\n192.0.2.2\n");
    struct feed_sink sink;
    struct err err;
    tap_no_err(parse_text("plain_list", "a.txt", buf_view(&text), &sink, &err), &err,
               "a line of a megabyte does not end the list");
    tap_eq_i64(sink.rows, 3, "it is a row");
    tap_eq_i64(sink.rows_refused, 1, "which is refused");
    tap_eq_i64(sink.events, 2, "and the others are taken");
    buf_clear(&text);
}

static void
test_refused_whole(void)
{
    struct buf text = BUF(1 << 20);
    for (int i = 0; i < 30; i++)
        buf_z(&text, "not an address\n");
    struct feed_sink sink;
    struct err err;
    errcode code = parse_text("plain_list", "a.txt", buf_view(&text), &sink, &err);
    tap_eq_i64(code, ERR_FORMAT, "a file of which all rows are refused is refused");
    buf_clear(&text);
}

static void
test_deep_json(void)
{
    struct buf text = BUF(1 << 20);
    for (int i = 0; i < LIMIT_JSON_DEPTH + 1; i++)
        buf_char(&text, '[');
    struct feed_sink sink;
    struct err err;
    tap_eq_i64(parse_text("feodo", "ipblocklist.json", buf_view(&text), &sink, &err), ERR_LIMIT,
               "JSON that is nested too deep is refused by its cap");
    tap_eq_i64(parse_text("feodo", "ipblocklist.json", STR("[{]"), &sink, &err), ERR_FORMAT,
               "what is not JSON is refused");
    buf_clear(&text);
}

/* Lines that end with CR alone make one line of the file; that must not look like no rows. */
static void
test_lone_cr(void)
{
    struct feed_sink sink;
    struct err err;
    tap_eq_i64(parse_text("shadowserver", "event4_sinkhole.csv",
                          STR("timestamp,src_ip,infection\r2026-01-01,192.0.2.1,mirai\r"), &sink,
                          &err),
               ERR_FORMAT, "a report with CR alone is refused");
    tap_no_err(parse_text("plain_list", "x", STR("# list\r192.0.2.1\r"), &sink, &err), &err,
               "a list with CR alone");
    tap_eq_i64(sink.rows_refused, 1, "is refused, not passed over as a comment");
    tap_no_err(parse_text("ctip", "x.csv",
                          STR("DateTimeReceivedUtc,SourceIp\r2026-01-01,192.0.2.1\r"), &sink, &err),
               &err, "a CSV with CR alone");
    tap_eq_i64(sink.rows_refused, 1, "is refused too");
    tap_no_err(parse_text("plain_list", "x", STR("192.0.2.1\r\r\n"), &sink, &err), &err,
               "two CR before LF");
    tap_eq_i64(sink.events, 1, "are one line end");
}

static void
test_refused_query(void)
{
    struct feed_sink sink;
    struct err err;
    tap_eq_i64(parse_text("threatfox", "threatfox.json",
                          STR("{\"query_status\":\"unknown_auth_key\",\"data\":[]}"), &sink, &err),
               ERR_FORMAT, "an answer that is no list is not taken for an empty one");
    tap_ok(strstr(err.text, "unknown_auth_key") != NULL, "and is shown");
}

/* Microsoft counts from 1601; five digits of a year are no time. */
static void
test_late_ticks(void)
{
    struct feed_sink sink;
    struct err err;
    tap_no_err(parse_text("ctip", "x.json",
                          STR("{\"DateTimeReceivedUtc\":\"132500000000000000\","
                              "\"SourceIp\":\"192.0.2.1\"}\n"
                              "{\"DateTimeReceivedUtc\":\"9000000000000000000\","
                              "\"SourceIp\":\"192.0.2.1\"}\n"),
                          &sink, &err),
               &err, "ticks");
    tap_eq_i64(sink.events, 1, "of our time are taken");
    tap_eq_i64(sink.rows_refused, 1, "of the year 30000 are refused");
}

/* A bundle may refer to one long pattern from any number of sightings. */
static void
test_sightings(void)
{
    struct buf text = BUF(8 << 20);
    buf_z(&text, "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[{\"type\":\"indicator\","
                 "\"id\":\"i\",\"pattern\":\"[ipv4-addr:value = '192.0.2.1' OR url:value != '");
    for (int i = 0; i < 100000; i++)
        buf_z(&text, "0123456789");
    buf_z(&text, "']\"}");
    for (int i = 0; i < 400; i++)
        buf_printf(&text, ",{\"type\":\"sighting\",\"id\":\"s%d\",\"sighting_of_ref\":\"i\"}", i);
    buf_z(&text, "]}");
    struct feed_sink sink;
    struct err err;
    tap_no_err(parse_text("stix", "x.json", buf_view(&text), &sink, &err), &err, "many sightings");
    tap_eq_i64(sink.rows, 401, "are rows");
    tap_ok(sink.events > 200 && sink.rows_refused > 100,
           "beyond the cap they are refused, and counted");
    buf_clear(&text);
}

static void
test_misp_object(void)
{
#define HASH "d41d8cd98f00b204e9800998ecf8427e"
    static const char object[] =
        "{\"Event\":{\"Orgc\":{\"name\":\"o\"},\"Object\":[{\"Attribute\":["
        "{\"type\":\"md5\",\"to_ids\":false,\"value\":\"" HASH "\"},"
        "{\"type\":\"sha1\",\"to_ids\":true,"
        "\"value\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"},"
        "{\"type\":\"ip-dst\",\"to_ids\":true,\"value\":\"192.0.2.1\"},"
        "{\"type\":\"port\",\"to_ids\":false,\"value\":\"443\"},"
        "{\"type\":\"port\",\"deleted\":true,\"value\":\"80\"}]}]}}";
    struct feed_input input = {.name = "x.json", .bytes = STR(object)};
    struct output output;
    struct feed_sink sink;
    struct err err;
    tap_no_err(run(feed_format_find(STR("misp")), &input, &output, &sink, &err), &err,
               "an object of MISP");
    str events = buf_view(&output.events);
    tap_eq_i64(sink.events, 2, "a hash for context does not hide the one to detect");
    tap_ok(str_find(events, STR("da39a3ee5e6b")) != SIZE_MAX &&
               str_find(events, STR(HASH)) != SIZE_MAX,
           "whose event has both");
    tap_ok(str_find(events, STR("\"source.port\":443")) != SIZE_MAX,
           "the port is the one that is not deleted");
    output_clear(&output);
}

static errcode
stop(void *context, const struct event *event, struct err *err)
{
    (void)context;
    (void)event;
    return err_set(err, ERR_NO_SPACE, "full");
}

static void
test_sink_error(void)
{
    static const struct {
        const char *format;
        str text;
    } inputs[] = {
        {"plain_list", {"192.0.2.1\n192.0.2.2-192.0.2.9\n", 32}},
        {"cymru", {"bot|192.0.2.1|1|2020-01-01 00:00:00|dest_port: 1,2,3|A, AT\n", 59}},
        {"feodo", {"[{\"ip_address\":\"192.0.2.1\"}]", 28}},
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct feed_sink sink = {.event = stop};
        struct feed_input input = {.name = "x", .bytes = inputs[i].text};
        struct err err;
        errcode code = feed_parse(feed_format_find(str_of(inputs[i].format)), &input, &sink, &err);
        tap_eq_i64(code, ERR_NO_SPACE, "%s hands on the sink's error", inputs[i].format);
        tap_eq_i64(sink.events, 1, "at once");
    }
}

int
main(void)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        test_pairs(formats[i]);
    for (size_t i = 0; i < sizeof known_samples / sizeof *known_samples; i++)
        test_sample(&known_samples[i]);
    test_foreign_files();
    test_planted_marks();
    test_empty_feeds();
    test_names();
    test_lone_cr();
    test_refused_query();
    test_late_ticks();
    test_sightings();
    test_misp_object();
    test_long_line();
    test_refused_whole();
    test_deep_json();
    test_sink_error();
    return tap_done();
}
