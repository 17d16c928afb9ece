/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals, the journal, the environment. */
#include "base/system.h"

#include <stdlib.h>
#include <unistd.h>

bool
system_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

bool
system_has_journal(void)
{
    return true;
}

void
system_set_variable(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}
