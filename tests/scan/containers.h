/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that tests make themselves, added to a buffer. */
#pragma once

#include "base/buf.h"

void put_u16(struct buf *out, uint32_t value);
void put_u32(struct buf *out, uint32_t value);

struct zip_part {
    const char *name;
    str content;
    bool deflated, encrypted;
};
void make_zip(struct buf *out, const struct zip_part *parts, size_t count);
/* With or without the directory at its end. */
void make_zip_cut(struct buf *out, const struct zip_part *parts, size_t count);
void make_gzip(struct buf *out, str content);
void make_zlib(struct buf *out, str content);
void make_tar(struct buf *out, const char *name, str content);
void make_base64(struct buf *out, str content);
void make_hex(struct buf *out, str content);
/* A compound file of one storage and streams in it, at most 14, each of 4096 bytes or more (filled
 * up with zeros). */
struct ole2_part {
    const char *name;
    str content;
};
void make_ole2(struct buf *out, const char *storage, const struct ole2_part *parts, size_t count);
/* A compressed container of [MS-OVBA] whose tokens are all single bytes; TEXT is short. */
void make_vba(struct buf *out, str text);
