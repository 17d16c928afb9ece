/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/report/inner.h"

struct report *
report_new(void)
{
    struct report *report = mem_calloc(1, sizeof *report);
    pthread_mutex_init(&report->lock, NULL);
    return report;
}

void
report_free(struct report *report)
{
    if (!report)
        return;
    pthread_mutex_destroy(&report->lock);
    arena_clear(&report->arena);
    free(report->items);
    free(report);
}

static bool
is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static struct report_item *
find_known(const struct report *report, const struct report_item *item)
{
    for (size_t i = 0; i < report->count; i++) {
        struct report_item *old = &report->items[i];
        if (old->of == item->of && old->line == item->line && old->pid == item->pid &&
            is_same_text(old->subject, item->subject) && is_same_text(old->name, item->name) &&
            is_same_text(old->inside, item->inside) && is_same_text(old->detail, item->detail))
            return old;
    }
    return NULL;
}

static const char *
keep(struct report *report, const char *text)
{
    return text ? arena_z(&report->arena, str_of(text)) : NULL;
}

/* Of a name that whoever made the file chose, enough to find it by. */
static const char *
keep_short(struct report *report, const char *text)
{
    enum { SHORT = 300 };
    str s = text ? str_of(text) : STR("");
    return arena_z(&report->arena, s.n > SHORT ? (str){s.p, SHORT} : s);
}

static void
add_deeds(struct report *report, struct report_item *item, const struct report_deed *deeds)
{
    struct report_deed **end = &item->deeds;
    while (*end)
        end = &(*end)->next;
    for (; deeds; deeds = deeds->next, end = &(*end)->next) {
        struct report_deed *kept = arena_alloc(&report->arena, sizeof *kept);
        *kept = *deeds;
        kept->next = NULL;
        kept->subject = keep(report, deeds->subject);
        kept->refused = keep(report, deeds->refused);
        *end = kept;
    }
}

void
report_add(struct report *report, const struct report_item *item)
{
    enum { SEARCHED_MAX = 1000 }; /* beyond that nobody reads them one by one */
    pthread_mutex_lock(&report->lock);
    struct report_item *known = report->count > SEARCHED_MAX ? NULL : find_known(report, item);
    if (known && (item->quarantined || item->refused)) { /* it came again and was dealt with */
        known->quarantined = item->quarantined;
        known->refused = keep(report, item->refused);
        add_deeds(report, known, item->deeds);
    } else if (!known) {
        if (report->count == report->room) {
            report->room = report->room ? report->room * 2 : 64;
            report->items = mem_resize(report->items, report->room, sizeof *report->items);
        }
        struct report_item *kept = &report->items[report->count++];
        *kept = *item;
        kept->name = keep(report, item->name);
        kept->source = keep(report, item->source);
        kept->subject = keep(report, item->subject);
        kept->inside = keep(report, item->inside);
        kept->file = keep(report, item->file);
        kept->detail = keep(report, item->detail);
        kept->refused = keep(report, item->refused);
        kept->deeds = NULL;
        add_deeds(report, kept, item->deeds);
        report->sorted = false;
    }
    pthread_mutex_unlock(&report->lock);
}

void
report_skip(struct report *report, enum report_skip why, const char *subject, const char *detail)
{
    struct report_skipped *skipped = &report->skipped[why];
    pthread_mutex_lock(&report->lock);
    if (skipped->count < REPORT_EXAMPLES)
        skipped->examples[skipped->count] =
            (struct report_example){keep_short(report, subject), keep_short(report, detail)};
    skipped->count++;
    pthread_mutex_unlock(&report->lock);
}

void
report_count(struct report *report, const struct report_counts *more)
{
    struct report_counts *counts = &report->counts;
    pthread_mutex_lock(&report->lock);
    counts->files += more->files;
    counts->bytes += more->bytes;
    counts->unchanged += more->unchanged;
    counts->members += more->members;
    counts->member_bytes += more->member_bytes;
    counts->processes += more->processes;
    counts->process_bytes += more->process_bytes;
    counts->checks += more->checks;
    pthread_mutex_unlock(&report->lock);
}

void
report_merge(struct report *report, struct report *more)
{
    for (size_t i = 0; i < more->count; i++)
        report_add(report, &more->items[i]);
    for (int why = 0; why < SKIP_REASONS; why++) {
        const struct report_skipped *skipped = &more->skipped[why];
        size_t told = skipped->count < REPORT_EXAMPLES ? skipped->count : REPORT_EXAMPLES;
        for (size_t i = 0; i < told; i++)
            report_skip(report, (enum report_skip)why, skipped->examples[i].subject,
                        skipped->examples[i].detail);
        report->skipped[why].count += skipped->count - told;
    }
    report_count(report, &more->counts);
}

/* ---- reading ---- */

static int
compare(const void *a, const void *b)
{
    const struct report_item *x = a, *y = b;
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    int order = strcmp(x->subject, y->subject);
    return order ? order : strcmp(x->name, y->name);
}

void
report_sort(struct report *report)
{
    if (!report->sorted && report->count > 0)
        qsort(report->items, report->count, sizeof *report->items, compare);
    report->sorted = true;
}

size_t
report_item_count(const struct report *report)
{
    return report->count;
}

struct report_item *
report_item_at(struct report *report, size_t i)
{
    report_sort(report);
    return &report->items[i];
}

void
report_note_deed(struct report *report, struct report_item *item, const struct report_deed *deed)
{
    struct report_deed one = *deed;
    one.next = NULL;
    add_deeds(report, item, &one);
}

void
report_note_refused(struct report *report, struct report_item *item, const char *why)
{
    item->refused = keep(report, why);
}

size_t
report_count_of(const struct report *report, enum finding_level level)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->items[i].level == level;
    return count;
}

struct report_counts
report_counts(const struct report *report)
{
    return report->counts;
}

uint64_t
report_skipped(const struct report *report, enum report_skip why)
{
    return report->skipped[why].count;
}

const char *
report_skip_name(enum report_skip why)
{
    static const char *const names[SKIP_REASONS] = {"unreadable", "changed", "time",
                                                    "folder",     "process", "check",
                                                    "encrypted",  "damaged", "unknown-format",
                                                    "capped"};
    return names[why];
}

const char *
report_level_name(enum finding_level level)
{
    static const char *const names[FINDING_LEVELS] = {"look", "suspicious", "malicious"};
    return names[level];
}

const struct check_words *
report_check_words(const struct check *check, enum report_language language)
{
    return language == REPORT_VI ? &check->vi : &check->en;
}

const char *
report_advice(const struct report *report, enum finding_level level, enum report_language language)
{
    bool is_taken = true;
    for (size_t i = 0; i < report->count; i++) {
        const struct report_item *item = &report->items[i];
        if (item->level != level)
            continue;
        is_taken &= item->quarantined > 0;
        for (const struct report_deed *deed = item->deeds; deed; deed = deed->next)
            is_taken &= deed->number > 0 || deed->kind != DEED_PROCESS;
    }
    return is_taken ? phrase(PHRASE_ALL_TAKEN, language) : report_level_advice[level].in[language];
}

const char *
report_origin_words(const struct report_about *about, enum report_language language)
{
    if (!about->rules_id[0]) /* of no pack: files that this user named */
        return NULL;
    return about->rules_origin == ORIGIN_UNCHECKED ? phrase(PHRASE_UNCHECKED, language) : NULL;
}
