/* SPDX-License-Identifier: Apache-2.0 */
/* A pack with bytes changed: the input is a list of edits of a right file, four bytes each (place,
 * what is XORed there), and its checksum is made right again. Whatever opens must be safe to scan
 * with and to ask. What is veiled is changed as well: XOR passes through the veil. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "rules_text.h"
#include "scan/scan.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDIT = 4, CHECKSUM = 16 };

static const struct {
    const char *path, *content;
} inputs[] = {
    {"a.yar", fuzz_rules},
    {"a.ndb", "Test.Body:0:*:6e6565646c65*6861\n"},
    {"a.sha256", "c3ab8ff13720e8ad9047dd39466b3c8974e592c2fa383d4a3960714caef0c4f2  one\n"
                 "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae  two\n"
                 "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9\n"},
    {"a.hdb", "d41d8cd98f00b204e9800998ecf8427e:6:Three\n900150983cd24fb0d6963f7d28e17f72:577:F\n"},
    {"a.mdb", "512:900150983cd24fb0d6963f7d28e17f72:Section\n"},
    {"a.imp", "900150983cd24fb0d6963f7d28e17f72:7:Imports\n"},
    {"a.fp", "900150983cd24fb0d6963f7d28e17f72:9:Good\n"},
    {"a.cdb", "Member:CL_TYPE_ZIP:*:^e.*com$:*:*:*:1:*:*\n"},
    {"a.names", "*.scr\tscreen saver\n/^c:.temp/\n"},
    {"a.c2", "bad.example\tbot\n192.0.2.0/24\n2001:db8::1\nhxxp://bad[.]example/x\tpage\n"},
};

static struct buf
make_right(void)
{
    const char *temp = getenv("TMPDIR");
    char path[PATH_TEXT];
    struct pack_build_options options = {0};
    struct pack_build *build = pack_build_new(&options);
    struct pack_write_options writing = {.version = 3};
    struct buf right;
    struct err err;
    require(pack_build_define(build, STR("outside"), STR("5"), &err) == OK);
    require(pack_build_define(build, STR("word"), STR("word"), &err) == OK);
    require(pack_build_define(build, STR("share"), STR("0.5"), &err) == OK);
    require(pack_build_define(build, STR("flag"), STR("true"), &err) == OK);
    for (enum pack_pass pass = 0; pass < PACK_PASSES; pass++)
        for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
            struct pack_input input = {inputs[i].path, inputs[i].path, str_of(inputs[i].content)};
            if (pack_build_wants(pass, input.path))
                require(pack_build_read(build, pass, &input, &err) == OK);
        }
    require(pack_build_counts(build).refused == 0);
    snprintf(path, sizeof path, "%s/pack-fuzz-%ld.pack", temp ? temp : "/tmp", (long)getpid());
    require(pack_build_write(build, path, &writing, &err) == OK);
    require(file_read(path, 64 << 20, &right, &err) == OK);
    unlink(path);
    pack_build_free(build);
    return right;
}

/* The file goes through a descriptor without a disk behind it, and is changed in place. */
struct target {
    char path[64];
    struct buf right;
    char *bytes;
};

static void
target_open(struct target *target)
{
    target->right = make_right();
    int fd = memfd_create("pack", MFD_CLOEXEC);
    size_t n = target->right.n;
    require(fd >= 0 && ftruncate(fd, (off_t)n) == 0);
    target->bytes = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    require(target->bytes != MAP_FAILED);
    snprintf(target->path, sizeof target->path, "/proc/self/fd/%d", fd);
}

static unsigned long
look_at(const struct pack_listed *listed)
{
    return str_is_utf8(listed->name) + str_is_utf8(listed->source);
}

static void
found_name(void *context, const struct pack_listed *listed)
{
    *(unsigned long *)context += look_at(listed);
}

static unsigned long
ask(const struct pack *pack)
{
    static const char *const addresses[] = {"192.0.2.7", "198.51.100.1", "2001:db8::1", "::1"};
    struct arena arena = ARENA;
    struct pack_listed listed;
    unsigned long sum = 0;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        ip address;
        require(ip_parse(str_of(addresses[i]), &address));
        if (pack_find_address(pack, address, &arena, &listed))
            sum += look_at(&listed);
    }
    if (pack_find_domain(pack, STR("www.bad.example"), &arena, &listed))
        sum += look_at(&listed);
    if (pack_find_url(pack, STR("http://bad.example/x"), &arena, &listed))
        sum += look_at(&listed);
    for (size_t i = 0; i < pack_source_count(pack); i++)
        sum += str_is_utf8(pack_source_at(pack, i).path);
    sum += pack_info(pack).counts.rules;
    arena_clear(&arena);
    return sum;
}

static void
use(struct scan_rules *rules)
{
    static const char *const contents[] = {"foobar", "foo", "nothing"};
    struct scan_options options = {.every_match = true, .timeout_seconds = 5};
    struct scan *scan = scan_new(rules, &options);
    struct pack_source source;
    struct err err;
    unsigned long sum = ask(scan_rules_pack(rules));
    scan_data(scan, (str){fuzz_data, sizeof fuzz_data - 1}, &err);
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        scan_data(scan, str_of(contents[i]), &err);
        for (size_t k = 0; k < scan_listed_count(scan); k++) {
            struct pack_listed listed = scan_listed_at(scan, k);
            sum += look_at(&listed);
        }
    }
    scan_file_name(scan, STR("c:\\temp\\a.scr"), found_name, &sum);
    for (size_t i = 0; i < scan_rule_count(rules); i++)
        if (pack_source_of_rule(scan_rules_pack(rules), i, &source))
            sum += str_is_utf8(source.path);
    __asm__ volatile("" : : "r"(sum));
    scan_free(scan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct target target;
    struct pack_options options = {0};
    struct scan_rules *rules;
    if (!target.bytes)
        target_open(&target);
    size_t n = target.right.n - CHECKSUM;
    memcpy(target.bytes, target.right.p, n);
    for (size_t at = 0; size - at >= EDIT; at += EDIT) {
        size_t place = ((size_t)data[at] << 16 | (size_t)data[at + 1] << 8 | data[at + 2]) % n;
        target.bytes[place] = (char)(target.bytes[place] ^ data[at + 3]);
    }
    struct checksum checksum = checksum_of((str){target.bytes, n});
    const uint64_t trailer[2] = {checksum.high, checksum.low};
    memcpy(target.bytes + n, trailer, sizeof trailer);
    if (scan_pack_open(target.path, &options, &rules, NULL) == OK) {
        use(rules);
        scan_rules_free(rules);
    }
    return 0;
}
