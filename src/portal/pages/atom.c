/* SPDX-License-Identifier: Apache-2.0 */
/* Identifiers must be absolute and never change (RFC 4287, 4.2.6): the page's address where the
 * site's own is known, else a tag URI (RFC 4151) under a name that is reserved to be nobody's. */
#include "pages/atom.h"

#include "portal/html.h"

enum { ENTRIES_MAX = 50 };

static const char tag_authority[] = "khien.invalid,2026";

static bool
has_site(const struct visit *visit)
{
    return visit->site->options->site_url && visit->site->options->site_url[0];
}

static void
write_address(const struct visit *visit, str path, struct buf *out)
{
    if (has_site(visit))
        html_text(out, str_of(visit->site->options->site_url));
    html_text(out, path);
}

static void
write_id(const struct visit *visit, str path, struct buf *out)
{
    buf_z(out, "<id>");
    if (has_site(visit))
        write_address(visit, path, out);
    else
        buf_printf(out, "tag:%s:%.*s", tag_authority, STR_ARG(str_from(path, 1)));
    buf_z(out, "</id>\n");
}

static void
write_element(struct buf *out, const char *name, const char *attributes, str text)
{
    buf_printf(out, "<%s%s>", name, attributes);
    html_text(out, text);
    buf_printf(out, "</%s>\n", name);
}

static void
write_day(struct buf *out, const char *name, day d)
{
    char text[DAY_TEXT];
    buf_printf(out, "<%s>%sT00:00:00Z</%s>\n", name, day_format(d, text), name);
}

static day
updated_day(const struct content_item *item)
{
    day updated = content_day(item, "updated");
    return updated == DAY_NONE ? item->date : updated;
}

static void
write_entry(const struct visit *visit, const struct article_list *list,
            const struct content_item *item, struct buf *out)
{
    char path[PAGE_PATH], language[32];
    enum language own;
    const struct content_text *text = content_text(item, visit->language, &own);
    str summary = content_value(item, visit->language, "summary");
    snprintf(path, sizeof path, "%s%.*s", list->item_path[visit->language], STR_ARG(item->name));
    snprintf(language, sizeof language, "<entry xml:lang=\"%s\">\n", language_code(own));
    buf_z(out, language);
    write_id(visit, str_of(path), out);
    write_element(out, "title", "", content_value(item, visit->language, "title"));
    write_day(out, "published", item->date);
    write_day(out, "updated", updated_day(item));
    buf_z(out, "<link rel=\"alternate\" type=\"text/html\" href=\"");
    write_address(visit, str_of(path), out);
    buf_z(out, "\"/>\n");
    if (summary.n)
        write_element(out, "summary", "", summary);
    write_element(out, "content", " type=\"html\"", text->html);
    buf_z(out, "</entry>\n");
}

static void
write_head(const struct visit *visit, const struct article_list *list, day updated, struct buf *out)
{
    const char *campaign = visit->site->campaign[visit->language];
    str feed = str_of(list->feed_path[visit->language]);
    str page = {list->item_path[visit->language], strlen(list->item_path[visit->language]) - 1};
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
               "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n",
               language_code(visit->language));
    write_id(visit, feed, out);
    write_element(out, "title", "", page_text(visit, list->title));
    write_day(out, "updated", updated);
    buf_z(out, "<author>");
    write_element(out, "name", "", campaign ? str_of(campaign) : STR("Khiên"));
    buf_z(out, "</author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
    write_address(visit, feed, out);
    buf_z(out, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
    write_address(visit, page, out);
    buf_z(out, "\"/>\n");
}

void
atom_serve(const struct visit *visit, const struct article_list *list)
{
    struct buf *out = &visit->reply->body, entries = BUF(HTTP_BODY_MAX / 2);
    day today = clock_today(), newest = DAY_NONE;
    size_t count = content_count(visit->content, list->kind), shown = 0;
    for (size_t i = 0; i < count && shown < ENTRIES_MAX; i++) {
        const struct content_item *item = content_at(visit->content, list->kind, i);
        if (!content_is_shown(item, today))
            continue;
        size_t before = entries.n;
        write_entry(visit, list, item, &entries);
        if (entries.full) { /* the oldest are left out */
            entries.n = before;
            break;
        }
        shown++;
        newest = updated_day(item) > newest ? updated_day(item) : newest;
    }
    write_head(visit, list, newest == DAY_NONE ? 0 : newest, out);
    buf_str(out, buf_view(&entries));
    buf_z(out, "</feed>\n");
    buf_clear(&entries);
    visit->reply->type = "application/atom+xml; charset=utf-8";
    visit->reply->language = language_code(visit->language);
}
