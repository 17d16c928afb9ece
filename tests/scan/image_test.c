/* SPDX-License-Identifier: Apache-2.0 */
/* Images whose conditions' code could leave its stack, its loops or its values are refused. */
#include "base/require.h"
#include "base/tap.h"
#include "scan/rules/rules.h"
#include "scan/yara/yara.h"

#define WORDS(...) (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__})
enum { ONE_LOW = 1, ONE_HIGH = 0 };
#define ONE CODE_INTEGER, ONE_LOW, ONE_HIGH

static const struct faulty {
    const char *what;
    const uint32_t *words;
    size_t size;
    errcode code;
} cases[] = {
    {"a number", WORDS(ONE, CODE_END), OK},
    {"no value at the end", WORDS(CODE_END), ERR_CORRUPT},
    {"no end", WORDS(ONE), ERR_CORRUPT},
    {"a loop",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 17, CODE_VARIABLE, 0, CODE_LOOP_NEXT, 12, CODE_END),
     ERR_CORRUPT}, /* its end is a word too far */
    {"a loop with its end",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 16, CODE_VARIABLE, 0, CODE_LOOP_NEXT, 12, CODE_END),
     OK},
    {"a body that leaves a value more",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 16, CODE_UNDEFINED, CODE_UNDEFINED, CODE_LOOP_NEXT,
           12, CODE_END),
     ERR_CORRUPT},
    {"a body that takes its loop's values",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 16, CODE_ADD, CODE_NOT, CODE_LOOP_NEXT, 12, CODE_END),
     ERR_CORRUPT},
    {"a loop over more values than there can be",
     WORDS(ONE, CODE_LOOP_VALUES, 0, 11, UINT32_MAX, CODE_VARIABLE, 0, CODE_LOOP_NEXT, 7, CODE_END),
     ERR_CORRUPT},
    {"two loops, with a jump within the first",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 18, CODE_VARIABLE, 0, CODE_JUMP_FALSE, 16,
           CODE_LOOP_NEXT, 12, /* to 18 */
           ONE, ONE, CODE_LOOP_RANGE, 1, 36, CODE_VARIABLE, 1, CODE_NOT, CODE_NOT, CODE_NOT,
           CODE_NOT, CODE_NOT, CODE_LOOP_NEXT, 27, CODE_END),
     OK},
    {"a jump from one loop into its neighbour",
     WORDS(ONE, ONE, ONE, CODE_LOOP_RANGE, 0, 18, CODE_VARIABLE, 0, CODE_JUMP_FALSE, 32,
           CODE_LOOP_NEXT, 12, /* to 18 */
           ONE, ONE, CODE_LOOP_RANGE, 1, 36, CODE_VARIABLE, 1, CODE_NOT, CODE_NOT, CODE_NOT,
           CODE_NOT, CODE_NOT, CODE_LOOP_NEXT, 27, CODE_END),
     ERR_CORRUPT},
    {"a variable of no loop", WORDS(CODE_VARIABLE, 0, CODE_END), ERR_CORRUPT},
    {"a string that is not there", WORDS(CODE_FOUND, 0, CODE_END), ERR_CORRUPT},
    {"the string of no loop", WORDS(CODE_FOUND, CODE_CURRENT, CODE_END), ERR_CORRUPT},
    {"an operation that is none", WORDS(CODE_COUNT_OF_OPERATIONS, CODE_END), ERR_CORRUPT},
};

static void
try_code(const struct image *image, const struct faulty *faulty)
{
    struct image changed = *image;
    struct rules *rules = NULL;
    struct err err = {0};
    char *words = mem_alloc(faulty->size); /* of the exact size, for the sanitizer */
    memcpy(words, faulty->words, faulty->size);
    changed.sections[IMAGE_CODE] = (str){words, faulty->size};
    errcode code = rules_open(&changed, &rules, &err);
    tap_eq_i64(code, faulty->code, "%s (%s)", faulty->what, err.text);
    rules_free(rules);
    free(words);
}

int
main(void)
{
    struct yara_options options = {0};
    struct compiler *compiler = compiler_new(&options);
    struct image image;
    struct err err;
    str source = STR("rule r { condition: 1 }");
    tap_no_err(compiler_read(compiler, "t", (str){NULL, 0}, source, &err), &err, "a rule");
    tap_no_err(compiler_finish(compiler, &image, &err), &err, "its image");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        try_code(&image, &cases[i]);
    compiler_free(compiler);
    return tap_done();
}
