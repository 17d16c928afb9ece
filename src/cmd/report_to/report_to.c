/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_to/report_to.h"

#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"
#include "cmd/output.h"
#include "cmd/report_to/sender.h"
#include "cmd/scan/scan_system.h"
#include "intel/intel.h"

static struct http_address site; /* as the process that sends knows it */
static struct sender *sender;

errcode
scan_report_to_prepare(const struct call *call, struct err *err)
{
    const char *url = call_option(call, "report-to");
    const char *token = call_option(call, "report-token");
    if (!url && (token || call_given(call, "insecure-http")))
        return err_set(err, ERR_USAGE, "--report-token and --insecure-http go with --report-to");
    if (!url || sender)
        return OK;
    if (!http_address_is_one(url))
        return err_set(err, ERR_USAGE,
                       "--report-to needs the address of a campaign, like "
                       "https://chiendich.example.vn");
    if (!call_given(call, "yes") && (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)))
        return err_set(err, ERR_USAGE, "nobody can be asked here: --report-to needs --yes");
    errcode code = http_address_open(url, call_given(call, "insecure-http"), &site, err);
    if (code == OK)
        code = sender_start(&site, token, !call_given(call, "no-sandbox"), &sender, err);
    return code;
}

static str
find_family(void *context, str name)
{
    const struct family *family = families_find(context, name);
    return family ? family->name : (str){NULL, 0};
}

static errcode
make_body(struct report *report, const struct report_about *about, struct families *families,
          struct buf *out, struct err *err)
{
    uint8_t id[SELF_REPORT_ID];
    errcode code = secret_random(id, sizeof id, err);
    if (code != OK)
        return code;
    self_report_write(report, about,
                      &(struct self_report_options){scan_system_name, id, find_family, families},
                      out);
    return buf_check(out, "the report", err);
}

/* The text is ASCII and the server gets these very bytes. */
static bool
ask(str body, enum report_language language)
{
    char answer[64];
    bool is_vi = language == REPORT_VI;
    output_aside(is_vi ? "Gửi kết quả cho chiến dịch tại %s? Chỉ gửi đúng nội dung sau, không có "
                         "tên, đường dẫn hay địa chỉ:"
                       : "Send the result to the campaign at %s? Only this is sent, without names, "
                         "paths and addresses:",
                 site.url);
    fprintf(stderr, "\n%.*s\n\n%s\n> ", STR_ARG(body), is_vi ? "Gửi? (c/k)" : "Send it? (y/n)");
    return fgets(answer, sizeof answer, stdin) && strchr("yYcC", answer[0]) && answer[0];
}

static errcode
send_body(str body, enum report_language language, struct err *err)
{
    bool is_vi = language == REPORT_VI, is_known = false;
    output_aside(is_vi ? "Đang gửi…" : "Sending…");
    errcode code = sender_send(sender, body, &is_known, err);
    if (code == OK)
        output_aside(is_vi ? "Đã gửi. Xin cảm ơn." : "It is sent. Thank you.");
    return code == OK ? OK : err_prefix(err, "the report was not sent");
}

errcode
scan_report_to(const struct call *call, struct report *report, const struct report_about *about,
               enum report_language language, struct err *err)
{
    struct families *families = NULL;
    struct buf body = BUF(LIMIT_SELF_REPORT);
    if (!call_option(call, "report-to"))
        return OK;
    errcode code = scan_report_to_prepare(call, err);
    if (code == OK)
        code = families_new("families", (str){NULL, 0}, &families, err);
    if (code == OK)
        code = make_body(report, about, families, &body, err);
    if (code == OK && (call_given(call, "yes") || ask(buf_view(&body), language)))
        code = send_body(buf_view(&body), language, err);
    else if (code == OK)
        output_aside(language == REPORT_VI ? "Không gửi gì cả." : "Nothing was sent.");
    sender_free(sender);
    sender = NULL;
    families_free(families);
    buf_clear(&body);
    return code;
}
