/* SPDX-License-Identifier: Apache-2.0 */
/* Logical expressions as YARA's conditions. In ClamAV each node has a number of matches beside its
 * truth, which is 0 while it is not true: that of a part, or the sum of its children's. Only where
 * a comparison stands above a node is that number written. */
#include "scan/clamav/load.h"
#include "scan/clamav/logic.h"

struct texts {
    str found;    /* true when the node is */
    int strength; /* how tight FOUND binds: 0 or, 1 and, 2 needs no parentheses */
    str matches;  /* the number; 0 while FOUND is false; empty when not asked for */
};
struct writer {
    const struct logic *logic;
    const struct logic_part *parts;
    struct arena *arena;
    struct texts *texts; /* one a node */
    bool *is_counted;    /* a comparison above needs its number */
    bool *is_required;   /* what stands above is true only when it is */
    struct err *err;
};

static void
mark_counted(struct writer *w)
{
    for (size_t i = w->logic->count; i-- > 0;) {
        const struct logic_node *node = &w->logic->nodes[i];
        bool counted = w->is_counted[i] || node->compare;
        if (node->kind == LOGIC_PART)
            continue;
        w->is_counted[node->left] = w->is_counted[node->right] = counted;
        w->is_required[node->left] = w->is_required[node->right] = node->kind == LOGIC_AND;
    }
}

static const char *
open_of(const struct texts *texts, int strength)
{
    return texts->strength < strength ? "(" : "";
}

static const char *
close_of(const struct texts *texts, int strength)
{
    return texts->strength < strength ? ")" : "";
}

/* The node before its comparison. */
static errcode
write_plain(struct writer *w, size_t i, struct texts *ret)
{
    const struct logic_node *node = &w->logic->nodes[i];
    bool counted = w->is_counted[i] || node->compare;
    if (node->kind == LOGIC_PART) {
        const struct logic_part *part = &w->parts[node->part];
        *ret = (struct texts){part->found, 2, counted ? part->matches : (str){0}};
        if (counted && !part->matches.n)
            return err_set(w->err, part->refused, "sub-signature %u: %s", node->part, part->reason);
        return OK;
    }
    const struct texts *a = &w->texts[node->left], *b = &w->texts[node->right];
    ret->strength = node->kind == LOGIC_AND ? 1 : 0;
    errcode code =
        load_text(w->arena, &ret->found, w->err, "%s%.*s%s %s %s%.*s%s", open_of(a, ret->strength),
                  STR_ARG(a->found), close_of(a, ret->strength), ret->strength ? "and" : "or",
                  open_of(b, ret->strength), STR_ARG(b->found), close_of(b, ret->strength));
    if (code == OK && counted)
        code = load_text(w->arena, &ret->matches, w->err, "%.*s + %.*s", STR_ARG(a->matches),
                         STR_ARG(b->matches));
    return code;
}

/* The bits of the parts below node I when all joints are of KIND and nothing is compared. */
static bool
parts_below(const struct writer *w, size_t i, enum logic_kind kind, uint64_t *ret)
{
    const struct logic_node *nodes = w->logic->nodes;
    bool *below = arena_alloc(w->arena, i + 1);
    below[i] = true;
    uint64_t parts = 0;
    for (size_t n = i + 1; n-- > 0;) {
        if (!below[n])
            continue;
        if ((n != i && nodes[n].compare) || (nodes[n].kind != LOGIC_PART && nodes[n].kind != kind))
            return false;
        if (nodes[n].kind == LOGIC_PART)
            parts |= (uint64_t)1 << nodes[n].part;
        else
            below[nodes[n].left] = below[nodes[n].right] = true;
    }
    *ret = parts;
    return true;
}

/* "2 of ($0, $1, $2)": the condition that enough different parts are there. */
static errcode
write_different(struct writer *w, size_t i, str *ret)
{
    const struct logic_node *node = &w->logic->nodes[i];
    uint64_t parts;
    if (node->kind == LOGIC_AND && parts_below(w, i, LOGIC_AND, &parts)) {
        *ret = (uint64_t)__builtin_popcountll(parts) >= node->different ? STR("") : STR("false");
        return OK;
    }
    if (!parts_below(w, i, LOGIC_OR, &parts))
        return err_set(w->err, ERR_UNSUPPORTED,
                       "different sub-signatures are counted over more than one operator");
    str sum = {0};
    errcode code = OK;
    for (uint32_t part = 0; part < 64 && code == OK; part++)
        if (parts >> part & 1)
            code = load_text(w->arena, &sum, w->err, "%.*s%sclamav.when(%.*s, 1)", STR_ARG(sum),
                             sum.n ? " + " : "", STR_ARG(w->parts[part].found));
    if (code == OK)
        code = load_text(w->arena, ret, w->err, "%.*s >= %llu", STR_ARG(sum),
                         (unsigned long long)node->different);
    return code;
}

/* Puts the comparison into TEXTS. Without FOUND the number is 0, which `<` and `=0` accept. */
static errcode
write_compare(struct writer *w, size_t i, struct texts *texts)
{
    const struct logic_node *node = &w->logic->nodes[i];
    const char *sign = node->compare == '=' ? "==" : node->compare == '<' ? "<" : ">";
    bool takes_none = !node->different && ((node->compare == '<' && node->matches) ||
                                           (node->compare == '=' && node->matches == 0));
    str different = {0}, compared;
    errcode code = load_text(w->arena, &compared, w->err, "%.*s %s %llu", STR_ARG(texts->matches),
                             sign, (unsigned long long)node->matches);
    if (code == OK && node->different)
        code = write_different(w, i, &different);
    if (code != OK)
        return code;
    bool is_sum = node->kind == LOGIC_AND; /* which is not 0 when one child is missing */
    str found = texts->found;
    if (!is_sum)
        found = compared;
    else if (takes_none)
        code = load_text(w->arena, &found, w->err, "(not (%.*s) or %.*s)", STR_ARG(texts->found),
                         STR_ARG(compared));
    else
        code = load_text(w->arena, &found, w->err, "%.*s and %.*s", STR_ARG(texts->found),
                         STR_ARG(compared));
    texts->strength = is_sum && !takes_none ? 1 : 2;
    if (code == OK && different.n) {
        code = load_text(w->arena, &found, w->err, "%.*s and %.*s", STR_ARG(found),
                         STR_ARG(different));
        texts->strength = 1;
    }
    texts->found = found;
    return code;
}

/* MATCHES as a number that is 0 while CONDITION does not hold; what is required by the node above
 * goes without, since that node's number is 0 then. */
static errcode
write_when(struct writer *w, str condition, str *matches)
{
    return load_text(w->arena, matches, w->err, "clamav.when(%.*s, %.*s)", STR_ARG(condition),
                     STR_ARG(*matches));
}

static errcode
write_node(struct writer *w, size_t i)
{
    const struct logic_node *node = &w->logic->nodes[i];
    struct texts texts = {0};
    errcode code = write_plain(w, i, &texts);
    str plain = texts.found;
    if (code == OK && node->compare)
        code = write_compare(w, i, &texts);
    bool needs_when = w->is_counted[i] && !w->is_required[i];
    if (code == OK && needs_when && node->kind == LOGIC_AND)
        code = write_when(w, plain, &texts.matches);
    if (code == OK && needs_when && node->compare)
        code = write_when(w, texts.found, &texts.matches);
    w->texts[i] = texts;
    return code;
}

errcode
logic_write(const struct logic *logic, const struct logic_part *parts, struct arena *arena,
            str *ret, struct err *err)
{
    struct writer w = {.logic = logic, .parts = parts, .arena = arena, .err = err};
    w.texts = arena_alloc(arena, logic->count * sizeof *w.texts);
    w.is_counted = arena_alloc(arena, logic->count * sizeof *w.is_counted);
    w.is_required = arena_alloc(arena, logic->count * sizeof *w.is_required);
    mark_counted(&w);
    errcode code = OK;
    for (size_t i = 0; i < logic->count && code == OK; i++)
        code = write_node(&w, i);
    if (code == OK)
        *ret = w.texts[logic->count - 1].found;
    return code;
}
