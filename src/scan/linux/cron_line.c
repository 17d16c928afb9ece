/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/lines.h"

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool
line_word(str *rest, str *ret)
{
    size_t at = 0, end;
    while (at < rest->n && is_blank(rest->p[at]))
        at++;
    for (end = at; end < rest->n && !is_blank(rest->p[end]);)
        end++;
    if (end == at)
        return false;
    *ret = (str){rest->p + at, end - at};
    *rest = (str){rest->p + end, rest->n - end};
    return true;
}

/* NAME = VALUE, where a time has digits, '*' or '@' first. */
static bool
is_variable(str line)
{
    size_t at = 0;
    while (at < line.n && (line.p[at] == '_' || ascii_is_digit(line.p[at]) ||
                           (ascii_lower(line.p[at]) >= 'a' && ascii_lower(line.p[at]) <= 'z')))
        at++;
    if (at == 0 || ascii_is_digit(line.p[0]))
        return false;
    while (at < line.n && is_blank(line.p[at]))
        at++;
    return at < line.n && line.p[at] == '=';
}

bool
cron_line_parse(str line, enum cron_form form, struct cron_line *ret)
{
    str rest = str_trim(line), word, user = {NULL, 0};
    if (rest.n == 0 || rest.p[0] == '#')
        return false;
    if (is_variable(rest)) {
        *ret = (struct cron_line){.is_variable = true, .command = rest};
        return true;
    }
    size_t fields = form == CRON_ANACRON ? 3 : rest.p[0] == '@' ? 1 : 5;
    for (size_t i = 0; i < fields; i++)
        if (!line_word(&rest, &word))
            return false;
    if (form == CRON_SYSTEM && !line_word(&rest, &user))
        return false;
    rest = str_trim(rest);
    if (rest.n == 0)
        return false;
    *ret = (struct cron_line){.user = user, .command = rest};
    return true;
}
