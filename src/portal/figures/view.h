/* SPDX-License-Identifier: Apache-2.0 */
/* What a visitor of the page of figures asks for: a period and perhaps a family (inner to the
 * part). Everything that is shown is computed from one figures file; no database is asked. */
#pragma once

#include "base/table.h"
#include "portal/charts/charts.h"
#include "portal/site.h"

enum { FIGURES_DEFAULT_DAYS = 90, FIGURES_TOP = 10, FIGURES_BARS = 15, FIGURES_QUERY = 256 };
/* A network of fewer addresses is often one body's own: its name in public would tell on it. */
enum { FIGURES_NAMED_FROM = 4096 };

struct figures_view {
    const struct visit *visit;
    enum language language;
    const struct figures *figures;
    const struct figures_meta *meta;
    day from, to;              /* both within the stored days */
    str family;                /* FIGURES_ALL or a family's name */
    bool cut;                  /* the period asked for went beyond the stored days */
    char query[FIGURES_QUERY]; /* "?from=…", whole: for permanent links */
    char room[3][128];         /* decoded values */
};

/* From the request's query: from, to (days), family; all may be missing or empty. FIGURES must
 * have days. False: *RET_FAULT says in English (a catalog key) what cannot be. */
bool figures_view_open(struct figures_view *view, const struct visit *visit,
                       const struct figures *figures, const char **ret_fault);
static inline bool
figures_view_all(const struct figures_view *view)
{
    return str_eq(view->family, FIGURES_ALL);
}
static inline const char *
figures_text(const struct figures_view *view, const char *english)
{
    return catalog_text(view->language, english);
}

/* One section of the page each: appends ready HTML. */
void section_target(const struct figures_view *view, struct buf *out);
void section_trend(const struct figures_view *view, struct buf *out);
void section_families(const struct figures_view *view, struct buf *out);
void section_provinces(const struct figures_view *view, struct buf *out);
void section_providers(const struct figures_view *view, struct buf *out);
void section_flows(const struct figures_view *view, struct buf *out);
void section_blocklist(const struct figures_view *view, struct buf *out);
void section_self_reported(const struct figures_view *view, struct buf *out);

/* The same figures as a table for CSV and JSON, by the name of the section ("trend" …); NULL when
 * there is no such. The caller frees it. */
struct table *figures_data(const struct figures_view *view, str name);
/* NULL where none are taken. */
struct table *self_reported_data(const struct figures_view *view);

/* In the visitor's words why days cannot be compared, and which; appends. */
void reason_words(enum language language, const struct reason *reason, bool with_days,
                  struct buf *out);
/* All of them as views into ROOM; returns how many (at most MAX). */
size_t reasons_words(enum language language, const struct reasons *reasons, bool with_days,
                     struct buf *room, str *out, size_t max);
