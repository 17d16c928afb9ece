/* SPDX-License-Identifier: Apache-2.0 */
#include "rules_of.h"

struct scan_rules *
rules_of(str source)
{
    struct yara_options options = {0};
    struct compiler *compiler = compiler_new(&options);
    struct scan_rules *rules = NULL;
    struct err err;
    if (compiler_read(compiler, "t.yar", (str){NULL, 0}, source, &err) == OK)
        scan_rules_of_compiler(compiler, &rules, &err);
    else
        compiler_free(compiler);
    return rules;
}
