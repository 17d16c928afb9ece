/* SPDX-License-Identifier: Apache-2.0 */
/* Errors are values: a code for the program, a message for the person. The one
 * who can act decides; a part that returns an error never logs it. */
#pragma once

#include "base/printf.h"

typedef enum {
    OK = 0,
    ERR_USAGE,       /* the call's words are wrong */
    ERR_FORMAT,      /* input is not of the form it claims */
    ERR_LIMIT,       /* input passed a cap of base/limits.h */
    ERR_NOT_FOUND,   /* what was named is not there */
    ERR_CORRUPT,     /* a checksum or an invariant of a stored file is broken */
    ERR_IO,          /* the system refused to read or write */
    ERR_NO_SPACE,    /* the disk or a quota is full */
    ERR_BUSY,        /* someone else holds it; try again */
    ERR_DENIED,      /* not permitted */
    ERR_UNSUPPORTED, /* right, but not by this program or machine */
} errcode;

struct err {
    errcode code;
    char text[480];
};

/* Sets code and message (printf form) and returns the code. ERR may be NULL. The message says
 * what is wrong, where, and what to do; no full stop, no newline. */
errcode err_set(struct err *err, errcode code, const char *format, ...) PRINTF_LIKE(3, 4);
/* As err_set, with ": " and the words for the system's errno after it. ENOSPC and EDQUOT become
 * ERR_NO_SPACE, ENOENT ERR_NOT_FOUND, EACCES and EPERM ERR_DENIED; others ERR_IO. */
errcode err_set_errno(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Puts "CONTEXT: " before the message; returns the code it holds. */
errcode err_prefix(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* Makes a message fit for a terminal: control characters and bytes that are not UTF-8, which it may
 * quote from input, become '?'. The functions above do it. */
void err_make_shown(char *text);
/* The code in one word, e.g. "format". */
const char *err_code_name(errcode code);
