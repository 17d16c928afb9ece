/* SPDX-License-Identifier: Apache-2.0 */
/* The TAP printer. */
#include "base/tap.h"

#include "base/file.h"
#include "base/require.h"
#include "base/system.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int checks, failures;

PRINTF_LIKE(2, 0) static void print_result(bool passed, const char *format, va_list args)
{
    checks++;
    failures += !passed;
    printf("%sok %d - ", passed ? "" : "not ", checks);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
}

#define PRINT_RESULT(passed)                                                                       \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        print_result((passed), format, args);                                                      \
        va_end(args);                                                                              \
    } while (0)

bool
tap_check(bool passed, const char *file, int line, const char *format, ...)
{
    PRINT_RESULT(passed);
    if (!passed)
        printf("# at %s:%d\n", file, line);
    return passed;
}

bool
tap_check_i64(long long got, long long want, const char *file, int line, const char *format, ...)
{
    PRINT_RESULT(got == want);
    if (got != want)
        printf("# at %s:%d: got %lld, want %lld\n", file, line, got, want);
    return got == want;
}

bool
tap_check_str(str got, str want, const char *file, int line, const char *format, ...)
{
    bool passed = str_eq(got, want);
    PRINT_RESULT(passed);
    if (!passed)
        printf("# at %s:%d: got '%.*s', want '%.*s'\n", file, line, STR_ARG(got), STR_ARG(want));
    return passed;
}

bool
tap_check_err(errcode code, const struct err *err, const char *file, int line, const char *format,
              ...)
{
    PRINT_RESULT(code == OK);
    if (code != OK)
        printf("# at %s:%d: %s: %s\n", file, line, err_code_name(code), err ? err->text : "");
    return code == OK;
}

void
tap_skip(const char *why)
{
    printf("ok %d # SKIP %s\n", ++checks, why);
}

void
tap_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("# ");
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

const char *
tap_folder(const char *name)
{
    static char path[PATH_TEXT];
    const char *above = getenv("TMPDIR");
    struct err err;
    int n = snprintf(path, sizeof path, "%s/%s-%d", above ? above : "/tmp", name, (int)getpid());
    require(n > 0 && n < PATH_TEXT && !file_exists(path) && folder_make(path, &err) == OK);
    return path;
}

void
tap_set_variable(const char *name, const char *value)
{
    system_set_variable(name, value);
}

int
tap_done(void)
{
    printf("1..%d\n", checks);
    return failures ? 1 : 0;
}
