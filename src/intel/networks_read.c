/* SPDX-License-Identifier: Apache-2.0 */
/* Reading registry sources: which kind a file is, line by line, and the folder they are kept in. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/require.h"
#include "intel/networks_rows.h"

#include <dirent.h>
#include <errno.h>

struct line_format {
    const char *name;
    const char *(*line)(struct networks *networks, str line, bool *ret_skip);
};

static const struct line_format format_csv = {"ip-location-db CSV", network_line_csv};
static const struct line_format format_rir = {"RIR statistics", network_line_rir};
static const struct line_format format_own = {"networks CSV", network_line_own};
static const struct line_format format_isps = {"providers by ASN", NULL};

static bool
is_isp_table(str line)
{
    size_t cells = 0;
    str cell;
    while (str_cut(&line, '\t', &cell))
        cells++;
    return cells == 8;
}

/* By the first line that is neither empty nor a comment; NULL when it is none of ours. */
static const struct line_format *
format_find(str text)
{
    str line = {0};
    while (str_line(&text, &line))
        if (line.n && line.p[0] != '#')
            break;
    str rest = line, cell;
    ip addr;
    if (str_eq(line, STR(NETWORKS_OWN_HEADER)))
        return &format_own;
    if (is_isp_table(line))
        return &format_isps;
    if (str_find(line, STR("|")) != SIZE_MAX)
        return &format_rir;
    if (rest.p && str_cut(&rest, ',', &cell) && ip_parse(cell, &addr) && rest.p)
        return &format_csv;
    return NULL;
}

static errcode
check_refused(const char *name, const struct networks_report *report, struct err *err)
{
    uint64_t refused = report->refused;
    bool few = refused <= LIMIT_REFUSED_FEW;
    if (refused && report->ranges == 0)
        return err_set(err, ERR_FORMAT, "%s: none of its %llu rows could be read as %s", name,
                       (unsigned long long)report->rows, report->format);
    if (!few && refused > report->rows * LIMIT_REFUSED_PERCENT / 100)
        return err_set(err, ERR_FORMAT,
                       "%s: %llu of its %llu rows are refused, more than %d %%: is it %s?", name,
                       (unsigned long long)refused, (unsigned long long)report->rows,
                       LIMIT_REFUSED_PERCENT, report->format);
    return OK;
}

errcode
networks_read(struct networks *networks, const char *name, str text,
              void (*refused)(void *context, uint64_t line, const char *reason), void *context,
              struct networks_report *ret, struct err *err)
{
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    const struct line_format *format = format_find(text);
    if (!format)
        return err_set(err, ERR_FORMAT,
                       "%s is no registry file: expected an ip-location-db CSV, a RIR statistics "
                       "file, or a CSV with the header " NETWORKS_OWN_HEADER,
                       name);
    struct networks_report report = {.format = format->name};
    if (format == &format_isps) {
        errcode code = networks_read_isps(networks, name, text, err);
        if (code != OK)
            return code;
        report.rows = networks->isp_count;
        *ret = report;
        return OK;
    }
    size_t before = networks->count;
    uint64_t number = 0;
    str line;
    for (str rest = text; str_line(&rest, &line);) {
        number++;
        bool skip = false;
        const char *reason =
            line.n > LIMIT_LINE ? "a line of more than 1 MiB" : format->line(networks, line, &skip);
        report.rows += !skip;
        report.refused += reason != NULL;
        if (reason && refused)
            refused(context, number, reason);
    }
    report.ranges = networks->count - before;
    errcode code = check_refused(name, &report, err);
    if (code != OK) {
        networks->count = before;
        return code;
    }
    *ret = report;
    return OK;
}

/* Letters, digits and . _ - only, so that a source cannot leave its folder or hide in it. */
static bool
source_name_ok(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > 200 || name[0] == '.')
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = ascii_lower(name[i]);
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && !strchr("._-", c))
            return false;
    }
    return strstr(name, ".tmp-") == NULL; /* file_replace's own */
}

errcode
networks_save(const char *folder, const char *name, str text, struct err *err)
{
    const char *base = path_base(name);
    if (!source_name_ok(base))
        return err_set(err, ERR_USAGE,
                       "the registry file's name %s may have letters, digits and ._- only", base);
    char path[PATH_TEXT];
    errcode code = folder_make(folder, err);
    if (code == OK)
        code = path_join(path, folder, base, err);
    if (code == OK)
        code = file_replace(path, text, err);
    return code;
}

static int
is_source(const struct dirent *entry)
{
    return source_name_ok(entry->d_name);
}

static errcode
load_one(struct networks *networks, const char *folder, const char *name, struct err *err)
{
    char path[PATH_TEXT];
    struct file_map map;
    errcode code = path_join(path, folder, name, err);
    if (code == OK)
        code = file_map_open(path, &map, err);
    if (code != OK)
        return code;
    struct networks_report report;
    code = networks_read(networks, path, map.bytes, NULL, NULL, &report, err);
    file_map_close(&map);
    return code;
}

errcode
networks_load(struct networks *networks, const char *folder, struct err *err)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_source, alphasort);
    if (count < 0 && errno == ENOENT)
        return OK;
    if (count < 0)
        return err_set_errno(err, "cannot read the folder %s", folder);
    errcode code = OK;
    for (int i = 0; i < count; i++) {
        if (code == OK)
            code = load_one(networks, folder, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return code;
}
