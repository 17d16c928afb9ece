/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the registry: its rows as the source files give them, before they are compiled. */
#pragma once

#include "intel/intern.h"
#include "intel/networks.h"

/* What one row says; zero where it says nothing. Interned, so it has no padding. */
struct network_fields {
    uint32_t asn, subscribers;
    uint32_t name, isp, unit; /* numbers of the text */
    char country[2], province[2];
    uint32_t kind;
};

/* Of ranges of the same length the source with the greater number wins. */
enum network_source {
    SOURCE_RIR,
    SOURCE_COUNTRY,
    SOURCE_ASN,
    SOURCE_OWN,
    SOURCE_RFC6598, /* 100.64.0.0/10 is carrier-grade NAT, whatever others say and however short */
};

/* IPv4: addresses; IPv6: the high halves (/64). Both ends and both days are inclusive. */
struct network_row {
    uint64_t first, last;
    day from, to;    /* DAY_NONE = always; DAY_LAST = for ever */
    uint32_t fields; /* number in networks.fields */
    uint8_t version, source;
};
#define DAY_LAST INT32_MAX

/* data/isps.tsv: what is known by AS number, for fields that no row fills. */
struct isp_row {
    uint32_t asn, isp, name, name_en, subscribers;
    uint32_t line; /* in the order of the table */
    enum network_kind kind;
    day from, to;
};

struct networks {
    struct intern_text text;
    struct intern fields;
    struct network_row *rows;
    size_t count, room;
    struct isp_row *isps; /* sorted by asn */
    size_t isp_count;
    bool provinces[100]; /* the codes of data/provinces.tsv */
};

enum { NETWORK_TEXT_MAX = 1024 }; /* bytes of a name; longer rows are refused */

/* The row for ASN on the day, or NULL. */
const struct isp_row *networks_isp(const struct networks *networks, uint32_t asn, day as_of);
/* Replaces the table of providers. */
errcode networks_read_isps(struct networks *networks, const char *name, str text, struct err *err);

/* One source row before it is added. */
struct network_input {
    ip first, last;
    day from, to;
    uint32_t asn, subscribers;
    str name, isp, unit;
    char country[2], province[2];
    enum network_kind kind;
    enum network_source source;
};
/* An input that says nothing and is always valid. */
struct network_input network_input_empty(enum network_source source);
/* NULL when it was added, else why not. */
const char *networks_add(struct networks *networks, const struct network_input *input);

/* Readers of one line each: NULL when it was taken (or holds nothing to take), else why it is
 * refused. *RET_SKIP: it is a line without a range (a comment, a summary). */
const char *network_line_csv(struct networks *networks, str line, bool *ret_skip);
const char *network_line_rir(struct networks *networks, str line, bool *ret_skip);
const char *network_line_own(struct networks *networks, str line, bool *ret_skip);
/* The ends of "192.0.2.0/24", "192.0.2.7" or "192.0.2.0-192.0.2.9". */
const char *network_range_parse(str s, ip *ret_first, ip *ret_last);
bool network_country_parse(str s, char ret[2]);
#define NETWORKS_OWN_HEADER                                                                        \
    "prefix,asn,name,isp,country,province,unit,kind,subscribers,valid_from,valid_to"
