/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks, when proxies stand in front: the rightmost address of X-Forwarded-For that is not one
 * of our proxies. Whatever stands left of it anyone may have written. */
#pragma once

#include "base/ip.h"

struct trusted {
    const prefix *prefixes; /* not owned */
    size_t count;
};

bool trusted_has(const struct trusted *trusted, ip addr);
/* PEER is a trusted proxy and sent FIELD ("client, proxy1, proxy2"; several fields joined by
 * commas in order). *RET gets the visitor. False when the entry that decides is no address. */
bool forwarded_visitor(const struct trusted *trusted, ip peer, str field, ip *ret);
