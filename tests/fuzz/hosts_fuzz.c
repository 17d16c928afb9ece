/* SPDX-License-Identifier: Apache-2.0 */
/* Names and addresses are words of their line. */
#include "base/require.h"
#include "scan/checks_formats/hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hosts hosts = HOSTS(((str){(const char *)data, size}));
    str name;
    while (hosts_next(&hosts, &name)) {
        require(name.n > 0 && hosts.address.n > 0 && hosts.line > 0);
        require(!memchr(name.p, ' ', name.n) && !memchr(name.p, '\n', name.n));
        require(!hosts_is_public(hosts.address) || !hosts_is_nowhere(hosts.address));
    }
    return 0;
}
