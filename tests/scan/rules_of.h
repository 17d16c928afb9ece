/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/scan.h"

/* The rules of SOURCE, or NULL where a rule is refused. */
struct scan_rules *rules_of(str source);
