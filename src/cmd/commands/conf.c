/* SPDX-License-Identifier: Apache-2.0 */
/* khien conf: checks, prints and explains the configuration. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/limits.h"
#include "cmd/commands/commands.h"
#include "intel/intel.h"

#include <stdarg.h>
#include <stdio.h>

static void
write_out(struct buf *out)
{
    fwrite(out->p, 1, out->n, stdout);
    buf_clear(out);
}

/* Faults go to standard error one by one; what is returned only counts them. */
struct check {
    size_t faults;
};

static void
show_fault(void *context, const char *message)
{
    struct check *check = context;
    check->faults++;
    fprintf(stderr, "%s\n", message);
}

__attribute__((format(printf, 2, 3))) static void
fault(struct check *check, const char *format, ...)
{
    struct err err;
    va_list args;
    va_start(args, format);
    vsnprintf(err.text, sizeof err.text, format, args);
    va_end(args);
    show_fault(check, err.text);
}

/* What the schema alone cannot know. */
static void
check_window(struct check *check, const struct conf *conf, const char *window, int32_t *ret_length)
{
    char from_key[64], to_key[64];
    snprintf(from_key, sizeof from_key, "campaign.%s_from", window);
    snprintf(to_key, sizeof to_key, "campaign.%s_to", window);
    day from = conf_day(conf, from_key), to = conf_day(conf, to_key);
    *ret_length = 0;
    if ((from == DAY_NONE) != (to == DAY_NONE))
        fault(check, "%s and %s need each other", from_key, to_key);
    else if (from != DAY_NONE && to < from)
        fault(check, "%s is before %s", to_key, from_key);
    else if (from != DAY_NONE)
        *ret_length = to - from + 1;
}

static void
check_campaign(struct check *check, const struct conf *conf)
{
    int32_t baseline, result;
    check_window(check, conf, "baseline", &baseline);
    check_window(check, conf, "result", &result);
    if (baseline && result && baseline != result)
        fault(check,
              "the baseline window has %d days and the result window %d: a fair comparison needs "
              "the same length",
              baseline, result);
}

static void
check_feeds(struct check *check, const struct conf *conf)
{
    for (size_t i = 0; i < conf_feeds(conf); i++) {
        const char *name = conf_feed_name(conf, i);
        const char *format = conf_feed_text(conf, i, "feed.format");
        const char *columns = conf_feed_text(conf, i, "feed.columns");
        if (format[0] && !feed_format_find(str_of(format)))
            fault(check, "[feed %s]: there is no format %s; `khien feed formats` lists them", name,
                  format);
        struct feed_columns *map = NULL;
        struct err err;
        if (columns[0] && feed_columns_parse(str_of(columns), &map, &err) != OK)
            fault(check, "[feed %s]: columns: %s", name, err.text);
        feed_columns_free(map);
    }
}

static void
check_file(struct check *check, const char *key, const char *path)
{
    if (path[0] && !file_exists(path))
        fault(check, "%s: there is no file %s", key, path);
}

/* What is only read when it is needed must be there already. */
static void
check_files(struct check *check, const struct conf *conf)
{
    check_file(check, "data.hotlines", conf_text(conf, "data.hotlines"));
    check_file(check, "content.folder", conf_text(conf, "content.folder"));
    for (size_t i = 0; i < conf_feeds(conf); i++) {
        char key[128];
        snprintf(key, sizeof key, "[feed %s]: header_file", conf_feed_name(conf, i));
        check_file(check, key, conf_feed_text(conf, i, "feed.header_file"));
    }
}

static void
check_families(struct check *check, const struct conf *conf)
{
    const char *path = conf_text(conf, "families.file");
    struct buf text = {0};
    struct families *families = NULL;
    struct err err;
    if (!path[0])
        return;
    if (file_read(path, LIMIT_TABLE_BYTES, &text, &err) != OK ||
        families_new(path, buf_view(&text), &families, &err) != OK)
        fault(check, "families.file: %s", err.text);
    families_free(families);
    buf_clear(&text);
}

static errcode
run_check(const struct call *call, struct err *err)
{
    const char *path = call->word_count ? call->words[0] : call->conf_path;
    struct check check = {0};
    if (!path) {
        puts("no configuration file: everything is at its default");
        return OK;
    }
    struct buf text = {0};
    errcode code = strcmp(path, "-") == 0 ? file_read_fd(0, "-", LIMIT_CONF_BYTES, &text, err)
                                          : file_read(path, LIMIT_CONF_BYTES, &text, err);
    if (code != OK)
        return code;
    const struct conf_faults faults = {&check, show_fault};
    cleanup(cleanup_conf) struct conf *conf = conf_new();
    struct err first;
    code = conf_add_text(conf, path, buf_view(&text), &faults, &first);
    buf_clear(&text);
    if (code != OK && check.faults == 0) { /* too large to be read at all */
        *err = first;
        return code;
    }
    check_campaign(&check, conf);
    check_feeds(&check, conf);
    check_families(&check, conf);
    check_files(&check, conf);
    if (check.faults)
        return err_set(err, ERR_FORMAT, "%zu fault%s in %s", check.faults,
                       check.faults == 1 ? "" : "s", path);
    printf("%s is right\n", path);
    return OK;
}

static errcode
run_print(const struct call *call, struct err *err)
{
    struct buf out = BUF(16 << 20);
    conf_print(call->conf, &out);
    errcode code = buf_check(&out, "the configuration", err);
    write_out(&out);
    return code;
}

static errcode
run_sample(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 20);
    (void)call;
    conf_sample(&out);
    errcode code = buf_check(&out, "the sample", err);
    write_out(&out);
    return code;
}

static errcode
run_manual(const struct call *call, struct err *err)
{
    struct buf out = BUF(1 << 20);
    (void)call;
    conf_manual(&out);
    errcode code = buf_check(&out, "the manual page", err);
    write_out(&out);
    return code;
}

/* The file to check, and the table of families that it names, which is read as well. Faults are
 * not looked at before the sandbox; standard input cannot be read twice. */
static errcode
grant_check(const struct call *call, struct grants *grants, struct err *err)
{
    static char families[PATH_TEXT];
    const char *path = call->word_count ? call->words[0] : call->conf_path;
    struct buf text = {0};
    if (path && file_read(path, LIMIT_CONF_BYTES, &text, NULL) == OK) {
        cleanup(cleanup_conf) struct conf *conf = conf_new();
        conf_add_text(conf, path, buf_view(&text), NULL, NULL);
        str_copy(str_of(conf_text(conf, "families.file")), families, sizeof families);
    }
    buf_clear(&text);
    errcode code = grant_read(grants, path, err);
    return code == OK ? grant_read(grants, families, err) : code;
}

static const struct action actions[] = {
    {.name = "check",
     .words = "[FILE]",
     .summary = "find every fault in a configuration file",
     .words_max = 1,
     .needs = NEED_READ,
     .without_conf = true,
     .grant = grant_check,
     .run = run_check},
    {.name = "print",
     .words = "",
     .summary = "show what applies: the file, the environment and the defaults, as a file",
     .run = run_print},
    {.name = "sample",
     .words = "",
     .summary = "show a file with every key explained",
     .without_conf = true,
     .run = run_sample},
    {.name = "manual",
     .words = "",
     .summary = "show khien.conf(5) as mdoc(7)",
     .without_conf = true,
     .run = run_manual},
    {0},
};
const struct command command_conf = {
    .name = "conf",
    .group = "Keeping it sound",
    .summary = "check, show or explain the configuration",
    .details = "What `print` shows can be read again and then prints the same.",
    .actions = actions,
    .examples =
        (const struct example[]){{"khien conf sample >khien.conf", "Begin a configuration:"},
                                 {"khien conf check khien.conf", "Find out what is wrong with it:"},
                                 {0}},
    .see_also = "khien.conf.5",
};
