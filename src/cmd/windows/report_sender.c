/* SPDX-License-Identifier: Apache-2.0 */
/* There is no sandbox here to keep out of, so this process sends. */
#include "cmd/report_to/sender.h"

#include "base/require.h"
#include "base/secret.h"
#include "cmd/report_to/deliver.h"

struct sender {
    const struct http_address *site;
    char token[REPORT_TOKEN]; /* empty: proof of work */
};

errcode
sender_start(const struct http_address *site, const char *token_file, bool with_sandbox,
             struct sender **ret, struct err *err)
{
    struct sender *sender = mem_calloc(1, sizeof *sender);
    (void)with_sandbox;
    sender->site = site;
    errcode code = deliver_read_token(token_file, sender->token, err);
    if (code == OK)
        *ret = sender;
    else
        sender_free(sender);
    return code;
}

errcode
sender_send(struct sender *sender, str body, bool *ret_known, struct err *err)
{
    return deliver(sender->site, sender->token, body, ret_known, err);
}

void
sender_free(struct sender *sender)
{
    if (!sender)
        return;
    secret_wipe(sender->token, sizeof sender->token);
    free(sender);
}
