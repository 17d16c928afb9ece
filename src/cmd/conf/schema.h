/* SPDX-License-Identifier: Apache-2.0 */
/* The table of every key: conf.c reads by it, conf_text.c writes by it. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum conf_type {
    CONF_TEXT,
    CONF_PATH,   /* a file or folder */
    CONF_WORD,   /* small letters, digits, '-' */
    CONF_NUMBER, /* within min and max */
    CONF_YES_NO,
    CONF_COUNTRY,  /* VN */
    CONF_DAY,      /* 2026-11-21 */
    CONF_LISTEN,   /* ADDRESS:PORT */
    CONF_PREFIX,   /* 192.0.2.0/24 */
    CONF_URL,      /* http, https, file */
    CONF_DURATION, /* 90s, 15m, 6h, 1d; a number of seconds to the program */
};

struct conf_key {
    const char *section, *name;
    enum conf_type type;
    const char *fallback; /* "" = unset */
    uint64_t min, max;
    bool list;
    const char *help;    /* sentences */
    const char *example; /* NULL: the default says enough */
};

struct conf_section {
    const char *name;
    const char *help;
    bool named; /* [feed NAME], any number of times */
};

extern const struct conf_section conf_sections[]; /* ends with name NULL */
extern const struct conf_key conf_keys[];         /* grouped by section; ends with name NULL */

/* What the type takes, for the manual: "a number from 1 to 366". */
void conf_type_words(const struct conf_key *key, char *out, size_t size);
/* Checks VALUE and writes its one spelling to OUT; ERR_FORMAT says what was expected. */
enum { CONF_VALUE_MAX = 2048 };
errcode conf_check_value(const struct conf_key *key, str value, char out[CONF_VALUE_MAX],
                         struct err *err);
