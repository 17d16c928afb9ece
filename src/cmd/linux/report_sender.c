/* SPDX-License-Identifier: Apache-2.0 */
/* Over a pair of sockets: the body comes (its length first), the outcome goes back. */
#include "cmd/report_to/sender.h"

#include <signal.h>

#include "base/limits.h"
#include "base/require.h"
#include "base/sandbox.h"
#include "base/secret.h"
#include "cmd/http/http.h"
#include "cmd/linux/side_process.h"
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
    bool with_sandbox;
};

/* Until something is to be sent, Ctrl-C is for the scan alone. */
static void
be_sender(int fd, const void *context)
{
    const struct sending *sending = context;
    static char body[LIMIT_SELF_REPORT];
    const struct sandbox sandbox = {NEED_CONNECT | NEED_THREADS, NULL, 0, NULL, 0};
    struct outcome outcome = {.code = OK};
    struct err err = {0};
    uint32_t n;
    bool partial;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    outcome.code = http_prepare(sending->site, &err);
    if (outcome.code == OK && sending->with_sandbox)
        outcome.code = sandbox_enter(&sandbox, &partial, &err);
    if (!side_read(fd, &n, sizeof n) || n > sizeof body || !side_read(fd, body, n))
        return;
    signal(SIGINT, SIG_DFL);
    if (outcome.code == OK)
        outcome.code = deliver(sending->site, sending->token, (str){body, n}, &outcome.known, &err);
    memcpy(outcome.text, err.text, sizeof outcome.text);
    side_write(fd, &outcome, sizeof outcome);
}

errcode
sender_start(const struct http_address *site, const char *token_file, bool with_sandbox,
             struct sender **ret, struct err *err)
{
    struct sending sending = {.site = site, .with_sandbox = with_sandbox};
    int fd = -1;
    errcode code = deliver_read_token(token_file, sending.token, err);
    if (code == OK)
        code = side_start(be_sender, &sending, &fd, err);
    secret_wipe(sending.token, sizeof sending.token);
    if (code != OK)
        return code;
    *ret = mem_alloc(sizeof **ret);
    (*ret)->fd = fd;
    return OK;
}

errcode
sender_send(struct sender *sender, str body, bool *ret_known, struct err *err)
{
    struct outcome outcome;
    uint32_t n = (uint32_t)body.n;
    require(body.n <= LIMIT_SELF_REPORT);
    if (!side_write(sender->fd, &n, sizeof n) || !side_write(sender->fd, body.p, body.n) ||
        !side_read(sender->fd, &outcome, sizeof outcome))
        return err_set(err, ERR_IO, "it was broken off");
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
