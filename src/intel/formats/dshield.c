/* SPDX-License-Identifier: Apache-2.0 */
/* DShield Recommended Block List: the 20 networks (/24) that attacked most targets in three days,
 * one a line with tabs between; comments say when it was made. */
#include "intel/formats/rows.h"

enum column { START, END, BITS, ATTACKS, NAME, COUNTRY, EMAIL, COLUMNS };
static const char *const column_names[COLUMNS] = {"Start", "End",     "Netblock", "Attacks",
                                                  "Name",  "Country", "email"};

static int
sniff(const struct feed_input *input)
{
    if (rows_sniff_comments(input, "DShield.org Recommended Block List"))
        return 95;
    return rows_sniff_head(input, "Start\tEnd\tNetblock") ? 90 : 0;
}

/* START/BITS, which must end at END. */
static void
set_network(struct row *row, str start, str end, str bits)
{
    char text[PREFIX_TEXT];
    int length = snprintf(text, sizeof text, "%.*s/%.*s", STR_ARG(start), STR_ARG(bits));
    prefix network;
    ip last;
    if (length < 0 || (size_t)length >= sizeof text || !bits.n ||
        !prefix_parse((str){text, (size_t)length}, false, &network))
        row_refuse(row, "the start and the length are not a network");
    else if (!ip_parse(end, &last) || !ip_eq(prefix_last(network), last))
        row_refuse(row, "%s does not end at '%.*s'", text, end.n > 60 ? 60 : (int)end.n,
                   end.n ? end.p : "");
    else
        row->event.source_network = network;
}

static void
fill(struct row *row, const str *cells, size_t count)
{
    if (count < BITS + 1) {
        row_refuse(row, "%zu cells where %d are expected", count, COLUMNS);
        return;
    }
    set_network(row, cells[START], cells[END], cells[BITS]);
    for (size_t i = ATTACKS; i < count; i++) {
        if (i == ATTACKS)
            row_extra(row, "attacks", cells[i]);
        else if (i == NAME)
            row_extra(row, "network_name", cells[i]);
        else if (i == COUNTRY)
            row_set(row, "source.geolocation.cc", cells[i]);
        else if (i == EMAIL)
            row_extra(row, "abuse_contact", cells[i]);
    }
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct rows rows = rows_open(input->bytes, "#");
    enum rows_kind kind;
    usec time = USEC_NONE;
    str line, cells[COLUMNS + 1];
    size_t at[COLUMNS];
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        if (kind == ROWS_COMMENT) {
            if (time == USEC_NONE)
                rows_comment_time(line, &time);
            continue;
        }
        size_t count = rows_cells(line, '\t', &row.arena, cells, COLUMNS + 1);
        if (rows_header(cells, count, column_names, COLUMNS, 3, at)) {
            arena_reset(&row.arena);
            continue;
        }
        row_begin(&row, rows.line, feed_name(input, "dshield.block"), CLASS_BLACKLIST);
        row.event.time = time;
        fill(&row, cells, count);
        code = row_emit(&row, err);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_dshield = {
    .name = "dshield",
    .summary = "DShield Recommended Block List: networks that scan most",
    .provider = "SANS Internet Storm Center",
    .sniff = sniff,
    .parse = parse,
};
