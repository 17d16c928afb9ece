/* SPDX-License-Identifier: Apache-2.0 */
/* abuse.ch Feodo Tracker: servers that command Emotet, QakBot, Dridex and their like. Its block
 * list comes as JSON, as CSV under a box of comments, and as bare addresses. */
#include "base/limits.h"
#include "intel/formats/rows.h"

enum column { FIRST_SEEN, DST_IP, DST_PORT, C2_STATUS, LAST_ONLINE, MALWARE, COLUMNS };
static const char *const column_names[COLUMNS] = {"first_seen_utc", "dst_ip",      "dst_port",
                                                  "c2_status",      "last_online", "malware"};

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    bool named = rows_name_has(input, "feodo") || rows_name_has(input, "ipblocklist");
    if (first == '[') { /* the list is empty when no server is up */
        bool keys = rows_sniff(input, "\"ip_address\"") && rows_sniff(input, "\"last_online\"");
        return keys ? 90 : named && input->bytes.n < 8 ? 70 : 0;
    }
    if (rows_sniff_comments(input, "Feodo Tracker"))
        return 95;
    if (rows_sniff_head(input, "c2_status") && rows_sniff_head(input, "dst_ip"))
        return 90;
    bool text = first == '#' || ascii_is_digit(first) || first == '"';
    return text && named ? 80 : 0;
}

/* First seen or, where that is missing, last seen online; what an address-only list was made. */
static void
set_time(struct row *row, str first_seen, str last_online)
{
    if (first_seen.n)
        row_need_time(row, first_seen);
    else if (last_online.n)
        row_need_time(row, last_online);
}

static errcode
parse_object(struct row *row, const json_t *object, struct err *err)
{
    row_need(row, "source.ip", row_json(row, object, "ip_address"));
    row_set(row, "source.port", row_json(row, object, "port"));
    row_set(row, "source.asn", row_json(row, object, "as_number"));
    row_set(row, "source.as_name", row_json(row, object, "as_name"));
    row_set(row, "source.geolocation.cc", row_json(row, object, "country"));
    row_set(row, "source.reverse_dns", row_json(row, object, "hostname"));
    row_set(row, "malware.name", row_json(row, object, "malware"));
    row_set(row, "status", row_json(row, object, "status"));
    row_extra(row, "last_online", row_json(row, object, "last_online"));
    set_time(row, row_json(row, object, "first_seen"), row_json(row, object, "last_online"));
    return row_emit(row, err);
}

static errcode
parse_json(const struct feed_input *input, struct row *row, struct err *err)
{
    __attribute__((cleanup(cleanup_json))) json_t *document = NULL;
    errcode code = json_read(input->bytes, LIMIT_JSON_BYTES, &document, err);
    if (code != OK)
        return code;
    if (!json_is_array(document))
        return err_set(err, ERR_FORMAT, "the document is not a list of servers");
    size_t i;
    const json_t *object;
    json_array_foreach(document, i, object)
    {
        row_begin(row, i + 1, feed_name(input, "feodo"), CLASS_C2_SERVER);
        if (!json_is_object(object))
            row_refuse(row, "the list's entry is not an object");
        code = parse_object(row, object, err);
        if (code != OK)
            return code;
    }
    return OK;
}

static errcode
parse_cells(struct row *row, const str *cells, size_t count, usec list_time, struct err *err)
{
    if (count == 1) { /* the list of addresses alone */
        row_need(row, "source.ip", cells[0]);
        row->event.time = list_time;
        return row_emit(row, err);
    }
    if (count != COLUMNS)
        row_refuse(row, "%zu cells where %d are expected", count, COLUMNS);
    else {
        row_need(row, "source.ip", cells[DST_IP]);
        if (cells[DST_PORT].n)
            row_need(row, "source.port", cells[DST_PORT]);
        row_set(row, "status", cells[C2_STATUS]);
        row_set(row, "malware.name", cells[MALWARE]);
        row_extra(row, "last_online", cells[LAST_ONLINE]);
        set_time(row, cells[FIRST_SEEN], cells[LAST_ONLINE]);
    }
    return row_emit(row, err);
}

static errcode
parse_lines(const struct feed_input *input, struct row *row, struct err *err)
{
    struct rows rows = rows_open(input->bytes, "#");
    enum rows_kind kind;
    usec list_time = USEC_NONE;
    str line, cells[COLUMNS + 1];
    size_t at[COLUMNS];
    while ((kind = rows_next(&rows, row->sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT) {
            if (list_time == USEC_NONE)
                rows_comment_time(line, &list_time);
            continue;
        }
        size_t count = rows_cells(line, ',', &row->arena, cells, COLUMNS + 1);
        if (rows_header(cells, count, column_names, COLUMNS, 3, at)) {
            arena_reset(&row->arena);
            continue;
        }
        row_begin(row, rows.line, feed_name(input, "feodo"), CLASS_C2_SERVER);
        errcode code = parse_cells(row, cells, count, list_time, err);
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
        rows_first(input) == '[' ? parse_json(input, &row, err) : parse_lines(input, &row, err);
    row_clear(&row);
    return code;
}

const struct feed_format format_feodo = {
    .name = "feodo",
    .summary = "Feodo Tracker block list: JSON, CSV or addresses of C2 servers",
    .provider = "abuse.ch",
    .sniff = sniff,
    .parse = parse,
};
