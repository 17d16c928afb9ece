/* SPDX-License-Identifier: Apache-2.0 */
/* Radix sort by three digits of 11 bits (Knuth, TAOCP 5.2.5); a digit that is the same in all
 * numbers is passed over, which the high digit of one country's addresses often is. */
#include "sightings/sort.h"

#include "base/require.h"

#include <stdlib.h>
#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 48 };

static void
insertion_sort(uint32_t *numbers, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint32_t number = numbers[i];
        size_t j = i;
        for (; j > 0 && numbers[j - 1] > number; j--)
            numbers[j] = numbers[j - 1];
        numbers[j] = number;
    }
}

/* One pass; false when all numbers share the digit, so that nothing was moved. */
static bool
radix_pass(const uint32_t *from, uint32_t *to, size_t count, unsigned shift)
{
    uint32_t starts[DIGITS] = {0};
    for (size_t i = 0; i < count; i++)
        starts[from[i] >> shift & (DIGITS - 1)]++;
    if (starts[from[0] >> shift & (DIGITS - 1)] == count)
        return false;
    uint32_t sum = 0;
    for (size_t d = 0; d < DIGITS; d++) {
        uint32_t n = starts[d];
        starts[d] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & (DIGITS - 1)]++] = from[i];
    return true;
}

static void
radix_sort(uint32_t *numbers, size_t count)
{
    uint32_t *spare = mem_alloc(count * sizeof *spare);
    uint32_t *from = numbers, *to = spare;
    for (unsigned shift = 0; shift < 32; shift += DIGIT_BITS) {
        if (!radix_pass(from, to, count, shift))
            continue;
        uint32_t *other = from;
        from = to;
        to = other;
    }
    if (from != numbers)
        memcpy(numbers, from, count * sizeof *numbers);
    free(spare);
}

size_t
sort_distinct32(uint32_t *numbers, size_t count)
{
    require(count <= UINT32_MAX);
    if (count == 0)
        return 0;
    if (count <= FEW)
        insertion_sort(numbers, count);
    else
        radix_sort(numbers, count);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (numbers[i] != numbers[kept - 1])
            numbers[kept++] = numbers[i];
    return kept;
}

static int
compare64(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

size_t
sort_distinct64(uint64_t *numbers, size_t count)
{
    if (count == 0)
        return 0;
    if (count > 1)
        qsort(numbers, count, sizeof *numbers, compare64);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (numbers[i] != numbers[kept - 1])
            numbers[kept++] = numbers[i];
    return kept;
}
