/* SPDX-License-Identifier: Apache-2.0 */
/* The macros of an Office document ([MS-OVBA]). */
#pragma once

#include "base/buf.h"

/* Adds the text of a compressed container (2.4.1); false when it is none or is damaged, what came
 * before the fault is there. */
bool vba_decompress(str data, struct buf *out);

struct vba_module {
    str name;    /* as the stream's, UTF-16 */
    size_t text; /* where its compressed text begins */
};
/* The next module that the decompressed "dir" stream lists, from *AT, which begins as 0. */
bool vba_next_module(str dir, size_t *at, struct vba_module *ret);
/* Where compressed text begins in a module's stream, by what every module's text begins with;
 * SIZE_MAX when there is none. */
size_t vba_find_text(str stream);
