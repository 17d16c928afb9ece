/* SPDX-License-Identifier: Apache-2.0 */
/* Options end at the first blank outside of quotes; a backslash keeps a quote in them. */
#include "scan/linux/lines.h"

static bool
is_key_type(str word)
{
    return str_starts(word, STR("ssh-")) || str_starts(word, STR("ecdsa-")) ||
           str_starts(word, STR("sk-"));
}

/* Bytes up to one of STOPS outside of quotes. */
static size_t
quoted_length(str text, const char *stops)
{
    bool quoted = false;
    size_t at = 0;
    for (; at < text.n; at++) {
        char c = text.p[at];
        if (c == '\\' && quoted && at + 1 < text.n)
            at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c && strchr(stops, c))
            break;
    }
    return at;
}

bool
key_line_parse(str line, struct key_line *ret)
{
    str rest = str_trim(line), word, key;
    struct key_line found = {0};
    if (rest.n == 0 || rest.p[0] == '#')
        return false;
    str first = rest;
    if (!line_word(&first, &word))
        return false;
    if (!is_key_type(word)) {
        found.options = (str){rest.p, quoted_length(rest, " \t")};
        rest = str_from(rest, found.options.n);
    }
    if (!line_word(&rest, &found.type) || !is_key_type(found.type) || !line_word(&rest, &key))
        return false;
    found.comment = str_trim(rest);
    *ret = found;
    return true;
}

bool
key_option_next(str *options, str *ret_name, str *ret_value)
{
    size_t n = quoted_length(*options, ",");
    str option = {options->p, n}, name;
    if (options->n == 0)
        return false;
    *options = str_from(*options, n + 1);
    str value = option;
    str_cut(&value, '=', &name);
    if (value.n >= 1 && value.p[0] == '"')
        value = str_from(value, 1);
    if (str_ends(value, STR("\"")))
        value.n--;
    *ret_name = str_trim(name);
    *ret_value = value;
    return true;
}
