/* SPDX-License-Identifier: Apache-2.0 */
/* What the model of PPMd learns from each byte, and how a context of the bytes before is made. */
#include "scan/decompress/ppmd_model.h"

enum { FREQUENCY_MOST = 124, SYMBOLS = 256, SEE_PERIOD = 7 };

static void
add_to_sum(struct ppmd *z, uint32_t context, uint32_t n)
{
    ppmd_set_u16(z, context + 2, ppmd_sum(z, context) + n);
}

static uint32_t
successor(const struct ppmd *z, uint32_t state)
{
    return ppmd_u32(z, state + 2);
}

static void
swap_states(struct ppmd *z, uint32_t a, uint32_t b)
{
    uint8_t kept[PPMD_STATE];
    memcpy(kept, z->p + a, PPMD_STATE);
    memcpy(z->p + a, z->p + b, PPMD_STATE);
    memcpy(z->p + b, kept, PPMD_STATE);
}

/* Moves the state at FROM down to TO; those between move up by one. */
static void
move_state(struct ppmd *z, uint32_t from, uint32_t to)
{
    uint8_t kept[PPMD_STATE];
    memcpy(kept, z->p + from, PPMD_STATE);
    memmove(z->p + to + PPMD_STATE, z->p + to, from - to);
    memcpy(z->p + to, kept, PPMD_STATE);
}

/* The state of a symbol that the context has. */
static uint32_t
find_state(const struct ppmd *z, uint32_t context, uint8_t symbol)
{
    uint32_t count = ppmd_count(z, context);
    if (count == 1)
        return ppmd_one(context);
    uint32_t state = ppmd_states(z, context);
    while (--count && z->p[state] != symbol)
        state += PPMD_STATE;
    return state;
}

/* ── the beginning ── */

static void
start_chances(struct ppmd *z)
{
    static const uint16_t escapes[8] = {0x3cdd, 0x1f3f, 0x59bf, 0x48f3,
                                        0x64a1, 0x5abc, 0x6632, 0x6051};
    for (uint32_t i = 0; i < 128; i++) {
        for (uint32_t k = 0; k < 8; k++)
            z->bins[i][k] = (uint16_t)(PPMD_BIN_SCALE - escapes[k] / (i + 2));
        for (uint32_t k = 8; k < 64; k += 8)
            memcpy(&z->bins[i][k], z->bins[i], 8 * sizeof z->bins[i][0]);
    }
    for (uint32_t i = 0; i < 25; i++)
        for (uint32_t k = 0; k < 16; k++)
            z->see[i][k] =
                (struct ppmd_see){(uint16_t)((5 * i + 10) << (SEE_PERIOD - 4)), SEE_PERIOD - 4, 4};
    z->no_see = (struct ppmd_see){0, SEE_PERIOD, 64};
    /* 0, 1, 2, 3, then each twice, thrice … */
    for (uint32_t i = 0, value = 0, left = 1; i < SYMBOLS; i++) {
        z->see_of[i] = (uint8_t)value;
        if (--left == 0)
            left = ++value > 3 ? value - 2 : 1;
    }
}

void
ppmd_model_start(struct ppmd *z)
{
    ppmd_memory_start(z);
    z->order_fall = z->order;
    z->run = z->run_start = -(int32_t)(z->order < 12 ? z->order : 12) - 1;
    z->was_found = 0;
    z->min = z->max = ppmd_allocate_context(z);
    z->found = ppmd_allocate(z, SYMBOLS / 2);
    ppmd_set_u16(z, z->min, SYMBOLS);
    ppmd_set_u16(z, z->min + 2, SYMBOLS + 1);
    ppmd_set_u32(z, z->min + 4, z->found);
    ppmd_set_u32(z, z->min + 8, 0);
    for (uint32_t i = 0; i < SYMBOLS; i++) {
        uint32_t state = z->found + i * PPMD_STATE;
        z->p[state] = (uint8_t)i;
        z->p[state + 1] = 1;
        ppmd_set_u32(z, state + 2, 0);
    }
    start_chances(z);
}

/* ── new contexts ── */

/* How often the symbol behind the found one may come in a new context, from a shorter one. */
static uint32_t
inherited(const struct ppmd *z, uint32_t context, uint8_t symbol)
{
    uint32_t state = find_state(z, context, symbol), n = z->p[state + 1];
    if (ppmd_count(z, context) == 1)
        return n;
    uint32_t own = n - 1, rest = ppmd_sum(z, context) - ppmd_count(z, context) - own;
    if (2 * own <= rest)
        return 1 + (5 * own > rest);
    return rest ? 1 + (2 * own + 3 * rest - 1) / (2 * rest) : 1;
}

/* A context of one symbol for each of the shorter ones that has none behind the found symbol; the
 * longest of them, or 0 when memory is full. WITHOUT: not for the found state itself. */
static uint32_t
make_successors(struct ppmd *z, bool without)
{
    uint32_t states[PPMD_ORDER_MOST + 1], count = 0;
    uint32_t context = z->min, text = successor(z, z->found);
    uint8_t symbol = z->p[z->found];
    if (!without)
        states[count++] = z->found;
    while (ppmd_suffix(z, context) && count <= PPMD_ORDER_MOST) {
        context = ppmd_suffix(z, context);
        uint32_t state = find_state(z, context, symbol);
        if (successor(z, state) != text) {
            context = successor(z, state);
            break;
        }
        states[count++] = state;
    }
    if (!count)
        return context;
    uint8_t next = z->p[text];
    uint32_t frequency = inherited(z, context, next);
    while (count) {
        uint32_t made = ppmd_allocate_context(z);
        if (!made)
            return 0;
        ppmd_set_u16(z, made, 1);
        z->p[ppmd_one(made)] = next;
        z->p[ppmd_one(made) + 1] = (uint8_t)frequency;
        ppmd_set_u32(z, ppmd_one(made) + 2, text + 1);
        ppmd_set_u32(z, made + 8, context);
        ppmd_set_u32(z, states[--count] + 2, made);
        context = made;
    }
    return context;
}

/* The found symbol counts a little in the context that is one shorter too. */
static void
teach_suffix(struct ppmd *z)
{
    uint32_t context = ppmd_suffix(z, z->min);
    if (z->p[z->found + 1] >= FREQUENCY_MOST / 4 || !context)
        return;
    uint32_t state = find_state(z, context, z->p[z->found]);
    if (ppmd_count(z, context) == 1) {
        z->p[state + 1] += z->p[state + 1] < 32;
        return;
    }
    if (state != ppmd_states(z, context) && z->p[state + 1] >= z->p[state + 1 - PPMD_STATE]) {
        swap_states(z, state, state - PPMD_STATE);
        state -= PPMD_STATE;
    }
    if (z->p[state + 1] < FREQUENCY_MOST - 9) {
        z->p[state + 1] += 2;
        add_to_sum(z, context, 2);
    }
}

/* Room for one more state in a context; COUNT: those of the context that was found in. False when
 * memory is full. */
static bool
make_room(struct ppmd *z, uint32_t context, uint32_t count)
{
    uint32_t own = ppmd_count(z, context), sum = ppmd_sum(z, context);
    if (own != 1) {
        uint32_t states = ppmd_states(z, context), units = own / 2;
        if (own % 2 == 0 && !(states = ppmd_grow(z, states, units, units + 1)))
            return false;
        ppmd_set_u32(z, context + 4, states);
        sum += (2 * own < count) + 2 * ((4 * own <= count) & (sum <= 8 * own));
        ppmd_set_u16(z, context + 2, sum);
        return true;
    }
    uint32_t state = ppmd_allocate(z, 1);
    if (!state)
        return false;
    memcpy(z->p + state, z->p + ppmd_one(context), PPMD_STATE);
    uint32_t n = z->p[state + 1];
    n = n < FREQUENCY_MOST / 4 - 1 ? n * 2 : FREQUENCY_MOST - 4;
    z->p[state + 1] = (uint8_t)n;
    ppmd_set_u32(z, context + 4, state);
    ppmd_set_u16(z, context + 2, n + z->first_escape + (count > 3));
    return true;
}

/* The found symbol becomes one of CONTEXT's; OTHERS: how often others came in the context that it
 * was found in. */
static void
add_symbol(struct ppmd *z, uint32_t context, uint32_t others, uint32_t target)
{
    uint32_t own = ppmd_count(z, context), sum = ppmd_sum(z, context);
    uint32_t weight = 2 * (uint32_t)z->p[z->found + 1] * (sum + 6), all = others + sum, n;
    if (weight < 6 * all) {
        n = 1 + (weight > all) + (weight >= 4 * all);
        add_to_sum(z, context, 3);
    } else {
        n = 4 + (weight >= 9 * all) + (weight >= 12 * all) + (weight >= 15 * all);
        add_to_sum(z, context, n);
    }
    uint32_t state = ppmd_states(z, context) + own * PPMD_STATE;
    z->p[state] = z->p[z->found];
    z->p[state + 1] = (uint8_t)n;
    ppmd_set_u32(z, state + 2, target);
    ppmd_set_u16(z, context, own + 1);
}

/* Where the contexts go on behind the found symbol: *RET_TARGET is for the new states. False when
 * memory is full. */
static bool
advance(struct ppmd *z, uint32_t *ret_next, uint32_t *ret_target)
{
    uint32_t next = successor(z, z->found);
    z->p[z->text++] = z->p[z->found];
    *ret_target = z->text;
    if (z->text >= z->units)
        return false;
    if (!next) {
        ppmd_set_u32(z, z->found + 2, *ret_target);
        *ret_next = z->min;
        return true;
    }
    if (next <= *ret_target && !(next = make_successors(z, false)))
        return false;
    if (--z->order_fall == 0) {
        *ret_target = next;
        z->text -= z->max != z->min;
    }
    *ret_next = next;
    return true;
}

/* The found symbol enters all contexts between the longest and that which it was found in. */
static bool
update(struct ppmd *z)
{
    teach_suffix(z);
    if (!z->order_fall) {
        z->min = z->max = make_successors(z, true);
        if (z->min)
            ppmd_set_u32(z, z->found + 2, z->min);
        return z->min;
    }
    uint32_t next, target, count = ppmd_count(z, z->min);
    if (!advance(z, &next, &target))
        return false;
    uint32_t others = ppmd_sum(z, z->min) - count - (z->p[z->found + 1] - 1u);
    for (uint32_t context = z->max; context != z->min; context = ppmd_suffix(z, context)) {
        if (!make_room(z, context, count))
            return false;
        add_symbol(z, context, others, target);
    }
    z->max = z->min = next;
    return true;
}

static void
update_or_start(struct ppmd *z)
{
    if (!update(z))
        ppmd_model_start(z);
}

static void
go_on(struct ppmd *z)
{
    uint32_t next = successor(z, z->found);
    if (!z->order_fall && next > z->text)
        z->min = z->max = next;
    else
        update_or_start(z);
}

/* ── frequencies ── */

/* States whose frequency became 0 are dropped, from the last one; *ESCAPE takes their part. */
static bool
drop_states(struct ppmd *z, uint32_t *escape)
{
    uint32_t states = ppmd_states(z, z->min), count = ppmd_count(z, z->min), left = count;
    while (!z->p[states + (left - 1) * PPMD_STATE + 1])
        left--;
    *escape += count - left;
    ppmd_set_u16(z, z->min, left);
    uint32_t old = (count + 1) / 2, new = (left + 1) / 2;
    if (left == 1) {
        uint8_t kept[PPMD_STATE];
        memcpy(kept, z->p + states, PPMD_STATE);
        do {
            kept[1] = (uint8_t)(kept[1] - kept[1] / 2);
            *escape /= 2;
        } while (*escape > 1);
        ppmd_release(z, states, old);
        z->found = ppmd_one(z->min);
        memcpy(z->p + z->found, kept, PPMD_STATE);
        return true;
    }
    if (old != new)
        ppmd_set_u32(z, z->min + 4, ppmd_shrink(z, states, old, new));
    return false;
}

/* Halves all frequencies of the context; the found symbol becomes the first. */
static void
rescale(struct ppmd *z)
{
    uint32_t states = ppmd_states(z, z->min), count = ppmd_count(z, z->min);
    uint32_t add = z->order_fall != 0, escape = ppmd_sum(z, z->min), sum = 0;
    move_state(z, z->found, states);
    escape += 4;
    z->p[states + 1] += 4;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = states + i * PPMD_STATE, to = state;
        escape -= z->p[state + 1];
        uint8_t n = z->p[state + 1] = (uint8_t)((z->p[state + 1] + add) >> 1);
        sum += n;
        while (to != states && n > z->p[to + 1 - PPMD_STATE])
            to -= PPMD_STATE;
        if (to != state)
            move_state(z, state, to);
    }
    if (!z->p[states + (count - 1) * PPMD_STATE + 1] && drop_states(z, &escape))
        return;
    ppmd_set_u16(z, z->min + 2, sum + escape - escape / 2);
    z->found = ppmd_states(z, z->min);
}

/* Whether the symbol's top bits say that it is a letter or more. */
static uint32_t
high_flag(const struct ppmd *z, uint32_t state)
{
    return z->p[state] >= 0x40 ? 8 : 0;
}

uint16_t *
ppmd_bin(struct ppmd *z)
{
    uint32_t state = ppmd_one(z->min);
    uint32_t others = ppmd_count(z, ppmd_suffix(z, z->min)) - 1;
    uint32_t size = others == 0 ? 0 : others == 1 ? 2 : others < 11 ? 4 : 6;
    z->high_bits = high_flag(z, z->found);
    uint32_t run = (uint32_t)z->run >> 26 & 0x20;
    return &z->bins[z->p[state + 1] - 1]
                   [z->was_found + size + z->high_bits + 2 * high_flag(z, state) + run];
}

struct ppmd_see *
ppmd_see_of(struct ppmd *z, uint32_t masked, uint32_t *ret_escape)
{
    uint32_t count = ppmd_count(z, z->min), rest = count - masked;
    *ret_escape = 1;
    if (count == SYMBOLS)
        return &z->no_see;
    uint32_t longer = ppmd_count(z, ppmd_suffix(z, z->min)) - count;
    struct ppmd_see *see =
        &z->see[z->see_of[rest - 1]][(rest < longer) + 2 * (ppmd_sum(z, z->min) < 11 * count) +
                                     4 * (masked > rest) + z->high_bits];
    uint32_t mean = see->sum >> see->shift;
    see->sum = (uint16_t)(see->sum - mean);
    *ret_escape = mean ? mean : 1;
    return see;
}

void
ppmd_see_hit(struct ppmd_see *see)
{
    if (see->shift < SEE_PERIOD && --see->count == 0) {
        see->sum = (uint16_t)(see->sum << 1);
        see->count = (uint8_t)(3 << see->shift++);
    }
}

void
ppmd_found_one(struct ppmd *z)
{
    z->p[z->found + 1] += z->p[z->found + 1] < 128;
    z->was_found = 1;
    z->run++;
    go_on(z);
}

static void
count_found(struct ppmd *z)
{
    z->p[z->found + 1] += 4;
    add_to_sum(z, z->min, 4);
}

void
ppmd_found_several(struct ppmd *z, bool is_first)
{
    if (is_first) {
        z->was_found = 2 * z->p[z->found + 1] > ppmd_sum(z, z->min);
        z->run += (int32_t)z->was_found;
        count_found(z);
    } else {
        z->was_found = 0;
        count_found(z);
        if (z->p[z->found + 1] <= z->p[z->found + 1 - PPMD_STATE]) {
            go_on(z);
            return;
        }
        swap_states(z, z->found, z->found - PPMD_STATE);
        z->found -= PPMD_STATE;
    }
    if (z->p[z->found + 1] > FREQUENCY_MOST)
        rescale(z);
    go_on(z);
}

void
ppmd_found_rest(struct ppmd *z)
{
    count_found(z);
    if (z->p[z->found + 1] > FREQUENCY_MOST)
        rescale(z);
    z->run = z->run_start;
    update_or_start(z);
}

void
ppmd_escape_one(struct ppmd *z, uint32_t chance)
{
    static const uint8_t escapes[16] = {25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2};
    z->first_escape = escapes[chance >> 10];
    z->was_found = 0;
}

void
ppmd_escape_several(struct ppmd *z)
{
    z->was_found = 0;
    z->high_bits = high_flag(z, z->found);
}
