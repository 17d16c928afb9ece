/* SPDX-License-Identifier: Apache-2.0 */
/* The report on a terminal. */
#include "scan/report/inner.h"

static void
add_shown(struct buf *out, const char *text)
{
    size_t begin = out->n;
    buf_z(out, text);
    if (out->n > begin)
        str_make_shown(out->p + begin, out->n - begin, "");
}

static void
write_deed(const struct report_deed *deed, enum report_language language, struct buf *out)
{
    buf_z(out, "      ");
    add_shown(out, deed->subject);
    if (deed->line)
        buf_printf(out, ":%zu", deed->line);
    if (deed->number) {
        buf_printf(out, ": %s %llu\n", report_deed_words(deed->kind, language),
                   (unsigned long long)deed->number);
        return;
    }
    buf_printf(out, ": %s: ", phrase(PHRASE_NOT_DONE, language));
    add_shown(out, deed->refused);
    buf_char(out, '\n');
}

static void
write_item(const struct report_item *item, enum report_language language, struct buf *out)
{
    buf_z(out, "  ");
    add_shown(out, item->subject);
    if (item->line)
        buf_printf(out, ":%zu", item->line);
    buf_char(out, '\n');
    if (item->inside) {
        buf_printf(out, "      %s ", phrase(PHRASE_INSIDE, language));
        add_shown(out, item->inside);
        buf_char(out, '\n');
    }
    buf_z(out, "      ");
    if (item->check) {
        buf_printf(out, "%s (%s)", report_check_words(item->check, language)->title,
                   item->check->attack);
    } else {
        buf_printf(out, "%s ", phrase(PHRASE_MATCHES_RULE, language));
        add_shown(out, item->name);
    }
    if (item->detail && item->detail[0]) {
        buf_z(out, ": ");
        add_shown(out, item->detail);
    }
    buf_char(out, '\n');
    if (item->reason)
        buf_printf(out, "      %s\n", language == REPORT_VI ? item->reason->vi : item->reason->en);
    if (item->check)
        buf_printf(out, "      %s\n", report_check_words(item->check, language)->advice);
    if (item->quarantined)
        buf_printf(out, "      %s %llu\n", phrase(PHRASE_TAKEN, language),
                   (unsigned long long)item->quarantined);
    else if (item->refused) {
        buf_printf(out, "      %s: ", phrase(PHRASE_NOT_TAKEN, language));
        add_shown(out, item->refused);
        buf_char(out, '\n');
    }
    for (const struct report_deed *deed = item->deeds; deed; deed = deed->next)
        write_deed(deed, language, out);
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
            buf_printf(out, "\n%s (%zu) – %s\n", report_level_titles[level].in[language],
                       report_count_of(report, level), report_advice(report, level, language));
        }
        if (++of_level <= REPORT_SHOWN)
            write_item(item, language, out);
        else if (of_level == report_count_of(report, level))
            buf_printf(out, "  %zu %s\n", of_level - REPORT_SHOWN, phrase(PHRASE_MORE, language));
    }
}

static void
write_looked_at(const struct report *report, const struct report_about *about,
                enum report_language language, struct buf *out)
{
    const struct report_counts *counts = &report->counts;
    buf_printf(out, "\n%s:\n", phrase(PHRASE_LOOKED_AT, language));
    buf_printf(out, "%12llu %s (%.1f MB)", (unsigned long long)counts->files,
               phrase(PHRASE_FILES, language), (double)counts->bytes / 1e6);
    if (counts->unchanged)
        buf_printf(out, ", %llu %s", (unsigned long long)counts->unchanged,
                   phrase(PHRASE_UNCHANGED, language));
    buf_char(out, '\n');
    const struct {
        uint64_t count;
        enum report_phrase words;
    } rows[] = {{counts->members, PHRASE_MEMBERS},
                {counts->processes, PHRASE_PROCESSES},
                {counts->checks, PHRASE_CHECKS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].count)
            buf_printf(out, "%12llu %s\n", (unsigned long long)rows[i].count,
                       phrase(rows[i].words, language));
    buf_printf(out, "%s: %zu", phrase(PHRASE_RULES, language), about->rules);
    if (about->rules_id[0])
        buf_printf(out, ", v%llu (%.12s)\n", (unsigned long long)about->rules_version,
                   about->rules_id);
    else
        buf_printf(out, ", %s\n", phrase(PHRASE_NO_PACK, language));
    const char *seconds = phrase(PHRASE_SECONDS, language);
    buf_printf(out, "%s: %.1f %s", phrase(PHRASE_TIME, language),
               (double)(about->ended - about->started) / 1e6, seconds);
    if (about->waited)
        buf_printf(out, " (%s: %.1f %s)", phrase(PHRASE_WAITED, language),
                   (double)about->waited / 1e6, seconds);
    buf_char(out, '\n');
}

static void
write_skipped(const struct report *report, enum report_language language, struct buf *out)
{
    enum { SHOWN = 3 };
    bool any = false;
    for (size_t why = 0; why < SKIP_REASONS; why++) {
        const struct report_skipped *skipped = &report->skipped[why];
        if (skipped->count == 0)
            continue;
        if (!any)
            buf_printf(out, "\n%s:\n", phrase(PHRASE_SKIPPED, language));
        any = true;
        buf_printf(out, "%12llu %s\n", (unsigned long long)skipped->count,
                   report_skip_words[why].in[language]);
        for (size_t i = 0; i < SHOWN && i < skipped->count; i++) {
            buf_z(out, "               ");
            add_shown(out, skipped->examples[i].subject);
            if (skipped->examples[i].detail && skipped->examples[i].detail[0]) {
                buf_z(out, ": ");
                add_shown(out, skipped->examples[i].detail);
            }
            buf_char(out, '\n');
        }
    }
}

static bool
has_changed(const struct report *report)
{
    bool any = false;
    for (size_t i = 0; i < report->count; i++) {
        any |= report->items[i].quarantined > 0;
        for (const struct report_deed *deed = report->items[i].deeds; deed; deed = deed->next)
            any |= deed->number > 0;
    }
    return any;
}

void
report_write_text(struct report *report, const struct report_about *about,
                  enum report_language language, struct buf *out)
{
    report_sort(report);
    if (about->is_partial)
        buf_printf(out, "%s\n", phrase(PHRASE_PARTIAL, language));
    if (report->count == 0) {
        buf_printf(out, "%s %s\n", phrase(PHRASE_CLEAN, language),
                   phrase(PHRASE_CLEAN_MEANS, language));
    } else {
        buf_printf(out, "%s: %zu\n", phrase(PHRASE_FOUND, language), report->count);
        write_items(report, language, out);
        if (!has_changed(report))
            buf_printf(out, "\n%s\n", phrase(PHRASE_NOTHING_CHANGED, language));
    }
    write_looked_at(report, about, language, out);
    write_skipped(report, language, out);
    const char *origin = report_origin_words(about, language);
    if (origin)
        buf_printf(out, "\n%s\n", origin);
    if (!about->is_root)
        buf_printf(out, "\n%s\n", phrase(PHRASE_NOT_ROOT, language));
}
