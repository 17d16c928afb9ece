/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/proxy_settings.h"

static bool
take_number(str *rest, uint32_t *ret)
{
    if (rest->n < 4)
        return false;
    *ret = 0;
    for (size_t i = 0; i < 4; i++)
        *ret |= (uint32_t)(uint8_t)rest->p[i] << 8 * i;
    *rest = str_from(*rest, 4);
    return true;
}

static bool
take_text(str *rest, str *ret)
{
    uint32_t n;
    if (!take_number(rest, &n) || n > rest->n)
        return false;
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n);
    return true;
}

bool
proxy_settings_parse(str bytes, struct proxy_settings *ret)
{
    enum { USES_SERVER = 2, USES_SCRIPT = 4 };
    uint32_t version, count, flags;
    str server = {0}, excepted = {0}, script = {0};
    if (!take_number(&bytes, &version) || !take_number(&bytes, &count) ||
        !take_number(&bytes, &flags) || !take_text(&bytes, &server) ||
        !take_text(&bytes, &excepted))
        return false;
    /* WinHTTP's has no script. */
    take_text(&bytes, &script);
    *ret = (struct proxy_settings){.server = flags & USES_SERVER ? server : (str){0},
                                   .script = flags & USES_SCRIPT ? script : (str){0}};
    return true;
}
