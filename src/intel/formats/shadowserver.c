/* SPDX-License-Identifier: Apache-2.0 */
/* Shadowserver's daily reports, all of them: CSV whose columns come in any order. The header is
 * resolved once into what to do with each column; a row then only touches the columns that its
 * reader wants. Values are cleaned as IntelMQ cleans them, so that both make the same events. */
#include "base/require.h"
#include "intel/feed.h"
#include "intel/formats/csv.h"
#include "intel/formats/shadowserver_report.h"

#define NO_COLUMN SIZE_MAX

struct header {
    str names[LIMIT_COLUMNS];
    size_t count;
};

/* A column that fills one field of an event. */
struct field_column {
    const struct event_field *field;
    size_t column;
    bool not_zero, url;
};

struct extra_column {
    str key;
    size_t column;
    bool not_zero;
};

struct reader {
    const struct feed_input *input;
    struct feed_sink *sink;
    struct shadow_report report;
    struct csv csv;
    struct header header;
    struct arena arena, row_arena; /* of the file; of one row */

    /* The columns that every reader of events needs. */
    size_t time, source_ip, source_port, source_asn, malware_name;
    bool malware_not_zero;
    size_t type_column, identifier_column, taxonomy_column;
    enum event_class class, other_class; /* when the type's choice holds, and when not */

    /* The others, for those who want everything. */
    struct field_column fields[LIMIT_COLUMNS];
    size_t field_count;
    struct extra_column extra_columns[LIMIT_COLUMNS];
    size_t extra_column_count;
    struct event_extra extras[LIMIT_COLUMNS];
    size_t url_host, url_path, application;

    struct event blank, event;
    char date[10]; /* the last date seen, and when it begins */
    usec date_start;
};

static size_t
header_find(const struct header *header, str name)
{
    for (size_t i = 0; i < header->count; i++)
        if (str_eq(header->names[i], name))
            return i;
    return NO_COLUMN;
}

static bool
header_has(const void *header, str name)
{
    return header_find(header, name) != NO_COLUMN;
}

static void
read_header(const struct csv *csv, struct header *ret)
{
    ret->count = csv->cells;
    for (size_t i = 0; i < csv->cells; i++)
        ret->names[i] = str_trim(csv_cell(csv, i));
}

/* Headers that only one report (or several that mean the same) has, for files without their name.
 * The first fit counts. */
static const struct {
    const char *report;
    const char *columns[5];
} header_marks[] = {
    {"event4_sinkhole_http_referer", {"http_referer_ip", "dst_ip", "infection", "event_id"}},
    {"event4_sinkhole_http", {"src_ip", "http_host", "http_agent", "forwarded_by", "event_id"}},
    {"event4_honeypot_brute_force", {"src_ip", "client_version", "payload_url", "service"}},
    {"event4_honeypot_http_scan", {"src_ip", "http_request_method", "session_tags", "body_raw"}},
    {"event4_honeypot_ddos_amp", {"src_ip", "request", "bytes", "end_time", "event_id"}},
    {"compromised_website", {"ip", "http_host", "detected_since", "redirect_target"}},
};

/* What a plain sinkhole report has and nothing else. */
static const char plain_event[] =
    " timestamp protocol src_ip src_port src_asn src_geo src_region src_city src_hostname "
    "src_naics src_sector device_vendor device_type device_model severity dst_ip dst_port dst_asn "
    "dst_geo dst_region dst_city dst_hostname dst_naics dst_sector public_source infection family "
    "tag application version event_id ssl_cipher ssl_servername machine_name detail ";

static bool
is_plain_event(const struct header *header)
{
    for (size_t i = 0; i < header->count; i++) {
        char word[40];
        int n = snprintf(word, sizeof word, " %.*s ", STR_ARG(header->names[i]));
        if (n >= (int)sizeof word || !strstr(plain_event, word))
            return false;
    }
    return header_has(header, STR("src_ip")) && header_has(header, STR("infection")) &&
           header_has(header, STR("event_id"));
}

static str
guess_report(const struct header *header)
{
    for (size_t i = 0; i < sizeof header_marks / sizeof *header_marks; i++) {
        bool fits = true;
        for (size_t j = 0; j < 5 && header_marks[i].columns[j]; j++)
            fits = fits && header_has(header, str_of(header_marks[i].columns[j]));
        if (fits)
            return str_of(header_marks[i].report);
    }
    return is_plain_event(header) ? STR("event4_sinkhole") : STR("");
}

/* The report that this file is: as forced, else by its name, else by its header. */
static str
choose_report(const struct feed_input *input, const struct header *header)
{
    if (input->feed && shadow_knows(str_of(input->feed)))
        return str_of(input->feed);
    str word = shadow_file_word(str_of(input->name));
    if (shadow_knows(word))
        return word;
    str guess = guess_report(header);
    return guess.n ? guess : word;
}

static bool
looks_like_report(const struct header *header)
{
    return header_has(header, STR("timestamp")) &&
           (header_has(header, STR("geo")) || header_has(header, STR("src_geo")));
}

static int
sniff(const struct feed_input *input)
{
    struct csv csv;
    struct header header;
    csv_init(&csv, input->bytes, ',');
    int sure = 0;
    if (csv_next(&csv, NULL) == CSV_RECORD && csv.cells > 2) {
        read_header(&csv, &header);
        str word = shadow_file_word(str_of(input->name));
        if (!header_has(&header, STR("timestamp")))
            sure = 0;
        else if (shadow_knows(word) || (input->feed && shadow_knows(str_of(input->feed))))
            sure = 95;
        else if (guess_report(&header).n)
            sure = 80;
        else if (looks_like_report(&header))
            sure = 40; /* so that the refusal can name the report */
    }
    csv_clear(&csv);
    return sure;
}

/* str_trim, without the call where there is nothing to trim. */
static inline str
trim(str s)
{
    return s.n && s.p[0] > ' ' && s.p[s.n - 1] > ' ' ? s : str_trim(s);
}

/* Text as IntelMQ takes it: trimmed, and absent when empty or a stand-in for nothing. */
static inline str
present(str s)
{
    s = trim(s);
    bool absent = (s.n == 1 && s.p[0] == '-') || (s.n == 3 && memcmp(s.p, "N/A", 3) == 0);
    return absent ? (str){s.p, 0} : s;
}

static inline bool
is_zero(str s)
{
    return (s.n == 1 && s.p[0] == '0') || (s.n == 7 && memcmp(s.p, "unknown", 7) == 0);
}

static str
cell(const struct reader *r, size_t column)
{
    return column == NO_COLUMN ? (str){NULL, 0} : csv_cell(&r->csv, column);
}

static str
row_value(const struct reader *r, const struct shadow_value *value, size_t column)
{
    if (!value->column.n)
        return value->constant;
    str text = cell(r, column);
    if (value->choice)
        return str_eq(text, value->word) ? value->then : value->otherwise;
    text = present(text);
    return (value->not_zero && is_zero(text)) || !str_is_utf8(text) ? (str){NULL, 0} : text;
}

/* "2021-03-04 00:00:00": the date is that of the row before nearly always. */
static bool
read_time(struct reader *r, str s, usec *ret)
{
    if (s.n == 19 && memcmp(s.p, r->date, sizeof r->date) == 0 && s.p[10] == ' ' &&
        s.p[13] == ':' && s.p[16] == ':') {
        unsigned digit[6] = {(unsigned)(s.p[11] - '0'), (unsigned)(s.p[12] - '0'),
                             (unsigned)(s.p[14] - '0'), (unsigned)(s.p[15] - '0'),
                             (unsigned)(s.p[17] - '0'), (unsigned)(s.p[18] - '0')};
        unsigned hour = digit[0] * 10 + digit[1];
        if (digit[0] < 3 && digit[1] < 10 && hour < 24 && digit[2] < 6 && digit[3] < 10 &&
            digit[4] < 6 && digit[5] < 10) {
            unsigned second = hour * 3600 + (digit[2] * 10 + digit[3]) * 60 + digit[4] * 10;
            *ret = r->date_start + (usec)(second + digit[5]) * USEC_PER_SECOND;
            return true;
        }
    }
    day date;
    s = str_trim(s);
    if (!time_parse(s, ret))
        return false;
    if (s.n >= sizeof r->date && day_parse((str){s.p, sizeof r->date}, &date)) {
        memcpy(r->date, s.p, sizeof r->date);
        r->date_start = day_start(date);
    }
    return true;
}

/* Optional sign and digits; false when it is no number. Too large ones give MAX + 1, negative ones
 * and zero give 0. */
static bool
read_number(str s, uint64_t max, uint64_t *ret)
{
    s = trim(s);
    if (!s.n)
        return false;
    bool minus = s.p[0] == '-';
    if (minus || s.p[0] == '+')
        s = str_from(s, 1);
    if (!s.n)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return false;
        value = value > max ? value : value * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret = minus ? 0 : value > max ? max + 1 : value;
    return true;
}

static void
refuse(struct reader *r, const char *what, str value, const char *why)
{
    enum { SHOWN = 60 };
    int shown = value.n > SHOWN ? SHOWN : (int)value.n;
    feed_refuse(r->sink, r->csv.line, "%s \"%.*s\" %s", what, shown, value.n ? value.p : "", why);
}

/* An address that its sender made unreadable, as reports that are passed on have it: "192.0.x.x",
 * "192.0.2.7.8". The row stays, without the address. */
static bool
is_blurred(str text)
{
    size_t groups = 0, hidden = 0;
    str rest = text, group;
    while (rest.p && str_cut(&rest, '.', &group)) {
        bool digits = group.n >= 1 && group.n <= 3, letters = digits;
        for (size_t i = 0; i < group.n; i++) {
            digits = digits && ascii_is_digit(group.p[i]);
            letters = letters && (ascii_lower(group.p[i]) == 'x' || group.p[i] == '*');
        }
        if (!digits && !letters)
            return false;
        groups++;
        hidden += letters;
    }
    return groups > 4 || (groups == 4 && hidden);
}

static bool
parse_source(str text, ip *ret)
{
    ip addr;
    if (!ip_parse(text, &addr) || (addr.lo == 0 && addr.hi == 0))
        return false;
    *ret = addr;
    return true;
}

static bool
read_source(struct reader *r)
{
    str text = cell(r, r->source_ip);
    struct event *event = &r->event;
    event->source_network = (prefix){0};
    event->source_ip = (ip){0};
    if (__builtin_expect(parse_source(text, &event->source_ip), 1))
        return true;
    text = str_trim(text);
    size_t zone = str_find(text, STR("%"));
    if (parse_source(zone == SIZE_MAX ? text : (str){text.p, zone}, &event->source_ip))
        return true;
    if (r->report.address == SHADOW_NONE || r->report.address == SHADOW_OPTIONAL ||
        is_blurred(text))
        return true;
    if (r->report.address == SHADOW_NETWORK && str_find(text, STR("/")) != SIZE_MAX &&
        prefix_parse(text, true, &event->source_network))
        return true;
    refuse(r, "source address", text, "is not an address");
    return false;
}

/* Numbers that IntelMQ converts before it does anything else: where one is none, the row is
 * refused. */
static bool
read_numbers(struct reader *r)
{
    uint64_t value;
    str text = cell(r, r->source_port);
    r->event.source_port = -1;
    if (text.n) {
        if (!read_number(text, 65535, &value) || value > 65535) {
            refuse(r, "source port", text, "is not a port");
            return false;
        }
        r->event.source_port = (int32_t)value;
    }
    text = cell(r, r->source_asn);
    r->event.source_asn = 0;
    if (text.n) {
        if (!read_number(text, UINT32_MAX, &value)) {
            refuse(r, "source ASN", text, "is not a number");
            return false;
        }
        r->event.source_asn = value > UINT32_MAX ? 0 : (uint32_t)value;
    }
    return true;
}

/* A name in printable ASCII, lower case. */
static str
read_malware_name(struct reader *r)
{
    str name = present(cell(r, r->malware_name));
    bool upper = false;
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] < ' ' || name.p[i] > '~')
            return (str){NULL, 0};
        upper |= name.p[i] >= 'A' && name.p[i] <= 'Z';
    }
    if (r->malware_not_zero && is_zero(name))
        return (str){NULL, 0};
    return upper ? arena_lower(&r->row_arena, name) : name;
}

/* What every consumer needs. */
static bool
read_core(struct reader *r)
{
    struct event *event = &r->event;
    str time = cell(r, r->time);
    if (!read_time(r, time, &event->time)) {
        refuse(r, "timestamp", time, "is not a time");
        return false;
    }
    if (!read_source(r) || !read_numbers(r))
        return false;
    event->text[TEXT_MALWARE_NAME] = read_malware_name(r);
    event->text[TEXT_IDENTIFIER] = row_value(r, &r->report.identifier, r->identifier_column);
    if (r->report.type.choice) {
        bool first = str_eq(cell(r, r->type_column), r->report.type.word);
        event->class = first ? r->class : r->other_class;
        if (first && r->type_column == r->malware_name)
            event->text[TEXT_MALWARE_NAME] = (str){NULL, 0}; /* the word is no family's */
    }
    return true;
}

/* Host and path stand in columns of their own; the path may be a whole request ("GET /x HTTP/1.1").
 * VALUE is the mapped column, which counts alone when one of them is empty. */
static str
build_url(struct reader *r, str value)
{
    str host = cell(r, r->url_host), path = cell(r, r->url_path);
    if (!host.n || !path.n)
        return value;
    const char *slash = memchr(path.p, '/', path.n);
    path = slash ? str_from(path, (size_t)(slash - path.p)) : (str){path.p, 0};
    size_t n = 0;
    while (n < path.n && path.p[n] != ' ' && (path.p[n] < '\t' || path.p[n] > '\r'))
        n++;
    str scheme = cell(r, r->application);
    if (!str_eq(scheme, STR("http")) && !str_eq(scheme, STR("https")))
        scheme = STR("http");
    size_t size = scheme.n + 3 + host.n + n;
    char *url = arena_alloc(&r->row_arena, size + 1);
    snprintf(url, size + 1, "%.*s://%.*s%.*s", STR_ARG(scheme), STR_ARG(host), (int)n, path.p);
    return (str){url, size};
}

static void
add_extra(struct reader *r, str key, str value)
{
    require(r->event.extra_count < LIMIT_COLUMNS);
    if (value.n > LIMIT_CELL)
        value.n = LIMIT_CELL;
    r->extras[r->event.extra_count++] = (struct event_extra){key, value};
}

/* The rest of the row: fields, constants that outrank columns, extras. */
static void
read_rest(struct reader *r)
{
    struct event *event = &r->event;
    event->extras = r->extras;
    for (size_t i = 0; i < r->field_count; i++) {
        const struct field_column *f = &r->fields[i];
        str raw = csv_cell(&r->csv, f->column), value = present(raw);
        if (f->url)
            value = present(build_url(r, raw));
        if (!value.n || (f->not_zero && is_zero(value)))
            continue;
        if (!event_set(event, f->field, value, &r->row_arena))
            add_extra(r, r->header.names[f->column], raw);
    }
    str source = cell(r, r->source_ip);
    if (source.n && !event->source_ip.version && !event->source_network.addr.version)
        add_extra(r, r->header.names[r->source_ip], source);
    if (r->report.transport.n)
        event->text[TEXT_TRANSPORT] = r->report.transport;
    if (r->report.application.n)
        event->text[TEXT_APPLICATION] = r->report.application;
    str taxonomy = row_value(r, &r->report.taxonomy, r->taxonomy_column);
    if (taxonomy.n)
        event->taxonomy = arena_z(&r->row_arena, taxonomy);
    for (size_t i = 0; i < r->extra_column_count; i++) {
        const struct extra_column *e = &r->extra_columns[i];
        str value = csv_cell(&r->csv, e->column);
        if (value.n && !(e->not_zero && is_zero(value)))
            add_extra(r, e->key, value);
    }
}

static errcode
read_rows(struct reader *r, struct err *err)
{
    struct err reason;
    for (;;) {
        enum csv_result result = csv_next(&r->csv, &reason);
        if (result == CSV_END)
            return OK;
        feed_row(r->sink);
        if (__builtin_expect(result == CSV_REFUSED, 0)) {
            feed_refuse(r->sink, r->csv.line, "%s", reason.text);
            continue;
        }
        if (r->sink->want_extra)
            r->event = r->blank;
        arena_reset(&r->row_arena);
        if (!read_core(r))
            continue;
        if (r->sink->want_extra)
            read_rest(r);
        errcode code = feed_emit(r->sink, &r->event, err);
        if (code != OK)
            return code;
    }
}

/* Columns with a place of their own in the reader; NULL for others. */
static size_t *
core_column(struct reader *r, str key)
{
    if (str_eq(key, STR("time.source")))
        return &r->time;
    if (str_eq(key, STR("source.ip")))
        return &r->source_ip;
    if (str_eq(key, STR("source.port")))
        return &r->source_port;
    if (str_eq(key, STR("source.asn")))
        return &r->source_asn;
    return str_eq(key, STR("malware.name")) ? &r->malware_name : NULL;
}

static bool
has_constant(const struct reader *r, str key)
{
    return (str_eq(key, STR("protocol.transport")) && r->report.transport.n) ||
           (str_eq(key, STR("protocol.application")) && r->report.application.n);
}

static void
add_extra_column(struct reader *r, size_t column, const struct shadow_target *target)
{
    str key = r->header.names[column];
    if (str_starts(target->key, STR("extra.")))
        key = str_from(target->key, sizeof "extra." - 1);
    r->extra_columns[r->extra_column_count++] =
        (struct extra_column){key, column, target->not_zero};
}

/* A second column for the same field is an extra. */
static bool
field_taken(const struct reader *r, const struct event_field *field)
{
    for (size_t i = 0; i < r->field_count; i++)
        if (r->fields[i].field == field)
            return true;
    return false;
}

static void
place_column(struct reader *r, size_t column, bool own)
{
    struct shadow_target target = {0};
    bool known = shadow_column_find(&r->report, r->header.names[column], &target);
    if ((known && target.own) != own)
        return;
    size_t *core = core_column(r, target.key);
    const struct event_field *field = event_field_find(target.key);
    if (core && *core == NO_COLUMN) {
        *core = column;
        if (core == &r->malware_name)
            r->malware_not_zero = target.not_zero;
    } else if (!core && field && !has_constant(r, target.key) && !field_taken(r, field)) {
        bool url = str_ends(target.key, STR(".url"));
        r->fields[r->field_count++] = (struct field_column){field, column, target.not_zero, url};
    } else if (!known || !has_constant(r, target.key)) {
        add_extra_column(r, column, &target);
    }
}

static void
place_columns(struct reader *r)
{
    const struct header *header = &r->header;
    r->time = r->source_ip = r->source_port = r->source_asn = r->malware_name = NO_COLUMN;
    for (size_t i = 0; i < header->count; i++)
        place_column(r, i, true);
    for (size_t i = 0; i < header->count; i++)
        place_column(r, i, false);
    r->type_column = header_find(header, r->report.type.column);
    r->identifier_column = header_find(header, r->report.identifier.column);
    r->taxonomy_column = header_find(header, r->report.taxonomy.column);
    r->url_host = header_find(header, STR("cc_dns"));
    if (r->url_host == NO_COLUMN)
        r->url_host = header_find(header, STR("http_host"));
    r->url_path = header_find(header, STR("url"));
    if (r->url_path == NO_COLUMN)
        r->url_path = header_find(header, STR("http_url"));
    r->application = header_find(header, STR("application"));
}

static void
place_class(struct reader *r)
{
    const struct shadow_value *type = &r->report.type;
    r->class = event_class_find(type->choice ? type->then : type->constant);
    r->other_class = type->choice ? event_class_find(type->otherwise) : r->class;
    require(r->class != CLASS_NONE && r->other_class != CLASS_NONE);
}

static errcode
open_report(struct reader *r, struct err *err)
{
    enum csv_result result = csv_next(&r->csv, err);
    if (result == CSV_END)
        return err_set(err, ERR_FORMAT, "empty: not even a header");
    if (result == CSV_REFUSED)
        return err_prefix(err, "header, line %zu", r->csv.line);
    read_header(&r->csv, &r->header);
    for (size_t i = 0; i < r->header.count; i++)
        r->header.names[i] = arena_str(&r->arena, r->header.names[i]);
    if (csv_has_cr(&r->csv))
        return err_set(err, ERR_FORMAT, CSV_CR_TEXT);
    csv_expect(&r->csv, r->header.count);
    str name = choose_report(r->input, &r->header);
    errcode code = shadow_report_find(name, header_has, &r->header, &r->report, err);
    if (code != OK)
        return code;
    place_columns(r);
    place_class(r);
    if (r->time == NO_COLUMN)
        return err_set(err, ERR_FORMAT, "a %.*s report without its column \"timestamp\"",
                       STR_ARG(r->report.name));
    if (r->source_ip == NO_COLUMN &&
        (r->report.address == SHADOW_REQUIRED || r->report.address == SHADOW_NETWORK))
        return err_set(err, ERR_FORMAT, "a %.*s report without a column of source addresses",
                       STR_ARG(r->report.name));
    return OK;
}

static str
source_name(struct reader *r)
{
    const char *forced = r->input->feed;
    if (forced && !shadow_knows(str_of(forced)))
        return str_of(forced);
    size_t size = sizeof "shadowserver-" + r->report.name.n;
    char *name = arena_alloc(&r->arena, size);
    snprintf(name, size, "shadowserver-%.*s", STR_ARG(r->report.name));
    return (str){name, size - 1};
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct reader *r = mem_calloc(1, sizeof *r);
    r->input = input;
    r->sink = sink;
    csv_init(&r->csv, input->bytes, ',');
    errcode code = open_report(r, err);
    if (code == OK) {
        event_init(&r->blank);
        r->blank.class = r->class;
        r->blank.text[TEXT_FEED_NAME] = source_name(r);
        r->event = r->blank;
        code = read_rows(r, err);
    }
    csv_clear(&r->csv);
    arena_clear(&r->arena);
    arena_clear(&r->row_arena);
    free(r);
    return code;
}

const struct feed_format format_shadowserver = {
    .name = "shadowserver",
    .summary = "daily reports (CSV): sinkholes, honeypots, exposed services, compromises",
    .provider = "The Shadowserver Foundation",
    .sniff = sniff,
    .parse = parse,
};
