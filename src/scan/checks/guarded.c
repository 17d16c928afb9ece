/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks/guarded.h"

static const char *const security[] = {"debian.org",
                                       "ubuntu.com",
                                       "canonical.com",
                                       "centos.org",
                                       "fedoraproject.org",
                                       "redhat.com",
                                       "archlinux.org",
                                       "opensuse.org",
                                       "almalinux.org",
                                       "rockylinux.org",
                                       "kernel.org",
                                       "windowsupdate.com",
                                       "update.microsoft.com",
                                       "download.microsoft.com",
                                       "wdcp.microsoft.com",
                                       "go.microsoft.com",
                                       "clamav.net",
                                       "virustotal.com",
                                       "kaspersky.com",
                                       "bkav.com.vn",
                                       "bkav.com",
                                       "cmccybersecurity.com",
                                       "eset.com",
                                       "bitdefender.com",
                                       "avast.com",
                                       "avg.com",
                                       "avira.com",
                                       "malwarebytes.com",
                                       "mcafee.com",
                                       "norton.com",
                                       "symantec.com",
                                       "trendmicro.com",
                                       "sophos.com",
                                       "drweb.com",
                                       "f-secure.com",
                                       "emsisoft.com",
                                       "mozilla.org",
                                       "safebrowsing.googleapis.com",
                                       "abuse.ch",
                                       "spamhaus.org",
                                       "ncsc.gov.vn",
                                       "khonggianmang.vn",
                                       "vncert.vn",
                                       "tinnhiemmang.vn",
                                       "ais.gov.vn",
                                       "chongluadao.vn",
                                       NULL};

static const char *const money[] = {"vietcombank.com.vn",
                                    "vietinbank.vn",
                                    "bidv.com.vn",
                                    "agribank.com.vn",
                                    "techcombank.com",
                                    "techcombank.com.vn",
                                    "mbbank.com.vn",
                                    "acb.com.vn",
                                    "vpbank.com.vn",
                                    "sacombank.com.vn",
                                    "sacombank.com",
                                    "tpb.vn",
                                    "vib.com.vn",
                                    "hdbank.com.vn",
                                    "shb.com.vn",
                                    "ocb.com.vn",
                                    "msb.com.vn",
                                    "lpbank.com.vn",
                                    "seabank.com.vn",
                                    "eximbank.com.vn",
                                    "namabank.com.vn",
                                    "abbank.vn",
                                    "scb.com.vn",
                                    "bacabank.com.vn",
                                    "vbsp.org.vn",
                                    "napas.com.vn",
                                    "momo.vn",
                                    "zalopay.vn",
                                    "vnpay.vn",
                                    "viettelmoney.vn",
                                    "dichvucong.gov.vn",
                                    "vneid.gov.vn",
                                    "gdt.gov.vn",
                                    "baohiemxahoi.gov.vn",
                                    "paypal.com",
                                    "accounts.google.com",
                                    "mail.google.com",
                                    "facebook.com",
                                    "zalo.me",
                                    "login.microsoftonline.com",
                                    "binance.com",
                                    NULL};

static bool
is_below(str name, const char *const *list)
{
    for (; *list; list++) {
        str site = str_of(*list);
        if (name.n < site.n)
            continue;
        str tail = str_from(name, name.n - site.n);
        if (str_eq_nocase(tail, site) && (name.n == site.n || tail.p[-1] == '.'))
            return true;
    }
    return false;
}

enum guarded
guarded_find(str name)
{
    if (str_ends(name, STR(".")))
        name.n--;
    if (is_below(name, security))
        return GUARDED_SECURITY;
    return is_below(name, money) ? GUARDED_MONEY : GUARDED_NOT;
}
