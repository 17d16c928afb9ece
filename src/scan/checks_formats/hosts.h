/* SPDX-License-Identifier: Apache-2.0 */
/* The file hosts, which answers for names before any server is asked. */
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

/* 127.0.0.0/8, 0.0.0.0, ::1, ::: the name leads nowhere. */
bool hosts_is_nowhere(str address);
/* Addresses of the Internet: not nowhere, not of a private network (RFC 1918, 4193, 3927). */
bool hosts_is_public(str address);
