/* SPDX-License-Identifier: Apache-2.0 */
/* What data/shadowserver.tsv says about one report, for a file with a given header. All text is a
 * view into the embedded table. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* A fact that may depend on the row: a constant, a column, or a choice by a column. */
struct shadow_value {
    str constant;  /* when no column is named */
    str column;    /* its value, or what the choice is made by */
    bool not_zero; /* "0" and "unknown" count as empty */
    bool choice;
    str word, then, otherwise;
};

enum shadow_address { SHADOW_REQUIRED, SHADOW_OPTIONAL, SHADOW_NETWORK, SHADOW_NONE };

struct shadow_report {
    str name;  /* what the source is called: the report's own name, not an alias of it */
    str facts; /* the report whose facts hold */
    struct shadow_value type, identifier, taxonomy;
    str transport, application;
    enum shadow_address address;
    str columns[4]; /* where columns go: said for this report, then for all of them */
};

/* Where a column goes. */
struct shadow_target {
    str key; /* an IntelMQ key, "extra.…", or empty: nowhere else */
    bool not_zero;
    bool own; /* said for this report, not for all of them */
};

typedef bool shadow_has_column(const void *context, str column);

/* The report's word in a file name: "2021-03-04-event4_sinkhole-country-vn.csv" →
 * "event4_sinkhole". Empty when there is none. */
str shadow_file_word(str file_name);
/* True when NAME is a report, an alias or a feed name in the table (ASCII case is ignored). */
bool shadow_knows(str name);
/* ERR_UNSUPPORTED, naming it, when the table does not know the report. HAS tells which columns the
 * file has. */
errcode shadow_report_find(str name, shadow_has_column *has, const void *context,
                           struct shadow_report *ret, struct err *err);
/* Where COLUMN of REPORT goes; false when the table says nothing (so it is an extra). */
bool shadow_column_find(const struct shadow_report *report, str column, struct shadow_target *ret);
