/* SPDX-License-Identifier: Apache-2.0 */
/* What a feed comes wrapped in: gzip, zip, zstd, tar, and mail (RFC 5322/2045) with attachments,
 * one inside the other. Every layer has a cap: size, ratio, members, depth. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

struct container_sink {
    void *context;
    /* One document: its own name (from the archive or the attachment; otherwise the outer name
     * without the wrapper's suffix) and its bytes, valid during the call. */
    errcode (*document)(void *context, const char *name, str bytes, struct err *err);
};

/* Unwraps BYTES until plain documents are left, and hands out each. A document that is not wrapped
 * is handed out as it is, without a copy. Large ones are decompressed into an unlinked temporary
 * file in TEMP_FOLDER (NULL: $TMPDIR or /tmp) and mapped. Mail: attachments that can be feeds are
 * handed out, the covering text is not. Bombs and damage are errors that name the member. */
errcode container_each(const char *name, str bytes, const char *temp_folder,
                       const struct container_sink *sink, struct err *err);
