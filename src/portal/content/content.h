/* SPDX-License-Identifier: Apache-2.0 */
/* Content that people edit: Markdown files with a header, in two languages, the built-in ones
 * overlaid by the operator's folder (inner to the part; docs/content.md). A set of content never
 * changes; contents.h swaps one for the next. */
#pragma once

#include "base/catalog.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "portal/content/keys.h"

struct content_field {
    const struct content_key *key;
    str value;
    size_t line;
};

struct content_link {
    str target;
    size_t line;
};

/* One file. */
struct content_text {
    str path; /* "tools/name.vi.md" */
    const struct content_field *fields;
    size_t field_count;
    str html; /* the body, ready: no markup but ours */
    const struct content_link *links;
    size_t link_count;
};

struct content_item {
    enum content_kind kind;
    str name;
    const struct content_text *text[2]; /* by enum language; one may be NULL */
    day date;                           /* DAY_NONE: always shown */
    uint64_t order;
    bool hidden, historical, own; /* own: a file of it is the operator's */
};

enum content_level {
    CONTENT_REFUSED, /* the set is not taken */
    CONTENT_WRONG,   /* taken, but a fault */
    CONTENT_REMARK,  /* worth knowing */
};

struct content_fault {
    enum content_level level;
    str path;
    size_t line;     /* 0: the whole file */
    const char *key; /* NULL: none */
    const char *text;
};

/* Where faults go. */
struct content_report {
    void *context;
    void (*fault)(void *context, const struct content_fault *fault);
};

struct content;
/* The built-in content overlaid by FOLDER (NULL or "": none). Every fault goes to REPORT (may be
 * NULL); if any is CONTENT_REFUSED the result is ERR_FORMAT with the first one. */
errcode content_new(const char *folder, const struct content_report *report, struct content **ret,
                    struct err *err);
struct content *content_ref(struct content *content);
void content_unref(struct content *content);
/* Differs when any file does. */
struct checksum content_checksum(const struct content *content);

/* A kind's items: by "order", then the newest first, then by name. */
size_t content_count(const struct content *content, enum content_kind kind);
const struct content_item *content_at(const struct content *content, enum content_kind kind,
                                      size_t index);
/* NULL when there is none, whether shown or not. */
const struct content_item *content_find(const struct content *content, enum content_kind kind,
                                        str name);
/* Neither hidden nor of a later day. ITEM may be NULL. */
bool content_is_shown(const struct content_item *item, day today);

/* The text in LANGUAGE, or else the other one; *RET_LANGUAGE gets which. */
const struct content_text *content_text(const struct content_item *item, enum language language,
                                        enum language *ret_language);
/* The next field of that name behind LAST (NULL: the first); NULL at the end. Of a key that is the
 * same in both languages, the other language's where this one has none. */
const struct content_field *content_field(const struct content_item *item, enum language language,
                                          const char *key, const struct content_field *last);
/* The first value, or the empty view. */
str content_value(const struct content_item *item, enum language language, const char *key);
day content_day(const struct content_item *item, const char *key); /* DAY_NONE when absent */

/* lint.c: what a loaded set has wrong beyond single files. PATH_EXISTS tells whether an address of
 * this site answers. */
void content_lint(const struct content *content, day today, bool (*path_exists)(void *, str path),
                  void *context, const struct content_report *report);
