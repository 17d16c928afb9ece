/* SPDX-License-Identifier: Apache-2.0 */
/* The start page: the same for everybody, so it has an entity tag and may be kept a minute. */
#include "base/hash.h"
#include "pages.h"
#include "portal/check.h"
#include "portal/site.h"

#include <inttypes.h>

static void
add_tag(const struct visit *visit)
{
    struct http_reply *reply = visit->reply;
    struct checksum sum = checksum_of(buf_view(&reply->body));
    snprintf(reply->text, sizeof reply->text, "\"%016" PRIx64 "\"", sum.low);
    reply->etag = reply->text;
    reply->cache = "public, max-age=60";
    if (str_find(visit->request->if_none_match, str_of(reply->etag)) != SIZE_MAX) {
        reply->status = 304;
        buf_reset(&reply->body);
    }
}

/* The day is that of the hotlines. */
static uint64_t
key_of(const struct visit *visit)
{
    return (uint64_t)KEY_HOME << 60 | (uint64_t)visit->language << 56 | (uint32_t)clock_today();
}

void
page_serve_home(const struct visit *visit)
{
    const struct snapshot_meta *meta = visit->snapshot ? snapshot_meta(visit->snapshot) : NULL;
    char as_of[DAY_TEXT], window[16];
    const char *campaign = visit->site->campaign[visit->language];
    visit->reply->route = ROUTE_HOME;
    if (!visit->request->if_none_match.n &&
        http_reply_known(visit->reply, key_of(visit), visit->epoch))
        return;
    struct buf content = BUF(HTTP_BODY_MAX);
    const char *title =
        catalog_text(visit->language, N_("Is your Internet connection part of a botnet?"));
    snprintf(window, sizeof window, "%u",
             meta && meta->window_days ? (unsigned)meta->window_days : CHECK_WINDOW_DAYS);
    struct page_home page = {
        .campaign = str_of(campaign),
        .as_of = day_words(visit->language, meta ? meta->as_of : DAY_NONE, as_of),
        .window = str_of(window),
    };
    page_home_write(&page, visit->language, &content);
    page_frame(visit, &(struct frame){
                          .title = str_of(title),
                          .content = buf_view(&content),
                          .other_path = visit->language == LANGUAGE_VI ? STR("/en/") : STR("/"),
                      });
    buf_clear(&content);
    add_tag(visit);
}
