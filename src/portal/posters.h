/* SPDX-License-Identifier: Apache-2.0 */
/* The posters and QR codes that visitors fetch, made once a day and kept: the hotlines on them are
 * those of the day. Safe from any thread (inner to the part). */
#pragma once

#include "portal/portal.h"

struct posters;
/* OPTIONS must outlive it. */
struct posters *posters_new(const struct portal_options *options);
void posters_free(struct posters *posters);
/* About once a second, from one thread: makes those of a new day, while the old ones are served. */
void posters_tick(struct posters *posters);
/* Appends one; makes it when it is not made yet. False when it cannot be made (logged). */
bool posters_get(struct posters *posters, enum language language, enum poster_format format,
                 struct buf *out);

/* The campaign's address in LANGUAGE, as it is shared: site_url with its last slash, "en/" behind
 * it in English. False without a site_url. */
enum { CAMPAIGN_ADDRESS = 512 };
bool campaign_address(const char *site_url, enum language language, char out[CAMPAIGN_ADDRESS]);
