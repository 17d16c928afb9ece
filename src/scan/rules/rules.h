/* SPDX-License-Identifier: Apache-2.0 */
/* An image made ready: arrays with their types, references to modules resolved, tables to find
 * anchors by. Read-only from then on, and shared by any number of scanners. */
#pragma once

#include "scan/modules/module.h"
#include "scan/rules/code.h"
#include "scan/rules/image.h"

struct ref {
    uint32_t module;           /* in rules.modules */
    uint32_t field;            /* in its struct's shape */
    bool is_root;              /* a field of the module's root, that a load may have to fill */
    const struct shape *shape; /* that the field is of */
    const struct field *of;
    const struct overload *overload; /* of a function */
};

/* Anchors of one key lie together; keys are found by open addressing. A table of bytes, small
 * enough for the second-level cache, says "surely none" for nearly every place of a file. */
struct anchor_slot {
    uint32_t key, first, count; /* of anchor_group */
};
/* Anchors of a key whose other four bytes stand at the same place, in the order of these. */
struct anchor_group {
    int32_t beside_at;
    uint32_t first, count;
};
/* A pattern that begins with LEAST bytes of SET one after the other: one in STRIDE of these places
 * tells whether it may. */
struct run_anchor {
    const uint8_t *set; /* 32 bytes, a bit for each byte */
    uint32_t pattern, least, stride;
};
struct filter {
    uint8_t *bytes; /* by hashed key: hash.h */
    unsigned shift; /* of the 32-bit hash: what is left indexes `bytes` */
    struct anchor_slot *slots;
    unsigned slot_shift;
    struct anchor_group *groups;
    /* Patterns without four bytes: by their first two, and by the first alone. */
    uint8_t *pairs;                   /* of all two bytes: whether they may begin one */
    uint32_t *pair_first, *pair_list; /* list I: pair_list[pair_first[I]] … pair_first[I + 1] */
    uint32_t *byte_first, *byte_list;
    struct run_anchor *runs;
    uint32_t run_count;
};

struct guard_group {
    uint32_t rule; /* one of them */
    uint64_t *members;
};

struct rules {
    struct image image;
    const char *text;
    const struct text_place *spaces, *tags;
    const struct rule_record *rules;
    const struct meta_record *metas;
    const struct string_record *strings;
    const struct pattern_record *patterns;
    const struct link_record *links;
    const struct anchor_record *anchors;
    const struct short_record *shorts;
    const uint32_t *code, *sets;
    const struct external_record *externals;
    str regex;
    uint32_t space_count, rule_count, tag_count, meta_count, string_count, pattern_count;
    uint32_t link_count, anchor_count, short_count, code_count, set_count, ref_count,
        external_count;
    struct ref *refs;
    const struct module **modules; /* that conditions use */
    uint32_t module_count;
    struct filter filter;
    uint64_t *always; /* bit set of rules that may hold without any string */
    /* Those of them that share a guard, so that one answer settles many. */
    struct guard_group *groups;
    uint32_t group_count;
    uint32_t *guard_of; /* a rule's guard, by number in the order of their code; or NO_INDEX */
    uint32_t *guards;   /* places of code */
    uint32_t guard_count;
    bool has_globals;
    uint32_t longest; /* bytes of the longest pattern that is no program */
};

/* Takes an image that may come from a file: everything in it is checked, so that nothing outside of
 * it is ever read. The image's bytes stay the caller's and must outlive the rules. Rules that name
 * fields which this program does not have are ERR_UNSUPPORTED. */
errcode rules_open(const struct image *image, struct rules **ret, struct err *err);
void rules_free(struct rules *rules);

static inline str
rules_text(const struct rules *rules, struct text_place place)
{
    return (str){rules->text + place.at, place.size};
}

/* The checks of rules_open; check_code.c. */
errcode rules_check(const struct rules *rules, struct err *err);
errcode rules_check_code(const struct rules *rules, struct err *err);
errcode rules_resolve(struct rules *rules, struct err *err);
void rules_make_filter(struct rules *rules);
void rules_free_filter(struct filter *filter);
