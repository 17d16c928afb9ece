/* SPDX-License-Identifier: Apache-2.0 */
/* Whether every index and place in an image lies within it. */
#include "scan/regex/regex.h"
#include "scan/rules/rules.h"

enum { SHORTS_MAX = 1 << 20 }; /* each may stand in 256 lists */

static errcode
fault(struct err *err, const char *what, uint32_t i)
{
    return err_set(err, ERR_CORRUPT, "the rules are damaged: %s %u", what, i);
}

static bool
text_fits(const struct rules *rules, struct text_place place)
{
    return (uint64_t)place.at + place.size <= rules->image.sections[IMAGE_TEXT].n;
}

static bool
span_fits(uint32_t first, uint32_t count, uint32_t all)
{
    return (uint64_t)first + count <= all;
}

static bool
rule_fits(const struct rules *rules, const struct rule_record *rule, uint32_t index)
{
    if (!text_fits(rules, rule->name) || rule->space >= rules->space_count ||
        rule->code >= rules->code_count ||
        (rule->guard != NO_INDEX && rule->guard >= rules->code_count) ||
        !span_fits(rule->first_string, rule->string_count, rules->string_count) ||
        !span_fits(rule->first_tag, rule->tag_count, rules->tag_count) ||
        !span_fits(rule->first_meta, rule->meta_count, rules->meta_count))
        return false;
    for (uint32_t i = 0; i < rule->string_count; i++)
        if (rules->strings[rule->first_string + i].rule != index)
            return false;
    return true;
}

/* Strings of a rule lie together, and the pieces of a chain behind their string. */
static bool
string_fits(const struct rules *rules, uint32_t index)
{
    const struct string_record *string = &rules->strings[index];
    if (!text_fits(rules, string->name) || string->rule >= rules->rule_count ||
        !span_fits(index + 1, string->pieces, rules->string_count))
        return false;
    for (uint32_t i = 1; i <= string->pieces; i++) {
        const struct string_record *piece = string + i;
        bool is_last = piece->flags & STRING_LAST, is_first = i == 1;
        if (!(piece->flags & STRING_PIECE) || piece->pieces != 0 ||
            is_last != (i == string->pieces) || piece->rule != string->rule ||
            (is_first && (piece->gap_min || piece->gap_max)))
            return false;
    }
    /* A piece has its string before it. */
    if (string->flags & STRING_PIECE) {
        if (index == 0)
            return false;
        const struct string_record *before = string - 1;
        return (before->flags & STRING_PIECE) ? !(before->flags & STRING_LAST) : before->pieces > 0;
    }
    return true;
}

static bool
links_fit(const struct rules *rules, uint32_t index)
{
    const struct pattern_record *pattern = &rules->patterns[index];
    if (!span_fits(pattern->first_link, pattern->link_count, rules->link_count))
        return false;
    for (uint32_t i = 0; i < pattern->link_count; i++) {
        const struct link_record *link = &rules->links[pattern->first_link + i];
        if (link->pattern != index || link->string >= rules->string_count ||
            rules->strings[link->string].pieces > 0)
            return false;
    }
    return true;
}

static bool
pattern_fits(const struct rules *rules, uint32_t index)
{
    const struct pattern_record *pattern = &rules->patterns[index];
    uint64_t bytes = pattern->kind == PATTERN_MASKED ? (uint64_t)pattern->size * 2 : pattern->size;
    if (pattern->kind >= PATTERN_KINDS || !links_fit(rules, index) ||
        pattern->data + bytes > rules->image.sections[IMAGE_TEXT].n)
        return false;
    if (pattern->kind != PATTERN_REGEX)
        return pattern->size > 0;
    return regex_check_place(rules->regex, pattern->forward) &&
           (!(pattern->flags & PATTERN_BACKWARD) ||
            regex_check_place(rules->regex, pattern->backward));
}

static bool
short_fits(const struct rules *rules, const struct short_record *record)
{
    if (record->pattern >= rules->pattern_count || record->count > 3)
        return false;
    bool is_run = record->offset >= RUN_LEAST && record->offset <= RUN_MOST;
    return record->count > 0 || ((record->offset == 0 || is_run) &&
                                 text_fits(rules, (struct text_place){record->bytes, 32}));
}

static errcode
check_texts(const struct rules *rules, struct err *err)
{
    for (uint32_t i = 0; i < rules->space_count; i++)
        if (!text_fits(rules, rules->spaces[i]))
            return fault(err, "name space", i);
    for (uint32_t i = 0; i < rules->tag_count; i++)
        if (!text_fits(rules, rules->tags[i]))
            return fault(err, "tag", i);
    for (uint32_t i = 0; i < rules->meta_count; i++)
        if (!text_fits(rules, rules->metas[i].name) || !text_fits(rules, rules->metas[i].text) ||
            rules->metas[i].kind > META_BOOLEAN)
            return fault(err, "meta", i);
    for (uint32_t i = 0; i < rules->external_count; i++) {
        const struct external_record *external = &rules->externals[i];
        if (!text_fits(rules, external->name) || external->kind > EXTERNAL_BOOLEAN ||
            (external->kind == EXTERNAL_STRING && !text_fits(rules, external->text)))
            return fault(err, "external", i);
    }
    const struct ref_record *refs = (const void *)rules->image.sections[IMAGE_REFS].p;
    for (uint32_t i = 0; i < rules->ref_count; i++)
        if (!text_fits(rules, refs[i].path) ||
            (refs[i].arguments.size != NO_INDEX && !text_fits(rules, refs[i].arguments)))
            return fault(err, "reference", i);
    return OK;
}

errcode
rules_check(const struct rules *rules, struct err *err)
{
    errcode code = regex_check(rules->regex, err);
    if (code == OK)
        code = check_texts(rules, err);
    if (code != OK)
        return code;
    for (uint32_t i = 0; i < rules->rule_count; i++)
        if (!rule_fits(rules, &rules->rules[i], i))
            return fault(err, "rule", i);
    for (uint32_t i = 0; i < rules->string_count; i++)
        if (!string_fits(rules, i))
            return fault(err, "string", i);
    for (uint32_t i = 0; i < rules->pattern_count; i++)
        if (!pattern_fits(rules, i))
            return fault(err, "pattern", i);
    for (uint32_t i = 0; i < rules->anchor_count; i++)
        if (rules->anchors[i].pattern >= rules->pattern_count ||
            (i > 0 && rules->anchors[i].key < rules->anchors[i - 1].key))
            return fault(err, "anchor", i);
    if (rules->short_count > SHORTS_MAX)
        return err_set(err, ERR_LIMIT,
                       "the rules have more than %d strings without four bytes in a row",
                       SHORTS_MAX);
    for (uint32_t i = 0; i < rules->short_count; i++)
        if (!short_fits(rules, &rules->shorts[i]))
            return fault(err, "short anchor", i);
    return OK;
}
