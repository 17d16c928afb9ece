/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the elf module. */
#pragma once

#include "scan/modules/elf_file.h"
#include "scan/modules/module.h"

extern const struct constant elf_constants[];

/* TLSH of the names of the functions that the file offers or wants, sorted (Trend Micro's
 * "telfhash"): an empty string when there are too few, undefined when there is none. */
struct value elf_telfhash(struct module_run *run, const struct elf_file *elf,
                          const struct elf_symbols *symbols);
/* MD5 of the sorted names of the symbols that the file does not define. */
struct value elf_import_md5(struct module_run *run, const struct elf_file *elf,
                            const struct elf_symbols *symbols);
