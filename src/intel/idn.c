/* SPDX-License-Identifier: Apache-2.0 */
/* Punycode encoding (RFC 3492, section 6.3): the ASCII letters first, then each other letter in
 * the order of its number, as the distance that a decoder has to go. */
#include "intel/idn.h"

#include "base/buf.h"

enum { LABEL = 63, BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST = 0x80 };

/* The character at S, which is well-formed UTF-8. */
static uint32_t
take_character(str *s)
{
    unsigned char c = (unsigned char)s->p[0];
    size_t length = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    uint32_t value = length == 1 ? c : c & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++)
        value = value << 6 | ((unsigned char)s->p[i] & 0x3f);
    *s = str_from(*s, length);
    return value;
}

/* Latin capitals: ASCII, Latin-1, and the blocks where capital and small letter take turns. */
static uint32_t
small(uint32_t c)
{
    if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7))
        return c + 32;
    bool even_is_capital = (c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177) ||
                           (c >= 0x1a0 && c <= 0x1a5) || (c >= 0x1e00 && c <= 0x1e95) ||
                           (c >= 0x1ea0 && c <= 0x1eff);
    bool odd_is_capital = (c >= 0x139 && c <= 0x148) || c == 0x1af;
    if (even_is_capital)
        return c | 1;
    return odd_is_capital && c % 2 ? c + 1 : c;
}

static uint32_t
adapt(uint32_t delta, uint32_t count, bool first)
{
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    uint32_t k = 0;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static void
add_number(struct buf *out, uint32_t number, uint32_t bias)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        uint32_t digit = number < t ? number : t + (number - t) % (BASE - t);
        buf_char(out, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
        if (number < t)
            return;
        number = (number - t) / (BASE - t);
    }
}

/* With at most LABEL characters no sum here passes 32 bits. */
static void
add_punycode(struct buf *out, const uint32_t *characters, size_t count)
{
    uint32_t done = 0, delta = 0, bias = 72, now = FIRST;
    for (size_t i = 0; i < count; i++) {
        if (characters[i] < FIRST) {
            buf_char(out, (char)characters[i]);
            done++;
        }
    }
    const uint32_t plain = done;
    if (plain)
        buf_char(out, '-');
    while (done < count) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < count; i++)
            if (characters[i] >= now && characters[i] < next)
                next = characters[i];
        delta += (next - now) * (done + 1);
        now = next;
        for (size_t i = 0; i < count; i++) {
            delta += characters[i] < now;
            if (characters[i] != now)
                continue;
            add_number(out, delta, bias);
            bias = adapt(delta, done + 1, done == plain);
            delta = 0;
            done++;
        }
        delta++;
        now++;
    }
}

static bool
add_label(struct buf *out, str label)
{
    uint32_t characters[LABEL];
    size_t count = 0, start = out->n;
    bool ascii = true;
    while (label.n) {
        if (count == LABEL)
            return false;
        characters[count] = small(take_character(&label));
        ascii = ascii && characters[count++] < FIRST;
    }
    if (!ascii) {
        buf_z(out, "xn--");
        add_punycode(out, characters, count);
    }
    for (size_t i = 0; ascii && i < count; i++)
        buf_char(out, (char)characters[i]);
    return !out->full && out->n - start <= LABEL;
}

bool
idn_to_ascii(str name, struct arena *arena, str *ret)
{
    struct buf out = BUF(255);
    str rest = name, label;
    bool good = name.n && str_is_utf8(name);
    while (good && str_cut(&rest, '.', &label)) {
        good = add_label(&out, label);
        if (rest.p)
            buf_char(&out, '.');
    }
    if (good && !out.full)
        *ret = arena_str(arena, buf_view(&out));
    good = good && !out.full;
    buf_clear(&out);
    return good;
}
