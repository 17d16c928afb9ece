/* SPDX-License-Identifier: Apache-2.0 */
/* abuse.ch ThreatFox: indicators of every kind. The CSV export has a blank before each quoted cell;
 * the JSON export is an object from the indicator's number to a list of one; the answer of the API
 * has the list under "data" with shorter keys. */
#include "base/hash.h"
#include "base/limits.h"
#include "intel/formats/rows.h"

enum column {
    FIRST_SEEN,
    IOC_ID,
    IOC_VALUE,
    IOC_TYPE,
    THREAT_TYPE,
    FK_MALWARE,
    MALWARE_ALIAS,
    MALWARE_PRINTABLE,
    LAST_SEEN,
    CONFIDENCE,
    COMPROMISED,
    REFERENCE,
    TAGS,
    ANONYMOUS,
    REPORTER,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {
    "first_seen_utc", "ioc_id",           "ioc_value",      "ioc_type",
    "threat_type",    "fk_malware",       "malware_alias",  "malware_printable",
    "last_seen_utc",  "confidence_level", "is_compromised", "reference",
    "tags",           "anonymous",        "reporter"};
/* What the JSON forms call the same, where it differs. */
static const char *const other_names[COLUMNS] = {
    [FIRST_SEEN] = "first_seen", [IOC_ID] = "id",           [IOC_VALUE] = "ioc",
    [FK_MALWARE] = "malware",    [LAST_SEEN] = "last_seen",
};

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    if (first == '#' || first == '"')
        return rows_sniff_head(input, "\"ioc_value\"") && rows_sniff_head(input, "\"threat_type\"")
                   ? 95
                   : 0;
    if (first == '{' && rows_sniff(input, "\"ioc_type\"") && rows_sniff(input, "\"threat_type\""))
        return 95;
    if (first == '{' && rows_sniff(input, "\"query_status\"") && rows_name_has(input, "threatfox"))
        return 60;
    return 0;
}

static enum event_class
class_of(str threat_type)
{
    static const struct {
        const char *type;
        enum event_class class;
    } classes[] = {
        {"botnet_cc", CLASS_C2_SERVER},
        {"payload_delivery", CLASS_MALWARE_DISTRIBUTION},
        {"payload", CLASS_MALWARE},
        {"cc_skimming", CLASS_OTHER},
    };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (str_eq(threat_type, str_of(classes[i].type)))
            return classes[i].class;
    return CLASS_NONE;
}

/* The kind is told by the length: the export calls a SHA-1 a sha256_hash now and then. */
static void
set_hash(struct row *row, str value)
{
    static const char *const keys[] = {
        [DIGEST_MD5] = "malware.hash.md5",
        [DIGEST_SHA1] = "malware.hash.sha1",
        [DIGEST_SHA256] = "malware.hash.sha256",
    };
    uint8_t digest[DIGEST_MAX];
    enum digest_kind kind;
    if (digest_parse(value, &kind, digest))
        row_set(row, keys[kind], arena_lower(&row->arena, value));
    else
        row_refuse(row, "a hash of %zu characters is none of MD5, SHA-1, SHA-256", value.n);
}

/* False for a kind of indicator that no event can carry (senders of mail). */
static bool
set_indicator(struct row *row, str type, str value)
{
    if (str_eq(type, STR("ip:port")) || str_eq(type, STR("ip"))) {
        if (!row_set_address_port(row, value))
            row_refuse(row, "'%.*s' is not an address and a port", value.n > 80 ? 80 : (int)value.n,
                       value.p);
    } else if (str_eq(type, STR("domain"))) {
        row_need(row, "source.fqdn", value);
    } else if (str_eq(type, STR("url"))) {
        row_need_url(row, value);
    } else if (str_ends(type, STR("_hash"))) {
        set_hash(row, value);
    } else {
        return false;
    }
    return true;
}

static str
known(str name)
{
    bool unknown = str_eq_nocase(name, STR("None")) ||
                   str_eq_nocase(name, STR("Unknown malware")) ||
                   str_eq_nocase(name, STR("unknown"));
    return unknown ? (str){NULL, 0} : name;
}

static errcode
parse_record(struct row *row, const str cells[COLUMNS], struct err *err)
{
    row->event.class = class_of(cells[THREAT_TYPE]);
    if (row->event.class == CLASS_NONE)
        row_refuse(row, "unknown threat type '%.*s'",
                   cells[THREAT_TYPE].n > 80 ? 80 : (int)cells[THREAT_TYPE].n,
                   cells[THREAT_TYPE].n ? cells[THREAT_TYPE].p : "");
    else if (!set_indicator(row, cells[IOC_TYPE], cells[IOC_VALUE]))
        row_skip(row);
    row_need_time(row, cells[FIRST_SEEN]);
    row_set(row, "classification.identifier", cells[THREAT_TYPE]);
    if (!row_set(row, "malware.name", known(cells[MALWARE_PRINTABLE])))
        row_set(row, "malware.name", known(cells[FK_MALWARE]));
    row_set(row, "event_description.url", cells[REFERENCE]);
    row_extra(row, "ioc_id", cells[IOC_ID]);
    row_extra(row, "fk_malware", known(cells[FK_MALWARE]));
    row_extra(row, "malware_alias", known(cells[MALWARE_ALIAS]));
    row_extra(row, "last_seen", cells[LAST_SEEN]);
    row_extra(row, "confidence_level", cells[CONFIDENCE]);
    row_extra(row, "is_compromised", cells[COMPROMISED]);
    row_extra(row, "tags", known(cells[TAGS]));
    row_extra(row, "reporter", cells[REPORTER]);
    return row_emit(row, err);
}

static errcode
parse_csv(const struct feed_input *input, struct row *row, struct err *err)
{
    struct rows rows = rows_open(input->bytes, "#");
    enum rows_kind kind;
    size_t at[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        at[i] = i;
    str line, found[COLUMNS + 2], cells[COLUMNS];
    while ((kind = rows_next(&rows, row->sink, &line)) != ROWS_END) {
        size_t count = rows_cells(line, ',', &row->arena, found, COLUMNS + 2);
        if (rows_header(found, count, column_names, COLUMNS, 5, at) || kind == ROWS_COMMENT) {
            arena_reset(&row->arena);
            continue;
        }
        for (size_t i = 0; i < COLUMNS; i++)
            cells[i] = at[i] < count ? found[at[i]] : (str){NULL, 0};
        row_begin(row, rows.line, feed_name(input, "threatfox"), CLASS_NONE);
        if (count < 5)
            row_refuse(row, "the cells are not those of ThreatFox");
        errcode code = parse_record(row, cells, err);
        if (code != OK)
            return code;
    }
    return OK;
}

/* Tags and aliases are lists in JSON: the words with commas between. */
static str
joined(struct row *row, const json_t *list)
{
    struct buf text = BUF(LIMIT_CELL);
    size_t i;
    const json_t *word;
    json_array_foreach(list, i, word)
    {
        if (i)
            buf_char(&text, ',');
        buf_z(&text, json_is_string(word) ? json_string_value(word) : "");
    }
    str view = arena_str(&row->arena, buf_view(&text));
    buf_clear(&text);
    return view;
}

static errcode
parse_object(struct row *row, const json_t *object, struct err *err)
{
    str cells[COLUMNS];
    if (!json_is_object(object))
        row_refuse(row, "the indicator is not an object");
    for (size_t i = 0; i < COLUMNS; i++) {
        const json_t *list = json_object_get(object, column_names[i]);
        cells[i] = json_is_array(list) ? joined(row, list) : row_json(row, object, column_names[i]);
        if (!cells[i].n && other_names[i])
            cells[i] = row_json(row, object, other_names[i]);
    }
    return parse_record(row, cells, err);
}

static errcode
parse_list(const struct feed_input *input, struct row *row, const json_t *list, struct err *err)
{
    size_t i;
    const json_t *object;
    json_array_foreach(list, i, object)
    {
        row_begin(row, row->sink->rows + 1, feed_name(input, "threatfox"), CLASS_NONE);
        errcode code = parse_object(row, object, err);
        if (code != OK)
            return code;
    }
    return OK;
}

static errcode
parse_json(const struct feed_input *input, struct row *row, struct err *err)
{
    __attribute__((cleanup(cleanup_json))) json_t *document = NULL;
    errcode code = json_read(input->bytes, LIMIT_JSON_BYTES, &document, err);
    if (code != OK)
        return code;
    if (!json_is_object(document))
        return err_set(err, ERR_FORMAT, "the document is not an object of indicators");
    str status = json_text(document, "query_status");
    if (status.n && !str_eq(status, STR("ok")) && !str_eq(status, STR("no_result")))
        return err_set(err, ERR_FORMAT, "the server answered \"%.*s\" instead of indicators",
                       (int)(status.n < 80 ? status.n : 80), status.p);
    const char *key;
    json_t *list;
    json_object_foreach(document, key, list)
    {
        code = parse_list(input, row, list, err);
        if (code != OK)
            return code;
    }
    return OK;
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    errcode code =
        rows_first(input) == '{' ? parse_json(input, &row, err) : parse_csv(input, &row, err);
    row_clear(&row);
    return code;
}

const struct feed_format format_threatfox = {
    .name = "threatfox",
    .summary = "ThreatFox exports, CSV and JSON: addresses, domains, URLs and hashes",
    .provider = "abuse.ch",
    .sniff = sniff,
    .parse = parse,
};
