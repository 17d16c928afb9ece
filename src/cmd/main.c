/* SPDX-License-Identifier: Apache-2.0 */
/* khien: where its configuration is. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/program.h"

extern char **environ;

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
read_conf(struct call *call, struct conf *conf, struct err *err)
{
    const char *path = call->conf_path = conf_path(call);
    if (call->action->without_conf)
        return OK;
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

static errcode
with_conf(struct call *call, errcode (*run)(struct call *call, struct err *err), struct err *err)
{
    cleanup(cleanup_conf) struct conf *conf = conf_new();
    errcode code = read_conf(call, conf, err);
    if (code != OK)
        return code;
    call->conf = conf;
    return run(call, err);
}

int
main(int argc, char **argv)
{
    return program_main(argc, argv, NULL, with_conf);
}
