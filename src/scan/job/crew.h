/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that take paths from a queue. */
#pragma once

#include "base/str.h"

enum { CREW_THREADS_MAX = 64 };

struct crew;
/* WORK is called in COUNT threads, WORKER being 0 … COUNT - 1. */
struct crew *crew_new(unsigned count,
                      void (*work)(void *context, unsigned worker, const char *path),
                      void *context);
/* By any thread. Waits while the queue is full. PATH is copied. */
void crew_add(struct crew *crew, const char *path);
/* Waits until all is done. */
void crew_finish(struct crew *crew); /* frees it */
