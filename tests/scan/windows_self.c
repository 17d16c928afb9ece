/* SPDX-License-Identifier: Apache-2.0 */
#include "windows_self.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <stdio.h>

enum { TRIES = 50, PAUSE = 100, LONGEST = 60000, EVENT_NAME = 64 }; /* milliseconds */
static const wchar_t variable[] = L"KHIEN_TEST_READY";              /* the event's name */

HANDLE
self_start(const char *word, const char *home, uint32_t *ret_pid)
{
    wchar_t program[MAX_PATH], command[2 * PATH_TEXT], name[EVENT_NAME];
    STARTUPINFOW about = {.cb = sizeof about};
    PROCESS_INFORMATION process;
    cleanup(cleanup_free) wchar_t *wide_home = wide_text(home), *wide_word = wide_text(word);
    _snwprintf(name, EVENT_NAME, L"khien-test-%lu", GetCurrentProcessId());
    HANDLE ready = CreateEventW(NULL, TRUE, FALSE, name);
    require(GetModuleFileNameW(NULL, program, MAX_PATH) > 0);
    _snwprintf(command, 2 * PATH_TEXT, L"test %ls \"%ls\"", wide_word, wide_home);
    fflush(stdout);
    require(ready && ResetEvent(ready) && SetEnvironmentVariableW(variable, name));
    /* What was killed just now may still hold the file of the program. */
    bool is_started = false;
    for (int i = 0; i < TRIES && !is_started; i++) {
        is_started =
            CreateProcessW(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &about, &process);
        if (!is_started)
            Sleep(PAUSE);
    }
    require(is_started);
    require(WaitForSingleObject(ready, LONGEST) == WAIT_OBJECT_0);
    CloseHandle(ready);
    CloseHandle(process.hThread);
    if (ret_pid)
        *ret_pid = process.dwProcessId;
    return process.hProcess;
}

void
self_say_ready(void)
{
    wchar_t name[EVENT_NAME];
    require(GetEnvironmentVariableW(variable, name, EVENT_NAME) > 0);
    HANDLE ready = OpenEventW(EVENT_MODIFY_STATE, FALSE, name);
    require(ready && SetEvent(ready));
    CloseHandle(ready);
}

void
self_kill(HANDLE process)
{
    TerminateProcess(process, 1);
    require(WaitForSingleObject(process, LONGEST) == WAIT_OBJECT_0);
    CloseHandle(process);
}
