/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan rules update: puts a pack that a browser or a USB stick brought in the place of the
 * installed one. There is no network here, and no configuration. */
#include "cmd/khien_scan/install.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "cmd/output.h"
#include "cmd/release/installed.h"

#include <inttypes.h>

enum { PACK_BYTES_MAX = 1 << 30 };

/* What is named by --from: a pack, or a folder with rules.pack in it. */
static errcode
find_source(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *from = call_option(call, "from");
    if (!from)
        return err_set(err, ERR_USAGE, "where from? --from PACK says it");
    if (strstr(from, "://"))
        return err_set(err, ERR_UNSUPPORTED,
                       "this program does not use the network: fetch rules.pack with a browser, "
                       "then name the file with --from");
    if (path_join(out, from, "rules.pack", NULL) == OK && file_exists(out))
        return OK;
    return str_copy(str_of(from), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path %s is too long", from);
}

/* What is checked is the copy that is installed. */
static errcode
copy_here(const char *from, const char *pack, char temp_path[PATH_TEXT], int *ret_fd,
          struct err *err)
{
    struct buf content = {0};
    errcode code = file_read(from, PACK_BYTES_MAX, &content, err);
    if (code == OK)
        code = file_create_temp(pack, temp_path, ret_fd, err);
    if (code == OK)
        code = file_write_fd(*ret_fd, buf_view(&content), temp_path, err);
    buf_clear(&content);
    return code;
}

static errcode
install(const struct installed *installed, const char *from, uint64_t *ret_version,
        bool *ret_current, struct err *err)
{
    char temp_path[PATH_TEXT] = "";
    uint8_t id[SHA256_BYTES];
    cleanup(cleanup_close) int fd = -1;
    bool takes = false;
    errcode code = copy_here(from, installed->pack, temp_path, &fd, err);
    if (code == OK)
        code = installed_check(installed, from, temp_path, ret_version, id, err);
    if (code == OK)
        takes = installed_takes(installed, from, *ret_version, id, ret_current, &code, err);
    if (code == OK)
        code = installed_note(installed, *ret_version, id, err);
    if (code == OK && takes)
        code = file_commit_temp(fd, temp_path, installed->pack, err);
    if ((code != OK || !takes) && temp_path[0])
        file_remove(temp_path, NULL);
    return code;
}

static errcode
locate(const struct call *call, struct installed *ret, struct err *err)
{
    return installed_locate(call_option(call, "output"), call_option(call, "public-key"), ret, err);
}

errcode
install_run(const struct call *call, struct err *err)
{
    struct installed installed = {0};
    char from[PATH_TEXT];
    uint64_t version = 0;
    bool is_current = false;
    errcode code = locate(call, &installed, err);
    if (code == OK)
        code = find_source(call, from, err);
    if (code == OK)
        code = installed_look(&installed, err);
    if (code == OK)
        code = install(&installed, from, &version, &is_current, err);
    if (code == OK)
        printf("%s: version %" PRIu64 " is %s\n", installed.pack, version,
               is_current ? "current" : "installed");
    return code;
}

errcode
install_grant(const struct call *call, struct grants *grants, struct err *err)
{
    static struct installed installed; /* its paths are kept until the sandbox is entered */
    errcode code = locate(call, &installed, err);
    if (code == OK)
        code = folder_make(installed.folder, err);
    if (code == OK)
        code = grant_write(grants, installed.folder, err);
    if (code == OK)
        code = grant_read(grants, installed.key_path, err);
    return code == OK ? grant_read(grants, call_option(call, "from"), err) : code;
}

const struct option install_options[] = {
    {"from", "PACK", NULL, "a pack, or a folder that has rules.pack", 0},
    {"public-key", "FILE", NULL, "whose signature it must have; else rules.pub beside the pack", 0},
    {"output", "PACK", NULL, "the installed pack; else the one beside the program, or the user's",
     'o'},
    {0},
};
