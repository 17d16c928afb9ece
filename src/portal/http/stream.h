/* SPDX-License-Identifier: Apache-2.0 */
/* A channel's answer to one connection (inner to http/). */
#pragma once

#include <microhttpd.h>

#include "portal/http/channel.h"

/* FIRST is copied. CHUNKED: the client's HTTP is 1.1, so the answer is in chunks. */
struct MHD_Response *stream_response(struct channel *channel, struct MHD_Connection *mhd, int fd,
                                     str first, bool chunked);
