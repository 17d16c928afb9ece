/* SPDX-License-Identifier: Apache-2.0 */
/* The listener for operators and other nodes: metrics, health, a live view, files. Numbers need no
 * authentication, so it listens on this machine only unless told otherwise; files have their own
 * rule (publish.h; inner to the part). */
#pragma once

#include "portal/admin/live.h"
#include "portal/admin/publish.h"
#include "portal/counters.h"
#include "portal/http/server.h"
#include "portal/snapshots.h"

struct admin {
    const struct metrics *metrics;
    struct metrics own_metrics; /* of this listener; shown nowhere */
    struct newest *snapshots;
    const struct counters *counters;
    struct publisher publisher;
    struct live *live;
    struct http_server *server; /* the site's */
    _Atomic bool draining;
};

void admin_handle(void *context, const struct http_request *request, struct http_reply *reply);
