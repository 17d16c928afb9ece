/* SPDX-License-Identifier: Apache-2.0 */
/* Guides: what to do, by device and by family. */
#include "pages/guides.h"

#include "pages/article.h"

static const struct article_list guides = {
    .kind = CONTENT_GUIDES,
    .title = N_("Guides"),
    .intro = N_("Step by step, by device. Take your time: nothing is lost by doing one step after "
                "the other."),
    .empty = N_("There is no guide at present."),
    .item_path = {"/huong-dan/", "/en/guides/"},
};

static bool
names(const struct content_item *item, const char *key, str value)
{
    const struct content_field *field = NULL;
    while ((field = content_field(item, LANGUAGE_VI, key, field)))
        if (str_eq(field->value, value))
            return true;
    return false;
}

/* A guide that is about certain kinds or platforms is about no others. */
static unsigned
fit_of(const struct content_item *item, const struct family *family)
{
    bool kinds = content_field(item, LANGUAGE_VI, "malware_kind", NULL);
    bool platforms = content_field(item, LANGUAGE_VI, "platform", NULL);
    if (names(item, "family", family->name))
        return 4;
    if ((kinds && !names(item, "malware_kind", family->kind)) ||
        (platforms && !names(item, "platform", family->platform)))
        return 0;
    return 2U * kinds + platforms;
}

const struct content_item *
guide_for(const struct content *content, const struct family *family, day today)
{
    const struct content_item *best = NULL;
    unsigned most = 0;
    for (size_t i = 0; i < content_count(content, CONTENT_GUIDES); i++) {
        const struct content_item *item = content_at(content, CONTENT_GUIDES, i);
        unsigned fit = content_is_shown(item, today) ? fit_of(item, family) : 0;
        if (fit > most) {
            most = fit;
            best = item;
        }
    }
    return best;
}

static void
serve_list(const struct visit *visit)
{
    article_serve_list(visit, &guides);
}

static void
serve_guide(const struct visit *visit)
{
    article_serve(visit, article_find(visit, CONTENT_GUIDES, visit->name),
                  &(struct article){
                      .up_path = {"/huong-dan", "/en/guides"},
                      .up_text = N_("All guides"),
                  });
}

static bool
has_guide(const struct content *content, str name, day today)
{
    return content_is_shown(content_find(content, CONTENT_GUIDES, name), today);
}

const struct page page_guides = {
    .path = {"/huong-dan", "/en/guides"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_list,
};

const struct page page_guide = {
    .path = {"/huong-dan/*", "/en/guides/*"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve_guide,
    .has = has_guide,
};
