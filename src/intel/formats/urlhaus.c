/* SPDX-License-Identifier: Apache-2.0 */
/* abuse.ch URLhaus: addresses from which malware is downloaded. The database dumps (recent, online,
 * full) have quoted cells under a box of comments whose last line names the columns; the feeds by
 * country, AS and top-level domain have others. */
#include "intel/formats/rows.h"

enum column {
    ID,
    DATE_ADDED,
    URL,
    URL_STATUS,
    LAST_ONLINE,
    THREAT,
    TAGS,
    LINK,
    REPORTER,
    FEED_DATE, /* from here on only in the feeds by country, AS and domain */
    FEED_HOST,
    FEED_IP,
    FEED_ASN,
    FEED_COUNTRY,
    COLUMNS
};
static const char *const column_names[COLUMNS] = {
    "id",     "dateadded", "url",          "url_status", "last_online",
    "threat", "tags",      "urlhaus_link", "reporter",   "dateadded (utc)",
    "host",   "ipaddress", "asnumber",     "country"};

static int
sniff(const struct feed_input *input)
{
    char first = rows_first(input);
    if (first != '#' && first != '"' && !ascii_is_digit(first) && first != 'i')
        return 0;
    if (rows_sniff_head(input, "dateadded,url,url_status"))
        return 95;
    if (rows_sniff_comments(input, "# URLhaus") ||
        rows_sniff_comments(input, "URLhaus Database Dump"))
        return rows_sniff_comments(input, "CSV") ? 90 : 0;
    return first == '"' && rows_sniff_head(input, "https://urlhaus.abuse.ch/url/") ? 70 : 0;
}

struct table {
    size_t at[COLUMNS], count;
    str cells[COLUMNS + 2];
};

static str
cell(const struct table *table, enum column column)
{
    size_t at = table->at[column];
    str text = at < table->count ? table->cells[at] : (str){NULL, 0};
    return str_eq(text, STR("None")) ? (str){NULL, 0} : text;
}

static void
fill(struct row *row, const struct table *table)
{
    str added = cell(table, DATE_ADDED);
    row_need_time(row, added.n ? added : cell(table, FEED_DATE));
    row_need_url(row, cell(table, URL));
    row_set(row, "classification.identifier", cell(table, THREAT));
    row_set(row, "source.fqdn", cell(table, FEED_HOST));
    row_set(row, "source.ip", cell(table, FEED_IP));
    row_set(row, "source.asn", cell(table, FEED_ASN));
    row_set(row, "source.geolocation.cc", cell(table, FEED_COUNTRY));
    row_extra(row, "status", cell(table, URL_STATUS));
    row_extra(row, "last_online", cell(table, LAST_ONLINE));
    row_extra(row, "tags", cell(table, TAGS));
    row_extra(row, "urlhaus_link", cell(table, LINK));
    row_extra(row, "reporter", cell(table, REPORTER));
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct rows rows = rows_open(input->bytes, "#");
    struct table table;
    for (size_t i = 0; i < COLUMNS; i++)
        table.at[i] = i < FEED_DATE ? i : SIZE_MAX;
    enum rows_kind kind;
    str line;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        table.count = rows_cells(line, ',', &row.arena, table.cells, COLUMNS + 2);
        if (rows_header(table.cells, table.count, column_names, COLUMNS, 4, table.at) ||
            kind == ROWS_COMMENT) {
            arena_reset(&row.arena);
            continue;
        }
        row_begin(&row, rows.line, feed_name(input, "urlhaus"), CLASS_MALWARE_DISTRIBUTION);
        if (table.count < 4)
            row_refuse(&row, "the cells are not those of URLhaus");
        fill(&row, &table);
        code = row_emit(&row, err);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_urlhaus = {
    .name = "urlhaus",
    .summary = "URLhaus dumps (recent, online, full) and feeds by country, AS, domain: CSV",
    .provider = "abuse.ch",
    .sniff = sniff,
    .parse = parse,
};
