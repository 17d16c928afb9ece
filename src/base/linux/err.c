/* SPDX-License-Identifier: Apache-2.0 */
/* What errno means. */
#include "base/system.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

unsigned long
system_fault(void)
{
    return (unsigned long)errno;
}

errcode
system_fault_code(unsigned long number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case ENOENT:
        return ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    default:
        return ERR_IO;
    }
}

void
system_fault_words(unsigned long number, char out[SYSTEM_WORDS])
{
    char room[SYSTEM_WORDS];
    snprintf(out, SYSTEM_WORDS, "%s", strerror_r((int)number, room, sizeof room));
}
