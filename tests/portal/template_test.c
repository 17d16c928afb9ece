/* SPDX-License-Identifier: Apache-2.0 */
/* Every field of every template, filled with text that wants to break out of its place; and the
 * escaping functions themselves. */
#include "portal/html.h"

#include "base/catalog.h"
#include "base/tap.h"

void hostile_write(enum language language, struct buf *out); /* made by tools/template.py */
extern const char *const hostile_text, *const hostile_raw;

static size_t
count(str text, str needle)
{
    size_t n = 0;
    for (size_t at; (at = str_find(text, needle)) != SIZE_MAX; n++)
        text = str_from(text, at + needle.n);
    return n;
}

static void
check_pages(enum language language)
{
    const char *code = language_code(language);
    struct buf out = BUF(1 << 20);
    hostile_write(language, &out);
    str page = buf_view(&out);
    tap_ok(count(page, STR("&lt;script&gt;&quot;&#39;&amp;")) >= 20, "%s: the text is there", code);
    size_t own = count(page, STR("<script defer src=\"/assets/")); /* the live view's */
    tap_eq_i64(own, 2, "%s: the live view loads assets", code);
    tap_eq_i64(count(page, STR("<script")), own + 1, "%s: no tag gets through but the frame's own",
               code);
    tap_eq_i64(count(page, STR("<script src=\"#\" defer></script>")), 1, "%s: it loads nothing",
               code);
    tap_eq_i64(count(page, STR("\"'&")), 0, "%s: no quote gets through", code);
    tap_eq_i64(count(page, STR("href=\"&lt;")), 0, "%s: no link goes where a text says", code);
    tap_ok(count(page, STR("href=\"#\"")) > 0, "%s: a hostile link goes nowhere", code);
    for (str rest = page; (rest = str_from(rest, 0)).n;) {
        size_t at = str_find(rest, STR("&"));
        if (at == SIZE_MAX)
            break;
        rest = str_from(rest, at);
        bool entity = str_starts(rest, STR("&amp;")) || str_starts(rest, STR("&lt;")) ||
                      str_starts(rest, STR("&gt;")) || str_starts(rest, STR("&quot;")) ||
                      str_starts(rest, STR("&#39;"));
        if (!entity) {
            tap_ok(false, "%s: a bare ampersand", code);
            break;
        }
        rest = str_from(rest, 1);
    }
    buf_clear(&out);
}

static void
check_text(const char *text, const char *want)
{
    struct buf out = BUF(1 << 12);
    html_text(&out, str_of(text));
    tap_eq_str(buf_view(&out), str_of(want), "text %s", text);
    buf_clear(&out);
}

static void
check_url(const char *url, const char *want)
{
    struct buf out = BUF(1 << 12);
    html_url(&out, str_of(url));
    tap_eq_str(buf_view(&out), str_of(want), "link %s", url);
    buf_clear(&out);
}

static void
check_message(const char *message, const char *want)
{
    struct buf out = BUF(1 << 12);
    const struct html_argument arguments[] = {{"a", STR("<1>")}, {"b", STR("{a}")}};
    html_message(&out, message, arguments, 2);
    tap_eq_str(buf_view(&out), str_of(want), "message %s", message);
    buf_clear(&out);
}

int
main(void)
{
    check_pages(LANGUAGE_VI);
    check_pages(LANGUAGE_EN);
    tap_eq_z(hostile_raw,
             "page_article.body page_contacts.text page_figures_sections.chart page_home.gauge "
             "page_home.about "
             "page_layout.content page_tools.own_text page_tools_tools.help",
             "ready HTML: the frame's content, charts, and what content/markdown.c makes");
    check_text("a<b>\"'&c", "a&lt;b&gt;&quot;&#39;&amp;c");
    check_text("", "");
    check_text("<<", "&lt;&lt;");
    check_url("/kiem-tra?a=1&b", "/kiem-tra?a=1&amp;b");
    check_url("https://khien.example/", "https://khien.example/");
    check_url("tel:0243", "tel:0243");
    check_url("mailto:a@b", "mailto:a@b");
    check_url("javascript:alert(1)", "#");
    check_url("//evil.example", "#");
    check_url("/\\evil.example", "#");
    check_url("http://khien.example/", "#");
    check_url(" /a", "#");
    check_url("/a\tb", "#");
    check_url("", "#");
    check_message("x {a} & {b} y", "x &lt;1&gt; &amp; {a} y");
    check_message("{none}{a}", "&lt;1&gt;");
    check_message("plain", "plain");
    check_message("cut {a", "cut &lt;1&gt;");
    return tap_done();
}
