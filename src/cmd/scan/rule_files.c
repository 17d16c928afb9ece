/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/rule_files.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "cmd/output.h"

enum { SOURCE_MAX = 1 << 30 };

static void
print_fault(const char *kind, const struct yara_fault *fault)
{
    bool has_rule = fault->rule.n > 0;
    output_aside("%s:%u:%u: %s: %s%.*s%s%s", fault->file, fault->line, fault->column, kind,
                 has_rule ? "rule \"" : "", STR_ARG(fault->rule), has_rule ? "\": " : "",
                 fault->reason);
}

static void
refused(void *context, const struct yara_fault *fault)
{
    (void)context;
    print_fault("error", fault);
}

static void
warned(void *context, const struct yara_fault *fault)
{
    if (*(const bool *)context)
        print_fault("warning", fault);
}

/* Relative to the folder of the file that includes, else to the working folder. */
errcode
rule_files_include(void *context, const char *from, str name, struct buf *ret_path,
                   struct buf *ret_text, struct err *err)
{
    (void)context;
    size_t folder = (size_t)(path_base(from) - from);
    if (name.n > 0 && name.p[0] != '/')
        buf_add(ret_path, from, folder);
    buf_str(ret_path, name);
    if (buf_check(ret_path, "an included file's name", err) != OK || str_has_control(name))
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no file's name", STR_ARG(name));
    return file_read(ret_path->p, SOURCE_MAX, ret_text, err);
}

bool
rule_files_next_define(const struct call *call, size_t *at, str *ret_name, str *ret_value,
                       errcode *code, struct err *err)
{
    while (*code == OK && *at < call->given_count) {
        size_t i = (*at)++;
        if (strcmp(call->given[i].option->name, "define") != 0)
            continue;
        *ret_value = str_of(call->given[i].value);
        if (str_cut(ret_value, '=', ret_name) && ret_value->p)
            return true;
        *code =
            err_set(err, ERR_USAGE, "--define takes NAME=VALUE, not \"%s\"", call->given[i].value);
    }
    return false;
}

static errcode
define_all(const struct call *call, struct compiler *compiler, struct err *err)
{
    errcode code = OK;
    str name, value;
    for (size_t at = 0; rule_files_next_define(call, &at, &name, &value, &code, err);)
        code = compiler_define(compiler, name, value, err);
    return code;
}

/* "space:file"; a file whose own name has a colon goes before. */
static const char *
file_of(const char *word, str *ret_space)
{
    const char *colon = strchr(word, ':');
    *ret_space = (str){NULL, 0};
    if (!colon || file_exists(word))
        return word;
    *ret_space = (str){word, (size_t)(colon - word)};
    return colon + 1;
}

static errcode
read_one(struct compiler *compiler, const char *word, struct err *err)
{
    str space;
    const char *path = file_of(word, &space);
    struct buf text = {0};
    errcode code = file_read(path, SOURCE_MAX, &text, err);
    if (code == OK)
        code = compiler_read(compiler, path, space, buf_view(&text), err);
    buf_clear(&text);
    return code;
}

errcode
rule_files_define(const struct call *call, struct scan *scan, struct err *err)
{
    errcode code = OK;
    str name, value;
    for (size_t at = 0; rule_files_next_define(call, &at, &name, &value, &code, err);)
        code = scan_define(scan, name, value, err);
    return code;
}

/* ---- packs ---- */

static bool
is_pack(const char *path)
{
    static const char magic[] = {'K', 'H', 'P', 'A', 'C', 'K'};
    char head[sizeof magic];
    cleanup(cleanup_close) int fd = -1;
    size_t n = 0;
    return file_open_now(path, &fd, NULL) == OK &&
           file_read_at(fd, 0, head, sizeof head, path, &n, NULL) == OK && n == sizeof head &&
           memcmp(head, magic, sizeof head) == 0;
}

/* ---- all ---- */

errcode
rule_files_read(const struct call *call, size_t count, bool warnings, struct scan_rules **ret,
                struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        str space;
        const char *path = file_of(call->words[i], &space);
        if (!is_pack(path))
            continue;
        if (count > 1 || space.n > 0)
            return err_set(err, ERR_USAGE,
                           "the pack %s stands alone: no other rules, no name space", path);
        return rule_files_open_pack(call, path, ret, err);
    }
    if (call_option(call, "public-key") || call_option(call, "version-min"))
        return err_set(err, ERR_DENIED,
                       "%s is no pack: files of rules have neither signature nor version",
                       call->words[0]);
    struct yara_options options = {
        .refused = refused, .warning = warned, .include = rule_files_include, .context = &warnings};
    struct compiler *compiler = compiler_new(&options);
    errcode code = define_all(call, compiler, err);
    for (size_t i = 0; i < count && code == OK; i++)
        code = read_one(compiler, call->words[i], err);
    if (code == OK)
        return scan_rules_of_compiler(compiler, ret, err);
    compiler_free(compiler);
    return code;
}

errcode
rule_files_grant(const struct call *call, size_t count, struct grants *grants, struct err *err)
{
    static char folders[SANDBOX_PATHS_MAX / 2][PATH_TEXT]; /* kept until the sandbox is entered */
    errcode code = OK;
    for (size_t i = 0; i < count && code == OK; i++) {
        str space;
        const char *path = file_of(call->words[i], &space);
        str folder = {path, (size_t)(path_base(path) - path)};
        if (str_copy(folder.n ? folder : STR("."), folders[i], sizeof folders[i]))
            code = grant_read(grants, folders[i], err);
        else
            code = err_set(err, ERR_LIMIT, "the path %s is too long", path);
    }
    return code;
}
