/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one write a line, prefixed with the priority that systemd-journald reads (sd-daemon(3))
 * when standard error is not a terminal. */
#include "base/log.h"

#include "base/system.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level threshold = LOG_INFO;

void
log_set_level(enum log_level level)
{
    threshold = level;
}

void
log_write(enum log_level level, const char *format, ...)
{
    static const char *const journal[] = {"<3>", "<4>", "<6>", "<7>"};
    static const char *const terminal[] = {"error: ", "warning: ", "", "debug: "};
    if (level > threshold)
        return;
    char line[2048];
    bool plain = system_is_terminal(2) || !system_has_journal();
    int n =
        snprintf(line, sizeof line, "%skhien: %s", plain ? "" : journal[level], terminal[level]);
    size_t head = (size_t)n;
    va_list args;
    va_start(args, format);
    n = vsnprintf(line + head, sizeof line - head - 1, format, args);
    va_end(args);
    size_t end = head + (n < 0 ? 0 : (size_t)n);
    if (end > sizeof line - 2)
        end = sizeof line - 2;
    for (size_t i = head; i < end; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[end++] = '\n';
    ptrdiff_t written = system_write(2, line, end);
    (void)written; /* nowhere left to say that the log is gone */
}
