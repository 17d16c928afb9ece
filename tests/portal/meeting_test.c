/* SPDX-License-Identifier: Apache-2.0 */
/* The words that the check of invitations works with, and the checklist's answers over HTTP. */
#include "portal/meeting.h"

#include "base/require.h"
#include "tests/portal/client.h"
#include "tests/portal/fixture.h"
#include "tests/portal/running.h"

static day
parse(const char *text)
{
    day d = DAY_NONE;
    require(day_parse(str_of(text), &d));
    return d;
}

static bool
has_word(const struct buf *words, const char *word)
{
    str rest = buf_view(words), piece;
    while (rest.n) {
        if (!str_cut(&rest, '|', &piece)) {
            piece = rest;
            rest = (str){NULL, 0};
        }
        if (str_eq(piece, str_of(word)))
            return true;
    }
    return false;
}

static void
check_words(void)
{
    struct buf words = BUF(1 << 12);
    meeting_words("executable", &words);
    tap_ok(has_word(&words, "exe") && has_word(&words, "lnk") && !has_word(&words, "bit.ly"),
           "the words of one kind");
    buf_reset(&words);
    meeting_words("none", &words);
    tap_eq_i64(words.n, 0, "none of an unknown kind");
    meeting_domains("meeting", parse("2024-01-01"), &words);
    tap_ok(has_word(&words, "zoom.us") && has_word(&words, "emeeting.mic.gov.vn") &&
               !has_word(&words, "google.com"),
           "the domains of one kind");
    buf_reset(&words);
    meeting_domains("meeting", parse("2026-01-01"), &words);
    tap_ok(has_word(&words, "zavi.me") && !has_word(&words, "emeeting.mic.gov.vn"),
           "one that ended is none any more");
    buf_reset(&words);
    meeting_brands(parse("2026-01-01"), &words);
    tap_ok(has_word(&words, "zoom") && has_word(&words, "webex") &&
               str_find(buf_view(&words), STR("zoom|zoom")) == SIZE_MAX,
           "names, each once");
    tap_ok(!words.full, "they fit");
    buf_clear(&words);
}

static void
check_services(void)
{
    struct meeting_service services[MEETING_SERVICES_MAX];
    size_t count = meeting_services(parse("2026-01-01"), services), domestic = 0;
    tap_ok(count > 5 && count < MEETING_SERVICES_MAX, "services");
    for (size_t i = 0; i < count; i++)
        domestic += services[i].domestic;
    tap_eq_i64(domestic, 1, "one of them is domestic and of today");
    tap_ok(str_eq(services[0].name, STR("Zoom")) && services[0].domain_count == 3,
           "with all its domains");
    tap_eq_i64(meeting_services(parse("2020-05-01"), services), count,
               "another one was before the letter's own ended");
}

static void
check_points(void)
{
    unsigned group = 0;
    bool ordered = true;
    for (size_t i = 0; i < meeting_point_count; i++) {
        ordered = ordered && meeting_points[i].group >= group && meeting_points[i].roles;
        group = meeting_points[i].group;
    }
    tap_ok(ordered, "points stand in the order of their groups");
    tap_eq_str(str_of(meeting_points[MEETING_HARD_POINT].name), STR("documents"),
               "the hard rule comes first");
}

static bool
answer_has(uint16_t port, const char *target, const char *text)
{
    struct buf answer = BUF(1 << 18);
    char request[1024];
    int n = snprintf(request, sizeof request,
                     "GET %s HTTP/1.1\r\nHost: khien.example\r\nConnection: close\r\n\r\n", target);
    unsigned status = client_ask(port, (str){request, (size_t)n}, &answer);
    bool found = status == 200 && str_find(buf_view(&answer), str_of(text)) != SIZE_MAX;
    if (!found)
        tap_note("%s: status %u, not found: %s", target, status, text);
    buf_clear(&answer);
    return found;
}

static void
check_answers(uint16_t port)
{
#define LIST "/en/safe-meetings/checklist"
    tap_ok(answer_has(port, LIST, "What will your part be?"), "first it asks for the part");
    tap_ok(answer_has(port, LIST "?role=king&done=1", "What will your part be?"),
           "also after one that is none");
    tap_ok(answer_has(port, LIST "?role=organiser&room=1",
                      "id=\"room\" name=\"room\" value=\"1\" checked"),
           "a form shows what was ticked");
    tap_ok(answer_has(port, LIST "?role=organiser&room=1&done=1", "Do not hold this meeting"),
           "without the hard rule nothing else counts");
    tap_ok(answer_has(port, LIST "?role=organiser&room=1&documents=1&done=1",
                      "11 of 13 points are open"),
           "with it, what is open is counted");
    tap_ok(answer_has(port,
                      LIST "?role=participant&room=1&documents=1&warned=1&source=1&version=1"
                           "&secret=1&name=1&consent=1&links=1&report=1&done=1",
                      "All 9 points are met"),
           "a part's own points are enough");
    tap_ok(answer_has(port, LIST "?role=organiser&room=1&x=%3Cb%3E&done=1",
                      "href=\"/hop-an-toan/tu-kiem-tra?role=organiser&amp;room=1&amp;done=1\""),
           "the other language gets the answers and nothing else");
    tap_ok(answer_has(port, LIST "?role=organiser&done=1", "Cache-Control: no-store"),
           "nobody keeps the answers");
    tap_ok(answer_has(port, "/en/safe-meetings/invitation", "; script-src 'self'; "),
           "the check of invitations may run its script");
    tap_ok(answer_has(port, "/en/safe-meetings",
                      "Content-Security-Policy: default-src 'none'; style-src"),
           "and no other page");
}

int
main(void)
{
    char folder[PATH_TEXT];
    struct running running;
    struct snapshot_meta meta = fixture_meta();
    check_words();
    check_services();
    check_points();
    fixture_folder(folder);
    if (tap_ok(fixture_write(folder, &meta), "a snapshot")) {
        struct portal_options options = fixture_options(folder);
        if (running_start(&running, &options)) {
            check_answers(portal_port(running.portal));
            running_stop(&running);
        }
    }
    fixture_remove(folder);
    return tap_done();
}
