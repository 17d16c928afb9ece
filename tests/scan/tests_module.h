/* SPDX-License-Identifier: Apache-2.0 */
/* YARA's own module `tests`, which its test rules import; module_add_for_tests makes it known. */
#pragma once

#include "scan/modules/modules.h"

extern const struct module tests_module;
/* What the field module_data is in the next scans (the option -x of yara); empty: undefined. */
void tests_module_give(str data);
