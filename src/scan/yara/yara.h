/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler of the YARA language, version 4.5 (yara.readthedocs.io, "Writing YARA rules"). */
#pragma once

#include "base/buf.h"
#include "scan/rules/image.h"

struct yara_fault {
    const char *file;
    unsigned line, column;
    str rule; /* empty outside of rules */
    const char *reason;
};
struct yara_options {
    /* A fault that refuses a rule, or a source when nothing can be read on. */
    void (*refused)(void *context, const struct yara_fault *fault);
    void (*warning)(void *context, const struct yara_fault *fault);
    /* Reads what `include` names, relative to the file FROM (NULL: includes are refused). */
    errcode (*include)(void *context, const char *from, str name, struct buf *ret_path,
                       struct buf *ret_text, struct err *err);
    void *context;
    size_t strings_max; /* of one rule; 0: 10,000 */
    bool any_name;      /* rules' names may be quoted texts: of other tools' signatures */
};
struct yara_counts {
    size_t rules, refused, strings, warnings;
};

struct compiler;
struct compiler *compiler_new(const struct yara_options *options);
void compiler_free(struct compiler *compiler);
/* Reads rules into the name space SPACE (empty: "default"). A rule with a fault is left out, told
 * and counted, and reading goes on behind it. FILE is for messages. ERR_FORMAT when anything was
 * refused. */
errcode compiler_read(struct compiler *compiler, const char *file, str space, str text,
                      struct err *err);
/* Externals must be there before the rules that use them. TEXT is an integer, a decimal number,
 * `true`, `false` or else a string. ERR_USAGE when the name is none or is there already. */
errcode compiler_define(struct compiler *compiler, str name, str text, struct err *err);
/* The compiled rules; the image lies in COMPILER. No more can be read afterwards. */
errcode compiler_finish(struct compiler *compiler, struct image *ret, struct err *err);
struct yara_counts compiler_counts(const struct compiler *compiler);
