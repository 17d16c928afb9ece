/* SPDX-License-Identifier: Apache-2.0 */
/* How many anchors a pattern is looked at for. */
#include "base/require.h"
#include "base/tap.h"
#include "scan/rules/rules.h"
#include "scan/yara/yara.h"

/* What is compiled of one string. */
struct compiled {
    struct compiler *compiler;
    struct image image;
};

static struct compiled
compile(const char *string)
{
    struct yara_options options = {0};
    struct compiled ret = {.compiler = compiler_new(&options)};
    struct err err;
    char source[256];
    int n = snprintf(source, sizeof source, "rule r { strings: $a = %s condition: $a }", string);
    tap_no_err(compiler_read(ret.compiler, "t", (str){NULL, 0}, (str){source, (size_t)n}, &err),
               &err, "%s", string);
    tap_no_err(compiler_finish(ret.compiler, &ret.image, &err), &err, "its image");
    return ret;
}

static const struct anchor_record *
anchors_of(const struct compiled *compiled, size_t *ret_count)
{
    str section = compiled->image.sections[IMAGE_ANCHORS];
    *ret_count = section.n / sizeof(struct anchor_record);
    return (const void *)section.p;
}

static bool
stands_at(str text, ptrdiff_t at, uint32_t key)
{
    uint32_t found;
    if (at < 0 || (size_t)at + sizeof found > text.n)
        return false;
    memcpy(&found, text.p + at, sizeof found);
    return (found | 0x20202020) == key;
}

/* How many anchors a text has, and so how often it is looked at closer. */
static size_t
count_met(const struct anchor_record *anchors, size_t count, str text)
{
    size_t met = 0;
    for (ptrdiff_t at = 0; at < (ptrdiff_t)text.n; at++)
        for (size_t i = 0; i < count; i++)
            met += stands_at(text, at, anchors[i].key) && at >= (ptrdiff_t)anchors[i].offset &&
                   (anchors[i].beside_at == 0 ||
                    stands_at(text, at + anchors[i].beside_at, anchors[i].beside));
    return met;
}

static void
test_begin_in_common(const char *string, str begin, str whole)
{
    struct compiled compiled = compile(string);
    size_t count;
    const struct anchor_record *anchors = anchors_of(&compiled, &count);
    tap_ok(count > 0, "%zu anchors", count);
    tap_ok(count_met(anchors, count, begin) <= 1, "the begin alone is looked at once at most");
    tap_eq_i64((int64_t)count_met(anchors, count, whole), 1, "the whole once");
    compiler_free(compiled.compiler);
}

/* Letters are taken in either case, so two keys that differ in bit 5 ask for the same. */
static void
test_xor(void)
{
    struct compiled compiled = compile("\"This program\" xor");
    size_t count, same = 0;
    const struct anchor_record *anchors = anchors_of(&compiled, &count);
    tap_eq_i64((int64_t)count, 128, "an anchor for two keys each");
    for (size_t i = 1; i < count; i++)
        same += anchors[i].key == anchors[i - 1].key && anchors[i].beside == anchors[i - 1].beside;
    tap_eq_i64((int64_t)same, 0, "none twice");
    compiler_free(compiled.compiler);
    compiled = compile("\"This program\" xor(0x20-0x2f)");
    anchors_of(&compiled, &count);
    tap_eq_i64((int64_t)count, 16, "sixteen keys, of which no two are alike");
    compiler_free(compiled.compiler);
}

int
main(void)
{
    test_begin_in_common("/Encrypter_\\d+/", STR("Encrypter_Encrypter"), STR("Encrypter_7"));
    test_begin_in_common("/<%eval[ -~]{30,}/ nocase", STR("<%eval"), STR("<%EVAL("));
    test_begin_in_common("/main\\.detect(Browsers|Chrome|Edge|Firefox)/", STR("main.detectmain"),
                         STR("main.detectEdge"));
    test_xor();
    return tap_done();
}
