/* SPDX-License-Identifier: Apache-2.0 */
/* Matches of strings, and pieces of chains becoming matches. */
#include "base/require.h"
#include "scan/rules/scanner.h"
#include "scan/scan.h"

enum { CUT_REACH = 2 }; /* bytes beside a match that may be looked at */

static bool
is_alphanumeric(uint8_t c)
{
    return ascii_is_digit((char)c) || (ascii_lower((char)c) >= 'a' && ascii_lower((char)c) <= 'z');
}

/* A wide text stands among wide letters, whose second byte is zero. */
static bool
word_begins(str block, size_t start, bool wide)
{
    const uint8_t *data = (const uint8_t *)block.p;
    if (!wide)
        return start < 1 || !is_alphanumeric(data[start - 1]);
    return start < 2 || data[start - 1] != 0 || !is_alphanumeric(data[start - 2]);
}

bool
scanner_word_ends(str block, size_t end, bool wide)
{
    const uint8_t *data = (const uint8_t *)block.p;
    if (!wide)
        return end >= block.n || !is_alphanumeric(data[end]);
    return end + 1 >= block.n || data[end + 1] != 0 || !is_alphanumeric(data[end]);
}

static struct matches *
touch(struct scanner *scanner, uint32_t string)
{
    if (!(scanner->states[string] & STATE_TOUCHED)) {
        scanner->states[string] |= STATE_TOUCHED;
        scanner->touched[scanner->touched_count++] = string;
    }
    return &scanner->matches[string];
}

/* Where pieces of chains are gone, there is room before those that are left. */
static void
make_room(struct scanner *scanner, struct matches *matches)
{
    if (matches->count < matches->room)
        return;
    if (matches->gone > 0 && matches->gone >= matches->count) {
        memmove(matches->items - matches->gone, matches->items,
                matches->count * sizeof *matches->items);
        matches->items -= matches->gone;
        matches->room += matches->gone;
        matches->gone = 0;
        return;
    }
    uint32_t room = matches->count < 4 ? 8 : matches->count * 2;
    struct match *items = arena_alloc(&scanner->arena, room * sizeof *items);
    if (matches->count)
        memcpy(items, matches->items, matches->count * sizeof *items);
    matches->items = items;
    matches->room = room;
    matches->gone = 0;
}

/* The first match at OFFSET or behind it. Most are added at the end. */
static uint32_t
find_place(const struct matches *matches, uint64_t offset)
{
    uint32_t low = 0, high = matches->count;
    if (high == 0 || matches->items[high - 1].offset < offset)
        return high;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (matches->items[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A process may change or end, so what matched there is copied. */
static const char *
data_to_keep(struct scanner *scanner, const struct match *match)
{
    if (!scanner->is_process || !scanner->every)
        return NULL;
    size_t n = match->length < SCAN_DATA_MAX ? match->length : SCAN_DATA_MAX;
    size_t at = (size_t)(match->offset - scanner->base);
    if (match->offset < scanner->base || at > scanner->data.n || scanner->data.n - at < n)
        return NULL;
    return arena_str(&scanner->arena, (str){scanner->data.p + at, n}).p;
}

/* At one offset a greedy string keeps its longest match, others their shortest. */
static void
insert(struct scanner *scanner, uint32_t string, struct match match, bool greedy)
{
    struct matches *matches = touch(scanner, string);
    uint32_t at = find_place(matches, match.offset);
    if (at < matches->count && matches->items[at].offset == match.offset) {
        if (greedy ? match.length > matches->items[at].length
                   : match.length < matches->items[at].length) {
            match.data = data_to_keep(scanner, &match);
            matches->items[at] = match;
        }
        return;
    }
    if (matches->count == MATCHES_MAX) {
        scanner->states[string] |= STATE_DONE;
        scanner->too_many = true;
        return;
    }
    match.data = data_to_keep(scanner, &match);
    make_room(scanner, matches);
    memmove(&matches->items[at + 1], &matches->items[at],
            (matches->count - at) * sizeof *matches->items);
    matches->items[at] = match;
    matches->count++;
}

static void
add_whole(struct scanner *scanner, uint32_t string, uint64_t offset, size_t length, uint8_t key)
{
    const struct string_record *record = &scanner->rules->strings[string];
    if ((record->flags & STRING_FIXED) && offset != (uint64_t)record->fixed_offset)
        return;
    struct match match = {.offset = offset,
                          .length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length,
                          .key = key};
    insert(scanner, string, match, record->flags & STRING_GREEDY);
    if ((record->flags & STRING_SINGLE) && !scanner->every)
        for (uint32_t i = 0; i <= record->pieces; i++)
            scanner->states[string + i] |= STATE_DONE;
}

/* Whether what is seen of a match could be wrong because the block goes on: a letter beside a word,
 * a begin or end of the data, a longer match. The block that overlaps this one shows it whole. */
static bool
is_at_cut(const struct scanner *scanner, size_t start, size_t length)
{
    return (scanner->cut_begin && start < CUT_REACH) ||
           (scanner->cut_end && scanner->data.n - start < length + CUT_REACH);
}

void
scanner_add_match(struct scanner *scanner, uint32_t string, size_t start, size_t length,
                  uint8_t key, bool wide)
{
    const struct string_record *record = &scanner->rules->strings[string];
    if ((scanner->states[string] & STATE_DONE) || is_at_cut(scanner, start, length))
        return;
    if (record->flags & STRING_PIECE) {
        scanner_add_piece(scanner, string, start, length);
        return;
    }
    if ((record->flags & STRING_FULLWORD) &&
        !(word_begins(scanner->data, start, wide) &&
          scanner_word_ends(scanner->data, start + length, wide)))
        return;
    add_whole(scanner, string, scanner->base + start, length, key);
}

/* ---- chains ----
 * A piece is kept when a piece before it is linked to it, so that each kept one ends a beginning of
 * the chain. The last piece confirms the first pieces that lead to it, which are matches then. All
 * pieces on the way are kept no longer: what leads to them was confirmed just now. So each piece is
 * taken away once, and what stays are those that stand too near behind one another. */

/* How much nearer to the begin a piece that is found later may stand. */
enum { DISORDER = 4 * REGEX_REACH };

static bool
in_gap(const struct string_record *piece, uint64_t end, uint64_t start)
{
    return start >= end && start - end >= piece->gap_min &&
           (piece->gap_max == UINT32_MAX || start - end <= piece->gap_max);
}

/* What begins at OFFSET ends too far before each PIECE from START on. */
static bool
is_too_far(const struct string_record *piece, uint64_t offset, uint64_t start)
{
    return piece->gap_max != UINT32_MAX && offset + piece->gap_max + DISORDER < start;
}

/* How many begin early enough to end before the gap of PIECE, which begins at START. */
static uint32_t
early_enough(const struct matches *before, const struct string_record *piece, uint64_t start)
{
    return start < piece->gap_min ? 0 : find_place(before, start - piece->gap_min + 1);
}

/* Without a bound the first ones are the most likely; with one the nearest, and behind far ones
 * there are only farther ones. */
static bool
has_link(struct scanner *scanner, uint32_t string, uint64_t start)
{
    const struct string_record *piece = &scanner->rules->strings[string];
    const struct matches *before = &scanner->matches[string - 1];
    bool bounded = piece->gap_max != UINT32_MAX;
    uint32_t count = early_enough(before, piece, start);
    for (uint32_t i = 0; i < count && !scanner_tick(scanner); i++) {
        const struct match *match = &before->items[bounded ? count - 1 - i : i];
        if (in_gap(piece, match->offset + match->length, start))
            return true;
        if (is_too_far(piece, match->offset, start))
            return false;
    }
    return false;
}

/* Pieces that lead on, by offset; owned. */
struct leading {
    struct match *items;
    uint32_t count;
};

static bool
leads_to(const struct string_record *piece, uint64_t end, const struct leading *wanted)
{
    uint32_t low = 0, high = wanted->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (wanted->items[middle].offset < end + piece->gap_min)
            low = middle + 1;
        else
            high = middle;
    }
    return low < wanted->count && in_gap(piece, end, wanted->items[low].offset);
}

/* Replaces WANTED, which are matches of PIECE, by those of the piece before it that lead to them.
 * These are taken away, and those that are too far for good. */
static void
step_back(struct scanner *scanner, uint32_t piece, struct leading *wanted)
{
    const struct string_record *record = &scanner->rules->strings[piece];
    struct matches *before = &scanner->matches[piece - 1];
    uint32_t end = early_enough(before, record, wanted->items[wanted->count - 1].offset);
    uint32_t from = end, kept = end, first = end;
    struct match *found = mem_calloc((size_t)end + 1, sizeof *found);
    while (from > 0 &&
           !is_too_far(record, before->items[from - 1].offset, wanted->items[0].offset)) {
        struct match match = before->items[--from];
        if (leads_to(record, match.offset + match.length, wanted))
            found[--first] = match;
        else
            before->items[--kept] = match;
    }
    before->items += kept;
    before->count -= kept;
    before->room -= kept;
    before->gone += kept;
    free(wanted->items);
    memmove(found, found + first, (end - first) * sizeof *found);
    *wanted = (struct leading){found, end - first};
}

static void
confirm(struct scanner *scanner, uint32_t last, struct match match)
{
    struct leading wanted = {mem_calloc(1, sizeof match), 1};
    wanted.items[0] = match;
    uint32_t piece = last;
    for (; wanted.count > 0 && scanner->rules->strings[piece - 1].flags & STRING_PIECE; piece--)
        step_back(scanner, piece, &wanted);
    for (uint32_t i = 0; i < wanted.count; i++)
        add_whole(scanner, piece - 1, wanted.items[i].offset,
                  match.offset + match.length - wanted.items[i].offset, 0);
    free(wanted.items);
}

void
scanner_add_piece(struct scanner *scanner, uint32_t string, size_t start, size_t length)
{
    const struct string_record *record = &scanner->rules->strings[string];
    struct match match = {.offset = scanner->base + start, .length = (uint32_t)length};
    bool is_first = !(record[-1].flags & STRING_PIECE);
    if (!is_first && !has_link(scanner, string, match.offset))
        return;
    if (record->flags & STRING_LAST)
        confirm(scanner, string, match);
    else
        insert(scanner, string, match, false);
}
