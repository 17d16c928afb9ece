/* SPDX-License-Identifier: Apache-2.0 */
/* Where the share buttons lead: addresses of the networks' own share pages with ours in them, made
 * once (inner to the part). */
#pragma once

#include "base/buf.h"
#include "base/catalog.h"

#define SHARE_CHANNELS(X) X(FACEBOOK, "facebook") X(ZALO, "zalo")

enum share_channel {
#define X(suffix, name) SHARE_##suffix,
    SHARE_CHANNELS(X)
#undef X
        SHARE_CHANNEL_COUNT
};

enum { SHARE_URL = 3072 };

struct share_links {
    char url[2][SHARE_CHANNEL_COUNT][SHARE_URL]; /* by enum language; "" without a site_url */
};

struct share_links *share_links_new(const char *site_url);
/* The channel of that name; false when there is none. */
bool share_channel_find(str name, enum share_channel *ret);
const char *share_channel_name(enum share_channel channel);
/* Percent-encoded for a query's value (RFC 3986): what is not unreserved. */
void share_escape(struct buf *out, str text);
