/* SPDX-License-Identifier: Apache-2.0 */
/* Over a pair of sockets: the body comes (its length first), the outcome goes back. */
#include "cmd/report_to/sender.h"

#include <signal.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "base/require.h"
#include "base/sandbox.h"
#include "cmd/http/http.h"
#include "cmd/report_to/deliver.h"

struct sender {
    int fd;
};
struct outcome {
    errcode code;
    bool known;
    char text[sizeof((struct err *)0)->text];
};
/* Of the other process. */
struct sending {
    const struct http_address *site;
    char token[REPORT_TOKEN]; /* empty: proof of work */
};

static bool
read_all(int fd, void *out, size_t n)
{
    for (char *at = out; n > 0;) {
        ssize_t got = read(fd, at, n);
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* Until something is to be sent, Ctrl-C is for the scan alone. */
static void
be_sender(int fd, const struct sending *sending, bool with_sandbox)
{
    static char body[LIMIT_SELF_REPORT];
    const struct sandbox sandbox = {NEED_CONNECT | NEED_THREADS, NULL, 0, NULL, 0};
    struct outcome outcome = {.code = OK};
    struct err err = {0};
    uint32_t n;
    bool partial;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    outcome.code = http_prepare(sending->site, &err);
    if (outcome.code == OK && with_sandbox)
        outcome.code = sandbox_enter(&sandbox, &partial, &err);
    if (!read_all(fd, &n, sizeof n) || n > sizeof body || !read_all(fd, body, n))
        return;
    signal(SIGINT, SIG_DFL);
    if (outcome.code == OK)
        outcome.code = deliver(sending->site, sending->token, (str){body, n}, &outcome.known, &err);
    memcpy(outcome.text, err.text, sizeof outcome.text);
    ssize_t ignored = write(fd, &outcome, sizeof outcome);
    (void)ignored;
}

errcode
sender_start(const struct http_address *site, const char *token_file, bool with_sandbox,
             struct sender **ret, struct err *err)
{
    struct sending sending = {.site = site};
    int fds[2];
    errcode code = deliver_read_token(token_file, sending.token, err);
    if (code != OK)
        return code;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return err_set_errno(err, "cannot make a pair of sockets");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        be_sender(fds[1], &sending, with_sandbox);
        _exit(0);
    }
    explicit_bzero(sending.token, sizeof sending.token);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return err_set_errno(err, "cannot start a process that sends");
    }
    *ret = mem_alloc(sizeof **ret);
    (*ret)->fd = fds[0];
    return OK;
}

errcode
sender_send(struct sender *sender, str body, bool *ret_known, struct err *err)
{
    struct outcome outcome;
    uint32_t n = (uint32_t)body.n;
    require(body.n <= LIMIT_SELF_REPORT);
    errcode code = file_write_fd(sender->fd, (str){(const char *)&n, sizeof n}, "the sender", err);
    if (code == OK)
        code = file_write_fd(sender->fd, body, "the sender", err);
    if (code == OK && !read_all(sender->fd, &outcome, sizeof outcome))
        code = err_set(err, ERR_IO, "it was broken off");
    if (code != OK)
        return code;
    if (outcome.code != OK)
        return err_set(err, outcome.code, "%s", outcome.text);
    *ret_known = outcome.known;
    return OK;
}

void
sender_free(struct sender *sender)
{
    if (!sender)
        return;
    close(sender->fd);
    free(sender);
}
