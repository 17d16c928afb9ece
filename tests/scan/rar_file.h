/* SPDX-License-Identifier: Apache-2.0 */
/* RAR archives that tests make: stored members, and random streams of a method with random Huffman
 * codes, which say what they must become. */
#pragma once

#include "base/buf.h"
#include "base/rng.h"

enum { RAR_SYMBOLS = 306 };

/* Bits into OUT, the greatest first. */
struct rar_bits {
    struct buf *out;
    uint32_t kept, count;
};
void rar_bits_put(struct rar_bits *bits, uint32_t value, uint32_t count);
void rar_bits_end(struct rar_bits *bits); /* zeros up to a whole byte */

/* A complete code; about one of UNUSED symbols has none (0: each has one). */
struct rar_code {
    uint32_t n;
    uint8_t lengths[RAR_SYMBOLS];
    uint32_t codes[RAR_SYMBOLS];
};
void rar_code_make(struct rar_code *code, uint32_t n, uint32_t longest, uint32_t unused,
                   struct rng *rng);
void rar_code_put(const struct rar_code *code, struct rar_bits *bits, uint32_t symbol);
/* A symbol of FROM to TO that has a code; UINT32_MAX when none was found. */
uint32_t rar_code_any(const struct rar_code *code, uint32_t from, uint32_t to, struct rng *rng);

/* A filter over what a stream makes, undone here in a way of the test's own. */
/* The last two by the reader's own code, for which bsdtar is the oracle. */
enum rar_made_kind { MADE_DELTA, MADE_CALLS, MADE_JUMPS, MADE_ARM, MADE_PICTURE, MADE_SOUND };
struct rar_made_filter {
    enum rar_made_kind kind;
    size_t start, n;
    uint32_t channels, row; /* row: of MADE_PICTURE */
};
void rar_made_undo(struct buf *content, size_t member, const struct rar_made_filter *filter);

/* A stream of RAR 5, which may go on for several members: MADE is what it made, before filters. */
struct rar5_stream {
    struct rng rng;
    struct buf made;
    struct rar_code main, distance, low, length;
    uint64_t distances[4];
    uint32_t last_length;
    bool filters; /* to be used */
};
/* Adds a member of about N bytes: its packed form, and its content. */
void rar5_stream_member(struct rar5_stream *stream, size_t n, struct buf *packed,
                        struct buf *content);
/* The codes are made anew; the next member goes on from nothing. */
void rar5_stream_reset(struct rar5_stream *stream);

/* A stream of RAR 3. */
struct rar4_stream {
    struct rng rng;
    struct buf made;
    uint8_t lengths[404];
    bool has_codes;
    struct rar_code main, distance, low, length;
    uint32_t distances[4], last_distance, last_length;
    uint32_t last_low, low_repeats;
    uint32_t programs; /* bits of the kinds that the stream has seen, in the order of their kinds */
    bool filters, one_filter; /* one_filter: none is told before the last one's end */
};
void rar4_stream_member(struct rar4_stream *stream, size_t n, struct buf *packed,
                        struct buf *content);
void rar4_stream_reset(struct rar4_stream *stream);
/* As rar_random_archive, of RAR 3. */
void rar4_random_archive(struct buf *out, unsigned seed, struct buf *contents);

/* An archive of four members of random streams; SEED chooses sizes and whether it is solid and has
 * filters. CONTENTS, which may be NULL, gets what they hold. */
void rar_random_archive(struct buf *out, unsigned seed, struct buf *contents);

struct rar_made_member {
    const char *name;
    str packed, content;
    uint32_t method; /* 0: stored */
    bool is_solid, is_encrypted, has_no_crc, came_before, goes_on;
    const char *service; /* "STM", "CMT": no file but a service */
    uint64_t size;       /* 0: that of the content */
};
/* Of RAR 3: METHOD 0x30 is stored. NAME may hold a zero, behind which it is packed in UTF-16. */
struct rar4_member {
    str name, packed, content;
    uint32_t method, version, flags;
    uint64_t size;       /* 0: that of the content */
    const char *service; /* "CMT", "STM": its name; NAME is its own then */
};
void rar4_begin(struct buf *out, uint32_t flags);
void rar4_add(struct buf *out, const struct rar4_member *member);
void rar4_end(struct buf *out);

void rar5_begin(struct buf *out, bool is_solid);
void rar5_add(struct buf *out, const struct rar_made_member *member);
void rar5_end(struct buf *out);
/* A header with its checksum. DATA stand behind it. */
void rar5_header(struct buf *out, uint32_t type, uint32_t flags, str fields, str extra, str data);
