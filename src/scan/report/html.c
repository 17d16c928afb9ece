/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one page: no script, nothing fetched, readable on a phone, fit to be printed. */
#include "scan/report/inner.h"

static const char style[] =
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:1rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}"
    ".box{border:1px solid #767676;border-left-width:.5rem;border-radius:.25rem;"
    "padding:.5rem .75rem;margin:.75rem 0;break-inside:avoid}.malicious{border-left-color:#b00020}"
    ".suspicious{border-left-color:#a04000}.look{border-left-color:#0b57d0}"
    ".fine{border-left-color:#17692a}.subject{font-family:ui-monospace,monospace;"
    "overflow-wrap:anywhere;font-weight:600}p{margin:.25rem 0}dl{display:grid;"
    "grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{text-align:right}dd{margin:0}"
    "small{color:#4a4a4a;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#ececec;background:#16181a}"
    "small{color:#b8b8b8}.box{border-color:#8a8a8a}.malicious{border-left-color:#ff8a8a}"
    ".suspicious{border-left-color:#ffb169}.look{border-left-color:#8ab4f8}"
    ".fine{border-left-color:#7bd48f}}@media print{body{color:#000;background:#fff}}";

/* As in text: nothing that would be invisible or turn the direction of what follows. */
static void
add_text(struct buf *out, const char *text)
{
    struct buf shown = BUF(1 << 20);
    buf_z(&shown, text);
    if (shown.n)
        str_make_shown(shown.p, shown.n, "");
    for (size_t i = 0; i < shown.n; i++) {
        char c = shown.p[i];
        if (c == '&' || c == '<' || c == '>' || c == '"')
            buf_printf(out, "&#%d;", c);
        else
            buf_char(out, c);
    }
    buf_clear(&shown);
}

static void
write_meaning(const struct report_item *item, enum report_language language, struct buf *out)
{
    const struct check_words *words = report_check_words(item->check, language);
    buf_z(out, "<p>");
    add_text(out, words->title);
    buf_printf(out, " <small>(MITRE ATT&amp;CK %s)</small></p><p><strong>%s</strong> ",
               item->check->attack, phrase(PHRASE_MEANING, language));
    add_text(out, words->meaning);
    if (item->reason) {
        buf_char(out, ' ');
        add_text(out, language == REPORT_VI ? item->reason->vi : item->reason->en);
    }
    buf_printf(out, "</p><p><strong>%s</strong> ", phrase(PHRASE_WHAT_TO_DO, language));
    add_text(out, words->advice);
    buf_z(out, "</p>");
}

static void
write_deed(const struct report_deed *deed, enum report_language language, struct buf *out)
{
    buf_z(out, "<p><span class=\"subject\">");
    add_text(out, deed->subject);
    if (deed->line)
        buf_printf(out, ":%zu", deed->line);
    buf_z(out, "</span>: ");
    if (deed->number) {
        buf_printf(out, "%s %llu", report_deed_words(deed->kind, language),
                   (unsigned long long)deed->number);
    } else {
        buf_printf(out, "%s: ", phrase(PHRASE_NOT_DONE, language));
        add_text(out, deed->refused);
    }
    buf_z(out, "</p>");
}

static void
write_item(const struct report_item *item, enum report_language language, struct buf *out)
{
    buf_printf(out, "<div class=\"box %s\"><p class=\"subject\">", report_level_name(item->level));
    add_text(out, item->subject);
    if (item->line)
        buf_printf(out, ":%zu", item->line);
    buf_z(out, "</p>");
    if (item->inside) {
        buf_printf(out, "<p>%s <span class=\"subject\">", phrase(PHRASE_INSIDE, language));
        add_text(out, item->inside);
        buf_z(out, "</span></p>");
    }
    if (item->check) {
        write_meaning(item, language, out);
    } else {
        buf_printf(out, "<p>%s <strong>", phrase(PHRASE_MATCHES_RULE, language));
        add_text(out, item->name);
        buf_z(out, "</strong></p>");
    }
    if (item->detail && item->detail[0]) {
        buf_z(out, "<p>");
        add_text(out, item->detail);
        buf_z(out, "</p>");
    }
    if (item->quarantined)
        buf_printf(out, "<p><strong>%s %llu</strong></p>", phrase(PHRASE_TAKEN, language),
                   (unsigned long long)item->quarantined);
    else if (item->refused) {
        buf_printf(out, "<p>%s: ", phrase(PHRASE_NOT_TAKEN, language));
        add_text(out, item->refused);
        buf_z(out, "</p>");
    }
    for (const struct report_deed *deed = item->deeds; deed; deed = deed->next)
        write_deed(deed, language, out);
    buf_z(out, "</div>\n");
}

static void
write_items(struct report *report, enum report_language language, struct buf *out)
{
    enum finding_level level = FINDING_LEVELS;
    for (size_t i = 0, of_level = 0; i < report->count; i++) {
        const struct report_item *item = report_item_at(report, i);
        if (item->level != level) {
            level = item->level;
            of_level = 0;
            buf_printf(out, "<h2>%s (%zu)</h2><p>", report_level_titles[level].in[language],
                       report_count_of(report, level));
            add_text(out, report_advice(report, level, language));
            buf_z(out, "</p>\n");
        }
        if (++of_level <= REPORT_SHOWN)
            write_item(item, language, out);
        else if (of_level == report_count_of(report, level))
            buf_printf(out, "<p>%zu %s</p>\n", of_level - REPORT_SHOWN,
                       phrase(PHRASE_MORE, language));
    }
}

static void
pair(struct buf *out, uint64_t count, const char *words)
{
    if (count)
        buf_printf(out, "<dt>%llu</dt><dd>%s</dd>\n", (unsigned long long)count, words);
}

static void
write_end(const struct report *report, const struct report_about *about,
          enum report_language language, struct buf *out)
{
    const struct report_counts *counts = &report->counts;
    char ended[TIME_TEXT];
    bool any = false;
    buf_printf(out, "<h2>%s</h2><dl>\n", phrase(PHRASE_LOOKED_AT, language));
    pair(out, counts->files, phrase(PHRASE_FILES, language));
    pair(out, counts->unchanged, phrase(PHRASE_UNCHANGED, language));
    pair(out, counts->members, phrase(PHRASE_MEMBERS, language));
    pair(out, counts->processes, phrase(PHRASE_PROCESSES, language));
    pair(out, counts->checks, phrase(PHRASE_CHECKS, language));
    buf_z(out, "</dl>\n");
    for (size_t why = 0; why < SKIP_REASONS; why++)
        any |= report->skipped[why].count > 0;
    if (any)
        buf_printf(out, "<h2>%s</h2><dl>\n", phrase(PHRASE_SKIPPED, language));
    for (size_t why = 0; why < SKIP_REASONS; why++)
        pair(out, report->skipped[why].count, report_skip_words[why].in[language]);
    if (any)
        buf_z(out, "</dl>\n");
    if (about->waited)
        buf_printf(out, "<p>%s: %.1f %s (%s: %.1f %s)</p>\n", phrase(PHRASE_TIME, language),
                   (double)(about->ended - about->started) / 1e6, phrase(PHRASE_SECONDS, language),
                   phrase(PHRASE_WAITED, language), (double)about->waited / 1e6,
                   phrase(PHRASE_SECONDS, language));
    buf_printf(out, "<p><small>khien %s · %s: %zu · %s · %.10s %.5s UTC</small></p>\n",
               KHIEN_VERSION, phrase(PHRASE_RULES, language), about->rules,
               about->rules_id[0] ? about->rules_id : phrase(PHRASE_NO_PACK, language),
               time_format(about->ended, ended), ended + sizeof "2026-11-26T" - 1);
}

void
report_write_html(struct report *report, const struct report_about *about,
                  enum report_language language, struct buf *out)
{
    report_sort(report);
    buf_printf(out,
               "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
               "<meta name=\"viewport\" content=\"width=device-width\">"
               "<title>%s</title><style>%s</style></head><body><main>\n<h1>%s</h1>\n",
               language == REPORT_VI ? "vi" : "en", phrase(PHRASE_TITLE, language), style,
               phrase(PHRASE_TITLE, language));
    if (about->is_partial)
        buf_printf(out, "<p class=\"box suspicious\">%s</p>\n", phrase(PHRASE_PARTIAL, language));
    if (report->count == 0) {
        buf_printf(out, "<p class=\"box fine\"><strong>%s</strong> %s</p>\n",
                   phrase(PHRASE_CLEAN, language), phrase(PHRASE_CLEAN_MEANS, language));
    } else {
        buf_printf(out, "<p><strong>%s: %zu</strong></p>\n", phrase(PHRASE_FOUND, language),
                   report->count);
        write_items(report, language, out);
    }
    write_end(report, about, language, out);
    const char *origin = report_origin_words(about, language);
    if (origin)
        buf_printf(out, "<p class=\"box suspicious\">%s</p>\n", origin);
    if (!about->is_root)
        buf_printf(out, "<p>%s</p>\n", phrase(PHRASE_NOT_ROOT, language));
    buf_z(out, "</main></body></html>\n");
}
