/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/lines.h"

/* "[success=1 default=ignore]" has blanks in it. */
static bool
take_control(str *rest, str *ret)
{
    str text = str_trim(*rest);
    if (!str_starts(text, STR("[")))
        return line_word(rest, ret);
    const char *end = memchr(text.p, ']', text.n);
    if (!end)
        return false;
    *ret = (str){text.p, (size_t)(end - text.p) + 1};
    *rest = str_from(text, ret->n);
    return true;
}

bool
pam_line_parse(str line, bool has_service, struct pam_line *ret)
{
    struct pam_line found;
    str rest = str_trim(line), service;
    if (rest.n == 0 || rest.p[0] == '#' || rest.p[0] == '@')
        return false;
    if (has_service && !line_word(&rest, &service))
        return false;
    if (!line_word(&rest, &found.type) || !take_control(&rest, &found.control) ||
        !line_word(&rest, &found.module))
        return false;
    if (str_starts(found.type, STR("-")))
        found.type = str_from(found.type, 1);
    if (found.type.n == 0)
        return false;
    found.arguments = str_trim(rest);
    *ret = found;
    return true;
}
