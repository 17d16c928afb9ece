/* SPDX-License-Identifier: Apache-2.0 */
/* An anchor is four bytes that files seldom have and few other patterns share. */
#include "scan/yara/anchors.h"

#include "scan/rules/hash.h"

enum { GRAM = 4, FORMS_MAX = 256, BESIDE_REACH = 12 };

static uint32_t
gram_key(const uint8_t *bytes)
{
    uint32_t key;
    memcpy(&key, bytes, sizeof key);
    return key | 0x20202020;
}

/* What a window costs: how often it is met, times how much is to be looked at then. */
static double
gram_cost(const struct compiler *compiler, const uint8_t *bytes)
{
    double load = compiler->loads[anchor_hash(gram_key(bytes)) >> 16];
    return literal_rate(bytes, GRAM) * (1 + load * load / 16);
}

static struct anchor_record
anchor_of(uint32_t pattern, const uint8_t *bytes, size_t at, int beside_at)
{
    struct anchor_record anchor = {gram_key(bytes + at), pattern, (uint32_t)at, 0, beside_at};
    if (beside_at)
        anchor.beside = gram_key(bytes + (ptrdiff_t)at + beside_at);
    return anchor;
}

static void
add_anchor(struct compiler *compiler, const struct anchor_record *anchor)
{
    ++compiler->loads[anchor_hash(anchor->key) >> 16];
    compiler_add(compiler, IMAGE_ANCHORS, anchor, sizeof *anchor);
}

static void
add_short(struct compiler *compiler, uint32_t pattern, const uint8_t *bytes, size_t count,
          size_t offset)
{
    struct short_record record = {pattern, (uint32_t)offset, (uint32_t)count, 0};
    for (size_t i = 0; i < count; i++)
        record.bytes |= (uint32_t)(bytes[i] | 0x20) << (8 * i);
    compiler_add(compiler, IMAGE_SHORTS, &record, sizeof record);
}

void
anchors_add_set(struct compiler *compiler, uint32_t pattern, const uint8_t set[32])
{
    struct short_record record = {.pattern = pattern};
    record.bytes = compiler_text(compiler, (str){(const char *)set, 32}).at;
    compiler_add(compiler, IMAGE_SHORTS, &record, sizeof record);
}

void
anchors_add_run(struct compiler *compiler, uint32_t pattern, const uint8_t set[32], size_t least)
{
    struct short_record record = {.pattern = pattern, .offset = (uint32_t)least};
    record.bytes = compiler_text(compiler, (str){(const char *)set, 32}).at;
    compiler_add(compiler, IMAGE_SHORTS, &record, sizeof record);
}

static size_t
best_gram(const struct compiler *compiler, const uint8_t *bytes, size_t count)
{
    size_t best = 0;
    double best_cost = gram_cost(compiler, bytes);
    for (size_t at = 1; at + GRAM <= count; at++) {
        double cost = gram_cost(compiler, bytes + at);
        if (cost < best_cost) {
            best = at;
            best_cost = cost;
        }
    }
    return best;
}

/* Of a literal of COUNT bytes: the four behind the window, or before it, or as far off as can be.
 */
static int
beside_of(size_t at, size_t count)
{
    size_t last = count - GRAM;
    if (at + GRAM <= last)
        return GRAM;
    if (at >= GRAM)
        return -GRAM;
    return last - at >= at ? (int)(last - at) : -(int)at;
}

static struct anchor_record
best_anchor(const struct compiler *compiler, uint32_t pattern, const uint8_t *bytes, size_t count)
{
    size_t at = best_gram(compiler, bytes, count);
    return anchor_of(pattern, bytes, at, beside_of(at, count));
}

void
anchors_add_literal(struct compiler *compiler, uint32_t pattern, const uint8_t *bytes, size_t count)
{
    if (count < GRAM) {
        add_short(compiler, pattern, bytes, count, 0);
        return;
    }
    struct anchor_record anchor = best_anchor(compiler, pattern, bytes, count);
    add_anchor(compiler, &anchor);
}

static bool
has_anchor(const struct anchor_record *anchors, size_t count, const struct anchor_record *anchor)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&anchors[i], anchor, sizeof *anchor) == 0)
            return true;
    return false;
}

void
anchors_add_literals(struct compiler *compiler, uint32_t pattern,
                     const struct regex_literal *literals, size_t count)
{
    struct anchor_record anchors[REGEX_PART_LITERALS];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (literals[i].count < GRAM) {
            add_short(compiler, pattern, literals[i].bytes, literals[i].count, 0);
            continue;
        }
        anchors[kept] = best_anchor(compiler, pattern, literals[i].bytes, literals[i].count);
        kept += !has_anchor(anchors, kept, &anchors[kept]);
    }
    for (size_t i = 0; i < kept; i++)
        add_anchor(compiler, &anchors[i]);
}

void
anchors_add_xor(struct compiler *compiler, uint32_t pattern, str text, uint8_t key_min,
                uint8_t key_max)
{
    struct arena arena = ARENA;
    uint8_t *under = arena_alloc(&arena, text.n);
    size_t at = text.n < GRAM ? 0 : best_gram(compiler, (const uint8_t *)text.p, text.n);
    for (unsigned key = key_min; key <= key_max; key++) {
        if (key & 0x20 && (key ^ 0x20) >= key_min)
            continue; /* all bytes are taken with bit 5 set: the anchor of that key stands for both
                       */
        for (size_t i = 0; i < text.n; i++)
            under[i] = (uint8_t)((uint8_t)text.p[i] ^ key);
        if (text.n < GRAM) {
            add_short(compiler, pattern, under, text.n, 0);
            continue;
        }
        struct anchor_record anchor = anchor_of(pattern, under, at, beside_of(at, text.n));
        add_anchor(compiler, &anchor);
    }
    arena_clear(&arena);
}

/* ---- sequences with masks ---- */

/* How many bytes can stand where one is asked for under MASK; those that differ in bit 5 only have
 * one key. */
static size_t
count_of_forms(uint8_t mask)
{
    return (size_t)1 << __builtin_popcount((uint8_t)~mask & 0xdfu);
}

/* These bytes, with bit 5 set. */
static size_t
list_forms(uint8_t value, uint8_t mask, uint8_t forms[256])
{
    size_t count = 0;
    for (unsigned byte = 0; byte < 256; byte++)
        if (byte & 0x20 && ((byte ^ value) & mask & 0xdf) == 0)
            forms[count++] = (uint8_t)byte;
    return count;
}

/* How many forms each byte of a sequence has, and one of them. */
struct forms {
    uint16_t *counts;
    uint8_t *bytes;
    size_t count;
};

static size_t
count_forms(const struct forms *forms, size_t at, size_t count)
{
    size_t total = 1;
    for (size_t i = 0; i < count; i++)
        total *= forms->counts[at + i];
    return total;
}

/* Where the cheapest window of COUNT bytes begins that few enough anchors stand for, or SIZE_MAX.
 */
static size_t
best_window(const struct compiler *compiler, const struct forms *forms, size_t count)
{
    size_t best = SIZE_MAX;
    double best_cost = 0;
    for (size_t at = 0; at + count <= forms->count; at++) {
        size_t total = count_forms(forms, at, count);
        if (total > FORMS_MAX)
            continue;
        double cost = (count == GRAM ? gram_cost(compiler, forms->bytes + at)
                                     : literal_rate(forms->bytes + at, count)) *
                      (double)total;
        if (best == SIZE_MAX || cost < best_cost) {
            best = at;
            best_cost = cost;
        }
    }
    return best;
}

/* Four bytes near the window that have one form; 0 when there are none. */
static int
solid_beside(const struct forms *forms, size_t at)
{
    for (int away = GRAM; away <= BESIDE_REACH; away++) {
        size_t behind = at + (size_t)away;
        if (behind + GRAM <= forms->count && count_forms(forms, behind, GRAM) == 1)
            return away;
        if (at >= (size_t)away && count_forms(forms, at - (size_t)away, GRAM) == 1)
            return -away;
    }
    return 0;
}

static void
add_window(struct compiler *compiler, uint32_t pattern, const struct regex_masked *masked,
           const struct forms *all, size_t at, size_t count)
{
    uint8_t forms[GRAM][256], bytes[GRAM];
    size_t counts[GRAM], total = 1;
    int beside_at = count == GRAM ? solid_beside(all, at) : 0;
    for (size_t i = 0; i < count; i++) {
        counts[i] = list_forms(masked->value[at + i], masked->mask[at + i], forms[i]);
        total *= counts[i];
    }
    for (size_t n = 0; n < total; n++) {
        size_t rest = n;
        for (size_t i = 0; i < count; i++) {
            bytes[i] = forms[i][rest % counts[i]];
            rest /= counts[i];
        }
        if (count == GRAM) {
            struct anchor_record anchor = anchor_of(pattern, all->bytes, at, beside_at);
            anchor.key = gram_key(bytes);
            add_anchor(compiler, &anchor);
        } else {
            add_short(compiler, pattern, bytes, count, at);
        }
    }
}

/* A window of four bytes, else of three, … */
void
anchors_add_masked(struct compiler *compiler, uint32_t pattern, const struct regex_masked *masked)
{
    uint8_t every[32];
    struct arena arena = ARENA;
    struct forms forms = {arena_alloc(&arena, masked->count * sizeof *forms.counts),
                          arena_alloc(&arena, masked->count), masked->count};
    size_t count = masked->count < GRAM ? masked->count : GRAM, at = SIZE_MAX;
    for (size_t i = 0; i < masked->count; i++) {
        forms.counts[i] = (uint16_t)count_of_forms(masked->mask[i]);
        forms.bytes[i] = masked->value[i] | 0x20;
    }
    for (; count > 0; count--) {
        at = best_window(compiler, &forms, count);
        if (at != SIZE_MAX)
            break;
    }
    memset(every, 0xff, sizeof every);
    if (at == SIZE_MAX)
        anchors_add_set(compiler, pattern, every);
    else
        add_window(compiler, pattern, masked, &forms, at, count);
    arena_clear(&arena);
}
