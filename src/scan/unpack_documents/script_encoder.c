/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts that Microsoft's Script Encoder (screnc.exe) made unreadable: .vbe, .jse, and in pages. A
 * place modulo 64 chooses one of three alphabets, in which a character stands for the one behind
 * it. */
#include "scan/unpack/reader.h"

enum {
    SNIFFED = 1024,
    ALPHABETS = 3,
    PLACES = 64,
    LENGTH = 8, /* of base64 */
    SUM = 8,
};

static const char *const alphabets[ALPHABETS] = {
    "\tWf3E\"zy$BJLg\x7f"
    "6OtZ!GoFKPT08b)Aw\\M*4hm_?^c(I;uHN}Q+2pX5q19D]R-v'&/Cax=~ .riUneY%jS,[dsl:#Vk|`"
    "{7",
    "\t{_+e*5YthwpQ\x7fWog?SLjU~,9J\"!0fDrO-\\v6xnP "
    "2Eu|KT]%8}ZCHMG7^$[&3ki;qIR.Vla#):mc4bAB'=`(Xyz/sF1N"
    "d",
    "\tnKoXxJ/\x7f"
    "e!u%^l5Q?~B, -|_Hy23+6f$qW4hP{=:TgNjVGDtMr\"R81c.zAE'\\Z0ksmap;C*)}O9dL&IY][#`USwF7v("
    "bi",
};
static const char order[PLACES + 1] =
    "0210212112120121012100211201211200121210100210120121002110021012";

/* Where the next one begins: a mark and a length in base64. */
static size_t
find_encoded(str data)
{
    for (size_t from = 0, at; (at = str_find(str_from(data, from), STR("#@~^"))) != SIZE_MAX;) {
        from += at + 4;
        if (str_eq(unpack_slice(data, from + LENGTH - 2, 2), STR("==")))
            return from - 4;
    }
    return SIZE_MAX;
}

static bool
matches(str data, const char *name)
{
    bool is_named = unpack_name_ends(name, ".vbe") || unpack_name_ends(name, ".jse");
    return find_encoded(is_named ? data : unpack_slice(data, 0, SNIFFED)) != SIZE_MAX;
}

static void
make_tables(char tables[ALPHABETS][128])
{
    for (unsigned t = 0; t < ALPHABETS; t++) {
        const char *alphabet = alphabets[t];
        for (unsigned i = 0; i < 128; i++)
            tables[t][i] = (char)i;
        for (size_t i = 0, n = strlen(alphabet); i < n; i++)
            tables[t][(uint8_t)alphabet[i]] = alphabet[(i + 1) % n];
    }
}

/* What "@" and the character behind it stand for; 0 when for nothing. */
static char
escaped(char c)
{
    static const char from[] = "&#!*$", to[] = "\n\r<>@";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : 0;
}

static bool
decode(struct unpack *walk, str text)
{
    char tables[ALPHABETS][128];
    struct unpack_block made = {.walk = walk};
    make_tables(tables);
    size_t place = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], after = i + 1 < text.n ? text.p[i + 1] : 0;
        if (c == '@' && escaped(after)) {
            c = escaped(after);
            i++;
            place++;
        } else if ((uint8_t)c < 128) {
            c = tables[order[place++ % PLACES] - '0'][(uint8_t)c];
        }
        if (!unpack_put(&made, (uint8_t)c))
            return false;
    }
    return unpack_flush(&made);
}

static void
read_encoded(struct unpack *walk, str data)
{
    for (size_t at; (at = find_encoded(data)) != SIZE_MAX;) {
        str text = str_from(data, at + 4 + LENGTH);
        size_t end = str_find(text, STR("^#~@"));
        data = str_from(text, end == SIZE_MAX ? text.n : end + 4);
        text.n = end == SIZE_MAX ? text.n : end > SUM ? end - SUM : 0;
        unpack_begin(walk);
        decode(walk, text);
        if (!unpack_give_made(walk, STR(""), true))
            return;
    }
}

const struct unpack_kind unpack_script_encoder = {"script encoder", matches, read_encoded};
