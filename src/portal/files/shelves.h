/* SPDX-License-Identifier: Apache-2.0 */
/* The two shelves: published packs of rules, as latest.json names them, and the operator's
 * downloads, which are all fit files of a folder. One thread looks after them once a second;
 * readers take a reference (inner to the part). */
#pragma once

#include "portal/files/shelf.h"

enum shelf_kind { SHELF_RULES, SHELF_DOWNLOADS, SHELVES };

struct shelves;
/* A folder that is NULL or not there is an empty shelf. Both are copied. */
struct shelves *shelves_new(const char *rules_folder, const char *downloads_folder);
void shelves_free(struct shelves *shelves);
/* Looks for changes; what cannot be taken is logged once, and what is in use stays. */
void shelves_tick(struct shelves *shelves);
/* A reference that the caller unrefs; NULL when nothing is there, as without shelves. */
struct shelf *shelves_ref(struct shelves *shelves, enum shelf_kind kind);
/* Another number after each change. */
uint64_t shelves_epoch(struct shelves *shelves);
