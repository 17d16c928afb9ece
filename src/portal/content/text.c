/* SPDX-License-Identifier: Apache-2.0 */
/* "---", lines "key: value", "---", then Markdown. Reading goes on behind a fault, so that an
 * editor sees all of them at once. */
#include "portal/content/text.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

void
content_fault_add(struct content_faults *faults, enum content_level level, str path, size_t line,
                  const char *key, const char *format, ...)
{
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    err_make_shown(text);
    if (level == CONTENT_REFUSED && faults->refused++ == 0)
        err_set(&faults->first, ERR_FORMAT, "%.*s:%zu: %s%s%s", STR_ARG(path), line, key ? key : "",
                key ? ": " : "", text);
    const struct content_report *report = faults->report;
    if (report)
        report->fault(report->context, &(struct content_fault){level, path, line, key, text});
}

struct header {
    enum content_kind kind;
    str path;
    struct content_field *fields;
    size_t count;
    struct content_faults *faults;
};

static bool
has_key(const struct header *header, const struct content_key *key)
{
    for (size_t i = 0; i < header->count; i++)
        if (header->fields[i].key == key)
            return true;
    return false;
}

static void
refuse(const struct header *header, size_t line, const char *key, const char *text)
{
    content_fault_add(header->faults, CONTENT_REFUSED, header->path, line, key, "%s", text);
}

static void
unknown_key(const struct header *header, size_t line, str name)
{
    const char *near = content_key_near(header->kind, name);
    content_fault_add(header->faults, CONTENT_REFUSED, header->path, line, NULL,
                      "%s has no key \"%.*s\"%s%s%s", content_kind_name(header->kind),
                      (int)(name.n < 64 ? name.n : 64), name.p, near ? "; did you mean \"" : "",
                      near ? near : "", near ? "\"?" : "");
}

static void
add_line(struct header *header, str text, size_t line)
{
    str rest = text, name;
    if (!str_trim(text).n || text.p[0] == '#')
        return;
    str_cut(&rest, ':', &name);
    str value = str_trim(rest);
    const struct content_key *key = content_key_find(header->kind, str_trim(name));
    if (!rest.p)
        refuse(header, line, NULL, "a line of the header is \"key: value\"");
    else if (!key)
        unknown_key(header, line, str_trim(name));
    else if (!value.n)
        refuse(header, line, key->name, "has no value: write one or leave the line out");
    else if (value.n > LIMIT_CONTENT_VALUE)
        content_fault_add(header->faults, CONTENT_REFUSED, header->path, line, key->name,
                          "longer than %d bytes: shorten it", LIMIT_CONTENT_VALUE);
    else if (!content_key_takes(key, value))
        content_fault_add(header->faults, CONTENT_REFUSED, header->path, line, key->name,
                          "must be %s", content_key_words(key));
    else if (!(key->flags & KEY_REPEATED) && has_key(header, key))
        refuse(header, line, key->name, "stands twice: keep one");
    else if (header->count == LIMIT_CONTENT_FIELDS)
        content_fault_add(header->faults, CONTENT_REFUSED, header->path, line, key->name,
                          "more than %d lines of header", LIMIT_CONTENT_FIELDS);
    else
        header->fields[header->count++] = (struct content_field){key, value, line};
}

/* Leaves *REST behind the second "---"; *LINE counts on. */
static bool
read_header(struct header *header, str *rest, size_t *line)
{
    str text;
    *line = 1;
    if (!str_line(rest, &text) || !str_eq(text, STR("---"))) {
        refuse(header, 1, NULL, "the first line must be \"---\", then lines \"key: value\"");
        return false;
    }
    while (str_line(rest, &text)) {
        ++*line;
        if (str_eq(text, STR("---")))
            return true;
        add_line(header, text, *line);
    }
    refuse(header, *line, NULL, "the header has no end: write a line \"---\" behind it");
    return false;
}

static bool
is_text(const struct header *header, str bytes)
{
    if (bytes.n > LIMIT_CONTENT_FILE)
        content_fault_add(header->faults, CONTENT_REFUSED, header->path, 0, NULL,
                          "larger than %d bytes: split it", LIMIT_CONTENT_FILE);
    else if (!str_is_utf8(bytes) || str_has_control(bytes))
        refuse(header, 0, NULL, "holds bytes that are no text: save it as UTF-8");
    else
        return true;
    return false;
}

struct content_text *
content_text_parse(enum content_kind kind, str path, str bytes, struct arena *arena,
                   struct content_faults *faults)
{
    struct content_field fields[LIMIT_CONTENT_FIELDS];
    struct content_text *text = arena_alloc(arena, sizeof *text);
    struct header header = {.kind = kind, .fields = fields, .faults = faults};
    size_t line;
    text->path = header.path = arena_str(arena, path);
    str rest = bytes.n <= LIMIT_CONTENT_FILE ? arena_str(arena, bytes) : bytes;
    if (!is_text(&header, bytes) || !read_header(&header, &rest, &line))
        return text;
    struct content_field *kept = arena_alloc(arena, (header.count + 1) * sizeof *kept);
    if (header.count)
        memcpy(kept, fields, header.count * sizeof *kept);
    text->fields = kept;
    text->field_count = header.count;
    content_markdown(rest, line + 1, arena, text, faults);
    return text;
}
