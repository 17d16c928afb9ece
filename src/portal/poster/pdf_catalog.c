/* SPDX-License-Identifier: Apache-2.0 */
/* The input is our own PDF, made by cairo a moment ago: whatever looks otherwise than that is an
 * error, not a case. */
#include "portal/poster/pdf_catalog.h"

#include <inttypes.h>

static str
last_of(str text, str needle)
{
    str rest = text, found = {NULL, 0};
    size_t at;
    while ((at = str_find(rest, needle)) != SIZE_MAX) {
        found = str_from(rest, at);
        rest = str_from(rest, at + needle.n);
    }
    return found;
}

/* The decimal number that follows NAME and blanks in TEXT. */
static bool
number_after(str text, str name, uint64_t *ret)
{
    size_t at = str_find(text, name);
    if (at == SIZE_MAX)
        return false;
    str rest = str_from(text, at + name.n);
    while (rest.n && (rest.p[0] == ' ' || rest.p[0] == '\n'))
        rest = str_from(rest, 1);
    size_t n = 0;
    while (n < rest.n && ascii_is_digit(rest.p[n]))
        n++;
    return str_to_u64((str){rest.p, n}, INT32_MAX, ret);
}

/* The dictionary of object NUMBER, from behind its "<<" to its end ">>" with "endobj" behind. */
static bool
dictionary_of(str pdf, uint64_t number, str *ret)
{
    char head[48];
    snprintf(head, sizeof head, "\n%" PRIu64 " 0 obj\n<<", number);
    str object = last_of(pdf, str_of(head));
    size_t end = str_find(object, STR("\nendobj"));
    if (!object.n || end == SIZE_MAX)
        return false;
    str inner = {object.p + strlen(head), end - strlen(head)};
    inner = str_trim(inner);
    if (!str_ends(inner, STR(">>")))
        return false;
    *ret = (str){inner.p, inner.n - 2};
    return true;
}

errcode
pdf_add_catalog(str pdf, const char *language, struct buf *out, struct err *err)
{
    str trailer = last_of(pdf, STR("\ntrailer")), inner;
    uint64_t root, size, info, previous;
    if (!number_after(trailer, STR("/Root"), &root) ||
        !number_after(trailer, STR("/Size"), &size) ||
        !number_after(trailer, STR("/Info"), &info) ||
        !number_after(trailer, STR("startxref"), &previous) || !dictionary_of(pdf, root, &inner))
        return err_set(err, ERR_UNSUPPORTED, "this cairo writes PDF in a form that is not known");
    buf_str(out, pdf);
    size_t object = out->n;
    buf_printf(out,
               "%" PRIu64 " 0 obj\n<<%.*s   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle "
               "true >>\n>>\nendobj\n",
               root, STR_ARG(inner), language);
    size_t table = out->n;
    buf_printf(out,
               "xref\n%" PRIu64 " 1\n%010zu 00000 n \ntrailer\n<< /Size %" PRIu64
               "\n   /Root %" PRIu64 " 0 R\n   /Info %" PRIu64 " 0 R\n   /Prev %" PRIu64
               "\n>>\nstartxref\n%zu\n%%%%EOF\n",
               root, object, size, root, info, previous, table);
    return buf_check(out, "the PDF", err);
}
