/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, prefixes, times: what parses must print and parse to the same value. */
#include "base/clock.h"
#include "base/ip.h"
#include "base/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str s = {(const char *)data, size};
    ip addr, again;
    char text[IP_TEXT];
    if (ip_parse(s, &addr))
        require(ip_parse(str_of(ip_format(addr, text)), &again) && ip_eq(addr, again));
    prefix p, same;
    char prefix_text[PREFIX_TEXT];
    if (prefix_parse(s, true, &p))
        require(prefix_parse(str_of(prefix_format(p, prefix_text)), false, &same) &&
                ip_eq(p.addr, same.addr) && p.bits == same.bits);
    usec time, time_again;
    char time_text[TIME_TEXT];
    if (time_parse(s, &time) && time >= 0)
        require(time_parse(str_of(time_format(time, time_text)), &time_again) &&
                time == time_again);
    time_parse_mail(s, &time);
    return 0;
}
