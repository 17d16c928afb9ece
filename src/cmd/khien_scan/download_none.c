/* SPDX-License-Identifier: Apache-2.0 */
/* The small program is without a network: a browser fetches, and a file or a USB stick brings. */
#include "cmd/download.h"

errcode
download(const struct download *what, int fd, struct downloaded *ret, struct err *err)
{
    (void)fd;
    (void)ret;
    return err_set(err, ERR_UNSUPPORTED,
                   "this program does not use the network: fetch the pack below %s with a browser, "
                   "then name the file with --from",
                   what->url);
}
