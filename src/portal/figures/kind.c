/* SPDX-License-Identifier: Apache-2.0 */
/* Figures as a kind of numbered file. */
#include "portal/figures/kind.h"
#include "base/log.h"

static errcode
open_newest(const char *folder, void **ret, struct err *warning, struct err *err)
{
    struct figures *figures;
    errcode code = figures_open_newest(folder, true, &figures, warning, err);
    if (code == OK)
        *ret = figures;
    return code;
}

static void *
ref(void *figures)
{
    return figures_ref(figures);
}

static void
unref(void *figures)
{
    figures_unref(figures);
}

static bool
is_same(const void *a, const void *b)
{
    const struct figures_meta *one = figures_meta(a), *other = figures_meta(b);
    return one->built == other->built && one->generation == other->generation &&
           one->bytes == other->bytes;
}

static usec
built(const void *figures)
{
    return figures_meta(figures)->built;
}

static void
tell(const void *figures)
{
    char last[DAY_TEXT] = "no day";
    if (figures_meta(figures)->last != DAY_NONE)
        day_format(figures_meta(figures)->last, last);
    log_info("figures in use: up to %s", last);
}

const struct newest_kind figures_kind = {
    .name = "figures",
    .open = open_newest,
    .ref = ref,
    .unref = unref,
    .is_same = is_same,
    .built = built,
    .tell = tell,
};
