/* SPDX-License-Identifier: Apache-2.0 */
/* Unwrapped bytes: memory first, then a temporary file without a name. */
#include "intel/container_output.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

enum { IN_MEMORY = 16 << 20 };

void
output_init(struct output *output, struct output_budget *budget)
{
    *output = (struct output){.budget = budget, .memory = BUF(IN_MEMORY), .fd = -1};
}

static errcode
open_temp(const char *folder, int *ret_fd, struct err *err)
{
    if (!folder || !folder[0])
        folder = getenv("TMPDIR");
    if (!folder || !folder[0])
        folder = "/tmp";
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        char path[PATH_TEXT];
        errcode code = path_join(path, folder, "khien-XXXXXX", err);
        if (code != OK)
            return code;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return err_set_errno(err, "cannot create a temporary file in %s", folder);
    *ret_fd = fd;
    return OK;
}

static errcode
spill(struct output *output, struct err *err)
{
    errcode code = open_temp(output->budget->temp_folder, &output->fd, err);
    if (code == OK)
        code = file_write_fd(output->fd, buf_view(&output->memory), "a temporary file", err);
    buf_clear(&output->memory);
    return code;
}

errcode
output_write(struct output *output, str bytes, struct err *err)
{
    if (bytes.n > output->budget->left)
        return err_set(err, ERR_LIMIT,
                       "it unpacks to more than %d times the size of the file; such files are "
                       "made to fill disks and are refused",
                       LIMIT_EXPANSION_RATIO);
    output->budget->left -= bytes.n;
    output->size += bytes.n;
    if (output->size > LIMIT_FEED_BYTES)
        return err_set(err, ERR_LIMIT, "it unpacks to more than the %zu bytes allowed",
                       LIMIT_FEED_BYTES);
    if (output->fd < 0 && output->size > IN_MEMORY) {
        errcode code = spill(output, err);
        if (code != OK)
            return code;
    }
    if (output->fd >= 0)
        return file_write_fd(output->fd, bytes, "a temporary file", err);
    buf_str(&output->memory, bytes);
    return OK;
}

errcode
output_finish(struct output *output, str *ret, struct err *err)
{
    if (output->fd < 0) {
        *ret = output->memory.p ? buf_view(&output->memory) : STR("");
        return OK;
    }
    void *p = mmap(NULL, output->size, PROT_READ, MAP_PRIVATE, output->fd, 0);
    if (p == MAP_FAILED)
        return err_set_errno(err, "cannot map a temporary file");
    output->map.bytes = (str){p, output->size};
    *ret = output->map.bytes;
    return OK;
}

void
output_clear(struct output *output)
{
    buf_clear(&output->memory);
    file_map_close(&output->map);
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
}
