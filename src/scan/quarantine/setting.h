/* SPDX-License-Identifier: Apache-2.0 */
/* What the quarantine asks about what is no file, values of the registry and scheduled tasks: in
 * quarantine_linux and quarantine_windows. */
#pragma once

#include "scan/quarantine/inner.h"

/* Whether it is in its place as a take found it, durably: a value with its bytes, a task enabled
 * and with its actions. Nothing can be told of a key that cannot be opened, as of users who are not
 * logged on, and without the Task Scheduler. */
enum in_place { IN_PLACE_NOT, IN_PLACE, IN_PLACE_UNKNOWN };
enum in_place value_stands(const struct about *about);
enum in_place task_stands(const struct about *about);
errcode value_restore(struct quarantine *quarantine, const struct entry *entry,
                      struct copy_reader *reader, struct err *err);
errcode task_restore(struct quarantine *quarantine, const struct entry *entry, struct err *err);
