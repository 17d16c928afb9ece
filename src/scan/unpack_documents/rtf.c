/* SPDX-License-Identifier: Apache-2.0 */
/* RTF's embedded objects: the hexadecimal text of \objdata and the bytes of \bin in it. Word reads
 * over much that does not belong there (blanks, other words, groups), and so does this. */
#include "scan/unpack/reader.h"

enum { WORD_MAX = 32 };

static bool
matches(str data, const char *name)
{
    (void)name;
    /* Word asks for no more than this. */
    return str_starts(data, STR("{\\rt")) ||
           (data.n && data.p[0] <= ' ' &&
            str_starts(str_trim(unpack_slice(data, 0, 64)), STR("{\\rt")));
}

/* A control word at AT, a backslash; its number is 0 when it has none. */
struct word {
    char text[WORD_MAX + 1];
    int64_t number;
    size_t end;
};

static struct word
read_word(str data, size_t at)
{
    struct word word = {0};
    size_t n = 0;
    for (at++; at < data.n && ascii_lower(data.p[at]) >= 'a' && ascii_lower(data.p[at]) <= 'z';
         at++)
        if (n < WORD_MAX)
            word.text[n++] = data.p[at];
    if (!n && at < data.n) { /* a sign, such as \' with two digits behind it */
        word.end = at + (data.p[at] == '\'' ? 3 : 1);
        return word;
    }
    bool negative = at < data.n && data.p[at] == '-';
    at += negative;
    for (; at < data.n && ascii_is_digit(data.p[at]); at++)
        if (word.number < INT32_MAX)
            word.number = word.number * 10 + (data.p[at] - '0');
    word.number = negative ? -word.number : word.number;
    word.end = at + (at < data.n && data.p[at] == ' ');
    return word;
}

static size_t
skip_bin(str data, const struct word *word)
{
    size_t n = word->number > 0 ? (size_t)word->number : 0;
    return n < data.n - (word->end < data.n ? word->end : data.n) ? word->end + n : data.n;
}

struct hex {
    int high;
    struct unpack_block made;
};

static bool
put_digit(struct hex *hex, int digit)
{
    if (hex->high < 0) {
        hex->high = digit;
        return true;
    }
    uint32_t byte = (uint32_t)(hex->high << 4 | digit);
    hex->high = -1;
    return unpack_put(&hex->made, byte);
}

/* One word in an object's data. */
static size_t
object_word(struct hex *hex, str data, size_t at)
{
    struct word word = read_word(data, at);
    if (strcmp(word.text, "bin") != 0)
        return word.end < data.n ? word.end : data.n;
    size_t end = skip_bin(data, &word);
    hex->high = -1;
    unpack_flush(&hex->made);
    unpack_add(hex->made.walk, unpack_slice(data, word.end, end > word.end ? end - word.end : 0));
    return end;
}

/* From behind \objdata to the end of its group; returns where that is. */
static size_t
read_object(struct unpack *walk, str data, size_t at)
{
    struct hex hex = {.made.walk = walk, .high = -1};
    unpack_begin(walk);
    for (size_t depth = 1; at < data.n && depth;) {
        char c = data.p[at];
        int digit = hex_digit(c);
        if (c == '\\') {
            at = object_word(&hex, data, at);
            continue;
        }
        if (c == '{')
            depth++;
        else if (c == '}')
            depth--;
        else if (digit >= 0 && !put_digit(&hex, digit))
            break;
        at++;
    }
    unpack_flush(&hex.made);
    char name[40];
    snprintf(name, sizeof name, "at%zu.objdata", at);
    if (unpack_made_view(walk).n)
        unpack_give_made(walk, str_of(name), false);
    return at;
}

static void
read_rtf(struct unpack *walk, str data)
{
    for (size_t at = 0; at < data.n;) {
        const char *next = memchr(data.p + at, '\\', data.n - at);
        if (!next)
            return;
        struct word word = read_word(data, (size_t)(next - data.p));
        at = word.end;
        if (strcmp(word.text, "objdata") == 0) {
            at = read_object(walk, data, at);
            if (!unpack_is_on(walk))
                return;
        } else if (strcmp(word.text, "bin") == 0) {
            at = skip_bin(data, &word);
        }
    }
}

const struct unpack_kind unpack_rtf = {"rtf", matches, read_rtf};
