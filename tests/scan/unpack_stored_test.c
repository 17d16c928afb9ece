/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that other programs made of one text, stored for the fuzz targets: the text comes out
 * of each by our own readers, on every system; and what is cut or damaged is told. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/tap.h"
#include "tests/scan/unpacked.h"

#define FOLDER "tests/fuzz/corpus"
enum { FILE_MAX = 1 << 20, NUMBERS = 2000 };

static const struct {
    const char *name;
    unsigned times; /* that the text is in it */
    bool has_sum;
} stored[] = {
    {"stream/t.zst", 1, true},
    {"stream/skip.zst", 1, true},
    {"stream/t.tar.zst", 2, true},
    {"zip_method/bzip2.zip", 1, true},
    {"zip_method/lzma.zip", 1, true},
    {"zip_method/xz.zip", 1, true},
    {"zip_method/zstd.zip", 1, true},
    {"zip_method/d64.zip", 1, true},
    {"zip_method/d64_long.zip", 3, true},
    {"zip_method/implode.zip", 1, true},
    {"zip_method/implode_large.zip", 1, true},
    {"cpio/bin.cpio", 1},
    {"cpio/big.cpio", 1},
    {"cpio/odc.cpio", 1},
    {"cpio/newc.cpio", 1},
    {"cpio/crc.cpio", 1, true},
    {"cpio/two.cpio", 2},
    {"ar/gnu.a", 2},
    {"ar/bsd.a", 1},
    {"lha/level0_lh5.lzh", 1, true},
    {"lha/level0_lh7.lzh", 1, true},
    {"lha/level1_lh5.lzh", 1, true},
    {"lha/level1_lh7.lzh", 1, true},
    {"lha/level2_lh5.lzh", 1, true},
    {"lha/level2_lh7.lzh", 1, true},
    {"lha/level3_lh5.lzh", 1, true},
    {"lha/lh6.lzh", 1, true},
    {"lha/stored.lzh", 2, true},
    {"arj/m0.arj", 1, true},
    {"arj/m1.arj", 1, true},
    {"arj/m2.arj", 1, true},
    {"arj/m3.arj", 1, true},
    {"arj/m4.arj", 1, true},
};

/* What was asked of seq. */
static void
make_text(struct buf *out)
{
    for (unsigned i = 1; i <= NUMBERS; i++)
        buf_printf(out, "%u\n", i);
}

static void
read_stored(struct buf *out, const char *name)
{
    char path[PATH_TEXT];
    struct err err = {0};
    buf_clear(out);
    if (path_join(path, FOLDER, name, &err) == OK)
        tap_no_err(file_read(path, FILE_MAX, out, &err), &err, "%s is there", name);
}

static void
read_own(struct unpacked *all, str data, const char *name)
{
    unpacked_read(all, &(struct unpack_options){.without_library = true}, data, path_base(name));
}

/* Cut at many places: nothing is lost in silence, and what is given is how the text begins. */
static void
check_cut(str data, str text, const char *name)
{
    struct unpacked all = {0};
    size_t silent = 0, other = 0, step = data.n / 40 + 1;
    for (size_t n = data.n - 1; n > 40; n = n > step ? n - step : 0) {
        read_own(&all, (str){data.p, n}, name);
        silent += all.skip_count == 0 && !str_eq(buf_view(&all.text), text);
        str begin = {all.text.p, all.text.n < text.n ? all.text.n : text.n};
        other += !str_starts(text, begin);
    }
    tap_ok(silent == 0 && other == 0, "%s, cut, is told; %zu are silent, %zu false", name, silent,
           other);
    unpacked_clear(&all);
}

/* With bytes changed: what is not told gives the text or, where it is not known any more, nothing.
 */
static void
check_damaged(struct buf *data, str text, const char *name)
{
    struct unpacked all = {0};
    size_t silent = 0, step = data->n / 60 + 1;
    for (size_t i = 0; i < data->n; i += step) {
        data->p[i] ^= 0x55;
        read_own(&all, buf_view(data), name);
        data->p[i] ^= 0x55;
        silent += all.skip_count == 0 && all.text.n && !str_eq(buf_view(&all.text), text);
    }
    tap_ok(silent == 0, "%s, changed, is told; %zu are not", name, silent);
    unpacked_clear(&all);
}

static void
test_stored(str text)
{
    struct unpacked all = {0};
    struct buf data = {0}, want = BUF(FILE_MAX);
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++) {
        const char *name = stored[i].name;
        buf_reset(&want);
        for (unsigned k = 0; k < stored[i].times; k++)
            buf_str(&want, text);
        read_stored(&data, name);
        read_own(&all, buf_view(&data), name);
        unpacked_expect(&all,
                        all.skip_count == 0 && str_eq(buf_view(&all.text), buf_view(&want)) &&
                            all.count && all.count <= stored[i].times,
                        name);
        check_cut(buf_view(&data), buf_view(&want), name);
        if (stored[i].has_sum)
            check_damaged(&data, buf_view(&want), name);
    }
    unpacked_clear(&all);
    buf_clear(&data);
    buf_clear(&want);
}

static void
test_told(void)
{
    static const struct {
        const char *name, *told;
    } told[] = {
        {"stream/dictionary.zst", "unknown zstd: it needs a dictionary"},
        {"lha/lh1.lzh", "unknown lha: method -lh1-"},
        {"arj/e.arj", "encrypted arj"},
        {"ar/thin.a", "unknown ar: thin: its members are files beside it"},
    };
    struct unpacked all = {0};
    struct buf data = {0};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        read_stored(&data, told[i].name);
        read_own(&all, buf_view(&data), told[i].name);
        unpacked_expect(&all, all.count == 0 && unpacked_told(&all, told[i].told), told[i].told);
    }
    unpacked_clear(&all);
    buf_clear(&data);
}

int
main(void)
{
    struct buf text = BUF(FILE_MAX);
    make_text(&text);
    test_stored(buf_view(&text));
    test_told();
    buf_clear(&text);
    return tap_done();
}
