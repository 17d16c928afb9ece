/* SPDX-License-Identifier: Apache-2.0 */
/* The walk: one buffer a level for the members that must be made, a path that grows and shrinks,
 * and the counts of all caps. Readers call back for each member, so levels are calls in calls, as
 * many as depth_max allows. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/require.h"
#include "scan/unpack/inflate.h"
#include "scan/unpack/reader.h"

enum {
    DEPTH = 8,
    DEPTH_MOST = 64,
    ENTRIES = 1000000,
    MEMBER = 64 << 20,
    RATIO = 1000,
    RATIO_FROM = 16 << 20,
    SECONDS = 120,
    FIRST_ROOM = 64 << 10,
    STEP = 1 << 20,       /* bytes between two looks at the caps */
    KEPT_ROOM = 64 << 20, /* of all levels */
    NAME_BYTES = 1024,
    PATH_BYTES = 4096,
};
#define BYTES ((uint64_t)4 << 30)

struct level {
    char *p;
    size_t n, room;
    bool cut;
    uint64_t members;
    const char *kind;
    size_t path, name_at; /* bytes of it that name the container, and where its last name is */
};
struct unpack {
    struct unpack_options options;
    const struct unpack_sink *sink;
    struct level *levels;
    unsigned depth;
    bool capped, refused, found;
    uint64_t entries, bytes, bytes_in;
    int64_t until;
    char *path;
    size_t path_n, name_at;
    struct inflate *inflate;
};

static const struct unpack_kind *const kinds[] = {
    &unpack_zip,   &unpack_gzip,    &unpack_tar,
    &unpack_ole2,  &unpack_ppt,     &unpack_ole1,
    &unpack_ole10, &unpack_rtf,     &unpack_pdf,
    &unpack_upx,   &unpack_overlay, &unpack_mail,
    &unpack_mbox,  &unpack_html,    &unpack_uu,
    &unpack_tnef,  &unpack_szdd,    &unpack_binhex,
    &unpack_bzip2, &unpack_xz,      &unpack_zstd,
    &unpack_lzma,  &unpack_7z,      &unpack_cab,
    &unpack_rar,   &unpack_cpio,    &unpack_ar,
    &unpack_lha,   &unpack_iso,     &unpack_chm,
    &unpack_nsis,  &unpack_autoit,  &unpack_script_encoder,
    &unpack_arj};

static const char cut_text[] = "larger than a member may be; its first bytes were given";

const char *
unpack_skip_name(enum unpack_skip skip)
{
    static const char *const names[UNPACK_SKIPS] = {
        "encrypted", "damaged", "unknown", "depth", "entries", "member", "bytes", "ratio", "time"};
    require(skip < UNPACK_SKIPS);
    return names[skip];
}

struct unpack *
unpack_new(const struct unpack_options *options)
{
    struct unpack *walk = mem_calloc(1, sizeof *walk);
    struct unpack_options o = options ? *options : (struct unpack_options){0};
    o.depth_max = o.depth_max ? o.depth_max : DEPTH;
    o.depth_max = o.depth_max < DEPTH_MOST ? o.depth_max : DEPTH_MOST;
    o.entries_max = o.entries_max ? o.entries_max : ENTRIES;
    o.member_max = o.member_max ? o.member_max : MEMBER;
    o.bytes_max = o.bytes_max ? o.bytes_max : BYTES;
    o.ratio_max = o.ratio_max ? o.ratio_max : RATIO;
    o.seconds_max = o.seconds_max ? o.seconds_max : SECONDS;
    walk->options = o;
    walk->levels = mem_calloc(o.depth_max + 1, sizeof *walk->levels);
    walk->path = mem_alloc(PATH_BYTES + (size_t)(NAME_BYTES + 1) * (o.depth_max + 1) + 1);
    return walk;
}

void
unpack_free(struct unpack *walk)
{
    if (!walk)
        return;
    for (unsigned i = 0; i <= walk->options.depth_max; i++)
        free(walk->levels[i].p);
    inflate_free(walk->inflate);
    free(walk->levels);
    free(walk->path);
    free(walk);
}

bool
unpack_wants(str data, const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i]->matches(data, name))
            return true;
    return false;
}

struct inflate *
unpack_inflater(struct unpack *walk)
{
    if (!walk->inflate)
        walk->inflate = inflate_new();
    return walk->inflate;
}

bool
unpack_may_use_library(const struct unpack *walk)
{
    return !walk->options.without_library;
}

size_t
unpack_member_max(const struct unpack *walk)
{
    return (size_t)walk->options.member_max;
}

const char *
unpack_name(const struct unpack *walk)
{
    return walk->path + walk->name_at;
}

/* ── the path ── */

static void
path_add(struct unpack *walk, str name, size_t most)
{
    size_t n = name.n < most ? name.n : most;
    char *at = walk->path + walk->path_n;
    if (n)
        memcpy(at, name.p, n);
    str_make_shown(at, n, "");
    walk->path_n += n;
    walk->path[walk->path_n] = 0;
}

static void
path_push(struct unpack *walk, str name)
{
    char number[32];
    if (!name.n) {
        snprintf(number, sizeof number, "#%llu",
                 (unsigned long long)walk->levels[walk->depth].members);
        name = str_of(number);
    }
    walk->path[walk->path_n++] = '/';
    walk->name_at = walk->path_n;
    path_add(walk, name, NAME_BYTES);
}

static void
path_pop(struct unpack *walk)
{
    walk->path_n = walk->levels[walk->depth].path;
    walk->name_at = walk->levels[walk->depth].name_at;
    walk->path[walk->path_n] = 0;
}

/* ── caps ── */

static void
announce(struct unpack *walk, enum unpack_skip why, const char *detail)
{
    walk->found = true;
    if (walk->sink->skipped && !walk->refused)
        walk->sink->skipped(walk->sink->context, walk->path, why, detail);
}

static bool
is_stopped(const struct unpack *walk)
{
    return walk->capped || walk->refused;
}

/* A cap that ends the walk, which is told where it was met. */
static void
cap(struct unpack *walk, enum unpack_skip why, const char *detail)
{
    if (!walk->capped)
        announce(walk, why, detail);
    walk->capped = true;
}

void
unpack_skip(struct unpack *walk, str name, enum unpack_skip why, const char *detail)
{
    if (is_stopped(walk))
        return;
    if (name.n)
        path_push(walk, name);
    announce(walk, why, detail);
    path_pop(walk);
}

void
unpack_skip_rest(struct unpack *walk, str name, bool is_cut, const char *detail)
{
    unpack_skip(walk, name, is_cut ? UNPACK_MEMBER : UNPACK_DAMAGED, is_cut ? cut_text : detail);
}

bool
unpack_is_on(struct unpack *walk)
{
    if (!is_stopped(walk) && clock_monotonic() > walk->until)
        cap(walk, UNPACK_TIME, "the time for one file is up");
    return !is_stopped(walk);
}

static void
count_bytes(struct unpack *walk, size_t n)
{
    walk->bytes += n;
    if (walk->bytes >= walk->options.bytes_max)
        cap(walk, UNPACK_BYTES, "more bytes came out than are allowed of one file");
    else if (walk->bytes > RATIO_FROM && walk->bytes / walk->options.ratio_max > walk->bytes_in)
        cap(walk, UNPACK_RATIO, "far more bytes came out than went in");
}

/* ── what is made ── */

void
unpack_begin(struct unpack *walk)
{
    walk->levels[walk->depth].n = 0;
    walk->levels[walk->depth].cut = false;
}

static void
grow(struct unpack *walk, struct level *level, size_t least)
{
    size_t room = level->room ? level->room : FIRST_ROOM;
    while (room - level->n < least)
        room *= 2;
    if (room > walk->options.member_max)
        room = (size_t)walk->options.member_max;
    if (room > level->room) {
        level->p = mem_resize(level->p, room, 1);
        level->room = room;
    }
}

char *
unpack_room(struct unpack *walk, size_t least, size_t *ret_n)
{
    struct level *level = &walk->levels[walk->depth];
    size_t left = (size_t)walk->options.member_max - level->n;
    if (!left)
        level->cut = true;
    if (!left || !unpack_is_on(walk))
        return NULL;
    if (level->n == level->room || level->room - level->n < least)
        grow(walk, level, least < left ? (least ? least : 1) : left);
    uint64_t bytes = walk->options.bytes_max - walk->bytes;
    *ret_n = level->room - level->n;
    *ret_n = *ret_n < STEP ? *ret_n : STEP;
    if (*ret_n > bytes)
        *ret_n = (size_t)bytes;
    return level->p + level->n;
}

char *
unpack_room_whole(struct unpack *walk, size_t n)
{
    struct level *level = &walk->levels[walk->depth];
    uint64_t bytes = walk->bytes + n;
    bool is_bomb = bytes > RATIO_FROM && bytes / walk->options.ratio_max > walk->bytes_in;
    if (n > walk->options.member_max - level->n || bytes >= walk->options.bytes_max || is_bomb ||
        !unpack_is_on(walk))
        return NULL;
    if (level->room - level->n < n)
        grow(walk, level, n);
    return level->p + level->n;
}

void
unpack_hold(struct unpack *walk, size_t n)
{
    walk->levels[walk->depth].n += n;
}

void
unpack_made(struct unpack *walk, size_t n)
{
    walk->levels[walk->depth].n += n;
    count_bytes(walk, n);
}

bool
unpack_add(struct unpack *walk, str bytes)
{
    while (bytes.n) {
        size_t n;
        char *room = unpack_room(walk, bytes.n, &n);
        if (!room)
            return false;
        n = n < bytes.n ? n : bytes.n;
        memcpy(room, bytes.p, n);
        unpack_made(walk, n);
        bytes = str_from(bytes, n);
    }
    return true;
}

str
unpack_made_view(const struct unpack *walk)
{
    const struct level *level = &walk->levels[walk->depth];
    return (str){level->p, level->n};
}

/* ── members ── */

static void look_inside(struct unpack *walk, str data);

static bool
matches_any(const struct unpack *walk, str data)
{
    return data.n && unpack_wants(data, unpack_name(walk));
}

static void
descend(struct unpack *walk, str data)
{
    if (walk->depth + 1 >= walk->options.depth_max) {
        if (matches_any(walk, data))
            announce(walk, UNPACK_DEPTH, "containers in containers, more than are allowed");
        return;
    }
    walk->depth++;
    look_inside(walk, data);
    walk->depth--;
}

static bool
deliver(struct unpack *walk, str name, str data, bool is_script, bool cut)
{
    struct level *level = &walk->levels[walk->depth];
    walk->found = true;
    level->members++;
    path_push(walk, name);
    struct unpack_member member = {.path = walk->path,
                                   .kind = level->kind,
                                   .data = data.n ? data : STR(""),
                                   .depth = walk->depth + 1,
                                   .is_script = is_script};
    if (!walk->sink->member(walk->sink->context, &member))
        walk->refused = true;
    if (cut)
        announce(walk, UNPACK_MEMBER, cut_text);
    if (unpack_is_on(walk))
        descend(walk, data);
    path_pop(walk);
    return !is_stopped(walk);
}

static bool
count_entry(struct unpack *walk)
{
    if (walk->entries >= walk->options.entries_max)
        cap(walk, UNPACK_ENTRIES, "more members than are allowed of one file");
    else
        walk->entries++;
    return !walk->capped;
}

bool
unpack_give(struct unpack *walk, str name, str data, bool is_script)
{
    if (!unpack_is_on(walk) || !count_entry(walk))
        return false;
    bool cut = data.n > walk->options.member_max;
    if (cut)
        data.n = (size_t)walk->options.member_max;
    uint64_t left = walk->options.bytes_max - walk->bytes;
    if (data.n > left)
        data.n = (size_t)left;
    count_bytes(walk, data.n);
    return deliver(walk, name, data, is_script, cut);
}

bool
unpack_give_made(struct unpack *walk, str name, bool is_script)
{
    struct level *level = &walk->levels[walk->depth];
    /* What was made before a cap was met is given, which ends the walk. */
    if (walk->refused || (walk->capped && !level->n) || (!walk->capped && !count_entry(walk)))
        return false;
    bool on = deliver(walk, name, (str){level->p, level->n}, is_script, level->cut);
    unpack_begin(walk);
    return on;
}

static void
look_inside(struct unpack *walk, str data)
{
    struct level *level = &walk->levels[walk->depth];
    level->path = walk->path_n;
    level->name_at = walk->name_at;
    level->members = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !is_stopped(walk); i++) {
        if (!kinds[i]->matches(data, unpack_name(walk)))
            continue;
        level->kind = kinds[i]->name;
        unpack_begin(walk);
        kinds[i]->read(walk, data);
        path_pop(walk);
    }
}

/* Memory that the system gives anew costs as much time as filling it. */
static void
release_rooms(struct unpack *walk)
{
    size_t kept = 0;
    for (unsigned i = 0; i <= walk->options.depth_max; i++) {
        struct level *level = &walk->levels[i];
        if (kept + level->room > KEPT_ROOM) {
            free(take(level->p));
            level->room = 0;
        }
        kept += level->room;
    }
}

bool
unpack_each(struct unpack *walk, str data, const char *name, const struct unpack_sink *sink)
{
    walk->sink = sink;
    walk->depth = 0;
    walk->capped = walk->refused = walk->found = false;
    walk->entries = walk->bytes = 0;
    walk->bytes_in = data.n;
    walk->until = clock_monotonic() + (int64_t)walk->options.seconds_max * 1000000000;
    walk->path_n = walk->name_at = 0;
    path_add(walk, str_of(name), PATH_BYTES);
    if (data.n)
        look_inside(walk, data);
    release_rooms(walk);
    return walk->found;
}
