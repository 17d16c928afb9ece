/* SPDX-License-Identifier: Apache-2.0 */
/* What the portable files of base ask of the system, for them alone. The folders linux and windows
 * each answer all of it, and the functions of the public headers that no portable C can do. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

enum { SYSTEM_WORDS = 256 };

/* The number of the fault that the last call met: errno, GetLastError(). */
unsigned long system_fault(void);
errcode system_fault_code(unsigned long number);
/* What it means, for people, as UTF-8 in one line. */
void system_fault_words(unsigned long number, char out[SYSTEM_WORDS]);

/* The wall clock. */
usec system_time(void);

/* True when people see what is written there, and escape sequences of a terminal work. */
bool system_is_terminal(int fd);
/* True where a journal reads priorities in front of lines (sd-daemon(3)). */
bool system_has_journal(void);
/* Sets the variable of this process's environment; NULL removes it. */
void system_set_variable(const char *name, const char *value);

/* Opens for reading and without inheritance; -1 on failure. Without WAIT a FIFO that no one writes
 * to is opened too. */
int system_open(const char *path, bool wait);
/* As read(2) and write(2), continued after a signal; no byte is changed on the way. */
ptrdiff_t system_read(int fd, void *out, size_t n);
ptrdiff_t system_write(int fd, const void *p, size_t n);

/* Another process, for base/process.c: opened with the right to read it, and its readable regions,
 * each given to PROCESS. HANDLE is the system's own. */
struct process;
errcode system_process_open(uint32_t pid, struct process *process, intptr_t *ret_handle,
                            struct err *err);
void system_process_close(intptr_t handle);
size_t system_process_read(intptr_t handle, uint64_t address, void *out, size_t size);
void process_add_region(struct process *process, uint64_t start, uint64_t size);
