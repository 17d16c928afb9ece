/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of a set lives in one arena. Items are found by a walk: a kind has some dozens of
 * them, and pages are kept ready made. */
#include "portal/content/content.h"

#include "base/embed.h"
#include "base/limits.h"
#include "base/require.h"
#include "portal/content/folder.h"

#include <stdatomic.h>
#include <stdio.h>

struct kind_items {
    struct content_item **items;
    size_t count, room;
};

struct content {
    atomic_uint references;
    struct arena arena;
    struct kind_items kinds[CONTENT_KINDS];
    struct buf digest; /* the hashes of all texts, in order */
    struct checksum checksum;
};

static struct content_item *
item_of(struct content *content, enum content_kind kind, str name)
{
    struct kind_items *list = &content->kinds[kind];
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i]->name, name))
            return list->items[i];
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 32;
        list->items = mem_resize(list->items, list->room, sizeof(struct content_item *));
    }
    struct content_item *item = arena_alloc(&content->arena, sizeof *item);
    item->kind = kind;
    item->name = arena_str(&content->arena, name);
    return list->items[list->count++] = item;
}

/* A later text takes an earlier one's place: the operator's files come last. */
static void
add_text(struct content *content, enum content_kind kind, str file, str bytes, bool own,
         struct content_faults *faults)
{
    char path[PATH_TEXT];
    str name;
    enum language language;
    require(content_file_name(file, &name, &language));
    snprintf(path, sizeof path, "%s/%.*s", content_kind_name(kind), STR_ARG(file));
    struct checksum checksum = checksum_of(bytes);
    buf_str(&content->digest, str_of(path));
    buf_add(&content->digest, &checksum, sizeof checksum);
    struct content_item *item = item_of(content, kind, name);
    item->text[language] = content_text_parse(kind, str_of(path), bytes, &content->arena, faults);
    item->own |= own;
}

/* "content/tools/name.vi.md" */
static void
add_built_in(struct content *content, struct content_faults *faults)
{
    struct embedded_file file;
    for (size_t i = 0; embed_at(i, &file); i++) {
        str rest = str_of(file.name), top, folder;
        enum content_kind kind;
        if (!str_cut(&rest, '/', &top) || !str_eq(top, STR("content")))
            continue;
        bool known = str_cut(&rest, '/', &folder) && content_kind_find(folder, &kind);
        require(known);
        add_text(content, kind, rest, file.content, false, faults);
    }
}

static errcode
add_folder(struct content *content, const char *folder, struct content_faults *faults,
           struct err *err)
{
    struct content_files list;
    errcode code = content_files_list(folder, faults, &list, err);
    if (code != OK)
        return code;
    for (size_t i = 0; i < list.count; i++) {
        struct buf bytes = {0};
        struct err why;
        char path[PATH_TEXT];
        snprintf(path, sizeof path, "%s/%s", content_kind_name(list.files[i].kind),
                 list.files[i].name);
        if (content_file_read(folder, &list.files[i], &bytes, &why) == OK)
            add_text(content, list.files[i].kind, str_of(list.files[i].name), buf_view(&bytes),
                     true, faults);
        else
            content_fault_add(faults, CONTENT_REFUSED, str_of(path), 0, NULL, "%s", why.text);
        buf_clear(&bytes);
    }
    free(list.files);
    return OK;
}

static bool
is_yes(const struct content_item *item, const char *key)
{
    return str_eq(content_value(item, LANGUAGE_VI, key), STR("yes"));
}

/* The keys that an item needs may be in either text when they are neutral; others in each. */
static void
check_needed(const struct content_item *item, struct content_faults *faults)
{
    const struct content_key *key;
    for (size_t i = 0; (key = content_key_at(item->kind, i)); i++)
        for (unsigned language = 0; language < 2; language++)
            if (key->flags & KEY_NEEDED && item->text[language] &&
                !content_value(item, (enum language)language, key->name).n)
                content_fault_add(faults, CONTENT_REFUSED, item->text[language]->path, 1, key->name,
                                  "is missing: add a line \"%s: …\", %s", key->name,
                                  content_key_words(key));
}

static void
refuse_missing(const struct content_item *item, const char *key, const char *why,
               struct content_faults *faults)
{
    content_fault_add(faults, CONTENT_REFUSED, content_text(item, LANGUAGE_VI, NULL)->path, 1, key,
                      "is missing: %s", why);
}

/* A download link must be the maker's own, or the page would vouch for a stranger. */
static void
check_download(const struct content_item *item, struct content_faults *faults)
{
    str url = content_value(item, LANGUAGE_VI, "url"), host;
    str domain = content_value(item, LANGUAGE_VI, "maker_domain");
    if (!url.n && !content_value(item, LANGUAGE_VI, "file").n)
        return;
    if (!content_value(item, LANGUAGE_VI, "os").n)
        refuse_missing(item, "os", "a tool that is offered says for which systems", faults);
    if (!url.n)
        return;
    if (!domain.n) {
        refuse_missing(item, "maker_domain", "\"url\" must lie on the maker's domain", faults);
        return;
    }
    str rest = str_from(url, 8);
    str_cut(&rest, '/', &host);
    bool below =
        str_ends(host, domain) && host.n > domain.n && host.p[host.n - domain.n - 1] == '.';
    if (!below && !str_eq(host, domain))
        content_fault_add(faults, CONTENT_REFUSED, content_text(item, LANGUAGE_VI, NULL)->path, 1,
                          "url", "is not on %.*s, the maker's domain", STR_ARG(domain));
}

static void
finish_item(struct content_item *item, struct content_faults *faults)
{
    item->date = content_day(item, "date");
    item->hidden = is_yes(item, "hidden");
    item->historical = is_yes(item, "historical");
    item->order = UINT64_MAX;
    str_to_u64(content_value(item, LANGUAGE_VI, "order"), UINT64_MAX - 1, &item->order);
    check_needed(item, faults);
    if (item->kind == CONTENT_TOOLS)
        check_download(item, faults);
    if ((item->kind == CONTENT_ALERTS || item->kind == CONTENT_PRESS) && item->date == DAY_NONE)
        refuse_missing(item, "date", "alerts and press releases are listed by their day", faults);
}

static int
compare_items(const void *a, const void *b)
{
    const struct content_item *x = *(struct content_item *const *)a;
    const struct content_item *y = *(struct content_item *const *)b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->date != y->date)
        return x->date > y->date ? -1 : 1;
    return str_compare(x->name, y->name);
}

static void
finish(struct content *content, struct content_faults *faults)
{
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++) {
        struct kind_items *list = &content->kinds[kind];
        for (size_t i = 0; i < list->count; i++)
            finish_item(list->items[i], faults);
        if (list->count)
            qsort(list->items, list->count, sizeof(struct content_item *), compare_items);
    }
    content->checksum = checksum_of(buf_view(&content->digest));
    buf_clear(&content->digest);
}

errcode
content_new(const char *folder, const struct content_report *report, struct content **ret,
            struct err *err)
{
    struct content_faults faults = {.report = report};
    struct content *content = mem_calloc(1, sizeof *content);
    atomic_init(&content->references, 1);
    content->digest = BUF((size_t)LIMIT_CONTENT_FILES * PATH_TEXT);
    errcode code = OK;
    add_built_in(content, &faults);
    if (folder && folder[0])
        code = add_folder(content, folder, &faults, err);
    finish(content, &faults);
    if (code == OK && faults.refused) {
        code = ERR_FORMAT;
        if (err)
            *err = faults.first;
    }
    if (code != OK)
        content_unref(content);
    else
        *ret = content;
    return code;
}

struct content *
content_ref(struct content *content)
{
    atomic_fetch_add_explicit(&content->references, 1, memory_order_relaxed);
    return content;
}

void
content_unref(struct content *content)
{
    if (!content || atomic_fetch_sub_explicit(&content->references, 1, memory_order_acq_rel) != 1)
        return;
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        free(content->kinds[kind].items);
    arena_clear(&content->arena);
    free(content);
}

struct checksum
content_checksum(const struct content *content)
{
    return content->checksum;
}

size_t
content_count(const struct content *content, enum content_kind kind)
{
    return content->kinds[kind].count;
}

const struct content_item *
content_at(const struct content *content, enum content_kind kind, size_t index)
{
    require(index < content->kinds[kind].count);
    return content->kinds[kind].items[index];
}

const struct content_item *
content_find(const struct content *content, enum content_kind kind, str name)
{
    for (size_t i = 0; i < content->kinds[kind].count; i++)
        if (str_eq(content->kinds[kind].items[i]->name, name))
            return content->kinds[kind].items[i];
    return NULL;
}

bool
content_is_shown(const struct content_item *item, day today)
{
    return item && !item->hidden && (item->date == DAY_NONE || item->date <= today);
}

static enum language
other_than(enum language language)
{
    return language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
}

const struct content_text *
content_text(const struct content_item *item, enum language language, enum language *ret_language)
{
    if (!item->text[language])
        language = other_than(language);
    if (ret_language)
        *ret_language = language;
    return item->text[language];
}

/* The field behind LAST in TEXT; a LAST of another text is none of it. */
static const struct content_field *
field_in(const struct content_text *text, const char *key, const struct content_field *last)
{
    for (size_t i = 0; i < text->field_count; i++)
        if ((!last || &text->fields[i] > last) && strcmp(text->fields[i].key->name, key) == 0)
            return &text->fields[i];
    return NULL;
}

const struct content_field *
content_field(const struct content_item *item, enum language language, const char *key,
              const struct content_field *last)
{
    enum language own;
    const struct content_key *row = content_key_find(item->kind, str_of(key));
    const struct content_text *text = content_text(item, language, &own);
    const struct content_text *other = item->text[other_than(own)];
    require(row);
    if (row->flags & KEY_NEUTRAL && other && !field_in(text, key, NULL))
        text = other;
    return field_in(text, key, last);
}

str
content_value(const struct content_item *item, enum language language, const char *key)
{
    const struct content_field *field = content_field(item, language, key, NULL);
    return field ? field->value : (str){NULL, 0};
}

day
content_day(const struct content_item *item, const char *key)
{
    day value = DAY_NONE;
    day_parse(content_value(item, LANGUAGE_VI, key), &value);
    return value;
}
