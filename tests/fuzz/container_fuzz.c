/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever it is, it is unwrapped within its budget or refused with words. */
#include "base/limits.h"
#include "base/require.h"
#include "intel/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t total, documents;
static volatile char touched; /* one byte of each page */

static errcode
on_document(void *context, const char *name, str bytes, struct err *err)
{
    (void)context;
    (void)err;
    require(name && strlen(name) < 256);
    for (size_t i = 0; i < bytes.n; i += 4096)
        touched ^= bytes.p[i];
    total += bytes.n;
    documents++;
    return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct container_sink sink = {.document = on_document};
    struct err err = {0};
    total = documents = 0;
    errcode code = container_each("fuzz.bin", (str){(const char *)data, size}, NULL, &sink, &err);
    require(code == OK || err.text[0]);
    require(code != OK || documents > 0);
    require(documents <= LIMIT_ARCHIVE_MEMBERS);
    require(total <= size * LIMIT_EXPANSION_RATIO + (2 << 20));
    return 0;
}
