/* SPDX-License-Identifier: Apache-2.0 */
/* YARA's own vectors, ../shared/data/yara-vectors: what each rule says of its data, and which rules
 * are refused. The format is in ../shared/data/README.md. */
#include <dirent.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/cleanup.h"
#include "base/tap.h"
#include "scan/scan.h"
#include "tests_module.h"

enum { LINE_MAX_BYTES = 32 << 20 };

/* Vectors that are not met, each with its reason. */
static const struct exception {
    const char *text, *why;
} exceptions[] = {
    {"yara-native/tests/data/", "includes a file that is not among the vectors"},
    {NULL, NULL},
};

static size_t
unhex(char *text)
{
    size_t n = 0;
    if (strcmp(text, "-") == 0)
        return 0;
    for (char *p = text; p[0] && p[1]; p += 2) {
        char pair[] = {p[0], p[1], 0};
        text[n++] = (char)strtoul(pair, NULL, 16);
    }
    return n;
}

static void
note_fault(void *context, const struct yara_fault *fault)
{
    struct err *err = context;
    err_set(err, ERR_FORMAT, "%u:%u: %s", fault->line, fault->column, fault->reason);
}

static errcode
compile(str rule, struct scan_rules **ret, struct err *err)
{
    struct err reason = {0}, ignored;
    struct yara_options options = {.refused = note_fault, .context = &reason};
    struct compiler *compiler = compiler_new(&options);
    compiler_define(compiler, STR("var_true"), STR("true"), &ignored);
    compiler_define(compiler, STR("var_false"), STR("false"), &ignored);
    compiler_define(compiler, STR("var_one"), STR("1"), &ignored);
    compiler_define(compiler, STR("var_zero"), STR("0"), &ignored);
    if (compiler_read(compiler, "vector", (str){NULL, 0}, rule, &ignored) == OK)
        return scan_rules_of_compiler(compiler, ret, err);
    compiler_free(compiler);
    *err = reason;
    return ERR_FORMAT;
}

static int
count_holding(const struct scan_rules *rules, str data)
{
    struct scan_options options = {0};
    struct scan *scan = scan_new(rules, &options);
    struct err err;
    int count = 0;
    if (scan_data(scan, data, &err) == OK)
        for (size_t i = 0; i < scan_rule_count(rules); i++)
            count += scan_holds(scan, i) && !scan_rule_at(rules, i).is_private;
    scan_free(scan);
    return count;
}

static const char *
exception_for(str rule)
{
    for (const struct exception *e = exceptions; e->text; e++)
        if (str_find(rule, str_of(e->text)) != SIZE_MAX)
            return e->why;
    return NULL;
}

static void
check_match(str rule, char *data, int want, const char *where)
{
    struct scan_rules *rules;
    struct err err = {0};
    errcode code = compile(rule, &rules, &err);
    if (!tap_no_err(code, &err, "%s compiles", where)) {
        tap_note("%.*s", STR_ARG(rule));
        return;
    }
    int got = count_holding(rules, (str){data, unhex(data)});
    if (!tap_eq_i64(got, want, "%s", where))
        tap_note("%.*s", STR_ARG(rule));
    scan_rules_free(rules);
}

static void
check_compile(str rule, int want, const char *where)
{
    struct scan_rules *rules = NULL;
    struct err err = {0};
    errcode code = compile(rule, &rules, &err);
    if (!tap_ok((code == OK) == (want == 0), "%s is %s", where, want ? "refused" : "taken"))
        tap_note("%.*s (%s)", STR_ARG(rule), code == OK ? "taken" : err.text);
    if (code == OK)
        scan_rules_free(rules);
}

static void
check_line(char *line, const char *where)
{
    char *save, *kind = strtok_r(line, " ", &save), *text = strtok_r(NULL, " ", &save);
    char *third = strtok_r(NULL, " \n", &save), *fourth = strtok_r(NULL, " \n", &save);
    str rule = {text, unhex(text)};
    const char *why = exception_for(rule);
    if (why)
        tap_skip(why);
    else if (kind[0] == 'M')
        check_match(rule, third, (int)strtol(fourth, NULL, 10), where);
    else
        check_compile(rule, (int)strtol(third, NULL, 10), where);
}

static void
check_file(const char *folder, const char *name, char *line)
{
    char path[4096], where[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "rb");
    for (int number = 1; gzgets(file, line, LINE_MAX_BYTES); number++) {
        snprintf(where, sizeof where, "%s line %d", name, number);
        check_line(line, where);
    }
    gzclose(file);
}

int
main(void)
{
    const char *root = getenv("KHIEN_SHARED_DATA");
    char folder[4000];
    snprintf(folder, sizeof folder, "%s/yara-vectors", root ? root : "../shared/data");
    DIR *entries = opendir(folder);
    module_add_for_tests(&tests_module);
    if (!entries) {
        tap_skip("the vectors are not there (../shared/data/yara-vectors)");
        return tap_done();
    }
    char *line = malloc(LINE_MAX_BYTES);
    const struct dirent *entry;
    while ((entry = readdir(entries)))
        if (str_ends(str_of(entry->d_name), STR(".txt.gz")))
            check_file(folder, entry->d_name, line);
    closedir(entries);
    free(line);
    return tap_done();
}
