/* SPDX-License-Identifier: Apache-2.0 */
/* Content: the built-in set, the form of a file, what Markdown becomes, overlays, translations,
 * days, caps, and edits while it is in use. */
#include "portal/content/contents.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/tap.h"
#include "intel/intel.h"
#include "portal/content/text.h"
#include "portal/pages/guides.h"

struct seen {
    size_t count;
    enum content_level level;
    char text[512]; /* of the first */
};

static void
note_fault(void *context, const struct content_fault *fault)
{
    struct seen *seen = context;
    if (seen->count++ == 0) {
        seen->level = fault->level;
        snprintf(seen->text, sizeof seen->text, "%.*s:%zu: %s: %s", STR_ARG(fault->path),
                 fault->line, fault->key ? fault->key : "", fault->text);
    }
}

static bool
is_linked(void *context, str path)
{
    (void)context;
    return !str_eq(path, STR("/huong-dan/none"));
}

/* A folder of the test's own. */
struct folder {
    char path[PATH_TEXT];
};

static void
folder_open(struct folder *folder)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/content-XXXXXX", base ? base : "/tmp");
    require(mkdtemp(folder->path));
}

static void
folder_put(const struct folder *folder, const char *name, const char *text)
{
    char path[PATH_TEXT];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    for (char *slash = path + strlen(folder->path) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    if (file_replace(path, str_of(text), &err) != OK)
        tap_note("%s", err.text);
}

static void
folder_take(const struct folder *folder, const char *name)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    unlink(path);
}

static void
check_built_in(void)
{
    struct seen seen = {0};
    const struct content_report report = {&seen, note_fault};
    struct content *content = NULL;
    struct err err;
    if (!tap_no_err(content_new(NULL, &report, &content, &err), &err, "the built-in content"))
        return;
    content_lint(content, clock_today(), is_linked, NULL, &report);
    tap_eq_i64(seen.count, 0, "it has no fault%s%s", seen.count ? ": " : "", seen.text);
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        tap_ok(content_count(content, (enum content_kind)kind) >= 2, "several %s",
               content_kind_name((enum content_kind)kind));
    content_unref(content);
}

static const struct {
    enum content_kind kind;
    const char *text, *fault; /* the first fault; NULL: none */
} forms[] = {
    {CONTENT_PAGES, "---\ntitle: a\n---\n", NULL},
    {CONTENT_PAGES, "---\r\ntitle: a\r\n---\r\nx\r\n", NULL},
    {CONTENT_PAGES, "---\n# a remark\n\ntitle: a: b\n---\n", NULL},
    {CONTENT_PAGES, "title: a\n", "x:1: : the first line must be"},
    {CONTENT_PAGES, "---\ntitle: a\n", "x:2: : the header has no end"},
    {CONTENT_PAGES, "---\nfoo\n---\n", "x:2: : a line of the header is \"key: value\""},
    {CONTENT_PAGES, "---\nxtitle: a\n---\n",
     "x:2: : pages has no key \"xtitle\"; did you mean \"title\"?"},
    {CONTENT_PAGES, "---\nphone: 1\n---\n", "x:2: : pages has no key \"phone\""},
    {CONTENT_PAGES, "---\ntitle:\n---\n", "x:2: title: has no value"},
    {CONTENT_PAGES, "---\ntitle: a\ntitle: b\n---\n", "x:3: title: stands twice"},
    {CONTENT_PAGES, "---\ndate: 2026-02-30\n---\n", "x:2: date: must be a day"},
    {CONTENT_PAGES, "---\nhidden: maybe\n---\n", "x:2: hidden: must be yes or no"},
    {CONTENT_PAGES, "---\norder: -1\n---\n", "x:2: order: must be a number"},
    {CONTENT_PAGES, "---\nlaw: a | b\n---\n", "x:2: law: must be a number | a title"},
    {CONTENT_PAGES, "---\ntitle: a\x01\n---\n", "x:0: : holds bytes that are no text"},
    {CONTENT_PAGES, "---\ntitle: \xff\n---\n", "x:0: : holds bytes that are no text"},
    {CONTENT_TOOLS, "---\nurl: http://a.example/\n---\n", "x:2: url: must be a link that begins"},
    {CONTENT_TOOLS, "---\nurl: https://a.example:8/\n---\n", "x:2: url: must be a link"},
    {CONTENT_TOOLS, "---\nurl: https://u@a.example/\n---\n", "x:2: url: must be a link"},
    {CONTENT_TOOLS, "---\nurl: https://a.example/\"x\n---\n", "x:2: url: must be a link"},
    {CONTENT_TOOLS, "---\nurl: https://a.example/x?y=1&z\n---\n", NULL},
    {CONTENT_TOOLS, "---\nsha256: abc\n---\n", "x:2: sha256: must be a SHA-256"},
    {CONTENT_TOOLS, "---\nphone: 1900 1234\nphone: +84-24.123\n---\n", NULL},
    {CONTENT_TOOLS, "---\nphone: 12\n---\n", "x:2: phone: must be a phone number"},
    {CONTENT_TOOLS, "---\nphone: 1;2\n---\n", "x:2: phone: must be a phone number"},
    {CONTENT_TOOLS, "---\nemail: a@b\n---\n", "x:2: email: must be an e-mail address"},
    {CONTENT_TOOLS, "---\nemail: a b@c.vn\n---\n", "x:2: email: must be an e-mail address"},
    {CONTENT_TOOLS, "---\nos: dos\n---\n", "x:2: os: must be windows"},
    {CONTENT_ALERTS, "---\ntlp: AMBER\n---\n", "x:2: tlp: must be CLEAR"},
    {CONTENT_ALERTS, "---\nlevel: huge\n---\n", "x:2: level: must be low"},
    {CONTENT_ALERTS, "---\ndomain: zoom..us\n---\n", "x:2: domain: must be a domain"},
    {CONTENT_ALERTS, "---\ndomain: https://zoom.us\n---\n", "x:2: domain: must be a domain"},
    {CONTENT_CAMPAIGNS, "---\nphase: soon | - | - | x\n---\n", "x:2: phase: must be before"},
    {CONTENT_CAMPAIGNS, "---\ncount: 2020-13 | 1 | x | -\n---\n", "x:2: count: must be"},
    {CONTENT_CAMPAIGNS, "---\ncount: 2020-12 | 1 | x | -\n---\n", NULL},
    {CONTENT_GUIDES, "---\nfamily: Mirai\n---\n", "x:2: family: must be a name"},
    {CONTENT_PAGES, "---\ntitle: a\n---\n\n<b>x</b>\n", "x:5: : HTML is shown as text"},
    {CONTENT_PAGES, "---\ntitle: a\n---\n[x](ftp://a)\n", "x:4: : a link goes to"},
    {CONTENT_PAGES, "---\ntitle: a\n---\n![x](/a.png)\n", "x:4: : an image is shown"},
};

static void
check_forms(void)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct seen seen = {0};
        const struct content_report report = {&seen, note_fault};
        struct content_faults faults = {.report = &report};
        struct arena arena = ARENA;
        content_text_parse(forms[i].kind, STR("x"), str_of(forms[i].text), &arena, &faults);
        if (!forms[i].fault)
            tap_eq_i64(seen.count, 0, "form %zu is right%s%s", i, seen.count ? ": " : "",
                       seen.text);
        else if (!tap_ok(str_starts(str_of(seen.text), str_of(forms[i].fault)), "form %zu: %s", i,
                         forms[i].fault))
            tap_note("got %s", seen.text);
        arena_clear(&arena);
    }
}

static const struct {
    const char *markdown, *html;
} texts[] = {
    {"a *b* **c** `d`",
     "<p class=\"govuk-body\">a <em>b</em> <strong>c</strong> <code>d</code></p>\n"},
    {"# a", "<h2 class=\"govuk-heading-m\">a</h2>\n"},
    {"## a", "<h2 class=\"govuk-heading-m\">a</h2>\n"},
    {"### a", "<h3 class=\"govuk-heading-s\">a</h3>\n"},
    {"- a\n- b", "<ul class=\"govuk-list govuk-list--bullet\">\n<li>a</li>\n<li>b</li>\n</ul>\n"},
    {"3. a", "<ol class=\"govuk-list govuk-list--number\" start=\"3\">\n<li>a</li>\n</ol>\n"},
    {"> a", "<div class=\"govuk-inset-text\">\n<p class=\"govuk-body\">a</p>\n</div>\n"},
    {"[a](/b?c=1&d)",
     "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/b?c=1&amp;d\">a</a></p>\n"},
    {"[a](https://b.example)", "<p class=\"govuk-body\"><a class=\"govuk-link\" "
                               "href=\"https://b.example\" rel=\"noreferrer\">a</a></p>\n"},
    {"[a](javascript:alert(1))", "<p class=\"govuk-body\">a</p>\n"},
    {"[a](data:text/html,x)", "<p class=\"govuk-body\">a</p>\n"},
    {"[a](//b.example)", "<p class=\"govuk-body\">a</p>\n"},
    {"[a](<javascript&colon;alert(1)>)", "<p class=\"govuk-body\">a</p>\n"},
    {"[a](/\"onmouseover=x)", "<p class=\"govuk-body\"><a class=\"govuk-link\" "
                              "href=\"/&quot;onmouseover=x\">a</a></p>\n"},
    {"![a](https://b.example/c.png)", "<p class=\"govuk-body\">a</p>\n"},
    {"<script>alert(1)</script>",
     "<p class=\"govuk-body\">&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n"},
    {"a <img src=x onerror=y>", "<p class=\"govuk-body\">a &lt;img src=x onerror=y&gt;</p>\n"},
    {"&lt;b&gt; &amp; \"'", "<p class=\"govuk-body\">&lt;b&gt; &amp; &quot;&#39;</p>\n"},
    {"`<b>`", "<p class=\"govuk-body\"><code>&lt;b&gt;</code></p>\n"},
    {"    <b>", "<pre class=\"govuk-body\"><code>&lt;b&gt;\n</code></pre>\n"},
};

static void
check_markdown(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct content_faults faults = {0};
        struct content_text text = {.path = STR("x")};
        struct arena arena = ARENA;
        content_markdown(str_of(texts[i].markdown), 1, &arena, &text, &faults);
        tap_eq_str(text.html, str_of(texts[i].html), "Markdown %zu", i);
        arena_clear(&arena);
    }
}

static void
refused(const struct folder *folder, const char *want)
{
    struct content *content = NULL;
    struct err err = {0};
    tap_eq_i64(content_new(folder->path, NULL, &content, &err), ERR_FORMAT, "refused: %s", want);
    if (!tap_ok(str_starts(str_of(err.text), str_of(want)), "it says so"))
        tap_note("got %s", err.text);
    content_unref(content);
}

static void
check_overlay(void)
{
    struct folder folder;
    struct content *content = NULL;
    struct err err;
    folder_open(&folder);
    folder_put(&folder, "guides/router.vi.md", "---\ntitle: Của tôi\n---\nMới.\n");
    folder_put(&folder, "guides/own.en.md", "---\ntitle: Mine\norder: 3\n---\n[x](/en/)\n");
    folder_put(&folder, "guides/own.vi.md~", "nothing");
    folder_put(&folder, "pages/privacy.vi.md", "---\ntitle: a\nhidden: yes\n---\n");
    if (!tap_no_err(content_new(folder.path, NULL, &content, &err), &err, "an overlay"))
        return;
    const struct content_item *router = content_find(content, CONTENT_GUIDES, STR("router"));
    const struct content_item *own = content_find(content, CONTENT_GUIDES, STR("own"));
    enum language language;
    tap_eq_str(content_value(router, LANGUAGE_VI, "title"), STR("Của tôi"), "a file replaces one");
    tap_ok(content_value(router, LANGUAGE_EN, "title").n && router->own &&
               !str_eq(content_value(router, LANGUAGE_EN, "title"), STR("Của tôi")),
           "the other language stays");
    tap_ok(own && content_at(content, CONTENT_GUIDES, 0) == own, "a file adds one, in its order");
    content_text(own, LANGUAGE_VI, &language);
    tap_eq_i64(language, LANGUAGE_EN, "without a translation the other text is taken");
    tap_eq_str(content_value(own, LANGUAGE_VI, "title"), STR("Mine"), "and its title");
    tap_ok(!content_is_shown(content_find(content, CONTENT_PAGES, STR("privacy")), 1),
           "hidden is not shown");
    content_unref(content);
    folder_put(&folder, "guides/own.en.md", "---\ntitle: x\n");
    refused(&folder, "guides/own.en.md:2: the header has no end");
    folder_put(&folder, "guides/own.en.md", "---\nsummary: x\n---\n");
    refused(&folder, "guides/own.en.md:1: title: is missing");
    folder_take(&folder, "guides/own.en.md");
    folder_put(&folder, "tools/own.vi.md",
               "---\ntitle: a\nmaker: M\nos: linux\nmaker_domain: m.example\n"
               "url: https://evilm.example/x\n---\n");
    refused(&folder, "tools/own.vi.md:1: url: is not on m.example");
    folder_put(&folder, "tools/own.vi.md",
               "---\ntitle: a\nmaker: M\nos: linux\nurl: https://m.example/x\n---\n");
    refused(&folder, "tools/own.vi.md:1: maker_domain: is missing");
    folder_take(&folder, "tools/own.vi.md");
    folder_put(&folder, "alerts/own.vi.md", "---\ntitle: a\nlevel: low\ntlp: CLEAR\n---\n");
    refused(&folder, "alerts/own.vi.md:1: date: is missing");
}

static void
check_neutral(void)
{
    struct folder folder;
    struct content *content = NULL;
    struct err err;
    folder_open(&folder);
    folder_put(&folder, "tools/own.vi.md",
               "---\ntitle: a\nmaker: M\nphone: 111\nphone: 222\nlicence: L\n---\n");
    folder_put(&folder, "tools/own.en.md", "---\ntitle: b\nmaker: M\nsize: 5\n---\n");
    if (!tap_no_err(content_new(folder.path, NULL, &content, &err), &err, "facts in one text"))
        return;
    const struct content_item *own = content_find(content, CONTENT_TOOLS, STR("own"));
    const struct content_field *first = content_field(own, LANGUAGE_EN, "phone", NULL);
    const struct content_field *second = content_field(own, LANGUAGE_EN, "phone", first);
    tap_ok(first && second && !content_field(own, LANGUAGE_EN, "phone", second),
           "several telephone numbers");
    tap_eq_str(second ? second->value : STR(""), STR("222"), "of the other language's text");
    tap_eq_str(content_value(own, LANGUAGE_VI, "size"), STR("5"), "both ways");
    tap_ok(!content_value(own, LANGUAGE_EN, "licence").n, "what is translated is not borrowed");
    content_unref(content);
}

static void
check_lint(void)
{
    static const struct {
        const char *name, *text, *fault;
    } rows[] = {
        {"guides/own.vi.md", "---\ntitle: a\n---\n", "guides/own.vi.md:0: : has no translation"},
        {"guides/router.vi.md", "---\ntitle: Camera và thiết bị thông minh\n---\n",
         "guides/router.vi.md:1: title: is also that of guides/camera.vi.md"},
        {"guides/camera.vi.md", "---\ntitle: a\nfamily: mirai\n---\n",
         "guides/camera.vi.md:3: family: mirai has a guide already: family-mirai"},
        {"guides/camera.vi.md", "---\ntitle: a\n---\n\n[x](/huong-dan/none)\n",
         "guides/camera.vi.md:5: : links to /huong-dan/none, which is no page"},
        {"guides/camera.vi.md", "---\ntitle: a\n---\n[x](/en/)\n",
         "guides/camera.vi.md:4: : links to /en/, a page in the other language"},
        {"guides/camera.vi.md", "---\ntitle: a\nfamily: b\nfamily: b\n---\n",
         "guides/camera.vi.md:4: family: is the same as on line 3"},
        {"guides/camera.vi.md", "---\ntitle: a\ndate: 9999-01-01\n---\n",
         "guides/camera.vi.md:0: date: is still to come"},
        {"tools/adwcleaner.en.md",
         "---\ntitle: a\nmaker: M\nos: linux\nsummary: s\nlicence: l\nsource: s\n---\n",
         "tools/adwcleaner.vi.md:7: os: differs from tools/adwcleaner.en.md"},
        {"stray/own.vi.md", "x", "stray:0: : left out: folders are"},
        {"guides/Own.vi.md", "x", "guides/Own.vi.md:0: : left out: a file is named"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct folder folder;
        struct seen seen = {0};
        const struct content_report report = {&seen, note_fault};
        struct content *content = NULL;
        struct err err;
        folder_open(&folder);
        folder_put(&folder, rows[i].name, rows[i].text);
        if (!tap_no_err(content_new(folder.path, &report, &content, &err), &err, "taken: %s",
                        rows[i].fault))
            continue;
        content_lint(content, clock_today(), is_linked, NULL, &report);
        if (!tap_ok(str_starts(str_of(seen.text), str_of(rows[i].fault)), "lint: %s",
                    rows[i].fault))
            tap_note("got %s", seen.text);
        content_unref(content);
    }
}

static void
check_days(void)
{
    struct content_item item = {.date = 100};
    tap_ok(!content_is_shown(&item, 99) && content_is_shown(&item, 100), "not before its day");
    item.hidden = true;
    tap_ok(!content_is_shown(&item, 100) && !content_is_shown(NULL, 100), "hidden, or none");
}

static void
check_caps(void)
{
    struct folder folder;
    struct buf text = BUF(4 << 20);
    folder_open(&folder);
    buf_z(&text, "---\ntitle: a\n---\n");
    while (text.n <= LIMIT_CONTENT_FILE)
        buf_z(&text, "long ");
    folder_put(&folder, "pages/long.vi.md", text.p);
    refused(&folder, "pages/long.vi.md:0: ");
    buf_reset(&text);
    buf_z(&text, "---\ntitle: a\n");
    for (int i = 0; i < LIMIT_CONTENT_FIELDS; i++)
        buf_printf(&text, "source: %d\n", i);
    buf_z(&text, "---\n");
    folder_put(&folder, "pages/long.vi.md", text.p);
    refused(&folder, "pages/long.vi.md:130: source: more than 128 lines");
    buf_reset(&text);
    buf_z(&text, "---\ntitle: ");
    for (int i = 0; i <= LIMIT_CONTENT_VALUE; i++)
        buf_char(&text, 'x');
    buf_z(&text, "\n---\n");
    folder_put(&folder, "pages/long.vi.md", text.p);
    refused(&folder, "pages/long.vi.md:2: title: longer than 2000 bytes");
    buf_reset(&text);
    buf_z(&text, "---\ntitle: a\n---\n");
    while (text.n < LIMIT_CONTENT_FILE - 100)
        buf_z(&text, "- a\n"); /* the markup is more than the text */
    while (text.n < LIMIT_CONTENT_FILE - 10)
        buf_z(&text, "\"");
    folder_put(&folder, "pages/long.vi.md", text.p);
    struct content *content = NULL;
    struct err err;
    tap_no_err(content_new(folder.path, NULL, &content, &err), &err, "many list items fit");
    content_unref(content);
    buf_reset(&text);
    buf_z(&text, "---\ntitle: a\n---\n");
    while (text.n < LIMIT_CONTENT_FILE - 100)
        buf_z(&text, "\"");
    folder_put(&folder, "pages/long.vi.md", text.p);
    refused(&folder, "pages/long.vi.md:4: the text becomes larger than");
    buf_clear(&text);
}

static void
check_total(void)
{
    struct folder folder;
    struct content *content = NULL;
    struct err err = {0};
    char path[PATH_TEXT];
    folder_open(&folder);
    folder_put(&folder, "pages/x.vi.md", "---\ntitle: a\n---\n");
    snprintf(path, sizeof path, "%s/pages/x.vi.md", folder.path);
    tap_ok(truncate(path, LIMIT_CONTENT_BYTES + 1) == 0, "a file with a hole");
    tap_eq_i64(content_new(folder.path, NULL, &content, &err), ERR_LIMIT, "too many bytes");
}

static void
check_file_count(void)
{
    struct folder folder;
    struct content *content = NULL;
    struct err err = {0};
    char name[64], path[PATH_TEXT];
    folder_open(&folder);
    folder_put(&folder, "pages/x.vi.md", "---\ntitle: a\n---\n");
    for (int i = 0; i < LIMIT_CONTENT_FILES; i++) {
        snprintf(name, sizeof name, "pages/%d.vi.md", i);
        snprintf(path, sizeof path, "%s/%s", folder.path, name);
        FILE *file = fopen(path, "w");
        if (file)
            fclose(file);
    }
    tap_eq_i64(content_new(folder.path, NULL, &content, &err), ERR_LIMIT, "too many files");
}

static str
title_now(struct contents *contents, uint64_t *ret_epoch, char out[64])
{
    struct content *content = contents_ref(contents, ret_epoch);
    const struct content_item *item = content_find(content, CONTENT_GUIDES, STR("router"));
    str_copy(content_value(item, LANGUAGE_VI, "title"), out, 64);
    content_unref(content);
    return str_of(out);
}

static void
check_reload(void)
{
    struct folder folder;
    char title[64];
    uint64_t first, second, third;
    folder_open(&folder);
    folder_put(&folder, "guides/router.vi.md", "---\ntitle: Một\n---\n");
    struct contents *contents = contents_new(folder.path);
    tap_eq_str(title_now(contents, &first, title), STR("Một"), "the folder is in use at once");
    struct content *held = contents_ref(contents, &first);
    contents_tick(contents);
    title_now(contents, &second, title);
    tap_eq_i64(second, first, "a look without a change changes nothing");
    folder_put(&folder, "guides/router.vi.md", "---\ntitle: Hai\n---\n");
    contents_tick(contents);
    tap_eq_str(title_now(contents, &second, title), STR("Hai"), "an edit is taken over");
    tap_ok(second != first, "under another number");
    contents_tick(contents);
    tap_eq_str(content_value(content_find(held, CONTENT_GUIDES, STR("router")), LANGUAGE_VI,
                             "title"),
               STR("Một"), "a request that has begun keeps what it began with");
    content_unref(held);
    folder_put(&folder, "guides/router.vi.md", "---\ntitle: Ba\n");
    contents_tick(contents);
    tap_eq_str(title_now(contents, &third, title), STR("Hai"), "a faulty edit is not");
    tap_eq_i64(third, second, "and changes nothing");
    folder_put(&folder, "guides/router.vi.md", "---\ntitle: Bốn\n---\n");
    contents_tick(contents);
    tap_eq_str(title_now(contents, &third, title), STR("Bốn"), "once it is right, it is");
    folder_take(&folder, "guides/router.vi.md");
    contents_tick(contents);
    tap_ok(str_starts(title_now(contents, &third, title), STR("Bộ phát Wi-Fi")),
           "without the file the built-in one is back");
    contents_free(contents);
    folder_put(&folder, "guides/router.vi.md", "nothing");
    contents = contents_new(folder.path);
    tap_ok(str_starts(title_now(contents, &third, title), STR("Bộ phát Wi-Fi")),
           "a faulty folder at the start leaves the built-in content");
    contents_free(contents);
}

static void
check_guides(void)
{
    static const struct {
        const char *family, *guide;
    } rows[] = {
        {"mirai", "family-mirai"},
        {"android.vo1d", "family-android.badbox2"},
        {"sality", "family-sality"},
        {"conficker", "family-conficker"},
        {"andromeda", "family-andromeda"},
        {"emotet", "family-emotet"},
        {"lumma", "family-emotet"},
        {"socks5systemz", "family-socks5systemz"},
        {"android.flubot", "family-android-bank"},
        {"android.hummer", "family-android-ads"},
        {"wannacry", "ransomware"},
        {"vpnfilter", "router"},
        {"adload", "mac-linux"},
        {"android.wirex", "android"},
    };
    struct content *content = NULL;
    struct families *families = NULL;
    struct err err;
    if (!tap_no_err(content_new(NULL, NULL, &content, &err), &err, "guides") ||
        !tap_no_err(families_new("families", (str){NULL, 0}, &families, &err), &err, "families"))
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct family *family = families_find(families, str_of(rows[i].family));
        const struct content_item *guide =
            family ? guide_for(content, family, clock_today()) : NULL;
        tap_eq_str(guide ? guide->name : STR("none"), str_of(rows[i].guide), "the guide for %s",
                   rows[i].family);
    }
    for (size_t i = 0; i < content_count(content, CONTENT_GUIDES); i++) {
        const struct content_item *guide = content_at(content, CONTENT_GUIDES, i);
        const struct content_field *field = NULL;
        while ((field = content_field(guide, LANGUAGE_VI, "family", field))) {
            const struct family *family = families_find(families, field->value);
            tap_ok(family && str_eq(family->name, field->value), "%.*s is a family's name",
                   STR_ARG(field->value));
        }
    }
    families_free(families);
    content_unref(content);
}

int
main(void)
{
    check_built_in();
    check_forms();
    check_markdown();
    check_overlay();
    check_neutral();
    check_lint();
    check_days();
    check_caps();
    check_total();
    check_file_count();
    check_reload();
    check_guides();
    return tap_done();
}
