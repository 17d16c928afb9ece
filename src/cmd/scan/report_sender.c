/* SPDX-License-Identifier: Apache-2.0 */
/* Over a pair of sockets: the body comes (its length first), the outcome goes back. */
#include "cmd/scan/report_sender.h"

#include <curl/curl.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "base/limits.h"
#include "base/require.h"
#include "base/sandbox.h"

enum { ANSWER_MAX = 16 << 10, TOKEN_MAX = 512, URL_TEXT = PATH_TEXT + 256, TIMEOUT = 60 };
static const char api[] = "/api/v1/self-reports";

struct sender {
    int fd;
};
struct outcome {
    errcode code;
    bool known;
    char text[sizeof((struct err *)0)->text];
};
/* Of the other process. */
struct sending {
    const struct source *site;
    char token[TOKEN_MAX]; /* empty: proof of work */
};

/* ---- HTTP ---- */

static size_t
take_answer(char *bytes, size_t size, size_t count, void *context)
{
    struct buf *answer = context;
    buf_add(answer, bytes, size * count);
    return answer->full ? 0 : size * count;
}

static struct curl_slist *
add_line(struct curl_slist *list, const char *name, const char *value)
{
    char line[TOKEN_MAX + SELF_REPORT_PROOF_TEXT];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    require(longer);
    return longer;
}

static void
set_options(CURL *curl, const struct source *site, const char *url, struct buf *answer)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, site->secure ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* what is sent goes where it was meant */
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT);
    if (site->direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "khien");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
}

/* BODY empty: GET. *RET_STATUS is the server's. */
static errcode
ask(const struct source *site, const char *url, struct curl_slist *lines, str body,
    struct buf *answer, long *ret_status, struct err *err)
{
    char words[CURL_ERROR_SIZE] = "";
    CURL *curl = curl_easy_init();
    if (!curl)
        return err_set(err, ERR_IO, "cannot begin to send");
    set_options(curl, site, url, answer);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    if (body.n) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
    }
    CURLcode status = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_easy_cleanup(curl);
    if (status != CURLE_OK)
        return err_set(err, ERR_IO, "%s: %s", url, words[0] ? words : curl_easy_strerror(status));
    return OK;
}

/* What the server says of it, where it says anything. */
static errcode
refused(const char *url, long status, const struct buf *answer, struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    errcode code = status == 429 || status == 503 ? ERR_BUSY : ERR_DENIED;
    str why = {NULL, 0};
    if (json_read(buf_view(answer), ANSWER_MAX, &json, NULL) == OK)
        why = json_text(json_object_get(json, "error"), "message");
    return err_set(err, status == 404 ? ERR_NOT_FOUND : code, "%s: the server answered %ld%s%.*s",
                   url, status, why.n ? ": " : "", why.n > 200 ? 200 : (int)why.n,
                   why.p ? why.p : "");
}

/* ---- proof of work ---- */

static errcode
solve(str answer, char out[SELF_REPORT_PROOF_TEXT], struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    int64_t bits;
    errcode code = json_read(answer, ANSWER_MAX, &json, err);
    if (code != OK)
        return code;
    str challenge = json_text(json, "challenge");
    if (!challenge.n || str_has_control(challenge) || !json_number(json, "bits", &bits) || bits < 0)
        return err_set(err, ERR_FORMAT, "the server's challenge is none");
    if (bits > SELF_REPORT_BITS_MAX || !self_report_solve(challenge, (unsigned)bits, NULL, out))
        return err_set(err, ERR_LIMIT, "the server asks for more work than a report is worth");
    return OK;
}

static errcode
prove(const struct source *site, str body, char out[SELF_REPORT_PROOF_TEXT], struct err *err)
{
    char url[URL_TEXT], digest[SHA256_TEXT];
    struct sha256 hash = sha256_of(body);
    struct buf answer = BUF(ANSWER_MAX);
    long status = 0;
    snprintf(url, sizeof url, "%s%s/challenge?body=%s", site->from, api,
             sha256_format(&hash, digest));
    errcode code = ask(site, url, NULL, (str){NULL, 0}, &answer, &status, err);
    if (code == OK && status != 200)
        code = refused(url, status, &answer, err);
    if (code == OK)
        code = solve(buf_view(&answer), out, err);
    buf_clear(&answer);
    return code;
}

/* ---- the process ---- */

static errcode
deliver(const struct sending *sending, str body, bool *ret_known, struct err *err)
{
    char url[URL_TEXT], value[TOKEN_MAX + 16];
    struct curl_slist *lines = add_line(NULL, "Content-Type", "application/json");
    struct buf answer = BUF(ANSWER_MAX);
    long status = 0;
    errcode code = OK;
    lines = add_line(lines, "Expect", "");
    if (sending->token[0]) {
        snprintf(value, sizeof value, "Bearer %s", sending->token);
        lines = add_line(lines, "Authorization", value);
    } else {
        char proof[SELF_REPORT_PROOF_TEXT];
        code = prove(sending->site, body, proof, err);
        lines = code == OK ? add_line(lines, "Khien-Proof", proof) : lines;
    }
    snprintf(url, sizeof url, "%s%s", sending->site->from, api);
    if (code == OK)
        code = ask(sending->site, url, lines, body, &answer, &status, err);
    if (code == OK && status != 201 && status != 200)
        code = refused(url, status, &answer, err);
    curl_slist_free_all(lines);
    buf_clear(&answer);
    if (code == OK)
        *ret_known = status == 200;
    return code;
}

static bool
read_all(int fd, void *out, size_t n)
{
    for (char *at = out; n > 0;) {
        ssize_t got = read(fd, at, n);
        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

/* Until something is to be sent, Ctrl-C is for the scan alone. */
static void
be_sender(int fd, const struct sending *sending, bool with_sandbox)
{
    static char body[LIMIT_SELF_REPORT];
    const struct sandbox sandbox = {NEED_CONNECT | NEED_THREADS, NULL, 0, NULL, 0};
    struct outcome outcome = {.code = OK};
    struct err err = {0};
    uint32_t n;
    bool partial;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    if (with_sandbox)
        outcome.code = sandbox_enter(&sandbox, &partial, &err);
    if (!read_all(fd, &n, sizeof n) || n > sizeof body || !read_all(fd, body, n))
        return;
    signal(SIGINT, SIG_DFL);
    if (outcome.code == OK)
        outcome.code = deliver(sending, (str){body, n}, &outcome.known, &err);
    memcpy(outcome.text, err.text, sizeof outcome.text);
    ssize_t ignored = write(fd, &outcome, sizeof outcome);
    (void)ignored;
}

static errcode
read_token(const char *path, char out[TOKEN_MAX], struct err *err)
{
    struct buf text = {0};
    if (!path)
        return OK;
    errcode code = file_read(path, TOKEN_MAX, &text, err);
    if (code != OK)
        return code;
    str line = str_trim(buf_view(&text));
    for (size_t i = 0; i < line.n && code == OK; i++)
        if (line.p[i] <= ' ' || line.p[i] > '~')
            code = err_set(err, ERR_FORMAT, "%s must hold one token, without blanks", path);
    if (code == OK && (!line.n || !str_copy(line, out, TOKEN_MAX)))
        code = err_set(err, ERR_FORMAT, "%s holds no token", path);
    explicit_bzero(text.p, text.n);
    buf_clear(&text);
    return code;
}

errcode
sender_start(const struct source *site, const char *token_file, bool with_sandbox,
             struct sender **ret, struct err *err)
{
    struct sending sending = {.site = site};
    int fds[2];
    errcode code = read_token(token_file, sending.token, err);
    if (code != OK)
        return code;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return err_set_errno(err, "cannot make a pair of sockets");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        be_sender(fds[1], &sending, with_sandbox);
        _exit(0);
    }
    explicit_bzero(sending.token, sizeof sending.token);
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return err_set_errno(err, "cannot start a process that sends");
    }
    *ret = mem_alloc(sizeof **ret);
    (*ret)->fd = fds[0];
    return OK;
}

errcode
sender_send(struct sender *sender, str body, bool *ret_known, struct err *err)
{
    struct outcome outcome;
    uint32_t n = (uint32_t)body.n;
    require(body.n <= LIMIT_SELF_REPORT);
    errcode code = file_write_fd(sender->fd, (str){(const char *)&n, sizeof n}, "the sender", err);
    if (code == OK)
        code = file_write_fd(sender->fd, body, "the sender", err);
    if (code == OK && !read_all(sender->fd, &outcome, sizeof outcome))
        code = err_set(err, ERR_IO, "it was broken off");
    if (code != OK)
        return code;
    if (outcome.code != OK)
        return err_set(err, outcome.code, "%s", outcome.text);
    *ret_known = outcome.known;
    return OK;
}

void
sender_free(struct sender *sender)
{
    if (!sender)
        return;
    close(sender->fd);
    free(sender);
}
