/* SPDX-License-Identifier: Apache-2.0 */
/* The part's public header: the server for citizens (pages, JSON API), and the check that it and
 * `khien check` share. The portal knows no configuration: whoever calls it passes values. */
#pragma once

#include "base/buf.h"
#include "base/catalog.h"
#include "base/table.h"
#include "intel/intel.h"
#include "sightings/sightings.h"

/* What the data say about ADDR, as one JSON object (docs/http.md) without a newline. SNAPSHOT may
 * be NULL: then the state is "no-data". NOW tells whether the data are too old to say anything.
 * HOME is the two-letter country whose connections the data are about, LANGUAGE that of "advice".
 * The address itself is not in it. */
void portal_check_json(const struct snapshot *snapshot, ip addr, usec now, const char *home,
                       enum language language, struct buf *out);

/* Reads the built-in content overlaid by FOLDER (NULL or "": none) and finds every fault:
 * `khien content check` and `list` (docs/content.md). *RET_FAULTS is how many of the table's rows
 * are more than remarks. The caller frees the table. */
errcode portal_content_check(const char *folder, struct table **ret, size_t *ret_faults,
                             struct err *err);
/* One row an item; ERR_FORMAT when the content would be refused. */
errcode portal_content_list(const char *folder, struct table **ret, struct err *err);

/* Compiled files that nodes get from each other: at /node/NAME of the private listener, kept in a
 * folder NAME as <n>SUFFIX. Each is a chunked file with MAGIC, and its chunk META begins with the
 * time of building and the generation of the stored sets. */
enum { PORTAL_SNAPSHOT, PORTAL_FIGURES, PORTAL_FILES };
struct portal_file {
    const char *name, *suffix, *magic;
};
extern const struct portal_file portal_files[PORTAL_FILES];
/* What an operator gives the pages of the own: NULL or empty = the program's. */
struct theme_options {
    const char *name[2]; /* of the site, by enum language */
    const char *colour;  /* #rrggbb; white text must be readable on it */
    str emblem;          /* a PNG or SVG file's content */
};

enum { PORTAL_TRUSTED_MAX = 64, PORTAL_SECURITY_MAX = 8 };

/* All text must outlive the portal. portal_defaults gives what is sensible for one machine. */
struct portal_options {
    ip listen; /* port 0 = any free one */
    uint16_t port;
    bool admin; /* metrics, health and files for other nodes on a listener of their own */
    ip admin_listen;
    uint16_t admin_port;
    unsigned admin_connections; /* at once */
    str node_key;               /* what other nodes must show; empty: this machine only */
    const char *snapshot_folder;
    const char *figures_folder; /* NULL: no page of figures */
    /* For figures computed on request; NULL: this node answers checks only. */
    const char *state_folder;
    struct measure_window baseline, result; /* of the campaign; DAY_NONE: none */
    int32_t target;                         /* percent: -50 */
    bool demonstration;
    prefix trusted[PORTAL_TRUSTED_MAX]; /* proxies whose X-Forwarded-For counts */
    size_t trusted_count;
    unsigned threads;            /* 0 = one a core */
    unsigned rate_per_minute;    /* requests from one /24 or /48; 0 = no limit */
    unsigned connections;        /* at once */
    unsigned prefix_connections; /* at once from one /24 or /48; 0 = no cap */
    unsigned head_seconds;       /* for a request's head, from its first byte */
    unsigned reply_seconds;      /* for the body and the answer */
    unsigned idle_seconds;       /* for a connection without a request */
    const char *campaign[2];     /* its name by enum language; NULL or "" = a general one */
    struct theme_options theme;
    str families;                     /* a table as data/families.tsv; empty = the built-in one */
    str hotlines;                     /* a table as data/hotlines.tsv; empty = the built-in one */
    const char *hotline_scope;        /* "national" or a province's code */
    const char *home_country;         /* "VN": others are told about VPN */
    const char *counter_folder;       /* NULL: the counters are kept in memory only */
    const char *node;                 /* names this node's file there */
    const char *self_reports_folder;  /* NULL: none are taken */
    unsigned self_report_bits;        /* of work for one */
    unsigned self_reports_per_minute; /* from one /24 or /48; 0 = no limit */
    str self_report_tokens;           /* of fleets, a line each; empty: none */
    const char *rules_folder;         /* of published packs; NULL: none */
    const char *downloads_folder;     /* files for visitors; NULL or "": none */
    unsigned files_per_minute;        /* whole files from one /24 or /48; 0 = no limit */
    const char *content_folder;       /* overlays the built-in content; NULL or "" = none */
    const char *campaign_slug;        /* of the campaign that runs now */
    const char *site_url; /* "https://khien.example", for feeds; NULL or "" = not known */
    /* For security.txt (RFC 9116); without contacts or a day to come there is none. */
    const char *security_contact[PORTAL_SECURITY_MAX]; /* mailto:, https: or tel: */
    size_t security_count;
    day security_expires;
};
struct portal_options portal_defaults(void);

#define POSTER_FORMATS(X) X(PDF, "pdf") X(PNG, "png") X(SVG, "svg")
enum poster_format {
#define X(suffix, name) POSTER_##suffix,
    POSTER_FORMATS(X)
#undef X
        POSTER_FORMAT_COUNT
};
/* The campaign's poster, as `khien poster` writes it and the portal serves it: campaign, address
 * and hotlines are those of OPTIONS, valid on TODAY. A4, but for PNG: 1080 by 1350. ERR_USAGE
 * without a site_url, ERR_UNSUPPORTED without a font. */
errcode portal_poster(const struct portal_options *options, enum language language,
                      enum poster_format format, day today, struct buf *out, struct err *err);

struct portal;
/* Opens the listeners and the newest snapshot (there may be none yet). Threads start with run. */
errcode portal_new(const struct portal_options *options, struct portal **ret, struct err *err);
/* The ports in use, for options that said 0; 0 when there is no such listener. */
uint16_t portal_port(const struct portal *portal);
uint16_t portal_admin_port(const struct portal *portal);
/* Serves until SIGTERM, SIGINT or portal_stop; then finishes running requests for at most ten
 * seconds. Blocks these two signals in the calling thread and those it starts. */
errcode portal_run(struct portal *portal, struct err *err);
/* From any thread. */
void portal_stop(struct portal *portal);
void portal_free(struct portal *portal);
