/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were scanned whole, so that the next scan does not read them as long as they are the
 * same: device, inode, size and both times. Whoever may write a file and set all its times back (on
 * Windows its owner, elsewhere nobody but root) can hide a change, for 30 days at most. Those that
 * had nothing are passed by; of those in which something was found the same is told again. It is of
 * one set of rules and one version of the program; with others it is empty. The file is
 * authenticated with a key of its owner (HMAC-SHA-256): whoever changes it makes it empty, and
 * nothing worse. */
#pragma once

#include "base/err.h"
#include "scan/job/found_files.h"

struct cache;
/* Reads FOLDER/clean.cache. RULES is the id of the rules. What cannot be used is as if it were not
 * there; only a folder that is open to others or cannot be made is an error. */
errcode cache_open(const char *folder, const uint8_t rules[SHA256_BYTES], struct cache **ret,
                   struct err *err);
/* Not saved. */
void cache_close(struct cache *cache);
/* Any number of threads may ask and add. True when the file was clean less than 30 days ago. */
bool cache_has(struct cache *cache, const struct file_identity *identity);
/* A file that changed less than two seconds before STARTED, the wall clock when its scan began, is
 * not kept: it could change again within the same tick of the clock. */
void cache_add(struct cache *cache, const struct file_identity *identity, usec started);
/* The same for a file in which ITEMS (found_item_write) were found, which are copied. IDENTITY has
 * its digest: quarantine takes no other content. Beyond a cap it is not kept, and read again. */
void cache_add_found(struct cache *cache, const struct file_identity *identity, str items,
                     usec started);
/* What an earlier run added so less than 30 days ago; NULL when it must be read. */
const struct found_file *cache_find_found(const struct cache *cache,
                                          const struct file_identity *identity);
/* Writes it durably; entries that were not asked for in this run are kept until they expire. */
errcode cache_save(struct cache *cache, struct err *err);
