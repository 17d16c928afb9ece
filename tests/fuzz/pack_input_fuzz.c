/* SPDX-License-Identifier: Apache-2.0 */
/* Files that packs are built from: the first byte says which kind, the rest is the content. What is
 * read must become a pack's chunks without harm, and each line be taken or told. */
#include "base/require.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count_fault(void *context, const struct pack_fault *fault)
{
    require(fault->file && fault->reason && fault->reason[0]);
    *(size_t *)context += 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"a/x.sha256", "a/x.csv",   "a/x.names", "a/x.c2",
                                        "a/x.yar",    "pack.conf", "a/LICENSE", "a/x.ign2",
                                        "a/x.ndb",    "a/x.hdb",   "a/x.cdb"};
    size_t faults = 0;
    struct pack_build_options options = {.refused = count_fault, .context = &faults};
    struct err err;
    if (size == 0)
        return 0;
    const char *path = paths[data[0] % (sizeof paths / sizeof *paths)];
    struct pack_input inputs[] = {
        {path, path, {(const char *)data + 1, size - 1}},
        {"a/other.c2", "a/other.c2", STR("bad.example\tname\n")},
    };
    struct pack_build *build = pack_build_new(&options);
    for (enum pack_pass pass = 0; pass < PACK_PASSES; pass++)
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
            if (pack_build_wants(pass, inputs[i].path))
                require(pack_build_read(build, pass, &inputs[i], &err) == OK);
    struct pack_counts counts = pack_build_counts(build);
    require(counts.refused == faults && counts.domains >= 1);
    pack_build_free(build);
    return 0;
}
