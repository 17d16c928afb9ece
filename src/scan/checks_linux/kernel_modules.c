/* SPDX-License-Identifier: Apache-2.0 */
/* A module in the kernel can hide anything. Each that is loaded has a file that modules.dep names;
 * one without came from elsewhere. One that /sys knows and /proc/modules does not hides. */
#include "scan/linux/checks_linux.h"
#include "scan/linux/judge.h"
#include "scan/linux/lines.h"
#include "scan/linux/tree.h"

#include <sys/utsname.h>

enum { DEPENDENCIES_MAX = 64 << 20, LISTED_MAX = 1000 };

static const struct check_reason no_file = {
    "module-without-file", "Mô-đun đang chạy trong nhân nhưng không có tệp nào trên đĩa",
    "The module runs in the kernel, but no file of it is on the disk"};
static const struct check_reason hides = {"module-hidden", "Mô-đun trong nhân tự ẩn khỏi danh sách",
                                          "A module of the kernel hides from the list"};

/* "snd-hda-intel.ko.xz" as the kernel names it: "snd_hda_intel". */
static bool
module_name(str path, char out[PATH_TEXT])
{
    str name = command_base(path);
    size_t end = str_find(name, STR(".ko"));
    name.n = end == SIZE_MAX ? name.n : end;
    if (name.n == 0 || !str_copy(name, out, PATH_TEXT))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if (out[i] == '-')
            out[i] = '_';
    return true;
}

/* Where modules.dep says the module's file is: "kernel/x.ko: kernel/y.ko". */
static bool
find_path(str dependencies, const char *module, str *ret)
{
    char name[PATH_TEXT];
    str line, path;
    while (str_line(&dependencies, &line)) {
        if (!str_cut(&line, ':', &path) || !module_name(path, name) || strcmp(name, module) != 0)
            continue;
        *ret = path;
        return true;
    }
    return false;
}

static void
check_loaded(const struct look *look, str modules, str dependencies)
{
    str line, name, path;
    while (str_line(&modules, &line)) {
        char module[PATH_TEXT];
        str rest = line;
        if (!line_word(&rest, &name) || !module_name(name, module))
            continue;
        look->checking->looked++;
        if (!find_path(dependencies, module, &path))
            look_found(look, &(struct seen){.level = FINDING_SUSPICIOUS,
                                            .reason = &no_file,
                                            .subject = module,
                                            .detail = line});
    }
}

static bool
is_loaded(str modules, const char *name)
{
    str line, word, want = str_of(name);
    while (str_line(&modules, &line))
        if (line_word(&line, &word) && str_eq(word, want))
            return true;
    return false;
}

/* Built-in modules have a folder there too, but not their state. */
static void
check_hidden_modules(const struct look *look, str modules)
{
    struct names names;
    look_names(look, "/sys/module", &names);
    for (size_t i = 0; i < names.count; i++) {
        char path[PATH_TEXT];
        struct stat status;
        struct buf now;
        snprintf(path, sizeof path, "/sys/module/%s/initstate", names.list[i]);
        if (is_loaded(modules, names.list[i]) || !look_stat(look, path, &status))
            continue;
        /* It may have been loaded in between. */
        bool hidden = file_read("/proc/modules", LOOK_FILE_MAX, &now, NULL) == OK;
        if (hidden && !is_loaded(buf_view(&now), names.list[i]))
            look_found(look, &(struct seen){.level = FINDING_SUSPICIOUS,
                                            .reason = &hides,
                                            .subject = names.list[i]});
        if (hidden)
            buf_clear(&now);
    }
    folder_names_clear(&names);
}

static void
check_running(const struct look *look)
{
    struct buf modules, dependencies = {0};
    struct utsname kernel;
    char path[PATH_TEXT];
    struct err err;
    if (file_read("/proc/modules", LOOK_FILE_MAX, &modules, &err) != OK) {
        if (err.code != ERR_NOT_FOUND) /* a kernel without modules */
            look_unseen(look, "/proc/modules", &err);
        return;
    }
    uname(&kernel);
    snprintf(path, sizeof path, "/lib/modules/%s/modules.dep", kernel.release);
    if (look_read_large(look, path, DEPENDENCIES_MAX, &dependencies)) {
        check_loaded(look, buf_view(&modules), buf_view(&dependencies));
    } else if (modules.n) {
        err_set(&err, ERR_NOT_FOUND,
                "%s is not there, as in containers: modules of the kernel "
                "cannot be told apart",
                path);
        look_unseen(look, path, &err);
    }
    check_hidden_modules(look, buf_view(&modules));
    buf_clear(&modules);
    buf_clear(&dependencies);
}

/* Below kernel/ all files are the kernel package's; what is built on the machine stands in
 * updates/, extra/ or misc/. */
static void
check_file(const struct look *look, const char *path, const struct stat *status, void *unused)
{
    (void)status;
    (void)unused;
    if (!strstr(path_base(path), ".ko") || look_owner(look, path) != OWNERSHIP_NONE)
        return;
    look_starts(look, path);
    look_found(look,
               &(struct seen){.level = FINDING_SUSPICIOUS, .reason = &judge_unowned, .path = path});
}

static void
check_kernel(const struct look *look, const char *path, void *unused)
{
    static const char *const nothing[] = {NULL};
    char folder[PATH_TEXT];
    (void)unused;
    if (path_join(folder, path, "kernel", NULL) == OK)
        tree_each(look, folder, nothing, check_file, NULL);
}

struct listed {
    const char *path; /* that lists the module */
    size_t line;
    const char *module;
};

/* DKMS builds modules of packages on the machine, so that no package owns them. */
static void
check_listed(const struct look *look, const char *kernel, void *context)
{
    const struct listed *listed = context;
    struct buf dependencies;
    char path[PATH_TEXT], file[PATH_TEXT];
    str relative;
    snprintf(path, sizeof path, "%.2000s/modules.dep", kernel);
    if (!look_read_large(look, path, DEPENDENCIES_MAX, &dependencies))
        return;
    if (find_path(buf_view(&dependencies), listed->module, &relative)) {
        snprintf(file, sizeof file, "%.2000s/%.*s", relative.p[0] == '/' ? "" : kernel,
                 (int)(relative.n < 2000 ? relative.n : 2000), relative.p);
        look_starts(look, file);
        if (!strstr(file, "/dkms/") && look_owner(look, file) == OWNERSHIP_NONE)
            look_found(look, &(struct seen){.level = FINDING_LOOK,
                                            .reason = &judge_unowned,
                                            .path = listed->path,
                                            .line = listed->line,
                                            .detail = str_of(file)});
    }
    buf_clear(&dependencies);
}

/* Modules that are loaded when the machine starts, a line each. */
static void
check_list(const struct look *look, const char *path, void *unused)
{
    struct listed listed = {.path = path};
    struct buf text;
    char module[PATH_TEXT];
    str line, word;
    (void)unused;
    if (!look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (listed.line < LISTED_MAX && str_line(&rest, &line)) {
        listed.line++;
        if (!line_word(&line, &word) || word.p[0] == '#' || word.p[0] == ';' ||
            !module_name(word, module))
            continue;
        listed.module = module;
        look_each(look, "/lib/modules", check_listed, &listed);
    }
    buf_clear(&text);
}

/* Commands that modprobe.d lets a module's name stand for. */
static void
check_modprobe(const struct look *look, const char *path, void *unused)
{
    struct buf text;
    str line, word, name;
    size_t number = 0;
    (void)unused;
    if (!str_ends(str_of(path), STR(".conf")) || !look_read(look, path, &text))
        return;
    str rest = buf_view(&text);
    while (str_line(&rest, &line)) {
        number++;
        if (line_word(&line, &word) && str_eq(word, STR("install")) && line_word(&line, &name))
            judge_command(look, path, number, line);
    }
    buf_clear(&text);
}

static void
run(struct checking *checking, const struct check *check)
{
    struct look look = {checking, check};
    look_each(&look, "/lib/modules", check_kernel, NULL);
    check_list(&look, "/etc/modules", NULL);
    look_each(&look, "/etc/modules-load.d", check_list, NULL);
    look_each(&look, "/usr/lib/modules-load.d", check_list, NULL);
    look_each(&look, "/etc/modprobe.d", check_modprobe, NULL);
    look_each(&look, "/usr/lib/modprobe.d", check_modprobe, NULL);
    if (!look_is_offline(&look))
        check_running(&look);
}

const struct check check_kernel_modules = {
    .id = "kernel-modules",
    .attack = "T1547.006",
    .vi = {"Mô-đun của nhân hệ điều hành",
           "Mô-đun chạy bên trong nhân và có toàn quyền. Rootkit là mô-đun độc hại: nó giấu được "
           "tệp, "
           "tiến trình và kết nối.",
           "Máy này không còn tự nói thật về mình. Hãy tắt máy, kiểm tra đĩa bằng một máy sạch, và "
           "cân nhắc cài lại."},
    .en = {"Modules of the kernel",
           "A module runs inside of the kernel with all rights. A rootkit is a malicious one: it "
           "hides files, processes and connections.",
           "This machine may no longer tell the truth about itself. Turn it off, examine its disk "
           "from a clean machine, and think of installing it anew."},
    .run = run,
};
