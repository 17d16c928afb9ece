/* SPDX-License-Identifier: Apache-2.0 */
/* Rules: what compiles must open, and find the same in a small text with every match kept and with
 * only those that the conditions ask for. */
#include "base/require.h"
#include "scan/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] =
    "MZ abc\0a\0b\0c\0 aaaabbbb /etc/passwd xyz abcabc\xff\x00\x90\x90 the end";

static void
scan_twice(const struct scan_rules *rules)
{
    struct scan_options every = {.every_match = true, .timeout_seconds = 5};
    struct scan_options few = {.timeout_seconds = 5};
    struct scan *all = scan_new(rules, &every), *quick = scan_new(rules, &few);
    str data = {text, sizeof text};
    if (scan_data(all, data, NULL) == OK && scan_data(quick, data, NULL) == OK)
        for (size_t i = 0; i < scan_rule_count(rules); i++) {
            struct scan_cursor cursor = {0};
            struct scan_match match;
            require(scan_holds(all, i) == scan_holds(quick, i));
            while (scan_next_match(all, i, &cursor, &match))
                require(match.offset + match.length <= sizeof text);
        }
    scan_free(all);
    scan_free(quick);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yara_options options = {0};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules = NULL;
    struct err err;
    compiler_define(compiler, STR("ext"), STR("5"), &err);
    errcode code =
        compiler_read(compiler, "fuzz", (str){NULL, 0}, (str){(const char *)data, size}, &err);
    require(code == OK || compiler_counts(compiler).refused > 0);
    require(scan_rules_of_compiler(compiler, &rules, &err) == OK);
    scan_twice(rules);
    scan_rules_free(rules);
    return 0;
}
