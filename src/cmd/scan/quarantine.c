/* SPDX-License-Identifier: Apache-2.0 */
/* khien quarantine: what was taken out of the way, and the way back. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_out.h"
#include "base/require.h"
#include "cmd/commands/commands.h"
#include "cmd/console.h"
#include "cmd/output.h"
#include "cmd/scan/scan_system.h"
#include "scan/scan.h"

#include <inttypes.h>

enum { NUMBERS_MAX = 100000 };

/* Opened before the sandbox is entered: what a crash left may have to be finished anywhere, and
 * what is restored says itself where it goes. */
static struct quarantine *quarantine;

/* ---- the folder ---- */

static errcode
folder_of(const struct call *call, char out[PATH_TEXT], struct err *err)
{
    const char *given = call_option(call, "folder");
    char state[PATH_TEXT];
    if (!given) {
        errcode code = scan_own_folder(state, err);
        return code == OK ? path_join(out, state, "quarantine", err) : code;
    }
    if (!given[0])
        return err_set(err, ERR_USAGE, "--folder is empty");
    return str_copy(str_of(given), out, PATH_TEXT)
               ? OK
               : err_set(err, ERR_LIMIT, "the path of the folder is too long");
}

/* A folder that was never made is an empty quarantine. */
static errcode
open_quarantine(const struct call *call, struct err *err)
{
    char folder[PATH_TEXT];
    errcode code = folder_of(call, folder, err);
    if (code != OK || quarantine || !file_exists(folder))
        return code;
    return quarantine_open(folder, &quarantine, err);
}

static void
close_quarantine(void)
{
    quarantine_close(take(quarantine));
}

static bool
find_item(uint64_t number, struct quarantine_item *ret)
{
    for (size_t i = 0; quarantine && quarantine_at(quarantine, i, ret); i++)
        if (ret->number == number)
            return true;
    return false;
}

static errcode
item_of(const char *word, struct quarantine_item *ret, struct err *err)
{
    uint64_t number;
    if (!str_to_u64(str_of(word), UINT64_MAX, &number))
        return err_set(err, ERR_USAGE, "\"%s\" is no number of `%s quarantine list`", word,
                       program_name);
    if (!find_item(number, ret))
        return err_set(err, ERR_NOT_FOUND, "there is no number %" PRIu64 " in quarantine", number);
    return OK;
}

/* ---- sandbox ---- */

static errcode
grant_folder(const struct call *call, struct grants *grants, struct err *err)
{
    static char folder[PATH_TEXT];
    errcode code = open_quarantine(call, err);
    if (code == OK)
        code = folder_of(call, folder, err);
    return code == OK ? grant_write(grants, folder, err) : code;
}

static errcode
grant_restore(const struct call *call, struct grants *grants, struct err *err)
{
    static char above[PATH_TEXT];
    struct quarantine_item item;
    errcode code = grant_folder(call, grants, err);
    if (code == OK)
        code = item_of(call->words[0], &item, err);
    if (code != OK)
        return code;
    const char *to = call_option(call, "to"), *path = to ? to : item.path;
    str folder = {path, (size_t)(path_base(path) - path)};
    if (folder.n == 0)
        folder = STR(".");
    if (!str_copy(folder, above, sizeof above))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return grant_write(grants, above, err);
}

/* ---- items as text and as JSON ---- */

static const char *
state_word(const struct quarantine_item *item)
{
    if (item->is_restored)
        return "restored";
    if (item->is_deleted)
        return "deleted";
    if (item->is_missing)
        return "missing";
    return item->kind == QUARANTINE_PROCESS ? "ended" : "kept";
}

static const char *
kind_word(const struct quarantine_item *item)
{
    static const char *const words[] = {"file", "line", "process", "value", "task"};
    return words[item->kind];
}

/* As the editor of the registry calls them. */
static const char *
type_word(const struct quarantine_item *item, char out[32])
{
    static const char *const words[] = {"REG_NONE",
                                        "REG_SZ",
                                        "REG_EXPAND_SZ",
                                        "REG_BINARY",
                                        "REG_DWORD",
                                        "REG_DWORD_BIG_ENDIAN",
                                        "REG_LINK",
                                        "REG_MULTI_SZ",
                                        "REG_RESOURCE_LIST",
                                        "REG_FULL_RESOURCE_DESCRIPTOR",
                                        "REG_RESOURCE_REQUIREMENTS_LIST",
                                        "REG_QWORD"};
    if (item->type < sizeof words / sizeof *words)
        return words[item->type];
    snprintf(out, 32, "%" PRIu32, item->type);
    return out;
}

/* In one line, whatever a name holds. */
static void
write_shown(const char *text, struct buf *out)
{
    size_t at = out->n;
    buf_z(out, text);
    str_make_shown(out->p + at, out->n - at, "");
}

static void
write_what(const struct quarantine_item *item, struct buf *out)
{
    write_shown(item->path, out);
    if (item->kind == QUARANTINE_LINE)
        buf_printf(out, ", line %" PRIu64, item->line);
    else if (item->kind == QUARANTINE_PROCESS)
        buf_printf(out, ", process %" PRIu32, item->pid);
    else if (item->kind == QUARANTINE_VALUE)
        buf_printf(out, "%s, value of the registry%s", item->path[item->key + 1] ? "" : "(Default)",
                   item->has_instead ? " that was set to another" : "");
    else if (item->kind == QUARANTINE_TASK)
        buf_z(out, ", scheduled task that was disabled");
}

/* Values and tasks are nobody's. */
static bool
has_owner(const struct quarantine_item *item)
{
    return item->kind != QUARANTINE_VALUE && item->kind != QUARANTINE_TASK;
}

static void
write_json_mode(const struct quarantine_item *item, struct json_out *json)
{
    char mode[16], type[32];
    snprintf(mode, sizeof mode, "%04o", item->mode);
    if (has_owner(item))
        json_out_pair_z(json, "mode", mode);
    if (item->kind != QUARANTINE_VALUE)
        return;
    json_out_pair_str(json, "key", (str){item->path, item->key});
    json_out_pair_z(json, "name", item->path + item->key + 1);
    json_out_pair_z(json, "type", type_word(item, type));
    json_out_pair_bool(json, "set_to_another", item->has_instead);
}

static void
write_json(const struct quarantine_item *item, struct json_out *json)
{
    char text[TIME_TEXT], digest[SHA256_TEXT];
    size_t n = strlen(item->path);
    cleanup(cleanup_free) char *hex = mem_alloc(2 * n + 1);
    bool is_utf8 = str_is_utf8(str_of(item->path));
    json_out_object_begin(json);
    json_out_pair_u64(json, "number", item->number);
    json_out_pair_z(json, "kind", kind_word(item));
    json_out_pair_z(json, "state", state_word(item));
    json_out_pair_z(json, "taken", time_format(item->taken, text));
    json_out_pair_z(json, "path", item->path);
    /* JSON has no other bytes than UTF-8. */
    if (!is_utf8)
        json_out_pair_z(json, "path_hex", hex_format((const uint8_t *)item->path, n, hex));
    json_out_pair_z(json, "why", item->why);
    if (item->kind == QUARANTINE_LINE)
        json_out_pair_u64(json, "line", item->line);
    if (item->kind == QUARANTINE_PROCESS) {
        json_out_pair_u64(json, "process", item->pid);
    } else {
        json_out_pair_u64(json, "size", item->size);
        json_out_pair_z(json, "sha256", sha256_format(&item->sha256, digest));
        write_json_mode(item, json);
    }
    if (has_owner(item)) {
        json_out_pair_u64(json, "owner", item->owner);
        json_out_pair_u64(json, "group", item->group);
    }
    json_out_object_end(json);
}

/* ---- list, show ---- */

static errcode
run_list(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 30);
    struct json_out json = json_out_to(&out);
    struct quarantine_item item;
    char taken[TIME_TEXT];
    bool as_json = call_given(call, "json");
    errcode code = open_quarantine(call, err);
    if (code != OK)
        return code;
    if (as_json)
        json_out_array_begin(&json);
    for (size_t i = 0; quarantine && quarantine_at(quarantine, i, &item); i++) {
        if (as_json) {
            write_json(&item, &json);
            continue;
        }
        buf_printf(&out, "%6" PRIu64 "  %-8s  %.19s  ", item.number, state_word(&item),
                   time_format(item.taken, taken));
        write_what(&item, &out);
        buf_z(&out, ": ");
        write_shown(item.why, &out);
        buf_char(&out, '\n');
    }
    if (as_json) {
        json_out_array_end(&json);
        buf_char(&out, '\n');
    } else if (out.n == 0) {
        buf_z(&out, "nothing is in quarantine\n");
    }
    close_quarantine();
    return output_buf(&out, "the list", err);
}

static void
write_text(const struct quarantine_item *item, struct buf *out)
{
    char taken[TIME_TEXT], digest[SHA256_TEXT], type[32];
    buf_printf(out, "number  %" PRIu64 "\nkind    %s\nstate   %s\ntaken   %s\nwhat    ",
               item->number, kind_word(item), state_word(item), time_format(item->taken, taken));
    write_what(item, out);
    buf_z(out, "\nwhy     ");
    write_shown(item->why, out);
    if (item->kind != QUARANTINE_PROCESS)
        buf_printf(out, "\nsize    %" PRIu64 " bytes\nsha256  %s", item->size,
                   sha256_format(&item->sha256, digest));
    if (item->kind == QUARANTINE_VALUE)
        buf_printf(out, "\ntype    %s", type_word(item, type));
    if (!has_owner(item)) {
        buf_char(out, '\n');
        return;
    }
    if (item->kind != QUARANTINE_PROCESS)
        buf_printf(out, "\nmode    %04o", item->mode);
    buf_printf(out, "\nowner   %" PRIu32 ", group %" PRIu32 "\n", item->owner, item->group);
}

static errcode
run_show(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 20);
    struct quarantine_item item;
    errcode code = open_quarantine(call, err);
    if (code == OK)
        code = item_of(call->words[0], &item, err);
    if (code == OK && call_given(call, "json")) {
        struct json_out json = json_out_to(&out);
        write_json(&item, &json);
        buf_char(&out, '\n');
    } else if (code == OK) {
        write_text(&item, &out);
    }
    close_quarantine();
    errcode written = code == OK ? output_buf(&out, "the description", err) : code;
    buf_clear(&out);
    return written;
}

/* ---- restore, delete ---- */

static errcode
run_restore(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 20);
    struct quarantine_item item;
    const char *to = call_option(call, "to");
    errcode code = open_quarantine(call, err);
    if (code == OK)
        code = item_of(call->words[0], &item, err);
    if (code == OK)
        code = quarantine_restore(quarantine, item.number, to, err);
    if (code == OK) {
        str notes = str_of(quarantine_notes(quarantine)), line;
        write_shown(to ? to : item.path, &out);
        buf_z(&out, ": restored\n");
        while (str_line(&notes, &line))
            output_aside("warning: %.*s", STR_ARG(line));
        code = output_buf(&out, "the output", err);
    }
    close_quarantine();
    return code;
}

static errcode
confirm(const struct call *call, struct err *err)
{
    char answer[16];
    if (call_given(call, "yes"))
        return OK;
    if (!console_is_asked())
        return err_set(err, ERR_USAGE,
                       "what is deleted is gone for good: --yes says that this is meant");
    fprintf(stderr, "Delete %zu of what is kept, for good? [y/N] ", call->word_count);
    fflush(stderr);
    if (console_read_line(answer, sizeof answer) && (answer[0] == 'y' || answer[0] == 'Y'))
        return OK;
    return err_set(err, ERR_DENIED, "nothing was deleted");
}

static errcode
run_delete(const struct call *call, struct err *err)
{
    struct quarantine_item item;
    errcode code = open_quarantine(call, err);
    /* All of them are there, or nothing is deleted. */
    for (size_t i = 0; i < call->word_count && code == OK; i++)
        code = item_of(call->words[i], &item, err);
    if (code == OK)
        code = confirm(call, err);
    for (size_t i = 0; i < call->word_count && code == OK; i++) {
        code = item_of(call->words[i], &item, err);
        if (code == OK)
            code = quarantine_delete(quarantine, item.number, err);
        if (code == OK)
            printf("%" PRIu64 ": deleted\n", item.number);
    }
    close_quarantine();
    return code;
}

static const struct option options[] = {
    {"folder", "DIR", NULL, "the quarantine (default: /var/lib/khien-scan/quarantine for root)", 0},
    {0},
};
static const struct option json_options[] = {OPTION_JSON, {0}};
static const struct option restore_options[] = {
    {"to", "PATH", NULL, "restore it there, not where it was", 0},
    {0},
};
static const struct option delete_options[] = {
    {"yes", NULL, NULL, "do not ask", 'y'},
    {0},
};

static const struct action actions[] = {
    {.name = "list",
     .words = "",
     .summary = "list what was taken, also what is no longer kept",
     .needs = NEED_OUTPUT,
     .without_conf = true,
     .options = json_options,
     .grant = grant_folder,
     .run = run_list},
    {.name = "show",
     .words = "N",
     .summary = "show all that is known of one",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_OUTPUT,
     .without_conf = true,
     .options = json_options,
     .grant = grant_folder,
     .run = run_show},
    {.name = "restore",
     .words = "N",
     .summary = "put one back",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_OUTPUT | NEED_METADATA,
     .without_conf = true,
     .options = restore_options,
     .grant = grant_restore,
     .run = run_restore},
    {.name = "delete",
     .words = "N…",
     .summary = "delete what is kept of some, for good",
     .words_min = 1,
     .words_max = NUMBERS_MAX,
     .needs = NEED_OUTPUT,
     .without_conf = true,
     .options = delete_options,
     .grant = grant_folder,
     .run = run_delete},
    {0},
};
static const struct example examples[] = {
    {"khien quarantine list", "What was taken:"},
    {"khien quarantine restore 3", "It was a false alarm, so it goes back as it was:"},
    {"khien quarantine restore 3 --to /tmp/sample", "For a closer look, elsewhere:"},
    {"khien quarantine delete 1 2", "No longer needed:"},
    {NULL, NULL},
};
const struct command command_quarantine = {
    .name = "quarantine",
    .group = "Finding malware",
    .summary = "list, restore and delete what was taken out of the way",
    .details =
        "A scan that is told to clean takes files, lines of text files such as crontabs, values of "
        "the registry of Windows, and processes, and disables scheduled tasks of Windows. All but "
        "processes are kept, so that they can be given back; other scanners do "
        "not find them there. Whatever moment the machine stops at, each is whole in its place or "
        "in quarantine.\n\n"
        "The quarantine is the folder of `--folder`, else `/var/lib/khien-scan/quarantine` for "
        "root, "
        "and `khien/quarantine` in `$XDG_DATA_HOME` or `~/.local/share` for others. One program "
        "uses it at a time.\n\n"
        "`restore` gives a file back with owner, mode, ACL, extended attributes and times, and "
        "says what of these it was not permitted to. It replaces nothing: when something stands "
        "there, it is refused. A line goes back between the lines that it stood between, else to "
        "the end of the file. A value goes back to its key when none of its name is there, or "
        "still "
        "the one that was set in its place. A task is enabled when it is there and does what it "
        "did; with `--to` its description becomes a file, which `schtasks /Create /XML` takes. "
        "Links are followed in no part of a path.\n\n"
        "States are `kept`, `restored`, `deleted`, `ended` (a process) and `missing`: its copy is "
        "gone, and not by this program.",
    .actions = actions,
    .options = options,
    .examples = examples,
    .see_also = "khien-yara",
};
