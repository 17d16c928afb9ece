/* SPDX-License-Identifier: Apache-2.0 */
/* The program: read the call, read the configuration, enter the sandbox, run, say what failed. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/require.h"
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

extern char **environ;

enum { STATUS_OK, STATUS_FAILED, STATUS_USAGE };

static int
complain(const struct call *call, const struct err *err)
{
    const char *name = call->command ? call->command->name : "";
    fprintf(stderr, "khien%s%s: %s\n", name[0] ? " " : "", name, err->text);
    if (err->code != ERR_USAGE)
        return STATUS_FAILED;
    if (call->command)
        fprintf(stderr, "`khien %s --help` shows how it is used.\n", name);
    return STATUS_USAGE;
}

/* The first that is there; the last two are for installations. Naming one makes it a must. */
static const char *
conf_path(const struct call *call)
{
    static const char *const places[] = {"khien.conf", "var/khien.conf", "/etc/khien/khien.conf"};
    const char *named = call_option(call, "config");
    if (!named)
        named = getenv("KHIEN_CONF");
    if (named && named[0])
        return named;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (file_exists(places[i]))
            return places[i];
    }
    return NULL;
}

static errcode
read_conf(const struct call *call, struct conf *conf, struct err *err)
{
    if (call->action->without_conf)
        return OK;
    const char *path = call->conf_path;
    if (path) {
        struct buf text = {0};
        errcode code = file_read(path, LIMIT_CONF_BYTES, &text, err);
        if (code == OK)
            code = conf_add_text(conf, path, buf_view(&text), NULL, err);
        buf_clear(&text);
        if (code != OK)
            return code;
    }
    return conf_add_environment(conf, (const char *const *)environ, NULL, err);
}

/* Standard output may be a full disk or a closed pipe. */
static errcode
finish_output(struct err *err)
{
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return OK;
    int reason = errno; /* of an earlier write it is gone by now */
    struct pollfd out = {.fd = 1, .events = POLLOUT};
    if (poll(&out, 1, 0) > 0 && (out.revents & POLLERR))
        return OK; /* the reader has enough: `khien … | head` */
    if (flushed)
        return err_set(err, ERR_IO, "not everything could be written to standard output");
    errno = reason;
    return err_set_errno(err, "cannot write to standard output");
}

static errcode
print_help(const struct call *call, struct err *err)
{
    struct buf text = BUF(1 << 20);
    if (call->command)
        help_call(call->command, call->action, &text);
    else
        help_program(&text);
    fwrite(text.p, 1, text.n, stdout);
    buf_clear(&text);
    return finish_output(err);
}

static errcode
run(struct call *call, struct err *err)
{
    cleanup(cleanup_conf) struct conf *conf = conf_new();
    call->conf_path = conf_path(call);
    errcode code = read_conf(call, conf, err);
    if (code != OK)
        return code;
    call->conf = conf;
    if (!call_given(call, "no-sandbox"))
        code = confine(call, err);
    if (code == OK)
        code = call->action->run(call, err);
    struct err late;
    errcode flushed = finish_output(&late);
    if (code == OK && flushed != OK) {
        *err = late;
        code = flushed;
    }
    return code;
}

/* A closed standard descriptor would be given to the next file or socket that is opened, and what
 * is meant for a terminal or log would go there. It stays unusable: the wrong way round. */
static void
hold_standard(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(STATUS_FAILED);
}

int
main(int argc, char **argv)
{
    struct call call = {0};
    struct err err = {0};
    hold_standard();
    signal(SIGPIPE, SIG_IGN);
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    const char **arguments = mem_calloc(count + 1, sizeof *arguments);
    for (size_t i = 0; i < count; i++)
        arguments[i] = argv[i + 1];
    errcode code = call_parse(&call, arguments, count, &err);
    if (code == OK && call_given(&call, "help"))
        code = print_help(&call, &err);
    else if (code == OK && call_given(&call, "version"))
        code = printf("khien %s\n", KHIEN_VERSION) < 0 ? ERR_IO : finish_output(&err);
    else if (code == OK)
        code = run(&call, &err);
    int status = code == OK ? STATUS_OK : complain(&call, &err);
    free(arguments);
    return status;
}
