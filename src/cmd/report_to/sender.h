/* SPDX-License-Identifier: Apache-2.0 */
/* A process that does nothing but send one report. It is made before the scan enters its sandbox
 * and has one of its own: what reads hostile files can reach no network, and what reaches the
 * network reads no file. */
#pragma once

#include "cmd/http/address.h"

struct sender;
/* SITE is the campaign's. TOKEN_FILE may be NULL; its one line is known to the other
 * process only. WITH_SANDBOX: as the program was called. */
errcode sender_start(const struct http_address *site, const char *token_file, bool with_sandbox,
                     struct sender **ret, struct err *err);
/* Sends BODY and waits for the answer; *RET_KNOWN: its number had come before. */
errcode sender_send(struct sender *sender, str body, bool *ret_known, struct err *err);
/* Without sending, too. */
void sender_free(struct sender *sender);
