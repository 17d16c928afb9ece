/* SPDX-License-Identifier: Apache-2.0 */
/* Files that were scanned and had nothing, so that the next scan passes them by as long as they are
 * the same: device, inode, size and both times. It is of one set of rules; with others it is empty.
 * The file is authenticated with a key of its owner (HMAC-SHA-256): whoever changes it makes it
 * empty, and nothing worse. */
#pragma once

#include "base/err.h"
#include "scan/quarantine/quarantine.h"

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
/* Writes it durably; entries that were not asked for in this run are kept until they expire. */
errcode cache_save(struct cache *cache, struct err *err);
