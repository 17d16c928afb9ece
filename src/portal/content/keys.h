/* SPDX-License-Identifier: Apache-2.0 */
/* Which keys a content file's header may have, by kind, and what their values may be (inner to the
 * part). One table row a key; docs/content.md explains them to editors. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

enum content_kind {
    CONTENT_PAGES,
    CONTENT_TOOLS,
    CONTENT_GUIDES,
    CONTENT_ALERTS,
    CONTENT_PRESS,
    CONTENT_CAMPAIGNS,
    CONTENT_KINDS
};

enum content_flag {
    KEY_NEEDED = 1,   /* in every item */
    KEY_REPEATED = 2, /* may stand more than once */
    KEY_NEUTRAL = 4,  /* the same in both languages: one file's is enough */
};

struct content_key {
    const char *name;
    const struct content_type *type;
    unsigned flags;
};

/* The name of the kind's folder. */
const char *content_kind_name(enum content_kind kind);
bool content_kind_find(str name, enum content_kind *ret);
/* NULL when the kind has no such key. */
const struct content_key *content_key_find(enum content_kind kind, str name);
/* The kind's keys by number, those of all kinds first; NULL behind the last. */
const struct content_key *content_key_at(enum content_kind kind, size_t index);
/* The nearest key that there is, for "did you mean"; NULL when none is near. */
const char *content_key_near(enum content_kind kind, str name);
/* Whether VALUE is of the key's type. */
bool content_key_takes(const struct content_key *key, str value);
/* What it must be: "a day such as 2026-11-21". */
const char *content_key_words(const struct content_key *key);
/* Small letters, digits, '-' and '.', which also can be in an address. */
bool content_is_name(str text);
/* "2020-12"; its first day. */
bool content_month(str text, day *ret_first);
/* The parts of VALUE between '|', without blanks around them; returns how many there are. */
enum { CONTENT_PARTS = 4 };
size_t content_parts(str value, str out[CONTENT_PARTS]);
