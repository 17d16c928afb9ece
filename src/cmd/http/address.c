/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/http/address.h"

#include "base/ip.h"
#include "cmd/http/http.h"

bool
http_address_is_one(const char *text)
{
    return str_starts(str_of(text), STR("https://")) || str_starts(str_of(text), STR("http://"));
}

static bool
is_own_host(str url)
{
    str host, rest = str_from(url, sizeof "http://" - 1);
    ip address;
    bool brackets = rest.n && rest.p[0] == '[';
    str_cut(&rest, '/', &host);
    if (brackets) {
        rest = str_from(host, 1);
        str_cut(&rest, ']', &host);
    } else {
        rest = host;
        str_cut(&rest, ':', &host);
    }
    return str_eq_nocase(host, STR("localhost")) ||
           (ip_parse(host, &address) && ip_is_loopback(address));
}

errcode
http_address_open(const char *url, bool plain, struct http_address *ret, struct err *err)
{
    str text = str_of(url);
    while (text.n > 1 && text.p[text.n - 1] == '/')
        text.n--;
    ret->secure = str_starts(text, STR("https://"));
    ret->direct = false;
    for (const char *mark = "?#@ "; *mark; mark++)
        if (str_find(text, (str){mark, 1}) != SIZE_MAX || !http_is_line(text) ||
            !http_address_is_one(url) || !str_copy(text, ret->url, sizeof ret->url))
            return err_set(err, ERR_USAGE,
                           "the URL must be a plain one, like https://khien.example.vn/rules");
    if (ret->secure)
        return OK;
    ret->direct = is_own_host(text);
    if (!ret->direct && !plain)
        return err_set(err, ERR_USAGE,
                       "%s: plain http tells everyone on the way what is fetched, and lets them "
                       "hold it back; use https, or --insecure-http",
                       ret->url);
    return OK;
}
