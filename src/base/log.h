/* SPDX-License-Identifier: Apache-2.0 */
/* The log goes to standard error, one line an entry, for the journal to keep. Only cmd and the
 * server's loops log; parts return their errors. No secret and no visitor's address goes here. */
#pragma once

#include "base/printf.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Entries above LEVEL are dropped; LOG_INFO at the start. */
void log_set_level(enum log_level level);
/* Control bytes in the text are shown as '?'. Safe from any thread. */
void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
