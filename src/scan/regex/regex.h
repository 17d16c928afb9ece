/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions and hex strings of YARA 4.5 ("Writing YARA rules"), compiled into programs
 * that run in time linear in the text, whatever the expression: no backtracking over the text.
 *
 * To find a pattern in a file one looks for a literal that each match must contain (the anchor),
 * and then checks what stands before and behind it. So a pattern is compiled into parts: a match of
 * the pattern is a match of one of its parts, and a part is split at a point of a top-level
 * sequence, where each of its matches continues with one of the part's literals. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum {
    REGEX_NOCASE = 1, /* letters of either case (ASCII) */
    REGEX_DOTALL = 2, /* '.' is a newline too */
    REGEX_WIDE = 4,   /* each byte of the text is followed by a zero byte (UTF-16 of ASCII) */
};
enum {
    REGEX_LITERAL_MAX = 16,   /* bytes kept of a literal */
    REGEX_PART_LITERALS = 64, /* literals of a part, at most */
    REGEX_REACH = 4096,       /* bytes that a match may have on each side of its split */
};

struct regex; /* parsed; in its arena */

/* TEXT stands between the slashes, escapes as written; FLAGS as its suffixes say (i, s).
 * Caps on length, nesting and counts are ERR_LIMIT; else ERR_FORMAT with the position and reason.
 * What libyara 4.5 refuses is refused, what it takes is taken. */
errcode regex_parse(str text, unsigned flags, struct arena *arena, struct regex **ret,
                    struct err *err);
/* TEXT stands between the braces of a hex string, comments and line ends included: bytes, `?`
 * nibbles, `~` negated bytes, jumps, alternatives in parentheses. */
errcode regex_parse_hex(str text, struct arena *arena, struct regex **ret, struct err *err);

/* A hex string with jumps longer than 200 bytes or without end is a chain of pieces, each found
 * on its own: piece I + 1 begins GAP_MIN to GAP_MAX bytes behind the end of piece I. The same for
 * an ungreedy `.{n,m}?` of a regular expression. One piece when there is no such jump. */
struct regex_piece {
    struct regex *regex;
    uint32_t gap_min, gap_max; /* before it; 0 for the first; GAP_MAX UINT32_MAX: no bound */
};
/* In ARENA. */
void regex_split(struct regex *regex, struct arena *arena, struct regex_piece **ret_pieces,
                 size_t *ret_count);

/* True when a quantifier is greedy: a match is then as long as it can be, else as short (without
 * any quantifier too, as libyara has it). */
bool regex_is_greedy(const struct regex *regex);
/* True when greedy and ungreedy quantifiers stand together, which YARA refuses in strings. */
bool regex_is_mixed(const struct regex *regex);

/* True when `.` may be repeated without end: `.*`, `.+`, `.{2,}`. */
bool regex_is_unbounded(const struct regex *regex);

/* A sequence of bytes of fixed length, each compared under a mask; no program is needed then. */
struct regex_masked {
    uint8_t *value, *mask; /* (byte & mask) == value */
    size_t count;
};
/* True when REGEX with FLAGS is such a sequence. */
bool regex_as_masked(const struct regex *regex, unsigned flags, struct arena *arena,
                     struct regex_masked *ret);

struct regex_literal {
    uint8_t bytes[REGEX_LITERAL_MAX]; /* with REGEX_NOCASE in lower case */
    uint8_t count;
};
struct regex_part {
    struct regex_literal *literals; /* a match goes on at the split with one of them */
    size_t literal_count;           /* 0: no literal at all, try where FIRST says */
    size_t run;        /* not 0: no literals, but so many bytes of FIRST one after the other */
    uint8_t first[32]; /* bit set of the bytes that can stand at the split */
    bool can_be_empty; /* what follows the split can match no byte: try everywhere */
    uint32_t forward;  /* program for what follows the split, the literal included */
    uint32_t backward; /* for what stands before it, to be run backwards */
    bool has_backward; /* false: the match begins at the split */
};
/* Appends programs to CODE; positions in it are relative to its start and so may be stored. Where
 * they run, CODE must stand at an address that 8 divides. RATE says how costly it is to look for a
 * literal: above 0, lower is rarer in files, those of several literals add up. The split with the
 * best literals is taken (4 bytes or more before anything else), for each branch of an alternative
 * apart where that is better. Parts are in ARENA; their programs are ERR_LIMIT when they pass a
 * cap. */
errcode regex_compile(const struct regex *regex, unsigned flags,
                      double (*rate)(const uint8_t *bytes, size_t count), struct arena *arena,
                      struct buf *code, struct regex_part **ret_parts, size_t *ret_count,
                      struct err *err);
/* A whole expression to search with, for `matches` and modules; returns its place in CODE. */
errcode regex_compile_search(const struct regex *regex, unsigned flags, struct buf *code,
                             uint32_t *ret, struct err *err);

/* Programs read from a file: every program of CODE is safe to run afterwards, or ERR_CORRUPT. */
errcode regex_check(str code, struct err *err);
/* True when a program begins at PLACE of the checked CODE. */
bool regex_check_place(str code, uint32_t place);

/* Working memory of runs; one a thread. */
struct regex_machine;
struct regex_machine *regex_machine_new(void);
void regex_machine_free(struct regex_machine *machine);

/* DATA is what is run over from now on, until the next call, and does not change: what a run
 * learned of it spares the next ones reading the same bytes. Nothing is known of what was watched
 * before. */
void regex_machine_watch(struct regex_machine *machine, str data);

/* Runs forwards from AT, which is within DATA or its end; where the match ends (the farthest end
 * with LONGEST, else the nearest), or SIZE_MAX. At most REGEX_REACH bytes are read; `^`, `$` and
 * `\b` look at DATA's bounds and at the byte before AT. An end at AT is no match in a string when
 * the part has nothing to run backwards. With ACCEPTS only ends that it takes count. */
size_t regex_forward(struct regex_machine *machine, str code, uint32_t program, str data, size_t at,
                     bool longest, bool (*accepts)(void *context, size_t end), void *context);
/* Runs backwards from AT (the first byte read is AT - 1). Each place where a match may begin is
 * given to FOUND until it returns false. */
void regex_backward(struct regex_machine *machine, str code, uint32_t program, str data, size_t at,
                    bool (*found)(void *context, size_t start), void *context);
/* True when the program of regex_compile_search matches somewhere in S, however long S is. */
bool regex_search(struct regex_machine *machine, str code, uint32_t program, str s);
