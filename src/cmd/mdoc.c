/* SPDX-License-Identifier: Apache-2.0 */
/* Writing manual pages. */
#include "cmd/mdoc.h"

static void
escaped_char(struct buf *out, char c)
{
    switch (c) {
    case '\\':
        buf_z(out, "\\e");
        break;
    case '\'':
        buf_z(out, "\\(aq");
        break;
    case '"':
        buf_z(out, "\\(dq");
        break;
    default:
        buf_char(out, c);
    }
}

void
mdoc_inline(struct buf *out, const char *text)
{
    for (; *text; text++)
        escaped_char(out, *text);
}

void
mdoc_head(struct buf *out, const char *name, int section, const char *summary)
{
    buf_z(out, ".\\\" SPDX-License-Identifier: Apache-2.0\n"
               ".\\\" Made by tools/manuals from the program's own tables; change those.\n"
               ".Dd November 21, 2026\n.Dt ");
    for (const char *at = name; *at; at++)
        buf_char(out, ascii_upper(*at));
    buf_printf(out, " %d\n.Os Khien\n.Sh NAME\n.Nm %s\n.Nd ", section, name);
    mdoc_inline(out, summary);
    buf_char(out, '\n');
}

/* One literal on a line of its own; punctuation that follows belongs to the macro's line. */
static const char *
literal(struct buf *out, const char *at, bool line_start)
{
    if (!line_start) {
        while (out->n && out->p[out->n - 1] == ' ')
            out->n--;
        buf_char(out, '\n');
    }
    buf_z(out, ".Ql \\&"); /* so that no word is taken for a macro */
    for (; *at && *at != '`'; at++)
        escaped_char(out, *at);
    if (*at)
        at++;
    while (*at && strchr(".,;:)", *at)) {
        buf_char(out, ' ');
        buf_char(out, *at++);
    }
    buf_char(out, '\n');
    while (*at == ' ')
        at++;
    return at;
}

void
mdoc_text(struct buf *out, const char *text)
{
    bool line_start = true;
    const char *at = text;
    while (*at) {
        if (*at == '`') {
            at = literal(out, at + 1, line_start);
            line_start = true;
        } else if (at[0] == '\n' && at[1] == '\n') {
            buf_z(out, line_start ? ".Pp\n" : "\n.Pp\n");
            line_start = true;
            at += 2;
        } else if (at[0] == '.' && at[1] == ' ') {
            buf_z(out, ".\n");
            line_start = true;
            at += 2;
        } else {
            if (line_start && (*at == '.' || *at == '\''))
                buf_z(out, "\\&");
            escaped_char(out, *at++);
            line_start = false;
        }
    }
    if (!line_start)
        buf_char(out, '\n');
}
