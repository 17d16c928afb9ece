/* SPDX-License-Identifier: Apache-2.0 */
/* The registry's rows: how they are kept, and the table of providers by AS number. */
#include "intel/networks.h"

#include "base/embed.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/tsv.h"
#include "intel/networks_rows.h"

static const char *const kind_names[] = {
#define X(suffix, name) name,
    NETWORK_KINDS(X)
#undef X
};

const char *
network_kind_name(enum network_kind kind)
{
    return (unsigned)kind < NETWORK_KIND_COUNT ? kind_names[kind] : kind_names[NETWORK_UNKNOWN];
}

enum network_kind
network_kind_find(str name)
{
    for (int kind = 0; kind < NETWORK_KIND_COUNT; kind++)
        if (str_eq_nocase(name, str_of(kind_names[kind])))
            return (enum network_kind)kind;
    return NETWORK_UNKNOWN;
}

static void
read_provinces(struct networks *networks)
{
    struct tsv tsv = tsv_open("provinces.tsv", embed_file("provinces.tsv"), 6);
    str cells[TSV_CELLS_MAX];
    bool more;
    struct err err;
    for (;;) {
        require(tsv_next(&tsv, cells, &more, &err) == OK);
        if (!more)
            return;
        uint64_t code;
        require(cells[0].n == 2 && str_to_u64(cells[0], 99, &code));
        networks->provinces[code] = true;
    }
}

struct networks *
networks_new(void)
{
    struct networks *networks = mem_calloc(1, sizeof *networks);
    networks->fields.size = sizeof(struct network_fields);
    read_provinces(networks);
    struct err err;
    errcode code = networks_read_isps(networks, "isps.tsv", embed_file("isps.tsv"), &err);
    require(code == OK); /* the build's tests read the built-in table */
    struct network_input shared = network_input_empty(SOURCE_RFC6598);
    require(!network_range_parse(STR("100.64.0.0/10"), &shared.first, &shared.last));
    shared.kind = NETWORK_CGNAT;
    require(!networks_add(networks, &shared));
    return networks;
}

void
networks_free(struct networks *networks)
{
    if (!networks)
        return;
    intern_text_clear(&networks->text);
    intern_clear(&networks->fields);
    free(networks->rows);
    free(networks->isps);
    free(networks);
}

struct network_input
network_input_empty(enum network_source source)
{
    return (struct network_input){.from = DAY_NONE, .to = DAY_LAST, .source = source};
}

static const char *
text_fault(str s)
{
    if (s.n > NETWORK_TEXT_MAX)
        return "a text of more than 1024 bytes";
    if (!str_is_utf8(s))
        return "text that is not UTF-8";
    return str_has_control(s) ? "control characters in a text" : NULL;
}

const char *
networks_add(struct networks *networks, const struct network_input *input)
{
    if (input->first.version != input->last.version)
        return "the range begins as IPv4 and ends as IPv6 or the reverse";
    if (ip_compare(input->first, input->last) > 0)
        return "the range ends before it begins";
    if (input->from > input->to)
        return "valid_to is before valid_from";
    const char *fault = text_fault(input->name);
    if (!fault)
        fault = text_fault(input->isp);
    if (!fault)
        fault = text_fault(input->unit);
    if (fault)
        return fault;

    struct network_fields fields = {
        .asn = input->asn,
        .subscribers = input->subscribers,
        .name = intern_text_add(&networks->text, input->name),
        .isp = intern_text_add(&networks->text, input->isp),
        .unit = intern_text_add(&networks->text, input->unit),
        .kind = input->kind,
    };
    memcpy(fields.country, input->country, 2);
    memcpy(fields.province, input->province, 2);
    if (networks->count == networks->room) {
        networks->room = networks->room ? networks->room * 2 : 1024;
        networks->rows = mem_resize(networks->rows, networks->room, sizeof *networks->rows);
    }
    bool v4 = input->first.version == 4;
    networks->rows[networks->count++] = (struct network_row){
        .first = v4 ? input->first.lo : input->first.hi,
        .last = v4 ? input->last.lo : input->last.hi,
        .from = input->from,
        .to = input->to,
        .fields = intern_add(&networks->fields, &fields),
        .version = input->first.version,
        .source = (uint8_t)input->source,
    };
    return NULL;
}

/* "" or a day; an empty cell leaves RET alone. */
static bool
optional_day(str s, day *ret)
{
    return s.n == 0 || day_parse(s, ret);
}

static bool
isp_row_parse(struct networks *networks, const str cells[], struct isp_row *ret)
{
    uint64_t asn, subscribers = 0;
    struct isp_row row = {.from = DAY_NONE, .to = DAY_LAST};
    row.kind = network_kind_find(cells[4]);
    bool kind_known = cells[4].n == 0 || str_eq(cells[4], STR("unknown")) || row.kind;
    if (!str_to_u64(cells[0], UINT32_MAX, &asn) || asn == 0 || !kind_known ||
        (cells[5].n && !str_to_u64(cells[5], UINT32_MAX, &subscribers)) ||
        !optional_day(cells[6], &row.from) || !optional_day(cells[7], &row.to) ||
        text_fault(cells[1]) || text_fault(cells[2]) || text_fault(cells[3]))
        return false;
    row.asn = (uint32_t)asn;
    row.subscribers = (uint32_t)subscribers;
    row.isp = intern_text_add(&networks->text, cells[1]);
    row.name = intern_text_add(&networks->text, cells[2]);
    row.name_en = intern_text_add(&networks->text, cells[3]);
    *ret = row;
    return true;
}

static int
isp_row_compare(const void *a, const void *b)
{
    const struct isp_row *x = a, *y = b;
    if (x->asn != y->asn)
        return x->asn < y->asn ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

errcode
networks_read_isps(struct networks *networks, const char *name, str text, struct err *err)
{
    struct tsv tsv = tsv_open(name, text, 8);
    struct isp_row *rows = NULL;
    size_t count = 0, room = 0;
    errcode code;
    str cells[TSV_CELLS_MAX];
    bool more = false;
    while ((code = tsv_next(&tsv, cells, &more, err)) == OK && more) {
        if (count == room) {
            room = room ? room * 2 : 512;
            rows = mem_resize(rows, room, sizeof *rows);
        }
        bool fine = isp_row_parse(networks, cells, &rows[count]);
        rows[count].line = (uint32_t)count;
        count++;
        if (!fine) {
            code = err_set(err, ERR_FORMAT,
                           "%s, line %zu: not a row of asn, isp, name_vi, "
                           "name_en, kind, subscribers, valid_from, valid_to",
                           name, tsv.line);
            break;
        }
    }
    if (code != OK) {
        free(rows);
        return code;
    }
    if (count)
        qsort(rows, count, sizeof *rows, isp_row_compare);
    free(networks->isps);
    networks->isps = rows;
    networks->isp_count = count;
    return OK;
}

const struct isp_row *
networks_isp(const struct networks *networks, uint32_t asn, day as_of)
{
    size_t low = 0, high = networks->isp_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (networks->isps[middle].asn < asn)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < networks->isp_count && networks->isps[low].asn == asn; low++)
        if (networks->isps[low].from <= as_of && as_of <= networks->isps[low].to)
            return &networks->isps[low];
    return NULL;
}

bool
networks_isp_names(const struct networks *networks, str isp, day as_of, str *ret_vi, str *ret_en)
{
    const struct isp_row *best = NULL;
    bool best_valid = false;
    for (size_t i = 0; i < networks->isp_count; i++) {
        const struct isp_row *row = &networks->isps[i];
        bool valid = row->from <= as_of && as_of <= row->to;
        if (!str_eq(intern_text_get(&networks->text, row->isp), isp) || (best_valid && !valid))
            continue;
        if (!best || (valid && !best_valid) || row->line < best->line)
            best = row;
        best_valid |= valid;
    }
    if (!best)
        return false;
    *ret_vi = intern_text_get(&networks->text, best->name);
    *ret_en = intern_text_get(&networks->text, best->name_en);
    return true;
}

/* Structures as words, so that no padding is hashed. */
struct checksum
networks_checksum(const struct networks *networks)
{
    struct buf words = BUF(SIZE_MAX);
    for (size_t i = 0; i < networks->count; i++) {
        const struct network_row *row = &networks->rows[i];
        uint64_t packed[] = {
            row->first, row->last, (uint64_t)(uint32_t)row->from << 32 | (uint32_t)row->to,
            (uint64_t)row->fields << 16 | (uint64_t)row->version << 8 | row->source};
        buf_add(&words, packed, sizeof packed);
    }
    for (size_t i = 0; i < networks->isp_count; i++) {
        const struct isp_row *row = &networks->isps[i];
        uint32_t packed[] = {row->asn,         row->isp,  row->name, row->name_en,
                             row->subscribers, row->line, row->kind, (uint32_t)row->from,
                             (uint32_t)row->to};
        buf_add(&words, packed, sizeof packed);
    }
    const struct checksum parts[] = {
        checksum_of(buf_view(&words)),
        checksum_of((str){networks->fields.items, networks->fields.count * networks->fields.size}),
        checksum_of((str){networks->text.p, networks->text.n}),
        checksum_of((str){(const char *)networks->text.pieces,
                          networks->text.count * sizeof *networks->text.pieces}),
    };
    buf_clear(&words);
    return checksum_of((str){(const char *)parts, sizeof parts});
}

static int
day_compare(const void *a, const void *b)
{
    day x = *(const day *)a, y = *(const day *)b;
    return x < y ? -1 : x > y;
}

struct day_list {
    day *days;
    size_t count, room;
    day from, to;
};

static void
day_list_add(struct day_list *list, day d)
{
    if (d < list->from || d > list->to || d == DAY_NONE || d == DAY_LAST ||
        (list->count && list->days[list->count - 1] == d))
        return;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 64;
        list->days = mem_resize(list->days, list->room, sizeof *list->days);
    }
    list->days[list->count++] = d;
}

size_t
networks_changes(const struct networks *networks, day from, day to, day *out, size_t max)
{
    struct day_list list = {.from = from, .to = to};
    for (size_t i = 0; i < networks->count; i++) {
        const struct network_row *row = &networks->rows[i];
        day_list_add(&list, row->from);
        day_list_add(&list, row->to == DAY_LAST ? DAY_LAST : row->to + 1);
    }
    for (size_t i = 0; i < networks->isp_count; i++) {
        const struct isp_row *row = &networks->isps[i];
        day_list_add(&list, row->from);
        day_list_add(&list, row->to == DAY_LAST ? DAY_LAST : row->to + 1);
    }
    if (list.count)
        qsort(list.days, list.count, sizeof *list.days, day_compare);
    size_t count = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (i > 0 && list.days[i] == list.days[i - 1])
            continue;
        if (count < max)
            out[count] = list.days[i];
        count++;
    }
    free(list.days);
    return count;
}
