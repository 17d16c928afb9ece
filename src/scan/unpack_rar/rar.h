/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of RAR archives share: members as their headers tell of them, and what is kept
 * from one to the next. */
#pragma once

#include "scan/decompress/decompress.h"
#include "scan/unpack_rar/window.h"

enum rar_method { RAR_STORED, RAR_LZ20, RAR_LZ29, RAR_LZ50, RAR_UNKNOWN };
struct rar_member {
    str name, packed;
    uint64_t size;
    bool size_known, has_crc;
    uint32_t crc;
    enum rar_method method;
    uint64_t dictionary;
    bool is_solid; /* goes on from the member before */
    bool is_encrypted;
    bool came_before, goes_on; /* in another file */
    bool is_short;             /* the file ends before it */
};
struct lz20;
struct lz29;
struct lz50;
struct rar_archive {
    struct unpack *walk;
    struct rar_window window;
    bool is_solid, is_lost; /* is_lost: the member that the next one goes on from was not read */
    struct lz20 *lz20;
    struct lz29 *lz29;
    struct lz50 *lz50;
};

/* Gives the member, and tells what is wrong with it; false when the walk is over. */
bool rar_give(struct rar_archive *archive, const struct rar_member *member);

void rar_archive_clear(struct rar_archive *archive);
/* Each makes of PACKED what the window gets, IS_SOLID with the codes of the member before. *Z is
 * made when it is NULL. DECOMPRESSED when the member came to its end. */
enum decompressed lz50_read(struct lz50 **z, struct rar_window *window, str packed, bool is_solid);
void lz50_free(struct lz50 *z);
enum decompressed lz29_read(struct lz29 **z, struct rar_window *window, str packed, bool is_solid);
void lz29_free(struct lz29 *z);

/* The archive, from its signature on. */
void rar4_read(struct rar_archive *archive, str data);
void rar5_read(struct rar_archive *archive, str data);
