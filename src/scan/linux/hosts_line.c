/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/lines.h"

static str
without_comment(str line)
{
    const char *hash = line.n ? memchr(line.p, '#', line.n) : NULL;
    return hash ? (str){line.p, (size_t)(hash - line.p)} : line;
}

/* An IPv6 address may have a zone. */
static bool
parse_address(str word, ip *ret)
{
    const char *zone = memchr(word.p, '%', word.n);
    if (zone)
        word.n = (size_t)(zone - word.p);
    if (!ip_parse(word, ret))
        return false;
    *ret = ip_unmap(*ret);
    return true;
}

bool
hosts_line_parse(str line, struct hosts_line *ret)
{
    struct hosts_line found;
    str rest = without_comment(line), word;
    if (!line_word(&rest, &word) || !parse_address(word, &found.address))
        return false;
    found.names = str_trim(rest);
    if (found.names.n == 0)
        return false;
    *ret = found;
    return true;
}

bool
resolver_line_parse(str line, ip *ret)
{
    str rest = without_comment(line), word;
    return line_word(&rest, &word) && str_eq(word, STR("nameserver")) && line_word(&rest, &word) &&
           parse_address(word, ret);
}
