/* SPDX-License-Identifier: Apache-2.0 */
/* Files that visitors may have. Each was opened when it was put on the shelf, by a name of ours;
 * requests only compare names with those there, and open nothing (inner to the part). */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "portal/http/server.h"

#include <sys/stat.h>

enum { SHELF_NAME = 64, SHELF_FILES_MAX = 64, SHELF_TAG = SHA256_TEXT + 2 };

struct shelf_file {
    char name[SHELF_NAME];
    int fd;
    uint64_t size;
    struct sha256 sha256;
    char etag[SHELF_TAG];
    const char *type, *cache; /* constant */
    struct stat status;       /* when it was opened: whether it is still the same */
};
/* Shared by all threads and unchanged once it is in use. */
struct shelf {
    _Atomic unsigned references;
    size_t count;
    struct shelf_file files[SHELF_FILES_MAX];
};

struct shelf *shelf_new(void); /* with one reference */
struct shelf *shelf_ref(struct shelf *shelf);
void shelf_unref(struct shelf *shelf); /* NULL is fine */
/* Opens FOLDER/NAME, a regular file and no link. SHA256 is believed; NULL: the file is read to find
 * it, unless BEFORE (may be NULL) has the same file. */
errcode shelf_add(struct shelf *shelf, const char *folder, const char *name,
                  const struct sha256 *sha256, const struct shelf *before, struct err *err);
const struct shelf_file *shelf_find(const struct shelf *shelf, str name);
/* Whether NAME may be on a shelf: small letters, digits, '-' and '.', none of these first. */
bool shelf_is_name(str name);
/* FILE as the answer, whole or in part. */
void shelf_serve(const struct shelf_file *file, struct http_reply *reply);
