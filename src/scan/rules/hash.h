/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Four bytes spread over 32 bits; the high ones are the best (Knuth's multiplicative hash). */
static inline uint32_t
anchor_hash(uint32_t key)
{
    return key * 0x9E3779B1u;
}

/* The two bits of a byte that a key sets: both are there by chance far more seldom than one would
 * be. Whole bytes are looked up because that takes the fewest instructions (measured). */
static inline unsigned
anchor_first_bit(uint32_t hash)
{
    return hash >> 8 & 7;
}
static inline unsigned
anchor_second_bit(uint32_t hash)
{
    return hash >> 11 & 7;
}
