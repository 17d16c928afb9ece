/* SPDX-License-Identifier: Apache-2.0 */
/* There is no sandbox here: what calls ask for is noted nowhere, and what they prepare is done. */
#include "base/require.h"
#include "cmd/command.h"

errcode
grant_read(struct grants *grants, const char *path, struct err *err)
{
    (void)grants;
    (void)path;
    (void)err;
    return OK;
}

errcode
grant_write(struct grants *grants, const char *path, struct err *err)
{
    return grant_read(grants, path, err);
}

errcode
confine(const struct call *call, struct err *err)
{
    struct grants *grants = mem_calloc(1, sizeof *grants);
    errcode code = call->action->grant ? call->action->grant(call, grants, err) : OK;
    free(grants);
    return code;
}
