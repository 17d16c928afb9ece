/* SPDX-License-Identifier: Apache-2.0 */
/* A process that stays outside of the sandbox runs the computer's curl for what is asked, and hands
 * on what it prints. It trusts neither side: it asks the one site that it was made for, and writes
 * what curl is to do itself, as a configuration on curl's standard input (curl(1), "--config"), so
 * that no token stands among arguments. */
#include "cmd/http/http.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/secret.h"
#include "cmd/linux/side_process.h"

enum {
    ASKED_MAX = 64 << 10,
    CONFIG_MAX = 48 << 10,
    PIECE = 64 << 10,
    WORDS = 300,
    LINE_MAX_BYTES = 64 << 10,
    MISSING = 127
};
static const char *const programs[] = {"/usr/bin/curl", "/bin/curl", "/usr/local/bin/curl"};

/* Between the two processes: ASK, the length of what is asked and that: lines with the seconds, the
 * URL and what to send along, an empty line, the body. Back come pieces, each after its length,
 * then a length of 0 and the outcome. BREAK_OFF may come at any time, too late as well. */
enum { ASK = 'a', BREAK_OFF = 'b' };
struct outcome {
    int status; /* curl's, EXIT CODES of curl(1) */
    char words[WORDS];
};

static int asking = -1; /* the end of the pair here */

/* ---- what curl is to do ---- */

static void
add(struct buf *config, const char *name, str value)
{
    buf_printf(config, "%s = \"", name);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_char(config, '\\');
        buf_char(config, value.p[i]);
    }
    buf_str(config, STR("\"\n"));
}

/* The site's own address, or below it. */
static bool
is_of_site(const struct http_address *site, str url)
{
    str base = str_of(site->url);
    return str_starts(url, base) && (url.n == base.n || url.p[base.n] == '/');
}

/* False when it is not asked as it must be, which only who has been taken over does. What begins
 * with '@' would be a file's name to curl. */
static bool
write_config(const struct http_address *site, str asked, struct buf *out)
{
    str seconds, url, line = {NULL, 0};
    uint64_t timeout;
    if (!str_cut(&asked, '\n', &seconds) || !str_to_u64(seconds, INT32_MAX, &timeout) ||
        !str_cut(&asked, '\n', &url) || !is_of_site(site, url) || !http_is_line(url))
        return false;
    buf_str(out, STR("include\nsilent\nshow-error\ngloboff\nsuppress-connect-headers\n"
                     "connect-timeout = 30\nuser-agent = \"khien/" KHIEN_VERSION "\"\n"));
    buf_printf(out, "max-time = %llu\n", (unsigned long long)timeout);
    buf_printf(out, "proto = \"=%s\"\n", site->secure ? "https" : "http,https");
    if (site->direct)
        buf_str(out, STR("noproxy = \"*\"\n"));
    add(out, "url", url);
    while (str_cut(&asked, '\n', &line) && line.n) {
        if (!http_is_line(line) || str_starts(line, STR("@")))
            return false;
        add(out, "header", line);
    }
    if (!http_is_line(asked) || str_starts(asked, STR("@")))
        return false;
    if (asked.n)
        add(out, "data", asked);
    return !out->full;
}

/* ---- the process that runs curl ---- */

static bool
write_piece(int fd, const char *bytes, uint32_t n)
{
    return side_write(fd, &n, sizeof n) && side_write(fd, bytes, n);
}

static void
be_curl(int in, int out, int trouble)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(trouble, 2) < 0)
        _exit(MISSING);
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        execl(programs[i], "curl", "-q", "--config", "-", (char *)NULL);
    _exit(MISSING);
}

struct run {
    pid_t pid;
    int in, out, trouble; /* the ends here */
};

static bool
start(struct run *ret)
{
    int in[2], out[2], trouble[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(trouble, O_CLOEXEC) != 0)
        return false; /* this process ends */
    ret->pid = fork();
    if (ret->pid == 0)
        be_curl(in[0], out[1], trouble[1]);
    close(in[0]);
    close(out[1]);
    close(trouble[1]);
    ret->in = in[1];
    ret->out = out[0];
    ret->trouble = trouble[0];
    return ret->pid > 0;
}

/* Until curl has printed all, or the other side wants no more. */
static bool
hand_on(const struct run *run, int fd)
{
    static char piece[PIECE];
    struct pollfd polls[2] = {{.fd = run->out, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    for (;;) {
        if (poll(polls, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        if (polls[1].revents) { /* or it is gone */
            char byte;
            kill(run->pid, SIGTERM);
            return read(fd, &byte, 1) == 1 && byte == BREAK_OFF;
        }
        if (!polls[0].revents)
            continue;
        ssize_t n = read(run->out, piece, sizeof piece);
        if (n <= 0)
            return true;
        if (!write_piece(fd, piece, (uint32_t)n))
            return false;
    }
}

static bool
serve(int fd, const struct http_address *site, str asked)
{
    static struct outcome outcome;
    struct buf config = BUF(CONFIG_MAX);
    struct run run;
    int status;
    memset(&outcome, 0, sizeof outcome);
    if (!write_config(site, asked, &config) || !start(&run))
        return false;
    file_write_fd(run.in, buf_view(&config), "", NULL); /* less than a pipe holds */
    secret_wipe(config.p, config.n);
    buf_clear(&config);
    close(run.in);
    bool goes_on = hand_on(&run, fd);
    close(run.out);
    ssize_t n = read(run.trouble, outcome.words, sizeof outcome.words - 1);
    close(run.trouble);
    (void)n;
    outcome.status =
        waitpid(run.pid, &status, 0) == run.pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return goes_on && write_piece(fd, NULL, 0) && side_write(fd, &outcome, sizeof outcome);
}

static void
be_server(int fd, const void *site)
{
    static char asked[ASKED_MAX];
    uint32_t n;
    char byte;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* or there is nothing to wait for */
    while (side_read(fd, &byte, 1)) {
        if (byte == BREAK_OFF)
            continue;
        if (!side_read(fd, &n, sizeof n) || n > sizeof asked || !side_read(fd, asked, n) ||
            !serve(fd, site, (str){asked, n}))
            return;
        secret_wipe(asked, n);
    }
}

errcode
http_prepare(const struct http_address *site, struct err *err)
{
    require(asking < 0);
    return side_start(be_server, site, &asking, err);
}

/* ---- what is asked ---- */

static errcode
write_asked(const struct http_request *request, struct buf *out, struct err *err)
{
    str url = str_of(request->url);
    bool is_plain = http_is_line(url) && http_is_line(request->body);
    buf_printf(out, "%ld\n", request->timeout_seconds);
    buf_str(out, url);
    buf_char(out, '\n');
    for (size_t i = 0; i < request->line_count; i++) {
        str line = str_of(request->lines[i]);
        is_plain = is_plain && line.n && http_is_line(line);
        buf_str(out, line);
        buf_char(out, '\n');
    }
    buf_char(out, '\n');
    buf_str(out, request->body);
    if (!is_plain)
        return err_set(err, ERR_USAGE, "%s: control characters cannot be sent", request->url);
    return buf_check(out, "what is asked", err);
}

/* ---- what comes ---- */

struct coming {
    const struct http_reader *reader;
    struct buf line;
    bool has_begun, in_body, is_void; /* is_void: of an answer before the answer (1xx) */
    bool broken_off;
    uint64_t done;
};

static void
take_line(struct coming *coming)
{
    str line = buf_view(&coming->line);
    if (str_trim(line).n == 0) { /* the end of a head */
        coming->in_body = coming->has_begun && !coming->is_void;
    } else {
        if (str_starts(line, STR("HTTP/"))) {
            str rest = line, version;
            coming->has_begun = true;
            coming->is_void = str_cut(&rest, ' ', &version) && rest.p[0] == '1';
        }
        http_give_line(coming->reader, line);
    }
    coming->line.n = 0;
}

static bool
take_piece(struct coming *coming, str piece)
{
    const struct http_reader *reader = coming->reader;
    while (piece.n && !coming->in_body) {
        size_t end = str_find(piece, STR("\n"));
        size_t n = end == SIZE_MAX ? piece.n : end + 1;
        buf_str(&coming->line, (str){piece.p, n});
        if (coming->line.full)
            return false;
        if (end != SIZE_MAX)
            take_line(coming);
        piece = str_from(piece, n);
    }
    coming->done += piece.n;
    return (!piece.n || reader->bytes(reader->context, piece)) &&
           (!reader->goes_on || reader->goes_on(reader->context, coming->done, 0));
}

/* Reads on to the outcome, so that something else can be asked after it. */
static errcode
read_answer(struct coming *coming, struct outcome *ret)
{
    cleanup(cleanup_free) char *piece = mem_alloc(PIECE);
    uint32_t n = 0;
    while (side_read(asking, &n, sizeof n)) {
        if (n == 0)
            return side_read(asking, ret, sizeof *ret) ? OK : ERR_IO;
        if (n > PIECE || !side_read(asking, piece, n))
            return ERR_IO;
        if (coming->broken_off || take_piece(coming, (str){piece, n}))
            continue;
        coming->broken_off = true;
        if (!side_write(asking, &(char){BREAK_OFF}, 1))
            return ERR_IO;
    }
    return ERR_IO;
}

static errcode
tell(const struct http_request *request, const struct coming *coming, struct outcome *outcome,
     struct err *err)
{
    if (outcome->status == MISSING)
        return err_set(err, ERR_UNSUPPORTED,
                       "this program uses the network by the program curl, which is not here: "
                       "install curl, or use a browser");
    if (coming->broken_off)
        return err_set(err, ERR_IO, "%s: it was broken off", request->url);
    if (outcome->status == 0 && coming->has_begun)
        return OK;
    outcome->words[sizeof outcome->words - 1] = 0;
    str words = str_trim(str_of(outcome->words));
    if (!words.n)
        words = STR("curl says nothing of why there is no answer");
    return err_set(err, ERR_IO, "%s: %.*s", request->url, STR_ARG(words));
}

errcode
http_ask(const struct http_request *request, const struct http_reader *reader, struct err *err)
{
    struct buf asked = BUF(ASKED_MAX);
    struct coming coming = {.reader = reader, .line = BUF(LINE_MAX_BYTES)};
    struct outcome outcome;
    require(asking >= 0);
    errcode code = write_asked(request, &asked, err);
    uint32_t n = (uint32_t)asked.n;
    if (code == OK && (!side_write(asking, &(char){ASK}, 1) || !write_piece(asking, asked.p, n)))
        code = err_set_errno(err, "cannot ask for %s", request->url);
    if (code == OK && read_answer(&coming, &outcome) != OK)
        code = err_set(err, ERR_IO, "%s: the process that asks has ended", request->url);
    if (code == OK)
        code = tell(request, &coming, &outcome, err);
    if (asked.n)
        secret_wipe(asked.p, asked.n);
    buf_clear(&asked);
    buf_clear(&coming.line);
    return code;
}
