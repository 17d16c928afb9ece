/* SPDX-License-Identifier: Apache-2.0 */
/* What khien top shows, as text for a terminal or a file and as JSON. */
#pragma once

#include "base/buf.h"
#include "cmd/top/load.h"

/* A source of feeds, from the store. Texts are fit for a terminal. */
struct view_source {
    char name[100];
    usec last;      /* when its last input came */
    uint64_t today; /* events of the inputs that came today (UTC) */
    char state[24]; /* of measures/health.h; "" when unknown */
    day day;        /* which that is about */
};
enum { VIEW_SOURCES_MAX = 64 };

struct view {
    const char *url;
    usec now;
    const char *trouble;      /* why there is no LOAD; NULL when there is */
    const struct load *load;  /* NULL: the server does not answer */
    const struct load *since; /* the last SECONDS' part of it; NULL: not known (yet) */
    double seconds;
    const struct view_source *sources;
    size_t source_count, sources_left; /* left: more than are listed */
    const char *store_note;            /* why there are no sources; NULL */
};

/* COLOUR: with SGR sequences. NARROW: tables of 40 columns instead of 80. */
void view_text(const struct view *view, bool colour, bool narrow, struct buf *out);
void view_json(const struct view *view, struct buf *out);
/* TEXT's lines, each cut to COLUMNS letters (sequences of SGR take none) and at most ROWS of them.
 * A line ends with "clear to the end", so that it may be drawn over an older one. */
void view_fit(str text, unsigned columns, unsigned rows, struct buf *out);
