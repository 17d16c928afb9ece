/* SPDX-License-Identifier: Apache-2.0 */
/* Small pages for what could not be served, in both languages: who mistypes an address has no
 * language yet. */
#include "pages.h"
#include "portal/site.h"

struct status_words {
    unsigned status;
    const char *title, *text;
};

static const struct status_words statuses[] = {
    {404, N_("Page not found"), N_("There is no page at this address. Check its spelling.")},
    {405, N_("Not possible"), N_("This address can only be read.")},
    {414, N_("Address too long"), N_("The address of the page is too long.")},
    {429, N_("Too many requests"),
     N_("Your network has sent too many requests within a minute. Wait a minute and try again.")},
    {503, N_("Not available now"), N_("This cannot be answered now. Try again in a minute.")},
};

static const struct status_words malformed = {
    400, N_("Request not understood"),
    N_("The program you use has sent a request that is not well-formed.")};

static const struct status_words *
words_of(unsigned status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            return &statuses[i];
    return &malformed;
}

const char *
status_title(unsigned status)
{
    return words_of(status)->title;
}

const char *
status_text(unsigned status)
{
    return words_of(status)->text;
}

void
page_serve_error(const struct visit *visit, unsigned status)
{
    enum language language = visit->language;
    enum language other = language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    const struct status_words *words = words_of(status);
    struct buf content = BUF(HTTP_BODY_MAX);
    struct page_error page = {
        .title = str_of(catalog_text(language, words->title)),
        .text = str_of(catalog_text(language, words->text)),
        .other_language = str_of(language_code(other)),
        .other_title = str_of(catalog_text(other, words->title)),
        .other_text = str_of(catalog_text(other, words->text)),
    };
    page_error_write(&page, language, &content);
    page_frame(visit, &(struct frame){
                          .title = page.title,
                          .content = buf_view(&content),
                          .hidden = true,
                      });
    buf_clear(&content);
    visit->reply->status = status;
}
