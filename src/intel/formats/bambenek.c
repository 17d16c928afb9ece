/* SPDX-License-Identifier: Apache-2.0 */
/* Bambenek Consulting: servers and domains that command bots, and the domains that generation
 * algorithms make. Cells between commas; the description, in the middle, may hold commas too. */
#include "intel/formats/rows.h"

enum list { LIST_UNKNOWN, LIST_C2_ADDRESS, LIST_C2_DOMAIN, LIST_DGA };

static int
sniff(const struct feed_input *input)
{
    if (rows_sniff_head(input, "bambenekconsulting.com/manual/"))
        return 95;
    bool name = rows_name_has(input, "c2-ipmasterlist") || rows_name_has(input, "c2-dommasterlist");
    return name || rows_name_has(input, "dga-feed") ? 80 : 0;
}

static enum list
list_of_name(const struct feed_input *input)
{
    if (rows_name_has(input, "ipmaster"))
        return LIST_C2_ADDRESS;
    if (rows_name_has(input, "dommaster"))
        return LIST_C2_DOMAIN;
    return rows_name_has(input, "dga") ? LIST_DGA : LIST_UNKNOWN;
}

static enum list
list_of_comment(str comment)
{
    if (str_contains_nocase(comment, STR("DGA domains")))
        return LIST_DGA;
    if (str_contains_nocase(comment, STR("C&Cs IP")))
        return LIST_C2_ADDRESS;
    return str_contains_nocase(comment, STR("C&Cs domain")) ? LIST_C2_DOMAIN : LIST_UNKNOWN;
}

static const char *
own_name(enum list list)
{
    return list == LIST_DGA          ? "bambenek.dga"
           : list == LIST_C2_ADDRESS ? "bambenek.c2-ip"
                                     : "bambenek.c2-domain";
}

/* "…/manual/cl.txt" → "cl", which is short for cryptolocker. */
static str
family_of_url(str url)
{
    static const struct {
        const char *page, *family;
    } pages[] = {
        {"cl", "cryptolocker"},
        {"p2pgoz", "p2p goz"},
        {"ptgoz", "pt goz"},
        {"volatile", "volatile cedar"},
    };
    str name = {NULL, 0}, part = {NULL, 0};
    while (str_cut(&url, '/', &part))
        name = part;
    str_cut(&name, '.', &part);
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (str_eq(part, str_of(pages[i].page)))
            return str_of(pages[i].family);
    return part;
}

/* "Domain used by Cryptolocker - Flashback DGA for 10 Nov 2016" → "Cryptolocker"; of several names
 * ("shiotob/urlzone/bebloh") the last. */
static str
family_of_description(str text)
{
    static const char *const ends[] = {" C&C", " - ", " DGA", ","};
    size_t by = str_find(text, STR(" by "));
    if (by == SIZE_MAX)
        return (str){NULL, 0};
    str family = str_from(text, by + 4);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t end = str_find(family, str_of(ends[i]));
        if (end != SIZE_MAX)
            family.n = end;
    }
    for (size_t i = family.n; i > 0; i--)
        if (family.p[i - 1] == '/')
            return str_trim(str_from(family, i));
    return str_trim(family);
}

struct record {
    str subject, description, time, url;
};

static bool
cut_last(str *text, str *ret_last)
{
    for (size_t i = text->n; i > 0; i--)
        if (text->p[i - 1] == ',') {
            *ret_last = str_trim(str_from(*text, i));
            text->n = i - 1;
            return true;
        }
    return false;
}

static bool
cut_record(str line, struct record *ret)
{
    if (!str_cut(&line, ',', &ret->subject) || !line.p || !cut_last(&line, &ret->url) ||
        !cut_last(&line, &ret->time))
        return false;
    ret->subject = str_trim(ret->subject);
    ret->description = str_trim(line);
    return true;
}

static void
fill(struct row *row, const struct record *record, enum list list)
{
    row_need(row, list == LIST_C2_ADDRESS ? "source.ip" : "source.fqdn", record->subject);
    row_need_time(row, record->time);
    row->event.class = list == LIST_DGA ? CLASS_DGA_DOMAIN : CLASS_C2_SERVER;
    if (list != LIST_DGA)
        row_set(row, "status", STR("online"));
    if (!row_set(row, "malware.name", family_of_url(record->url)))
        row_set(row, "malware.name", family_of_description(record->description));
    row_set(row, "event_description.text", record->description);
    row_set(row, "event_description.url", record->url);
}

static errcode
parse_line(const struct feed_input *input, struct row *row, const struct rows *rows, str line,
           enum list list, struct err *err)
{
    struct record record;
    bool whole = cut_record(line, &record);
    ip address;
    if (whole && list == LIST_UNKNOWN)
        list = ip_parse(record.subject, &address) ? LIST_C2_ADDRESS
               : record.time.n == 10              ? LIST_DGA
                                                  : LIST_C2_DOMAIN;
    row_begin(row, rows->line, feed_name(input, own_name(list)), CLASS_NONE);
    if (whole)
        fill(row, &record, list);
    else
        row_refuse(row, "not the four cells of this feed");
    return row_emit(row, err);
}

static errcode
parse(const struct feed_input *input, struct feed_sink *sink, struct err *err)
{
    struct row row = {.sink = sink};
    struct rows rows = rows_open(input->bytes, "#");
    enum list list = list_of_name(input);
    enum rows_kind kind;
    str line;
    errcode code = OK;
    while (code == OK && (kind = rows_next(&rows, sink, &line)) != ROWS_END) {
        if (kind == ROWS_ROW)
            code = parse_line(input, &row, &rows, line, list, err);
        else if (list == LIST_UNKNOWN)
            list = list_of_comment(line);
    }
    row_clear(&row);
    return code;
}

const struct feed_format format_bambenek = {
    .name = "bambenek",
    .summary = "C2 address and domain master lists, domains of generation algorithms (DGA)",
    .provider = "Bambenek Consulting",
    .sniff = sniff,
    .parse = parse,
};
