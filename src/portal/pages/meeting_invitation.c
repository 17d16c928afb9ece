/* SPDX-License-Identifier: Apache-2.0 */
/* The check of invitations: all words, and the text of each finding, stand in the page, so that it
 * is a checklist to look through by eye where the script does not run. */
#include "base/require.h"
#include "pages.h"
#include "portal/meeting.h"
#include "portal/site.h"

enum { RULES_MAX = 24, WORDS_MAX = 4096, KINDS = 13, DOMAINS_TEXT = 512 };

/* The texts of one page that have to be put together. */
struct invitation_text {
    struct buf words[KINDS];
    char domains[MEETING_SERVICES_MAX][DOMAINS_TEXT];
    struct page_meeting_invitation_rules rules[RULES_MAX];
    struct page_meeting_invitation_services services[MEETING_SERVICES_MAX];
};

static void
add_rules(enum language language, struct page_meeting_invitation *page,
          struct invitation_text *text)
{
    for (size_t i = 0; i < meeting_rule_count && i < RULES_MAX; i++) {
        const struct meeting_rule *rule = &meeting_rules[i];
        text->rules[page->rules_count++] = (struct page_meeting_invitation_rules){
            .name = str_of(rule->name),
            .danger = rule->danger,
            .title = str_of(catalog_text(language, rule->title)),
            .why = str_of(catalog_text(language, rule->why)),
            .remedy = str_of(catalog_text(language, rule->remedy)),
        };
    }
    page->rules = text->rules;
}

static void
add_services(struct page_meeting_invitation *page, struct invitation_text *text)
{
    struct meeting_service services[MEETING_SERVICES_MAX];
    size_t count = meeting_services(clock_today(), services);
    for (size_t i = 0; i < count; i++) {
        size_t n = 0;
        for (size_t j = 0; j < services[i].domain_count && n < DOMAINS_TEXT; j++)
            n += (size_t)snprintf(text->domains[i] + n, DOMAINS_TEXT - n, "%s%.*s", j ? ", " : "",
                                  STR_ARG(services[i].domains[j]));
        text->services[i] = (struct page_meeting_invitation_services){
            .service = services[i].name,
            .domains = str_of(text->domains[i]),
            .domestic = services[i].domestic,
        };
    }
    page->services = text->services;
    page->services_count = count;
}

static void
add_words(struct page_meeting_invitation *page, struct invitation_text *text)
{
    const struct {
        const char *kind;
        str *field;
    } kinds[] =
        {
            {"passcode-parameter", &page->passcode_parameter},
            {"meeting-passcode-parameter", &page->meeting_passcode_parameter},
            {"passcode-word", &page->passcode_word},
            {"id-word", &page->id_word},
            {"shortener", &page->shortener},
            {"executable", &page->executable},
            {"scheme", &page->scheme},
            {"suffix", &page->suffix},
            {"confusable", &page->confusable},
        },
      domains[] = {
          {"meeting", &page->meeting},
          {"owner", &page->owner},
          {"wrapper", &page->wrapper},
      };
    struct buf *out = text->words;
    day today = clock_today();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++, out++) {
        meeting_words(kinds[i].kind, out);
        *kinds[i].field = buf_view(out);
    }
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++, out++) {
        meeting_domains(domains[i].kind, today, out);
        *domains[i].field = buf_view(out);
    }
    meeting_brands(today, out);
    page->brand = buf_view(out);
}

static void
serve(const struct visit *visit)
{
    struct invitation_text *text = mem_calloc(1, sizeof *text);
    struct buf content = BUF(HTTP_BODY_MAX);
    const char *title = catalog_text(visit->language, N_("Check an invitation"));
    struct page_meeting_invitation page = {
        .self = str_of(page_meeting_invitation.path[visit->language]),
        .start = str_of(page_meeting.path[visit->language]),
    };
    for (size_t i = 0; i < KINDS; i++)
        text->words[i] = BUF(WORDS_MAX);
    add_rules(visit->language, &page, text);
    add_services(&page, text);
    add_words(&page, text);
    page_meeting_invitation_write(&page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = str_of(title),
                                      .content = buf_view(&content),
                                      .scripts = {"meeting.js"}});
    for (size_t i = 0; i < KINDS; i++)
        buf_clear(&text->words[i]);
    buf_clear(&content);
    free(text);
}

const struct page page_meeting_invitation = {
    .path = {"/hop-an-toan/loi-moi", "/en/safe-meetings/invitation"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};
