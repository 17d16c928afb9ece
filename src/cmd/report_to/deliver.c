/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_to/deliver.h"

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/secret.h"
#include "cmd/http/http.h"
#include "scan/scan.h"

enum { ANSWER_MAX = 16 << 10, URL_TEXT = PATH_TEXT + 256, TIMEOUT = 60 };
static const char api[] = "/api/v1/self-reports";

/* ---- HTTP ---- */

struct answer {
    long status;
    struct buf text;
};

static void
take_begin(void *context, long status)
{
    struct answer *answer = context;
    answer->status = status;
}

static void
take_field(void *context, str line)
{
    (void)context;
    (void)line;
}

static bool
take_bytes(void *context, str bytes)
{
    struct answer *answer = context;
    buf_str(&answer->text, bytes);
    return !answer->text.full;
}

/* No redirect is followed: what is sent goes where it was meant to. */
static errcode
ask(const struct http_address *site, const char *url, const char *const *lines, size_t line_count,
    str body, struct answer *ret, struct err *err)
{
    const struct http_request request = {.url = url,
                                         .lines = lines,
                                         .line_count = line_count,
                                         .body = body,
                                         .secure = site->secure,
                                         .direct = site->direct,
                                         .timeout_seconds = TIMEOUT};
    const struct http_reader reader = {
        .context = ret, .begin = take_begin, .field = take_field, .bytes = take_bytes};
    *ret = (struct answer){.text = BUF(ANSWER_MAX)};
    return http_ask(&request, &reader, err);
}

/* The words in {"error":{…,"message":"WORDS"}}, for people alone. */
static str
words_of(str answer)
{
    static const str key = {"\"message\":\"", 11};
    size_t at = str_find(answer, key);
    str words = {NULL, 0}, rest = at == SIZE_MAX ? words : str_from(answer, at + key.n);
    str_cut(&rest, '"', &words);
    return words;
}

static errcode
refused(const char *url, const struct answer *answer, struct err *err)
{
    long status = answer->status;
    errcode code = status == 429 || status == 503 ? ERR_BUSY : ERR_DENIED;
    str why = words_of(buf_view(&answer->text));
    return err_set(err, status == 404 ? ERR_NOT_FOUND : code, "%s: the server answered %ld%s%.*s",
                   url, status, why.n ? ": " : "", why.n > 200 ? 200 : (int)why.n,
                   why.p ? why.p : "");
}

/* ---- proof of work ---- */

/* "1.EXPIRES.BITS.CODE", docs/self-reports.md; what is sent back must not be a line more. */
static bool
is_challenge(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789abcdef.", text.p[i], 17))
            return false;
    return text.n > 0;
}

/* "BITS CHALLENGE" */
static errcode
solve(str answer, char out[SELF_REPORT_PROOF_TEXT], struct err *err)
{
    uint64_t bits;
    str word, challenge = str_trim(answer);
    str_cut(&challenge, ' ', &word);
    if (!str_to_u64(word, UINT32_MAX, &bits) || !is_challenge(challenge))
        return err_set(err, ERR_FORMAT, "the server's challenge is none");
    if (bits > SELF_REPORT_BITS_MAX || !self_report_solve(challenge, (unsigned)bits, NULL, out))
        return err_set(err, ERR_LIMIT, "the server asks for more work than a report is worth");
    return OK;
}

static errcode
prove(const struct http_address *site, str body, char out[SELF_REPORT_PROOF_TEXT], struct err *err)
{
    char url[URL_TEXT], digest[SHA256_TEXT];
    struct sha256 hash = sha256_of(body);
    struct answer answer;
    snprintf(url, sizeof url, "%s%s/challenge?form=text&body=%s", site->url, api,
             sha256_format(&hash, digest));
    errcode code = ask(site, url, NULL, 0, (str){NULL, 0}, &answer, err);
    if (code == OK && answer.status != 200)
        code = refused(url, &answer, err);
    if (code == OK)
        code = solve(buf_view(&answer.text), out, err);
    buf_clear(&answer.text);
    return code;
}

/* ---- the report ---- */

errcode
deliver_read_token(const char *path, char out[REPORT_TOKEN], struct err *err)
{
    struct buf text = {0};
    out[0] = 0;
    if (!path)
        return OK;
    errcode code = file_read(path, REPORT_TOKEN, &text, err);
    if (code != OK)
        return code;
    str line = str_trim(buf_view(&text));
    for (size_t i = 0; i < line.n && code == OK; i++)
        if (line.p[i] <= ' ' || line.p[i] > '~')
            code = err_set(err, ERR_FORMAT, "%s must hold one token, without blanks", path);
    if (code == OK && (!line.n || !str_copy(line, out, REPORT_TOKEN)))
        code = err_set(err, ERR_FORMAT, "%s holds no token", path);
    secret_wipe(text.p, text.n);
    buf_clear(&text);
    return code;
}

errcode
deliver(const struct http_address *site, const char *token, str body, bool *ret_known,
        struct err *err)
{
    char url[URL_TEXT], line[REPORT_TOKEN + SELF_REPORT_PROOF_TEXT + 32];
    char proof[SELF_REPORT_PROOF_TEXT];
    const char *const lines[] = {"Content-Type: application/json", "Expect:", line};
    struct answer answer;
    errcode code = token[0] ? OK : prove(site, body, proof, err);
    if (code != OK)
        return code;
    snprintf(line, sizeof line, "%s%s",
             token[0] ? "Authorization: Bearer " : "Khien-Proof: ", token[0] ? token : proof);
    snprintf(url, sizeof url, "%s%s", site->url, api);
    code = ask(site, url, lines, sizeof lines / sizeof *lines, body, &answer, err);
    if (code == OK && answer.status != 201 && answer.status != 200)
        code = refused(url, &answer, err);
    if (code == OK)
        *ret_known = answer.status == 200;
    buf_clear(&answer.text);
    secret_wipe(line, sizeof line);
    return code;
}
