/* SPDX-License-Identifier: Apache-2.0 */
/* Scope-owned locals: the cleanup attribute frees them, take() moves them out. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup(function) __attribute__((cleanup(function)))

/* Moves a pointer out of its scope-owned variable. */
#define take(pointer)                                                                              \
    ({                                                                                             \
        __typeof__(pointer) take_value_ = (pointer);                                               \
        (pointer) = NULL;                                                                          \
        take_value_;                                                                               \
    })
/* The same for a file descriptor. */
#define take_fd(fd)                                                                                \
    ({                                                                                             \
        int take_value_ = (fd);                                                                    \
        (fd) = -1;                                                                                 \
        take_value_;                                                                               \
    })

static inline void
cleanup_free(void *p)
{
    free(*(void **)p);
}
static inline void
cleanup_fclose(FILE **f)
{
    if (*f)
        fclose(*f);
}
static inline void
cleanup_close(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
