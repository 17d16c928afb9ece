/* SPDX-License-Identifier: Apache-2.0 */
/* Broken invariants and memory that must be there. */
#include "base/require.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void
require_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "khien: broken invariant at %s:%d: %s\n", file, line, condition);
    abort();
}

void *
mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    require(p != NULL);
    return p;
}

void *
mem_calloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    require(p != NULL);
    return p;
}

void *
mem_resize(void *old, size_t count, size_t size)
{
    size_t total;
    require(!__builtin_mul_overflow(count, size, &total));
    void *p = realloc(old, total ? total : 1);
    require(p != NULL);
    return p;
}

char *
mem_strndup(const char *p, size_t n)
{
    char *copy = mem_alloc(n + 1);
    if (n)
        memcpy(copy, p, n);
    copy[n] = 0;
    return copy;
}
