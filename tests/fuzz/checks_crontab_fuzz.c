/* SPDX-License-Identifier: Apache-2.0 */
/* Crontabs: what an entry is lies in its line, whatever form it is read as. */
#include "base/require.h"
#include "scan/linux/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require_within(str part, str line)
{
    require(part.n == 0 || (part.p >= line.p && part.p + part.n <= line.p + line.n));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line;
    struct cron_line entry;
    while (str_line(&rest, &line)) {
        for (enum cron_form form = CRON_USER; form <= CRON_ANACRON; form++) {
            if (!cron_line_parse(line, form, &entry))
                continue;
            require(entry.command.n > 0);
            require_within(entry.command, line);
            require_within(entry.user, line);
            require((form == CRON_SYSTEM && !entry.is_variable) == (entry.user.n > 0));
        }
    }
    return 0;
}
