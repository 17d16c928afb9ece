/* SPDX-License-Identifier: Apache-2.0 */
/* The files of rules below the folders of a command line. */
#pragma once

#include "cmd/command.h"
#include "scan/scan.h"

struct rules_inputs {
    void (*refused)(void *context, const struct pack_fault *fault); /* NULL: nobody is told */
    void *context;
    /* Read; of no kind that is read, hidden or links; not to be read, each told as refused with
     * line 0. */
    size_t files, passed, unread;
};
/* Reads all of them, with the call's --define options, into *RET, which the caller frees. */
errcode rules_inputs_read(const struct call *call, struct rules_inputs *inputs,
                          struct pack_build **ret, struct err *err);
/* The counts in a line, without its end. */
void rules_inputs_tell(const struct rules_inputs *inputs, const struct pack_build *build,
                       struct buf *out);
