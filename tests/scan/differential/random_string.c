/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of all kinds over a small alphabet. */
#include "random_case.h"

static void
sample(struct random_string *string, char c)
{
    if (string->sample_size < sizeof string->sample)
        string->sample[string->sample_size++] = c;
}

static char
letter(struct random_case *random)
{
    return "abcdabcdabcdABC1 _"[choose(random->choices, 18)];
}

/* ---- texts ---- */

static void
make_bytes(struct random_case *random, struct random_string *string, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char c = letter(random);
        switch (choose(random->choices, 40)) {
        case 38:
            c = 0;
            break;
        case 39:
            c = '\xff';
            break;
        default:
            break;
        }
        if (c > 0)
            buf_char(&random->source, c);
        else
            buf_printf(&random->source, "\\x%02x", (uint8_t)c);
        sample(string, c);
    }
}

static void
make_xor(struct random_case *random, struct random_string *string)
{
    uint32_t low = choose(random->choices, 256);
    string->xor_max = 255;
    buf_z(&random->source, " xor");
    if (chance(random->choices, 2))
        return;
    string->xor_min = string->xor_max = (uint8_t)low;
    if (chance(random->choices, 2)) {
        buf_printf(&random->source, "(%u)", low);
        return;
    }
    string->xor_max = (uint8_t)(low + choose(random->choices, 256 - low));
    buf_printf(&random->source, "(%u-%u)", low, string->xor_max);
}

static void
make_base64(struct random_case *random, struct random_string *string)
{
    static const char *const modifiers[] = {" base64", " base64wide", " base64 base64wide"};
    static const char alphabet[] =
        "(\"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._\")";
    uint32_t which = choose(random->choices, 3);
    buf_z(&random->source, modifiers[which]);
    if (which < 2 && chance(random->choices, 4))
        buf_z(&random->source, alphabet);
    string->vague = true;
}

/* Where the bytes match as ASCII, libyara does not try the wide form; both can match at one place
 * when they are expressions or a single byte. */
static void
make_wideness(struct random_case *random, struct random_string *string, bool both)
{
    uint32_t which = choose(random->choices, both ? 4 : 3);
    if (which & 1)
        buf_z(&random->source, " wide");
    if (which & 2)
        buf_z(&random->source, " ascii");
    string->wide = which & 1;
}

/* Of several lengths at a place libyara checks one for being a full word, the engine all. */
static void
make_fullword(struct random_case *random, struct random_string *string)
{
    string->fullword = !string->vague && !string->varies && chance(random->choices, 4);
    if (string->fullword)
        buf_z(&random->source, " fullword");
}

static void
make_text(struct random_case *random, struct random_string *string)
{
    bool base64 = chance(random->choices, 8);
    buf_char(&random->source, '"');
    make_bytes(random, string, (base64 ? 3u : 1u) + choose(random->choices, 8));
    buf_char(&random->source, '"');
    make_wideness(random, string, string->sample_size > 1);
    if (base64) {
        make_base64(random, string);
        return;
    }
    make_fullword(random, string);
    switch (choose(random->choices, 4)) {
    case 2:
        string->nocase = true;
        buf_z(&random->source, " nocase");
        break;
    case 3:
        make_xor(random, string);
        break;
    default:
        break;
    }
}

/* ---- hex strings ---- */

/* At a FIRST `??` before a jump libyara does not find all. */
static void
make_hex_byte(struct random_case *random, struct random_string *string, bool first)
{
    char c = letter(random);
    switch (choose(random->choices, first ? 7 : 10)) {
    case 7:
        buf_printf(&random->source, "%x? ", c >> 4);
        c = (char)((c & 0x70) | (char)choose(random->choices, 16));
        break;
    case 8:
        buf_printf(&random->source, "?%x ", c & 15);
        break;
    case 9:
        buf_z(&random->source, "?? ");
        break;
    default:
        buf_printf(&random->source, "%02x ", c);
    }
    sample(string, c);
}

/* Of the ways through two jumps libyara takes the one that it meets first. */
static void
make_jump(struct random_case *random, struct random_string *string)
{
    uint32_t low = choose(random->choices, 4), more = choose(random->choices, 5);
    string->vague |= string->varies;
    string->varies = true;
    switch (choose(random->choices, 12)) {
    case 8:
        buf_printf(&random->source, "[%u-] ", low);
        break;
    case 9:
        buf_z(&random->source, "[-] ");
        break;
    case 10:
        low += 195 + choose(random->choices, 12);
        buf_printf(&random->source, "[%u] ", low);
        break;
    case 11:
        buf_printf(&random->source, "[%u-%u] ", low, 195 + low + 3 * more);
        break;
    default:
        if (low + more == 0)
            more = 1;
        if (more == 0)
            buf_printf(&random->source, "[%u] ", low);
        else
            buf_printf(&random->source, "[%u-%u] ", low, low + more);
    }
    for (low += choose(random->choices, more + 1); low > 0; low--)
        sample(string, low & 3 ? '.' : letter(random));
}

/* No unbounded jump may stand in an alternative; ours are without any. */
static void
make_alternatives(struct random_case *random, struct random_string *string)
{
    struct random_string ignored = {0};
    uint32_t count = 2 + choose(random->choices, 2), taken = choose(random->choices, count);
    buf_z(&random->source, "( ");
    for (uint32_t i = 0; i < count; i++) {
        buf_z(&random->source, i ? "| " : "");
        for (uint32_t bytes = 1 + choose(random->choices, 3); bytes > 0; bytes--)
            make_hex_byte(random, i == taken ? string : &ignored, false);
    }
    buf_z(&random->source, ") ");
    string->vague = true;
}

/* Many small letters, which are a run where what follows lets the bytes be no masked text. */
static void
make_hex_run(struct random_case *random, struct random_string *string)
{
    for (uint32_t bytes = 14 + choose(random->choices, 8); bytes > 0; bytes--) {
        buf_z(&random->source, "6? ");
        sample(string, "abcd"[choose(random->choices, 4)]);
    }
}

static void
make_hex(struct random_case *random, struct random_string *string)
{
    uint32_t groups = 1 + choose(random->choices, 3);
    buf_z(&random->source, "{ ");
    for (uint32_t i = 0; i < groups; i++) {
        make_hex_byte(random, string, true);
        if (chance(random->choices, 8))
            make_hex_run(random, string);
        for (uint32_t bytes = choose(random->choices, 4); bytes > 0; bytes--)
            make_hex_byte(random, string, false);
        if (i + 1 == groups)
            break;
        if (chance(random->choices, 4))
            make_alternatives(random, string);
        else
            make_jump(random, string);
    }
    buf_z(&random->source, "}");
}

/* ---- regular expressions ---- */

static void make_sequence(struct random_case *random, struct random_string *string, unsigned depth,
                          const char *lazy);

/* True when it is a group. */
static bool
make_atom(struct random_case *random, struct random_string *string, unsigned depth,
          const char *lazy)
{
    static const char *const sets[] = {".",   "[ab]",   "[^a]", "[a-c]", "\\w",   "\\d",
                                       "\\s", "[^\\n]", "\\W",  "\\S",   "[0-9A]"};
    uint32_t kind = choose(random->choices, depth > 0 ? 10 : 8);
    char c = letter(random);
    if (kind < 6) {
        buf_char(&random->source, c);
        sample(string, c);
    } else if (kind < 8) {
        buf_z(&random->source, ONE_OF(random, sets));
        sample(string, c);
    } else {
        buf_char(&random->source, '(');
        make_sequence(random, string, depth - 1, lazy);
        for (; chance(random->choices, 3); string->vague = true) {
            struct random_string ignored = {0};
            buf_char(&random->source, '|');
            make_sequence(random, &ignored, depth - 1, lazy);
        }
        buf_char(&random->source, ')');
    }
    return kind >= 8;
}

/* `.{1,}?` makes a chain, whose last piece libyara does not let be empty. */
static bool
make_quantifier(struct random_case *random, const char *lazy)
{
    uint32_t low = 1 + choose(random->choices, 3), more = choose(random->choices, 4);
    switch (choose(random->choices, 14)) {
    case 8:
        buf_z(&random->source, "*");
        break;
    case 9:
        buf_z(&random->source, "+");
        break;
    case 10:
        buf_z(&random->source, "?");
        break;
    case 11:
        buf_printf(&random->source, "{%u}", low);
        break;
    case 12:
        buf_printf(&random->source, "{%u,%u}", low, low + more);
        break;
    case 13:
        buf_printf(&random->source, !*lazy && chance(random->choices, 2) ? "{%u,}" : "{,%u}", low);
        break;
    default:
        return false;
    }
    buf_z(&random->source, lazy);
    return true;
}

/* Many bytes of one set, which are looked for as such when there is nothing better. */
static void
make_run(struct random_case *random, struct random_string *string, const char *lazy)
{
    static const char *const sets[] = {"[a-d]", "[a-dA-C]", "[0-9a-d]", "\\w", "[^ ]"};
    uint32_t low = 12 + choose(random->choices, 60), more = choose(random->choices, 20);
    buf_z(&random->source, ONE_OF(random, sets));
    switch (choose(random->choices, 3)) {
    case 0:
        buf_printf(&random->source, "{%u}", low);
        break;
    case 1:
        buf_printf(&random->source, "{%u,}", low);
        break;
    default:
        buf_printf(&random->source, "{%u,%u}", low, low + more + 1);
    }
    buf_z(&random->source, lazy);
    string->varies = true;
    uint32_t count = low + choose(random->choices, 2 * more + 1);
    for (uint32_t i = choose(random->choices, 3); i < count; i++)
        sample(string, "abcd"[choose(random->choices, 4)]);
}

/* The first atom has no quantifier: a round is never empty. Where a group is repeated, libyara may
 * prefer a shorter match to one that is as long as can be. */
static void
make_sequence(struct random_case *random, struct random_string *string, unsigned depth,
              const char *lazy)
{
    uint32_t count = 1 + choose(random->choices, 4);
    for (uint32_t i = 0; i < count; i++) {
        if (chance(random->choices, 12)) {
            make_run(random, string, lazy);
            continue;
        }
        bool group = make_atom(random, string, depth, lazy);
        if (i > 0 && make_quantifier(random, lazy)) {
            string->vague |= group;
            string->varies = true;
        }
    }
}

static void
make_regex(struct random_case *random, struct random_string *string)
{
    buf_char(&random->source, '/');
    if (chance(random->choices, 10))
        buf_char(&random->source, '^');
    bool lazy = chance(random->choices, 2);
    make_sequence(random, string, 2, lazy ? "?" : "");
    if (chance(random->choices, 10))
        buf_char(&random->source, '$');
    buf_char(&random->source, '/');
    string->nocase = chance(random->choices, 5);
    if (string->nocase)
        buf_z(&random->source, "i");
    if (chance(random->choices, 4))
        buf_z(&random->source, "s");
    make_wideness(random, string, false);
    make_fullword(random, string);
}

void
random_string_make(struct random_case *random, struct random_string *string)
{
    size_t number = (size_t)(string - random->rule->strings);
    *string = (struct random_string){0};
    snprintf(string->name, sizeof string->name, "%c%zu", "aab"[choose(random->choices, 3)], number);
    buf_printf(&random->source, "  $%s = ", string->name);
    switch (choose(random->choices, 8)) {
    case 4:
    case 5:
        make_hex(random, string);
        break;
    case 6:
    case 7:
        make_regex(random, string);
        break;
    default:
        make_text(random, string);
    }
    buf_z(&random->source, chance(random->choices, 16) ? " private\n" : "\n");
}
