/* SPDX-License-Identifier: Apache-2.0 */
/* The files of Debian's clamav-testfiles, each made of one program by a format or a packer: which
 * lead to that program, or to its text. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "tests/scan/unpacked.h"

#define FOLDER "/usr/share/clamav-testfiles"
enum { FILE_MAX = 64 << 20 };

/* Those that are read. */
static const char *const found[] = {
    "clam.7z",
    "clam.bin-be.cpio",
    "clam.bin-le.cpio",
    "clam.bz2.zip",
    "clam.cab",
    "clam.exe.bz2",
    "clam.exe.html",
    "clam.exe.mbox.base64",
    "clam.exe.mbox.uu",
    "clam.exe.rtf",
    "clam.mail",
    "clam.newc.cpio",
    "clam.odc.cpio",
    "clam.ole.doc",
    "clam.pdf",
    "clam.ppt",
    "clam_cache_emax.tgz",
    "clam.exe.binhex",
    "clam.exe.szdd",
    "clam.tnef",
    "clam-upx.exe",
    "clam.tar.gz",
    "clam.zip",
    "clam.chm",
    "clam-nsis.exe",
    "clam.ea05.exe",
    "clam.ea06.exe",
    "clam.d64.zip",
    "clam.impl.zip",
    "clam.arj",
};
/* Those that are not: packers of programs whose own code would have to run, InstallShield,
 * Symbian's. */
static const char *const missed[] = {
    "clam-aspack.exe",    "clam-fsg.exe",       "clam-mew.exe",       "clam-pespin.exe",
    "clam-petite.exe",    "clam-upack.exe",     "clam-wwpack.exe",    "clam-yc.exe",
    "clam.sis",           "clam_IScab_ext.exe", "clam_IScab_int.exe", "clam_ISmsi_ext.exe",
    "clam_ISmsi_int.exe",
};

static bool
leads_to_it(str program, const char *name, struct unpacked *all)
{
    char path[PATH_TEXT];
    struct buf data = {0};
    if (path_join(path, FOLDER, name, NULL) != OK || file_read(path, FILE_MAX, &data, NULL) != OK)
        return false;
    unpacked_read(all, NULL, buf_view(&data), name);
    buf_clear(&data);
    return str_find(buf_view(&all->text), program) != SIZE_MAX;
}

int
main(void)
{
    struct buf program = {0};
    struct unpacked all = {0};
    if (file_read(FOLDER "/clam.exe", FILE_MAX, &program, NULL) != OK) {
        tap_skip("clamav-testfiles is not installed");
        return tap_done();
    }
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        tap_ok(leads_to_it(buf_view(&program), found[i], &all), "%s leads to it", found[i]);
    for (size_t i = 0; i < sizeof missed / sizeof *missed; i++) {
        bool leads = leads_to_it(buf_view(&program), missed[i], &all);
        tap_ok(!leads, "%s does not lead to it yet: %s", missed[i],
               all.skips.n ? "told" : "not told");
    }
    unpacked_clear(&all);
    buf_clear(&program);
    return tap_done();
}
