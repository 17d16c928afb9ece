/* SPDX-License-Identifier: Apache-2.0 */
/* A content item as a page: its header's facts in rows, its tables, its text. All texts that have
 * to be put together live in one arena until the page is written. */
#include "pages/article.h"

#include "base/arena.h"
#include "base/require.h"

enum { ROWS_MAX = 128, FACTS_MAX = 16, TAGS_MAX = 3, LIST_MAX = 500 };

struct work {
    const struct visit *visit;
    const struct content_item *item;
    struct arena arena;
    str lang; /* of the item's text */
};

str
page_text(const struct visit *visit, const char *english)
{
    return str_of(catalog_text(visit->language, english));
}

const struct content_item *
article_find(const struct visit *visit, enum content_kind kind, str name)
{
    const struct content_item *item = content_find(visit->content, kind, name);
    return content_is_shown(item, clock_today()) ? item : NULL;
}

const char *
level_words(str level, const char **ret_style)
{
    static const struct {
        const char *level, *words, *style;
    } levels[] = {
        {"low", N_("Level: low"), "govuk-tag--grey"},
        {"medium", N_("Level: medium"), "govuk-tag--yellow"},
        {"high", N_("Level: high"), "govuk-tag--orange"},
        {"critical", N_("Level: critical"), "govuk-tag--red"},
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (str_eq(level, str_of(levels[i].level))) {
            *ret_style = levels[i].style;
            return levels[i].words;
        }
    return NULL;
}

static str
day_text(struct work *work, day d)
{
    char out[DAY_TEXT];
    return arena_str(&work->arena, day_words(work->visit->language, d, out));
}

static str
value_of(const struct work *work, const char *key)
{
    return content_value(work->item, work->visit->language, key);
}

static const struct content_field *
next_field(const struct work *work, const char *key, const struct content_field *last)
{
    return content_field(work->item, work->visit->language, key, last);
}

static struct page_article_facts_values
fact_value(struct work *work, const struct article_fact *fact, str value)
{
    day d;
    struct page_article_facts_values shown = {.text = value, .value_lang = work->lang};
    if (fact->sort == FACT_DAY && day_parse(value, &d))
        shown.text = day_text(work, d);
    if (fact->sort == FACT_LINK)
        shown.link = value;
    return shown;
}

static void
add_facts(struct work *work, const struct article *article, struct page_article *page)
{
    struct page_article_facts *facts = arena_alloc(&work->arena, FACTS_MAX * sizeof *facts);
    for (const struct article_fact *fact = article->facts; fact && fact->key; fact++) {
        const struct content_field *field = NULL;
        struct page_article_facts_values *values =
            arena_alloc(&work->arena, ROWS_MAX * sizeof *values);
        size_t count = 0;
        while ((field = next_field(work, fact->key, field)) && count < ROWS_MAX)
            values[count++] = fact_value(work, fact, field->value);
        require(page->facts_count < FACTS_MAX);
        if (count)
            facts[page->facts_count++] = (struct page_article_facts){
                .label = page_text(work->visit, fact->label),
                .values = values,
                .values_count = count,
            };
    }
    page->facts = facts;
}

/* "từ … đến …", with either end open. */
static str
span_words(struct work *work, str from, str to)
{
    day first = DAY_NONE, last = DAY_NONE;
    struct buf out = BUF(256);
    day_parse(from, &first);
    day_parse(to, &last);
    if (first != DAY_NONE) {
        buf_str(&out, page_text(work->visit, N_("from")));
        buf_char(&out, ' ');
        buf_str(&out, day_text(work, first));
    }
    if (last != DAY_NONE) {
        buf_z(&out, first != DAY_NONE ? " " : "");
        buf_str(&out, page_text(work->visit, N_("to")));
        buf_char(&out, ' ');
        buf_str(&out, day_text(work, last));
    }
    str text = out.n ? arena_str(&work->arena, buf_view(&out)) : STR("–");
    buf_clear(&out);
    return text;
}

static void
add_phases(struct work *work, struct page_article *page)
{
    static const struct {
        const char *key, *words;
    } names[] = {{"before", N_("Before")}, {"during", N_("During")}, {"after", N_("After")}};
    const struct content_field *field = NULL;
    struct page_article_phases *rows = arena_alloc(&work->arena, ROWS_MAX * sizeof *rows);
    while ((field = next_field(work, "phase", field)) && page->phases_count < ROWS_MAX) {
        str parts[CONTENT_PARTS];
        struct page_article_phases *row = &rows[page->phases_count++];
        require(content_parts(field->value, parts) == CONTENT_PARTS);
        for (size_t i = 0; i < 3; i++)
            if (str_eq(parts[0], str_of(names[i].key)))
                row->name = page_text(work->visit, names[i].words);
        row->time = span_words(work, parts[1], parts[2]);
        row->what = parts[3];
        row->phase_lang = work->lang;
    }
    page->phases = rows;
}

/* In hundredths of a percent, rounded half away from zero. */
static str
change_words(struct work *work, uint64_t before, uint64_t now)
{
    char text[48];
    if (!before)
        return STR("–");
    uint64_t least = now < before ? before - now : now - before;
    uint64_t parts =
        (uint64_t)(((unsigned __int128)least * 20000 + before) / (2 * (unsigned __int128)before));
    snprintf(text, sizeof text, "%s%llu%c%02u%%", now < before ? "−" : "+",
             (unsigned long long)(parts / 100), work->visit->language == LANGUAGE_VI ? ',' : '.',
             (unsigned)(parts % 100));
    return arena_str(&work->arena, str_of(text));
}

/* A count is of a day or of a month: "12/2020", "2020-12". */
static str
time_words(struct work *work, str text)
{
    char out[DAY_TEXT];
    day d;
    if (day_parse(text, &d))
        return day_text(work, d);
    if (work->visit->language == LANGUAGE_EN || !content_month(text, &d))
        return text;
    return arena_str(&work->arena, str_from(str_of(day_format_vi(d, out)), 3));
}

static void
add_counts(struct work *work, struct page_article *page)
{
    const struct content_field *field = NULL;
    struct page_article_counts *rows = arena_alloc(&work->arena, ROWS_MAX * sizeof *rows);
    uint64_t before = 0;
    while ((field = next_field(work, "count", field)) && page->counts_count < ROWS_MAX) {
        str parts[CONTENT_PARTS];
        uint64_t number = 0;
        char text[NUMBER_TEXT];
        struct page_article_counts *row = &rows[page->counts_count++];
        require(content_parts(field->value, parts) == CONTENT_PARTS);
        str_to_u64(parts[1], UINT64_MAX, &number);
        row->count_day = time_words(work, parts[0]);
        row->what = parts[2];
        row->count_lang = work->lang;
        row->number =
            arena_str(&work->arena, number_text(text, work->visit->language, (double)number, 0));
        row->change = change_words(work, before, number);
        row->announced = str_eq(parts[3], STR("-")) ? STR("–") : parts[3];
        before = number;
    }
    page->counts = rows;
}

static void
add_laws(struct work *work, struct page_article *page)
{
    const struct content_field *field = NULL;
    struct page_article_laws *rows = arena_alloc(&work->arena, ROWS_MAX * sizeof *rows);
    while ((field = next_field(work, "law", field)) && page->laws_count < ROWS_MAX) {
        str parts[CONTENT_PARTS];
        require(content_parts(field->value, parts) == CONTENT_PARTS);
        rows[page->laws_count++] = (struct page_article_laws){
            .number = parts[0],
            .law = parts[1],
            .law_lang = work->lang,
            .time = span_words(work, parts[2], parts[3]),
        };
    }
    page->laws = rows;
}

/* hxxps://zoom[.]example: no program makes a link of it. */
static str
defanged(struct work *work, str domain)
{
    struct buf out = BUF(1024);
    buf_z(&out, "hxxps://");
    for (size_t i = 0; i < domain.n; i++) {
        if (domain.p[i] == '.')
            buf_z(&out, "[.]");
        else
            buf_char(&out, domain.p[i]);
    }
    str text = arena_str(&work->arena, buf_view(&out));
    buf_clear(&out);
    return text;
}

static void
add_domains(struct work *work, struct page_article *page)
{
    const struct content_field *field = NULL;
    struct page_article_domains *rows = arena_alloc(&work->arena, ROWS_MAX * sizeof *rows);
    while ((field = next_field(work, "domain", field)) && page->domains_count < ROWS_MAX)
        rows[page->domains_count++].text = defanged(work, field->value);
    page->domains = rows;
}

static void
add_sources(struct work *work, struct page_article *page)
{
    const struct content_field *field = NULL;
    struct page_article_sources *rows = arena_alloc(&work->arena, ROWS_MAX * sizeof *rows);
    while ((field = next_field(work, "source", field)) && page->sources_count < ROWS_MAX) {
        rows[page->sources_count].text = field->value;
        rows[page->sources_count++].source_lang = work->lang;
    }
    page->sources = rows;
}

static void
add_tags(struct work *work, const struct article *article, struct page_article *page)
{
    struct page_article_tags *tags = arena_alloc(&work->arena, TAGS_MAX * sizeof *tags);
    if (article->tag)
        tags[page->tags_count++] = (struct page_article_tags){
            .text = page_text(work->visit, article->tag), .style = str_of(article->tag_style)};
    if (work->item->historical)
        tags[page->tags_count++] = (struct page_article_tags){
            .text = page_text(work->visit, N_("Historical")), .style = STR("govuk-tag--grey")};
    page->tags = tags;
}

static void
fill(struct work *work, const struct article *article, struct page_article *page)
{
    const struct content_item *item = work->item;
    add_tags(work, article, page);
    add_facts(work, article, page);
    add_sources(work, page);
    if (item->kind == CONTENT_CAMPAIGNS) {
        add_phases(work, page);
        add_counts(work, page);
    }
    if (item->kind == CONTENT_PAGES)
        add_laws(work, page);
    if (item->kind == CONTENT_ALERTS)
        add_domains(work, page);
}

void
article_serve(const struct visit *visit, const struct content_item *item,
              const struct article *article)
{
    enum language language;
    struct buf content = BUF(HTTP_BODY_MAX);
    if (!item) {
        page_serve_error(visit, 404);
        return;
    }
    const struct content_text *text = content_text(item, visit->language, &language);
    struct work work = {.visit = visit, .item = item, .lang = str_of(language_code(language))};
    struct page_article page = {
        .up = str_of(article->up_path[visit->language]),
        .up_text = article->up_text ? page_text(visit, article->up_text) : (str){NULL, 0},
        .title = value_of(&work, "title"),
        .summary = value_of(&work, "summary"),
        .text_lang = work.lang,
        .foreign = language != visit->language,
        .historical = item->historical,
        .body = text->html,
    };
    fill(&work, article, &page);
    page_article_write(&page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = page.title, .content = buf_view(&content)});
    buf_clear(&content);
    arena_clear(&work.arena);
}

static void
add_item_tags(struct work *work, struct page_list_items *row)
{
    const char *style;
    struct page_list_items_tags *tags = arena_alloc(&work->arena, TAGS_MAX * sizeof *tags);
    if (work->item->kind == CONTENT_ALERTS) {
        const char *words = level_words(value_of(work, "level"), &style);
        require(words);
        tags[row->tags_count++] = (struct page_list_items_tags){
            .label = page_text(work->visit, words), .style = str_of(style)};
    }
    if (work->item->historical)
        tags[row->tags_count++] = (struct page_list_items_tags){
            .label = page_text(work->visit, N_("Historical")), .style = STR("govuk-tag--grey")};
    row->tags = tags;
}

static void
add_item(struct work *work, const struct article_list *list, struct page_list_items *row)
{
    enum language language;
    char path[PAGE_PATH];
    const struct visit *visit = work->visit;
    content_text(work->item, visit->language, &language);
    snprintf(path, sizeof path, "%s%.*s", list->item_path[visit->language],
             STR_ARG(work->item->name));
    *row = (struct page_list_items){
        .link = arena_str(&work->arena, str_of(path)),
        .text = value_of(work, "title"),
        .summary = value_of(work, "summary"),
        .item_lang = str_of(language_code(language)),
        .day = day_text(work, work->item->date),
    };
    add_item_tags(work, row);
}

void
article_serve_list(const struct visit *visit, const struct article_list *list)
{
    struct work work = {.visit = visit};
    struct buf content = BUF(HTTP_BODY_MAX);
    size_t count = content_count(visit->content, list->kind);
    struct page_list_items *items = arena_alloc(&work.arena, (LIST_MAX + 1) * sizeof *items);
    struct page_list page = {
        .title = page_text(visit, list->title),
        .intro = list->intro ? page_text(visit, list->intro) : (str){NULL, 0},
        .empty = page_text(visit, list->empty),
        .feed = str_of(list->feed_path[visit->language]),
        .items = items,
    };
    for (size_t i = 0; i < count && page.items_count < LIST_MAX; i++) {
        work.item = content_at(visit->content, list->kind, i);
        if (content_is_shown(work.item, clock_today()) &&
            (!list->takes || list->takes(visit, work.item)))
            add_item(&work, list, &items[page.items_count++]);
    }
    page_list_write(&page, visit->language, &content);
    page_frame(visit, &(struct frame){.title = page.title, .content = buf_view(&content)});
    buf_clear(&content);
    arena_clear(&work.arena);
}
