/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rules/entry_point.h"

#include "scan/modules/elf_file.h"
#include "scan/pe/pe_file.h"

bool
entry_point(str data, uint64_t *ret)
{
    return pe_entry_point(data, ret) || elf_entry_point(data, ret);
}
