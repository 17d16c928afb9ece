/* SPDX-License-Identifier: Apache-2.0 */
/* Logical expressions over the numbers of sub-signatures: 0&(1|2)>3,2. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum logic_kind { LOGIC_PART, LOGIC_AND, LOGIC_OR };
/* Children stand before their parents; the last node is the whole. */
struct logic_node {
    enum logic_kind kind;
    uint32_t part;      /* number of the sub-signature */
    size_t left, right; /* nodes; of AND and OR */
    char compare;       /* '=', '<', '>' or 0: is it there at all */
    uint64_t matches;   /* what the number of matches is compared with */
    uint64_t different; /* so many different sub-signatures at least; 0: not asked */
};
struct logic {
    struct logic_node *nodes;
    size_t count;
    uint64_t parts; /* one bit a sub-signature that occurs */
};

/* Numbers must be below PARTS (64 at most). */
errcode logic_parse(str text, size_t parts, struct arena *arena, struct logic *ret,
                    struct err *err);

/* What YARA's condition says of a sub-signature: whether it is there (needing no parentheses) and
 * how often. */
struct logic_part {
    str found, matches;
    errcode refused; /* why MATCHES cannot be said, when it is empty */
    const char *reason;
};
/* The expression as YARA's condition, in ARENA. */
errcode logic_write(const struct logic *logic, const struct logic_part *parts, struct arena *arena,
                    str *ret, struct err *err);
