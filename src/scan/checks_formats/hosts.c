/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/hosts.h"

#include "base/ip.h"

/* Takes the next word, up to a blank. */
static bool
next_word(str *rest, str *ret)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n);
    return n > 0;
}

bool
hosts_next(struct hosts *hosts, str *ret_name)
{
    while (!next_word(&hosts->names, ret_name)) {
        str line, text;
        if (!str_line(&hosts->rest, &line))
            return false;
        hosts->line++;
        if (!str_cut(&line, '#', &text) || !next_word(&text, &hosts->address))
            continue;
        hosts->names = text;
    }
    return true;
}

bool
hosts_is_nowhere(str address)
{
    ip parsed;
    if (!ip_parse(address, &parsed))
        return false;
    if (parsed.version == 6)
        return parsed.hi == 0 && parsed.lo <= 1;
    return parsed.lo >> 24 == 127 || parsed.lo == 0;
}

bool
hosts_is_public(str address)
{
    ip parsed;
    if (!ip_parse(address, &parsed) || hosts_is_nowhere(address))
        return false;
    if (parsed.version == 6)
        return parsed.hi >> 57 != 0xfc >> 1 && parsed.hi >> 54 != 0xfe80 >> 6;
    uint64_t v4 = parsed.lo;
    return v4 >> 24 != 10 && v4 >> 20 != 0xac1 && v4 >> 16 != 0xc0a8 && v4 >> 16 != 0xa9fe;
}
