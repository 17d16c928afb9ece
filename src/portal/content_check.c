/* SPDX-License-Identifier: Apache-2.0 */
/* Content as tables for the command line: its faults, its items. */
#include "base/require.h"
#include "portal/content/content.h"
#include "portal/site.h"

enum { LINES_MAX = 16 << 20 };

struct found {
    struct table *table;
    struct buf lines; /* the same as compilers write faults */
    size_t faults;
};

struct links {
    const struct content *content;
    day today;
};

static void
add_fault(void *context, const struct content_fault *fault)
{
    static const char *const levels[] = {"refused", "wrong", "remark"};
    struct found *found = context;
    found->faults += fault->level != CONTENT_REMARK;
    table_row(found->table);
    table_put_str(found->table, "file", fault->path);
    if (fault->line)
        table_put_u64(found->table, "line", fault->line);
    table_put_z(found->table, "level", levels[fault->level]);
    if (fault->key)
        table_put_z(found->table, "key", fault->key);
    table_put_z(found->table, "what", fault->text);
    buf_str(&found->lines, fault->path);
    if (fault->line)
        buf_printf(&found->lines, ":%zu", fault->line);
    buf_printf(&found->lines, ": %s: %s%s%s\n", levels[fault->level], fault->key ? fault->key : "",
               fault->key ? ": " : "", fault->text);
}

static bool
path_exists(void *context, str path)
{
    const struct links *links = context;
    return route_exists(links->content, path, links->today);
}

errcode
portal_content_check(const char *folder, struct table **ret, size_t *ret_faults, struct err *err)
{
    static const struct table_column columns[] = {
        {"file", TABLE_TEXT, 0}, {"line", TABLE_COUNT, 0}, {"level", TABLE_TEXT, 0},
        {"key", TABLE_TEXT, 0},  {"what", TABLE_TEXT, 0},
    };
    struct found found = {.table = table_new(columns, sizeof columns / sizeof *columns),
                          .lines = BUF(LINES_MAX)};
    const struct content_report report = {&found, add_fault};
    struct content *content = NULL;
    errcode code = content_new(folder, &report, &content, err);
    if (code == OK) {
        struct links links = {content, clock_today()};
        content_lint(content, links.today, path_exists, &links, &report);
    }
    content_unref(content);
    table_text_form(found.table, buf_view(&found.lines));
    buf_clear(&found.lines);
    if (code != OK && !found.faults) { /* the folder could not be read */
        table_free(found.table);
        return code;
    }
    *ret = found.table;
    *ret_faults = found.faults;
    return OK;
}

static void
add_item(struct table *table, const struct content_item *item)
{
    table_row(table);
    table_put_z(table, "kind", content_kind_name(item->kind));
    table_put_str(table, "name", item->name);
    table_put_list(table, "languages");
    for (unsigned language = 0; language < 2; language++)
        if (item->text[language])
            table_add(table, "languages", str_of(language_code((enum language)language)));
    table_put_day(table, "date", item->date);
    table_put_bool(table, "shown", content_is_shown(item, clock_today()));
    table_put_z(table, "from", item->own ? "folder" : "built in");
}

errcode
portal_content_list(const char *folder, struct table **ret, struct err *err)
{
    static const struct table_column columns[] = {
        {"kind", TABLE_TEXT, 0}, {"name", TABLE_TEXT, 0},  {"languages", TABLE_LIST, 0},
        {"date", TABLE_DAY, 0},  {"shown", TABLE_FLAG, 0}, {"from", TABLE_TEXT, 0},
    };
    struct content *content;
    errcode code = content_new(folder, NULL, &content, err);
    if (code != OK)
        return code;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        for (size_t i = 0; i < content_count(content, (enum content_kind)kind); i++)
            add_item(table, content_at(content, (enum content_kind)kind, i));
    content_unref(content);
    *ret = table;
    return OK;
}
