/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack_rar/filter.h"

#include "base/cleanup.h"
#include "base/require.h"

#define CALLS_SPAN UINT32_C(0x1000000)
enum { BUNDLE = 16, SLOTS = 3, SLOT_BITS = 41, PREDICTORS = 3, ERRORS = 2 * PREDICTORS + 1 };

static uint32_t
get_u32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
put_u32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static void
undo_delta(const struct rar_filter *filter, const uint8_t *in, uint8_t *out)
{
    for (uint32_t channel = 0; channel < filter->channels; channel++) {
        uint8_t last = 0;
        for (uint32_t i = channel; i < filter->length; i += filter->channels)
            out[i] = last = (uint8_t)(last - *in++);
    }
}

static void
undo_calls(const struct rar_filter *filter, uint32_t place, uint8_t *p)
{
    for (uint32_t i = 0; i + 4 < filter->length;) {
        uint8_t byte = p[i++];
        if (byte != 0xe8 && !(byte == 0xe9 && filter->kind == RAR_JUMPS))
            continue;
        uint32_t here = place + i, target = get_u32(p + i);
        if (filter->wraps)
            here %= CALLS_SPAN;
        if (target & 0x80000000) {
            if (!((target + here) & 0x80000000))
                put_u32(p + i, target + CALLS_SPAN);
        } else if (target < CALLS_SPAN) {
            put_u32(p + i, target - here);
        }
        i += 4;
    }
}

static void
undo_arm(const struct rar_filter *filter, uint32_t place, uint8_t *p)
{
    for (uint32_t i = 0; i + 3 < filter->length; i += 4)
        if (p[i + 3] == 0xeb) {
            uint32_t target = (get_u32(p + i) & 0xffffff) - (place + i) / 4;
            put_u32(p + i, (target & 0xffffff) | 0xeb000000);
        }
}

/* N bits, at most 20, of a bundle of Itanium, whose first is its least. */
static uint32_t
get_bits(const uint8_t *p, uint32_t at, uint32_t n)
{
    return get_u32(p + at / 8) >> at % 8 & ((1u << n) - 1);
}

/* Of the three instructions in a bundle, those that its template sends to the unit for branches,
 * when they are calls by an address. */
static void
undo_bundle(uint8_t *p, uint32_t bundle)
{
    static const uint8_t branches[16] = {4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0};
    uint32_t template = p[0] & 0x1f;
    for (uint32_t slot = 0; template >= 16 && slot < SLOTS; slot++) {
        uint32_t begin = slot * SLOT_BITS + 5, at = begin + 13;
        if (!(branches[template - 16] >> slot & 1) || get_bits(p, begin + 37, 4) != 5)
            continue;
        uint32_t target = (get_bits(p, at, 20) - bundle) & 0xfffff;
        uint32_t mask = UINT32_C(0xfffff) << at % 8, word = get_u32(p + at / 8);
        put_u32(p + at / 8, (word & ~mask) | target << at % 8);
    }
}

static void
undo_itanium(const struct rar_filter *filter, uint32_t place, uint8_t *p)
{
    for (uint32_t i = 0; i + 21 < filter->length; i += BUNDLE)
        undo_bundle(p + i, (place + i) / BUNDLE);
}

/* Paeth's predictor, as PNG has it: of what stands left, above and left of above, that which is
 * nearest to their plane. */
static uint8_t
predict_pixel(int left, int above, int corner)
{
    int plane = left + above - corner;
    int by_left = abs(plane - left), by_above = abs(plane - above), by_corner = abs(plane - corner);
    if (by_left <= by_above && by_left <= by_corner)
        return (uint8_t)left;
    return (uint8_t)(by_above <= by_corner ? above : corner);
}

static void
undo_picture(const struct rar_filter *filter, const uint8_t *in, uint8_t *out)
{
    uint32_t n = filter->length;
    for (uint32_t colour = 0; colour < 3; colour++) {
        uint8_t left = 0;
        for (uint32_t i = colour; i < n; i += 3) {
            uint8_t guess = left;
            if (i >= filter->row)
                guess = predict_pixel(left, out[i - filter->row + 3], out[i - filter->row]);
            out[i] = left = (uint8_t)(guess - *in++);
        }
    }
    for (uint32_t i = filter->red; i + 2 < n; i += 3) {
        out[i] = (uint8_t)(out[i] + out[i + 1]);
        out[i + 2] = (uint8_t)(out[i + 2] + out[i + 1]);
    }
}

/* One channel of samples: the last one and weighted differences before it foretell the next.
 * Weights follow what would have been better in the last 32. */
struct sound {
    int last, last_delta, deltas[PREDICTORS], weights[PREDICTORS];
    uint32_t errors[ERRORS], count;
};

static void
learn(struct sound *sound)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < ERRORS; i++)
        if (sound->errors[i] < sound->errors[best])
            best = i;
    memset(sound->errors, 0, sizeof sound->errors);
    if (!best)
        return;
    int *weight = &sound->weights[(best - 1) / 2];
    if (best & 1)
        *weight -= *weight >= -16;
    else
        *weight += *weight < 16;
}

static uint8_t
next_sample(struct sound *sound, int8_t delta)
{
    int *deltas = sound->deltas;
    deltas[2] = deltas[1];
    deltas[1] = sound->last_delta - deltas[0];
    deltas[0] = sound->last_delta;
    int guess = 8 * sound->last, error = delta * 8;
    for (uint32_t i = 0; i < PREDICTORS; i++)
        guess += sound->weights[i] * deltas[i];
    uint8_t sample = (uint8_t)((guess >> 3) - delta);
    sound->errors[0] += (uint32_t)abs(error);
    for (uint32_t i = 0; i < PREDICTORS; i++) {
        sound->errors[2 * i + 1] += (uint32_t)abs(error - deltas[i]);
        sound->errors[2 * i + 2] += (uint32_t)abs(error + deltas[i]);
    }
    sound->last_delta = (int8_t)(sample - sound->last);
    sound->last = sample;
    if (sound->count++ % 32 == 0)
        learn(sound);
    return sample;
}

static void
undo_sound(const struct rar_filter *filter, const uint8_t *in, uint8_t *out)
{
    for (uint32_t channel = 0; channel < filter->channels; channel++) {
        struct sound sound = {0};
        for (uint32_t i = channel; i < filter->length; i += filter->channels)
            out[i] = next_sample(&sound, (int8_t)*in++);
    }
}

bool
rar_filter_undo(const struct rar_filter *filter, uint32_t place, uint8_t *p, uint8_t *other)
{
    switch (filter->kind) {
    case RAR_DELTA:
        undo_delta(filter, p, other);
        return true;
    case RAR_PICTURE:
        undo_picture(filter, p, other);
        return true;
    case RAR_SOUND:
        undo_sound(filter, p, other);
        return true;
    case RAR_CALLS:
    case RAR_JUMPS:
        undo_calls(filter, place, p);
        return false;
    case RAR_ITANIUM:
        undo_itanium(filter, place, p);
        return false;
    case RAR_ARM:
        undo_arm(filter, place, p);
        return false;
    }
    require(false);
    return false;
}
