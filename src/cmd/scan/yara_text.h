/* SPDX-License-Identifier: Apache-2.0 */
/* What `khien yara` prints of a file, in the words of the program yara. */
#pragma once

#include "scan/scan.h"

enum { YARA_TEXTS_MAX = 64 };

struct yara_text {
    bool strings, lengths, metas, tags, spaces, negate, count_only;
    const char *only_tags[YARA_TEXTS_MAX];
    size_t only_tag_count;
    const char *only_rules[YARA_TEXTS_MAX];
    size_t only_rule_count;
};
/* Whether the rule's verdict is one to show. */
bool yara_text_shows(const struct yara_text *text, const struct scan_rules *rules, size_t rule,
                     bool holds);
/* A rule that holds (with `negate`, one that does not) in the file PATH, with its matches. */
void yara_text_rule(const struct yara_text *text, const struct scan_rules *rules,
                    const struct scan *scan, size_t rule, const char *path, struct buf *out);
/* The same of what a pack's tables say. */
#define YARA_LISTED_SPACE "hash"
bool yara_text_shows_listed(const struct yara_text *text, const struct pack_listed *listed);
void yara_text_listed(const struct yara_text *text, const struct pack_listed *listed,
                      const char *path, struct buf *out);
