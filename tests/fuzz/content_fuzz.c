/* SPDX-License-Identifier: Apache-2.0 */
/* A content file of any kind: whatever it holds, the HTML has no tag, attribute or link but ours.
 */
#include "base/require.h"
#include "portal/content/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const tags[] = {
    "<p class=\"govuk-body\">",
    "</p>",
    "<h2 class=\"govuk-heading-m\">",
    "</h2>",
    "<h3 class=\"govuk-heading-s\">",
    "</h3>",
    "<h4 class=\"govuk-heading-s\">",
    "</h4>",
    "<h5 class=\"govuk-heading-s\">",
    "</h5>",
    "<h6 class=\"govuk-heading-s\">",
    "</h6>",
    "<ul class=\"govuk-list govuk-list--bullet\">",
    "</ul>",
    "<ol class=\"govuk-list govuk-list--number\">",
    "<ol class=\"govuk-list govuk-list--number\" start=\"",
    "</ol>",
    "<li>",
    "</li>",
    "<em>",
    "</em>",
    "<strong>",
    "</strong>",
    "<code>",
    "</code>",
    "<pre class=\"govuk-body\">",
    "</pre>",
    "<br>",
    "<div class=\"govuk-inset-text\">",
    "</div>",
    "<hr class=\"govuk-section-break govuk-section-break--m govuk-section-break--visible\">",
    "<a class=\"govuk-link\" href=\"/",
    "<a class=\"govuk-link\" href=\"https://",
    "<a class=\"govuk-link\" href=\"tel:",
    "<a class=\"govuk-link\" href=\"mailto:",
    "</a>",
};

static bool
is_ours(str html)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (str_starts(html, str_of(tags[i])))
            return true;
    return false;
}

static void
check_html(str html)
{
    for (size_t i = 0; i < html.n; i++)
        require(html.p[i] != '<' || is_ours(str_from(html, i)));
    require(str_is_utf8(html));
}

static void
ignore(void *context, const struct content_fault *fault)
{
    (void)context;
    require(str_is_utf8(str_of(fault->text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena = ARENA;
    const struct content_report report = {NULL, ignore};
    struct content_faults faults = {.report = &report};
    enum content_kind kind = (enum content_kind)(data[0] % CONTENT_KINDS);
    const struct content_text *text = content_text_parse(
        kind, STR("fuzz.vi.md"), (str){(const char *)data + 1, size - 1}, &arena, &faults);
    check_html(text->html);
    for (size_t i = 0; i < text->field_count; i++) {
        require(content_key_find(kind, str_of(text->fields[i].key->name)) == text->fields[i].key);
        require(content_key_takes(text->fields[i].key, text->fields[i].value));
    }
    for (size_t i = 0; i < text->link_count; i++)
        require(text->links[i].line > 0 && text->links[i].target.n > 0);
    arena_clear(&arena);
    return 0;
}
