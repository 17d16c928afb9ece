/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/url_file.h"

bool
url_file_value(str text, str section, str name, str *ret)
{
    bool inside = false;
    str line;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("["))) {
            str head = {line.p + 1, line.n >= 2 ? line.n - 2 : 0};
            inside = str_ends(line, STR("]")) && str_eq_nocase(head, section);
            continue;
        }
        str key;
        if (!inside || !str_cut(&line, '=', &key) || !line.p)
            continue;
        if (str_eq_nocase(str_trim(key), name)) {
            *ret = str_trim(line);
            return true;
        }
    }
    return false;
}
