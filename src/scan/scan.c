/* SPDX-License-Identifier: Apache-2.0 */
/* Scanning files. A small one is read into memory that is kept, which is quicker than mapping it; a
 * large one is mapped, and what was looked at is let go of, so that memory stays small. */
#include "scan/scan.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/file_guard.h"
#include "base/process.h"
#include "base/require.h"
#include "scan/pack/verdict.h"
#include "scan/rules_set.h"

/* A process's regions are read in pieces; what lies over the border of two is seen whole in one. */
enum { SMALL_FILE = 1 << 20, PIECE = 16 << 20, PIECE_OVERLAP = 64 << 10 };
#define NANOSECONDS ((int64_t)1000000000)

struct scan {
    const struct scan_rules *set;
    struct scan_options options;
    struct scanner *scanner;
    struct scanner *names; /* for patterns of file names, made when it is first needed */
    struct pack_verdict listed;
    struct arena texts; /* of externals */
    struct buf small;
    struct file_map map;
    struct file_guard guard; /* of the map, until its results were read */
    const struct process *process;
};

static void
say(void *context, str text)
{
    struct scan *scan = context;
    if (scan->options.console)
        scan->options.console(scan->options.context, text);
}

static void
let_go(void *context, size_t offset)
{
    struct scan *scan = context;
    if (scan->map.bytes.n)
        file_map_forget(&scan->map, offset);
}

struct scan *
scan_new(const struct scan_rules *set, const struct scan_options *options)
{
    struct scan *scan = mem_calloc(1, sizeof *scan);
    scan->set = set;
    scan->options = *options;
    scan->small = BUF(SMALL_FILE);
    scan->scanner = scanner_new(set->rules);
    scan->scanner->every = options->every_match;
    scan->scanner->context = scan;
    scan->scanner->console = say;
    scan->scanner->released = let_go;
    return scan;
}

void
scan_free(struct scan *scan)
{
    if (!scan)
        return;
    scan_release(scan);
    scanner_free(scan->scanner);
    scanner_free(scan->names);
    buf_clear(&scan->small);
    arena_clear(&scan->texts);
    free(scan);
}

void
scan_release(struct scan *scan)
{
    if (!scan->map.bytes.p)
        return;
    file_guard_end(&scan->guard);
    file_map_close(&scan->map);
    scan->map = (struct file_map){0};
}

str
scan_content(const struct scan *scan)
{
    return scan->map.bytes.p ? scan->map.bytes : buf_view(&scan->small);
}

bool
scan_has_shrunk(const struct scan *scan)
{
    return scan->map.bytes.p && scan->guard.shrunk;
}

static void
forget(struct scan *scan)
{
    scanner_begin(scan->scanner);
    scan->listed.count = 0;
    scan->listed.is_good = false;
}

static void
begin(struct scan *scan, uint64_t size, bool is_process)
{
    struct scanner *scanner = scan->scanner;
    unsigned seconds = scan->options.timeout_seconds;
    forget(scan);
    scanner->deadline = seconds ? clock_monotonic() + seconds * NANOSECONDS : 0;
    scanner->file_size = size;
    scanner->is_process = is_process;
}

static errcode
check_time(const struct scan *scan, struct err *err)
{
    if (!scan->scanner->timed_out)
        return OK;
    return err_set(err, ERR_LIMIT, "the scan took more than %u seconds and was given up",
                   scan->options.timeout_seconds);
}

static errcode
judge(struct scan *scan, struct err *err)
{
    scanner_judge(scan->scanner);
    return check_time(scan, err);
}

errcode
scan_data(struct scan *scan, str data, struct err *err)
{
    begin(scan, data.n, false);
    scanner_block(scan->scanner, data, 0);
    errcode code = judge(scan, err);
    if (code == OK && scan->set->pack)
        verdict_find(scan->set->pack, scan->scanner, &scan->listed);
    return code == OK ? check_time(scan, err) : code;
}

static size_t
fetch(void *context, uint64_t address, void *out, size_t size)
{
    const struct scan *scan = context;
    return process_read(scan->process, address, out, size);
}

/* Pieces overlap by more than any match is long, and what lies at the border of one is taken from
 * the other. */
static void
scan_region(struct scan *scan, const struct process_region *region, struct buf *piece)
{
    struct scanner *scanner = scan->scanner;
    uint64_t step = piece->n - PIECE_OVERLAP - scan->set->rules->longest;
    for (uint64_t at = 0; at < region->size && !scanner->timed_out; at += step) {
        size_t size = region->size - at < piece->n ? (size_t)(region->size - at) : piece->n;
        size_t n = process_read(scan->process, region->start + at, piece->p, size);
        scanner->cut_begin = at > 0;
        scanner->cut_end = n == size && at + size < region->size;
        scanner_block(scanner, (str){piece->p, n}, region->start + at);
        if (!scanner->cut_end)
            return;
    }
}

errcode
scan_process(struct scan *scan, const struct process *process, struct err *err)
{
    struct process_region region;
    size_t room = PIECE + (size_t)scan->set->rules->longest;
    struct buf piece = BUF(room);
    scan_release(scan);
    begin(scan, 0, true);
    scan->process = process;
    scan->scanner->fetch = fetch;
    buf_space(&piece, room);
    for (size_t i = 0; process_region_at(process, i, &region) && !scan->scanner->timed_out; i++)
        scan_region(scan, &region, &piece);
    scan->scanner->data = (str){NULL, 0};
    errcode code = judge(scan, err);
    buf_clear(&piece);
    return code;
}

static errcode
scan_small(struct scan *scan, int fd, size_t size, const char *name, struct err *err)
{
    buf_reset(&scan->small);
    char *space = buf_space(&scan->small, size);
    size_t n;
    errcode code = file_read_at(fd, 0, space, size, name, &n, err);
    return code == OK ? scan_data(scan, (str){space, n}, err) : code;
}

static errcode
scan_large(struct scan *scan, int fd, const char *name, struct err *err)
{
    errcode code = file_map_fd(fd, name, &scan->map, err);
    if (code != OK)
        return code;
    file_guard_begin(&scan->guard, scan->map.bytes);
    code = scan_data(scan, scan->map.bytes, err);
    if (!scan->guard.shrunk)
        return code;
    forget(scan);
    scan_release(scan);
    return err_set(err, ERR_IO, "%s shrank while it was scanned", name);
}

errcode
scan_descriptor(struct scan *scan, int fd, const char *name, struct err *err)
{
    uint64_t size;
    scan_release(scan);
    forget(scan);
    errcode code = file_size(fd, name, &size, err);
    if (code != OK)
        return code;
    return size <= SMALL_FILE ? scan_small(scan, fd, size, name, err)
                              : scan_large(scan, fd, name, err);
}

errcode
scan_file(struct scan *scan, const char *path, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_open_now(path, &fd, err);
    return code == OK ? scan_descriptor(scan, fd, path, err) : code;
}

static const struct external_record *
find_external(const struct rules *rules, str name)
{
    for (uint32_t i = 0; i < rules->external_count; i++)
        if (str_eq(rules_text(rules, rules->externals[i].name), name))
            return &rules->externals[i];
    return NULL;
}

errcode
scan_define(struct scan *scan, str name, str text, struct err *err)
{
    const struct external_record *known = find_external(scan->set->rules, name);
    if (!known)
        return err_set(err, ERR_USAGE, "no rule knows a variable \"%.*s\"", STR_ARG(name));
    size_t number = (size_t)(known - scan->set->rules->externals);
    struct external_record *own = &scan->scanner->externals[number];
    if (known->kind == EXTERNAL_STRING) {
        scan->scanner->external_texts[number] = arena_str(&scan->texts, text);
        return OK;
    }
    bool is_true = str_eq(text, STR("true"));
    bool fits = known->kind == EXTERNAL_INTEGER   ? str_to_i64(text, &own->integer)
                : known->kind == EXTERNAL_FLOAT   ? str_to_double(text, &own->real)
                : known->kind == EXTERNAL_BOOLEAN ? is_true || str_eq(text, STR("false"))
                                                  : false;
    if (!fits)
        return err_set(err, ERR_USAGE, "the variable \"%.*s\" is of another type", STR_ARG(name));
    if (known->kind == EXTERNAL_BOOLEAN)
        own->integer = is_true;
    return OK;
}

bool
scan_holds(const struct scan *scan, size_t rule)
{
    return !scan->listed.is_good && scan->scanner->verdicts[rule] == VERDICT_TRUE;
}

size_t
scan_listed_count(const struct scan *scan)
{
    return scan->listed.count;
}

struct pack_listed
scan_listed_at(const struct scan *scan, size_t i)
{
    return scan->listed.items[i];
}

bool
scan_is_good(const struct scan *scan)
{
    return scan->listed.is_good;
}

void
scan_file_name(struct scan *scan, str path,
               void (*found)(void *context, const struct pack_listed *listed), void *context)
{
    const struct pack *pack = scan->set->pack;
    if (!pack || pack->name_count == 0)
        return;
    if (!scan->names)
        scan->names = scanner_new(pack->name_rules);
    scanner_begin(scan->names);
    scan->names->file_size = path.n;
    scanner_block(scan->names, path, 0);
    scanner_judge(scan->names);
    for (uint32_t i = 0; i < pack->name_count; i++) {
        struct pack_listed listed = {.as = PACK_LISTED_NAME};
        if (scan->names->verdicts[i] == VERDICT_TRUE &&
            pack_label(pack, pack->name_labels[i], &scan->names->arena, &listed))
            found(context, &listed);
    }
}

size_t
scan_holding_count(const struct scan *scan)
{
    return scan->listed.is_good ? 0 : scan->scanner->holding_count;
}

size_t
scan_holding(const struct scan *scan, size_t i)
{
    return scan->scanner->holding[i];
}

bool
scan_has_too_many(const struct scan *scan)
{
    return scan->scanner->too_many;
}

static str
data_of(const struct scanner *scanner, const struct match *match)
{
    if (scanner->is_process && match->data)
        return (str){match->data, match->length < SCAN_DATA_MAX ? match->length : SCAN_DATA_MAX};
    if (scanner->is_process || match->offset > scanner->data.n ||
        scanner->data.n - match->offset < match->length)
        return (str){NULL, 0};
    return (str){scanner->data.p + match->offset, match->length};
}

bool
scan_next_match(const struct scan *scan, size_t rule, struct scan_cursor *cursor,
                struct scan_match *ret)
{
    const struct rules *rules = scan->set->rules;
    const struct rule_record *record = &rules->rules[rule];
    for (; cursor->string < record->string_count; cursor->string++, cursor->match = 0) {
        uint32_t index = record->first_string + (uint32_t)cursor->string;
        const struct string_record *string = &rules->strings[index];
        const struct matches *matches = &scan->scanner->matches[index];
        if ((string->flags & STRING_PIECE) || cursor->match >= matches->count)
            continue;
        const struct match *match = &matches->items[cursor->match++];
        *ret = (struct scan_match){.string = rules_text(rules, string->name),
                                   .is_private = string->flags & STRING_PRIVATE,
                                   .offset = match->offset,
                                   .length = match->length,
                                   .data = data_of(scan->scanner, match),
                                   .key = match->key,
                                   .is_xor = string->flags & STRING_XOR,
                                   .is_hex = string->flags & STRING_HEX};
        return true;
    }
    return false;
}
