/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots as a kind of numbered file. */
#include "portal/snapshots.h"

#include "base/log.h"

static errcode
open_newest(const char *folder, void **ret, struct err *warning, struct err *err)
{
    struct snapshot *snapshot;
    errcode code = snapshot_open_newest(folder, SNAPSHOT_WHOLE, &snapshot, warning, err);
    if (code == OK)
        *ret = snapshot;
    return code;
}

static void *
ref(void *snapshot)
{
    return snapshot_ref(snapshot);
}

static void
unref(void *snapshot)
{
    snapshot_unref(snapshot);
}

static bool
is_same(const void *a, const void *b)
{
    const struct snapshot_meta *one = snapshot_meta(a), *other = snapshot_meta(b);
    return one->built == other->built && one->generation == other->generation &&
           one->as_of == other->as_of && snapshot_counts(a).bytes == snapshot_counts(b).bytes;
}

static usec
built(const void *snapshot)
{
    return snapshot_meta(snapshot)->built;
}

static void
tell(const void *snapshot)
{
    struct snapshot_counts counts = snapshot_counts(snapshot);
    log_info("snapshot in use: %llu addresses, %llu IPv6 networks",
             (unsigned long long)counts.addresses4, (unsigned long long)counts.prefixes6);
}

const struct newest_kind snapshots_kind = {
    .name = "snapshot",
    .open = open_newest,
    .ref = ref,
    .unref = unref,
    .is_same = is_same,
    .built = built,
    .tell = tell,
};
