/* SPDX-License-Identifier: Apache-2.0 */
/* What the quarantine asks about values of the registry: in quarantine_linux and
 * quarantine_windows. */
#pragma once

#include "scan/quarantine/inner.h"

/* Whether the value that a take began with is in its place as it was, durably. Nothing can be told
 * of a key that cannot be opened, as of users who are not logged on. */
enum value_standing { VALUE_GONE, VALUE_STANDS, VALUE_UNKNOWN };
enum value_standing value_stands(const struct about *about);
errcode value_restore(struct quarantine *quarantine, const struct entry *entry,
                      struct copy_reader *reader, struct err *err);
