/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/http/http.h"

/* "HTTP/1.1 200 OK", "HTTP/2 200" */
static long
status_of(str line)
{
    str version, rest = line, word;
    uint64_t status = 0;
    str_cut(&rest, ' ', &version);
    str_cut(&rest, ' ', &word);
    return str_to_u64(word, 999, &status) ? (long)status : 0;
}

bool
http_is_line(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
            return false;
    return true;
}

void
http_give_line(const struct http_reader *reader, str line)
{
    str trimmed = str_trim(line);
    if (str_starts(line, STR("HTTP/")))
        reader->begin(reader->context, status_of(trimmed));
    else if (trimmed.n)
        reader->field(reader->context, trimmed);
}
