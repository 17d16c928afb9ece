/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots: what was added is found again and nothing else, against a plain list; damage is
 * refused and never crashes, even with a right checksum; the folder keeps the newest. */
#include "intel/snapshot.h"

#include "base/chunk.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"

static char folder[PATH_TEXT - 64];

static const char *
in_folder(const char *name)
{
    static char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static struct network_map *
some_networks(void)
{
    static const char text[] = "10.0.0.0,10.255.255.255,64500,Ten\n"
                               "10.7.0.0,10.7.255.255,64501,Ten seven\n"
                               "2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,64502,Six\n"
                               "203.0.113.128,203.0.113.200,64503,Part\n";
    struct networks *networks = networks_new();
    struct networks_report report;
    struct network_map *map = NULL;
    struct err err;
    tap_no_err(networks_read(networks, "asn.csv", STR(text), NULL, NULL, &report, &err), &err,
               "networks");
    tap_no_err(network_map_new(networks, 20000, &map, &err), &err, "compiled");
    networks_free(networks);
    return map;
}

/* The oracle: all that was added, in a list. */
enum { SEEN = 20000, FAMILIES = 40, FEW = 60 };
struct seen {
    ip addr;
    uint32_t family;
    day first, last;
    uint32_t days;
};

static ip
random_address(struct rng *rng)
{
    uint64_t a = rng_next(rng);
    switch (rng_below(rng, 5)) {
    case 0: /* one whole /16's worth of dense runs */
        return ip_from_v4(UINT32_C(0x0a070000) | (uint32_t)(a & 0x0fff));
    case 1:
        return ip_from_v4((uint32_t)a);
    case 2: /* the very ends */
        return ip_from_v4(a & 1 ? UINT32_MAX - (uint32_t)(a >> 40 & 0xff) : (a >> 40 & 0xff));
    case 3:
        return (ip){UINT64_C(0x20010db800000000) + (a & 0x3ff), a >> 1, 6};
    default:
        return (ip){a, rng_next(rng), 6};
    }
}

/* No (address, family) twice, so that the oracle need not join: the caller's list is checked. */
static size_t
random_seen(struct rng *rng, struct seen *seen)
{
    size_t count = 0;
    ip busy[FEW]; /* these are listed for several families, some for more than an answer gives */
    for (int i = 0; i < FEW; i++)
        busy[i] = random_address(rng);
    for (int i = 0; i < FEW; i++)
        for (uint32_t family = 0; family < FAMILIES; family += 1 + (uint32_t)(i % 7))
            seen[count++] = (struct seen){busy[i], family, 0, 0, 0};
    while (count < SEEN)
        seen[count++] = (struct seen){random_address(rng), FAMILIES, 0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        seen[i].first = 20000 + (day)rng_below(rng, 300);
        seen[i].last = seen[i].first + (day)rng_below(rng, 300);
        seen[i].days = 1 + (uint32_t)rng_below(rng, 70000);
    }
    return count;
}

static bool
same_place(ip a, ip b)
{
    return a.version == b.version && (a.version == 4 ? a.lo == b.lo : a.hi == b.hi);
}

/* What the list knows of ADDR for FAMILY: adds of the same family are joined. */
static bool
list_find(const struct seen *seen, size_t count, ip addr, uint32_t family, struct seen *ret)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (seen[i].family != family || !same_place(seen[i].addr, addr))
            continue;
        if (!found)
            *ret = seen[i];
        found = true;
        ret->first = seen[i].first < ret->first ? seen[i].first : ret->first;
        ret->last = seen[i].last > ret->last ? seen[i].last : ret->last;
        ret->days = seen[i].days > ret->days ? seen[i].days : ret->days;
    }
    return found;
}

static void
family_name(uint32_t family, char out[16])
{
    snprintf(out, 16, "family-%02u", family);
}

/* The answer's sightings are the list's, newest first. */
static bool
answer_right(const struct snapshot_answer *answer, const struct seen *seen, size_t count, ip addr)
{
    size_t found = 0;
    day last = INT32_MAX;
    for (uint32_t family = 0; family <= FAMILIES; family++) {
        struct seen want;
        if (!list_find(seen, count, addr, family, &want))
            continue;
        found++;
        char name[16];
        family_name(family, name);
        bool given = false;
        for (size_t i = 0; i < answer->count; i++) {
            const struct snapshot_sighting *s = &answer->sightings[i];
            uint32_t days = want.days < UINT16_MAX ? want.days : UINT16_MAX;
            given |= str_eq(s->family, str_of(name)) && s->first == want.first &&
                     s->last == want.last && s->days == days &&
                     s->class == (family % 2 ? CLASS_SPAM : CLASS_INFECTED_SYSTEM);
        }
        bool left_out = answer->count == SNAPSHOT_SIGHTINGS_MAX &&
                        want.last <= answer->sightings[answer->count - 1].last;
        if (!given && !left_out)
            return false;
    }
    for (size_t i = 0; i < answer->count; i++) {
        if (answer->sightings[i].last > last)
            return false;
        last = answer->sightings[i].last;
    }
    return answer->count == (found < SNAPSHOT_SIGHTINGS_MAX ? found : SNAPSHOT_SIGHTINGS_MAX);
}

static struct snapshot_builder *
build(const struct seen *seen, size_t count, const struct network_map *networks)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    for (uint32_t family = 0; family <= FAMILIES; family++) {
        char name[16];
        family_name(family, name);
        enum event_class class = family % 2 ? CLASS_SPAM : CLASS_INFECTED_SYSTEM;
        require(snapshot_builder_family(builder, str_of(name), class) == family);
        require(snapshot_builder_family(builder, str_of(name), class) == family);
    }
    for (size_t i = 0; i < count; i++)
        snapshot_builder_add(builder, seen[i].addr, seen[i].family, seen[i].first, seen[i].last,
                             seen[i].days);
    snapshot_builder_meta(builder, &(struct snapshot_meta){.as_of = 20600,
                                                           .built = 123456789,
                                                           .window_days = 30,
                                                           .demonstration = true,
                                                           .generation = 42});
    snapshot_builder_networks(builder, networks);
    return builder;
}

static void
test_meta(const struct snapshot *snapshot)
{
    const struct snapshot_meta *meta = snapshot_meta(snapshot);
    tap_eq_i64(meta->as_of, 20600, "as of");
    tap_eq_i64(meta->built, 123456789, "built");
    tap_eq_i64(meta->window_days, 30, "window");
    tap_ok(meta->demonstration, "demonstration");
    tap_eq_i64(meta->generation, 42, "generation");
}

/* The oracle is a plain loop, so not every address can be asked. */
static void
test_answers(const struct snapshot *snapshot, const struct seen *seen, size_t count)
{
    long wrong = 0, listed = 0, wrong_network = 0;
    struct rng rng = {7};
    struct snapshot_answer answer;
    for (size_t i = 0; i < count; i += i < 1000 ? 5 : 30) {
        ip addr = seen[i].addr;
        snapshot_lookup(snapshot, addr, &answer);
        wrong += !answer_right(&answer, seen, count, addr);
        listed += answer.count > 0;
        addr.lo ^= 1;
        addr.hi ^= addr.version == 6;
        snapshot_lookup(snapshot, addr, &answer);
        wrong += !answer_right(&answer, seen, count, addr);
        snapshot_lookup(snapshot, random_address(&rng), &answer);
    }
    tap_eq_i64(wrong, 0, "every answer is what a plain list says");
    tap_ok(listed > 500, "%ld of them were listed", listed);
    for (uint32_t a = 0; a < 65536; a++) {
        snapshot_lookup(snapshot, ip_from_v4(a << 16 | 99), &answer);
        wrong_network += answer.network.asn != (a >> 8 != 10     ? 0u
                                                : (a & 255) == 7 ? 64501u
                                                                 : 64500u);
    }
    tap_eq_i64(wrong_network, 0, "and the network with it");
    snapshot_lookup(snapshot, (ip){0}, &answer);
    tap_ok(!answer.has_network && answer.count == 0, "no address, no answer");
}

static void
test_networks(const struct snapshot *snapshot, const struct network_map *map)
{
    const struct network_map *mapped = snapshot_network_map(snapshot);
    struct network_ranges a = network_map_ranges(map), b = network_map_ranges(mapped);
    tap_eq_i64(b.count, a.count, "the mapped map has as many ranges");
    tap_ok(memcmp(a.starts, b.starts, a.count * sizeof *a.starts) == 0, "the same starts");
    tap_ok(memcmp(a.index, b.index, a.count * sizeof *a.index) == 0, "the same networks");
    tap_eq_i64(network_map_count(mapped), network_map_count(map), "as many networks");
    ip addr;
    require(ip_parse(STR("203.0.113.200"), &addr));
    tap_eq_str(network_map_get(mapped, snapshot_network(snapshot, addr)).name, STR("Part"),
               "a name from the mapping");
}

static void
test_round_trip(void)
{
    struct rng rng = {1};
    struct seen *seen = mem_calloc(SEEN + FEW * FAMILIES, sizeof *seen);
    size_t count = random_seen(&rng, seen);
    struct network_map *map = some_networks();
    struct snapshot_builder *builder = build(seen, count, map);
    struct snapshot *snapshot = NULL;
    struct err err;
    tap_no_err(snapshot_builder_write(builder, in_folder("1.snap"), &err), &err, "written");
    for (enum snapshot_depth depth = 0; depth <= SNAPSHOT_RIGHT; depth++) {
        if (!tap_no_err(snapshot_open(in_folder("1.snap"), depth, &snapshot, &err), &err,
                        "opened, depth %d", depth))
            break;
        test_meta(snapshot);
        test_answers(snapshot, seen, count);
        test_networks(snapshot, map);
        struct snapshot *second = snapshot_ref(snapshot);
        tap_ok(snapshot_unref(snapshot) == NULL, "let go once");
        tap_eq_i64(snapshot_meta(second)->generation, 42, "still there for the other reader");
        tap_eq_i64(snapshot_counts(second).families, FAMILIES + 1, "families");
        snapshot_unref(second);
    }
    snapshot_builder_free(builder);
    network_map_free(map);
    free(seen);
}

/* An address that is listed in full /24s and /16s; counts beyond 16 bits within a /16. */
static void
test_full_block(void)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    uint32_t family = snapshot_builder_family(builder, STR("all"), CLASS_OTHER);
    for (uint32_t low = 0; low < 65536; low++)
        snapshot_builder_add(builder, ip_from_v4(0xffff0000u | (low ^ 0x5555)), family, 5, 6, 2);
    snapshot_builder_add(builder, ip_from_v4(0xfffd0000u), family, 5, 5, 1);
    struct snapshot *snapshot = NULL;
    struct err err;
    tap_no_err(snapshot_builder_write(builder, in_folder("full.snap"), &err), &err,
               "without networks");
    snapshot_builder_free(builder);
    if (!tap_no_err(snapshot_open(in_folder("full.snap"), SNAPSHOT_RIGHT, &snapshot, &err), &err,
                    "opened"))
        return;
    struct snapshot_answer answer;
    long found = 0;
    for (uint32_t low = 0; low < 65536; low++) {
        snapshot_lookup(snapshot, ip_from_v4(0xffff0000u | low), &answer);
        found += answer.count == 1 && answer.sightings[0].first == 5;
    }
    tap_eq_i64(found, 65536, "each address of a full /16");
    snapshot_lookup(snapshot, ip_from_v4(0xfffeffffu), &answer);
    tap_eq_i64(answer.count, 0, "none below it");
    tap_eq_i64(snapshot_counts(snapshot).addresses4, 65537, "counted");
    tap_eq_i64(snapshot_counts(snapshot).sightings, 65537, "sightings");
    snapshot_unref(snapshot);
}

static void
write_plain(const char *path, const char *p, size_t n)
{
    FILE *file = fopen(path, "we");
    require(file && fwrite(p, 1, n, file) == n && fclose(file) == 0);
}

static void
lookups(const struct snapshot *snapshot, struct rng *rng)
{
    struct snapshot_answer answer;
    for (int i = 0; i < 500; i++) {
        snapshot_lookup(snapshot, random_address(rng), &answer);
        require(answer.count <= SNAPSHOT_SIGHTINGS_MAX);
        uint64_t sum = answer.network.name.n; /* read all that it points to */
        for (size_t k = 0; k < answer.network.name.n; k++)
            sum += (uint8_t)answer.network.name.p[k];
        for (size_t k = 0; k < answer.count; k++)
            sum += str_is_utf8(answer.sightings[k].family);
        __asm__ volatile("" : : "r"(sum));
    }
}

static void
test_damage(void)
{
    struct buf file;
    struct err err;
    tap_no_err(file_read(in_folder("1.snap"), 64 << 20, &file, &err), &err, "read");
    struct rng rng = {3};
    struct snapshot *snapshot = NULL;
    long missed = 0, opened = 0, refused = 0;
    const char *path = in_folder("damaged.snap");
    for (int round = 0; round < 60; round++) { /* damage: the checksum finds it */
        size_t place = rng_below(&rng, file.n);
        char was = file.p[place];
        file.p[place] ^= (char)(1 + rng_below(&rng, 255));
        write_plain(path, file.p, file.n);
        errcode code = snapshot_open(path, SNAPSHOT_RIGHT, &snapshot, &err);
        missed += code != ERR_CORRUPT || !strstr(err.text, "damaged.snap") || snapshot;
        file.p[place] = was;
    }
    tap_eq_i64(missed, 0, "one changed byte is found");
    missed = 0;
    for (int round = 0; round < 60; round++) {
        write_plain(path, file.p, round < 40 ? (size_t)round : rng_below(&rng, file.n));
        missed += snapshot_open(path, SNAPSHOT_SAFE, &snapshot, &err) != ERR_CORRUPT;
    }
    tap_eq_i64(missed, 0, "a truncated file is refused, without the checksum too");
    for (int round = 0; round < 300; round++) { /* malice: the checksum is right */
        size_t n = 1 + rng_below(&rng, 8), places[8];
        char was[8];
        for (size_t i = 0; i < n; i++) {
            bool table = rng_below(&rng, 2); /* the table of contents is small, so hit it often */
            places[i] = table ? 8 + rng_below(&rng, 500) : rng_below(&rng, file.n - 16);
            was[i] = file.p[places[i]];
            file.p[places[i]] = (char)rng_next(&rng);
        }
        struct checksum sum = checksum_of((str){file.p, file.n - 16});
        uint64_t stored[2] = {sum.high, sum.low};
        memcpy(file.p + file.n - 16, stored, 16);
        write_plain(path, file.p, file.n);
        if (snapshot_open(path, round % 3, &snapshot, &err) == OK) {
            lookups(snapshot, &rng);
            snapshot = snapshot_unref(snapshot);
            opened++;
        } else {
            refused++;
        }
        while (n-- > 0)
            file.p[places[n]] = was[n];
    }
    tap_ok(opened > 0 && refused > 0, "malice: %ld refused, %ld safe to ask", refused, opened);
    buf_clear(&file);
}

/* The table's entry for a chunk: u32 id, u32 zero, u64 offset, u64 size. */
static char *
table_entry(const struct buf *file, const char *id)
{
    for (size_t at = 24; at + 24 <= file->n; at += 24)
        if (memcmp(file->p + at, id, 4) == 0)
            return file->p + at;
    require(!"the chunk is in the file");
    return NULL;
}

/* What a lookup would follow blindly is checked on every opening, without the checksum too. */
static void
test_unsafe(void)
{
    static const struct {
        const char *id;
        size_t fill;       /* the chunk's first bytes become 0xff … */
        uint64_t short_by; /* … or its size in the table is less */
    } cases[] = {
        {"N4DX", 4, 0},   {"N4IX", 4, 0},  {"N4PR", 8, 0}, {"N6IX", 4, 0},  {"N6FR", 4, 0},
        {"NREC", 32, 0},  {"NREC", 0, 32}, {"FAMR", 8, 0}, {"FAMT", 0, 40}, {"N4ST", 0, 4},
        {"N4PR", 0, 8},   {"N4DX", 0, 4},  {"N6ST", 0, 8}, {"N6FR", 0, 4},  {"L4DR", 0, 8},
        {"L4BK", 0, 512}, {"L4BM", 0, 32}, {"L4LO", 0, 2}, {"L4LO", 0, 1},  {"L4EN", 0, 8},
        {"L6DR", 0, 4},   {"L6KY", 0, 8},  {"L6EN", 0, 8}, {"META", 0, 64},
    };
    struct buf file;
    struct err err;
    struct snapshot *snapshot = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tap_no_err(file_read(in_folder("1.snap"), 64 << 20, &file, &err), &err, "read");
        char *entry = table_entry(&file, cases[i].id);
        uint64_t place[2];
        memcpy(place, entry + 8, sizeof place);
        memset(file.p + place[0], 0xff, cases[i].fill);
        place[1] -= cases[i].short_by;
        memcpy(entry + 8, place, sizeof place);
        const char *path = in_folder("damaged.snap");
        write_plain(path, file.p, file.n);
        tap_eq_i64(snapshot_open(path, SNAPSHOT_SAFE, &snapshot, &err), ERR_CORRUPT, "%s: %s",
                   cases[i].id, err.text);
        snapshot = snapshot_unref(snapshot);
        buf_clear(&file);
    }
}

static void
test_folder(void)
{
    char path[PATH_TEXT], snaps[PATH_TEXT];
    struct err err, warning;
    struct snapshot *snapshot = NULL;
    tap_no_err(path_join(snaps, folder, "snaps", &err), &err, "a folder");
    tap_eq_i64(snapshot_open_newest(snaps, true, &snapshot, &warning, &err), ERR_NOT_FOUND,
               "nothing there");
    for (int i = 1; i <= 11; i++) {
        tap_no_err(snapshot_next_path(snaps, path, sizeof path, &err), &err, "next path");
        struct snapshot_builder *builder = snapshot_builder_new();
        snapshot_builder_meta(builder, &(struct snapshot_meta){.generation = (uint64_t)i});
        tap_no_err(snapshot_builder_write(builder, path, &err), &err, "%s", path_base(path));
        snapshot_builder_free(builder);
    }
    tap_eq_z(path_base(path), "11.snap", "numbers, not letters, are compared");
    tap_no_err(snapshot_open_newest(snaps, true, &snapshot, &warning, &err), &err, "the newest");
    tap_eq_i64(snapshot_meta(snapshot)->generation, 11, "is number 11");
    tap_eq_i64(warning.code, OK, "without a warning");
    write_plain(path, "rubbish", 7);
    struct snapshot *older = NULL;
    tap_no_err(snapshot_open_newest(snaps, true, &older, &warning, &err), &err, "one is damaged");
    tap_eq_i64(snapshot_meta(older)->generation, 10, "the one before is taken");
    tap_ok(strstr(warning.text, "11.snap") != NULL, "warned: %s", warning.text);
    snapshot_unref(older);
    snapshot_unref(snapshot);
    tap_no_err(snapshot_remove_old(snaps, 2, &err), &err, "old ones removed");
    tap_no_err(path_join(path, snaps, "10.snap", &err), &err, "path");
    tap_ok(file_exists(path), "the second newest stays");
    tap_no_err(path_join(path, snaps, "9.snap", &err), &err, "path");
    tap_ok(!file_exists(path), "the third is gone");
    tap_no_err(snapshot_remove_old(snaps, 0, &err), &err, "all removed");
    rmdir(snaps);
}

static void
test_limits(void)
{
    struct snapshot_builder *builder = snapshot_builder_new();
    uint32_t family = snapshot_builder_family(builder, STR("old"), CLASS_OTHER);
    snapshot_builder_add(builder, ip_from_v4(1), family, 0, 65536, 1);
    struct err err;
    tap_eq_i64(snapshot_builder_write(builder, in_folder("no.snap"), &err), ERR_LIMIT,
               "more days than an entry can tell");
    tap_ok(!file_exists(in_folder("no.snap")), "nothing is left behind");
    snapshot_builder_free(builder);
}

int
main(void)
{
    const char *temp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/XXXXXX", temp ? temp : "/tmp");
    if (!tap_ok(mkdtemp(folder) != NULL, "a folder"))
        return tap_done();
    test_round_trip();
    test_full_block();
    test_damage();
    test_unsafe();
    test_folder();
    test_limits();
    unlink(in_folder("1.snap"));
    unlink(in_folder("full.snap"));
    unlink(in_folder("damaged.snap"));
    rmdir(folder);
    return tap_done();
}
