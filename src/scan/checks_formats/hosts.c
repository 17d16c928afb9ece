/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/hosts.h"

#include "base/ip.h"

/* Takes the next word, up to a blank. */
static bool
next_word(str *rest, str *ret)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n);
    return n > 0;
}

bool
hosts_next(struct hosts *hosts, str *ret_name)
{
    while (!next_word(&hosts->names, ret_name)) {
        str line, text;
        if (!str_line(&hosts->rest, &line))
            return false;
        hosts->line++;
        if (!str_cut(&line, '#', &text) || !next_word(&text, &hosts->address))
            continue;
        hosts->names = text;
    }
    return true;
}

/* NAME is DOMAIN or stands below it. */
static bool
is_below(str name, str domain)
{
    if (name.n < domain.n)
        return false;
    str tail = str_from(name, name.n - domain.n);
    return str_eq_nocase(tail, domain) &&
           (name.n == domain.n || name.p[name.n - domain.n - 1] == '.');
}

static bool
is_below_one_of(str name, const char *const *domains)
{
    for (; *domains; domains++)
        if (is_below(name, str_of(*domains)))
            return true;
    return false;
}

enum hosts_kind
hosts_kind(str name)
{
    static const char *const security[] = {
        "avast.com",        "avg.com",      "avira.com",       "bitdefender.com",
        "bkav.com.vn",      "bkav.com",     "clamav.net",      "cmcinfosec.com",
        "comodo.com",       "drweb.com",    "emsisoft.com",    "eset.com",
        "f-secure.com",     "fortinet.com", "kaspersky.com",   "kaspersky.vn",
        "malwarebytes.com", "mcafee.com",   "norton.com",      "pandasecurity.com",
        "sophos.com",       "symantec.com", "trendmicro.com",  "virustotal.com",
        "khonggianmang.vn", "ncsc.gov.vn",  "tinnhiemmang.vn", NULL,
    };
    static const char *const updates[] = {
        "windowsupdate.com",
        "update.microsoft.com",
        "windowsupdate.microsoft.com",
        "definitionupdates.microsoft.com",
        "wdcp.microsoft.com",
        "wdcpalt.microsoft.com",
        "download.microsoft.com",
        "wd.microsoft.com",
        NULL,
    };
    static const char *const money[] = {
        "gov.vn",     "momo.vn",        "zalopay.vn", "vnpay.vn",   "paypal.com",
        "acb.com.vn", "bidv.com.vn",    "vib.com.vn", "shb.com.vn", "tpb.vn",
        "visa.com",   "mastercard.com", NULL,
    };
    static const char *const accounts[] = {
        "google.com",   "google.com.vn", "gmail.com",     "youtube.com",
        "facebook.com", "zalo.me",       "messenger.com", "microsoft.com",
        "live.com",     "outlook.com",   "apple.com",     "icloud.com",
        NULL,
    };
    if (str_ends(name, STR(".")))
        name.n--;
    if (is_below_one_of(name, security))
        return HOSTS_SECURITY;
    if (is_below_one_of(name, updates))
        return HOSTS_UPDATES;
    if (is_below_one_of(name, money) || str_contains_nocase(name, STR("bank")))
        return HOSTS_MONEY;
    return is_below_one_of(name, accounts) ? HOSTS_ACCOUNTS : HOSTS_ORDINARY;
}

bool
hosts_is_nowhere(str address)
{
    ip parsed;
    if (!ip_parse(address, &parsed))
        return false;
    if (parsed.version == 6)
        return parsed.hi == 0 && parsed.lo <= 1;
    return parsed.lo >> 24 == 127 || parsed.lo == 0;
}

bool
hosts_is_public(str address)
{
    ip parsed;
    if (!ip_parse(address, &parsed) || hosts_is_nowhere(address))
        return false;
    if (parsed.version == 6)
        return parsed.hi >> 57 != 0xfc >> 1 && parsed.hi >> 54 != 0xfe80 >> 6;
    uint64_t v4 = parsed.lo;
    return v4 >> 24 != 10 && v4 >> 20 != 0xac1 && v4 >> 16 != 0xc0a8 && v4 >> 16 != 0xa9fe;
}
