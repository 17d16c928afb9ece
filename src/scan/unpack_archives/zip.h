/* SPDX-License-Identifier: Apache-2.0 */
/* A member of a zip file, and how one is read whose method is neither "stored" nor "deflated". */
#pragma once

#include "scan/unpack/reader.h"

struct zip_entry {
    str name, content; /* content: packed, or all that follows when the size is not known */
    uint32_t flags, method, crc;
    uint64_t packed, size;
    bool size_known, whole;
    size_t at; /* of the local header */
};
/* Methods that the library of archives does not know either. */
bool zip_method_is_rare(uint32_t method);
/* Gives the member, or tells why not. *RET_USED: packed bytes that were read, where that is known.
 * False when the walk is over. */
bool zip_method_read(struct unpack *walk, const struct zip_entry *entry, size_t *ret_used);
