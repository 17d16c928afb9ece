/* SPDX-License-Identifier: Apache-2.0 */
/* All modules; modules.c lists them in the order of their names. */
#pragma once

#include "scan/modules/module.h"

extern const struct module clamav_module;
extern const struct module console_module;
extern const struct module dotnet_module;
extern const struct module elf_module;
extern const struct module hash_module;
extern const struct module magic_module;
extern const struct module math_module;
extern const struct module pe_module;
extern const struct module string_module;
extern const struct module time_module;

/* What module_find gives besides, for test programs only: YARA's own tests import a module that
 * no real rule does. To be called before threads start. */
void module_add_for_tests(const struct module *module);
