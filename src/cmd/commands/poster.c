/* SPDX-License-Identifier: Apache-2.0 */
/* khien poster: the campaign's poster as a file. */
#include "base/limits.h"
#include "cmd/commands/commands.h"
#include "cmd/state.h"
#include "portal/portal.h"

#include <stdio.h>

enum { BYTES_MAX = 8 << 20 };

static const char *const formats[POSTER_FORMAT_COUNT] = {
#define X(suffix, name) name,
    POSTER_FORMATS(X)
#undef X
};

static errcode
chosen_language(const struct call *call, enum language *ret, struct err *err)
{
    const char *language = call_option(call, "lang");
    if (strcmp(language, "vi") != 0 && strcmp(language, "en") != 0)
        return err_set(err, ERR_USAGE, "--lang must be vi or en, not \"%s\"", language);
    *ret = language[0] == 'v' ? LANGUAGE_VI : LANGUAGE_EN;
    return OK;
}

/* As --format says, else as the file's name ends. */
static errcode
chosen_format(const struct call *call, const char *path, enum poster_format *ret, struct err *err)
{
    const char *asked = call_option(call, "format");
    const char *dot = strrchr(path_base(path), '.');
    if (!asked)
        asked = dot ? dot + 1 : "pdf";
    for (unsigned i = 0; i < POSTER_FORMAT_COUNT; i++)
        if (strcmp(asked, formats[i]) == 0) {
            *ret = (enum poster_format)i;
            return OK;
        }
    return err_set(err, ERR_USAGE, "a poster is pdf, png or svg, not \"%s\"", asked);
}

static errcode
output_path(const struct call *call, const char **ret, struct err *err)
{
    const char *path = call_option(call, "output");
    if (!path || !path[0])
        return err_set(err, ERR_USAGE, "where to? --output FILE, or - for standard output");
    *ret = path;
    return OK;
}

static errcode
write_to(const char *path, struct buf *content, struct err *err)
{
    if (strcmp(path, "-") != 0)
        return file_replace(path, buf_view(content), err);
    fwrite(content->p, 1, content->n, stdout); /* main finds out whether it failed */
    return OK;
}

static errcode
run(const struct call *call, struct err *err)
{
    enum language language;
    enum poster_format format;
    const char *path = NULL, *table = conf_text(call->conf, "data.hotlines");
    struct buf hotlines = {0}, content = BUF(BYTES_MAX);
    struct portal_options options = portal_defaults();
    options.site_url = conf_text(call->conf, "http.site_url");
    options.campaign[LANGUAGE_VI] = conf_text(call->conf, "campaign.name_vi");
    options.campaign[LANGUAGE_EN] = conf_text(call->conf, "campaign.name_en");
    options.hotline_scope = conf_text(call->conf, "campaign.hotline_scope");
    options.demonstration = conf_yes(call->conf, "campaign.demonstration");
    errcode code = output_path(call, &path, err);
    if (code == OK)
        code = chosen_language(call, &language, err);
    if (code == OK)
        code = chosen_format(call, path, &format, err);
    if (code == OK && table[0])
        code = file_read(table, LIMIT_TABLE_BYTES, &hotlines, err);
    options.hotlines = buf_view(&hotlines);
    if (code == OK)
        code = portal_poster(&options, language, format, clock_today(), &content, err);
    if (code == OK)
        code = write_to(path, &content, err);
    buf_clear(&hotlines);
    buf_clear(&content);
    return code;
}

/* The file is written beside its name first, so its folder is what is needed. */
static errcode
grant(const struct call *call, struct grants *grants, struct err *err)
{
    static char folder[PATH_TEXT]; /* until the sandbox is entered */
    const char *path = call_option(call, "output");
    errcode code = grant_fonts(grants, err);
    if (code != OK || !path || strcmp(path, "-") == 0)
        return code;
    str above = {path, (size_t)(path_base(path) - path)};
    if (!str_copy(above.n ? above : STR("."), folder, sizeof folder))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return grant_write(grants, folder, err);
}

static const struct option options[] = {
    {"output", "FILE", NULL, "write it there; - is standard output", 'o'},
    {"lang", "LANGUAGE", "vi", "vi or en", 0},
    {"format", "FORMAT", NULL, "pdf, png or svg; else as FILE ends", 'f'},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .needs = NEED_OUTPUT | NEED_THREADS,
     .options = options,
     .grant = grant,
     .run = run},
    {0},
};
const struct command command_poster = {
    .name = "poster",
    .group = "Answers out",
    .summary = "draw the campaign's poster",
    .details =
        "One page with the campaign's name, three steps, its address as text and QR code, and the "
        "hotlines that are valid today; A4 as PDF or SVG, 1080 by 1350 pixels as PNG for phones. "
        "`khien serve` offers the same at `/chia-se/poster.pdf` and beside it.\n\n"
        "The address is `http.site_url`. The letters are of a font of this machine: Be Vietnam "
        "Pro, Noto Sans, Liberation Sans or DejaVu Sans, the first that is installed. The file "
        "holds those that it uses.",
    .actions = actions,
    .examples = (const struct example[]){{"khien poster -o poster.pdf", "In Vietnamese, to print:"},
                                         {"khien poster --lang en --format png -o poster-en.png",
                                          "In English, for phones:"},
                                         {0}},
    .see_also = "khien-serve khien.conf.5",
};
