/* SPDX-License-Identifier: Apache-2.0 */
/* Rules hold the very bytes that other scanners look for, so they are stored under a veil: XOR with
 * a stream of numbers. It hides nothing from people, since the seed stands beside it. A stream that
 * is computed from the place can be taken off anywhere, at the speed of memory, and needs no
 * library; compression would save disk and cost all three. */
#pragma once

#include "base/str.h"

/* The seed of one chunk. */
uint64_t veil_seed(uint64_t seed, uint32_t chunk);
/* N bytes that stand at AT in their chunk, from IN to OUT, which may be the same; the same call
 * puts the veil on and takes it off. */
void veil(uint64_t seed, uint64_t at, const char *in, char *out, size_t n);
