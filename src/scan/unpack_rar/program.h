/* SPDX-License-Identifier: Apache-2.0 */
/* RAR 3's filters are programs for a virtual machine, which archives bring along. WinRAR has only
 * ever written seven; these are known by length and checksum and done here, others are told. */
#pragma once

#include "scan/unpack_rar/window.h"

enum { RAR_PROGRAMS_MAX = 1024 };

struct rar_program {
    enum rar_filter_kind kind;
    bool is_known;
    uint32_t length; /* of the last block that it was for */
};
struct rar_programs {
    struct rar_program all[RAR_PROGRAMS_MAX];
    uint32_t count, last;
};
/* Runs one that FLAGS and CODE describe: a filter is added to the window. A fault or an unknown one
 * is told at the end. */
void rar_program_read(struct rar_programs *programs, struct rar_window *window, uint32_t flags,
                      str code);
