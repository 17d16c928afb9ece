/* SPDX-License-Identifier: Apache-2.0 */
/* The newest file of a folder of numbered files, while others come: one thread looks, readers take
 * a counted reference, so that a swap neither waits for them nor pulls data from under them (inner
 * to the part). */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "portal/http/metrics.h"

/* What kind of file: snapshots, figures. Objects are counted and shared between threads. */
struct newest_kind {
    const char *name; /* for log lines: "snapshot" */
    errcode (*open)(const char *folder, void **ret, struct err *warning, struct err *err);
    void *(*ref)(void *object);
    void (*unref)(void *object);
    bool (*is_same)(const void *a, const void *b);
    usec (*built)(const void *object);
    void (*tell)(const void *object); /* logs what is in use now */
};

struct newest;
/* FOLDER is copied. METRICS counts swaps and refusals. */
struct newest *newest_new(const struct newest_kind *kind, const char *folder,
                          struct metrics *metrics);
void newest_free(struct newest *newest);
/* Looks at the folder, about once a second, from one thread: opens and verifies a newer file, takes
 * it into use, logs what it did and what it refused. */
void newest_tick(struct newest *newest);
/* A reference that the caller unrefs; NULL when there is none yet. *RET_EPOCH (may be NULL) is
 * another number after each swap. */
void *newest_ref(struct newest *newest, uint64_t *ret_epoch);
