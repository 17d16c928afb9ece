/* SPDX-License-Identifier: Apache-2.0 */
/* TLSH: digests of made-up lists of names, computed by the algorithm's JavaScript port (npm's tlsh
 * 1.0.8, which writes neither the version nor capitals of its own). */
#include "base/buf.h"
#include "base/tap.h"
#include "scan/modules/tlsh.h"

static void
digest(str content, size_t step, char out[TLSH_TEXT])
{
    struct tlsh tlsh = TLSH;
    for (size_t i = 0; i < content.n; i += step) {
        str rest = str_from(content, i);
        tlsh_add(&tlsh, (str){rest.p, rest.n < step ? rest.n : step});
    }
    tlsh_format(&tlsh, out);
}

static void
check_names(size_t size, const char *expected)
{
    char whole[TLSH_TEXT], pieces[TLSH_TEXT];
    struct buf names = BUF(1 << 20);
    for (size_t i = 0; names.n < size; i++)
        buf_printf(&names, "name%zu,", i * i * 7919 % 10007);
    str content = {names.p, size};
    digest(content, size, whole);
    digest(content, 3, pieces);
    tap_eq_z(whole, expected, "%zu bytes", size);
    tap_eq_z(pieces, expected, "the same in pieces");
    buf_clear(&names);
}

static void
check_none(str content, const char *why)
{
    char out[TLSH_TEXT];
    digest(content, 7, out);
    tap_eq_z(out, "", "%s", why);
}

int
main(void)
{
    static char zeros[100000];
    check_names(600, "T1B0F054E139E3B95A535F00038399845440CF255F11077DF75263BF397D8452EBF6A056");
    check_names(700, "T127013CD139E3BA5A535F010343EA844441CF26AF11037DE75262BF7A3D8452EBF6A056");
    check_names(3000, "T11C51D1E23EE3B95B531B080783EAC40445DF65AB31473DE34212BF79794455CBFA606A");
    check_names(5000, "T190A1B4E23EE3B46A631A040783EAC40485DF55AB32573DF35212BF78794444CBFAA06B");
    check_none(STR(""), "nothing has no digest");
    check_none(STR("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"), "49 bytes have none");
    check_none((str){zeros, sizeof zeros}, "nor have bytes that are all the same");
    return tap_done();
}
