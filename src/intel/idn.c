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

/* Where Latin capitals are: 32 before their small letters, or in turn with them (the capital has
 * the even or the odd number). */
static const struct {
    uint32_t first, last, step;
    bool odd;
} capitals[] = {
    {'A', 'Z', 32, false},      {0xc0, 0xd6, 32, false},    {0xd8, 0xde, 32, false},
    {0x100, 0x12e, 1, false},   {0x132, 0x136, 1, false},   {0x139, 0x147, 1, true},
    {0x14a, 0x176, 1, false},   {0x1a0, 0x1a4, 1, false},   {0x1af, 0x1af, 1, true},
    {0x1e00, 0x1e94, 1, false}, {0x1ea0, 0x1efe, 1, false},
};

static uint32_t
small(uint32_t c)
{
    for (size_t i = 0; i < sizeof capitals / sizeof *capitals; i++) {
        bool among = c >= capitals[i].first && c <= capitals[i].last;
        if (among && (capitals[i].step > 1 || (c % 2 != 0) == capitals[i].odd))
            return c + capitals[i].step;
    }
    return c;
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
        ascii = ascii && characters[count] < FIRST;
        count++;
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
