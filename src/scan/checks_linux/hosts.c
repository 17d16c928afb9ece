/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks/guarded.h"
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"

static const struct check_reason blocked = {
    "blocked-site", "Chặn máy tới trang cập nhật hoặc trang an toàn thông tin",
    "It keeps the machine from a site of updates or of security"};
static const struct check_reason redirected = {"redirected-site",
                                               "Dẫn một trang quan trọng sang địa chỉ khác",
                                               "It leads an important site to another address"};

static bool
is_nowhere(ip address)
{
    return ip_is_loopback(address) || (address.hi == 0 && address.lo == 0);
}

/* That people keep themselves from other sites is their own affair. */
static bool
judge_name(const struct checking *checking, ip address, str name, struct suspicion *ret)
{
    enum guarded kind = guarded_find(name);
    char text[IP_TEXT], family[256];
    if (checking->is_listed && !is_nowhere(address) &&
        checking->is_listed(checking->context, ip_format(address, text), family)) {
        *ret = (struct suspicion){FINDING_MALICIOUS, &judge_listed};
        return true;
    }
    bool is_guard = kind == GUARDED_SECURITY || kind == GUARDED_UPDATES;
    if (kind == GUARDED_NOT || (is_nowhere(address) && !is_guard))
        return false;
    if (is_nowhere(address))
        *ret = (struct suspicion){FINDING_SUSPICIOUS, &blocked};
    else /* an organization may have its own server of updates */
        *ret = (struct suspicion){ip_is_local(address) ? FINDING_LOOK : FINDING_SUSPICIOUS,
                                  &redirected};
    return true;
}

static void
check_line(const struct look *look, const char *path, size_t number, str line)
{
    struct hosts_line hosts;
    struct suspicion suspicion;
    str name;
    if (!hosts_line_parse(line, &hosts))
        return;
    while (line_word(&hosts.names, &name)) {
        if (!judge_name(look->checking, hosts.address, name, &suspicion))
            continue;
        look_found(look, &(struct seen){.level = suspicion.level,
                                        .reason = suspicion.reason,
                                        .path = path,
                                        .line = number,
                                        .detail = line});
        return;
    }
}

static void
run(struct checking *checking, const struct check *check)
{
    static const char path[] = "/etc/hosts";
    struct look look = {checking, check};
    struct buf text;
    str line;
    size_t number = 0;
    if (!look_read_large(&look, path, 16 << 20, &text)) /* lists of advertisers are long */
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line))
        check_line(&look, path, ++number, line);
    buf_clear(&text);
}

const struct check check_hosts = {
    .id = "hosts",
    .attack = "T1565.001",
    .vi = {"Địa chỉ trang web bị sửa trong tệp hosts",
           "Tệp hosts quyết định tên trang web dẫn tới máy nào. Mã độc sửa nó để chặn cập nhật và "
           "phần mềm diệt virus, hoặc dẫn bạn tới trang ngân hàng giả.",
           "Nếu bạn không tự thêm dòng được nêu, hãy cách ly dòng đó và quét lại máy."},
    .en = {"Sites changed in the hosts file",
           "The hosts file says which machine a site's name leads to. Malware changes it to keep "
           "updates and virus scanners away, or to lead you to a false bank.",
           "If you did not add the line yourself, quarantine it and scan the machine again."},
    .run = run,
};
