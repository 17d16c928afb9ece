/* SPDX-License-Identifier: Apache-2.0 */
/* Names of sites that malware keeps machines from, or leads them astray to: data/guarded-sites.tsv,
 * which the build makes a table of. */
#pragma once

#include "base/str.h"

enum guarded {
    GUARDED_NOT,
    GUARDED_SECURITY, /* makers of antivirus, reports of malware */
    GUARDED_UPDATES,  /* of systems and programs */
    GUARDED_MONEY,    /* banks, wallets, payments, the state's services */
    GUARDED_ACCOUNTS, /* where people sign in: mail, social networks */
};
/* Of the longest site that NAME is or stands below of; a dot at its end is no part of it. */
enum guarded guarded_find(str name);

struct guarded_site {
    const char *name;
    enum guarded kind;
};
/* The table; ends with NULL. */
extern const struct guarded_site guarded_sites[];
