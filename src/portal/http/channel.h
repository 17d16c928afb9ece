/* SPDX-License-Identifier: Apache-2.0 */
/* One text, many listeners: a broadcast over connections whose answers do not end (server-sent
 * events). A handler puts a channel into reply->channel; what it wrote into the body goes to that
 * listener first, then all that channel_send is given, until the channel is closed. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct channel;
struct channel *channel_new(void);
/* When no connection is left: after the server. */
void channel_free(struct channel *channel);

/* Sends TEXT (not empty) to everybody, from any one thread, without waiting for anybody: whoever
 * has not read enough to take all of it now is dropped. */
enum { CHANNEL_TEXT_MAX = 4096 };
void channel_send(struct channel *channel, str text);
/* Ends every answer well, and at once those that still come. Needed before the server is freed. */
void channel_close(struct channel *channel);
/* Whether the last of the answers is over, its end handed to the client: true some moments after
 * the closing. */
bool channel_settled(struct channel *channel);
/* How many listen. */
size_t channel_count(struct channel *channel);
/* How many were dropped, or found to be gone, so far. */
uint64_t channel_dropped(struct channel *channel);
