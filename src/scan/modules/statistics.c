/* SPDX-License-Identifier: Apache-2.0 */
/* The formulas are those of John Walker's "ent", which libyara follows. */
#include "scan/modules/statistics.h"

#include <math.h>

enum {
    TABLES = 8,      /* equal bytes in a row would wait for one counter */
    CHUNK = 1 << 30, /* so that 32 bits hold a count */
    BLOCK = 4096,    /* so that 32 bits hold a sum of products, and compilers use vectors */
};

static void
count_chunk(const uint8_t *p, size_t n, uint32_t counts[TABLES][256])
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, 8);
        counts[0][word & 255]++;
        counts[1][word >> 8 & 255]++;
        counts[2][word >> 16 & 255]++;
        counts[3][word >> 24 & 255]++;
        counts[4][word >> 32 & 255]++;
        counts[5][word >> 40 & 255]++;
        counts[6][word >> 48 & 255]++;
        counts[7][word >> 56]++;
    }
    for (; i < n; i++)
        counts[0][p[i]]++;
}

void
histogram_of(str bytes, struct histogram *ret)
{
    *ret = (struct histogram){.total = bytes.n};
    for (size_t done = 0; done < bytes.n;) {
        uint32_t counts[TABLES][256] = {0};
        size_t n = bytes.n - done < CHUNK ? bytes.n - done : CHUNK;
        count_chunk((const uint8_t *)bytes.p + done, n, counts);
        for (size_t table = 0; table < TABLES; table++)
            for (size_t i = 0; i < 256; i++)
                ret->counts[i] += counts[table][i];
        done += n;
    }
}

double
histogram_entropy(const struct histogram *histogram)
{
    double entropy = 0;
    for (size_t i = 0; i < 256; i++) {
        if (histogram->counts[i] == 0)
            continue;
        double share = (double)histogram->counts[i] / (double)histogram->total;
        entropy -= share * log2(share);
    }
    return entropy;
}

double
histogram_mean(const struct histogram *histogram)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < 256; i++)
        sum += i * histogram->counts[i];
    return (double)sum / (double)histogram->total;
}

double
histogram_deviation(const struct histogram *histogram, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < 256; i++)
        sum += fabs((double)i - mean) * (double)histogram->counts[i];
    return sum / (double)histogram->total;
}

unsigned
histogram_mode(const struct histogram *histogram)
{
    unsigned mode = 0;
    for (unsigned i = 1; i < 256; i++)
        if (histogram->counts[i] > histogram->counts[mode])
            mode = i;
    return mode;
}

double
text_mean(str text)
{
    int64_t sum = 0;
    for (size_t i = 0; i < text.n; i++)
        sum += (int8_t)text.p[i];
    return (double)sum / (double)text.n;
}

double
text_deviation(str text, double mean)
{
    double sum = 0;
    for (size_t i = 0; i < text.n; i++)
        sum += fabs((double)(int8_t)text.p[i] - mean);
    return sum / (double)text.n;
}

struct sums {
    int64_t bytes, squares, products;
};

static uint32_t
block_products(const uint8_t *p)
{
    uint32_t products = 0;
    for (size_t i = 0; i < BLOCK; i++)
        products += (uint32_t)(p[i] * p[i + 1]);
    return products;
}

static void
add_unsigned(struct sums *sums, const uint8_t *p, size_t n)
{
    struct histogram histogram;
    size_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK)
        sums->products += block_products(p + i);
    for (; i < n; i++)
        sums->products += p[i] * p[i + 1];
    histogram_of((str){(const char *)p, n}, &histogram);
    for (i = 0; i < 256; i++) {
        sums->bytes += (int64_t)(i * histogram.counts[i]);
        sums->squares += (int64_t)(i * i * histogram.counts[i]);
    }
}

static void
add_signed(struct sums *sums, const int8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sums->bytes += p[i];
        sums->squares += p[i] * p[i];
        sums->products += p[i] * p[i + 1];
    }
}

double
serial_correlation(str bytes, enum byte_sign sign)
{
    struct sums sums = {0};
    if (bytes.n > 0) {
        int first, last;
        if (sign == BYTES_SIGNED) {
            const int8_t *p = (const int8_t *)bytes.p;
            first = p[0], last = p[bytes.n - 1];
            add_signed(&sums, p, bytes.n - 1);
        } else {
            const uint8_t *p = (const uint8_t *)bytes.p;
            first = p[0], last = p[bytes.n - 1];
            add_unsigned(&sums, p, bytes.n - 1);
        }
        sums.bytes += last;
        sums.squares += last * last;
        sums.products += last * first;
    }
    double n = (double)bytes.n, square_of_sum = (double)sums.bytes * (double)sums.bytes;
    double below = n * (double)sums.squares - square_of_sum;
    return below == 0 ? -100000 : (n * (double)sums.products - square_of_sum) / below;
}

/* A signed byte becomes a huge coordinate when it is negative. */
static bool
is_inside(const uint8_t *p, enum byte_sign sign)
{
    const uint64_t radius = (1 << 24) - 1;
    if (sign == BYTES_SIGNED && (p[0] | p[1] | p[2] | p[3] | p[4] | p[5]) >= 0x80)
        return false;
    uint64_t x = (uint64_t)p[0] << 16 | (uint64_t)p[1] << 8 | p[2];
    uint64_t y = (uint64_t)p[3] << 16 | (uint64_t)p[4] << 8 | p[5];
    return x * x + y * y <= radius * radius;
}

bool
monte_carlo_pi(str bytes, enum byte_sign sign, double *ret)
{
    const double pi = 3.141592653589793;
    const uint8_t *p = (const uint8_t *)bytes.p;
    uint64_t points = bytes.n / 6, inside = 0;
    if (points == 0)
        return false;
    for (uint64_t i = 0; i < points; i++)
        inside += is_inside(p + 6 * i, sign);
    double estimate = 4.0 * ((double)inside / (double)points);
    *ret = fabs((estimate - pi) / pi);
    return true;
}
