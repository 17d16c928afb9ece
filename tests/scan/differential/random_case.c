/* SPDX-License-Identifier: Apache-2.0 */
#include "random_case.h"

#include "scan/yara/base64.h"

void
random_case_clear(struct random_case *random)
{
    buf_clear(&random->source);
    for (size_t i = 0; i < TEXTS_MAX; i++)
        buf_clear(&random->data[i]);
}

/* ---- data ---- */

static void
noise(struct random_case *random, struct buf *data, uint32_t count)
{
    while (count-- > 0)
        buf_char(data, "aabbccdd  AB1_\0\0\n\xff"[choose(random->choices, 18)]);
}

static char
flipped(struct random_case *random, char c)
{
    return chance(random->choices, 2) ? ascii_upper(c) : ascii_lower(c);
}

/* The sample as it may stand in a file. */
static void
place_sample(struct random_case *random, struct buf *data, const struct random_string *string)
{
    bool wide = string->wide && !chance(random->choices, 3);
    uint8_t key = 0;
    if (string->xor_max > 0)
        key = (uint8_t)(string->xor_min +
                        choose(random->choices, string->xor_max - string->xor_min + 1u));
    size_t n = string->sample_size;
    size_t wrong = chance(random->choices, 4) ? choose(random->choices, 8) : n;
    for (size_t i = 0; i < n; i++) {
        char c = string->nocase ? flipped(random, string->sample[i]) : string->sample[i];
        buf_char(data, (char)((i == wrong ? 'x' : c) ^ key));
        if (wide)
            buf_char(data, (char)key);
    }
}

static void
place_base64(struct random_case *random, struct buf *data, const struct random_string *string)
{
    struct arena arena = ARENA;
    str text = {string->sample, string->sample_size};
    str form = base64_form(&arena, text, choose(random->choices, 3), (str){NULL, 0});
    bool wide = chance(random->choices, 2);
    for (size_t i = 0; i < form.n; i++) {
        buf_char(data, form.p[i]);
        if (wide)
            buf_char(data, 0);
    }
    arena_clear(&arena);
}

static void
make_data(struct random_case *random, struct buf *data)
{
    buf_reset(data);
    for (uint32_t pieces = choose(random->choices, 7); pieces > 0; pieces--) {
        const struct random_rule *rule =
            &random->rules[choose(random->choices, (uint32_t)random->rule_count)];
        noise(random, data, choose(random->choices, 4) ? choose(random->choices, 5) : 0);
        if (rule->string_count == 0)
            continue;
        const struct random_string *string =
            &rule->strings[choose(random->choices, (uint32_t)rule->string_count)];
        if (string->vague && string->sample_size >= 3 && chance(random->choices, 3))
            place_base64(random, data, string);
        else
            place_sample(random, data, string);
        if (chance(random->choices, 24))
            noise(random, data, 200);
    }
    noise(random, data, choose(random->choices, 6));
}

/* ---- rules ---- */

static void
make_rule(struct random_case *random)
{
    static const char *const kinds[] = {"", "", "", "", "", "", "private ", "global "};
    struct random_rule *rule = &random->rules[random->rule_count];
    random->rule = rule;
    random->depth = random->loops = random->string_loops = 0;
    uint32_t kind = choose(random->choices, 8);
    rule->is_private = kind == 6;
    buf_printf(&random->source, "%srule r%zu {\n", kinds[kind], random->rule_count);
    random->rule_count++;
    rule->string_count = choose(random->choices, STRINGS_MAX + 1);
    if (rule->string_count)
        buf_z(&random->source, "  strings:\n");
    for (size_t i = 0; i < rule->string_count; i++)
        random_string_make(random, &rule->strings[i]);
    buf_z(&random->source, "  condition:\n");
    random_condition_make(random);
    buf_z(&random->source, "\n}\n");
}

void
random_case_make(struct random_case *random, struct choices *choices)
{
    random->choices = choices;
    random->rule_count = 0;
    random->source.cap = (size_t)1 << 20;
    buf_reset(&random->source);
    buf_z(&random->source, "import \"math\"\nimport \"hash\"\n");
    for (uint32_t count = 1 + choose(choices, RULES_MAX); count > 0; count--)
        make_rule(random);
    random->texts = 1 + choose(choices, TEXTS_MAX);
    for (size_t i = 0; i < random->texts; i++) {
        random->data[i].cap = (size_t)1 << 20;
        make_data(random, &random->data[i]);
    }
}
