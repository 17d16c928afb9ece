/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of every page: banner, language switch, hotlines, promises. */
#include "pages.h"
#include "portal/hotline.h"
#include "portal/site.h"

enum { LINK_TEXT = 320 };

str
day_words(enum language language, day d, char out[DAY_TEXT])
{
    if (d == DAY_NONE)
        return (str){NULL, 0};
    return str_of(language == LANGUAGE_VI ? day_format_vi(d, out) : day_format(d, out));
}

static str
link_to(const char *scheme, str target, char out[LINK_TEXT])
{
    int n = target.n ? snprintf(out, LINK_TEXT, "%s:%.*s", scheme, STR_ARG(target)) : 0;
    return n > 0 && n < LINK_TEXT ? (str){out, (size_t)n} : (str){NULL, 0};
}

/* Where the operator's province has none today, the national ones. */
static size_t
hotlines_of(const struct site *site, struct hotline out[HOTLINES_MAX])
{
    day today = clock_today();
    size_t count = hotlines_find(site->hotlines, site->hotline_scope, today, out);
    return count ? count : hotlines_find(site->hotlines, "national", today, out);
}

void
page_frame(const struct visit *visit, const struct frame *frame)
{
    struct hotline hotlines[HOTLINES_MAX];
    struct page_layout_hotlines shown[HOTLINES_MAX];
    char links[2 * HOTLINES_MAX][LINK_TEXT];
    char other_path[PAGE_PATH];
    enum language other = visit->language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    size_t count = hotlines_of(visit->site, hotlines);
    for (size_t i = 0; i < count; i++)
        shown[i] = (struct page_layout_hotlines){
            .name = hotlines[i].name[visit->language],
            .phone = hotlines[i].phone,
            .phone_link = link_to("tel", hotlines[i].phone, links[2 * i]),
            .email = hotlines[i].email,
            .email_link = link_to("mailto", hotlines[i].email, links[2 * i + 1]),
            .website = hotlines[i].url,
        };
    struct page_layout page = {
        .title = frame->title,
        .content = frame->content,
        .other_path = frame->other_path.n ? frame->other_path : page_path(visit, other, other_path),
        .hidden = frame->hidden,
        .demonstration = visit->snapshot && snapshot_meta(visit->snapshot)->demonstration,
        .hotlines = shown,
        .hotlines_count = count,
    };
    page_layout_write(&page, visit->language, &visit->reply->body);
    visit->reply->type = "text/html; charset=utf-8";
    visit->reply->language = language_code(visit->language);
    visit->reply->policy = POLICY_PAGE;
}
