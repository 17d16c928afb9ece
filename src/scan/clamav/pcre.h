/* SPDX-License-Identifier: Apache-2.0 */
/* The translation of a regular expression while it goes on: pcre.c reads groups, anchors and
 * quantifiers, pcre_set.c what stands for one byte. */
#pragma once

#include "base/limits.h"
#include "scan/clamav/part.h"

/* An open group: which of its branches can match nothing. */
struct frame {
    bool started;      /* at_start when it began */
    bool branch_empty; /* this branch so far, without the last atom */
    bool any_empty;    /* one of the branches before */
};
struct translator {
    str text;
    size_t at;
    struct buf *out;
    struct err *err;
    bool nocase, dotall, lines, extended, dollar_end;
    bool is_posix;   /* an extended expression of POSIX, as names in archives have them */
    bool at_start;   /* nothing of this branch was written yet, nor of those around it */
    bool has_last;   /* an atom stands at the end, not yet counted in its branch */
    bool last_empty; /* and it can match nothing */
    bool can_repeat; /* a quantifier may follow it */
    size_t anchor;   /* where in OUT a ^ stands that all branches begin with; 0: none */
    bool has_start;  /* another ^, or \b in its place */
    bool has_end;    /* $ */
    struct frame frames[LIMIT_CLAMAV_DEPTH + 1]; /* of the whole, then of open groups */
    size_t depth;
};

errcode pcre_refuse(struct translator *t, errcode code, const char *what);
/* The character so far ahead, or 0. */
char pcre_peek(const struct translator *t, size_t ahead);
bool pcre_is_word(char c);
/* The last atom stands for good: no quantifier follows it. */
void pcre_settle(struct translator *t);
void pcre_atom_begins(struct translator *t);
void pcre_write_byte(struct translator *t, uint8_t c);
void pcre_write_set(struct translator *t, const uint8_t set[32]);

/* A class from its [ on. */
errcode pcre_read_class(struct translator *t);
/* \d \w \s \h \v \N, in capitals their opposite, added to SET; false for other letters. */
bool pcre_set_of_escape(char letter, uint8_t set[32]);
/* An escape that is one byte, the position behind the backslash; *RET_IS_BYTE false for others,
 * which are not consumed. */
errcode pcre_escaped_byte(struct translator *t, bool in_class, uint8_t *ret, bool *ret_is_byte);
