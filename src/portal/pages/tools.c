/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of tools, by system, and the way to each maker's download. A tool whose free time
 * has passed is named, but not offered. */
#include "base/arena.h"
#include "pages/article.h"
#include "portal/http/target.h"

enum { TOOLS_MAX = 200, CONTACTS_MAX = 32, FILES_MAX = 16, SYSTEMS = 6 };

static const struct {
    const char *os, *words;
} systems[SYSTEMS] = {
    {NULL, N_("All systems")}, {"windows", "Windows"}, {"macos", "macOS"},
    {"linux", "Linux"},        {"android", "Android"}, {"ios", "iPhone, iPad"},
};

struct work {
    const struct visit *visit;
    const struct content_item *item;
    struct arena arena;
    struct shelf *shelf; /* of this site's own files; may be NULL */
    const char *os;      /* the one asked for; NULL: all */
};

static const char *
own_path(enum language language)
{
    return language == LANGUAGE_VI ? "/cong-cu" : "/en/tools";
}

static const char *
system_key(enum language language)
{
    return language == LANGUAGE_VI ? "he-dieu-hanh" : "os";
}

static str
value_of(const struct work *work, const char *key)
{
    return content_value(work->item, work->visit->language, key);
}

static bool
is_free(const struct content_item *item, day today)
{
    day until = content_day(item, "free_until");
    bool has_file = content_value(item, LANGUAGE_VI, "file").n > 0;
    return (has_file || content_value(item, LANGUAGE_VI, "url").n) &&
           (until == DAY_NONE || today <= until);
}

static bool
is_for(const struct content_item *item, const char *os)
{
    const struct content_field *field = NULL;
    if (!os)
        return true;
    while ((field = content_field(item, LANGUAGE_VI, "os", field)))
        if (str_eq(field->value, str_of(os)))
            return true;
    return false;
}

static str
joined(struct work *work, const char *before, str text)
{
    char *out = arena_alloc(&work->arena, strlen(before) + text.n + 1);
    memcpy(out, before, strlen(before));
    memcpy(out + strlen(before), text.p, text.n);
    return (str){out, strlen(before) + text.n};
}

static str
system_names(struct work *work)
{
    struct buf out = BUF(512);
    for (size_t i = 1; i < SYSTEMS; i++)
        if (is_for(work->item, systems[i].os)) {
            buf_z(&out, out.n ? ", " : "");
            buf_str(&out, page_text(work->visit, systems[i].words));
        }
    str text = arena_str(&work->arena, buf_view(&out));
    buf_clear(&out);
    return text;
}

/* A telephone link has no blanks. */
static str
phone_link(struct work *work, str phone)
{
    struct buf out = BUF(64);
    buf_z(&out, "tel:");
    for (size_t i = 0; i < phone.n; i++)
        if (ascii_is_digit(phone.p[i]) || phone.p[i] == '+')
            buf_char(&out, phone.p[i]);
    str text = arena_str(&work->arena, buf_view(&out));
    buf_clear(&out);
    return text;
}

static void
add_contacts(struct work *work, struct page_tools_tools *tool)
{
    const struct content_field *field = NULL;
    struct page_tools_tools_phones *phones =
        arena_alloc(&work->arena, CONTACTS_MAX * sizeof *phones);
    struct page_tools_tools_emails *emails =
        arena_alloc(&work->arena, CONTACTS_MAX * sizeof *emails);
    while ((field = content_field(work->item, work->visit->language, "phone", field)) &&
           tool->phones_count < CONTACTS_MAX)
        phones[tool->phones_count++] = (struct page_tools_tools_phones){
            .phone = field->value, .phone_link = phone_link(work, field->value)};
    field = NULL;
    while ((field = content_field(work->item, work->visit->language, "email", field)) &&
           tool->emails_count < CONTACTS_MAX)
        emails[tool->emails_count++] = (struct page_tools_tools_emails){
            .email = field->value, .email_link = joined(work, "mailto:", field->value)};
    tool->phones = phones;
    tool->emails = emails;
}

static str
number_words(struct work *work, uint64_t number)
{
    char text[NUMBER_TEXT];
    return arena_str(&work->arena, number_text(text, work->visit->language, (double)number, 0));
}

static str
size_words(struct work *work)
{
    uint64_t size;
    if (!str_to_u64(value_of(work, "size"), UINT64_MAX, &size))
        return (str){NULL, 0};
    return number_words(work, size);
}

static str
free_until_words(struct work *work)
{
    char text[DAY_TEXT];
    day until = content_day(work->item, "free_until");
    return arena_str(&work->arena, day_words(work->visit->language, until, text));
}

/* A small figure would tell more about visitors than about the tool. */
static str
downloads_words(struct work *work, str name)
{
    const struct visit *visit = work->visit;
    struct counter_figure figure = counters_figure_of(visit->site->counters, COUNTER_TOOL, name);
    if (figure.total < COUNTER_SHOWN)
        return str_of(catalog_text(visit->language, N_("fewer than 100")));
    return number_words(work, figure.total);
}

/* ---- files of this site ---- */

static const char *
get_path(enum language language)
{
    return language == LANGUAGE_VI ? "/cong-cu/tai/" : "/en/tools/get/";
}

static const struct shelf_file *
find_signature(struct work *work, str name)
{
    char text[SHELF_NAME];
    int n = snprintf(text, sizeof text, "%.*s.sig", STR_ARG(name));
    return n > 0 && n < SHELF_NAME ? shelf_find(work->shelf, str_of(text)) : NULL;
}

static struct page_tools_tools_files
file_row(struct work *work, str name)
{
    char hash[SHA256_TEXT];
    const struct shelf_file *file = shelf_find(work->shelf, name);
    const struct shelf_file *signature = find_signature(work, name);
    struct page_tools_tools_files row = {.file = name};
    if (!file)
        return row;
    row.file_link = joined(work, get_path(work->visit->language), name);
    row.file_size = number_words(work, file->size);
    row.file_sha256 = arena_str(&work->arena, str_of(sha256_format(&file->sha256, hash)));
    row.file_downloads = downloads_words(work, name);
    if (signature) {
        row.signature = arena_str(&work->arena, str_of(signature->name));
        row.signature_link = joined(work, "/downloads/", row.signature);
    }
    return row;
}

static void
add_files(struct work *work, struct page_tools_tools *tool)
{
    const struct content_field *field = NULL;
    struct page_tools_tools_files *files = arena_alloc(&work->arena, FILES_MAX * sizeof *files);
    while ((field = content_field(work->item, work->visit->language, "file", field)) &&
           tool->files_count < FILES_MAX)
        files[tool->files_count++] = file_row(work, field->value);
    tool->files = files;
}

/* ---- cards ---- */

static void
fill_tool(struct work *work, struct page_tools_tools *tool)
{
    enum language language;
    const struct content_text *text = content_text(work->item, work->visit->language, &language);
    *tool = (struct page_tools_tools){
        .anchor = joined(work, "tool-", work->item->name),
        .title = value_of(work, "title"),
        .tool_lang = str_of(language_code(language)),
        .summary = value_of(work, "summary"),
        .maker = value_of(work, "maker"),
        .domain = value_of(work, "maker_domain"),
        .runs_on = system_names(work),
        .version = value_of(work, "version"),
        .size = size_words(work),
        .sha256 = value_of(work, "sha256"),
        .licence = value_of(work, "licence"),
        .free_until = free_until_words(work),
        .downloads = downloads_words(work, work->item->name),
        .help = text->html,
    };
    if (value_of(work, "url").n)
        tool->link = joined(work, get_path(work->visit->language), work->item->name);
    add_contacts(work, tool);
    add_files(work, tool);
}

static void
fill_former(struct work *work, struct page_tools_former *tool)
{
    enum language language;
    content_text(work->item, work->visit->language, &language);
    *tool = (struct page_tools_former){
        .title = value_of(work, "title"),
        .tool_lang = str_of(language_code(language)),
        .maker = value_of(work, "maker"),
        .summary = value_of(work, "summary"),
        .free_until = free_until_words(work),
    };
}

static void
add_tools(struct work *work, struct page_tools *page)
{
    const struct content *content = work->visit->content;
    day today = clock_today();
    struct page_tools_tools *tools = arena_alloc(&work->arena, TOOLS_MAX * sizeof *tools);
    struct page_tools_former *former = arena_alloc(&work->arena, TOOLS_MAX * sizeof *former);
    for (size_t i = 0; i < content_count(content, CONTENT_TOOLS); i++) {
        work->item = content_at(content, CONTENT_TOOLS, i);
        if (!content_is_shown(work->item, today) || !is_for(work->item, work->os))
            continue;
        if (is_free(work->item, today) && page->tools_count < TOOLS_MAX)
            fill_tool(work, &tools[page->tools_count++]);
        else if (!is_free(work->item, today) && page->former_count < TOOLS_MAX)
            fill_former(work, &former[page->former_count++]);
    }
    page->tools = tools;
    page->former = former;
}

static void
add_systems(struct work *work, struct page_tools *page)
{
    enum language language = work->visit->language;
    struct page_tools_systems *rows = arena_alloc(&work->arena, SYSTEMS * sizeof *rows);
    for (size_t i = 0; i < SYSTEMS; i++) {
        char link[PAGE_PATH];
        snprintf(link, sizeof link, "%s%s%s%s%s", own_path(language), systems[i].os ? "?" : "",
                 systems[i].os ? system_key(language) : "", systems[i].os ? "=" : "",
                 systems[i].os ? systems[i].os : "");
        rows[i] = (struct page_tools_systems){
            .link = arena_str(&work->arena, str_of(link)),
            .text = page_text(work->visit, systems[i].words),
            .current = work->os == systems[i].os,
        };
    }
    page->systems = rows;
    page->systems_count = SYSTEMS;
}

/* Who has an anti-virus program needs no other: that way comes first. */
static void
add_own_way(const struct visit *visit, struct page_tools *page)
{
    enum language language;
    const struct content_item *item = article_find(visit, CONTENT_PAGES, STR("have-antivirus"));
    if (!item)
        return;
    page->own_text = content_text(item, visit->language, &language)->html;
    page->own_title = content_value(item, visit->language, "title");
    page->own_lang = str_of(language_code(language));
}

static const char *
asked_system(const struct visit *visit)
{
    char text[16];
    str value;
    if (!query_find(visit->request->query, str_of(system_key(visit->language)), text, sizeof text,
                    &value))
        return NULL;
    for (size_t i = 1; i < SYSTEMS; i++)
        if (str_eq(value, str_of(systems[i].os)))
            return systems[i].os;
    return NULL;
}

static void
serve(const struct visit *visit)
{
    struct work work = {.visit = visit,
                        .shelf = shelves_ref(visit->site->shelves, SHELF_DOWNLOADS),
                        .os = asked_system(visit)};
    struct buf content = BUF(HTTP_BODY_MAX);
    struct page_tools page = {0};
    char other_path[PAGE_PATH];
    enum language other = visit->language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
    add_own_way(visit, &page);
    add_systems(&work, &page);
    add_tools(&work, &page);
    page_tools_write(&page, visit->language, &content);
    snprintf(other_path, sizeof other_path, "%s%s%s%s%s", own_path(other), work.os ? "?" : "",
             work.os ? system_key(other) : "", work.os ? "=" : "", work.os ? work.os : "");
    page_frame(visit, &(struct frame){
                          .title = page_text(visit, N_("Tools")),
                          .content = buf_view(&content),
                          .other_path = str_of(other_path),
                      });
    buf_clear(&content);
    shelf_unref(work.shelf);
    arena_clear(&work.arena);
}

/* The one place where a download is counted: what is counted is the tool's name, nothing about the
 * visitor. */
static void
count_download(const struct visit *visit, str name)
{
    char text[COUNTER_NAME];
    if (str_copy(name, text, sizeof text))
        visit_count(visit, COUNTER_TOOL, text);
}

static bool
is_offered(const struct content_item *item, day today)
{
    return content_is_shown(item, today) && is_free(item, today);
}

/* Whether some tool that is offered names the file. */
static bool
has_file(const struct content *content, str name, day today)
{
    for (size_t i = 0; i < content_count(content, CONTENT_TOOLS); i++) {
        const struct content_item *item = content_at(content, CONTENT_TOOLS, i);
        const struct content_field *field = NULL;
        while (is_offered(item, today) && (field = content_field(item, LANGUAGE_VI, "file", field)))
            if (str_eq(field->value, name))
                return true;
    }
    return false;
}

static bool
has_tool(const struct content *content, str name, day today)
{
    return is_offered(content_find(content, CONTENT_TOOLS, name), today) ||
           has_file(content, name, today);
}

/* Where the download is: the maker's, or a file of this site that is there; else nothing. */
static str
find_download(const struct visit *visit, char out[PAGE_PATH])
{
    day today = clock_today();
    const struct content_item *item = content_find(visit->content, CONTENT_TOOLS, visit->name);
    str url = {NULL, 0};
    if (is_offered(item, today))
        url = content_value(item, visit->language, "url");
    if (url.n || !has_file(visit->content, visit->name, today))
        return url;
    struct shelf *shelf = shelves_ref(visit->site->shelves, SHELF_DOWNLOADS);
    if (shelf_find(shelf, visit->name)) {
        snprintf(out, PAGE_PATH, "/downloads/%.*s", STR_ARG(visit->name));
        url = str_of(out);
    }
    shelf_unref(shelf);
    return url;
}

static void
serve_get(const struct visit *visit)
{
    struct http_reply *reply = visit->reply;
    char path[PAGE_PATH];
    str url = find_download(visit, path);
    if (!url.n || !str_copy(url, reply->text, sizeof reply->text)) { /* keys.c has a smaller cap */
        page_serve_error(visit, 404);
        return;
    }
    if (visit->request->method == METHOD_GET)
        count_download(visit, visit->name);
    reply->status = 303;
    reply->location = reply->text;
}

const struct page page_tools = {
    .path = {"/cong-cu", "/en/tools"},
    .sort = PAGE_QUERY,
    .route = ROUTE_OTHER,
    .serve = serve,
};

const struct page page_tool_get = {
    .path = {"/cong-cu/tai/*", "/en/tools/get/*"},
    .sort = PAGE_PERSONAL,
    .route = ROUTE_OTHER,
    .serve = serve_get,
    .has = has_tool,
};
