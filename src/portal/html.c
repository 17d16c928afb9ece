/* SPDX-License-Identifier: Apache-2.0 */
/* Five characters end text or attribute values in HTML; they are replaced, everything between them
 * is copied in one piece. */
#include "portal/html.h"

static str
entity_of(char c)
{
    switch (c) {
    case '&':
        return STR("&amp;");
    case '<':
        return STR("&lt;");
    case '>':
        return STR("&gt;");
    case '"':
        return STR("&quot;");
    case '\'':
        return STR("&#39;");
    default:
        return (str){NULL, 0};
    }
}

void
html_text(struct buf *out, str text)
{
    size_t done = 0;
    for (size_t i = 0; i < text.n; i++) {
        str entity = entity_of(text.p[i]);
        if (!entity.n)
            continue;
        buf_add(out, text.p + done, i - done);
        buf_str(out, entity);
        done = i + 1;
    }
    if (text.n > done)
        buf_add(out, text.p + done, text.n - done);
}

static bool
has_blank_or_control(str url)
{
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] <= ' ' || url.p[i] == 0x7f)
            return true;
    return false;
}

void
html_url(struct buf *out, str url)
{
    bool own =
        str_starts(url, STR("/")) && !str_starts(url, STR("//")) && !str_starts(url, STR("/\\"));
    bool fine = own || str_starts(url, STR("https://")) || str_starts(url, STR("tel:")) ||
                str_starts(url, STR("mailto:")) || str_starts(url, STR("sms:"));
    html_text(out, fine && !has_blank_or_control(url) ? url : STR("#"));
}

static str
argument_value(str name, const struct html_argument *arguments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, str_of(arguments[i].name)))
            return arguments[i].value;
    return (str){NULL, 0};
}

static void
fill(struct buf *out, const char *message, const struct html_argument *arguments, size_t count,
     void (*put)(struct buf *out, str text))
{
    str rest = str_of(message), piece;
    while (str_cut(&rest, '{', &piece)) {
        str name;
        put(out, piece);
        if (str_cut(&rest, '}', &name))
            put(out, argument_value(name, arguments, count));
    }
}

void
html_message(struct buf *out, const char *message, const struct html_argument *arguments,
             size_t count)
{
    fill(out, message, arguments, count, html_text);
}

void
text_message(struct buf *out, const char *message, const struct html_argument *arguments,
             size_t count)
{
    fill(out, message, arguments, count, buf_str);
}
