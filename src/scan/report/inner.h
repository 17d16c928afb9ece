/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "scan/report/report.h"

#include <pthread.h>

enum {
    REPORT_EXAMPLES = 20,
    REPORT_SHOWN = 200, /* findings of a level that people are shown; JSON has all */
};
struct report_example {
    const char *subject, *detail;
};
struct report_skipped {
    uint64_t count;
    struct report_example examples[REPORT_EXAMPLES]; /* the first ones */
};
struct report {
    pthread_mutex_t lock;
    struct arena arena;
    struct report_item *items;
    size_t count, room;
    bool sorted;
    struct report_skipped skipped[SKIP_REASONS];
    struct report_counts counts;
};

/* Words in the order of enum report_language. */
struct report_words {
    const char *in[2];
};
extern const struct report_words report_level_titles[FINDING_LEVELS];
extern const struct report_words report_level_advice[FINDING_LEVELS];
extern const struct report_words report_skip_words[SKIP_REASONS];

enum report_phrase {
    PHRASE_TITLE,
    PHRASE_PARTIAL,
    PHRASE_CLEAN,
    PHRASE_CLEAN_MEANS,
    PHRASE_FOUND,
    PHRASE_NOT_ROOT,
    PHRASE_LOOKED_AT,
    PHRASE_FILES,
    PHRASE_UNCHANGED,
    PHRASE_MEMBERS,
    PHRASE_PROCESSES,
    PHRASE_CHECKS,
    PHRASE_RULES,
    PHRASE_NO_PACK,
    PHRASE_TIME,
    PHRASE_WAITED,
    PHRASE_SKIPPED,
    PHRASE_INSIDE,
    PHRASE_MATCHES_RULE,
    PHRASE_TAKEN,
    PHRASE_NOT_TAKEN,
    PHRASE_NOT_DONE,
    PHRASE_ALL_TAKEN,
    PHRASE_WHAT_TO_DO,
    PHRASE_MEANING,
    PHRASE_NOTHING_CHANGED,
    PHRASE_SECONDS,
    PHRASE_MORE,
    PHRASE_UNCHECKED,
    PHRASES,
};
extern const struct report_words report_phrases[PHRASES];
static inline const char *
phrase(enum report_phrase phrase, enum report_language language)
{
    return report_phrases[phrase].in[language];
}

void report_sort(struct report *report);
extern const char *const report_deed_names[DEED_KINDS]; /* in JSON */
/* What to do about the findings of a level, of which there is one at least. */
const char *report_advice(const struct report *report, enum finding_level level,
                          enum report_language language);
/* What is to be said of where the rules come from; NULL for nothing. */
const char *report_origin_words(const struct report_about *about, enum report_language language);
const struct check_words *report_check_words(const struct check *check,
                                             enum report_language language);
