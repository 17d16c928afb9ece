/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft Cyber Threat Intelligence Program: bots that call Microsoft's sinkholes. Two forms of
 * JSON: Interflow's list of small records, and Azure's record a line with groups inside and a
 * payload in base64; the latter also as CSV. A field is known by its last name in all of them. */
#include "base/limits.h"
#include "intel/formats/rows.h"

/* Where a field goes: an IntelMQ key, or "extra." and a name. What is not here is not taken. */
struct target {
    const char *field, *key;
};
static const struct target interflow_fields[] = {
    {"description", "event_description.text"},
    {"externalid", "malware.name"},
    {"tlplevel", "tlp"},
    {"firstreporteddatetime", "time.source"},
    {"networksourceipv4", "source.ip"},
    {"networksourceport", "source.port"},
    {"networksourceasn", "source.asn"},
    {"networkdestinationipv4", "destination.ip"},
    {"networkdestinationport", "destination.port"},
    {"hostname", "destination.fqdn"},
    {"isproductlicensed", "extra.isproductlicensed"},
    {"ispartnershareable", "extra.ispartnershareable"},
    {"useragent", "extra.user_agent"},
    {"severity", "extra.severity"},
    {"confidence", "extra.confidence"},
    {NULL, NULL},
};
static const struct target azure_fields[] = {
    {"SourcedFrom", "event_description.text"},
    {"DateTimeReceivedUtc", "time.source"},
    {"Malware", "extra.malware"},
    {"ThreatCode", "malware.name"},
    {"ThreatConfidence", "extra.confidence"},
    {"TotalEncounters", "extra.total_encounters"},
    {"TLP", "tlp"},
    {"SourceIp", "source.ip"},
    {"SourcePort", "source.port"},
    {"DestinationIp", "destination.ip"},
    {"DestinationPort", "destination.port"},
    {"SourceIpAsnNumber", "source.asn"},
    {"SourceIpAsnNr", "source.asn"},
    {"SourceIpAsnOrgName", "source.as_name"},
    {"SourceIpCountryCode", "source.geolocation.cc"},
    {"SourceIpRegion", "source.geolocation.region"},
    {"SourceIpCity", "source.geolocation.city"},
    {"SourceIpPostalCode", "extra.source.geolocation.postal_code"},
    {"SourceIpAreaCode", "extra.source.geolocation.area_code"},
    {"SourceIpMetroCode", "extra.source.geolocation.metro_code"},
    {"SourceIpConnectionType", "extra.source.connection_type"},
    {"DestinationIpAsnNumber", "destination.asn"},
    {"DestinationIpAsnNr", "destination.asn"},
    {"DestinationIpAsnOrgName", "destination.as_name"},
    {"DestinationIpCountryCode", "destination.geolocation.cc"},
    {"DestinationIpRegion", "destination.geolocation.region"},
    {"DestinationIpCity", "destination.geolocation.city"},
    {"DestinationIpConnectionType", "extra.destination.connection_type"},
    {"Sha256", "extra.signatures.sha256"},
    {"HttpHost", "extra.http.host"},
    {"HttpRequest", "extra.http.request"},
    {"HttpMethod", "extra.http.method"},
    {"HttpReferrer", "extra.http.referrer"},
    {"HttpUserAgent", "extra.user_agent"},
    {"HttpVersion", "extra.http.version"},
    {"CustomField1", "extra.custom_field1"},
    {"CustomField2", "extra.custom_field2"},
    {"CustomField3", "extra.custom_field3"},
    {"CustomField4", "extra.custom_field4"},
    {"CustomField5", "extra.custom_field5"},
    {NULL, NULL},
};
static const struct target payload_fields[] = {
    {"ip", "extra.payload.ip"},
    {"port", "extra.payload.port"},
    {"serverIp", "extra.payload.server.ip"},
    {"serverPort", "extra.payload.server.port"},
    {"ServerPort", "extra.payload.server.port"},
    {"family", "extra.payload.family"},
    {"response", "extra.payload.response"},
    {"handler", "extra.payload.handler"},
    {"type", "protocol.application"},
    {"domain", "destination.fqdn"},
    {"Time", "extra.payload.time"},
    {"timestamp_utc", "extra.payload.timestamp_utc"},
    {"SourceIP", "extra.payload.source.ip"},
    {"source_ip", "extra.payload.source.ip"},
    {"source_port", "extra.payload.source.port"},
    {"DestIP", "extra.payload.destination.ip"},
    {"destination_ip", "extra.payload.destination.ip"},
    {"destination_port", "extra.payload.destination.port"},
    {"RemotePort", "extra.payload.remote.port"},
    {"RemoteHost", "extra.payload.remote.host"},
    {"computer_name", "extra.payload.computer_name"},
    {"bot_id", "extra.payload.bot_id"},
    {"BCode", "extra.payload.b_code"},
    {"Protocol", "extra.payload.protocol"},
    {"Length", "extra.payload.length"},
    {"URI", "extra.payload.uri"},
    {"Referer", "extra.http_referer"},
    {"UserAgent", "extra.user_agent"},
    {"RequestMethod", "extra.http.method"},
    {"HTTPHost", "extra.http.host"},
    {NULL, NULL},
};

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    if (first == '{' || first == '[') {
        if (rows_sniff(input, "\"indicatorthreattype\"") && rows_sniff(input, "\"networksourceip"))
            return 95;
        return rows_sniff(input, "\"DateTimeReceivedUtc\"") && rows_sniff(input, "\"SourceIp\"")
                   ? 95
                   : 0;
    }
    return rows_sniff_head(input, "DateTimeReceivedUtc") && rows_sniff_head(input, "SourceIp") ? 90
                                                                                               : 0;
}

/* ── values ── */

/* Hundreds of nanoseconds since 1601 (FILETIME), or text. */
static void
set_time(struct row *row, str value)
{
    const uint64_t epoch = UINT64_C(116444736000000000); /* 1970 */
    const uint64_t last = UINT64_C(2650467743999999999); /* of the year 9999 */
    uint64_t ticks;
    if (value.n >= 17 && str_to_u64(value, last, &ticks) && ticks >= epoch)
        row->event.time = (usec)((ticks - epoch) / 10);
    else
        row_need_time(row, value);
}

/* Lists of equal addresses have been seen: "192.88.99.209, 192.88.99.209". */
static str
first_of_list(str value)
{
    str first, rest = value;
    return str_cut(&rest, ',', &first) ? str_trim(first) : value;
}

static bool
is_blank_value(str value)
{
    return !value.n || str_eq(value, STR("null"));
}

static void
set_field(struct row *row, const char *key, str value)
{
    if (!key || is_blank_value(value))
        return;
    if (str_starts(str_of(key), STR("extra.")))
        row_extra(row, key + 6, value);
    else if (str_eq(str_of(key), STR("time.source")))
        set_time(row, value);
    else if (str_eq(str_of(key), STR("source.ip")))
        row_need(row, key, value);
    else if (str_eq(str_of(key), STR("destination.ip")))
        row_set(row, key, first_of_list(value));
    else if (str_eq(str_of(key), STR("tlp")) && str_eq_nocase(value, STR("yellow")))
        row_set(row, key, STR("amber"));
    else
        row_set(row, key, value);
}

static const char *
find_key(const struct target *fields, str name)
{
    for (; fields->field; fields++)
        if (str_eq(name, str_of(fields->field)))
            return fields->key;
    return NULL;
}

/* The members that FIELDS knows. Zero and "" mean nothing here. */
static void
set_members(struct row *row, json_t *object, const struct target *fields)
{
    const char *name;
    json_t *member;
    json_object_foreach(object, name, member)
    {
        const char *key = find_key(fields, str_of(name));
        str value = key ? row_json(row, object, name) : (str){NULL, 0};
        if (!str_eq(value, STR("0")))
            set_field(row, key, value);
    }
}

/* ── the payload ── */

static int
base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 4648; false on anything else than digits and '=' at the end. */
static bool
base64_decode(str text, struct arena *arena, str *ret)
{
    while (text.n && text.p[text.n - 1] == '=')
        text.n--;
    char *out = arena_alloc(arena, text.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.n; i++) {
        int digit = base64_digit(text.p[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (i % 4) /* the first digit of four completes no byte */
            out[n++] = (char)(bits >> (6 - i % 4 * 2) & 0xff);
    }
    *ret = (str){out, n};
    return true;
}

/* JSON in base64 nearly always; else it is text. */
static void
set_payload(struct row *row, str encoded)
{
    str text;
    json_t *payload = NULL;
    if (!encoded.n || encoded.n > LIMIT_CELL || !base64_decode(encoded, &row->arena, &text))
        return;
    if (json_read(text, LIMIT_CELL, &payload, NULL) != OK || !json_is_object(payload)) {
        if (text.n && !str_has_control(text) && str_is_utf8(text))
            row_extra(row, "payload.text", text);
    } else {
        str domain = row_json(row, payload, "domain");
        set_members(row, payload, payload_fields);
        if (domain.n && !row->event.text[TEXT_DESTINATION_FQDN].n)
            row_extra(row, "payload.domain", domain);
        /* The event must not point into the document. */
        for (size_t i = TEXT_IDENTIFIER; i < TEXT_COUNT; i++)
            if (i == TEXT_DESTINATION_FQDN || i == TEXT_APPLICATION)
                row->event.text[i] = arena_str(&row->arena, row->event.text[i]);
    }
    json_decref(payload);
}

/* ── records ── */

/* "Microsoft.DCU.CTIP.Infected", "CTIP-Infected" → "ctip.infected" */
static str
own_name(struct row *row, str data_feed)
{
    size_t from = data_feed.n;
    while (from && data_feed.p[from - 1] != '.' && data_feed.p[from - 1] != '-')
        from--;
    str last = str_from(data_feed, from);
    if (!last.n || last.n > 32)
        return STR("ctip.infected");
    char name[48] = "ctip.";
    for (size_t i = 0; i < last.n; i++) {
        char c = ascii_lower(last.p[i]);
        name[5 + i] = (c >= 'a' && c <= 'z') || ascii_is_digit(c) ? c : '-';
    }
    return arena_str(&row->arena, str_of(name));
}

static errcode
finish_azure(const struct feed_input *input, struct row *row, str data_feed, str malware,
             struct err *err)
{
    if (!input->feed)
        row->event.text[TEXT_FEED_NAME] = own_name(row, data_feed);
    if (!row->event.text[TEXT_MALWARE_NAME].n)
        row_set(row, "malware.name", malware);
    if (!row->event.source_ip.version)
        row_refuse(row, "no SourceIp");
    if (row->event.time == USEC_NONE)
        row_refuse(row, "no DateTimeReceivedUtc");
    return row_emit(row, err);
}

static errcode
parse_azure(const struct feed_input *input, struct row *row, json_t *object, struct err *err)
{
    static const char *const groups[] = {"SourceIpInfo", "DestinationIpInfo", "HttpInfo",
                                         "CustomInfo", "Signatures"};
    set_members(row, object, azure_fields);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        set_members(row, json_object_get(object, groups[i]), azure_fields);
    set_payload(row, row_json(row, object, "Payload"));
    return finish_azure(input, row, row_json(row, object, "DataFeed"),
                        row_json(row, object, "Malware"), err);
}

static errcode
parse_interflow(struct row *row, json_t *object, struct err *err)
{
    str type = row_json(row, object, "indicatorthreattype");
    if (!str_eq(type, STR("Botnet")))
        row_refuse(row, "indicatorthreattype '%.*s' is not Botnet", type.n > 40 ? 40 : (int)type.n,
                   type.n ? type.p : "");
    set_members(row, object, interflow_fields);
    str metadata = {NULL, 0};
    const json_t *list = json_object_get(object, "additionalmetadata");
    if (json_is_array(list) && json_is_string(json_array_get(list, 0)))
        metadata = str_of(json_string_value(json_array_get(list, 0)));
    if (!is_blank_value(metadata))
        row_extra(row, "additionalmetadata", metadata);
    if (!row->event.source_ip.version)
        row_refuse(row, "no networksourceipv4");
    if (row->event.time == USEC_NONE)
        row_refuse(row, "no firstreporteddatetime");
    return row_emit(row, err);
}

static errcode
parse_object(const struct feed_input *input, struct row *row, uint64_t line, json_t *object,
             struct err *err)
{
    row_begin(row, line, feed_name(input, "ctip.infected"), CLASS_INFECTED_SYSTEM);
    if (!json_is_object(object))
        row_refuse(row, "not a JSON object");
    if (json_object_get(object, "indicatorthreattype"))
        return parse_interflow(row, object, err);
    return parse_azure(input, row, object, err);
}

/* ── files ── */

static errcode
parse_list(const struct feed_input *input, struct row *row, struct err *err)
{
    __attribute__((cleanup(cleanup_json))) json_t *document = NULL;
    errcode code = json_read(input->bytes, LIMIT_JSON_BYTES, &document, err);
    if (code != OK)
        return code;
    size_t i;
    json_t *object;
    json_array_foreach(document, i, object)
    {
        code = parse_object(input, row, i + 1, object, err);
        if (code != OK)
            return code;
    }
    return OK;
}

static errcode
parse_json_line(const struct feed_input *input, struct row *row, uint64_t line_number, str line,
                struct err *err)
{
    __attribute__((cleanup(cleanup_json))) json_t *object = NULL;
    if (json_read(line, LIMIT_LINE, &object, NULL) == OK)
        return parse_object(input, row, line_number, object, err);
    row_begin(row, line_number, feed_name(input, "ctip.infected"), CLASS_INFECTED_SYSTEM);
    row_refuse(row, "not a JSON object");
    return row_emit(row, err);
}

static errcode
parse_cells(const struct feed_input *input, struct row *row, const char *const *keys,
            const str *cells, size_t count, size_t columns, struct err *err)
{
    str data_feed = {NULL, 0}, malware = {NULL, 0};
    if (count != columns)
        row_refuse(row, "%zu cells where the header has %zu", count, columns);
    for (size_t i = 0; i < count && i < columns; i++) {
        if (!keys[i] || str_eq(cells[i], STR("0")))
            continue;
        if (str_eq(str_of(keys[i]), STR("feed.name")))
            data_feed = cells[i];
        else
            set_field(row, keys[i], cells[i]);
        if (str_eq(str_of(keys[i]), STR("extra.malware")))
            malware = cells[i];
    }
    return finish_azure(input, row, data_feed, malware, err);
}

enum { CSV_COLUMNS = 96 };

/* What each column of the header means; the last name of "SourceIpInfo.SourceIpCity" counts. */
static void
read_header(const str *cells, size_t count, const char **keys)
{
    for (size_t i = 0; i < count; i++) {
        str name = cells[i];
        size_t dot = str_find(name, STR("."));
        if (dot != SIZE_MAX)
            name = str_from(name, dot + 1);
        keys[i] = str_eq(name, STR("DataFeed")) ? "feed.name" : find_key(azure_fields, name);
    }
}

static errcode
parse_lines(const struct feed_input *input, struct row *row, struct err *err)
{
    struct rows rows = rows_open(input->bytes, "#");
    str line, cells[CSV_COLUMNS];
    const char *keys[CSV_COLUMNS];
    size_t columns = 0;
    bool json = rows_first(input) == '{';
    enum rows_kind kind;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, row->sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT)
            continue;
        if (json) {
            code = parse_json_line(input, row, rows.line, line, err);
            continue;
        }
        size_t count = rows_cells(line, ',', &row->arena, cells, CSV_COLUMNS);
        if (!columns) {
            read_header(cells, count, keys);
            columns = count;
            continue;
        }
        row_begin(row, rows.line, feed_name(input, "ctip.infected"), CLASS_INFECTED_SYSTEM);
        code = parse_cells(input, row, keys, cells, count, columns, err);
    }
    return code;
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    errcode code =
        rows_first(input) == '[' ? parse_list(input, &row, err) : parse_lines(input, &row, err);
    row_clear(&row);
    return code;
}

const struct feed_format format_ctip = {
    .name = "ctip",
    .summary = "Cyber Threat Intelligence Program: Interflow list, Azure JSON lines or CSV",
    .provider = "Microsoft",
    .sniff = sniff,
    .parse = parse,
};
