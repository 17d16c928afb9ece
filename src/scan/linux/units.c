/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/units.h"

#include "scan/linux/lines.h"

struct walk {
    bool timed;
    bool is_vendor; /* a folder of packages' units: only files of others are of interest */
};

/* NAME.service beside NAME.timer. */
static bool
has_timer(const struct look *look, const char *path)
{
    char timer[PATH_TEXT];
    struct stat status;
    const char *dot = strrchr(path, '.');
    int n = dot ? snprintf(timer, sizeof timer, "%.*s.timer", (int)(dot - path), path) : -1;
    return n > 0 && n < PATH_TEXT && look_stat_link(look, timer, &status);
}

/* Environment="A=b" C=d */
static void
judge_environment(const struct look *look, const char *path, const struct unit_line *line)
{
    struct command_line words;
    command_parse(line->value, &words);
    for (size_t i = 0; i < words.count; i++)
        judge_variable(look, path, line->line, words.words[i].text);
    command_clear(&words);
}

static void
judge_unit(const struct look *look, const char *path)
{
    struct unit_lines lines;
    struct unit_line line;
    struct buf text;
    if (!look_read(look, path, &text))
        return;
    lines = UNIT_LINES(buf_view(&text));
    while (unit_line_next(&lines, &line)) {
        str value = str_trim(line.value);
        while (value.n && memchr("@-:+!|", value.p[0], 6))
            value = str_from(value, 1);
        if (str_starts(line.key, STR("Exec")) && value.n)
            judge_command(look, path, line.line, value);
        else if (str_ends(line.key, STR("Environment")))
            judge_environment(look, path, &line);
    }
    buf_clear(&text);
}

static bool
is_unit(str name)
{
    static const char *const endings[] = {".service", ".socket", ".mount", ".swap", ".conf"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (str_ends(name, str_of(endings[i])))
            return true;
    return false;
}

static void
check_unit(const struct look *look, const char *path, void *context)
{
    const struct walk *walk = context;
    struct stat status;
    if (!is_unit(str_of(path)) || has_timer(look, path) != walk->timed ||
        look_real_owner(look, path) == OWNERSHIP_PACKAGE)
        return;
    judge_unit(look, path);
    if (walk->is_vendor && !walk->timed && look_owner(look, path) == OWNERSHIP_NONE &&
        look_stat_link(look, path, &status) && S_ISREG(status.st_mode))
        look_found(look,
                   &(struct seen){.level = FINDING_LOOK, .reason = &judge_unowned, .path = path});
}

static void
check_entry(const struct look *look, const char *path, void *context)
{
    if (str_ends(str_of(path), STR(".d")))
        look_each(look, path, check_unit, context);
    else
        check_unit(look, path, context);
}

void
units_judge(const struct look *look, bool timed)
{
    static const char *const folders[] = {
        "/etc/systemd/system",         "/etc/systemd/user",
        "/run/systemd/system",         "/run/systemd/user",
        "/etc/systemd/system.control", "/usr/local/lib/systemd/system",
        "/usr/local/lib/systemd/user"};
    static const char *const vendor[] = {"/usr/lib/systemd/system", "/usr/lib/systemd/user",
                                         "/lib/systemd/system"};
    struct walk walk = {.timed = timed};
    struct stat status;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        look_each(look, folders[i], check_entry, &walk);
    look_home_folders(look, ".config/systemd/user", check_entry, &walk);
    look_home_folders(look, ".local/share/systemd/user", check_entry, &walk);
    walk.is_vendor = true;
    /* /lib is another folder only where /usr was not merged. */
    size_t count = look_stat_link(look, "/lib", &status) && S_ISDIR(status.st_mode) ? 3 : 2;
    for (size_t i = 0; i < count; i++)
        look_each(look, vendor[i], check_entry, &walk);
}
