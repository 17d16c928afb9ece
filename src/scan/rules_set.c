/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and what owns their image. */
#include "scan/rules_set.h"

#include "base/require.h"
#include "scan/pack/build.h"

errcode
scan_rules_of_compiler(struct compiler *compiler, struct scan_rules **ret, struct err *err)
{
    struct scan_rules *set = mem_calloc(1, sizeof *set);
    struct image image;
    set->compiler = compiler;
    errcode code = compiler_finish(compiler, &image, err);
    if (code == OK)
        code = rules_open(&image, &set->rules, err);
    if (code != OK)
        scan_rules_free(take(set));
    else
        *ret = set;
    return code;
}

errcode
scan_pack_open(const char *path, const struct pack_options *options, struct scan_rules **ret,
               struct err *err)
{
    struct scan_rules *set = mem_calloc(1, sizeof *set);
    errcode code = pack_open(path, options, &set->pack, err);
    if (code == OK)
        code = rules_open(&set->pack->rules, &set->rules, err);
    if (code == OK)
        *ret = set;
    else
        scan_rules_free(set);
    return code;
}

errcode
scan_rules_of_build(struct pack_build *build, struct scan_rules **ret, struct err *err)
{
    struct scan_rules *set = mem_calloc(1, sizeof *set);
    struct image image;
    errcode code = compiler_finish(build->compiler, &image, err);
    if (code == OK)
        code = rules_open(&image, &set->rules, err);
    if (code == OK)
        *ret = set;
    else
        scan_rules_free(set);
    return code;
}

const struct pack *
scan_rules_pack(const struct scan_rules *set)
{
    return set->pack;
}

void
scan_rules_free(struct scan_rules *set)
{
    if (!set)
        return;
    rules_free(set->rules);
    pack_close(set->pack);
    compiler_free(set->compiler);
    free(set);
}

size_t
scan_rule_count(const struct scan_rules *set)
{
    return set->rules->rule_count;
}

struct scan_rule
scan_rule_at(const struct scan_rules *set, size_t rule)
{
    const struct rule_record *record = &set->rules->rules[rule];
    return (struct scan_rule){
        .name = rules_text(set->rules, record->name),
        .space = rules_text(set->rules, set->rules->spaces[record->space]),
        .is_private = record->flags & RULE_PRIVATE,
        .is_global = record->flags & RULE_GLOBAL,
        .tag_count = record->tag_count,
        .meta_count = record->meta_count,
    };
}

str
scan_rule_tag(const struct scan_rules *set, size_t rule, size_t i)
{
    const struct rules *rules = set->rules;
    return rules_text(rules, rules->tags[rules->rules[rule].first_tag + i]);
}

struct scan_meta
scan_rule_meta(const struct scan_rules *set, size_t rule, size_t i)
{
    const struct rules *rules = set->rules;
    const struct meta_record *record = &rules->metas[rules->rules[rule].first_meta + i];
    return (struct scan_meta){.name = rules_text(rules, record->name),
                              .kind = record->kind,
                              .integer = record->integer,
                              .text = rules_text(rules, record->text)};
}
