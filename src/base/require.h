/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants, checked in release builds too. Never for input: input gets an error. */
#pragma once

#include <stddef.h>

#define require(condition)                                                                         \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0))                                                     \
            require_failed(#condition, __FILE__, __LINE__);                                        \
    } while (0)

/* Says on standard error which invariant broke and where, then aborts. */
_Noreturn void require_failed(const char *condition, const char *file, int line);

/* Memory that must be there: caps bound what input may ask for, so running out is the machine's
 * end, not a case. Never returns NULL; the caller frees with free(). */
void *mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
void *mem_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Room for COUNT items of SIZE bytes; OLD is gone. */
void *mem_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/* A terminated copy of N bytes. */
char *mem_strndup(const char *p, size_t n) __attribute__((malloc, returns_nonnull));
