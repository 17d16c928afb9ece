/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules check: a table of what is to be mended. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "cmd/output.h"
#include "cmd/scan/rule_files.h"
#include "cmd/scan/rules.h"
#include "cmd/scan/rules_inputs.h"

struct review {
    struct table *table;
    const struct scan_rules *rules;
    struct scan *scan; /* of clean files */
    size_t files, unread;
};

static void
put(struct table *table, const char *finding, const char *file, str rule, str space,
    const char *why)
{
    table_row(table);
    table_put_z(table, "finding", finding);
    if (file)
        table_put_z(table, "file", file);
    if (rule.n)
        table_put_str(table, "rule", rule);
    if (space.n)
        table_put_str(table, "namespace", space);
    table_put_z(table, "why", why);
}

static void
refused(void *context, const struct pack_fault *fault)
{
    struct review *review = context;
    put(review->table, fault->line ? "refused" : "unread", fault->file, fault->entry,
        (str){NULL, 0}, fault->reason);
    if (fault->line)
        table_put_u64(review->table, "line", fault->line);
    if (fault->column)
        table_put_u64(review->table, "column", fault->column);
}

static void
linted(void *context, const struct lint *lint)
{
    struct review *review = context;
    struct scan_rule rule = scan_rule_at(review->rules, lint->rule);
    put(review->table, lint_name(lint->kind), NULL, rule.name, rule.space, lint->why);
    if (lint->string.n)
        table_put_str(review->table, "string", lint->string);
}

/* ---- clean files ---- */

static bool
scan_clean(void *context, const char *path, const struct file_info *info)
{
    (void)info;
    struct review *review = context;
    struct err err;
    review->files++;
    if (scan_file(review->scan, path, &err) != OK) {
        review->unread++;
        return true;
    }
    for (size_t i = 0; i < scan_holding_count(review->scan); i++) {
        struct scan_rule rule = scan_rule_at(review->rules, scan_holding(review->scan, i));
        if (!rule.is_private)
            put(review->table, "holds-in-clean", path, rule.name, rule.space, "the file is clean");
    }
    scan_release(review->scan);
    return true;
}

static void
count_unread(void *context, const struct err *err)
{
    (void)err;
    ((struct review *)context)->unread++;
}

static errcode
check_clean(struct review *review, const char *folder, struct err *err)
{
    struct scan_options scanning = {.timeout_seconds = 60};
    struct walk_options walking = {
        .recursive = true, .found = scan_clean, .unread = count_unread, .context = review};
    review->scan = scan_new(review->rules, &scanning);
    errcode code = walk(folder, &walking, err);
    scan_free(review->scan);
    if (code == OK)
        table_note(review->table, "%zu clean files were scanned, %zu could not be",
                   review->files - review->unread, review->unread);
    return code;
}

/* ---- the table ---- */

static errcode
check_rules(const struct call *call, struct review *review, struct pack_build *build,
            struct err *err)
{
    struct scan_rules *rules;
    const char *clean = call_option(call, "clean");
    errcode code = scan_rules_of_build(build, &rules, err);
    if (code != OK)
        return code;
    review->rules = rules;
    lint_rules(rules, linted, review);
    if (clean)
        code = check_clean(review, clean, err);
    scan_rules_free(rules);
    return code;
}

errcode
rules_run_check(const struct call *call, struct err *err)
{
    static const struct table_column columns[] = {
        {"finding", TABLE_TEXT, 0},   {"rule", TABLE_TEXT, 0}, {"string", TABLE_TEXT, 0},
        {"namespace", TABLE_TEXT, 0}, {"file", TABLE_TEXT, 0}, {"line", TABLE_COUNT, 0},
        {"column", TABLE_COUNT, 0},   {"why", TABLE_TEXT, 0},
    };
    cleanup(cleanup_table) struct table *table =
        table_new(columns, sizeof columns / sizeof *columns);
    struct review review = {.table = table};
    struct rules_inputs inputs = {.refused = refused, .context = &review};
    struct pack_build *build = NULL;
    errcode code = rules_inputs_read(call, &inputs, &build, err);
    if (code == OK)
        code = check_rules(call, &review, build, err);
    if (code == OK) {
        struct buf note = BUF(1 << 12);
        rules_inputs_tell(&inputs, build, &note);
        table_note(table, "%s", note.p);
        buf_clear(&note);
        code = output_table(call, table, err);
    }
    if (code == OK && inputs.unread > 0)
        code = err_set(err, ERR_IO, "%zu files could not be read", inputs.unread);
    pack_build_free(build);
    return code;
}

errcode
rules_grant_check(const struct call *call, struct grants *grants, struct err *err)
{
    errcode code = rule_files_grant(call, call->word_count, grants, err);
    return code == OK ? grant_read(grants, call_option(call, "clean"), err) : code;
}
