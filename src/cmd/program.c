/* SPDX-License-Identifier: Apache-2.0 */
/* A program: read the call, read the configuration, enter the sandbox, run, say what failed. */
#include "cmd/program.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "cmd/console.h"

enum { STATUS_OK, STATUS_FAILED, STATUS_USAGE };

static int
complain(const struct call *call, const struct err *err)
{
    const char *name = call->command ? call->command->name : "";
    fprintf(stderr, "%s%s%s: %s\n", program_name, name[0] ? " " : "", name, err->text);
    if (err->code != ERR_USAGE)
        return STATUS_FAILED;
    if (call->command)
        fprintf(stderr, "`%s %s --help` shows how it is used.\n", program_name, name);
    return STATUS_USAGE;
}

/* Standard output may be a full disk or a closed pipe. */
static errcode
finish_output(struct err *err)
{
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout))
        return OK;
    struct err why;
    err_set_errno(&why, "cannot write to standard output"); /* of an earlier write it is gone */
    if (console_reader_left())
        return OK; /* the reader has enough: `khien … | head` */
    if (flushed)
        return err_set(err, ERR_IO, "not everything could be written to standard output");
    *err = why;
    return why.code;
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
run_confined(struct call *call, struct err *err)
{
    errcode code = call_given(call, "no-sandbox") ? OK : confine(call, err);
    return code == OK ? call->action->run(call, err) : code;
}

static errcode
run(struct call *call, program_conf *with_conf, struct err *err)
{
    errcode code = with_conf ? with_conf(call, run_confined, err) : run_confined(call, err);
    struct err late;
    errcode flushed = finish_output(&late);
    if (code == OK && flushed != OK) {
        *err = late;
        code = flushed;
    }
    return code;
}

int
program_main(int argc, char **argv, program_default *find_default, program_conf *with_conf)
{
    struct call call = {0};
    struct err err = {0};
    console_prepare(&argc, &argv);
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    const char **arguments = mem_calloc(count + 2, sizeof *arguments);
    for (size_t i = 0; i < count; i++)
        arguments[i + 1] = argv[i + 1];
    arguments[0] = find_default ? find_default(arguments + 1, count) : NULL;
    bool has_default = arguments[0] != NULL;
    errcode code = call_parse(&call, arguments + !has_default, count + has_default, &err);
    if (code == OK && call_given(&call, "help"))
        code = print_help(&call, &err);
    else if (code == OK && call_given(&call, "version"))
        code = printf("%s %s\n", program_name, KHIEN_VERSION) < 0 ? ERR_IO : finish_output(&err);
    else if (code == OK)
        code = run(&call, with_conf, &err);
    int status = code == OK ? STATUS_OK : complain(&call, &err);
    free(arguments);
    return status;
}
