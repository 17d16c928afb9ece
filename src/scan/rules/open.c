/* SPDX-License-Identifier: Apache-2.0 */
/* Making an image ready. */
#include "scan/rules/rules.h"

#include "base/require.h"
#include "scan/rules/scanner.h"

static const size_t record_sizes[IMAGE_SECTIONS] = {
    [IMAGE_TEXT] = 1,
    [IMAGE_SPACES] = sizeof(struct text_place),
    [IMAGE_RULES] = sizeof(struct rule_record),
    [IMAGE_TAGS] = sizeof(struct text_place),
    [IMAGE_METAS] = sizeof(struct meta_record),
    [IMAGE_STRINGS] = sizeof(struct string_record),
    [IMAGE_PATTERNS] = sizeof(struct pattern_record),
    [IMAGE_LINKS] = sizeof(struct link_record),
    [IMAGE_ANCHORS] = sizeof(struct anchor_record),
    [IMAGE_SHORTS] = sizeof(struct short_record),
    [IMAGE_CODE] = sizeof(uint32_t),
    [IMAGE_REGEX] = 1,
    [IMAGE_SETS] = sizeof(uint32_t),
    [IMAGE_REFS] = sizeof(struct ref_record),
    [IMAGE_EXTERNALS] = sizeof(struct external_record),
};

static errcode
check_sizes(const struct image *image, struct err *err)
{
    for (int i = 0; i < IMAGE_SECTIONS; i++) {
        size_t n = image->sections[i].n;
        if (n % record_sizes[i] != 0 || n > UINT32_MAX || (uintptr_t)image->sections[i].p % 8 != 0)
            return err_set(err, ERR_CORRUPT, "section %d of the rules has a wrong size", i);
    }
    return OK;
}

static const void *
section(const struct image *image, enum image_section i, uint32_t *ret_count)
{
    *ret_count = (uint32_t)(image->sections[i].n / record_sizes[i]);
    return image->sections[i].p;
}

static void
set_arrays(struct rules *rules, const struct image *image)
{
    rules->image = *image;
    rules->text = image->sections[IMAGE_TEXT].p;
    rules->regex = image->sections[IMAGE_REGEX];
    rules->spaces = section(image, IMAGE_SPACES, &rules->space_count);
    rules->rules = section(image, IMAGE_RULES, &rules->rule_count);
    rules->tags = section(image, IMAGE_TAGS, &rules->tag_count);
    rules->metas = section(image, IMAGE_METAS, &rules->meta_count);
    rules->strings = section(image, IMAGE_STRINGS, &rules->string_count);
    rules->patterns = section(image, IMAGE_PATTERNS, &rules->pattern_count);
    rules->links = section(image, IMAGE_LINKS, &rules->link_count);
    rules->anchors = section(image, IMAGE_ANCHORS, &rules->anchor_count);
    rules->shorts = section(image, IMAGE_SHORTS, &rules->short_count);
    rules->code = section(image, IMAGE_CODE, &rules->code_count);
    rules->sets = section(image, IMAGE_SETS, &rules->set_count);
    rules->externals = section(image, IMAGE_EXTERNALS, &rules->external_count);
    section(image, IMAGE_REFS, &rules->ref_count);
}

static int
compare_places(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Guards get numbers of their own, so that a scan can remember what each said. */
static void
number_guards(struct rules *rules)
{
    rules->guards = mem_calloc(rules->rule_count + 1, sizeof *rules->guards);
    rules->guard_of = mem_calloc(rules->rule_count + 1, sizeof *rules->guard_of);
    uint32_t count = 0, distinct = 0;
    for (uint32_t i = 0; i < rules->rule_count; i++)
        if (rules->rules[i].guard != NO_INDEX)
            rules->guards[count++] = rules->rules[i].guard;
    qsort(rules->guards, count, sizeof *rules->guards, compare_places);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || rules->guards[i] != rules->guards[distinct - 1])
            rules->guards[distinct++] = rules->guards[i];
    rules->guard_count = distinct;
    for (uint32_t i = 0; i < rules->rule_count; i++) {
        const uint32_t *found =
            bsearch(&rules->rules[i].guard, rules->guards, distinct, sizeof *found, compare_places);
        rules->guard_of[i] = found ? (uint32_t)(found - rules->guards) : NO_INDEX;
    }
}

/* A rule that is not surely false without strings, whatever the file. */
static void
find_always(struct rules *rules)
{
    rules->always = mem_calloc(rules->rule_count / 64 + 1, sizeof *rules->always);
    for (uint32_t i = 0; i < rules->rule_count; i++)
        rules->has_globals |= (rules->rules[i].flags & RULE_GLOBAL) != 0;
    struct scanner *scanner = scanner_new(rules);
    for (uint32_t i = 0; i < rules->rule_count; i++)
        if ((rules->rules[i].flags & RULE_SPEAKS) || scanner_may_hold(scanner, i))
            rules->always[i / 64] |= (uint64_t)1 << i % 64;
    scanner_free(scanner);
}

enum { GROUP_LEAST = 4 };

static void
group_guards(struct rules *rules)
{
    size_t words = rules->rule_count / 64 + 1;
    uint32_t *counts = mem_calloc((size_t)rules->guard_count + 1, sizeof *counts);
    uint64_t **members = mem_calloc((size_t)rules->guard_count + 1, sizeof(uint64_t *));
    rules->groups = mem_calloc((size_t)rules->guard_count + 1, sizeof *rules->groups);
    for (unsigned pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < rules->rule_count; i++) {
            uint32_t guard = rules->guard_of[i];
            if (guard == NO_INDEX || !(rules->always[i / 64] >> i % 64 & 1))
                continue;
            if (pass == 0)
                counts[guard]++;
            else if (counts[guard] >= GROUP_LEAST && !members[guard]) {
                members[guard] = mem_calloc(words, sizeof(uint64_t));
                rules->groups[rules->group_count++] = (struct guard_group){i, members[guard]};
            }
            if (members[guard])
                members[guard][i / 64] |= (uint64_t)1 << i % 64;
        }
    free(counts);
    free(members);
}

errcode
rules_open(const struct image *image, struct rules **ret, struct err *err)
{
    errcode code = check_sizes(image, err);
    if (code != OK)
        return code;
    struct rules *rules = mem_calloc(1, sizeof *rules);
    set_arrays(rules, image);
    for (uint32_t i = 0; i < rules->pattern_count; i++)
        if (rules->patterns[i].size > rules->longest)
            rules->longest = rules->patterns[i].size;
    code = rules_check(rules, err);
    if (code == OK)
        code = rules_resolve(rules, err);
    if (code == OK)
        code = rules_check_code(rules, err);
    if (code != OK) {
        rules_free(rules);
        return code;
    }
    rules_make_filter(rules);
    number_guards(rules);
    find_always(rules);
    group_guards(rules);
    *ret = rules;
    return OK;
}

void
rules_free(struct rules *rules)
{
    if (!rules)
        return;
    rules_free_filter(&rules->filter);
    free(rules->refs);
    free(rules->modules);
    free(rules->always);
    for (uint32_t i = 0; i < rules->group_count; i++)
        free(rules->groups[i].members);
    free(rules->groups);
    free(rules->guards);
    free(rules->guard_of);
    free(rules);
}
