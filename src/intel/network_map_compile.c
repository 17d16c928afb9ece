/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling the registry: a sweep over the ranges' ends. For each field a heap holds the ranges
 * that are open and say something about it, the most specific on top, so that any nesting and any
 * crossing of ranges costs O(n log n) and no recursion. */
#include "base/cleanup.h"
#include "base/require.h"
#include "intel/network_map_layout.h"
#include "intel/networks_rows.h"

enum {
    FIELD_ASN,
    FIELD_NAME,
    FIELD_ISP,
    FIELD_UNIT,
    FIELD_COUNTRY,
    FIELD_PROVINCE,
    FIELD_SUBSCRIBERS,
    FIELD_KIND,
    FIELD_COUNT
};

/* A range that may be open. Less is more specific: length, then the source, then the later row. */
struct span {
    uint64_t first, last;
    uint64_t size, tie;
    uint32_t fields;
};

struct heap {
    const struct span **spans;
    size_t count, room;
    bool (*before)(const struct span *a, const struct span *b);
};

static bool
more_specific(const struct span *a, const struct span *b)
{
    return a->size != b->size ? a->size < b->size : a->tie < b->tie;
}

static bool
ends_first(const struct span *a, const struct span *b)
{
    return a->last < b->last;
}

static void
heap_push(struct heap *heap, const struct span *span)
{
    if (heap->count == heap->room) {
        heap->room = heap->room ? heap->room * 2 : 64;
        heap->spans = mem_resize(heap->spans, heap->room, sizeof(struct span *));
    }
    size_t i = heap->count++;
    for (; i > 0 && heap->before(span, heap->spans[(i - 1) / 2]); i = (i - 1) / 2)
        heap->spans[i] = heap->spans[(i - 1) / 2];
    heap->spans[i] = span;
}

static void
heap_pop(struct heap *heap)
{
    const struct span *span = heap->spans[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= heap->count)
            break;
        if (child + 1 < heap->count && heap->before(heap->spans[child + 1], heap->spans[child]))
            child++;
        if (!heap->before(heap->spans[child], span))
            break;
        heap->spans[i] = heap->spans[child];
        i = child;
    }
    if (heap->count)
        heap->spans[i] = span;
}

struct compiler {
    const struct networks *networks;
    day as_of;
    struct heap fields[FIELD_COUNT], ends;
    struct intern raw;   /* network_fields as the heaps have them … */
    uint32_t *raw_index; /* … and the network that each became */
    size_t raw_room;
    struct intern records;
    struct intern_text text;
    uint32_t *text_new; /* registry's number of a text → its number here + 1 */
    uint64_t *starts;
    uint32_t *index;
    size_t count, room;
};

static bool
says(const struct network_fields *f, int field)
{
    switch (field) {
    case FIELD_ASN:
        return f->asn;
    case FIELD_NAME:
        return f->name;
    case FIELD_ISP:
        return f->isp;
    case FIELD_UNIT:
        return f->unit;
    case FIELD_COUNTRY:
        return f->country[0];
    case FIELD_PROVINCE:
        return f->province[0];
    case FIELD_SUBSCRIBERS:
        return f->subscribers;
    default:
        return f->kind;
    }
}

static void
copy_field(struct network_fields *to, const struct network_fields *from, int field)
{
    switch (field) {
    case FIELD_ASN:
        to->asn = from->asn;
        break;
    case FIELD_NAME:
        to->name = from->name;
        break;
    case FIELD_ISP:
        to->isp = from->isp;
        break;
    case FIELD_UNIT:
        to->unit = from->unit;
        break;
    case FIELD_COUNTRY:
        memcpy(to->country, from->country, 2);
        break;
    case FIELD_PROVINCE:
        memcpy(to->province, from->province, 2);
        break;
    case FIELD_SUBSCRIBERS:
        to->subscribers = from->subscribers;
        break;
    default:
        to->kind = from->kind;
    }
}

static const struct network_fields *
fields_of(const struct compiler *c, uint32_t number)
{
    return intern_get(&c->networks->fields, number);
}

static struct intern_piece
text_piece(struct compiler *c, uint32_t number)
{
    if (number && !c->text_new[number])
        c->text_new[number] =
            intern_text_add(&c->text, intern_text_get(&c->networks->text, number)) + 1;
    return intern_text_piece(&c->text, number ? c->text_new[number] - 1 : 0);
}

/* What no row says about an AS, the table of providers may. */
static void
fill_from_isps(const struct compiler *c, struct network_fields *f)
{
    const struct isp_row *isp = f->asn ? networks_isp(c->networks, f->asn, c->as_of) : NULL;
    if (!isp)
        return;
    if (!f->isp)
        f->isp = isp->isp;
    if (!f->name)
        f->name = isp->name;
    if (!f->kind)
        f->kind = isp->kind;
    if (!f->subscribers)
        f->subscribers = isp->subscribers;
}

static bool
is_dynamic(const struct network_fields *f)
{
    bool pool = f->kind == NETWORK_FIXED || f->kind == NETWORK_MOBILE || f->kind == NETWORK_CGNAT ||
                f->kind == NETWORK_MIXED;
    return pool && !f->unit;
}

static uint32_t
record_index(struct compiler *c, struct network_fields f)
{
    fill_from_isps(c, &f);
    struct intern_piece name = text_piece(c, f.name), isp = text_piece(c, f.isp),
                        unit = text_piece(c, f.unit);
    struct network_record record = {
        .asn = f.asn,
        .subscribers = f.subscribers,
        .name = name.at,
        .isp = isp.at,
        .unit = unit.at,
        .name_size = (uint16_t)name.n,
        .isp_size = (uint16_t)isp.n,
        .unit_size = (uint16_t)unit.n,
        .kind = (uint8_t)f.kind,
        .flags = is_dynamic(&f) ? NETWORK_FLAG_DYNAMIC : 0,
    };
    memcpy(record.country, f.country, 2);
    memcpy(record.province, f.province, 2);
    return intern_add(&c->records, &record);
}

/* The network of the ranges that are open at POSITION. */
static uint32_t
open_index(struct compiler *c, uint64_t position)
{
    struct network_fields raw = {0};
    for (int field = 0; field < FIELD_COUNT; field++) {
        struct heap *heap = &c->fields[field];
        while (heap->count && heap->spans[0]->last < position)
            heap_pop(heap);
        if (heap->count)
            copy_field(&raw, fields_of(c, heap->spans[0]->fields), field);
    }
    size_t known = c->raw.count;
    uint32_t number = intern_add(&c->raw, &raw);
    if (number < known)
        return c->raw_index[number];
    if (number >= c->raw_room) {
        c->raw_room = c->raw_room ? c->raw_room * 2 : 1024;
        c->raw_index = mem_resize(c->raw_index, c->raw_room, sizeof *c->raw_index);
    }
    return c->raw_index[number] = record_index(c, raw);
}

static void
emit(struct compiler *c, uint64_t start, uint32_t index)
{
    if (c->count && c->index[c->count - 1] == index)
        return;
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 4096;
        c->starts = mem_resize(c->starts, c->room, sizeof *c->starts);
        c->index = mem_resize(c->index, c->room, sizeof *c->index);
    }
    c->starts[c->count] = start;
    c->index[c->count++] = index;
}

static void
open_span(struct compiler *c, const struct span *span)
{
    const struct network_fields *f = fields_of(c, span->fields);
    for (int field = 0; field < FIELD_COUNT; field++)
        if (says(f, field))
            heap_push(&c->fields[field], span);
    heap_push(&c->ends, span);
}

/* SPANS sorted by first; MAX is the last address there is. */
static void
sweep(struct compiler *c, const struct span *spans, size_t count, uint64_t max)
{
    c->count = 0;
    emit(c, 0, 0);
    for (size_t i = 0; i < count || c->ends.count;) {
        bool close = c->ends.count && (i == count || c->ends.spans[0]->last < spans[i].first);
        if (close && c->ends.spans[0]->last >= max)
            break;
        uint64_t position = close ? c->ends.spans[0]->last + 1 : spans[i].first;
        while (c->ends.count && c->ends.spans[0]->last < position)
            heap_pop(&c->ends);
        for (; i < count && spans[i].first == position; i++)
            open_span(c, &spans[i]);
        uint32_t index = open_index(c, position);
        if (position == 0)
            c->count = 0;
        emit(c, position, index);
    }
    c->ends.count = 0;
    for (int field = 0; field < FIELD_COUNT; field++)
        c->fields[field].count = 0;
}

static int
span_compare(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* The rows of VERSION that are valid, sorted by where they begin. */
static struct span *
valid_spans(const struct compiler *c, uint8_t version, size_t *ret_count)
{
    const struct networks *networks = c->networks;
    struct span *spans = mem_alloc((networks->count + 1) * sizeof *spans);
    size_t count = 0;
    bool sorted = true;
    for (size_t i = 0; i < networks->count; i++) {
        const struct network_row *row = &networks->rows[i];
        if (row->version != version || c->as_of < row->from || c->as_of > row->to)
            continue;
        spans[count] = (struct span){
            .first = row->first,
            .last = row->last,
            .size = row->source == SOURCE_RFC6598 ? 0 : row->last - row->first,
            .tie = (uint64_t)(UINT8_MAX - row->source) << 56 | (networks->count - i),
            .fields = row->fields,
        };
        sorted = sorted && (count == 0 || spans[count - 1].first <= row->first);
        count++;
    }
    if (!sorted)
        qsort(spans, count, sizeof *spans, span_compare);
    *ret_count = count;
    return spans;
}

static void
compile4(struct compiler *c, struct network_map *map)
{
    size_t count;
    cleanup(cleanup_free) struct span *spans = valid_spans(c, 4, &count);
    sweep(c, spans, count, UINT32_MAX);
    map->count4 = (uint32_t)c->count;
    uint32_t *starts = map->owned[0] = mem_alloc(c->count * sizeof *starts);
    for (size_t i = 0; i < c->count; i++)
        starts[i] = (uint32_t)c->starts[i];
    map->starts4 = starts;
    map->index4 = map->owned[1] = take(c->index);
    c->room = 0;
}

struct weight {
    uint64_t addresses;
    uint32_t number;
};

static int
heaviest_first(const void *a, const void *b)
{
    const struct weight *x = a, *y = b;
    if (x->addresses != y->addresses)
        return x->addresses > y->addresses ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void
renumber(uint32_t *index, uint32_t count, const uint32_t *new_numbers)
{
    for (uint32_t i = 0; i < count; i++)
        index[i] = new_numbers[index[i]];
}

/* Numbers the networks by how many IPv4 addresses they have: the records that most lookups need
 * then lie together in few cache lines. */
static void
order_records(struct compiler *c, struct network_map *map)
{
    size_t count = c->records.count;
    cleanup(cleanup_free) struct weight *weights = mem_calloc(count, sizeof *weights);
    cleanup(cleanup_free) uint32_t *new_numbers = mem_alloc(count * sizeof *new_numbers);
    uint32_t *index4 = map->owned[1], *index6 = map->owned[3];
    for (uint32_t i = 0; i < count; i++)
        weights[i].number = i;
    for (uint32_t i = 0; i < map->count4; i++) {
        uint64_t end = i + 1 < map->count4 ? map->starts4[i + 1] : UINT64_C(1) << 32;
        weights[index4[i]].addresses += end - map->starts4[i];
    }
    qsort(weights + 1, count - 1, sizeof *weights, heaviest_first);
    struct network_record *records = mem_alloc(count * sizeof *records);
    for (uint32_t i = 0; i < count; i++) {
        new_numbers[weights[i].number] = i;
        memcpy(&records[i], intern_get(&c->records, weights[i].number), sizeof *records);
    }
    renumber(index4, map->count4, new_numbers);
    renumber(index6, map->count6, new_numbers);
    map->records = map->owned[6] = records;
    map->count = (uint32_t)count - 1;
}

static void
compile6(struct compiler *c, struct network_map *map)
{
    size_t count;
    cleanup(cleanup_free) struct span *spans = valid_spans(c, 6, &count);
    sweep(c, spans, count, UINT64_MAX);
    map->count6 = (uint32_t)c->count;
    map->starts6 = map->owned[2] = take(c->starts);
    map->index6 = map->owned[3] = take(c->index);
    c->room = 0;
}

/* The leading bits that a table over COUNT ranges takes. */
static uint32_t
table_bits(uint32_t count, uint32_t min, uint32_t max)
{
    uint32_t bits = min;
    while (bits < max && (1u << bits) < count * 4)
        bits++;
    return bits;
}

static void
make_tables(struct compiler *c, struct network_map *map)
{
    order_records(c, map);
    struct network_pair *pairs = map->owned[8] = mem_alloc(map->count4 * sizeof *pairs);
    for (size_t i = 0; i < map->count4; i++)
        pairs[i] = (struct network_pair){map->starts4[i], map->index4[i]};
    map->pairs4 = pairs;
    map->bits4 = table_bits(map->count4, DIRECT_BITS_MIN, DIRECT_BITS_MAX);
    map->direct4 = map->owned[4] =
        network_direct4_new(map->starts4, map->index4, map->count4, map->bits4);
    map->bits6 = table_bits(map->count6, FRONT_BITS_MIN, FRONT_BITS_MAX);
    map->front6 = map->owned[5] = network_front6_new(map->starts6, map->count6, map->bits6);
    map->text_size = c->text.n;
    map->text = map->owned[7] = c->text.p ? take(c->text.p) : mem_calloc(1, 1);
}

static void
compiler_clear(struct compiler *c)
{
    for (int field = 0; field < FIELD_COUNT; field++)
        free(c->fields[field].spans);
    free(c->ends.spans);
    intern_clear(&c->raw);
    intern_clear(&c->records);
    intern_text_clear(&c->text);
    free(c->raw_index);
    free(c->text_new);
    free(c->starts);
    free(c->index);
}

errcode
network_map_new(const struct networks *networks, day as_of, struct network_map **ret,
                struct err *err)
{
    struct compiler c = {
        .networks = networks,
        .as_of = as_of,
        .raw.size = sizeof(struct network_fields),
        .records.size = sizeof(struct network_record),
        .ends.before = ends_first,
        .text_new = mem_calloc(networks->text.count + 1, sizeof(uint32_t)),
    };
    for (int field = 0; field < FIELD_COUNT; field++)
        c.fields[field].before = more_specific;
    intern_add(&c.records, &(struct network_record){0}); /* index 0 */
    struct network_map *map = mem_calloc(1, sizeof *map);
    errcode code = OK;
    compile4(&c, map);
    free(take(c.starts));
    compile6(&c, map);
    if (map->count4 > 1u << DIRECT_PLACE_BITS || map->count6 > 1u << DIRECT_PLACE_BITS)
        code = err_set(err, ERR_LIMIT, "the registry has more than %d disjoint ranges",
                       1 << DIRECT_PLACE_BITS);
    else
        make_tables(&c, map);
    compiler_clear(&c);
    if (code != OK) {
        network_map_free(map);
        return code;
    }
    *ret = map;
    return OK;
}
