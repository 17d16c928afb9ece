/* SPDX-License-Identifier: Apache-2.0 */
/* Safe online meetings: the page that leads to the checklist and to the check of invitations. */
#include "pages.h"
#include "portal/site.h"

static void
serve(const struct visit *visit)
{
    bool vi = visit->language == LANGUAGE_VI;
    struct buf content = BUF(HTTP_BODY_MAX);
    const char *title = catalog_text(visit->language, N_("Safe online meetings"));
    struct page_meeting page = {
        .organiser = vi ? STR("/hop-an-toan/tu-kiem-tra?role=organiser")
                        : STR("/en/safe-meetings/checklist?role=organiser"),
        .participant = vi ? STR("/hop-an-toan/tu-kiem-tra?role=participant")
                          : STR("/en/safe-meetings/checklist?role=participant"),
        .invitation = str_of(page_meeting_invitation.path[visit->language]),
    };
    page_meeting_write(&page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = str_of(title), .content = buf_view(&content)});
    buf_clear(&content);
}

const struct page page_meeting = {
    .path = {"/hop-an-toan", "/en/safe-meetings"},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};
