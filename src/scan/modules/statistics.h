/* SPDX-License-Identifier: Apache-2.0 */
/* What the math module computes of bytes. The results are libyara's to the last bit: its sums of
 * whole numbers are exact in a double below 2^53, so they are taken here as integers, which is
 * quicker; where a sum is not exact, its order is libyara's. */
#pragma once

#include "base/str.h"

/* How often each byte occurs. */
struct histogram {
    uint64_t total, counts[256];
};

void histogram_of(str bytes, struct histogram *ret);
/* Bits a byte, 0 to 8; 0 of nothing. */
double histogram_entropy(const struct histogram *histogram);
/* NaN of nothing. */
double histogram_mean(const struct histogram *histogram);
double histogram_deviation(const struct histogram *histogram, double mean);
/* The smallest of the most frequent bytes. */
unsigned histogram_mode(const struct histogram *histogram);

/* libyara reads the bytes of a string as signed, those of the data as unsigned. */
enum byte_sign { BYTES_UNSIGNED, BYTES_SIGNED };

/* The mean of a string's bytes. */
double text_mean(str text);
double text_deviation(str text, double mean);
/* Of each byte with the next, the last with the first; -100000 when all are equal. */
double serial_correlation(str bytes, enum byte_sign sign);
/* How far off, in parts of π, the estimate from six bytes a point is; false when there is none. */
bool monte_carlo_pi(str bytes, enum byte_sign sign, double *ret);
