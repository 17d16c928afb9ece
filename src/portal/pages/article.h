/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of content items have in common (inner to the pages). */
#pragma once

#include "pages.h"
#include "portal/charts/number.h"
#include "portal/site.h"

/* A fact of the header as a row of the page: the label is an English key of the catalog. */
enum fact_sort { FACT_TEXT, FACT_DAY, FACT_LINK };
struct article_fact {
    const char *key, *label;
    enum fact_sort sort;
};

struct article {
    const char *up_path[2];           /* the list that it belongs to; NULL: none */
    const char *up_text;              /* an English key */
    const struct article_fact *facts; /* ends with key NULL */
    const char *tag, *tag_style;      /* a mark beside the title, an English key; NULL: none */
};

/* The item to be shown today; NULL when there is none. */
const struct content_item *article_find(const struct visit *visit, enum content_kind kind,
                                        str name);
/* Serves the item as a page; NULL is served as not found. */
void article_serve(const struct visit *visit, const struct content_item *item,
                   const struct article *article);

/* A list of a kind's items that are shown today, at most LIST_MAX of them. */
struct article_list {
    enum content_kind kind;
    const char *title, *empty; /* English keys */
    const char *intro;         /* the same; may be NULL */
    const char *item_path[2];  /* "/huong-dan/", by language */
    const char *feed_path[2];  /* NULL: none */
    /* Whether the item belongs there beside being shown; NULL: all do. */
    bool (*takes)(const struct visit *visit, const struct content_item *item);
};
void article_serve_list(const struct visit *visit, const struct article_list *list);

/* The label of an alert's level, an English key, and its style. */
const char *level_words(str level, const char **ret_style);
/* Short ways for pages. */
str page_text(const struct visit *visit, const char *english);
