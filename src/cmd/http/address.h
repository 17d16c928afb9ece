/* SPDX-License-Identifier: Apache-2.0 */
/* The address of a server that one may go to, as people write it. */
#pragma once

#include "base/err.h"
#include "base/file.h"

struct http_address {
    char url[PATH_TEXT]; /* without a slash at its end */
    bool secure, direct; /* https alone; never by a proxy */
};
bool http_address_is_one(const char *text);
/* ERR_USAGE: it is no plain URL. Plain http goes to this machine alone, unless PLAIN: ERR_USAGE. */
errcode http_address_open(const char *url, bool plain, struct http_address *ret, struct err *err);
