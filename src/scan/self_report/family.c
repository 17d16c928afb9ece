/* SPDX-License-Identifier: Apache-2.0 */
/* Names of rules hold names of families among other words: MAL_ELF_Mirai_Jan25,
 * Win.Trojan.AgentTesla-9812345-0. Runs of words are looked up, the longest first. */
#include <stdio.h>

#include "scan/self_report/self_report.h"

enum { WORDS_MAX = 24, RUN_MAX = 3, RUN_TEXT = 96, WORD_MIN = 4 };

struct words {
    str items[WORDS_MAX];
    size_t count;
};

static bool
is_of_word(char c)
{
    char small = ascii_lower(c);
    return (small >= 'a' && small <= 'z') || ascii_is_digit(c);
}

static void
split(str name, struct words *ret)
{
    for (size_t at = 0; at < name.n && ret->count < WORDS_MAX;) {
        size_t end = at;
        while (end < name.n && is_of_word(name.p[end]))
            end++;
        if (end > at)
            ret->items[ret->count++] = (str){name.p + at, end - at};
        at = end + 1;
    }
}

/* Families that have the name of what other rules do. */
static bool
is_plain_word(str word)
{
    static const char *const plain[] = {"stop",  "tick",  "beacon", "empire", "chaos",
                                        "smoke", "joker", "viper",  "reaper", "havoc"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (str_eq_nocase(word, str_of(plain[i])))
            return true;
    return word.n < WORD_MIN;
}

static str
find_run(const struct words *words, size_t first, size_t count, self_report_find *find,
         void *context)
{
    char text[RUN_TEXT];
    size_t n = 0;
    for (size_t i = first; i < first + count; i++) {
        str word = words->items[i];
        if (n + word.n + 2 > sizeof text)
            return (str){NULL, 0};
        if (i > first)
            text[n++] = '-';
        memcpy(text + n, word.p, word.n);
        n += word.n;
    }
    if (count == 1 && is_plain_word(words->items[first]))
        return (str){NULL, 0};
    return find(context, (str){text, n});
}

str
self_report_family_of(const char *name, self_report_find *find, void *context)
{
    struct words words = {0};
    str family = find(context, str_of(name));
    split(str_of(name), &words);
    for (size_t count = RUN_MAX; count > 0 && !family.n; count--)
        for (size_t first = 0; first + count <= words.count && !family.n; first++)
            family = find_run(&words, first, count, find, context);
    return family;
}
