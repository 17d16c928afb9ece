/* SPDX-License-Identifier: Apache-2.0 */
/* There is one terminal, so its state is this file's. Signals are blocked except within the wait:
 * none is missed, and none interrupts a drawing. */
#include "cmd/top/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static bool has_keys, entered;
static sigset_t waiting;
static volatile sig_atomic_t stopped, resized;

static void
on_signal(int number)
{
    if (number == SIGWINCH)
        resized = 1;
    else
        stopped = 1;
}

/* Ctrl-Z would leave the screen behind; it does nothing. */
static void
catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaddset(&blocked, numbers[i]);
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigdelset(&waiting, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGTSTP, SIG_IGN);
}

errcode
terminal_enter(struct err *err)
{
    has_keys = isatty(0) == 1;
    if (has_keys && tcgetattr(0, &before) != 0)
        return err_set_errno(err, "cannot ask the terminal for its mode");
    catch_signals();
    struct termios raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (has_keys && tcsetattr(0, TCSAFLUSH, &raw) != 0)
        return err_set_errno(err, "cannot set the terminal's mode");
    entered = true;
    fputs("\033[?1049h\033[?25l\033[H\033[J", stdout);
    fflush(stdout);
    return OK;
}

void
terminal_leave(void)
{
    if (!entered)
        return;
    entered = false;
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    if (has_keys)
        tcsetattr(0, TCSAFLUSH, &before);
}

/* Whether one of the keys that came is for leaving; nothing more will come after an end. */
static bool
wants_to_go(void)
{
    char keys[64];
    ssize_t n = read(0, keys, sizeof keys);
    if (n == 0)
        has_keys = false;
    for (ssize_t i = 0; i < n; i++)
        if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == 3 || keys[i] == 4)
            return true;
    return false;
}

enum terminal_event
terminal_wait(int milliseconds)
{
    struct pollfd key = {.fd = has_keys ? 0 : -1, .events = POLLIN};
    const struct timespec wait = {.tv_sec = milliseconds / 1000,
                                  .tv_nsec = milliseconds % 1000 * 1000000L};
    int n = ppoll(&key, 1, &wait, &waiting);
    if (stopped || (n > 0 && (key.revents & POLLIN) && wants_to_go()))
        return TERMINAL_QUIT;
    if (n > 0 && !(key.revents & POLLIN)) /* the terminal is gone */
        return TERMINAL_QUIT;
    if (resized || n != 0) {
        resized = 0;
        return TERMINAL_RESIZED;
    }
    return TERMINAL_TICK;
}

void
terminal_size(unsigned *ret_columns, unsigned *ret_rows)
{
    struct winsize size = {0};
    bool known = ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
    *ret_columns = known ? size.ws_col : 80;
    *ret_rows = known ? size.ws_row : 24;
}

void
terminal_draw(str text)
{
    fputs("\033[H", stdout);
    fwrite(text.p, 1, text.n, stdout);
    fputs("\033[J", stdout);
    fflush(stdout);
}
