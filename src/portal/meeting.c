/* SPDX-License-Identifier: Apache-2.0 */
/* Two small tables that the build puts into the program (tools/data-check holds their form), read
 * again each time: what is valid changes with the day. */
#include "portal/meeting.h"

#include "base/embed.h"
#include "base/tsv.h"

enum domain_column { SERVICE, DOMAIN_NAME, KIND, COUNTRY, BRAND, FROM, TO, SOURCE, DOMAIN_COLUMNS };
enum rule_column { RULE_KIND, RULE_WORD, RULE_SOURCE, RULE_COLUMNS };

static void
put(struct buf *out, str word)
{
    if (out->n)
        buf_z(out, "|");
    buf_str(out, word);
}

void
meeting_words(const char *kind, struct buf *out)
{
    struct tsv tsv = tsv_open("meeting-rules", embed_file("meeting-rules.tsv"), RULE_COLUMNS);
    str cells[TSV_CELLS_MAX];
    bool more;
    while (tsv_next(&tsv, cells, &more, NULL) == OK && more)
        if (str_eq(cells[RULE_KIND], str_of(kind)))
            put(out, cells[RULE_WORD]);
}

static bool
parse_day(str text, day open, day *ret)
{
    *ret = open;
    return text.n == 0 || day_parse(text, ret);
}

/* The next row that is valid on TODAY. */
static bool
next_domain(struct tsv *tsv, day today, str cells[TSV_CELLS_MAX])
{
    bool more;
    day from, to;
    while (tsv_next(tsv, cells, &more, NULL) == OK && more)
        if (parse_day(cells[FROM], 0, &from) && parse_day(cells[TO], INT32_MAX, &to) &&
            from <= today && today <= to)
            return true;
    return false;
}

static struct tsv
open_domains(void)
{
    return tsv_open("meeting-domains", embed_file("meeting-domains.tsv"), DOMAIN_COLUMNS);
}

void
meeting_domains(const char *kind, day today, struct buf *out)
{
    struct tsv tsv = open_domains();
    str cells[TSV_CELLS_MAX];
    while (next_domain(&tsv, today, cells))
        if (str_eq(cells[KIND], str_of(kind)))
            put(out, cells[DOMAIN_NAME]);
}

void
meeting_brands(day today, struct buf *out)
{
    struct tsv tsv = open_domains();
    str cells[TSV_CELLS_MAX], last = {NULL, 0};
    while (next_domain(&tsv, today, cells)) {
        if (cells[BRAND].n && !str_eq(cells[BRAND], last))
            put(out, cells[BRAND]);
        if (cells[BRAND].n)
            last = cells[BRAND];
    }
}

size_t
meeting_services(day today, struct meeting_service out[MEETING_SERVICES_MAX])
{
    struct tsv tsv = open_domains();
    str cells[TSV_CELLS_MAX];
    size_t count = 0;
    while (next_domain(&tsv, today, cells)) {
        if (!str_eq(cells[KIND], STR("meeting")))
            continue;
        struct meeting_service *service = count ? &out[count - 1] : NULL;
        if (!service || !str_eq(service->name, cells[SERVICE])) {
            if (count == MEETING_SERVICES_MAX)
                break;
            service = &out[count++];
            *service = (struct meeting_service){.name = cells[SERVICE],
                                                .domestic = str_eq(cells[COUNTRY], STR("VN"))};
        }
        if (service->domain_count < sizeof service->domains / sizeof *service->domains)
            service->domains[service->domain_count++] = cells[DOMAIN_NAME];
    }
    return count;
}
