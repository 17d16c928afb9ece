/* SPDX-License-Identifier: Apache-2.0 */
/* quarantine_take FOLDER file PATH | line PATH N TEXT | process PID: takes one, for
 * tests/cli/quarantine.t. */
#include "base/cleanup.h"
#include "base/file.h"
#include "scan/quarantine/stop.h"

#include <stdio.h>

static errcode
take_file(struct quarantine *quarantine, const char *path, uint64_t *ret, struct err *err)
{
    struct file_identity identity;
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_open(path, &fd, err);
    if (code == OK)
        code = file_identity_of(fd, path, &identity, err);
    if (code == OK)
        code = digest_fd(fd, path, &identity.sha256, err);
    return code == OK
               ? quarantine_take(quarantine, path, &identity, "Test.Sample\x1b[31m", 0, ret, err)
               : code;
}

static errcode
take_any(struct quarantine *quarantine, char **words, uint64_t *ret, struct err *err)
{
    uint64_t number = 0, started = 0;
    if (strcmp(words[0], "file") == 0)
        return take_file(quarantine, words[1], ret, err);
    if (strcmp(words[0], "line") == 0 && str_to_u64(str_of(words[2]), SIZE_MAX, &number))
        return quarantine_take_line(quarantine, words[1], number, str_of(words[3]), "Test.Line", 0,
                                    ret, err);
    if (str_to_u64(str_of(words[1]), UINT32_MAX, &number) &&
        process_started((uint32_t)number, &started))
        return quarantine_stop(quarantine, (uint32_t)number, started, NULL, "Test.Process", ret,
                               err);
    return err_set(err, ERR_USAGE, "file, line or process");
}

int
main(int argc, char **argv)
{
    struct quarantine *quarantine = NULL;
    struct err err;
    uint64_t number;
    if (argc < 4)
        return 2;
    errcode code = quarantine_open(argv[1], &quarantine, &err);
    if (code == OK)
        code = take_any(quarantine, argv + 2, &number, &err);
    if (code != OK)
        fprintf(stderr, "%s\n", err.text);
    quarantine_close(quarantine);
    return code == OK ? 0 : 1;
}
