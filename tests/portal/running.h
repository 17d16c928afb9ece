/* SPDX-License-Identifier: Apache-2.0 */
/* A portal that serves from a thread of the test. */
#pragma once

#include <pthread.h>

#include "base/tap.h"
#include "portal/portal.h"

struct running {
    struct portal *portal;
    pthread_t thread;
    struct err err;
    errcode code;
};

static inline void *
running_main(void *context)
{
    struct running *running = context;
    running->code = portal_run(running->portal, &running->err);
    return NULL;
}

/* Options for tests: any port, and this machine counts as a proxy, so that a test can be anyone. */
static inline struct portal_options
fixture_options(const char *folder)
{
    struct portal_options options = portal_defaults();
    options.port = options.admin_port = 0;
    options.snapshot_folder = folder;
    options.threads = 2;
    prefix_parse(STR("127.0.0.0/8"), false, &options.trusted[0]);
    options.trusted_count = 1;
    return options;
}

static inline bool
running_start(struct running *running, const struct portal_options *options)
{
    *running = (struct running){0};
    return tap_no_err(portal_new(options, &running->portal, &running->err), &running->err,
                      "the portal starts") &&
           pthread_create(&running->thread, NULL, running_main, running) == 0;
}

static inline void
running_stop(struct running *running)
{
    portal_stop(running->portal);
    pthread_join(running->thread, NULL);
    tap_no_err(running->code, &running->err, "the portal stops");
    portal_free(running->portal);
}
