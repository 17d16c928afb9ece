/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/veil.h"

#include "base/rng.h"

enum { WORD = sizeof(uint64_t) };

uint64_t
veil_seed(uint64_t seed, uint32_t chunk)
{
    struct rng rng = {seed ^ (uint64_t)chunk << 32};
    return rng_next(&rng);
}

/* The generator's state after I numbers is known without making them. */
static inline uint64_t
word_at(uint64_t seed, uint64_t i)
{
    struct rng rng = {seed + i * UINT64_C(0x9e3779b97f4a7c15)};
    return rng_next(&rng);
}

static void
veil_bytes(uint64_t seed, uint64_t at, const char *in, char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t place = at + i;
        out[i] = (char)(in[i] ^ (uint8_t)(word_at(seed, place / WORD) >> place % WORD * 8));
    }
}

void
veil(uint64_t seed, uint64_t at, const char *in, char *out, size_t n)
{
    size_t done = at % WORD == 0 ? 0 : WORD - (size_t)(at % WORD);
    if (done > n)
        done = n;
    veil_bytes(seed, at, in, out, done);
    for (; n - done >= WORD; done += WORD) {
        uint64_t word;
        memcpy(&word, in + done, WORD);
        word ^= word_at(seed, (at + done) / WORD);
        memcpy(out + done, &word, WORD);
    }
    veil_bytes(seed, at + done, in + done, out + done, n - done);
}
