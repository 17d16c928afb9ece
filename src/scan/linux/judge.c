/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/judge.h"

#include "base/ip.h"

enum { FINDINGS_MAX = 100 };

const struct check_reason judge_listed = {
    "listed-address", "Có địa chỉ của máy chủ điều khiển mã độc đã biết",
    "It has the address of a known control server of malware"};
const struct check_reason judge_unowned = {
    "unowned", "Tệp nằm giữa các tệp của hệ thống nhưng không thuộc gói phần mềm nào",
    "The file stands among the system's own, but no software package owns it"};
static const struct check_reason writable = {
    "writable-program", "Chương trình tự chạy mà người dùng nào cũng sửa được",
    "The program starts by itself, and any user may change it"};
/* The run of digits and dots that begins at *AT. */
static bool
next_address(str text, size_t *at, str *ret)
{
    size_t i = *at;
    while (i < text.n && !ascii_is_digit(text.p[i]))
        i++;
    size_t begin = i;
    while (i < text.n && (ascii_is_digit(text.p[i]) || text.p[i] == '.'))
        i++;
    *at = i;
    *ret = (str){text.p + begin, i - begin};
    return i > begin;
}

bool
judge_addresses(const struct look *look, const char *path, size_t line, str text)
{
    const struct checking *checking = look->checking;
    char address[IP_TEXT], name[256];
    str run;
    uint32_t number;
    if (!checking->is_listed)
        return false;
    for (size_t at = 0; next_address(text, &at, &run);) {
        if (!ip4_parse(run, &number))
            continue;
        ip_format(ip_from_v4(number), address);
        if (!checking->is_listed(checking->context, address, name))
            continue;
        look_found(look, &(struct seen){.level = FINDING_MALICIOUS,
                                        .reason = &judge_listed,
                                        .path = path,
                                        .line = line,
                                        .detail = text});
        return true;
    }
    return false;
}

static bool
stands_in_library_folder(const struct look *look, str name, enum ownership *ret)
{
    static const char *const folders[] = {"/lib/x86_64-linux-gnu",
                                          "/usr/lib/x86_64-linux-gnu",
                                          "/lib/aarch64-linux-gnu",
                                          "/usr/lib/aarch64-linux-gnu",
                                          "/lib",
                                          "/usr/lib",
                                          "/lib64",
                                          "/usr/lib64"};
    char path[PATH_TEXT], word[256];
    if (!str_copy(name, word, sizeof word))
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct stat status;
        if (path_join(path, folders[i], word, NULL) != OK || !look_stat(look, path, &status))
            continue;
        *ret = look_real_owner(look, path);
        return true;
    }
    return false;
}

bool
judge_library(const struct look *look, str library, enum finding_level *ret)
{
    char path[PATH_TEXT];
    enum ownership owner = OWNERSHIP_NONE;
    bool is_library = str_starts(library, STR("/lib")) || str_starts(library, STR("/usr/lib"));
    bool is_name = !memchr(library.p, '/', library.n);
    if (is_name)
        is_library = stands_in_library_folder(look, library, &owner);
    else if (str_copy(library, path, sizeof path))
        owner = look_real_owner(look, path);
    if (owner == OWNERSHIP_PACKAGE)
        return false;
    /* A name that no folder has is most likely a program that was removed. */
    bool is_weak = is_library ? owner == OWNERSHIP_UNKNOWN : is_name;
    *ret = is_weak ? FINDING_LOOK : FINDING_SUSPICIOUS;
    return true;
}

/* Values are lists with blanks or colons; "$NAME" and "${NAME:+…}" in them name no library. */
static str
next_library(str list, size_t *at)
{
    size_t begin = *at, end = begin;
    while (end < list.n && !memchr(" \t:\"'$", list.p[end], 6))
        end++;
    *at = end + 1;
    if (end + 1 < list.n && list.p[end] == '$') {
        char stop = list.p[end + 1] == '{' ? '}' : ':';
        while (*at < list.n && list.p[*at] != stop)
            ++*at;
        ++*at;
    }
    return (str){list.p + begin, end - begin};
}

bool
judge_libraries(const struct look *look, str assignment, struct suspicion *ret)
{
    str name, rest = assignment;
    if (!suspect_variable(assignment, ret) || !str_cut(&rest, '=', &name))
        return false;
    for (size_t at = 0; at < rest.n;) {
        str library = next_library(rest, &at);
        if (library.n && judge_library(look, library, &ret->level))
            return true;
    }
    return false;
}

void
judge_variable(const struct look *look, const char *path, size_t line, str assignment)
{
    struct suspicion suspicion;
    if (judge_libraries(look, assignment, &suspicion))
        look_found(look, &(struct seen){.level = suspicion.level,
                                        .reason = suspicion.reason,
                                        .path = path,
                                        .line = line,
                                        .detail = assignment});
}

static void
judge_variables(const struct look *look, const char *path, size_t number,
                const struct command_line *line)
{
    for (size_t i = 0; i < line->count; i++)
        judge_variable(look, path, number, line->words[i].text);
}

/* Any user may write to the file, or put another one in its place. */
static bool
is_writable(const struct look *look, const char *path, const struct stat *file)
{
    char folder[PATH_TEXT];
    struct stat above;
    size_t n = (size_t)(path_base(path) - path);
    if (file->st_mode & S_IWOTH)
        return true;
    if (n <= 1 || !str_copy((str){path, n - 1}, folder, sizeof folder))
        return false;
    return look_stat(look, folder, &above) && S_ISDIR(above.st_mode) &&
           (above.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH;
}

struct entry {
    const char *path;
    size_t line;
    str text;
    bool is_reported;
};

static void
judge_file(const struct look *look, struct entry *entry, str word)
{
    char path[PATH_TEXT];
    struct stat status;
    if (!str_starts(word, STR("/")) || !str_copy(word, path, sizeof path) ||
        !look_stat(look, path, &status) || !S_ISREG(status.st_mode))
        return;
    look_line_starts(look, path, entry->path, entry->line);
    if (entry->is_reported || !is_writable(look, path, &status))
        return;
    entry->is_reported = true;
    look_found(look, &(struct seen){.level = FINDING_LOOK,
                                    .reason = &writable,
                                    .path = entry->path,
                                    .line = entry->line,
                                    .detail = entry->text});
}

static void
tell_cut(const struct look *look, const char *path, size_t number)
{
    char full[PATH_TEXT];
    struct err err;
    if (!look_path(look, path, full))
        return;
    err_set(&err, ERR_LIMIT, "%s: line %zu is too long to be looked at whole", full, number);
    look_unseen(look, full, &err);
}

static void
judge_text(const struct look *look, struct entry *entry, const struct command_line *line,
           enum finding_level least)
{
    struct suspicion suspicion;
    judge_variables(look, entry->path, entry->line, line);
    entry->is_reported = judge_addresses(look, entry->path, entry->line, entry->text);
    if (entry->is_reported || !suspect_parsed(line, entry->text, &suspicion) ||
        suspicion.level < least)
        return;
    entry->is_reported = true;
    look_found(look, &(struct seen){.level = suspicion.level,
                                    .reason = suspicion.reason,
                                    .path = entry->path,
                                    .line = entry->line,
                                    .detail = entry->text});
}

bool
judge_command(const struct look *look, const char *path, size_t number, str command)
{
    struct entry entry = {.path = path, .line = number, .text = str_trim(command)};
    struct command_line line;
    command_parse(command, &line);
    if (line.is_cut)
        tell_cut(look, path, number);
    judge_text(look, &entry, &line, FINDING_LOOK);
    for (size_t stage = 0; stage < line.stage_count; stage++) {
        size_t next = line.stages[stage].next;
        str program = command_program(&line, stage);
        judge_file(look, &entry, program);
        if (next != SIZE_MAX && command_is_shell(program))
            judge_file(look, &entry, line.words[next].text);
    }
    command_clear(&line);
    return entry.is_reported;
}

void
judge_script(const struct look *look, const char *path, str text)
{
    struct script_lines lines = SCRIPT_LINES(text);
    str command;
    bool cut = false;
    /* A script with that many bad lines has been found; the others would hide other findings. */
    for (size_t found = 0; found < FINDINGS_MAX && script_line(&lines, &command);) {
        struct entry entry = {.path = path, .line = lines.line, .text = command};
        struct command_line line;
        command_parse(command, &line);
        if (line.is_cut && !cut)
            tell_cut(look, path, lines.line);
        cut = cut || line.is_cut;
        judge_text(look, &entry, &line, FINDING_SUSPICIOUS);
        found += entry.is_reported;
        command_clear(&line);
    }
}

void
judge_script_file(const struct look *look, const char *path, void *unused)
{
    struct buf text;
    (void)unused;
    if (!look_read(look, path, &text))
        return;
    look_starts(look, path);
    if (!str_starts(buf_view(&text), STR("\x7f"
                                         "ELF")))
        judge_script(look, path, buf_view(&text));
    buf_clear(&text);
}
