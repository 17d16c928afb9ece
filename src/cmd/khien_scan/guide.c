/* SPDX-License-Identifier: Apache-2.0 */
/* What is to be scanned is asked before the sandbox is entered, so that what is not needed for it
 * is given up; the scan is the one of `khien scan`. */
#include "cmd/khien_scan/guide.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/scan/scan_run.h"
#include "cmd/scan/scan_system.h"

enum { ANSWER_MAX = PATH_TEXT, TEXT_MAX = 1 << 20, OUTPUT_MAX = 1 << 30 };

static struct {
    bool has_begun, is_left;
    enum report_language language;
    struct call scan; /* the call of `khien scan` that it comes to */
    const char *arguments[10];
    char path[PATH_TEXT]; /* of option 3 */
} guide;

static const char *
words(enum guide_phrase phrase)
{
    return guide_words[phrase].in[guide.language];
}

/* PHRASE with FIRST for "%1" and SECOND for "%2", on standard error, where progress is told too:
 * standard output is for the result. Names may hold anything, and do nothing to a terminal. */
static void
say(enum guide_phrase phrase, const char *first, const char *second)
{
    struct buf out = BUF(TEXT_MAX);
    str rest = str_of(words(phrase)), piece;
    while (str_cut(&rest, '%', &piece)) {
        buf_str(&out, piece);
        if (rest.n > 0) {
            buf_z(&out, *rest.p == '1' ? first : second);
            rest = str_from(rest, 1);
        }
    }
    str_make_shown(out.p, out.n, "\n");
    fwrite(out.p, 1, out.n, stderr);
    fflush(stderr);
    buf_clear(&out);
}

/* As the system writes it: on Windows with backslashes alone. */
static void
say_path(enum guide_phrase phrase, const char *path)
{
    cleanup(cleanup_free) char *whole = NULL;
    struct err none;
    scan_whole_path(path, &whole, &none);
    say(phrase, whole ? whole : path, NULL);
}

/* The next line of standard input without its end; false when there is none. */
static bool
read_answer(char out[ANSWER_MAX])
{
    if (!console_read_line(out, ANSWER_MAX))
        return false;
    str answer = str_trim(str_of(out));
    if (answer.n > 1 && (*answer.p == '"' || *answer.p == '\'') &&
        answer.p[answer.n - 1] == *answer.p) /* what was dropped on the window */
        answer = (str){answer.p + 1, answer.n - 2};
    memmove(out, answer.p, answer.n);
    out[answer.n] = 0;
    return true;
}

void
guide_wait(void)
{
    char answer[ANSWER_MAX];
    if (!guide.has_begun)
        return;
    say(GUIDE_WAIT, NULL, NULL);
    read_answer(answer);
    fputc('\n', stderr);
}

/* ---- before the sandbox ---- */

static errcode
find_rules(struct err *err)
{
    char pack[PATH_TEXT], beside[PATH_TEXT] = "?";
    errcode code = scan_default_pack(pack, err);
    if (code != OK)
        return code;
    if (file_exists(pack)) {
        say_path(GUIDE_RULES, pack);
        return OK;
    }
    console_folder(beside);
    if (access(beside, W_OK) != 0) /* it was installed, so the user's folder is the place */
        str_copy((str){pack, (size_t)(path_base(pack) - pack)}, beside, sizeof beside);
    say(GUIDE_NO_RULES, beside, pack);
    return err_set(err, ERR_NOT_FOUND, "%s", words(GUIDE_NO_RULES_SHORT));
}

static errcode
ask_path(struct err *err)
{
    say(GUIDE_FOLDER, NULL, NULL);
    if (!read_answer(guide.path) || !file_exists(guide.path))
        return err_set(err, ERR_NOT_FOUND, "%s: %s", words(GUIDE_NO_FOLDER), guide.path);
    return OK;
}

/* The arguments that the answer means. */
static errcode
ask_scope(size_t *count, struct err *err)
{
    char answer[ANSWER_MAX];
    say(GUIDE_MENU, NULL, NULL);
    if (!read_answer(answer))
        answer[0] = 0;
    guide.is_left = answer[0] == '0';
    if (answer[0] == '2')
        guide.arguments[(*count)++] = "--full";
    if (answer[0] != '3')
        return OK;
    guide.arguments[(*count)++] = "--";
    guide.arguments[(*count)++] = guide.path;
    return ask_path(err);
}

static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    const char *language = call_option(call, "lang"), *state = call_option(call, "state");
    size_t count = 0;
    if (strcmp(language, "vi") != 0 && strcmp(language, "en") != 0)
        return err_set(err, ERR_USAGE, "--lang is vi or en, not \"%s\"", language);
    guide.language = strcmp(language, "vi") == 0 ? REPORT_VI : REPORT_EN;
    guide.has_begun = true;
    say(GUIDE_HELLO, NULL, NULL);
    errcode code = find_rules(err);
    const char *const begin[] = {"scan", "--remove", "--yes", "--lang", language};
    for (; count < sizeof begin / sizeof *begin; count++)
        guide.arguments[count] = begin[count];
    if (state) {
        guide.arguments[count++] = "--state";
        guide.arguments[count++] = state;
    }
    if (code == OK)
        code = ask_scope(&count, err);
    if (code == OK)
        code = call_parse(&guide.scan, guide.arguments, count, err);
    if (code == OK && !guide.is_left)
        code = guide.scan.action->grant(&guide.scan, grants, err);
    return code;
}

/* ---- in it ---- */

static void
tell_removed(struct report *report)
{
    for (size_t i = 0; i < report_item_count(report); i++) {
        const struct report_item *item = report_item_at(report, i);
        char number[32];
        if (i > 0 && strcmp(item->subject, report_item_at(report, i - 1)->subject) == 0)
            continue; /* a file with several findings */
        snprintf(number, sizeof number, "%llu", (unsigned long long)item->quarantined);
        if (item->quarantined)
            say(GUIDE_TAKEN, number, item->subject);
        else if (item->refused)
            say(GUIDE_REFUSED, item->subject, item->refused);
    }
    say(GUIDE_UNDO, NULL, NULL);
    if (scan_is_admin())
        say(GUIDE_UNDO_ADMIN, NULL, NULL);
}

static errcode
offer_removal(struct scanning *scanning, struct err *err)
{
    char answer[ANSWER_MAX], number[32];
    struct report *report = scanning_report(scanning);
    size_t count = report_count_of(report, FINDING_MALICIOUS);
    if (count == 0)
        return OK;
    snprintf(number, sizeof number, "%zu", count);
    say(GUIDE_REMOVE, number, NULL);
    if (!read_answer(answer) || !str_eq_nocase(str_of(answer), str_of(words(GUIDE_REMOVE_WORD)))) {
        say(GUIDE_KEPT, NULL, NULL);
        return OK;
    }
    errcode code = scanning_remove(scanning, err);
    if (code == OK)
        tell_removed(report);
    return code;
}

static errcode
offer_page(struct scanning *scanning, struct err *err)
{
    char answer[ANSWER_MAX], folder[PATH_TEXT], name[64], path[PATH_TEXT], now[TIME_TEXT];
    say(GUIDE_SAVE, NULL, NULL);
    if (!read_answer(answer) || !answer[0] || !strchr("yYcC", answer[0]))
        return OK;
    time_format(clock_now(), now); /* 2026-11-26T09:40:00Z; ':' is in no name on Windows */
    snprintf(name, sizeof name, "khien-%.10s-%.2s%.2s%.2s.html", now, now + 11, now + 14, now + 17);
    errcode code = scan_page_folder(folder, err);
    if (code == OK)
        code = path_join(path, folder, name, err);
    if (code == OK)
        code = scanning_write_html(scanning, path, err);
    if (code == OK)
        say_path(GUIDE_SAVED, path);
    return code;
}

static errcode
tell_report(struct scanning *scanning, struct err *err)
{
    struct buf out = BUF(OUTPUT_MAX);
    scanning_write_text(scanning, &out);
    errcode code = output_buf(&out, "the report", err);
    fflush(stdout);
    return code;
}

static errcode
run(const struct call *call, struct err *err)
{
    struct scanning *scanning = NULL;
    (void)call;
    if (guide.is_left) {
        say(GUIDE_BYE, NULL, NULL);
        return OK;
    }
    say(GUIDE_BEGINS, NULL, NULL);
    errcode code = scanning_open(&guide.scan, &scanning, err);
    if (code == OK)
        code = scanning_run(scanning, err);
    if (code == OK)
        code = tell_report(scanning, err);
    if (code == OK)
        code = offer_removal(scanning, err);
    if (code == OK)
        code = offer_page(scanning, err);
    scanning_close(scanning);
    return code;
}

static const struct option options[] = {
    {"lang", "vi|en", "vi", "the language", 0},
    {"state", "FOLDER", NULL, "keep what is known of clean files, and the quarantine, there", 0},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .summary = "scan with questions and answers",
     .needs = NEED_THREADS | NEED_OUTPUT | NEED_METADATA | NEED_PROCESSES,
     .without_conf = true,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_guide = {
    .name = "guide",
    .group = "Finding malware",
    .summary = "scan with questions and answers (without arguments)",
    .actions = actions,
};
