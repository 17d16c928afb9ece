/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/lines.h"

/* The value goes on where a line ends with a backslash. */
static str
with_continued(struct unit_lines *lines, str value)
{
    str line = value;
    const char *end = value.p + value.n;
    while (str_ends(line, STR("\\")) && str_line(&lines->rest, &line)) {
        lines->next++;
        end = line.n ? line.p + line.n : end;
    }
    return (str){value.p, (size_t)(end - value.p)};
}

bool
unit_line_next(struct unit_lines *lines, struct unit_line *ret)
{
    str line;
    while (str_line(&lines->rest, &line)) {
        size_t number = lines->next++;
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
            continue;
        if (line.p[0] == '[') {
            lines->section = str_from(line, 1);
            if (str_ends(lines->section, STR("]")))
                lines->section.n--;
            continue;
        }
        const char *equals = memchr(line.p, '=', line.n);
        if (!equals)
            continue;
        str key = {line.p, (size_t)(equals - line.p)};
        str value = {equals + 1, line.n - key.n - 1};
        *ret = (struct unit_line){.section = lines->section,
                                  .key = str_trim(key),
                                  .value = with_continued(lines, value),
                                  .line = number};
        return true;
    }
    return false;
}
