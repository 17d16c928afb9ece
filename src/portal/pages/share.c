/* SPDX-License-Identifier: Apache-2.0 */
/* Step 3: texts to copy, share buttons that are plain links to paths of this site, the QR code. */
#include "base/require.h"
#include "pages.h"
#include "portal/charts/number.h"
#include "portal/poster/qr.h"
#include "portal/site.h"

enum { CODE_TEXT = 64 << 10, LINK_TEXT = 4096, FIGURE_TEXT = 160 };

static const struct {
    enum counter what;
    const char *text;
} figures[] = {
    {COUNTER_JOIN, N_("{count} times joined since {since}")},
    {COUNTER_CHECK, N_("{count} times checked since {since}")},
    {COUNTER_TOOL, N_("{count} times a tool was downloaded since {since}")},
    {COUNTER_SHARE, N_("{count} times shared since {since}")},
    {COUNTER_POSTER, N_("{count} times a poster was fetched since {since}")},
};
enum { FIGURES = sizeof figures / sizeof *figures };

struct share_text {
    char address[CAMPAIGN_ADDRESS], figures[FIGURES][FIGURE_TEXT];
    struct page_share_figures shown[FIGURES];
    struct buf code, mail, sms, content;
};

/* Each {name} of MESSAGE by the values in turn. */
static void
fill(struct buf *out, const char *message, const str *values, size_t count)
{
    str rest = str_of(message), piece, name;
    for (size_t i = 0; str_cut(&rest, '{', &piece); i++) {
        buf_str(out, piece);
        if (str_cut(&rest, '}', &name) && i < count)
            buf_str(out, values[i]);
    }
}

static void
add_figures(const struct visit *visit, struct page_share *page, struct share_text *text)
{
    for (size_t i = 0; i < FIGURES; i++) {
        struct counter_figure figure = counters_figure(visit->site->counters, figures[i].what);
        char number[NUMBER_TEXT], since[DAY_TEXT];
        struct buf line = BUF(FIGURE_TEXT - 1);
        if (figure.total < COUNTER_SHOWN)
            continue;
        const str values[] = {number_text(number, visit->language, (double)figure.total, 0),
                              day_words(visit->language, figure.since, since)};
        fill(&line, catalog_text(visit->language, figures[i].text), values, 2);
        str_copy(buf_view(&line), text->figures[i], FIGURE_TEXT);
        buf_clear(&line);
        text->shown[page->figures_count++].text = str_of(text->figures[i]);
    }
    page->figures = text->shown;
}

/* With "&" before the body, which iPhones want, and the "?" that others do. */
static void
add_messages(const struct visit *visit, struct page_share *page, struct share_text *text)
{
    struct buf body = BUF(LINK_TEXT);
    fill(&body,
         catalog_text(visit->language,
                      N_("I have checked my Internet connection for malware. Check "
                         "yours too, it is free: {address}")),
         &page->address, 1);
    buf_z(&text->mail, "mailto:?subject=");
    share_escape(&text->mail, page->campaign);
    buf_z(&text->mail, "&body=");
    share_escape(&text->mail, buf_view(&body));
    buf_z(&text->sms, "sms:?&body=");
    share_escape(&text->sms, buf_view(&body));
    page->mail = buf_view(&text->mail);
    page->sms = buf_view(&text->sms);
    buf_clear(&body);
}

static void
add_code(struct page_share *page, struct share_text *text)
{
    struct qr *qr = mem_calloc(1, sizeof *qr);
    if (qr_make(page->address, qr, NULL) == OK) {
        qr_write_path(qr, &text->code);
        page->code = buf_view(&text->code);
        page->side = qr->size + 2 * QR_QUIET;
    }
    free(qr);
}

/* As it is said on the radio. */
static str
spoken(str address)
{
    size_t scheme = str_find(address, STR("://"));
    str text = scheme == SIZE_MAX ? address : str_from(address, scheme + 3);
    if (str_ends(text, STR("/")))
        text.n--;
    return text;
}

static void
add_kit(const struct visit *visit, struct page_share *page, struct share_text *text)
{
    bool english = visit->language == LANGUAGE_EN;
    page->address = str_of(text->address);
    page->spoken = spoken(page->address);
    page->facebook = english ? STR("/en/share/via/facebook") : STR("/chia-se/qua/facebook");
    page->zalo = english ? STR("/en/share/via/zalo") : STR("/chia-se/qua/zalo");
    add_messages(visit, page, text);
    add_code(page, text);
}

static void
serve(const struct visit *visit)
{
    enum language language = visit->language;
    const char *campaign = visit->site->campaign[language];
    struct share_text *text = mem_calloc(1, sizeof *text);
    struct page_share page = {
        .campaign =
            str_of(campaign ? campaign : catalog_text(language, N_("Malware clean-up campaign")))};
    text->code = BUF(CODE_TEXT);
    text->mail = BUF(LINK_TEXT);
    text->sms = BUF(LINK_TEXT);
    text->content = BUF(HTTP_BODY_MAX);
    add_figures(visit, &page, text);
    if (campaign_address(visit->site->site_url, language, text->address))
        add_kit(visit, &page, text);
    page_share_write(&page, language, &text->content);
    page_frame(visit,
               &(struct frame){.title = str_of(catalog_text(language, N_("Share: the third step"))),
                               .content = buf_view(&text->content)});
    buf_clear(&text->code);
    buf_clear(&text->mail);
    buf_clear(&text->sms);
    buf_clear(&text->content);
    free(text);
}

/* Counts, and leads to the network's own page. */
static void
serve_channel(const struct visit *visit)
{
    enum share_channel channel;
    const char *url = share_channel_find(visit->name, &channel)
                          ? visit->site->links->url[visit->language][channel]
                          : "";
    if (!url[0]) {
        page_serve_error(visit, 404);
        return;
    }
    visit_count(visit, COUNTER_SHARE, share_channel_name(channel));
    page_serve_see_other(visit, url);
}

const struct page page_share = {
    .path = {"/chia-se", "/en/share"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};
const struct page page_share_channel = {
    .path = {"/chia-se/qua/*", "/en/share/via/*"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_OTHER,
    .serve = serve_channel,
};
