/* SPDX-License-Identifier: Apache-2.0 */
/* A handler of SIGBUS puts pages of zeros over what is gone: on each side of a fault twice as many
 * as at the one before. So a bad block costs few of the bytes that can still be read, a file cut to
 * nothing takes some thirty faults, in whatever order it is read, and where it is read forwards, as
 * most are, no byte before the cut is lost. */
#include "base/file_guard.h"

#include "base/require.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

static _Thread_local struct file_guard *innermost;
static struct sigaction previous;
static uintptr_t page;

static bool
holds(const struct file_guard *guard, uintptr_t address)
{
    return address >= (uintptr_t)guard->map.p / page * page &&
           address < (uintptr_t)guard->map.p + guard->map.n;
}

/* Called within the handler: nothing but memory of this thread and one system call. */
static bool
cover(uintptr_t address)
{
    struct file_guard *guard = innermost;
    while (guard && !holds(guard, address))
        guard = guard->outer;
    if (!guard)
        return false;
    uintptr_t at = address / page, reach = guard->step;
    uintptr_t first = (uintptr_t)guard->map.p / page;
    uintptr_t end = ((uintptr_t)guard->map.p + guard->map.n - 1) / page + 1;
    if (at - first >= reach)
        first = at - reach + 1;
    if (end - at > reach)
        end = at + reach;
    if (mmap((void *)(first * page), (end - first) * page, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return false;
    guard->step = 2 * reach; /* all is covered before this can overflow */
    for (; guard; guard = guard->outer)
        if (holds(guard, address))
            guard->shrunk = true;
    return true;
}

/* A fault that no one handled before happens again, and ends the process. */
static void
pass_on(int number, siginfo_t *info, void *context)
{
    bool sent = info->si_code <= 0; /* by kill(2), not a fault */
    if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(number, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
        previous.sa_handler(number);
    else if (previous.sa_handler == SIG_DFL || !sent) {
        signal(number, SIG_DFL);
        if (sent)
            raise(number);
    }
}

static void
on_bus_error(int number, siginfo_t *info, void *context)
{
    int error = errno;
    if (info->si_code <= 0 || !cover((uintptr_t)info->si_addr))
        pass_on(number, info, context);
    errno = error;
}

static void
install(void)
{
    page = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    require(sigaction(SIGBUS, NULL, &previous) == 0 && sigaction(SIGBUS, &action, NULL) == 0);
}

void
file_guard_begin(struct file_guard *guard, str map)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    require(pthread_once(&once, install) == 0);
    *guard = (struct file_guard){.map = map, .step = 1, .outer = innermost};
    innermost = guard;
    atomic_signal_fence(memory_order_seq_cst); /* what is guarded is read after this */
}

bool
file_guard_end(struct file_guard *guard)
{
    atomic_signal_fence(memory_order_seq_cst);
    struct file_guard **place = &innermost;
    while (*place && *place != guard)
        place = &(*place)->outer;
    require(*place);
    *place = guard->outer;
    return guard->shrunk;
}
