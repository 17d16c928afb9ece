/* SPDX-License-Identifier: Apache-2.0 */
/* Spamhaus DROP (Don't Route Or Peer): networks held by criminals. The text lists have "network ;
 * SBL number" under comments, the JSON lists one object a line and a last line that says when the
 * list was made. ASN-DROP lists AS numbers only, which are no addresses: its rows are skipped. */
#include "base/limits.h"
#include "intel/formats/rows.h"

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    if (first == ';' && rows_sniff_comments(input, "Spamhaus"))
        return rows_sniff_comments(input, "DROP List") ? 95 : 80;
    if (first == '{' && rows_sniff(input, "\"cidr\"") && rows_sniff(input, "\"sblid\""))
        return 95;
    if (first == '{' && rows_sniff(input, "\"metadata\"") && rows_sniff(input, "Spamhaus"))
        return 90; /* a list without networks */
    if (first == '{' && rows_sniff(input, "\"asn\"") && rows_sniff(input, "\"rir\""))
        return 90;
    return 0;
}

static const char *
own_name(const struct feed_input *input)
{
    if (rows_name_has(input, "asn"))
        return "spamhaus.asndrop";
    if (rows_name_has(input, "edrop"))
        return "spamhaus.edrop";
    bool v6 = rows_name_has(input, "dropv6") || rows_name_has(input, "drop_v6");
    return v6 ? "spamhaus.dropv6" : "spamhaus.drop";
}

/* "1.4.0.0/17 ; SBL256893", "AS260 ; AE | name" */
static void
fill_text(struct row *row, str line)
{
    str network, rest = line;
    str_cut(&rest, ';', &network);
    network = str_trim(network);
    uint64_t asn;
    bool is_asn = network.n > 2 && str_eq_nocase((str){network.p, 2}, STR("AS")) &&
                  str_to_u64(str_from(network, 2), UINT32_MAX, &asn);
    if (is_asn) {
        row_skip(row);
        return;
    }
    row_need(row, "source.network", network);
    row_extra(row, "blocklist", str_trim(rest));
}

static void
fill_object(struct row *row, const json_t *object)
{
    str network = row_json(row, object, "cidr");
    if (!network.n && json_object_get(object, "asn")) {
        row_skip(row);
        return;
    }
    row_need(row, "source.network", network);
    row_extra(row, "blocklist", row_json(row, object, "sblid"));
    row_extra(row, "rir", row_json(row, object, "rir"));
}

static bool
is_metadata(str line, usec *ret_time)
{
    json_t *object = NULL;
    if (str_find(line, STR("\"metadata\"")) == SIZE_MAX || line.n > 4096 ||
        json_read(line, line.n, &object, NULL) != OK)
        return false;
    int64_t seconds;
    bool metadata = str_eq(json_text(object, "type"), STR("metadata"));
    if (metadata && json_number(object, "timestamp", &seconds) && seconds > 0 &&
        seconds < INT64_C(253402300800)) /* the year 10000 */
        *ret_time = seconds * USEC_PER_SECOND;
    json_decref(object);
    return metadata;
}

/* The list's time is told at its end. */
static usec
time_at_end(str text)
{
    text = str_trim(text);
    size_t from = text.n;
    while (from && text.p[from - 1] != '\n')
        from--;
    usec time = USEC_NONE;
    is_metadata(str_from(text, from), &time);
    return time;
}

static void
fill_line(struct row *row, str line)
{
    if (line.p[0] != '{') {
        fill_text(row, line);
        return;
    }
    json_t *object = NULL;
    if (json_read(line, LIMIT_LINE, &object, NULL) != OK)
        row_refuse(row, "the line is not a JSON object");
    else
        fill_object(row, object);
    /* What the event keeps is copied: the network is a value, extras are in the arena. */
    json_decref(object);
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct rows rows = rows_open(input->bytes, ";#");
    usec time = time_at_end(input->bytes), ignored;
    enum rows_kind kind;
    str line;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT) {
            if (time == USEC_NONE)
                rows_comment_time(line, &time);
            continue;
        }
        if (is_metadata(line, &ignored))
            continue;
        row_begin(&row, rows.line, feed_name(input, own_name(input)), CLASS_SPAM);
        row.event.time = time;
        fill_line(&row, line);
        code = row_emit(&row, err);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_spamhaus_drop = {
    .name = "spamhaus_drop",
    .summary = "Spamhaus DROP, EDROP, DROPv6: text and JSON lines of networks",
    .provider = "The Spamhaus Project",
    .sniff = sniff,
    .parse = parse,
};
