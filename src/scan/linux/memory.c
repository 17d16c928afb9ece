/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of packages are kept as 64-bit hashes in an open table: no path is ever listed, only asked
 * for, and 500,000 of them take 8 MB. */
#include "scan/linux/memory.h"

#include "base/arena.h"
#include "base/require.h"

enum { USERS_MAX = 10000, LIST_MAX = 64 << 20 };

struct home {
    const char *path;
    const struct check *told; /* which check told last that it is closed */
};
struct memory {
    struct arena arena;
    bool packages_read, users_read;
    uint64_t *paths;
    size_t path_count, path_room; /* room: a power of two */
    struct user *users;
    size_t user_count;
    struct home *homes;
    size_t home_count;
};

static void
memory_free(void *p)
{
    struct memory *memory = p;
    arena_clear(&memory->arena);
    free(memory->paths);
    free(memory->users);
    free(memory->homes);
    free(memory);
}

static struct memory *
memory_of(const struct look *look)
{
    struct checking *checking = look->checking;
    if (!checking->memory) {
        checking->memory = mem_calloc(1, sizeof(struct memory));
        checking->memory_free = memory_free;
    }
    return checking->memory;
}

/* Where the hash stands or would stand. */
static size_t
place_of(const struct memory *memory, uint64_t hash)
{
    size_t at = hash & (memory->path_room - 1);
    while (memory->paths[at] && memory->paths[at] != hash)
        at = (at + 1) & (memory->path_room - 1);
    return at;
}

static void
add_hash(struct memory *memory, uint64_t hash)
{
    if (memory->path_count * 2 >= memory->path_room) {
        size_t room = memory->path_room;
        uint64_t *old = memory->paths;
        memory->path_room = room ? room * 2 : 1 << 16;
        memory->paths = mem_calloc(memory->path_room, sizeof *memory->paths);
        for (size_t i = 0; i < room; i++)
            if (old[i])
                memory->paths[place_of(memory, old[i])] = old[i];
        free(old);
    }
    size_t at = place_of(memory, hash);
    memory->path_count += memory->paths[at] == 0;
    memory->paths[at] = hash;
}

/* Without /usr, which the merge of 2016 put before some folders, and never zero. */
static uint64_t
path_hash(str path)
{
    static const char *const merged[] = {"/usr/bin/",   "/usr/sbin/",  "/usr/lib/",
                                         "/usr/lib32/", "/usr/lib64/", "/usr/libx32/"};
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++)
        if (str_starts(path, str_of(merged[i])))
            return str_hash(str_from(path, strlen("/usr"))) | 1;
    return str_hash(path) | 1;
}

/* Lists of large packages have more bytes than a configuration file may. */
static void
read_list(const struct look *look, const char *path, void *context)
{
    struct buf text;
    str line;
    if (!str_ends(str_of(path), STR(".list")) || !look_read_large(look, path, LIST_MAX, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line))
        if (line.n > 1)
            add_hash(context, path_hash(line));
    buf_clear(&text);
}

/* Three lines each: the file, what it is called instead, by whom. */
static void
read_diversions(const struct look *look, struct memory *memory)
{
    struct buf text;
    str line;
    if (!look_read(look, "/var/lib/dpkg/diversions", &text))
        return;
    str rest = buf_view(&text);
    for (size_t i = 0; str_line(&rest, &line); i++)
        if (i % 3 == 1)
            add_hash(memory, path_hash(line));
    buf_clear(&text);
}

static void
read_packages(const struct look *look, struct memory *memory)
{
    size_t looked = look->checking->looked;
    memory->packages_read = true;
    look_each(look, "/var/lib/dpkg/info", read_list, memory);
    if (memory->path_count)
        read_diversions(look, memory);
    look->checking->looked = looked;
}

enum ownership
look_owner(const struct look *look, const char *path)
{
    struct memory *memory = memory_of(look);
    if (!memory->packages_read)
        read_packages(look, memory);
    if (memory->path_count == 0)
        return OWNERSHIP_UNKNOWN;
    return memory->paths[place_of(memory, path_hash(str_of(path)))] ? OWNERSHIP_PACKAGE
                                                                    : OWNERSHIP_NONE;
}

/* The path that a link at PATH means. */
static bool
follow(const struct look *look, char path[PATH_TEXT])
{
    char target[PATH_TEXT], joined[PATH_TEXT];
    if (!look_link(look, path, target))
        return false;
    if (target[0] == '/') {
        memcpy(path, target, PATH_TEXT);
        return true;
    }
    size_t folder = (size_t)(path_base(path) - path);
    const char *rest = target;
    while (!strncmp(rest, "../", 3) && folder > 1) {
        rest += 3;
        for (folder--; folder > 0 && path[folder - 1] != '/';)
            folder--;
    }
    int n = snprintf(joined, sizeof joined, "%.*s%s", (int)folder, path, rest);
    if (n < 0 || n >= PATH_TEXT)
        return false;
    memcpy(path, joined, (size_t)n + 1);
    return true;
}

enum ownership
look_real_owner(const struct look *look, const char *path)
{
    char step[PATH_TEXT];
    enum ownership owner = look_owner(look, path);
    if (!str_copy(str_of(path), step, sizeof step))
        return owner;
    for (int links = 0; links < 16 && owner == OWNERSHIP_NONE && follow(look, step); links++)
        owner = look_owner(look, step);
    return owner;
}

static void
add_home(struct memory *memory, const char *home)
{
    /* What system accounts have, which no one lives in. */
    static const char *const not_homes[] = {"/",     "/bin",     "/dev",         "/usr/sbin",
                                            "/sbin", "/usr/bin", "/nonexistent", ""};
    for (size_t i = 0; i < sizeof not_homes / sizeof *not_homes; i++)
        if (!strcmp(home, not_homes[i]))
            return;
    for (size_t i = 0; i < memory->home_count; i++)
        if (!strcmp(home, memory->homes[i].path))
            return;
    memory->homes = mem_resize(memory->homes, memory->home_count + 1, sizeof *memory->homes);
    memory->homes[memory->home_count++] = (struct home){.path = home};
}

/* name:password:id:group:words:home:shell, passwd(5). */
static void
add_user(struct memory *memory, str line)
{
    str field[7] = {0};
    uint64_t id;
    size_t count = 0;
    while (count < 7 && str_cut(&line, ':', &field[count]))
        count++;
    if (count < 6 || field[0].n == 0 || field[0].p[0] == '#' ||
        !str_to_u64(field[2], UINT32_MAX, &id) || !str_starts(field[5], STR("/")) ||
        field[5].n >= PATH_TEXT / 2 || memchr(field[5].p, 0, field[5].n))
        return;
    while (field[5].n > 1 && str_ends(field[5], STR("/")))
        field[5].n--;
    memory->users = mem_resize(memory->users, memory->user_count + 1, sizeof *memory->users);
    struct user *user = &memory->users[memory->user_count++];
    *user = (struct user){.name = arena_z(&memory->arena, field[0]),
                          .home = arena_z(&memory->arena, field[5]),
                          .shell = arena_z(&memory->arena, field[6]),
                          .id = (uint32_t)id};
    add_home(memory, user->home);
}

static void
add_home_folder(const struct look *look, const char *path, void *context)
{
    struct memory *memory = context;
    (void)look;
    if (memory->home_count < USERS_MAX && strcmp(path, "/home/lost+found") != 0)
        add_home(memory, arena_z(&memory->arena, str_of(path)));
}

static struct memory *
users_of(const struct look *look)
{
    struct memory *memory = memory_of(look);
    struct buf text;
    str line;
    if (memory->users_read)
        return memory;
    memory->users_read = true;
    add_home(memory, "/root");
    if (look_read(look, "/etc/passwd", &text)) {
        str rest = buf_view(&text);
        while (memory->user_count < USERS_MAX && str_line(&rest, &line))
            add_user(memory, line);
        buf_clear(&text);
    }
    look_each(look, "/home", add_home_folder, memory);
    return memory;
}

bool
look_user(const struct look *look, size_t i, struct user *ret)
{
    const struct memory *memory = users_of(look);
    if (i >= memory->user_count)
        return false;
    *ret = memory->users[i];
    return true;
}

/* HOME/NAME when the I-th home may be entered; false behind the last, ret[0] is 0 where not. */
static bool
path_in_home(const struct look *look, size_t i, const char *name, char ret[PATH_TEXT])
{
    struct memory *memory = users_of(look);
    ret[0] = 0;
    if (i >= memory->home_count)
        return false;
    struct home *home = &memory->homes[i];
    if (home->told == look->check)
        return true;
    if (look_is_closed(look, home->path))
        home->told = look->check;
    else if (path_join(ret, home->path, name, NULL) != OK)
        ret[0] = 0;
    return true;
}

void
look_homes(const struct look *look, const char *name, look_each_function *each, void *context)
{
    char path[PATH_TEXT];
    for (size_t i = 0; path_in_home(look, i, name, path); i++)
        if (path[0])
            each(look, path, context);
}

void
look_home_folders(const struct look *look, const char *name, look_each_function *each,
                  void *context)
{
    char path[PATH_TEXT];
    for (size_t i = 0; path_in_home(look, i, name, path); i++)
        if (path[0])
            look_each(look, path, each, context);
}
