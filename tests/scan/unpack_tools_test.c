/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that other programs make, compared with what other programs take out of them. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "oracle.h"
#include "tests/scan/unpacked.h"

enum { FILE_MAX = 1 << 30 };

static struct arena arena;

static str
shell(const char *script)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    return program_output(&arena, arguments);
}

static void
read_archive(struct unpacked *all, const struct unpack_options *options, const char *folder,
             const char *name)
{
    char path[PATH_TEXT];
    struct buf data = {0};
    struct err err = {0};
    if (path_join(path, folder, name, &err) == OK)
        tap_no_err(file_read(path, FILE_MAX, &data, &err), &err, "%s is there", name);
    unpacked_read(all, options, buf_view(&data), name);
    buf_clear(&data);
}

#define NSIS(method, name)                                                                         \
    {                                                                                              \
        "makensis", name, "nsis",                                                                  \
            "printf 'SetCompressor " method "\\nName t\\nOutFile " name                            \
            "\\nInstallDir $TEMP\\nSection\\nSetOutPath $INSTDIR\\nFile in/f1\\nFile "             \
            "in/f2\\nFile in/f3"                                                                   \
            "\\nSectionEnd\\n' >a.nsi && makensis -V1 a.nsi",                                      \
            1                                                                                      \
    } /* the same file is in it once */
/* A zip file by the method whose number is NUMBER, of what PROGRAM makes of in/f1. */
#define ZIP_OF(program, number)                                                                    \
    "python3 -c 'import struct, subprocess, zlib\n"                                                \
    "text = open(\"in/f1\", \"rb\").read()\n"                                                      \
    "packed = subprocess.run([\"" program "\", \"-c\", \"in/f1\"], stdout=-1).stdout\n"            \
    "head = struct.pack(\"<HHHHIIIHH\", 0, " number                                                \
    ", 0, 0, zlib.crc32(text), len(packed), len(text), 2, 0)\n"                                    \
    "local = b\"PK\\3\\4\" + struct.pack(\"<H\", 63) + head + b\"f1\" + packed\n"                  \
    "entry = b\"PK\\1\\2\" + struct.pack(\"<HH\", 63, 63) + head + bytes(14) + b\"f1\"\n"          \
    "end = b\"PK\\5\\6\" + struct.pack(\"<HHHHIIH\", 0, 0, 1, 1, len(entry), len(local), 0)\n"     \
    "open(\"" program number ".zip\", \"wb\").write(local + entry + end)'"
static const struct {
    const char *program, *name, *kind, *script;
    uint64_t least; /* members with the test file */
    bool own;       /* read without the library of archives too */
} archives[] = {
    {"7z", "a.7z", "7z", "7z a a.7z in", 2, true},
    {"7z", "solid.7z", "7z", "7z a -ms=on -m0=lzma2 solid.7z in", 2, true},
    {"7z", "deflate.7z", "7z", "7z a -m0=Deflate deflate.7z in", 2, true},
    {"7z", "copy.7z", "7z", "7z a -m0=Copy copy.7z in", 2, true},
    {"7z", "delta.7z", "7z", "7z a -m0=Delta:4 -m1=LZMA delta.7z in", 2, true},
    {"7z", "x86.7z", "7z", "7z a -m0=BCJ -m1=LZMA x86.7z in /bin/true", 2, true},
    {"7z", "ppmd.7z", "7z", "7z a -m0=PPMd ppmd.7z in", 2, true},
    {"7z", "lzma.zip", "zip", "7z a -mm=LZMA lzma.zip in", 2, true},
    {"7z", "deflate64.zip", "zip", "7z a -mm=Deflate64 deflate64.zip in", 2, true},
    {"python3", "zstd93.zip", "zip", ZIP_OF("zstd", "93"), 1, true},
    {"python3", "zstd20.zip", "zip", ZIP_OF("zstd", "20"), 1, true},
    {"python3", "xz95.zip", "zip", ZIP_OF("xz", "95"), 1, true},
    {"zip", "a.zip", "zip", "zip -r a.zip in", 2},
    {"zip", "stored.zip", "zip", "zip -0 -r stored.zip in", 2},
    {"zip", "bzip2.zip", "zip", "zip -Z bzip2 -r bzip2.zip in", 2, true},
    {"zip", "stream.zip", "zip", "(cd in && cat f1 | zip - - >../stream.zip)", 1},
    {"tar", "gnu.tar", "tar", "tar --format=gnu -cf gnu.tar in", 2},
    {"tar", "pax.tar", "tar", "tar --format=pax -cf pax.tar in", 2},
    {"tar", "a.tar.gz", "gzip", "tar -czf a.tar.gz in", 2},
    {"tar", "a.tar.bz2", "bzip2", "tar -cjf a.tar.bz2 in", 2, true},
    {"xz", "a.tar.xz", "xz", "tar -cf - in | xz >a.tar.xz", 2, true},
    {"zstd", "a.tar.zst", "zstd", "tar -cf - in | zstd >a.tar.zst", 2, true},
    {"lzma", "f1.lzma", "lzma", "lzma -k -c in/f1 >f1.lzma", 1, true},
    {"gzip", "f1.gz", "gzip", "gzip -c in/f1 >f1.gz", 1},
    {"zstd", "f1.zst", "zstd", "zstd -c in/f1 >f1.zst", 1, true},
    {"ar", "a.a", "ar", "ar rc a.a in/f1 in/f2", 2, true},
    {"bsdtar", "bsd.a", "ar",
     "cp in/f1 in/f1_whose_name_is_long && bsdtar --format=arbsd -cf bsd.a "
     "in/f1 in/f1_whose_name_is_long in/f2 && rm in/f1_whose_name_is_long",
     3, true},
    {"bsdtar", "a.cpio", "cpio", "bsdtar --format=newc -cf a.cpio in", 2, true},
    {"bsdtar", "binary.cpio", "cpio", "bsdtar --format=bin -cf binary.cpio in", 2, true},
    {"bsdtar", "odc.cpio", "cpio", "bsdtar --format=odc -cf odc.cpio in", 2, true},
    {"dpkg-deb", "a.deb", "ar",
     "mkdir -p p/DEBIAN && cp in/f1 in/f2 p/ && printf 'Package: "
     "a\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: a\\n' "
     ">p/DEBIAN/control && dpkg-deb -Zzstd -b p a.deb",
     2, true},
    {"genisoimage", "a.iso", "iso", "genisoimage -J -R -o a.iso in", 2, true},
    {"gcab", "a.cab", "cab", "gcab -c a.cab in/f1 in/f2", 2, true},
    {"chmcmd", "a.chm", "chm",
     "(echo '[OPTIONS]'; echo Compiled file=a.chm; echo '[FILES]'; echo in/f1; echo in/f2; echo "
     "in/f3) >a.hhp && chmcmd --no-html-scan a.hhp",
     2},
    NSIS("lzma", "lzma.exe"),
    NSIS("/SOLID lzma", "solid_lzma.exe"),
    NSIS("zlib", "zlib.exe"),
    NSIS("/SOLID zlib", "solid_zlib.exe"),
    {"lcab", "l.cab", "cab", "lcab in/f1 in/f2 l.cab", 2, true},
    {"jlha", "a.lzh", "lha", "jlha a a.lzh in", 2, true},
    {"arj", "a.arj", "arj", "arj a -r a.arj in", 2},
    {"arj", "fast.arj", "arj", "arj a -r -m4 fast.arj in", 2},
    {"rar", "a.rar", "rar", "rar a a.rar in", 2},
};

/* What our own reader gives is what the library gave. */
static void
test_own(const struct unpacked *library, const char *folder, const char *name)
{
    struct unpacked own = {0};
    read_archive(&own, &(struct unpack_options){.without_library = true}, folder, name);
    unpacked_expect(&own,
                    own.skip_count == 0 && own.count == library->count &&
                        str_eq(buf_view(&own.text), buf_view(&library->text)),
                    "the same without the library");
    unpacked_clear(&own);
}

static void
test_archives(const char *folder)
{
    struct unpacked all = {0};
    for (size_t i = 0; i < sizeof archives / sizeof *archives; i++) {
        char script[2 * PATH_TEXT], why[128];
        if (!program_exists(archives[i].program)) {
            snprintf(why, sizeof why, "%s: %s is not installed", archives[i].name,
                     archives[i].program);
            tap_skip(why);
            continue;
        }
        snprintf(script, sizeof script, "cd '%s' && %s", folder, archives[i].script);
        shell(script);
        read_archive(&all, NULL, folder, archives[i].name);
        bool passed = all.eicar_count >= archives[i].least && all.skip_count == 0 &&
                      str_find(buf_view(&all.members), str_of(archives[i].kind)) != SIZE_MAX;
        if (!tap_ok(passed, "%s", archives[i].name))
            tap_note("%.*s%.*s", STR_ARG(buf_view(&all.members)), STR_ARG(buf_view(&all.skips)));
        if (archives[i].own)
            test_own(&all, folder, archives[i].name);
    }
    unpacked_clear(&all);
}

/* The bytes of members are those that unzip and tar write. */
static void
compare(const char *folder, const char *name, const char *script)
{
    char whole[2 * PATH_TEXT];
    struct unpacked all = {0};
    snprintf(whole, sizeof whole, "cd '%s' && %s", folder, script);
    str want = shell(whole);
    read_archive(&all, NULL, folder, name);
    tap_ok(want.n > 100000 && str_eq(buf_view(&all.text), want), "%s: as \"%s\"", name, script);
    unpacked_clear(&all);
}

/* PPMd's model begins anew when its memory is full; libarchive 3.6 then reads no further. */
static void
test_small_memory(const char *folder)
{
    char script[2 * PATH_TEXT];
    struct unpacked own = {0};
    if (!program_exists("7z")) {
        tap_skip("PPMd with little memory: 7z is not installed");
        return;
    }
    snprintf(script, sizeof script,
             "cd '%s' && 7z a -m0=PPMd:mem=100k:o=32 small.7z in /bin/true >/dev/null && "
             "7z x -so small.7z",
             folder);
    str want = shell(script);
    read_archive(&own, &(struct unpack_options){.without_library = true}, folder, "small.7z");
    tap_ok(want.n > 100000 && own.skip_count == 0 && str_eq(buf_view(&own.text), want),
           "PPMd with little memory: as 7z has it");
    unpacked_clear(&own);
}

static void
test_encrypted(const char *folder)
{
    char script[2 * PATH_TEXT];
    struct unpacked all = {0};
    snprintf(script, sizeof script,
             "cd '%s' && zip -P secret e.zip in/f1 && "
             "7z a -psecret -mhe=on h.7z in/f1; 7z a -psecret e.7z in/f1; "
             "7z a -psecret -mem=AES256 aes.zip in/f1",
             folder);
    shell(script);
    static const char *const names[] = {"e.zip", "h.7z", "e.7z", "aes.zip"};
    for (size_t i = 0; i < 8; i++) {
        if (i % 4 && !program_exists("7z")) {
            tap_skip("encrypted archives: 7z is not installed");
            continue;
        }
        read_archive(&all, &(struct unpack_options){.without_library = i >= 4}, folder,
                     names[i % 4]);
        unpacked_expect(&all, unpacked_told(&all, " encrypted ") && all.count == 0, names[i % 4]);
    }
    unpacked_clear(&all);
}

/* 70 MB of zeros in each: no more is made than two members may have (a tar is one too), and that or
 * the ratio is told. Twice, the second time without the library, where that makes a difference. */
static void
test_bombs(const char *folder)
{
    static const struct {
        const char *program, *name, *script;
    } bombs[] = {
        {"gzip", "zeros.gz", "gzip -k zeros"},
        {"bzip2", "zeros.bz2", "bzip2 -k zeros"},
        {"xz", "zeros.xz", "xz -0 -k zeros"},
        {"lzma", "zeros.lzma", "lzma -0 -k zeros"},
        {"zstd", "zeros.zst", "zstd -q -k zeros"},
        {"7z", "zeros.7z", "7z a -mx=1 zeros.7z zeros"},
        {"7z", "zeros.zip", "7z a -mx=1 zeros.zip zeros"},
        {"gcab", "zeros.cab", "gcab -c -z zeros.cab zeros"},
        {"tar", "zeros.tgz", "tar -czf zeros.tgz zeros"},
    };
    char script[2 * PATH_TEXT];
    struct unpacked all = {0};
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        if (!program_exists(bombs[i].program)) {
            tap_skip(bombs[i].name);
            continue;
        }
        snprintf(script, sizeof script, "cd '%s' && head -c 70000000 /dev/zero >zeros && %s",
                 folder, bombs[i].script);
        shell(script);
        for (int own = 0; own < 2; own++) {
            read_archive(&all, &(struct unpack_options){.without_library = own}, folder,
                         bombs[i].name);
            bool is_told = unpacked_told(&all, " ratio ") || unpacked_told(&all, " member ") ||
                           (own && unpacked_told(&all, " unknown "));
            unpacked_expect(&all, is_told && all.bytes <= 128 << 20, bombs[i].name);
        }
    }
    unpacked_clear(&all);
}

/* A file of 4 GiB without content, an archive behind it; and a tar of such a file. */
static void
test_sparse(const char *folder)
{
    char script[2 * PATH_TEXT], path[PATH_TEXT];
    struct unpacked all = {0};
    struct file_map map;
    snprintf(script, sizeof script,
             "cd '%s' && truncate -s 4G big && cat a.zip >>big && truncate -s 4G hole && cat in/f1 "
             ">>hole && tar -Scf hole.tar hole && tar -Sczf hole.tgz hole",
             folder);
    shell(script);
    if (path_join(path, folder, "big", NULL) != OK || file_map_open(path, &map, NULL) != OK) {
        tap_skip("4 GiB: they cannot be mapped");
        return;
    }
    unpacked_read(&all, NULL, map.bytes, "big.zip");
    unpacked_expect(&all, all.eicar_count >= 2 && all.skip_count == 0, "behind 4 GiB of nothing");
    file_map_close(&map);
    static const char *const names[] = {"hole.tar", "hole.tgz"};
    for (size_t i = 0; i < 2; i++) {
        read_archive(&all, NULL, folder, names[i]);
        unpacked_expect(&all, all.eicar_count > 0 || all.skip_count > 0, names[i]);
    }
    unpacked_clear(&all);
}

static void
test_many(const char *folder)
{
    char script[2 * PATH_TEXT];
    struct unpacked all = {0};
    snprintf(script, sizeof script,
             "cd '%s' && python3 -c 'import zipfile\nz = zipfile.ZipFile(\"many.zip\", \"w\")\n"
             "for i in range(100000): z.writestr(str(i), \"text\")\nz.close()'",
             folder);
    if (!program_exists("python3")) {
        tap_skip("100,000 members: python3 is not installed");
        return;
    }
    shell(script);
    read_archive(&all, NULL, folder, "many.zip");
    tap_eq_i64(all.count, 100000, "all of 100,000 members, by zip64");
    tap_eq_i64(all.skip_count, 0, "nothing else of them is told");
    unpacked_clear(&all);
}

int
main(void)
{
    const char *folder = tap_folder("unpack");
    char script[4 * PATH_TEXT];
    snprintf(script, sizeof script,
             "mkdir -p '%s/in/deep' && cd '%s/in' && printf '%%s' '%s' >f1 && cp f1 deep/ && "
             "head -c 100000 /dev/zero | od -v >f3 && mv deep/f1 f2",
             folder, folder, "EICAR");
    shell(script);
    char path[PATH_TEXT];
    for (unsigned i = 1; i <= 2; i++) {
        char name[16];
        snprintf(name, sizeof name, "in/f%u", i);
        if (path_join(path, folder, name, NULL) == OK)
            file_replace(path, eicar(), NULL);
    }
    test_archives(folder);
    compare(folder, "a.zip", "unzip -p a.zip");
    compare(folder, "bzip2.zip", "unzip -p bzip2.zip");
    compare(folder, "deflate64.zip", "unzip -p deflate64.zip");
    compare(folder, "pax.tar", "tar -xOf pax.tar");
    compare(folder, "a.tar.gz", "tar -xOf a.tar.gz");
    compare(folder, "a.tar.xz", "tar -xOf a.tar.xz");
    test_small_memory(folder);
    test_encrypted(folder);
    test_many(folder);
    test_bombs(folder);
    test_sparse(folder);
    arena_clear(&arena);
    return tap_done();
}
