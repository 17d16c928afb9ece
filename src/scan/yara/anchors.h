/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing what a pattern is found by. */
#pragma once

#include "scan/regex/regex.h"
#include "scan/yara/compiler.h"

/* A literal of the pattern, which begins at its begin, or split. */
void anchors_add_literal(struct compiler *compiler, uint32_t pattern, const uint8_t *bytes,
                         size_t count);
/* COUNT literals, at most REGEX_PART_LITERALS, of which a match goes on with one. Those that begin
 * alike have an anchor in common where their best one is in that begin, so that what has only the
 * begin is looked at once. */
void anchors_add_literals(struct compiler *compiler, uint32_t pattern,
                          const struct regex_literal *literals, size_t count);
/* One literal under each key from KEY_MIN to KEY_MAX. */
void anchors_add_xor(struct compiler *compiler, uint32_t pattern, str text, uint8_t key_min,
                     uint8_t key_max);
void anchors_add_masked(struct compiler *compiler, uint32_t pattern,
                        const struct regex_masked *masked);
/* A pattern without literals, that begins with one of the bytes of SET (a bit each). */
void anchors_add_set(struct compiler *compiler, uint32_t pattern, const uint8_t set[32]);
/* One that begins with LEAST bytes of SET, RUN_LEAST to RUN_MOST of them. */
void anchors_add_run(struct compiler *compiler, uint32_t pattern, const uint8_t set[32],
                     size_t least);
