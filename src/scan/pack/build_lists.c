/* SPDX-License-Identifier: Apache-2.0 */
/* Plain lists: one entry a line, '#' or ';' begins a comment. Lists of hashes are those of md5sum,
 * sha1sum and sha256sum, bare hashes, or CSV with the columns of abuse.ch; others are an entry and,
 * behind a tab, its name. Where there is no name, the file's own stands for it. */
#include "scan/pack/build.h"

enum { COLUMNS_MAX = 32 };

struct list {
    struct pack_build *build;
    str name; /* of entries without one */
    size_t line;
    /* Of CSV, by its heading: which column is what; COLUMNS_MAX: none. */
    bool is_csv;
    size_t hash_column, name_column;
};

static const char *
ending_of(const char *path)
{
    const char *dot = strrchr(path_base(path), '.');
    return dot ? dot + 1 : "";
}

static str
stem_of(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    return dot && dot > base ? (str){base, (size_t)(dot - base)} : str_of(base);
}

/* ---- hashes ---- */

static errcode
add_hash(struct list *list, str hex, str name, struct err *err)
{
    struct clamav_hash hash = {.of = CLAMAV_HASH_FILE, .name = name.n ? name : list->name};
    if (!digest_parse(hex, &hash.kind, hash.bytes))
        return err_set(err, ERR_FORMAT, "\"%.*s\" is no MD5, SHA-1 or SHA-256",
                       (int)(hex.n < 80 ? hex.n : 80), hex.p);
    return build_add_hash(list->build, &hash, err);
}

/* The tools' lines: the hash, a blank, a blank or '*', the file's name. */
static errcode
add_hash_line(struct list *list, str line, struct err *err)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
        n++;
    str name = str_trim(str_from(line, n));
    if (str_starts(name, STR("*")))
        name = str_from(name, 1);
    return add_hash(list, (str){line.p, n}, name, err);
}

/* ---- CSV ---- */

/* Cells may be quoted and then have commas, no quotes. */
static size_t
cut_cells(str line, str cells[COLUMNS_MAX])
{
    size_t count = 0;
    for (str rest = line; rest.p && count < COLUMNS_MAX;) {
        str cell = {0};
        rest = str_from(rest, rest.n - str_trim(rest).n > 0 && rest.p[0] == ' ' ? 1 : 0);
        if (str_starts(rest, STR("\""))) {
            rest = str_from(rest, 1);
            str_cut(&rest, '"', &cell);
            str ignored;
            str_cut(&rest, ',', &ignored);
        } else {
            str_cut(&rest, ',', &cell);
        }
        cells[count++] = str_trim(cell);
    }
    return count;
}

static bool
read_heading(struct list *list, str line)
{
    static const char *const hashes[] = {"sha256_hash", "sha1_hash", "md5_hash"};
    str cells[COLUMNS_MAX];
    size_t count = cut_cells(line, cells);
    list->hash_column = list->name_column = COLUMNS_MAX;
    for (size_t i = 0; i < count; i++)
        if (str_eq(cells[i], STR("signature")))
            list->name_column = i;
    for (size_t k = 0; k < sizeof hashes / sizeof *hashes; k++)
        for (size_t i = 0; i < count && list->hash_column == COLUMNS_MAX; i++)
            if (str_eq(cells[i], str_of(hashes[k])))
                list->hash_column = i;
    return list->hash_column < COLUMNS_MAX;
}

static errcode
add_row(struct list *list, str line, struct err *err)
{
    str cells[COLUMNS_MAX], name = {0};
    size_t count = cut_cells(line, cells);
    if (list->hash_column >= count)
        return err_set(err, ERR_FORMAT, "the row has %zu cells and none of the hash", count);
    if (list->name_column < count && !str_eq(cells[list->name_column], STR("n/a")))
        name = cells[list->name_column];
    return add_hash(list, cells[list->hash_column], name, err);
}

/* ---- lines ---- */

static errcode
add_line(struct list *list, str line, struct err *err)
{
    const char *ending = ending_of(list->build->input->path);
    bool is_names = strcmp(ending, "names") == 0, is_c2 = strcmp(ending, "c2") == 0;
    if (strcmp(ending, "csv") == 0)
        return add_row(list, line, err);
    if (!is_names && !is_c2)
        return add_hash_line(list, line, err);
    str entry, name = line;
    str_cut(&name, '\t', &entry);
    name = name.p ? str_trim(name) : (str){NULL, 0};
    entry = str_trim(entry);
    name = name.n ? name : list->name;
    return is_names ? build_add_file_name(list->build, entry, name, err)
                    : build_add_indicator(list->build, entry, name, err);
}

static bool
refuses(errcode code)
{
    return code == ERR_FORMAT || code == ERR_LIMIT || code == ERR_UNSUPPORTED;
}

/* The heading of abuse.ch's CSV is the last comment before the rows. */
static bool
is_heading(struct list *list, str line)
{
    if (line.n == 0 || strcmp(ending_of(list->build->input->path), "csv") != 0 || list->is_csv)
        return false;
    list->is_csv = read_heading(list, line.p[0] == '#' ? str_trim(str_from(line, 1)) : line);
    return list->is_csv;
}

errcode
build_read_list(struct pack_build *build, struct err *err)
{
    struct list list = {.build = build, .name = stem_of(build->input->path)};
    str rest = build->input->content, line;
    errcode code = OK;
    while (code == OK && str_line(&rest, &line)) {
        struct err own = {0};
        list.line++;
        line = str_trim(line);
        if (is_heading(&list, line) || line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
            continue;
        if (strcmp(ending_of(build->input->path), "csv") == 0 && !list.is_csv) {
            build_refuse(build, list.line, 0, (str){NULL, 0},
                         "no heading before it names a column sha256_hash, sha1_hash or md5_hash");
            return OK;
        }
        code = add_line(&list, line, &own);
        if (code != OK && !refuses(code))
            return err_set(err, code, "%s", own.text);
        if (code != OK)
            build_refuse(build, list.line, 0, (str){NULL, 0}, own.text);
        code = OK;
    }
    return code;
}
