/* SPDX-License-Identifier: Apache-2.0 */
/* An asset's name holds a hash of its content, so it may be kept for ever; each was compressed
 * when the program was built. */
#include "portal/asset.h"

#include "portal/http/encoding.h"

enum { HASH_DIGITS = 12 };

void
asset_serve(const struct asset *asset, const struct http_request *request, struct http_reply *reply)
{
    enum encoding encoding =
        encoding_choose(request->accept_encoding, asset->gzip.n > 0, asset->brotli.n > 0);
    reply->route = ROUTE_ASSET;
    reply->policy = str_starts(str_of(asset->type), STR("image/")) ? POLICY_IMAGE : POLICY_DATA;
    reply->type = asset->type;
    reply->cache = "public, max-age=31536000, immutable";
    reply->etag = asset->etag;
    reply->vary = asset->gzip.n || asset->brotli.n ? "Accept-Encoding" : NULL;
    if (str_find(request->if_none_match, str_of(asset->etag)) != SIZE_MAX) {
        reply->status = 304;
        return;
    }
    reply->encoding = encoding_name(encoding);
    reply->content = encoding == ENCODING_BROTLI ? asset->brotli
                     : encoding == ENCODING_GZIP ? asset->gzip
                                                 : asset->content;
}

const struct asset *
asset_at(const struct asset *list, size_t count, str path)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(path, list[i].path))
            return &list[i];
    return NULL;
}

str
asset_path(const char *file)
{
    const char *ending = strrchr(file, '.');
    if (!ending)
        return (str){NULL, 0};
    str stem = {file, (size_t)(ending - file)};
    for (size_t i = 0; i < asset_count; i++) {
        str name = str_from(assets[i].path, strlen("/assets/"));
        if (name.n == stem.n + 1 + HASH_DIGITS + strlen(ending) && str_starts(name, stem) &&
            str_ends(name, str_of(ending)))
            return assets[i].path;
    }
    return (str){NULL, 0};
}
