/* SPDX-License-Identifier: Apache-2.0 */
/* A record is found 64 bytes at a time: masks of the quotes, separators and line ends, the parity
 * of the quotes to know which separators count, and then a jump from one set bit to the next.
 * Quotes in other places than around a whole cell make a record "odd"; only those are read again,
 * byte for byte, the way Python's csv module (and so IntelMQ) reads them. */
#include "intel/formats/csv.h"

#include "base/block64.h"

void
csv_init(struct csv *csv, str text, char separator)
{
    *csv = (struct csv){.separator = separator, .next_line = 1, .fast = block64_has_fast()};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    csv->next = text.n ? text.p : "";
    csv->end = csv->next + text.n;
}

void
csv_clear(struct csv *csv)
{
    arena_clear(&csv->arena);
}

void
csv_expect(struct csv *csv, size_t columns)
{
    csv->columns = columns;
}

enum { VAIN_MAX = 64 << 20 };

enum find {
    FIND_DONE,
    FIND_ODD,
    FIND_OPEN_QUOTE,
    FIND_CONTROL,
    FIND_TOO_LONG,
    FIND_TOO_MANY,
};

/* What one pass over a record learns. */
struct found {
    size_t bytes;    /* up to the line end, without it */
    size_t skip;     /* with the line end */
    size_t newlines; /* inside quotes */
    size_t cells;
    unsigned char control;
};

static inline uint64_t
below(unsigned bit)
{
    return bit >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bit) - 1;
}

/* True when a control byte other than tab and CR is among the bits of CONTROL. *RET_TABS gets the
 * tabs. */
static bool
bad_control(const char *p, uint64_t control, uint64_t *ret_tabs, unsigned char *ret)
{
    for (; control; control &= control - 1) {
        char c = p[__builtin_ctzll(control)];
        if (c == '\t') {
            *ret_tabs |= control & -control;
        } else if (c != '\r') {
            *ret = (unsigned char)c;
            return true;
        }
    }
    return false;
}

typedef void scan64(const char *p, char separator, struct block64 *out);

/* The one loop that every byte of a feed goes through. Inlined with each scanner. */
static inline __attribute__((always_inline)) enum find
find_record(struct csv *csv, struct found *ret, scan64 *scan)
{
    const char *p = csv->next;
    size_t left = (size_t)(csv->end - p);
    uint64_t inside_before = 0, end_before = 1, close_before = 0, cr_before = 0, odd = 0;
    uint32_t *out = csv->ends;
    for (size_t at = 0;; at += 64) {
        struct block64 block;
        char tail[64] = {0};
        bool last = left - at < 64;
        if (__builtin_expect(last, 0)) {
            memcpy(tail, p + at, left - at);
            scan(tail, csv->separator, &block);
            uint64_t real = below((unsigned)(left - at));
            block.newline = (block.newline & real) | (real + 1); /* the end ends a record too */
            block.quote &= real;
            block.separator &= real;
            block.control &= real;
        } else {
            scan(p + at, csv->separator, &block);
        }
        uint64_t inside = block64_parity(block.quote) ^ inside_before;
        inside_before = (uint64_t)((int64_t)inside >> 63);
        uint64_t newline = block.newline & ~inside;
        uint64_t end = (block.separator & ~inside) | newline;
        uint64_t mine = newline ? (newline ^ (newline - 1)) : ~UINT64_C(0);
        uint64_t control = block.control & ~block.newline & mine, tabs = 0;
        if (__builtin_expect(control != 0, 0) && bad_control(p + at, control, &tabs, &ret->control))
            return FIND_CONTROL;
        /* A quote opens right behind a separator, and closes right before one or a CRLF. */
        uint64_t open = block.quote & inside, close = block.quote & ~inside;
        uint64_t behind = close << 1 | close_before, cr = behind & control & ~tabs;
        uint64_t misplaced = (open & ~(end << 1 | end_before)) | (behind & ~(end | cr)) |
                             ((cr << 1 | cr_before) & ~newline);
        end_before = end >> 63;
        close_before = close >> 63;
        cr_before = cr >> 63;
        odd |= misplaced & mine;
        uint64_t quoted_newline = block.newline & inside & mine;
        if (__builtin_expect(quoted_newline != 0, 0))
            ret->newlines += (size_t)__builtin_popcountll(quoted_newline);
        for (end &= mine; end; end &= end - 1)
            *out++ = (uint32_t)at + (uint32_t)__builtin_ctzll(end);
        if (newline) {
            ret->bytes = at + (size_t)__builtin_ctzll(newline);
            ret->skip = ret->bytes + (ret->bytes < left);
            ret->cells = (size_t)(out - csv->ends);
            if (ret->cells > LIMIT_COLUMNS)
                return FIND_TOO_MANY;
            return odd ? FIND_ODD : FIND_DONE;
        }
        if (last)
            return FIND_OPEN_QUOTE; /* the last block always has an end of record, unless quoted */
        if (__builtin_expect(out > csv->ends + LIMIT_COLUMNS, 0))
            return FIND_TOO_MANY;
        if (__builtin_expect(at >= LIMIT_LINE, 0))
            return inside_before ? FIND_OPEN_QUOTE : FIND_TOO_LONG;
    }
}

static enum find
find_plain(struct csv *csv, struct found *ret)
{
    return find_record(csv, ret, block64_scan);
}

BLOCK64_FAST static enum find
find_fast(struct csv *csv, struct found *ret)
{
    return find_record(csv, ret, block64_scan_fast);
}

/* Where the cell at P ends, before STOP. In an unquoted cell a quote is a letter; in a quoted one a
 * doubled quote is one quote, and what follows the closing quote is kept. *QUOTED stays true when
 * the quote is not closed. */
static const char *
odd_cell_end(const char *p, const char *stop, char separator, bool *quoted)
{
    for (; p < stop && (*quoted || (*p != separator && *p != '\n')); p++) {
        if (*p != '"' || !*quoted)
            continue;
        if (p + 1 < stop && p[1] == '"')
            p++;
        else
            *quoted = false;
    }
    return p;
}

/* Byte by byte, for records with quotes in odd places. Each line of a hostile file can seem to open
 * a record as long as is allowed; after VAIN_MAX bytes were read in vain, records with odd quotes
 * must be shorter. */
static enum find
find_odd(struct csv *csv, struct found *ret)
{
    size_t left = (size_t)(csv->end - csv->next);
    size_t most = csv->vain < VAIN_MAX ? LIMIT_LINE : LIMIT_CELL;
    size_t room = left < most ? left : most;
    const char *p = csv->next, *stop = p + room;
    arena_reset(&csv->arena);
    str *cells = arena_alloc(&csv->arena, LIMIT_COLUMNS * sizeof *cells);
    *ret = (struct found){0};
    for (bool more = true; more;) {
        if (ret->cells == LIMIT_COLUMNS) {
            csv->vain += (size_t)(p - csv->next);
            return FIND_TOO_MANY;
        }
        bool quoted = p < stop && *p == '"';
        const char *from = p + quoted;
        p = odd_cell_end(from, stop, csv->separator, &quoted);
        if (quoted || (p == stop && room < left)) {
            csv->vain += room;
            return quoted ? FIND_OPEN_QUOTE : FIND_TOO_LONG;
        }
        cells[ret->cells++] = (str){from, (size_t)(p - from)};
        more = p < stop && *p == csv->separator;
        p += more;
    }
    ret->bytes = (size_t)(p - csv->next);
    ret->skip = ret->bytes + (p < csv->end);
    uint64_t tabs = 0;
    for (const char *c = csv->next; c < p; c++) {
        ret->newlines += *c == '\n';
        if ((unsigned char)*c < ' ' && *c != '\n' && bad_control(c, 1, &tabs, &ret->control))
            return FIND_CONTROL;
    }
    csv->odd = cells;
    return FIND_ODD;
}

/* Cell text as find_odd delimited it → without the quotes that only mark. */
static str
odd_text(struct csv *csv, str raw)
{
    bool quoted = raw.p > csv->record && raw.p[-1] == '"' &&
                  (raw.p - 1 == csv->record || raw.p[-2] == csv->separator);
    if (!quoted)
        return raw;
    char *text = arena_alloc(&csv->arena, raw.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        bool quote = raw.p[i] == '"';
        if (quote && quoted && i + 1 < raw.n && raw.p[i + 1] == '"')
            text[n++] = raw.p[i++];
        else if (quote && quoted)
            quoted = false;
        else
            text[n++] = raw.p[i];
    }
    return (str){text, n};
}

/* Leaves the record and goes on with the next line of the file. */
static enum csv_result
refuse(struct csv *csv, enum find reason, const struct found *found, struct err *err)
{
    const char *newline = memchr(csv->record, '\n', (size_t)(csv->end - csv->record));
    csv->next = newline ? newline + 1 : csv->end;
    csv->next_line = csv->line + 1;
    csv->cells = 0;
    csv->odd = NULL;
    switch (reason) {
    case FIND_OPEN_QUOTE:
        err_set(err, ERR_FORMAT, "a quote is opened and never closed");
        break;
    case FIND_CONTROL:
        err_set(err, ERR_FORMAT, "control byte 0x%02x", (unsigned)found->control);
        break;
    case FIND_TOO_LONG:
        err_set(err, ERR_LIMIT, "longer than %d bytes", LIMIT_LINE);
        break;
    case FIND_TOO_MANY:
        err_set(err, ERR_LIMIT, "more than %d cells", LIMIT_COLUMNS);
        break;
    default:
        err_set(err, ERR_FORMAT, "%zu cells where the header has %zu", found->cells, csv->columns);
        break;
    }
    return CSV_REFUSED;
}

/* The record is found: its last cell without CR, odd cells as they are meant. */
static void
finish(struct csv *csv, const struct found *found)
{
    bool cr = found->bytes && csv->record[found->bytes - 1] == '\r';
    csv->cells = found->cells;
    if (!csv->odd) {
        csv->ends[found->cells - 1] -= cr;
        return;
    }
    str *last = &csv->odd[found->cells - 1];
    if (cr && last->n)
        last->n--;
    for (size_t i = 0; i < found->cells; i++)
        csv->odd[i] = odd_text(csv, csv->odd[i]);
}

/* The right number of cells; empty ones too many are cut off. */
static bool
expected(struct csv *csv)
{
    if (!csv->columns || csv->cells == csv->columns)
        return true;
    if (csv->cells < csv->columns)
        return false;
    for (size_t i = csv->columns; i < csv->cells; i++)
        if (csv_cell(csv, i).n)
            return false;
    csv->cells = csv->columns;
    return true;
}

bool
csv_has_cr(const struct csv *csv)
{
    for (size_t i = 0; i < csv->cells; i++) {
        str cell = str_trim(csv_cell(csv, i));
        if (cell.n && memchr(cell.p, '\r', cell.n))
            return true;
    }
    return false;
}

enum csv_result
csv_next(struct csv *csv, struct err *err)
{
    for (;;) {
        if (csv->next == csv->end)
            return CSV_END;
        struct found found = {0};
        csv->record = csv->next;
        csv->line = csv->next_line;
        csv->odd = NULL;
        enum find state = csv->fast ? find_fast(csv, &found) : find_plain(csv, &found);
        if (__builtin_expect(state != FIND_DONE, 0) && state < FIND_TOO_LONG)
            state = find_odd(csv, &found); /* where a record ends, one odd quote can hide */
        if (__builtin_expect(state > FIND_ODD, 0))
            return refuse(csv, state, &found, err);
        finish(csv, &found);
        bool empty = csv->cells == 1 && !csv_cell(csv, 0).n;
        if (!empty && !expected(csv))
            return refuse(csv, FIND_DONE, &found, err);
        csv->next += found.skip;
        csv->next_line += found.newlines + 1;
        if (!empty)
            return CSV_RECORD;
    }
}
