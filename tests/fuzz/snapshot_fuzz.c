/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot with bytes overwritten: the input is a list of edits of a right file, four bytes each
 * (place, value), and its checksum is made right again. Whatever opens must be safe to ask. */
#include "intel/snapshot.h"

#include "base/chunk.h"
#include "base/file.h"
#include "base/require.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDIT = 4, CHECKSUM = 16 };

static struct network_map *
some_networks(void)
{
    static const char text[] = "10.0.0.0,10.255.255.255,64500,Ten\n"
                               "10.7.0.0,10.7.0.9,64501,Ten seven\n"
                               "10.7.0.12,10.7.0.13,64503,Ten seven\n"
                               "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64502,Six\n";
    struct networks *networks = networks_new();
    struct networks_report report;
    struct network_map *map;
    struct err err;
    require(networks_read(networks, "asn", STR(text), NULL, NULL, &report, &err) == OK);
    require(network_map_new(networks, 20000, &map, &err) == OK);
    networks_free(networks);
    return map;
}

/* The right file, made once. */
static struct buf
make_right(const char *path)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    struct network_map *map = some_networks();
    uint32_t families[3];
    for (int i = 0; i < 3; i++)
        families[i] = snapshot_builder_family(builder, i ? STR("mirai") : STR("necurs"),
                                              i > 1 ? CLASS_SPAM : CLASS_INFECTED_SYSTEM);
    for (uint32_t i = 0; i < 1500; i++) /* a /16 with a bit map, and one without */
        snapshot_builder_add(builder, ip_from_v4((i < 1400 ? 0x0a070000 : 0xffff0000) + i * 3),
                             families[i % 7 == 0], 100, 100 + (day)(i % 9), 1 + i % 5);
    for (uint32_t i = 0; i < 40; i++) {
        ip addr = {UINT64_C(0x20010db800000000) + i, 0, 6};
        snapshot_builder_add(builder, addr, families[i % 3], 100, 120, 3);
        snapshot_builder_add(builder, addr, families[2], 90, 120, 3);
    }
    snapshot_builder_networks(builder, map);
    struct buf file;
    struct err err;
    require(snapshot_builder_write(builder, path, &err) == OK);
    require(file_read(path, 64 << 20, &file, &err) == OK);
    unlink(path);
    snapshot_builder_free(builder);
    network_map_free(map);
    return file;
}

static void
ask(const struct snapshot *snapshot)
{
    struct snapshot_answer answer;
    unsigned long sum = 0;
    for (uint32_t i = 0; i < 400; i++) {
        ip addr = i % 4 == 3 ? (ip){UINT64_C(0x20010db800000000) + i / 4, 0, 6}
                             : ip_from_v4((i % 4 == 2   ? 0xffff1000
                                           : i % 4 == 1 ? 0x0a070000
                                                        : i << 24) +
                                          i * 3);
        snapshot_lookup(snapshot, addr, &answer);
        require(answer.count <= SNAPSHOT_SIGHTINGS_MAX);
        require((unsigned)answer.network.kind < NETWORK_KIND_COUNT);
        sum += str_is_utf8(answer.network.name) + str_is_utf8(answer.network.isp);
        for (size_t k = 0; k < answer.count; k++)
            sum += str_is_utf8(answer.sightings[k].family);
    }
    struct network_ranges ranges = network_map_ranges(snapshot_network_map(snapshot));
    for (size_t i = 0; i < ranges.count; i++) {
        require(ranges.index[i] <= network_map_count(snapshot_network_map(snapshot)));
        sum += ranges.starts[i];
    }
    __asm__ volatile("" : : "r"(sum));
}

/* The file goes through a descriptor without a disk behind it, and is changed in place. */
struct target {
    int fd;
    char path[64];
    struct buf right;
    char *bytes;
    size_t rare_at, rare_size; /* the large and dull chunk L4DR */
};

/* Where the chunk of the directory lies, from the table of contents (docs/format-snapshot.md). */
static void
find_rare(struct target *target)
{
    for (size_t at = 24;; at += 24) {
        uint64_t place[2];
        require(at + 24 < target->right.n);
        memcpy(place, target->right.p + at + 8, sizeof place);
        if (memcmp(target->right.p + at, "L4DR", 4) == 0) {
            target->rare_at = place[0];
            target->rare_size = place[1];
            return;
        }
    }
}

/* The place that an edit means: half of them leave out the large chunk. */
static size_t
edit_place(const struct target *target, const uint8_t *edit)
{
    size_t place = (size_t)(edit[0] & 0x7f) << 16 | (size_t)edit[1] << 8 | edit[2];
    size_t n = target->right.n - CHECKSUM;
    if (!(edit[0] & 0x80))
        return place % n;
    place %= n - target->rare_size;
    return place < target->rare_at ? place : place + target->rare_size;
}

static void
target_open(struct target *target)
{
    const char *temp = getenv("TMPDIR");
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/snapshot-fuzz-%ld.snap", temp ? temp : "/tmp", (long)getpid());
    target->right = make_right(path);
    find_rare(target);
    target->fd = memfd_create("snapshot", MFD_CLOEXEC);
    require(target->fd >= 0 && ftruncate(target->fd, (off_t)target->right.n) == 0);
    target->bytes = mmap(NULL, target->right.n, PROT_READ | PROT_WRITE, MAP_SHARED, target->fd, 0);
    require(target->bytes != MAP_FAILED);
    memcpy(target->bytes, target->right.p, target->right.n);
    snprintf(target->path, sizeof target->path, "/proc/self/fd/%d", target->fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct target target = {.fd = -1};
    if (target.fd < 0)
        target_open(&target);
    size_t n = target.right.n - CHECKSUM;
    for (size_t i = 0; i + EDIT <= size; i += EDIT) {
        target.bytes[edit_place(&target, data + i)] = (char)data[i + 3];
    }
    bool verify = size % EDIT == 1; /* one odd byte asks for it */
    if (verify) {
        struct checksum sum = checksum_of((str){target.bytes, n});
        memcpy(target.bytes + n, (uint64_t[]){sum.high, sum.low}, CHECKSUM);
    }
    struct snapshot *snapshot;
    struct err err;
    if (snapshot_open(target.path, verify ? SNAPSHOT_RIGHT : SNAPSHOT_SAFE, &snapshot, &err) ==
        OK) {
        ask(snapshot);
        snapshot_unref(snapshot);
    }
    for (size_t i = 0; i + EDIT <= size; i += EDIT) {
        size_t place = edit_place(&target, data + i);
        target.bytes[place] = target.right.p[place];
    }
    return 0;
}
