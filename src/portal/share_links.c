/* SPDX-License-Identifier: Apache-2.0 */
/* Facebook takes the address in the query. Zalo documents a script only; what its own button opens
 * is a page that takes JSON in Base64. */
#include "portal/share_links.h"

#include <sodium.h>

#include "base/json_out.h"
#include "base/require.h"
#include "portal/posters.h"

static const char *const names[SHARE_CHANNEL_COUNT] = {
#define X(suffix, name) name,
    SHARE_CHANNELS(X)
#undef X
};

const char *
share_channel_name(enum share_channel channel)
{
    return names[channel];
}

bool
share_channel_find(str name, enum share_channel *ret)
{
    for (unsigned i = 0; i < SHARE_CHANNEL_COUNT; i++)
        if (str_eq(name, str_of(names[i]))) {
            *ret = (enum share_channel)i;
            return true;
        }
    return false;
}

static bool
is_unreserved(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || ascii_is_digit(c) ||
           (c != 0 && strchr("-._~", c));
}

void
share_escape(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_unreserved(text.p[i]))
            buf_char(out, text.p[i]);
        else
            buf_printf(out, "%%%02X", (unsigned char)text.p[i]);
}

static void
write_zalo(struct buf *out, const char *address)
{
    struct buf text = BUF(SHARE_URL);
    char encoded[SHARE_URL];
    struct json_out json = json_out_to(&text);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "url", address);
    json_out_object_end(&json);
    if (sodium_base64_ENCODED_LEN(text.n, sodium_base64_VARIANT_ORIGINAL) <= sizeof encoded) {
        sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)text.p, text.n,
                          sodium_base64_VARIANT_ORIGINAL);
        buf_z(out, "https://button-share.zalo.me/share_external?layout=1&color=blue&"
                   "customize=false&shareType=0&d=");
        share_escape(out, str_of(encoded));
    }
    buf_clear(&text);
}

static void
write_link(enum share_channel channel, const char *address, char out[SHARE_URL])
{
    struct buf url = BUF(SHARE_URL - 1);
    if (channel == SHARE_FACEBOOK) {
        buf_z(&url, "https://www.facebook.com/sharer/sharer.php?u=");
        share_escape(&url, str_of(address));
    } else {
        write_zalo(&url, address);
    }
    if (url.full || !str_copy(buf_view(&url), out, SHARE_URL))
        out[0] = 0;
    buf_clear(&url);
}

struct share_links *
share_links_new(const char *site_url)
{
    char address[CAMPAIGN_ADDRESS];
    struct share_links *links = mem_calloc(1, sizeof *links);
    for (unsigned language = 0; language < 2; language++)
        for (unsigned channel = 0; channel < SHARE_CHANNEL_COUNT; channel++)
            if (campaign_address(site_url, (enum language)language, address))
                write_link((enum share_channel)channel, address, links->url[language][channel]);
    return links;
}
