/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as values: filling and prefixing them. */
#include "base/err.h"

#include "base/str.h"
#include "base/system.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
err_make_shown(char *text)
{
    str_make_shown(text, strlen(text), "");
}

errcode
err_set(struct err *err, errcode code, const char *format, ...)
{
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    err_make_shown(err->text);
    return code;
}

errcode
err_set_errno(struct err *err, const char *format, ...)
{
    unsigned long number = system_fault();
    errcode code = system_fault_code(number);
    if (!err)
        return code;
    err->code = code;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t at = n < 0 ? 0 : (size_t)n < sizeof err->text ? (size_t)n : sizeof err->text - 1;
    char words[SYSTEM_WORDS];
    system_fault_words(number, words);
    snprintf(err->text + at, sizeof err->text - at, ": %s", words);
    err_make_shown(err->text);
    return code;
}

errcode
err_prefix(struct err *err, const char *format, ...)
{
    if (!err)
        return ERR_IO;
    char context[sizeof err->text];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    char text[sizeof err->text];
    size_t n = strlen(context);
    size_t room = sizeof text - 1;
    if (n > room / 2)
        n = room / 2;
    snprintf(text, sizeof text, "%.*s: %.*s", (int)n, context, (int)(room - n - 2), err->text);
    memcpy(err->text, text, sizeof text);
    err_make_shown(err->text);
    return err->code;
}

const char *
err_code_name(errcode code)
{
    static const char *const names[] = {
        [OK] = "ok",
        [ERR_USAGE] = "usage",
        [ERR_FORMAT] = "format",
        [ERR_LIMIT] = "limit",
        [ERR_NOT_FOUND] = "not-found",
        [ERR_CORRUPT] = "corrupt",
        [ERR_IO] = "io",
        [ERR_NO_SPACE] = "no-space",
        [ERR_BUSY] = "busy",
        [ERR_DENIED] = "denied",
        [ERR_UNSUPPORTED] = "unsupported",
    };
    return code < sizeof names / sizeof *names ? names[code] : "unknown";
}
