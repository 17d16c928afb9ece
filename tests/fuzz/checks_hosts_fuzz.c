/* SPDX-License-Identifier: Apache-2.0 */
/* hosts and resolv.conf: addresses and names that lie in the line. */
#include "base/require.h"
#include "scan/checks/guarded.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line, name;
    struct hosts_line hosts;
    ip address;
    while (str_line(&rest, &line)) {
        if (resolver_line_parse(line, &address))
            require(address.version == 4 || address.version == 6);
        if (!hosts_line_parse(line, &hosts))
            continue;
        require(hosts.names.n > 0 && hosts.names.p > line.p);
        require(hosts.names.p + hosts.names.n <= line.p + line.n);
        while (line_word(&hosts.names, &name))
            require(name.n > 0 && guarded_find(name) <= GUARDED_ACCOUNTS);
    }
    return 0;
}
