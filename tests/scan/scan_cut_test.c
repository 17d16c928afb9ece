/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is cut while it is scanned is an error of its scan. */
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "rules_of.h"

static void
cut_file(void *context, str line)
{
    (void)line;
    tap_eq_i64(truncate(context, 4096), 0, "the file is cut while it is judged");
}

static void
test_cut_file(void)
{
    char path[PATH_TEXT];
    struct scan_rules *rules =
        rules_of(STR("import \"console\" rule r { condition: filesize > 3000000 and "
                     "console.log(\"x\") and uint8(2900000) == 0 }"));
    struct scan_options options = {.console = cut_file, .context = path};
    struct err err;
    require(path_join(path, tap_folder("scan"), "file", NULL) == OK);
    FILE *file = fopen(path, "wb");
    require(file && fseek(file, 4000000, SEEK_SET) == 0 && fputc(0, file) == 0 &&
            fclose(file) == 0);
    struct scan *scan = scan_new(rules, &options);
    tap_eq_i64(scan_file(scan, path, &err), ERR_IO, "a file that shrinks is an error");
    tap_ok(!scan_holds(scan, 0), "and no detection");
    scan_free(scan);
    scan_rules_free(rules);
}

int
main(void)
{
    test_cut_file();
    return tap_done();
}
