/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of every page: banner, name, navigation, language switch, hotlines, promises. */
#include "base/require.h"
#include "pages.h"
#include "portal/hotline.h"
#include "portal/http/target.h"
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

/* A page of its own in each language. */
struct entry {
    const char *path[2];
    const char *text;
};

static const struct entry navigation[] = {
    {{"/", "/en/"}, N_("Home")},
    {{"/kiem-tra", "/en/check"}, N_("Check")},
    {{"/cong-cu", "/en/tools"}, N_("Tools")},
    {{"/huong-dan", "/en/guides"}, N_("Guides")},
    {{"/so-lieu", "/en/figures"}, N_("Figures")},
    {{"/canh-bao", "/en/alerts"}, N_("Alerts")},
    {{"/chia-se", "/en/share"}, N_("Share")},
};

static const struct entry footer[] = {
    {{"/hop-an-toan", "/en/safe-meetings"}, N_("Safe online meetings")},
    {{"/danh-ba", "/en/contacts"}, N_("Contacts")},
    {{"/thong-cao", "/en/press"}, N_("Press releases")},
    {{"/quyen-rieng-tu", "/en/privacy"}, N_("Privacy")},
    {{"/tro-nang", "/en/accessibility"}, N_("Accessibility")},
};

enum {
    NAVIGATION_COUNT = sizeof navigation / sizeof *navigation,
    FOOTER_COUNT = sizeof footer / sizeof *footer
};

/* The value of aria-current: "page" on the entry's own page, "true" on one below it. */
static str
current(str path, str entry)
{
    if (str_eq(path, entry))
        return STR("page");
    bool below = entry.n > 0 && entry.p[entry.n - 1] != '/' && str_starts(path, entry) &&
                 path.n > entry.n && path.p[entry.n] == '/';
    return below ? STR("true") : (str){NULL, 0};
}

/* What a page's own fields and the tables give the frame. */
struct parts {
    struct page_layout_entries entries[NAVIGATION_COUNT];
    struct page_layout_links links[FOOTER_COUNT];
    struct page_layout_crumbs crumbs[FRAME_CRUMBS_MAX];
    struct page_layout_scripts scripts[FRAME_SCRIPTS_MAX];
};

static void
add_links(enum language language, str own_path, struct parts *parts, struct page_layout *page)
{
    for (size_t i = 0; i < NAVIGATION_COUNT; i++) {
        str link = str_of(navigation[i].path[language]);
        parts->entries[i] = (struct page_layout_entries){
            .link = link,
            .current = current(own_path, link),
            .text = str_of(catalog_text(language, navigation[i].text)),
        };
    }
    for (size_t i = 0; i < FOOTER_COUNT; i++)
        parts->links[i] = (struct page_layout_links){
            .link = str_of(footer[i].path[language]),
            .text = str_of(catalog_text(language, footer[i].text)),
        };
    page->entries = parts->entries;
    page->entries_count = NAVIGATION_COUNT;
    page->links = parts->links;
    page->links_count = FOOTER_COUNT;
}

static void
add_own(const struct frame *frame, struct parts *parts, struct page_layout *page)
{
    for (size_t i = 0; i < frame->crumb_count && i < FRAME_CRUMBS_MAX; i++)
        parts->crumbs[page->crumbs_count++] = (struct page_layout_crumbs){
            .text = frame->crumbs[i].text, .link = frame->crumbs[i].path};
    for (size_t i = 0; i < FRAME_SCRIPTS_MAX && frame->scripts[i]; i++) {
        str path = asset_path(frame->scripts[i]);
        require(path.n);
        parts->scripts[page->scripts_count++].script = path;
    }
    page->crumbs = parts->crumbs;
    page->scripts = parts->scripts;
}

static str
other_path_of(const struct visit *visit, const struct frame *frame,
              char out[PAGE_PATH + TARGET_MAX])
{
    char path[PAGE_PATH];
    enum language other = visit->language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    if (frame->other_path.n)
        return frame->other_path;
    page_path(visit, other, path);
    snprintf(out, PAGE_PATH + TARGET_MAX, "%s%.*s", path, STR_ARG(frame->query));
    return str_of(out);
}

void
page_frame(const struct visit *visit, const struct frame *frame)
{
    struct hotline hotlines[HOTLINES_MAX];
    struct page_layout_hotlines shown[HOTLINES_MAX];
    char links[2 * HOTLINES_MAX][LINK_TEXT];
    char own_text[PAGE_PATH], other_text[PAGE_PATH + TARGET_MAX];
    str own_path = visit->page ? page_path(visit, visit->language, own_text) : (str){NULL, 0};
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
    const struct theme *theme = &visit->site->theme;
    struct parts parts = {0};
    struct page_layout page = {
        .title = frame->title,
        .site = theme->name[visit->language],
        .theme_colour = str_of(theme->colour),
        .theme_sheet = theme->sheet,
        .emblem = theme->emblem,
        .description = frame->description,
        .path = frame->hidden ? (str){NULL, 0} : own_path,
        .feed = frame->feed,
        .wide = frame->wide,
        .content = frame->content,
        .other_path = other_path_of(visit, frame, other_text),
        .hidden = frame->hidden,
        .demonstration = visit->snapshot && snapshot_meta(visit->snapshot)->demonstration,
        .hotlines = shown,
        .hotlines_count = count,
    };
    add_links(visit->language, own_path, &parts, &page);
    add_own(frame, &parts, &page);
    page_layout_write(&page, visit->language, &visit->reply->body);
    visit->reply->type = "text/html; charset=utf-8";
    visit->reply->language = language_code(visit->language);
    visit->reply->policy = page.scripts_count ? POLICY_PAGE_SCRIPT : POLICY_PAGE;
}
