/* SPDX-License-Identifier: Apache-2.0 */
/* The file hosts, which answers for names before any server is asked, and which names in it only
 * malware redirects. */
#pragma once

#include "base/str.h"

struct hosts {
    str rest;
    size_t line; /* of what hosts_next gave last, from 1 */
    str address; /* of that line */
    str names;   /* the line's names that are still to come */
};
#define HOSTS(text_) ((struct hosts){.rest = (text_)})
/* The next name; its address is in HOSTS. */
bool hosts_next(struct hosts *hosts, str *ret_name);

enum hosts_kind {
    HOSTS_ORDINARY,
    HOSTS_SECURITY, /* makers of antivirus, reports of malware */
    HOSTS_UPDATES,  /* of Windows and its antivirus */
    HOSTS_MONEY,    /* banks, wallets, payments, the state's services */
    HOSTS_ACCOUNTS, /* where people sign in: mail, social networks */
};
enum hosts_kind hosts_kind(str name);
/* 127.0.0.0/8, 0.0.0.0, ::1, ::: the name leads nowhere. */
bool hosts_is_nowhere(str address);
/* Addresses of the Internet: not nowhere, not of a private network (RFC 1918, 4193, 3927). */
bool hosts_is_public(str address);
