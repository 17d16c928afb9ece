/* SPDX-License-Identifier: Apache-2.0 */
/* Strings become patterns: what is compared at an anchor. */
#include "scan/yara/compiler.h"

#include "scan/yara/anchors.h"
#include "scan/yara/base64.h"

static uint32_t
add_pattern(struct compiler *compiler, const struct pattern_record *record)
{
    uint32_t index = compiler_count(compiler, IMAGE_PATTERNS, sizeof *record);
    compiler_add(compiler, IMAGE_PATTERNS, record, sizeof *record);
    return index;
}

static void
link_string(struct compiler *compiler, uint32_t pattern, uint32_t string)
{
    struct link_record link = {pattern, string};
    compiler_add(compiler, IMAGE_LINKS, &link, sizeof link);
}

/* ---- patterns that are there already ----
 * Their identity is what they look for and how. An expression may have become several, one behind
 * the other. */

enum identity_kind { OF_RECORD, OF_REGEX, OF_HEX };
enum { FIRST, COUNT };

static uint32_t
key_space(enum identity_kind kind, unsigned what)
{
    return (uint32_t)kind * 2 + what;
}

static bool
link_known(struct compiler *compiler, enum identity_kind kind, str identity, uint32_t string)
{
    const struct symbols *known = &compiler->patterns;
    const struct symbol *first = symbols_find(known, key_space(kind, FIRST), identity);
    const struct symbol *count = symbols_find(known, key_space(kind, COUNT), identity);
    for (uint32_t i = 0; count && i < count->value; i++)
        link_string(compiler, first->value + i, string);
    return count != NULL;
}

static void
note_known(struct compiler *compiler, enum identity_kind kind, str identity, uint32_t first)
{
    uint32_t all = compiler_count(compiler, IMAGE_PATTERNS, sizeof(struct pattern_record));
    identity = arena_str(&compiler->arena, identity);
    symbols_add(&compiler->patterns, key_space(kind, FIRST), identity, first);
    symbols_add(&compiler->patterns, key_space(kind, COUNT), identity, all - first);
}

/* The pattern of RECORD for the string; true when it is new and wants anchors. */
static bool
take_pattern(struct compiler *compiler, const struct pattern_record *record, uint32_t string,
             uint32_t *ret_pattern)
{
    str identity = {(const char *)record, sizeof *record};
    if (link_known(compiler, OF_RECORD, identity, string))
        return false;
    *ret_pattern = add_pattern(compiler, record);
    link_string(compiler, *ret_pattern, string);
    note_known(compiler, OF_RECORD, identity, *ret_pattern);
    return true;
}

static void
add_form(struct compiler *compiler, uint32_t string, str text,
         const struct string_modifiers *modifiers, bool wide)
{
    struct pattern_record record = {.kind = PATTERN_TEXT};
    struct arena arena = ARENA;
    uint32_t pattern;
    record.flags = wide ? PATTERN_WIDE : 0;
    if (modifiers->xor) {
        record.kind = PATTERN_XOR;
        record.xor_min = modifiers->xor_min;
        record.xor_max = modifiers->xor_max;
    } else if (modifiers->nocase) {
        record.kind = PATTERN_NOCASE;
        text = arena_lower(&arena, text);
    }
    struct text_place place = compiler_text(compiler, text);
    record.data = place.at;
    record.size = place.size;
    if (take_pattern(compiler, &record, string, &pattern)) {
        if (modifiers->xor)
            anchors_add_xor(compiler, pattern, text, record.xor_min, record.xor_max);
        else
            anchors_add_literal(compiler, pattern, (const uint8_t *)text.p, text.n);
    }
    arena_clear(&arena);
}

static str
widened(struct arena *arena, str text)
{
    char *wide = arena_alloc(arena, text.n * 2);
    for (size_t i = 0; i < text.n; i++)
        wide[2 * i] = text.p[i];
    return (str){wide, text.n * 2};
}

/* The three ways in which TEXT may lie in base64, by what stands before it. */
static errcode
add_base64(struct compiler *compiler, uint32_t string, str text,
           const struct string_modifiers *modifiers, struct err *err)
{
    if (text.n < 3)
        return err_set(err, ERR_FORMAT, "a string for base64 has at least 3 bytes");
    str alphabet = modifiers->base64 ? modifiers->alphabet : modifiers->alphabet_wide;
    struct string_modifiers plain = {.ascii = true};
    struct arena arena = ARENA;
    for (unsigned before = 0; before < 3; before++) {
        str form = base64_form(&arena, text, before, alphabet);
        if (modifiers->base64)
            add_form(compiler, string, form, &plain, false);
        if (modifiers->base64wide)
            add_form(compiler, string, widened(&arena, form), &plain, false);
    }
    arena_clear(&arena);
    return OK;
}

errcode
patterns_add_text(struct compiler *compiler, uint32_t string, str text,
                  const struct string_modifiers *modifiers, struct err *err)
{
    bool base64 = modifiers->base64 || modifiers->base64wide;
    struct arena arena = ARENA;
    str wide = widened(&arena, text);
    errcode code = OK;
    if (modifiers->ascii || !modifiers->wide) {
        if (base64)
            code = add_base64(compiler, string, text, modifiers, err);
        else
            add_form(compiler, string, text, modifiers, false);
    }
    if (modifiers->wide && code == OK) {
        if (base64)
            code = add_base64(compiler, string, wide, modifiers, err);
        else
            add_form(compiler, string, wide, modifiers, true);
    }
    arena_clear(&arena);
    return code;
}

static void
add_masked(struct compiler *compiler, uint32_t string, unsigned flags,
           const struct regex_masked *masked)
{
    struct pattern_record record = {.kind = PATTERN_MASKED};
    struct arena arena = ARENA;
    uint32_t pattern;
    char *both = arena_alloc(&arena, masked->count * 2);
    memcpy(both, masked->value, masked->count);
    memcpy(both + masked->count, masked->mask, masked->count);
    record.data = compiler_text(compiler, (str){both, masked->count * 2}).at;
    record.size = (uint32_t)masked->count;
    record.flags = flags & REGEX_WIDE ? PATTERN_WIDE : 0;
    if (take_pattern(compiler, &record, string, &pattern))
        anchors_add_masked(compiler, pattern, masked);
    arena_clear(&arena);
}

static bool
has_flag(const struct compiler *compiler, uint32_t string, uint32_t flag)
{
    const struct string_record *records = (const void *)compiler->sections[IMAGE_STRINGS].p;
    return records[string].flags & flag;
}

/* Runs are looked for before other anchors of the same turn, but pieces of a chain in their order.
 */
static void
add_part(struct compiler *compiler, uint32_t string, const struct regex *regex, unsigned flags,
         const struct regex_part *part)
{
    struct pattern_record record = {.kind = PATTERN_REGEX};
    record.flags = (uint8_t)((flags & REGEX_WIDE ? PATTERN_WIDE : 0) |
                             (part->has_backward ? PATTERN_BACKWARD : 0) |
                             (regex_is_greedy(regex) ? PATTERN_GREEDY : 0));
    record.forward = part->forward;
    record.backward = part->has_backward ? part->backward : 0;
    uint32_t pattern = add_pattern(compiler, &record);
    link_string(compiler, pattern, string);
    anchors_add_literals(compiler, pattern, part->literals, part->literal_count);
    if (part->run >= RUN_LEAST && !has_flag(compiler, string, STRING_PIECE)) {
        anchors_add_run(compiler, pattern, part->first,
                        part->run < RUN_MOST ? part->run : RUN_MOST);
    } else if (part->literal_count == 0) {
        uint8_t first[32];
        for (size_t i = 0; i < sizeof first; i++)
            first[i] = part->can_be_empty ? 0xff : part->first[i];
        anchors_add_set(compiler, pattern, first);
    }
}

static errcode
add_parts(struct compiler *compiler, uint32_t string, const struct regex *regex, unsigned flags,
          struct err *err)
{
    struct regex_part *parts;
    size_t count;
    errcode code = regex_compile(regex, flags, literal_rate, &compiler->arena,
                                 &compiler->sections[IMAGE_REGEX], &parts, &count, err);
    for (size_t i = 0; code == OK && i < count; i++)
        add_part(compiler, string, regex, flags, &parts[i]);
    return code;
}

/* SOURCE is empty for a piece of a chain, which is no expression of its own. */
static errcode
add_regex(struct compiler *compiler, uint32_t string, const struct regex *regex, str source,
          unsigned flags, struct err *err)
{
    struct regex_masked masked;
    if (regex_as_masked(regex, flags, &compiler->arena, &masked)) {
        add_masked(compiler, string, flags, &masked);
        return OK;
    }
    uint32_t first = compiler_count(compiler, IMAGE_PATTERNS, sizeof(struct pattern_record));
    char *identity = arena_alloc(&compiler->arena, source.n + 1);
    identity[0] = (char)flags;
    if (source.n)
        memcpy(identity + 1, source.p, source.n);
    str whole = {identity, source.n + 1};
    enum identity_kind kind = has_flag(compiler, string, STRING_HEX) ? OF_HEX : OF_REGEX;
    if (source.n && link_known(compiler, kind, whole, string))
        return OK;
    errcode code = add_parts(compiler, string, regex, flags, err);
    if (code == OK && source.n)
        note_known(compiler, kind, whole, first);
    return code;
}

static uint32_t
add_piece(struct compiler *compiler, uint32_t string, const struct regex_piece *piece, bool last)
{
    struct string_record record;
    memcpy(&record, compiler->sections[IMAGE_STRINGS].p + string * sizeof record, sizeof record);
    record.flags |= STRING_PIECE | (last ? STRING_LAST : 0u);
    record.pieces = 0;
    record.gap_min = piece->gap_min;
    record.gap_max = piece->gap_max;
    uint32_t index = compiler_count(compiler, IMAGE_STRINGS, sizeof record);
    compiler_add(compiler, IMAGE_STRINGS, &record, sizeof record);
    return index;
}

static void
set_pieces(struct compiler *compiler, uint32_t string, size_t count)
{
    struct string_record *records = (void *)compiler->sections[IMAGE_STRINGS].p;
    records[string].pieces = (uint32_t)count;
}

errcode
patterns_add_regex(struct compiler *compiler, uint32_t string, struct regex *regex, str source,
                   unsigned flags, const struct string_modifiers *modifiers, struct err *err)
{
    struct regex_piece *pieces;
    size_t count;
    errcode code = OK;
    if (modifiers->wide) {
        if (modifiers->ascii)
            code = add_regex(compiler, string, regex, source, flags, err);
        return code == OK ? add_regex(compiler, string, regex, source, flags | REGEX_WIDE, err)
                          : code;
    }
    regex_split(regex, &compiler->arena, &pieces, &count);
    if (count == 1)
        return add_regex(compiler, string, pieces[0].regex, source, flags, err);
    for (size_t i = 0; i < count && code == OK; i++)
        code = add_regex(compiler, add_piece(compiler, string, &pieces[i], i + 1 == count),
                         pieces[i].regex, (str){NULL, 0}, flags, err);
    set_pieces(compiler, string, count);
    return code;
}
