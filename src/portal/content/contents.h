/* SPDX-License-Identifier: Apache-2.0 */
/* The content in use. One thread looks at the operator's folder; readers take a counted reference,
 * so that an edit neither waits for them nor pulls text from under them (inner to the part). */
#pragma once

#include "portal/content/content.h"

struct contents;
/* FOLDER may be NULL or "": the built-in content only. A faulty folder is logged, and the built-in
 * content serves until it is right. */
struct contents *contents_new(const char *folder);
void contents_free(struct contents *contents);
/* About once a second, from one thread: takes over what has changed, or logs why not and keeps what
 * is in use. */
void contents_tick(struct contents *contents);
/* A reference that the caller unrefs. *RET_EPOCH is another number after each swap. */
struct content *contents_ref(struct contents *contents, uint64_t *ret_epoch);
