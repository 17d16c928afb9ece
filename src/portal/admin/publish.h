/* SPDX-License-Identifier: Apache-2.0 */
/* What a node hands to other nodes, on the private listener: its compiled files. A snapshot names
 * infected addresses, so who may have it is decided here (inner to the part). */
#pragma once

#include "portal/http/server.h"
#include "portal/portal.h"
#include "portal/snapshots.h"

/* Serves from one thread: the listener's. */
struct publisher {
    struct newest *snapshots;
    const char *figures_folder; /* NULL: this node has none */
    bool local;                 /* the listener is this machine's own */
    bool keyed;                 /* the key must be shown, even on this machine */
    unsigned char key_hash[32];
    struct checksum verified; /* of the newest figures */
};

/* An empty KEY is none. */
void publisher_key(struct publisher *publisher, str key);
/* True when the path is one of its own; the reply is filled in then. */
bool publisher_handle(struct publisher *publisher, const struct http_request *request,
                      struct http_reply *reply);
