/* SPDX-License-Identifier: Apache-2.0 */
/* The portal as visitors see it: pages in two languages, the API, limits, swaps, the end. */
#include "portal/portal.h"

#include <signal.h>

#include "base/json_in.h"
#include "portal/words.h"
#include "tests/portal/client.h"
#include "tests/portal/fixture.h"
#include "tests/portal/running.h"

enum { REQUEST_MAX = 1024 };

/* GET TARGET as if FROM asked; more FIELDS may be given. Returns the status. */
static unsigned
get(uint16_t port, const char *target, const char *from, const char *fields, struct buf *answer)
{
    char request[REQUEST_MAX];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: khien.example\r\nConnection: close\r\n"
                     "%s%s%s%s\r\n",
                     target, from ? "X-Forwarded-For: " : "", from ? from : "", from ? "\r\n" : "",
                     fields ? fields : "");
    buf_reset(answer);
    return client_ask(port, (str){request, (size_t)n}, answer);
}

static bool
has(const struct buf *answer, const char *text)
{
    return str_find(buf_view(answer), str_of(text)) != SIZE_MAX;
}

static str
body_of(const struct buf *answer)
{
    size_t end = str_find(buf_view(answer), STR("\r\n\r\n"));
    return end == SIZE_MAX ? (str){NULL, 0} : str_from(buf_view(answer), end + 4);
}

static void
check_start_pages(uint16_t port, struct buf *answer)
{
    tap_eq_i64(get(port, "/", NULL, NULL, answer), 200, "/");
    tap_ok(has(answer, "<html lang=\"vi\">") && has(answer, "Kiểm tra ngay") &&
               has(answer, "href=\"/kiem-tra\"") && has(answer, "Content-Language: vi"),
           "it is Vietnamese and leads to the check");
    tap_ok(!has(answer, "mô phỏng"), "no demonstration banner over real data");
    tap_ok(has(answer, "Content-Security-Policy: default-src 'none'; style-src 'self'") &&
               has(answer, "X-Content-Type-Options: nosniff") &&
               has(answer, "Referrer-Policy: no-referrer") && has(answer, "Permissions-Policy: ") &&
               has(answer, "Cross-Origin-Opener-Policy: same-origin"),
           "it has the security fields");
    tap_ok(!has(answer, "<script") && !has(answer, "http://") && !has(answer, " style="),
           "no script, no inline style, nothing from elsewhere");
    size_t at = str_find(buf_view(answer), STR("ETag: "));
    char field[64] = "";
    if (tap_ok(at != SIZE_MAX, "it has an entity tag"))
        snprintf(field, sizeof field, "If-None-Match: %.18s\r\n", answer->p + at + 6);
    tap_eq_i64(get(port, "/", NULL, field, answer), 304, "which is not sent again");
    tap_eq_i64(body_of(answer).n, 0, "without a body");
    tap_eq_i64(get(port, "/en/", NULL, NULL, answer), 200, "/en/");
    tap_ok(has(answer, "<html lang=\"en\">") && has(answer, "Check now") &&
               has(answer, "href=\"/en/check\""),
           "it is English");
    tap_eq_i64(get(port, "/en", NULL, NULL, answer), 308, "/en");
    tap_ok(has(answer, "Location: /en/\r\n"), "moves to /en/");
}

static void
check_assets(uint16_t port, struct buf *answer)
{
    char path[128] = "";
    get(port, "/", NULL, NULL, answer);
    size_t at = str_find(buf_view(answer), STR("/assets/style-"));
    if (at != SIZE_MAX)
        snprintf(path, sizeof path, "%.*s", (int)strcspn(answer->p + at, "\""), answer->p + at);
    tap_eq_i64(get(port, path, NULL, NULL, answer), 200, "the style that the page names");
    tap_ok(has(answer, "immutable") && has(answer, "Content-Type: text/css") &&
               !has(answer, "Content-Encoding"),
           "may be kept for ever");
    size_t plain = body_of(answer).n;
    tap_eq_i64(get(port, path, NULL, "Accept-Encoding: gzip\r\n", answer), 200, "compressed");
    size_t gzip = body_of(answer).n;
    tap_ok(has(answer, "Content-Encoding: gzip") && has(answer, "Vary: Accept-Encoding") &&
               gzip < plain,
           "it is smaller");
    get(port, path, NULL, "Accept-Encoding: gzip, deflate, br\r\n", answer);
    tap_ok(has(answer, "Content-Encoding: br") && body_of(answer).n < gzip,
           "as brotli smaller still");
    get(port, path, NULL, "Accept-Encoding: br;q=0, gzip;q=0\r\n", answer);
    tap_ok(!has(answer, "Content-Encoding") && body_of(answer).n == plain, "not when refused");
    tap_eq_i64(get(port, "/assets/style.css", NULL, NULL, answer), 404, "not without its hash");
}

/* Pages do not tell apart letters that HTML writes otherwise. */
static const struct {
    const char *from, *vi, *en;
} wordings[] = {
    {AT_RECENT,
     "Ít nhất một thiết bị dùng chung kết nối có thể đã nhiễm mã độc, chưa chắc là máy bạn đang "
     "dùng.",
     "not necessarily the one you are using"},
    {AT_OLD, "Từng xuất hiện, không thấy lại từ ngày ", "has not been seen again since"},
    {AT_OLD, "không khẳng định thiết bị của bạn đã sạch",
     "does not show that your devices are free"},
    {AT_FIXED,
     "Chưa thấy kết nối này trong dữ liệu 30 ngày qua. Điều này không khẳng định thiết bị của bạn "
     "sạch mã độc.",
     "This does not show that your devices are free of malware."},
    {AT_MOBILE,
     "Địa chỉ này nhà mạng dùng chung cho nhiều thuê bao (mạng di động hoặc CGNAT), nên không kết "
     "luận được về riêng bạn. Hãy quét thiết bị ở bước 2.",
     "nothing can be concluded about you alone"},
    {AT_MOBILE_SEEN,
     "Địa chỉ này nhà mạng dùng chung cho nhiều thuê bao (mạng di động hoặc CGNAT), nên không kết "
     "luận được về riêng bạn. Hãy quét thiết bị ở bước 2.",
     "At least one device that shares the connection may be infected"},
    {AT_OLD, "Địa chỉ động: bản ghi có thể thuộc thuê bao dùng địa chỉ này trước bạn.",
     "Dynamic address: the record may belong to the subscriber"},
    {AT_FOREIGN,
     "Bạn có thể đang dùng VPN/proxy hoặc ở ngoài Việt N"
     "am. Hãy tắt VPN và kiểm tra lại.",
     "You may be using a VPN or proxy"},
    {AT_IPV6, "Dữ liệu về IPv6 còn ít", "Our data cover little of IPv6"},
    {"192.168.3.4", "mạng nội bộ", "local network"},
    {AT_OTHER, "không khẳng định có thiết bị nhiễm mã độc", "do not say that a device is infected"},
    {AT_FIXED,
     "Chúng tôi chỉ dùng địa chỉ IP của bạn để trả lời lần kiểm tra này, không lưu cùng danh tính.",
     "We use your IP address only to answer this check"},
};

static void
check_wording(uint16_t port, struct buf *answer)
{
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        tap_eq_i64(get(port, "/kiem-tra", wordings[i].from, NULL, answer), 200, "/kiem-tra, %s",
                   wordings[i].from);
        tap_ok(has(answer, wordings[i].vi), "%s: the wording, Vietnamese", wordings[i].from);
        tap_ok(has(answer, "Cache-Control: no-store"), "%s: nobody keeps it", wordings[i].from);
        tap_eq_i64(get(port, "/en/check", wordings[i].from, NULL, answer), 200, "/en/check, %s",
                   wordings[i].from);
        tap_ok(has(answer, wordings[i].en), "%s: the wording, English", wordings[i].from);
    }
    get(port, "/kiem-tra", AT_OTHER, NULL, answer);
    tap_ok(!has(answer, "dấu hiệu mã độc") &&
               !has(answer, "đã xuất hiện trong dữ liệu mạng máy tính ma"),
           "a vulnerable address is not called infected");
    get(port, "/kiem-tra", AT_HOSTILE, NULL, answer);
    tap_ok(has(answer, "&lt;b&gt;&quot;&#39;&amp;") && !has(answer, "<b>\"'"),
           "a family's name is text");
    get(port, "/kiem-tra", AT_RECENT, NULL, answer);
    tap_ok(has(answer, "Trung tâm An ninh mạng quốc gia"), "today's hotline is named");
    tap_ok(!has(answer, "NCSC"), "one that is no longer in charge is not");
}

static void
check_api(uint16_t port, struct buf *answer)
{
    struct err err;
    static const struct {
        const char *target, *fields;
    } ways[] = {{"/api/v1/check", NULL},
                {"/kiem-tra", "Accept: application/json\r\n"},
                {"/en/check", "Accept: application/json\r\n"}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        cleanup(cleanup_json) json_t *json = NULL;
        tap_eq_i64(get(port, ways[i].target, AT_RECENT, ways[i].fields, answer), 200, "JSON at %s",
                   ways[i].target);
        tap_ok(has(answer, "Content-Type: application/json"), "its type");
        tap_no_err(json_read(body_of(answer), 1 << 16, &json, &err), &err, "it is valid");
        tap_eq_str(json_text(json, "state"), STR("recent"), "its state");
        tap_ok(!has(answer, AT_RECENT), "the address is not in it");
    }
    get(port, "/api/v1/check?address=" AT_RECENT "&ip=" AT_RECENT, AT_FIXED, NULL, answer);
    tap_ok(has(answer, "\"not-found\""), "nobody can ask about another address");
    get(port, "/api/v1/check?lang=en", AT_FIXED, NULL, answer);
    tap_ok(has(answer, "Scan your device"), "advice in English when asked");
    tap_eq_i64(get(port, "/api/v1/nothing", NULL, NULL, answer), 404, "unknown JSON path");
    tap_ok(has(answer, "{\"error\":{\"status\":404"), "has an error in JSON");
    tap_eq_i64(get(port, "/kiem-tra", "garbage", NULL, answer), 400, "a proxy that talks nonsense");
}

static void
check_counters(const struct running *running, struct buf *answer)
{
    uint16_t port = portal_port(running->portal);
    struct err err;
    cleanup(cleanup_json) json_t *json = NULL;
    tap_eq_i64(get(port, "/tham-gia", "198.51.100.1", NULL, answer), 303, "/tham-gia");
    tap_ok(has(answer, "Location: /kiem-tra\r\n") && has(answer, "Cache-Control: no-store"),
           "leads to the check");
    tap_eq_i64(get(port, "/en/join", "198.51.101.1", NULL, answer), 303, "/en/join");
    tap_ok(has(answer, "Location: /en/check\r\n"), "leads to the English one");
    get(port, "/tham-gia", "198.51.100.77", NULL, answer);
    get(port, "/en/join", "198.51.101.1", NULL, answer);
    get(portal_admin_port(running->portal), "/metrics", NULL, NULL, answer);
    tap_ok(has(answer, "khien_counter_total{what=\"join\",name=\"\"} 2\n"),
           "a network counts once in some minutes");
    get(port, "/tham-gia", NULL, NULL, answer);
    get(portal_admin_port(running->portal), "/metrics", NULL, NULL, answer);
    tap_ok(has(answer, "khien_counter_total{what=\"join\",name=\"\"} 2\n"),
           "what this machine asks by itself does not count");
    tap_ok(!has(answer, "khien_counter_total{what=\"check\",name=\"\"} 0\n"), "checks count");
    tap_eq_i64(get(port, "/api/v1/counters", NULL, NULL, answer), 200, "/api/v1/counters");
    tap_ok(has(answer, "Access-Control-Allow-Origin: *\r\n"), "any site may read it");
    tap_no_err(json_read(body_of(answer), 1 << 16, &json, &err), &err, "it is valid");
    json_t *first = json_array_get(json_object_get(json, "counters"), 0);
    tap_eq_str(json_text(first, "what"), STR("join"), "what was counted");
    tap_ok(json_is_null(json_object_get(first, "total")), "a small figure is not told");
    get(port, "/api/v1/check", AT_FIXED, NULL, answer);
    tap_ok(!has(answer, "Access-Control-Allow-Origin"), "the check stays with its own site");
}

static void
check_errors(uint16_t port, struct buf *answer)
{
    tap_eq_i64(get(port, "/none", NULL, NULL, answer), 404, "no such page");
    tap_ok(has(answer, "Không tìm thấy trang") && has(answer, "Page not found"),
           "said in both languages");
    tap_eq_i64(get(port, "/..%2f", NULL, NULL, answer), 400, "a malformed target");
    tap_ok(has(answer, "Yêu cầu không hợp lệ"), "has a page too");
    buf_reset(answer);
    tap_eq_i64(client_ask(port,
                          STR("POST /kiem-tra HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
                          answer),
               405, "POST");
    tap_ok(has(answer, "Allow: GET, HEAD"), "says what is allowed");
    buf_reset(answer);
    client_ask(port, STR("HEAD /kiem-tra HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
               answer);
    tap_ok(client_status(buf_view(answer)) == 200 && body_of(answer).n == 0, "HEAD has no body");
}

static void
check_examples(const char *folder, struct buf *answer)
{
    struct running running;
    struct snapshot_meta meta = fixture_meta();
    meta.demonstration = true;
    meta.as_of -= 400; /* simulated data stay as they were made */
    char path[REQUEST_MAX];
    struct portal_options options = fixture_options(folder);
    if (!tap_ok(fixture_write(folder, &meta), "a demonstration") ||
        !running_start(&running, &options))
        return;
    uint16_t port = portal_port(running.portal);
    for (unsigned i = 0; i < CHECK_STATE_COUNT; i++) {
        const char *name = check_state_name((enum check_state)i);
        enum check_state shown = i == CHECK_DYNAMIC ? CHECK_OLD : (enum check_state)i;
        snprintf(path, sizeof path, "/kiem-tra?vi-du=%s", name);
        get(port, path, NULL, NULL, answer);
        tap_ok(has(answer, catalog_text(LANGUAGE_VI, words_headline(shown))) &&
                   has(answer, "kết quả minh hoạ") && has(answer, "mô phỏng"),
               "example %s, marked as one", name);
        snprintf(path, sizeof path, "/en/check?example=%s", name);
        get(port, path, NULL, NULL, answer);
        tap_ok(has(answer, words_headline(shown)) && has(answer, "made-up result"),
               "example %s in English", name);
    }
    get(port, "/kiem-tra?vi-du=recent", AT_FIXED, NULL, answer);
    tap_ok(!has(answer, "kết quả minh hoạ") && has(answer, "Chưa thấy"),
           "a visitor from outside gets the own answer");
    tap_ok(has(answer, "mô phỏng"), "under the banner");
    running_stop(&running);
}

static void
check_limit(const char *folder, struct buf *answer)
{
    struct running running;
    struct portal_options options = fixture_options(folder);
    options.rate_per_minute = 5;
    if (!running_start(&running, &options))
        return;
    uint16_t port = portal_port(running.portal);
    unsigned last = 200;
    for (int i = 0; i < 12 && last == 200; i++) /* the minute may end in between, once */
        last = get(port, "/api/v1/check", AT_FIXED, NULL, answer);
    tap_eq_i64(last, 429, "too many from one network");
    tap_ok(has(answer, "Retry-After: 60") && has(answer, "{\"error\""), "says when to come again");
    tap_eq_i64(get(port, "/kiem-tra", AT_FOREIGN, NULL, answer), 200, "others are served");
    get(portal_admin_port(running.portal), "/metrics", NULL, NULL, answer);
    tap_ok(has(answer, "khien_http_limited_total 1\n"), "it is counted");
    running_stop(&running);
}

static void
check_admin(const struct running *running, struct buf *answer)
{
    uint16_t port = portal_admin_port(running->portal);
    tap_eq_i64(get(port, "/healthz", NULL, NULL, answer), 200, "/healthz");
    tap_eq_i64(get(port, "/readyz", NULL, NULL, answer), 200, "/readyz");
    tap_eq_i64(get(port, "/metrics", NULL, NULL, answer), 200, "/metrics");
    tap_ok(has(answer, "khien_http_requests_total{route=\"check\",code=\"2xx\"} ") &&
               has(answer, "khien_snapshot_loaded 1\n"),
           "counts requests");
    tap_ok(!has(answer, "203.162.") && !has(answer, "27.64."), "and holds no address");
    tap_eq_i64(get(portal_port(running->portal), "/metrics", NULL, NULL, answer), 404,
               "not on the public listener");
}

static void
check_without_data(struct buf *answer)
{
    struct running running;
    struct portal_options options = fixture_options("does/not/exist");
    if (!running_start(&running, &options))
        return;
    get(portal_port(running.portal), "/kiem-tra", AT_FIXED, NULL, answer);
    tap_ok(has(answer, "Hiện chưa có dữ liệu mới để kiểm tra"), "no data is said plainly");
    get(portal_port(running.portal), "/api/v1/check", AT_FIXED, NULL, answer);
    tap_ok(has(answer, "\"state\":\"no-data\""), "to programs too");
    tap_eq_i64(get(portal_port(running.portal), "/", NULL, NULL, answer), 200, "/ is there");
    tap_eq_i64(get(portal_admin_port(running.portal), "/readyz", NULL, NULL, answer), 503,
               "but it is not ready");
    running_stop(&running);
}

int
main(void)
{
    char folder[PATH_TEXT];
    struct running running;
    struct buf answer = BUF(CLIENT_ANSWER_MAX);
    struct snapshot_meta meta = fixture_meta();
    signal(SIGPIPE, SIG_IGN);
    fixture_folder(folder);
    struct portal_options options = fixture_options(folder);
    if (tap_ok(fixture_write(folder, &meta), "a snapshot") && running_start(&running, &options)) {
        uint16_t port = portal_port(running.portal);
        check_start_pages(port, &answer);
        check_assets(port, &answer);
        check_wording(port, &answer);
        check_api(port, &answer);
        check_errors(port, &answer);
        check_admin(&running, &answer);
        check_counters(&running, &answer);
        running_stop(&running);
        check_limit(folder, &answer);
        check_examples(folder, &answer);
        check_without_data(&answer);
    }
    fixture_remove(folder);
    buf_clear(&answer);
    return tap_done();
}
