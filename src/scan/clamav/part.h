/* SPDX-License-Identifier: Apache-2.0 */
/* A part (sub-signature) of a signature: a string's definition and what conditions say of it. */
#pragma once

#include "scan/clamav/load.h"
#include "scan/clamav/logic.h"
#include "scan/clamav/offset.h"

struct part {
    str definition; /* of strings; empty when it needs none of its own */
    uint64_t needs; /* parts whose strings its condition names, one bit each */
    struct logic_part says;
    bool is_body; /* bytes: byte comparisons and macros may lean on it */
    struct offset offset;
    bool has_second, is_shifted; /* as in struct body_strings */
};
struct parts {
    struct load *load;
    unsigned target;
    struct part *parts;
    size_t count; /* those that were read */
};

/* Each reads TEXT as the next part. */
errcode part_body(struct parts *parts, str text, struct part *ret, struct err *err);
errcode part_regex(struct parts *parts, str text, struct part *ret, struct err *err);
errcode part_compare(struct parts *parts, str text, struct part *ret, struct err *err);
errcode part_macro(struct parts *parts, str text, struct part *ret, struct err *err);

/* What a PCRE pattern with its modifier letters becomes. */
struct pcre {
    str regex;                  /* "/…/is", in YARA's syntax */
    bool is_global;             /* g: all matches count, else one */
    bool is_rolling, is_inside; /* r, e */
    bool is_anchored;           /* A, or began with a ^, which fell away */
    bool has_start;             /* another ^, or a \b, looks at where the search begins */
    bool has_end;               /* a $ */
};
/* ERR_UNSUPPORTED for what no linear-time engine has: lookaround, backreferences … */
errcode pcre_translate(str pattern, str flags, struct arena *arena, struct pcre *ret,
                       struct err *err);
/* An extended regular expression of POSIX, where a backslash only takes a meaning away; (?i) at its
 * beginning is known. RET is "/…/is", in YARA's syntax. */
errcode posix_translate(str pattern, struct arena *arena, str *ret, struct err *err);
