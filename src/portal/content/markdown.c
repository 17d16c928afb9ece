/* SPDX-License-Identifier: Apache-2.0 */
/* CommonMark to HTML with the style sheet's classes: libcmark parses, this walks its tree. Nothing
 * of the source becomes markup except by a case below: raw HTML is shown as text, images as their
 * description, and a link that is neither to this site nor https, tel or mailto loses its target.
 */
#include "portal/content/text.h"

#include "base/limits.h"
#include "base/require.h"
#include "portal/html.h"

#include <cmark.h>

enum { HEADING_FIRST = 2 }; /* the first level is the page's title */

struct renderer {
    struct buf html;
    struct content_link links[LIMIT_CONTENT_LINKS];
    size_t link_count, line;
    struct arena *arena;
    const struct content_text *text;
    struct content_faults *faults;
};

static void
note(struct renderer *renderer, cmark_node *node, const char *what)
{
    size_t line = (size_t)cmark_node_get_start_line(node);
    content_fault_add(renderer->faults, CONTENT_WRONG, renderer->text->path,
                      renderer->line + (line ? line - 1 : 0), NULL, "%s", what);
}

/* What html_url lets through, but for sms:, which only the pages' own share links have. */
static bool
is_safe(str target)
{
    struct buf out = BUF(LIMIT_CONTENT_FILE);
    html_url(&out, target);
    bool safe = target.n && !str_eq(buf_view(&out), STR("#")) && !str_starts(target, STR("sms:"));
    buf_clear(&out);
    return safe;
}

static void
open_link(struct renderer *renderer, cmark_node *node)
{
    str target = str_of(cmark_node_get_url(node));
    size_t line = (size_t)cmark_node_get_start_line(node);
    if (!is_safe(target)) {
        note(renderer, node, "a link goes to this site (/…), https, tel or mailto only");
        return;
    }
    if (renderer->link_count < LIMIT_CONTENT_LINKS)
        renderer->links[renderer->link_count++] = (struct content_link){
            arena_str(renderer->arena, target), renderer->line + (line ? line - 1 : 0)};
    buf_z(&renderer->html, "<a class=\"govuk-link\" href=\"");
    html_url(&renderer->html, target);
    buf_z(&renderer->html, str_starts(target, STR("https:")) ? "\" rel=\"noreferrer\">" : "\">");
}

static void
write_link(struct renderer *renderer, cmark_node *node, bool entering)
{
    if (entering)
        open_link(renderer, node);
    else if (is_safe(str_of(cmark_node_get_url(node))))
        buf_z(&renderer->html, "</a>");
}

static void
write_heading(struct renderer *renderer, cmark_node *node, bool entering)
{
    int level = cmark_node_get_heading_level(node);
    level = level < HEADING_FIRST ? HEADING_FIRST : level;
    if (entering)
        buf_printf(&renderer->html, "<h%d class=\"govuk-heading-%c\">", level,
                   level == HEADING_FIRST ? 'm' : 's');
    else
        buf_printf(&renderer->html, "</h%d>\n", level);
}

static void
write_list(struct renderer *renderer, cmark_node *node, bool entering)
{
    bool numbers = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    int start = numbers ? cmark_node_get_list_start(node) : 1;
    if (!entering)
        buf_z(&renderer->html, numbers ? "</ol>\n" : "</ul>\n");
    else if (!numbers)
        buf_z(&renderer->html, "<ul class=\"govuk-list govuk-list--bullet\">\n");
    else if (start == 1)
        buf_z(&renderer->html, "<ol class=\"govuk-list govuk-list--number\">\n");
    else
        buf_printf(&renderer->html, "<ol class=\"govuk-list govuk-list--number\" start=\"%d\">\n",
                   start);
}

/* In a tight list the text stands in the item itself (CommonMark 5.3). */
static void
write_paragraph(struct renderer *renderer, cmark_node *node, bool entering)
{
    cmark_node *list = cmark_node_parent(cmark_node_parent(node));
    if (list && cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list))
        return;
    buf_z(&renderer->html, entering ? "<p class=\"govuk-body\">" : "</p>\n");
}

static void
write_literal(struct renderer *renderer, cmark_node *node, const char *before, const char *behind)
{
    buf_z(&renderer->html, before);
    html_text(&renderer->html, str_of(cmark_node_get_literal(node)));
    buf_z(&renderer->html, behind);
}

static void
write_pair(struct renderer *renderer, bool entering, const char *before, const char *behind)
{
    buf_z(&renderer->html, entering ? before : behind);
}

static void
write_leaf(struct renderer *renderer, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        write_literal(renderer, node, "", "");
        break;
    case CMARK_NODE_CODE:
        write_literal(renderer, node, "<code>", "</code>");
        break;
    case CMARK_NODE_CODE_BLOCK:
        write_literal(renderer, node, "<pre class=\"govuk-body\"><code>", "</code></pre>\n");
        break;
    case CMARK_NODE_HTML_INLINE:
        note(renderer, node, "HTML is shown as text: use Markdown");
        write_literal(renderer, node, "", "");
        break;
    case CMARK_NODE_HTML_BLOCK:
        note(renderer, node, "HTML is shown as text: use Markdown");
        write_literal(renderer, node, "<p class=\"govuk-body\">", "</p>\n");
        break;
    case CMARK_NODE_SOFTBREAK:
        buf_char(&renderer->html, '\n');
        break;
    case CMARK_NODE_LINEBREAK:
        buf_z(&renderer->html, "<br>\n");
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        buf_z(&renderer->html, "<hr class=\"govuk-section-break govuk-section-break--m "
                               "govuk-section-break--visible\">\n");
        break;
    default:
        break;
    }
}

static void
write_node(struct renderer *renderer, cmark_node *node, bool entering)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        write_paragraph(renderer, node, entering);
        break;
    case CMARK_NODE_HEADING:
        write_heading(renderer, node, entering);
        break;
    case CMARK_NODE_LIST:
        write_list(renderer, node, entering);
        break;
    case CMARK_NODE_ITEM:
        write_pair(renderer, entering, "<li>", "</li>\n");
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        write_pair(renderer, entering, "<div class=\"govuk-inset-text\">\n", "</div>\n");
        break;
    case CMARK_NODE_EMPH:
        write_pair(renderer, entering, "<em>", "</em>");
        break;
    case CMARK_NODE_STRONG:
        write_pair(renderer, entering, "<strong>", "</strong>");
        break;
    case CMARK_NODE_LINK:
        write_link(renderer, node, entering);
        break;
    case CMARK_NODE_IMAGE:
        if (entering)
            note(renderer, node, "an image is shown as its description only");
        break;
    default:
        if (entering)
            write_leaf(renderer, node);
    }
}

void
content_markdown(str body, size_t line, struct arena *arena, struct content_text *text,
                 struct content_faults *faults)
{
    struct renderer *renderer = mem_calloc(1, sizeof *renderer);
    renderer->html = BUF(LIMIT_CONTENT_HTML);
    renderer->line = line;
    renderer->arena = arena;
    renderer->text = text;
    renderer->faults = faults;
    cmark_node *root = cmark_parse_document(body.n ? body.p : "", body.n, CMARK_OPT_DEFAULT);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        write_node(renderer, cmark_iter_get_node(iter), event == CMARK_EVENT_ENTER);
    cmark_iter_free(iter);
    cmark_node_free(root);
    if (renderer->html.full)
        content_fault_add(faults, CONTENT_REFUSED, text->path, line, NULL,
                          "the text becomes larger than %d bytes: split it", LIMIT_CONTENT_HTML);
    else
        text->html = arena_str(arena, buf_view(&renderer->html));
    struct content_link *links =
        arena_alloc(arena, (renderer->link_count + 1) * sizeof *renderer->links);
    memcpy(links, renderer->links, renderer->link_count * sizeof *links);
    text->links = links;
    text->link_count = renderer->link_count;
    buf_clear(&renderer->html);
    free(renderer);
}
