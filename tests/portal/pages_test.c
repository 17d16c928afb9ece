/* SPDX-License-Identifier: Apache-2.0 */
/* The pages made of content, as visitors see them: every link answers, nothing that an editor
 * writes becomes markup, days and translations are kept to, edits arrive. */
#include <signal.h>

#include "base/require.h"
#include "portal/content/content.h"
#include "tests/portal/client.h"
#include "tests/portal/fixture.h"
#include "tests/portal/running.h"

enum { REQUEST_MAX = 1024, LINKS_MAX = 1000, PATIENCE = 200, PAUSE_MS = 50 };

static unsigned
get(uint16_t port, const char *target, struct buf *answer)
{
    char request[REQUEST_MAX];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: khien.example\r\nConnection: close\r\n\r\n", target);
    buf_reset(answer);
    return client_ask(port, (str){request, (size_t)n}, answer);
}

static bool
has(const struct buf *answer, const char *text)
{
    return str_find(buf_view(answer), str_of(text)) != SIZE_MAX;
}

static void
put(const char *folder, const char *name, const char *text)
{
    char path[PATH_TEXT], inner[PATH_TEXT];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(inner, sizeof inner, "%.*s", (int)(strrchr(path, '/') - path), path);
    mkdir(inner, 0700);
    require(file_replace(path, str_of(text), &err) == OK);
}

struct crawl {
    char *links[LINKS_MAX];
    size_t count;
};

/* What a link's target reads as before it was escaped. */
static void
add_link(struct crawl *crawl, str target)
{
    char link[REQUEST_MAX];
    size_t n = 0;
    for (size_t i = 0; i < target.n && n + 1 < sizeof link; i++) {
        link[n++] = target.p[i];
        if (str_starts(str_from(target, i), STR("&amp;")))
            i += 4;
        if (target.p[i] == '#')
            n--;
        if (target.p[i] == '#')
            break;
    }
    link[n] = 0;
    for (size_t i = 0; i < crawl->count; i++)
        if (strcmp(crawl->links[i], link) == 0)
            return;
    require(crawl->count < LINKS_MAX);
    crawl->links[crawl->count++] = mem_strndup(link, n);
}

static void
add_links(struct crawl *crawl, const struct buf *answer)
{
    str rest = buf_view(answer);
    for (size_t at; (at = str_find(rest, STR("href=\"/"))) != SIZE_MAX;) {
        str target;
        rest = str_from(rest, at + 6);
        str_cut(&rest, '"', &target);
        add_link(crawl, target);
    }
}

/* Everything that can be reached from the two start pages. */
static void
check_links(uint16_t port, struct buf *answer)
{
    struct crawl crawl = {0};
    size_t english = 0, downloads = 0;
    add_link(&crawl, STR("/"));
    add_link(&crawl, STR("/en/"));
    for (size_t i = 0; i < crawl.count; i++) {
        const char *link = crawl.links[i];
        bool download = strstr(link, "/cong-cu/tai/") || strstr(link, "/en/tools/get/");
        bool onward = download || strcmp(link, "/tham-gia") == 0 || strcmp(link, "/en/join") == 0 ||
                      strstr(link, "/chia-se/qua/") || strstr(link, "/en/share/via/");
        unsigned status = get(port, link, answer), want = onward ? 303 : 200;
        if (status != want)
            tap_eq_i64(status, want, "%s", link);
        english += strncmp(link, "/en/", 4) == 0;
        downloads += download;
        if (has(answer, "Content-Type: text/html"))
            add_links(&crawl, answer);
    }
    tap_ok(crawl.count >= 90, "%zu links, all of them answer", crawl.count);
    tap_ok(english >= 45 && english <= crawl.count / 2, "%zu of them in English", english);
    tap_eq_i64(downloads, 10, "the downloads of both languages");
    for (size_t i = 0; i < crawl.count; i++)
        free(crawl.links[i]);
}

#define HOSTILE "</p><script>alert(1)</script>\"'&{{x}}"

static const char *
hostile_value(const struct content_key *key)
{
    static const struct {
        const char *key, *value;
    } others[] = {
        {"date", "2020-01-01"},
        {"updated", "2020-01-02"},
        {"hidden", "no"},
        {"historical", "yes"},
        {"current_only", "no"},
        {"order", "1"},
        {"law", HOSTILE " | " HOSTILE " | 2020-01-01 | -"},
        {"phase", "during | 2020-01-01 | - | " HOSTILE},
        {"count", "2020-01 | 7 | " HOSTILE " | " HOSTILE},
        {"maker_domain", "m.example"},
        {"url", "https://m.example/a?b=1&c='"},
        {"phone", "+84 123"},
        {"email", "a@m.example"},
        {"os", "linux"},
        {"size", "12"},
        {"sha256", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
        {"file", "zz.bin"},
        {"free_until", "9999-01-01"},
        {"family", "mirai"},
        {"malware_kind", "botnet"},
        {"platform", "iot"},
        {"level", "critical"},
        {"tlp", "CLEAR"},
        {"domain", "zoom.evil.example"},
        {"site", "https://m.example/"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(key->name, others[i].key) == 0)
            return others[i].value;
    return HOSTILE;
}

/* An item of the kind with every key there is, in both languages. */
static void
put_hostile(const char *folder, enum content_kind kind, const char *name)
{
    const struct content_key *key;
    struct buf text = BUF(1 << 16);
    char file[128];
    buf_z(&text, "---\n");
    for (size_t i = 0; (key = content_key_at(kind, i)); i++)
        buf_printf(&text, "%s: %s\n", key->name, hostile_value(key));
    buf_z(&text, "---\n" HOSTILE "\n\n<script>alert(2)</script>\n\n[x](javascript:alert(3))\n"
                 "[y](data:text/html,<script>)\n![z](x\"onerror=\"alert(4))\n");
    for (unsigned language = 0; language < 2; language++) {
        snprintf(file, sizeof file, "%s/%s.%s.md", content_kind_name(kind), name,
                 language_code((enum language)language));
        put(folder, file, text.p);
    }
    buf_clear(&text);
}

static void
check_hostile_page(uint16_t port, const char *path, struct buf *answer)
{
    tap_eq_i64(get(port, path, answer), 200, "%s", path);
    tap_ok(has(answer, "&lt;script&gt;alert(1)"), "%s: the text is there", path);
    tap_ok(!has(answer, "<script") && !has(answer, "\"'&") && !has(answer, "javascript:alert") &&
               !has(answer, "onerror=\"") && !has(answer, "href=\"data:"),
           "%s: as text only", path);
}

static void
check_hostile(uint16_t port, struct buf *answer)
{
    static const char *const paths[] = {
        "/",
        "/en/",
        "/cong-cu",
        "/en/tools",
        "/huong-dan",
        "/en/guides",
        "/huong-dan/zz",
        "/en/guides/zz",
        "/canh-bao",
        "/en/alerts",
        "/canh-bao/zz",
        "/en/alerts/zz",
        "/thong-cao",
        "/en/press",
        "/thong-cao/zz",
        "/en/press/zz",
        "/chien-dich",
        "/en/campaigns",
        "/chien-dich/zz",
        "/en/campaigns/zz",
        "/danh-ba",
        "/en/contacts",
        "/quyen-rieng-tu",
        "/en/privacy",
        "/tro-nang",
        "/en/accessibility",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        check_hostile_page(port, paths[i], answer);
    get(port, "/canh-bao.atom", answer);
    tap_ok(has(answer, "&lt;/p&gt;&lt;script&gt;") && !has(answer, "<script"), "feeds, too");
    get(port, "/canh-bao/zz", answer);
    tap_ok(has(answer, "hxxps://zoom[.]evil[.]example") && !has(answer, "zoom.evil.example"),
           "a look-alike domain is written so that nothing makes a link of it");
    get(port, "/cong-cu", answer);
    tap_ok(has(answer, "href=\"/cong-cu/tai/zz\"") && has(answer, "0123456789abcdef") &&
               has(answer, "href=\"tel:+84123\"") && has(answer, "href=\"mailto:a@m.example\""),
           "a tool's facts");
    tap_eq_i64(get(port, "/cong-cu/tai/zz", answer), 303, "its download");
    tap_ok(has(answer, "Location: https://m.example/a?b=1&c='\r\n") &&
               has(answer, "Cache-Control: no-store"),
           "is the maker's, and nobody keeps the answer");
}

static void
check_days_and_languages(uint16_t port, const char *folder, struct buf *answer)
{
    get(port, "/canh-bao", answer);
    tap_ok(!has(answer, "Ngày mai") && !has(answer, "/canh-bao/mai"), "not before its day: list");
    tap_eq_i64(get(port, "/canh-bao/mai", answer), 404, "page");
    get(port, "/canh-bao.atom", answer);
    tap_ok(!has(answer, "Ngày mai"), "and feed");
    tap_eq_i64(get(port, "/en/guides/mai-a", answer), 200, "without a translation");
    tap_ok(has(answer, "This text has not been translated yet.") &&
               has(answer, "<h1 class=\"govuk-heading-l\" lang=\"vi\">Một</h1>"),
           "the Vietnamese text stands, marked as such");
    tap_eq_i64(get(port, "/huong-dan/two", answer), 200, "and the other way round");
    tap_ok(has(answer, "Nội dung này chưa có bản tiếng Việt.") && has(answer, "lang=\"en\">Two<"),
           "the English one");
    get(port, "/huong-dan/mai-a", answer);
    tap_ok(!has(answer, "chưa có bản tiếng Việt"), "no such note where it is translated");
    put(folder, "guides/mai-a.vi.md", "---\ntitle: Hai\n---\n");
    for (int i = 0; i < PATIENCE && get(port, "/huong-dan/mai-a", answer) && !has(answer, ">Hai<");
         i++)
        poll(NULL, 0, PAUSE_MS);
    tap_ok(has(answer, ">Hai<"), "an edit reaches visitors, kept pages too");
}

static void
check_tools(uint16_t port, struct buf *answer)
{
    get(port, "/cong-cu?he-dieu-hanh=linux", answer);
    tap_ok(has(answer, "Kaspersky Virus Removal Tool") && !has(answer, "AdwCleaner"),
           "tools of one system");
    tap_ok(has(answer, "href=\"/en/tools?os=linux\""), "the other language keeps it");
    get(port, "/en/tools?os=nothing", answer);
    tap_ok(has(answer, "AdwCleaner"), "an unknown one is none");
    size_t own = str_find(buf_view(answer), STR("I already have anti-virus software"));
    size_t list = str_find(buf_view(answer), STR("Microsoft Safety Scanner"));
    tap_ok(own < list && list != SIZE_MAX, "the way with one's own software comes first");
    tap_ok(has(answer, "CMC BotHunt") && !has(answer, "/get/cmc-bothunt"),
           "a former tool is named, not offered");
    tap_eq_i64(get(port, "/en/tools/get/cmc-bothunt", answer), 404, "nor redirected to");
    tap_eq_i64(get(port, "/en/tools/get/none", answer), 404, "nor one that is none");
}

static void
check_without_options(uint16_t port, struct buf *answer)
{
    tap_eq_i64(get(port, "/.well-known/security.txt", answer), 404, "no contact, no security.txt");
    get(port, "/canh-bao.atom", answer);
    tap_ok(has(answer, "<id>tag:khien.invalid,2026:canh-bao/2020-04-17-zoom</id>"),
           "without an address of its own the site has tag URIs");
    tap_eq_i64(get(port, "/chien-dich/trinh-dien", answer), 404,
               "the demonstration's campaign is only there in the demonstration");
    get(port, "/", answer);
    tap_ok(has(answer, "Tham gia ngay") && !has(answer, "Giới thiệu chiến dịch"),
           "the start page leads to no campaign that has no page");
}

static void
check_options(const char *snapshots, struct buf *answer)
{
    struct running running;
    struct portal_options options = fixture_options(snapshots);
    options.site_url = "https://khien.example";
    options.campaign_slug = "trinh-dien";
    options.security_contact[0] = "mailto:a@khien.example";
    options.security_contact[1] = "https://khien.example/bao";
    options.security_count = 2;
    options.security_expires = clock_today() + 30;
    if (!running_start(&running, &options))
        return;
    uint16_t port = portal_port(running.portal);
    char expires[64], text[DAY_TEXT];
    snprintf(expires, sizeof expires, "Expires: %sT00:00:00Z\n",
             day_format(options.security_expires, text));
    tap_eq_i64(get(port, "/.well-known/security.txt", answer), 200, "security.txt");
    tap_ok(has(answer, "Content-Type: text/plain") && has(answer, expires) &&
               has(answer, "Contact: mailto:a@khien.example\nContact: https://khien.example/bao\n"
                           "Expires: ") &&
               has(answer, "Canonical: https://khien.example/.well-known/security.txt\n"),
           "its fields");
    tap_eq_i64(get(port, "/security.txt", answer), 200, "at the old place, too");
    get(port, "/en/alerts.atom", answer);
    tap_ok(has(answer, "<id>https://khien.example/en/alerts/2020-04-17-zoom</id>") &&
               has(answer, "href=\"https://khien.example/en/alerts.atom\""),
           "feeds name the site");
    get(port, "/chien-dich/trinh-dien", answer);
    tap_ok(has(answer, "Đang diễn ra"), "the campaign that runs is marked");
    get(port, "/", answer);
    tap_ok(has(answer, "href=\"/chien-dich/trinh-dien\""), "and led to");
    running_stop(&running);
    struct portal *portal = NULL;
    struct err err;
    options.security_contact[0] = "nobody";
    tap_eq_i64(portal_new(&options, &portal, &err), ERR_FORMAT, "a contact that is none");
    options.security_contact[0] = "mailto:a@khien.example\nX: y";
    tap_eq_i64(portal_new(&options, &portal, &err), ERR_FORMAT, "nor one of two lines");
}

static void
check_result(const char *snapshots, struct buf *answer)
{
    struct running running;
    struct portal_options options = fixture_options(snapshots);
    if (!running_start(&running, &options))
        return;
    static const char request[] = "GET /en/check HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                  "X-Forwarded-For: " AT_RECENT "\r\n\r\n";
    buf_reset(answer);
    client_ask(portal_port(running.portal), STR(request), answer);
    tap_ok(has(answer, "href=\"/en/guides/family-mirai\""), "a finding leads to its guide");
    running_stop(&running);
}

static void
put_all(const char *folder)
{
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        put_hostile(folder, (enum content_kind)kind, "zz");
    static const char *const pages[] = {"home", "have-antivirus", "privacy", "accessibility",
                                        "contacts"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        put_hostile(folder, CONTENT_PAGES, pages[i]);
    char tomorrow[128], text[DAY_TEXT];
    snprintf(tomorrow, sizeof tomorrow,
             "---\ntitle: Ngày mai\nlevel: low\ntlp: CLEAR\ndate: %s\n---\n",
             day_format(clock_today() + 2, text));
    put(folder, "alerts/mai.vi.md", tomorrow);
    put(folder, "guides/mai-a.vi.md", "---\ntitle: Một\n---\n");
    put(folder, "guides/two.en.md", "---\ntitle: Two\n---\n");
}

int
main(void)
{
    char snapshots[PATH_TEXT], folder[PATH_TEXT];
    struct running running;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    struct snapshot_meta meta = fixture_meta();
    signal(SIGPIPE, SIG_IGN);
    fixture_folder(snapshots);
    fixture_folder(folder);
    put_all(folder);
    struct portal_options options = fixture_options(snapshots);
    if (tap_ok(fixture_write(snapshots, &meta), "a snapshot") &&
        running_start(&running, &options)) {
        check_links(portal_port(running.portal), &answer);
        check_tools(portal_port(running.portal), &answer);
        check_without_options(portal_port(running.portal), &answer);
        running_stop(&running);
    }
    options.content_folder = folder;
    if (running_start(&running, &options)) {
        check_hostile(portal_port(running.portal), &answer);
        check_days_and_languages(portal_port(running.portal), folder, &answer);
        running_stop(&running);
    }
    check_options(snapshots, &answer);
    check_result(snapshots, &answer);
    buf_clear(&answer);
    return tap_done();
}
