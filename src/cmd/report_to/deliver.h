/* SPDX-License-Identifier: Apache-2.0 */
/* One report on its way: with a token, or with the proof of work that the server asks for. */
#pragma once

#include "cmd/http/address.h"

enum { REPORT_TOKEN = 512 };
/* The one token of the file, which holds nothing else; PATH NULL: "". The caller wipes it. */
errcode deliver_read_token(const char *path, char out[REPORT_TOKEN], struct err *err);
/* Sends BODY to SITE; TOKEN "": by proof of work. *RET_KNOWN: its number had come
 * before. ERR_BUSY when the server wants to be asked later, ERR_DENIED and ERR_NOT_FOUND with its
 * words. */
errcode deliver(const struct http_address *site, const char *token, str body, bool *ret_known,
                struct err *err);
