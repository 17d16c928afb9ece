/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks/checks.h"

const struct check *
check_find(str id)
{
    for (const struct check *const *check = checks; *check; check++)
        if (str_eq(id, str_of((*check)->id)))
            return *check;
    return NULL;
}

void
checks_run(struct checking *checking)
{
    for (const struct check *const *check = checks; *check; check++)
        if (!checking->is_for_starts || !(*check)->is_long)
            (*check)->run(checking, *check);
    checks_end(checking);
}

void
checks_end(struct checking *checking)
{
    if (checking->memory)
        checking->memory_free(checking->memory);
    checking->memory = NULL;
}
