/* SPDX-License-Identifier: Apache-2.0 */
/* Faults between files: translations, facts that disagree, names that stand twice, links that lead
 * nowhere, days that are still to come. */
#include "portal/content/text.h"

struct lint {
    const struct content *content;
    day today;
    bool (*path_exists)(void *context, str path);
    void *context;
    struct content_faults faults;
};

static void
lint_translation(struct lint *lint, const struct content_item *item)
{
    for (unsigned language = 0; language < 2; language++)
        if (!item->text[language]) {
            const struct content_text *other = item->text[1 - language];
            content_fault_add(&lint->faults, CONTENT_WRONG, other->path, 0, NULL,
                              "has no translation: write %s/%.*s.%s.md",
                              content_kind_name(item->kind), STR_ARG(item->name),
                              language_code((enum language)language));
        }
}

static size_t
count_of(const struct content_text *text, const struct content_key *key)
{
    size_t n = 0;
    for (size_t i = 0; i < text->field_count; i++)
        n += text->fields[i].key == key;
    return n;
}

static bool
has_value(const struct content_text *text, const struct content_field *field)
{
    for (size_t i = 0; i < text->field_count; i++)
        if (text->fields[i].key == field->key && str_eq(text->fields[i].value, field->value))
            return true;
    return false;
}

/* What is the same in both languages stands in one text, or alike in both; what is translated
 * stands in both. */
static void
lint_agreement(struct lint *lint, const struct content_text *text, const struct content_text *other)
{
    for (size_t i = 0; i < text->field_count; i++) {
        const struct content_field *field = &text->fields[i];
        size_t theirs = count_of(other, field->key);
        if (field->key->flags & KEY_NEUTRAL && theirs && !has_value(other, field))
            content_fault_add(&lint->faults, CONTENT_WRONG, text->path, field->line,
                              field->key->name, "differs from %.*s", STR_ARG(other->path));
        if (!(field->key->flags & KEY_NEUTRAL) && !theirs)
            content_fault_add(&lint->faults, CONTENT_WRONG, text->path, field->line,
                              field->key->name, "is not translated in %.*s", STR_ARG(other->path));
    }
}

static void
lint_twice(struct lint *lint, const struct content_text *text)
{
    for (size_t i = 0; i < text->field_count; i++)
        for (size_t k = 0; k < i; k++)
            if (text->fields[i].key == text->fields[k].key &&
                str_eq(text->fields[i].value, text->fields[k].value))
                content_fault_add(&lint->faults, CONTENT_WRONG, text->path, text->fields[i].line,
                                  text->fields[i].key->name, "is the same as on line %zu",
                                  text->fields[k].line);
}

static void
lint_link(struct lint *lint, const struct content_text *text, const struct content_link *link)
{
    str target = link->target, rest = link->target, path;
    if (!str_starts(target, STR("/")))
        return;
    str_cut(&rest, '#', &path);
    rest = path;
    str_cut(&rest, '?', &path);
    if (!lint->path_exists(lint->context, path))
        content_fault_add(&lint->faults, CONTENT_WRONG, text->path, link->line, NULL,
                          "links to %.*s, which is no page here",
                          (int)(target.n < 120 ? target.n : 120), target.p);
    bool english = str_starts(path, STR("/en/")), own = str_ends(text->path, STR(".en.md"));
    if (english != own)
        content_fault_add(&lint->faults, CONTENT_WRONG, text->path, link->line, NULL,
                          "links to %.*s, a page in the other language",
                          (int)(target.n < 120 ? target.n : 120), target.p);
}

/* Two items that a reader, or the choice of a guide, could not tell apart. */
static void
lint_names(struct lint *lint, const struct content_item *item, const struct content_item *before)
{
    const struct content_field *field = NULL;
    const struct content_text *text = content_text(item, LANGUAGE_VI, NULL);
    for (unsigned language = 0; language < 2; language++)
        if (item->text[language] && before->text[language] &&
            str_eq(content_value(item, (enum language)language, "title"),
                   content_value(before, (enum language)language, "title")))
            content_fault_add(&lint->faults, CONTENT_WRONG, item->text[language]->path, 1, "title",
                              "is also that of %.*s", STR_ARG(before->text[language]->path));
    if (item->kind != CONTENT_GUIDES)
        return;
    while ((field = content_field(item, LANGUAGE_VI, "family", field))) {
        const struct content_field *other = NULL;
        while ((other = content_field(before, LANGUAGE_VI, "family", other)))
            if (str_eq(field->value, other->value))
                content_fault_add(&lint->faults, CONTENT_WRONG, text->path, field->line, "family",
                                  "%.*s has a guide already: %.*s", STR_ARG(field->value),
                                  STR_ARG(before->name));
    }
}

static void
lint_days(struct lint *lint, const struct content_item *item)
{
    const struct content_text *text = content_text(item, LANGUAGE_VI, NULL);
    day updated = content_day(item, "updated");
    if (item->date != DAY_NONE && item->date > lint->today)
        content_fault_add(&lint->faults, CONTENT_REMARK, text->path, 0, "date",
                          "is still to come: not shown before that day");
    if (updated != DAY_NONE && item->date != DAY_NONE && updated < item->date)
        content_fault_add(&lint->faults, CONTENT_WRONG, text->path, 0, "updated",
                          "lies before \"date\"");
    if (item->hidden)
        content_fault_add(&lint->faults, CONTENT_REMARK, text->path, 0, "hidden", "is not shown");
}

static void
lint_item(struct lint *lint, enum content_kind kind, size_t index)
{
    const struct content_item *item = content_at(lint->content, kind, index);
    lint_translation(lint, item);
    lint_days(lint, item);
    for (size_t i = 0; i < index; i++)
        lint_names(lint, item, content_at(lint->content, kind, i));
    for (unsigned language = 0; language < 2; language++) {
        const struct content_text *text = item->text[language], *other = item->text[1 - language];
        if (!text)
            continue;
        lint_twice(lint, text);
        if (other)
            lint_agreement(lint, text, other);
        for (size_t i = 0; i < text->link_count; i++)
            lint_link(lint, text, &text->links[i]);
    }
}

void
content_lint(const struct content *content, day today, bool (*path_exists)(void *, str path),
             void *context, const struct content_report *report)
{
    struct lint lint = {content, today, path_exists, context, {.report = report}};
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        for (size_t i = 0; i < content_count(content, (enum content_kind)kind); i++)
            lint_item(&lint, (enum content_kind)kind, i);
}
