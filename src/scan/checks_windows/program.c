/* SPDX-License-Identifier: Apache-2.0 */
/* A command's program is the first word that is a file; without quotes a path may go on behind a
 * blank, as CreateProcess tries it. Other words that are files start with it: the DLL of rundll32,
 * the script of wscript. */
#include "scan/checks_windows/program.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/registry.h"

#include <stdio.h>

enum { COMMAND = 32 << 10, DETAIL = 400, FILES = 16 };

/* %APPDATA% and its like are the user's, not ours. */
static void
expand(const struct program *program, char *out)
{
    static const struct {
        const char *name, *below;
    } variables[] = {{"%USERPROFILE%", ""},
                     {"%APPDATA%", "\\AppData\\Roaming"},
                     {"%LOCALAPPDATA%", "\\AppData\\Local"},
                     {"%TEMP%", "\\AppData\\Local\\Temp"},
                     {"%TMP%", "\\AppData\\Local\\Temp"}};
    enum { COUNT = sizeof variables / sizeof *variables };
    struct buf text = BUF(COMMAND - 1);
    str rest = str_of(program->command);
    while (rest.n > 0) {
        size_t i = program->profile && rest.p[0] == '%' ? 0 : COUNT, n = 1;
        while (i < COUNT && !(rest.n >= (n = strlen(variables[i].name)) &&
                              str_eq_nocase((str){rest.p, n}, str_of(variables[i].name))))
            i++;
        if (i < COUNT)
            buf_printf(&text, "%s%s", program->profile, variables[i].below);
        else
            buf_char(&text, rest.p[0]);
        rest = str_from(rest, i < COUNT ? n : 1);
    }
    registry_expand(text.p ? text.p : "", out, COMMAND);
    buf_clear(&text);
}

/* WORD as a file of the checked system; a bare name stands in the folders of Windows. */
static bool
find_file(const struct checking *checking, str word, char out[PATH_TEXT])
{
    static const char *const folders[] = {"System32\\", "", "System32\\WindowsPowerShell\\v1.0\\"};
    static const char *const endings[] = {"", ".exe", ".dll"};
    char path[PATH_TEXT], below[PATH_TEXT];
    if (str_starts(word, STR("\\??\\")))
        word = str_from(word, 4);
    if (word.n >= PATH_TEXT || word.n < 2)
        return false;
    static const str root = {"\\SystemRoot\\", 12}, system32 = {"System32\\", 9};
    bool is_rooted = word.n > root.n && str_eq_nocase((str){word.p, root.n}, root);
    if (is_rooted || (word.n > system32.n && str_eq_nocase((str){word.p, system32.n}, system32))) {
        snprintf(below, sizeof below, "%.*s", STR_ARG(str_from(word, is_rooted ? root.n : 0)));
        return place_in_windows(checking, below, out) && place_is_file(out);
    }
    for (size_t e = 0; e < 3; e++) {
        snprintf(path, sizeof path, "%.*s%s", STR_ARG(word), endings[e]);
        if (word.p[1] == ':') {
            if (place_of(checking, path, out) && place_is_file(out))
                return true;
            continue;
        }
        if (doubt_base(word).n != word.n)
            return false;
        for (size_t f = 0; f < 3; f++) {
            snprintf(below, sizeof below, "%s%s", folders[f], path);
            if (place_in_windows(checking, below, out) && place_is_file(out))
                return true;
        }
    }
    return false;
}

/* The program at the start of COMMAND; *REST is what follows it. */
static bool
find_program(const struct checking *checking, str command, str *rest, char out[PATH_TEXT])
{
    str word;
    *rest = str_trim(command);
    if (rest->n > 0 && rest->p[0] != '"')
        for (size_t n = 1; n <= rest->n; n++) {
            if (n < rest->n && rest->p[n] != ' ')
                continue;
            if (find_file(checking, (str){rest->p, n}, out)) {
                *rest = str_from(*rest, n);
                return true;
            }
        }
    return doubt_word(rest, &word) && find_file(checking, word, out);
}

static bool
is_of_windows(const struct checking *checking, const char *path)
{
    char windows[PATH_TEXT];
    return place_in_windows(checking, "", windows) && strlen(path) > strlen(windows) &&
           str_eq_nocase((str){path, strlen(windows)}, str_of(windows));
}

static void
tell_start(struct checking *checking, const struct program *program, const char *path)
{
    struct check_start start = program->start;
    start.path = path;
    checking->starts(checking->context, &start);
}

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void
program_found(struct checking *checking, const struct check *check, struct doubt doubt,
              const char *subject, const char *detail, const char *file,
              const struct check_value *ends)
{
    char shown[DETAIL + 4], name[1024];
    size_t n = 0;
    const char *at = detail;
    /* Blanks in a row, which hide what follows, are shown as one. */
    for (; *at && n < DETAIL; at++)
        if (!is_blank(at[0]) || !is_blank(at[1]))
            shown[n++] = is_blank(*at) ? ' ' : *at;
    snprintf(shown + n, sizeof shown - n, "%s", *at ? "…" : "");
    str_make_shown(shown, strlen(shown), "");
    snprintf(name, sizeof name, "%s", subject);
    str_make_shown(name, strlen(name), "");
    struct finding finding = {
        .check = check,
        .level = doubt.level,
        .reason = doubt.reason,
        .subject = name,
        .detail = shown,
        .file = file,
        .value = ends,
    };
    checking->found(checking->context, &finding);
}

void
program_starts(struct checking *checking, const struct check *check, const struct program *program)
{
    static const struct check_reason posing = {
        "false-system-program", "nó mang tên một chương trình của Windows nhưng nằm ở chỗ khác",
        "it has the name of a program of Windows but stands elsewhere"};
    cleanup(cleanup_free) char *command = mem_alloc(COMMAND);
    char path[PATH_TEXT] = "", other[PATH_TEXT], windows[PATH_TEXT];
    str rest, word;
    checking->looked++;
    expand(program, command);
    struct doubt doubt = doubt_command(str_of(command));
    if (program->least.reason && (!doubt.reason || program->least.level > doubt.level))
        doubt = program->least;
    bool found = find_program(checking, str_of(command), &rest, path);
    if (found)
        tell_start(checking, program, path);
    for (size_t i = 0; i < FILES && doubt_word(&rest, &word); i++) {
        size_t comma = str_find(word, STR(","));
        word.n = comma == SIZE_MAX ? word.n : comma;
        if (word.n > 2 && word.p[1] == ':' && find_file(checking, word, other))
            tell_start(checking, program, other);
    }
    if (found && place_in_windows(checking, "", windows) &&
        doubt_is_false_system_program(str_of(path), str_of(windows)))
        doubt = (struct doubt){FINDING_SUSPICIOUS, &posing};
    const char *file = program->file;
    if (!file && found && !is_of_windows(checking, path))
        file = path;
    if (doubt.reason)
        program_found(checking, check, doubt, program->subject, command, file, NULL);
}
