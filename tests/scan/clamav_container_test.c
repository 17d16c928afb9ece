/* SPDX-License-Identifier: Apache-2.0 */
/* Members of archives: what a ZIP file lists, and whether a signature describes it. */
#include "base/buf.h"
#include "base/tap.h"
#include "scan/clamav/clamav.h"

static struct buf told = BUF(1 << 10);

static bool
name_matches(void *context, str regex, str name)
{
    *(int *)context += 1;
    return str_find(name, regex) != SIZE_MAX;
}

static void
test_matching(void)
{
    const struct clamav_range any = {.any = true};
    struct clamav_container signature = {.type = STR("CL_TYPE_ZIP"),
                                         .name_regex = STR("eicar"),
                                         .container_size = any,
                                         .packed_size = {.min = 60, .max = 70},
                                         .real_size = {.min = 68, .max = 68},
                                         .position = {.min = 1, .max = 1},
                                         .encrypted = 0,
                                         .has_crc = true,
                                         .crc = 0x6851cf3c};
    struct clamav_member member = {.type = STR("CL_TYPE_ZIP"),
                                   .packed_size = 68,
                                   .real_size = 68,
                                   .position = 1,
                                   .crc = 0x6851cf3c,
                                   .name = STR("eicar.com")};
    int asked = 0;
#define MATCHES(m) clamav_container_matches(&signature, &(m), name_matches, &asked)
    tap_ok(MATCHES(member), "the member described");
    struct clamav_member other = member;
    other.type = STR("CL_TYPE_RAR");
    tap_ok(!MATCHES(other), "another archive");
    other = member;
    other.crc++;
    tap_ok(!MATCHES(other), "another checksum");
    signature.type = (str){0};
    other.type = STR("CL_TYPE_7Z");
    tap_ok(MATCHES(other), "no checksum outside of ZIP and RAR");
    other = member;
    other.is_encrypted = true;
    tap_ok(!MATCHES(other), "an encrypted member");
    signature.encrypted = -1;
    tap_ok(MATCHES(other), "either");
    other.packed_size = 59;
    tap_ok(!MATCHES(other), "smaller");
    other.packed_size = 71;
    tap_ok(!MATCHES(other), "larger");
    other = member;
    other.position = 2;
    tap_ok(!MATCHES(other), "elsewhere");
    tap_eq_i64(asked, 3, "names are compared last");
    other = member;
    other.name = STR("x");
    tap_ok(!MATCHES(other), "another name");
#undef MATCHES
}

static bool
add_member(void *context, const struct clamav_member *member)
{
    buf_printf(&told, "%llu %.*s %llu %llu %08x %d\n", (unsigned long long)member->position,
               STR_ARG(member->name), (unsigned long long)member->packed_size,
               (unsigned long long)member->real_size, member->crc, member->is_encrypted);
    return --*(int *)context > 0;
}

/* Two members by hand, as an archive's end has them (APPNOTE.TXT). */
static void
test_zip(void)
{
    enum { ENTRY = 46, END = 22, NAME = 3 };
    uint8_t zip[8 + 2 * (ENTRY + NAME) + END + 5] = {0};
    uint8_t *p = zip + 8;
    for (int i = 0; i < 2; i++, p += ENTRY + NAME) {
        memcpy(p, "PK\1\2", 4);
        p[8] = (uint8_t)i; /* encrypted */
        p[16] = 0x10;      /* CRC */
        p[20] = 5;         /* packed */
        p[24] = 9;         /* real */
        p[28] = NAME;
        memcpy(p + ENTRY, i ? "two" : "one", NAME);
    }
    memcpy(p, "PK\5\6", 4);
    p[8] = p[10] = 2;
    p[12] = 2 * (ENTRY + NAME);
    p[20] = 5; /* a comment */
    str data = {(const char *)zip, sizeof zip};
    int left = 9;
    buf_reset(&told);
    tap_ok(clamav_zip_each(data, add_member, &left), "a directory is read");
    tap_eq_str(buf_view(&told), STR("1 one 5 9 00000010 0\n2 two 5 9 00000010 1\n"), "its members");
    left = 1;
    buf_reset(&told);
    tap_ok(clamav_zip_each(data, add_member, &left), "and no more than asked for");
    tap_eq_str(buf_view(&told), STR("1 one 5 9 00000010 0\n"), "one member");
    for (size_t n = 0; n < data.n; n++) {
        left = 9;
        if (clamav_zip_each((str){data.p, n}, add_member, &left))
            tap_ok(false, "cut to %zu bytes it is no archive", n);
    }
    p[10] = 3;
    tap_ok(!clamav_zip_each(data, add_member, &left), "split archives are not read");
    p[8] = 3;
    tap_ok(!clamav_zip_each(data, add_member, &left), "more members than there are");
    p[8] = p[10] = 2;
    p[15] = 1;
    tap_ok(!clamav_zip_each(data, add_member, &left), "a directory larger than the file");
}

int
main(void)
{
    test_matching();
    test_zip();
    buf_clear(&told);
    return tap_done();
}
