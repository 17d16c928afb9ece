/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a 7z archive (7zFormat.txt of the LZMA SDK, public domain): which packed streams
 * folders of coders make into files. */
#pragma once

#include "base/arena.h"
#include "scan/unpack/reader.h"

enum { SEVEN_CODERS_MAX = 4 };

struct seven_coder {
    uint64_t method;
    str properties;
    uint64_t size; /* of what it makes */
};
/* A folder: its coders, which read one after the other, from what is packed to what files are
 * pieces of. */
struct seven_folder {
    struct seven_coder coders[SEVEN_CODERS_MAX];
    uint32_t coder_count, order[SEVEN_CODERS_MAX]; /* order: in which they read */
    bool is_simple; /* each coder has one way in and one out; others are not read */
    uint32_t packed_count;
    uint64_t packed_at, packed_size; /* of the first packed stream */
    uint64_t piece_count;
    uint64_t *sizes; /* of its pieces */
};
struct seven_streams {
    struct seven_folder *folders;
    size_t folder_count;
};
struct seven_names {
    uint64_t count;
    str names; /* UTF-16, each ends with a zero */
    str empty; /* a bit a file: it has no content; may be missing */
};
struct seven_header {
    struct seven_streams streams;
    struct seven_names names;
    bool is_packed; /* streams hold the header itself */
};
/* False when DATA are no header. */
bool seven_header_read(str data, struct arena *arena, struct seven_header *ret);
