/* SPDX-License-Identifier: Apache-2.0 */
/* Rule sets say how sure they are by metas: `score` (0 to 100, of signature-base), `severity` or
 * `confidence` in words, or by tags. What says nothing is taken for what it is mostly written for.
 */
#include "scan/job/judge.h"

enum { TEXT_MAX = 512, SCORE_MALICIOUS = 60, SCORE_SUSPICIOUS = 40 };

static enum finding_level
level_of_word(str word, enum finding_level level)
{
    static const struct {
        const char *word;
        enum finding_level level;
    } words[] = {
        {"info", FINDING_LOOK},         {"informational", FINDING_LOOK},
        {"low", FINDING_LOOK},          {"hunting", FINDING_LOOK},
        {"medium", FINDING_SUSPICIOUS}, {"suspicious", FINDING_SUSPICIOUS},
        {"high", FINDING_MALICIOUS},    {"critical", FINDING_MALICIOUS},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq_nocase(word, str_of(words[i].word)))
            return words[i].level;
    return level;
}

static enum finding_level
level_of_meta(struct scan_meta meta, enum finding_level level)
{
    if (meta.kind == SCAN_META_INTEGER && str_eq_nocase(meta.name, STR("score")))
        return meta.integer >= SCORE_MALICIOUS    ? FINDING_MALICIOUS
               : meta.integer >= SCORE_SUSPICIOUS ? FINDING_SUSPICIOUS
                                                  : FINDING_LOOK;
    if (meta.kind == SCAN_META_STRING &&
        (str_eq_nocase(meta.name, STR("severity")) || str_eq_nocase(meta.name, STR("confidence"))))
        return level_of_word(meta.text, level);
    return level;
}

static enum finding_level
level_of(const struct scan_rules *rules, size_t rule)
{
    struct scan_rule about = scan_rule_at(rules, rule);
    enum finding_level level = FINDING_MALICIOUS;
    for (size_t i = 0; i < about.tag_count; i++)
        level = level_of_word(scan_rule_tag(rules, rule, i), level);
    for (size_t i = 0; i < about.meta_count; i++)
        level = level_of_meta(scan_rule_meta(rules, rule, i), level);
    return level;
}

static bool
description_of(const struct scan_rules *rules, size_t rule, char out[TEXT_MAX])
{
    size_t count = scan_rule_at(rules, rule).meta_count;
    for (size_t i = 0; i < count; i++) {
        struct scan_meta meta = scan_rule_meta(rules, rule, i);
        if (meta.kind == SCAN_META_STRING && str_eq_nocase(meta.name, STR("description")))
            return str_copy(meta.text, out, TEXT_MAX);
    }
    return false;
}

/* False for a name that is longer than any that a rule may have. */
static bool
name_of(str name, char out[TEXT_MAX])
{
    if (name.n >= TEXT_MAX)
        name.n = TEXT_MAX - 1;
    return str_copy(name, out, TEXT_MAX);
}

static void
judge_listed(struct pack_listed listed,
             void (*found)(void *context, const struct judgement *judgement), void *context)
{
    char name[TEXT_MAX], source[TEXT_MAX];
    struct judgement judgement = {FINDING_MALICIOUS, name, source, NULL};
    if (!listed.is_good && name_of(listed.name, name) && name_of(listed.source, source))
        found(context, &judgement);
}

void
judge_each(const struct scan_rules *rules, const struct scan *scan,
           void (*found)(void *context, const struct judgement *judgement), void *context)
{
    char name[TEXT_MAX], source[TEXT_MAX], detail[TEXT_MAX];
    for (size_t i = 0; i < scan_holding_count(scan); i++) {
        size_t rule = scan_holding(scan, i);
        struct scan_rule about = scan_rule_at(rules, rule);
        if (about.is_private || !name_of(about.name, name) || !name_of(about.space, source))
            continue;
        struct judgement judgement = {level_of(rules, rule), name, source,
                                      description_of(rules, rule, detail) ? detail : NULL};
        found(context, &judgement);
    }
    for (size_t i = 0; i < scan_listed_count(scan); i++)
        judge_listed(scan_listed_at(scan, i), found, context);
}

struct naming {
    void (*found)(void *context, const struct judgement *judgement);
    void *context;
};

static void
named(void *context, const struct pack_listed *listed)
{
    const struct naming *naming = context;
    judge_listed(*listed, naming->found, naming->context);
}

void
judge_name(const struct scan_rules *rules, struct scan *scan, const char *path,
           void (*found)(void *context, const struct judgement *judgement), void *context)
{
    struct naming naming = {found, context};
    if (scan_rules_pack(rules))
        scan_file_name(scan, str_of(path), named, &naming);
}
