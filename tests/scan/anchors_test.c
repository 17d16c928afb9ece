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

/* What is no literal but many bytes of one set is looked for as that. */
static void
test_run(const char *string, uint32_t least)
{
    struct compiled compiled = compile(string);
    str section = compiled.image.sections[IMAGE_SHORTS];
    const struct short_record *record = (const void *)section.p;
    tap_ok(section.n == sizeof *record && record->count == 0, "it is found by one set");
    if (section.n == sizeof *record)
        tap_eq_i64(record->offset, least, "of which %u stand in a row", least);
    compiler_free(compiled.compiler);
}

static void
test_no_run(const char *string)
{
    struct compiled compiled = compile(string);
    str section = compiled.image.sections[IMAGE_SHORTS];
    const struct short_record *records = (const void *)section.p;
    size_t runs = 0;
    for (size_t i = 0; i < section.n / sizeof *records; i++)
        runs += records[i].count == 0 && records[i].offset > 0;
    tap_eq_i64((int64_t)runs, 0, "it is no run");
    compiler_free(compiled.compiler);
}

/* A record that says other numbers is refused, and one that says these is taken. */
static void
test_records(void)
{
    static const struct {
        uint32_t least;
        errcode code;
    } cases[] = {{0, OK},  {1, ERR_CORRUPT}, {15, ERR_CORRUPT}, {16, OK},
                 {63, OK}, {64, OK},         {65, ERR_CORRUPT}, {UINT32_MAX, ERR_CORRUPT}};
    struct compiled compiled = compile("/[a-f0-9]{40}/");
    struct short_record record =
        *(const struct short_record *)(const void *)compiled.image.sections[IMAGE_SHORTS].p;
    compiled.image.sections[IMAGE_SHORTS] = (str){(const char *)&record, sizeof record};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rules *rules = NULL;
        struct err err = {0};
        record.offset = cases[i].least;
        tap_eq_i64(rules_open(&compiled.image, &rules, &err), cases[i].code, "%u in a row (%s)",
                   cases[i].least, err.text);
        rules_free(rules);
    }
    compiler_free(compiled.compiler);
}

int
main(void)
{
    test_run("/[a-f0-9]{168}/", 64);
    test_run("/[A-Za-z0-9+\\/]{40}/", 40);
    test_run("/[0-9]{8}[a-l]{8}/", 16);
    test_run("/[0-9]{16}[a-z]?.*/", 16);
    test_no_run("/[a-f0-9]{15}/");
    test_no_run("/key=[a-f0-9]{40}/");
    test_no_run("/[a-f0-9]{40}/ wide");
    test_no_run("/.{40}/s");
    test_no_run("/[a-f0-9]{40}[ab][ab]/");
    /* Pieces of a chain are to be found in their order. */
    test_no_run("{ 6A 40 68 11 [0-300] 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? [1-4] 4? }");
    test_run("{ 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? 3? [1-4] 4? }", 17);
    test_records();
    test_begin_in_common("/Encrypter_\\d+/", STR("Encrypter_Encrypter"), STR("Encrypter_7"));
    test_begin_in_common("/<%eval[ -~]{30,}/ nocase", STR("<%eval"), STR("<%EVAL("));
    test_begin_in_common("/main\\.detect(Browsers|Chrome|Edge|Firefox)/", STR("main.detectmain"),
                         STR("main.detectEdge"));
    test_xor();
    return tap_done();
}
