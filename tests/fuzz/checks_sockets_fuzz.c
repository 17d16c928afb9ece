/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/net/tcp: what is read is an address, written and read again the same. */
#include "base/require.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_address(ip address)
{
    char text[IP_TEXT];
    ip again;
    require(address.version == 4 || address.version == 6);
    require(ip_parse(str_of(ip_format(address, text)), &again));
    require(ip_eq(ip_unmap(again), address));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line;
    struct socket_line socket;
    while (str_line(&rest, &line)) {
        if (!socket_line_parse(line, &socket))
            continue;
        check_address(socket.local);
        check_address(socket.remote);
    }
    return 0;
}
