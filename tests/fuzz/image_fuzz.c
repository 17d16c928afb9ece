/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled rules with bytes changed: the input is a list of edits of a right image, four bytes each
 * (place, what is XORed there). Whatever opens must be safe to scan with. */
#include "base/require.h"
#include "rules_text.h"
#include "scan/rules_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDIT = 4 };

static struct compiler *compiler; /* holds the right image, made once */
static struct image right;
static size_t total;

static void
make_right(void)
{
    struct yara_options options = {0};
    compiler = compiler_new(&options);
    struct err err;
    require(compiler_define(compiler, STR("outside"), STR("5"), &err) == OK);
    require(compiler_define(compiler, STR("word"), STR("word"), &err) == OK);
    require(compiler_define(compiler, STR("share"), STR("0.5"), &err) == OK);
    require(compiler_define(compiler, STR("flag"), STR("true"), &err) == OK);
    require(compiler_read(compiler, "rules", (str){NULL, 0}, str_of(fuzz_rules), &err) == OK);
    require(compiler_finish(compiler, &right, &err) == OK);
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        total += right.sections[i].n;
}

/* Each section by itself, so that the sanitizer sees a read past its end. */
static void
copy_right(struct image *ret)
{
    for (int i = 0; i < IMAGE_SECTIONS; i++) {
        size_t n = right.sections[i].n;
        char *copy = mem_alloc(n ? n : 1);
        if (n)
            memcpy(copy, right.sections[i].p, n);
        ret->sections[i] = (str){copy, n};
    }
}

static void
edit(struct image *image, const uint8_t *edit)
{
    size_t place = ((size_t)edit[0] << 16 | (size_t)edit[1] << 8 | edit[2]) % total;
    int i = 0;
    while (place >= image->sections[i].n)
        place -= image->sections[i++].n;
    char *byte = (char *)image->sections[i].p + place;
    *byte = (char)(*byte ^ edit[3]);
}

static unsigned long
look_at(const struct scan_rules *set, const struct scan *scan)
{
    unsigned long sum = 0;
    for (size_t i = 0; i < scan_rule_count(set); i++) {
        struct scan_rule rule = scan_rule_at(set, i);
        struct scan_cursor cursor = {0};
        struct scan_match match;
        sum += scan_holds(scan, i) + str_is_utf8(rule.name) + str_is_utf8(rule.space);
        for (size_t k = 0; k < rule.tag_count; k++)
            sum += str_is_utf8(scan_rule_tag(set, i, k));
        for (size_t k = 0; k < rule.meta_count; k++)
            sum += str_is_utf8(scan_rule_meta(set, i, k).text);
        while (scan_next_match(scan, i, &cursor, &match))
            sum += match.offset + str_is_utf8(match.data);
    }
    return sum;
}

static void
ignore_lint(void *context, const struct lint *lint)
{
    *(unsigned long *)context += lint->rule;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct image image;
    struct err err;
    if (!total)
        make_right();
    copy_right(&image);
    for (size_t at = 0; size - at >= EDIT; at += EDIT)
        edit(&image, data + at);
    struct scan_rules set = {0};
    if (rules_open(&image, &set.rules, &err) == OK) {
        struct scan_options options = {.every_match = true, .timeout_seconds = 5};
        struct scan *scan = scan_new(&set, &options);
        scan_data(scan, (str){fuzz_data, sizeof fuzz_data - 1}, &err);
        unsigned long sum = look_at(&set, scan);
        lint_rules(&set, ignore_lint, &sum);
        __asm__ volatile("" : : "r"(sum));
        scan_free(scan);
        rules_free(set.rules);
    }
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        free((char *)image.sections[i].p);
    return 0;
}
