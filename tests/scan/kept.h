/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the quarantine share. */
#pragma once

#include "files.h"
#include "scan/quarantine/quarantine.h"

void write_file(const char *path, str content);
bool file_is(const char *path, str content);
/* How many names are in a folder, without "." and "..". */
size_t names_in(const char *folder);
struct file_identity identity_at(const char *path);
struct quarantine *open_at(const char *folder);
/* Takes it, or ends the test. */
uint64_t take_at(struct quarantine *quarantine, const char *path);
/* The item of this path that is kept; 0: none. */
uint64_t kept_of(const struct quarantine *quarantine, const char *path);
