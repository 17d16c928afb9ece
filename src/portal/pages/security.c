/* SPDX-License-Identifier: Apache-2.0 */
/* security.txt (RFC 9116): where to report a weakness of this site. A file past its Expires must
 * not be used, so it is not served then. */
#include "portal/site.h"

errcode
security_check(const struct portal_options *options, struct err *err)
{
    for (size_t i = 0; i < options->security_count; i++) {
        str contact = str_of(options->security_contact[i]);
        bool fine = str_starts(contact, STR("mailto:")) || str_starts(contact, STR("https://")) ||
                    str_starts(contact, STR("tel:"));
        if (!fine || str_has_control(contact) || memchr(contact.p, ' ', contact.n) ||
            memchr(contact.p, '\n', contact.n) || memchr(contact.p, '\r', contact.n))
            return err_set(err, ERR_FORMAT,
                           "security.contact must begin with mailto:, https:// or tel:, not \"%s\"",
                           options->security_contact[i]);
    }
    return OK;
}

bool
security_is_served(const struct portal_options *options, day today)
{
    return options->security_count && options->security_expires != DAY_NONE &&
           options->security_expires > today;
}

static void
serve(const struct visit *visit)
{
    const struct portal_options *options = visit->site->options;
    struct buf *out = &visit->reply->body;
    char expires[DAY_TEXT];
    if (!security_is_served(options, clock_today())) {
        page_serve_error(visit, 404);
        return;
    }
    for (size_t i = 0; i < options->security_count; i++)
        buf_printf(out, "Contact: %s\n", options->security_contact[i]);
    buf_printf(out, "Expires: %sT00:00:00Z\n", day_format(options->security_expires, expires));
    buf_z(out, "Preferred-Languages: vi, en\n");
    if (options->site_url && options->site_url[0])
        buf_printf(out, "Canonical: %s/.well-known/security.txt\n", options->site_url);
    visit->reply->type = "text/plain; charset=utf-8";
}

const struct page page_security = {
    .path = {"/.well-known/security.txt", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};

const struct page page_security_old = {
    .path = {"/security.txt", NULL},
    .sort = PAGE_SHARED,
    .route = ROUTE_OTHER,
    .serve = serve,
};
