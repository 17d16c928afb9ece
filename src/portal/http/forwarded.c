/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the list from its right end, past our own proxies. */
#include "portal/http/forwarded.h"

bool
trusted_has(const struct trusted *trusted, ip addr)
{
    for (size_t i = 0; i < trusted->count; i++)
        if (prefix_contains(trusted->prefixes[i], addr))
            return true;
    return false;
}

/* An address with or without a port: 192.0.2.1:80, [2001:db8::1]:80. */
static bool
parse_entry(str entry, ip *ret)
{
    if (str_starts(entry, STR("["))) {
        size_t end = str_find(entry, STR("]"));
        return end != SIZE_MAX && ip_parse((str){entry.p + 1, end - 1}, ret);
    }
    size_t colon = str_find(entry, STR(":"));
    bool port = colon != SIZE_MAX && str_find(str_from(entry, colon + 1), STR(":")) == SIZE_MAX;
    return ip_parse(port ? (str){entry.p, colon} : entry, ret);
}

bool
forwarded_visitor(const struct trusted *trusted, ip peer, str field, ip *ret)
{
    ip visitor = peer;
    while (field.n && trusted_has(trusted, visitor)) {
        size_t start = field.n;
        while (start > 0 && field.p[start - 1] != ',')
            start--;
        ip entry;
        if (!parse_entry(str_trim(str_from(field, start)), &entry))
            return false;
        visitor = ip_unmap(entry);
        field.n = start ? start - 1 : 0;
    }
    *ret = visitor;
    return true;
}
