/* SPDX-License-Identifier: Apache-2.0 */
/* Files that pages load: those of the build, and those of the operator's theme (inner to the
 * part). */
#pragma once

#include "portal/http/server.h"

struct asset {
    str path, content, gzip, brotli; /* compressed, or empty */
    const char *type, *etag;         /* a weak one, the same for each form */
};

/* Made by tools/assets.py. */
extern const struct asset assets[];
extern const size_t asset_count;

/* Answers with ASSET, in the form that the client takes. */
void asset_serve(const struct asset *asset, const struct http_request *request,
                 struct http_reply *reply);
/* That of LIST at PATH, or NULL. */
const struct asset *asset_at(const struct asset *list, size_t count, str path);
/* The path of a built one by the name of its file, such as "invite.js"; the empty view when there
 * is none. */
str asset_path(const char *file);
