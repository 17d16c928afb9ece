/* SPDX-License-Identifier: Apache-2.0 */
/* The table of Shadowserver reports, read anew for each file: it is small, a file is not, and so
 * nothing has to be kept. */
#include "intel/formats/shadowserver_report.h"

#include "base/embed.h"
#include "base/require.h"
#include "base/tsv.h"

enum cell {
    CELL_REPORT,
    CELL_ALIASES,
    CELL_TYPE,
    CELL_IDENTIFIER,
    CELL_TRANSPORT,
    CELL_APPLICATION,
    CELL_COLUMNS,
    CELL_TAXONOMY,
    CELL_WHEN,
    CELL_ADDRESS,
    CELL_COUNT
};

static struct tsv
open_table(void)
{
    return tsv_open("shadowserver.tsv", embed_file("shadowserver.tsv"), CELL_COUNT);
}

/* The table is part of the program; a damaged line in it is no input error. */
static bool
next_row(struct tsv *table, str cells[TSV_CELLS_MAX])
{
    bool more = false;
    errcode code = tsv_next(table, cells, &more, NULL);
    require(code == OK);
    return more;
}

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) || c == '_';
}

/* "2021-03-04-" at the start. */
static bool
has_date(str s)
{
    static const char form[] = "dddd-dd-dd-";
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (i >= s.n || (form[i] == 'd' ? !ascii_is_digit(s.p[i]) : s.p[i] != form[i]))
            return false;
    return true;
}

str
shadow_file_word(str file_name)
{
    for (size_t i = file_name.n; i > 0; i--)
        if (file_name.p[i - 1] == '/' || file_name.p[i - 1] == '\\') {
            file_name = str_from(file_name, i);
            break;
        }
    if (has_date(file_name))
        file_name = str_from(file_name, sizeof "dddd-dd-dd-" - 1);
    size_t n = 0;
    while (n < file_name.n && is_word(file_name.p[n]))
        n++;
    bool ends = n == file_name.n || file_name.p[n] == '-' || file_name.p[n] == '.';
    return ends ? (str){file_name.p, n} : (str){NULL, 0};
}

/* The row's report when NAME is its name or an alias. *RET_NAME is what the source is called. */
static bool
names_row(const str cells[TSV_CELLS_MAX], str name, str *ret_name)
{
    if (str_eq_nocase(cells[CELL_REPORT], name)) {
        *ret_name = cells[CELL_REPORT];
        return true;
    }
    str rest = cells[CELL_ALIASES], alias;
    str own = {NULL, 0}; /* the newest alias that is a report of its own and a file's word */
    while (str_cut(&rest, ',', &alias)) {
        bool another = str_starts(alias, STR("="));
        alias = str_from(alias, another);
        if (another && shadow_file_word(alias).n == alias.n)
            own = alias;
        if (!str_eq_nocase(alias, name))
            continue;
        *ret_name = another && own.n ? own : cells[CELL_REPORT];
        return true;
    }
    return false;
}

static bool
find_name(str name, str *ret_name, str *ret_facts)
{
    struct tsv table = open_table();
    str cells[TSV_CELLS_MAX];
    if (!name.n || str_eq(name, STR("*")))
        return false;
    while (next_row(&table, cells))
        if (names_row(cells, name, ret_name)) {
            *ret_facts = cells[CELL_REPORT];
            return true;
        }
    return false;
}

bool
shadow_knows(str name)
{
    str own, facts;
    return find_name(name, &own, &facts);
}

static bool
cut_not_zero(str *s)
{
    bool mark = str_ends(*s, STR("~"));
    s->n -= mark;
    return mark;
}

/* "word", "@column~" or "@column=word?then:otherwise" */
static struct shadow_value
parse_value(str text)
{
    if (!str_starts(text, STR("@")))
        return (struct shadow_value){.constant = text};
    struct shadow_value value = {0};
    text = str_from(text, 1);
    size_t question = str_find(text, STR("?"));
    value.choice = question != SIZE_MAX;
    if (value.choice) {
        value.otherwise = str_from(text, question + 1);
        str_cut(&value.otherwise, ':', &value.then);
        text.n = question;
        value.word = text;
        str_cut(&value.word, '=', &text);
    } else {
        value.not_zero = cut_not_zero(&text);
    }
    value.column = text;
    return value;
}

static enum shadow_address
parse_address(str text)
{
    if (str_eq(text, STR("optional")))
        return SHADOW_OPTIONAL;
    if (str_eq(text, STR("network")))
        return SHADOW_NETWORK;
    return str_eq(text, STR("none")) ? SHADOW_NONE : SHADOW_REQUIRED;
}

static bool
holds(const str cells[TSV_CELLS_MAX], shadow_has_column *has, const void *context)
{
    return !cells[CELL_WHEN].n || has(context, cells[CELL_WHEN]);
}

/* Takes the first row of REPORT that holds for this file, and the columns of every "*" row. */
static void
find_rows(struct shadow_report *report, shadow_has_column *has, const void *context)
{
    enum { MAX = sizeof report->columns / sizeof *report->columns };
    struct tsv table = open_table();
    str cells[TSV_CELLS_MAX];
    size_t general = 1;
    bool found = false;
    while (next_row(&table, cells)) {
        if (!holds(cells, has, context))
            continue;
        if (str_eq(cells[CELL_REPORT], STR("*"))) {
            require(general < MAX);
            report->columns[general++] = cells[CELL_COLUMNS];
        } else if (!found && str_eq(cells[CELL_REPORT], report->facts)) {
            found = true;
            report->columns[0] = cells[CELL_COLUMNS];
            report->type = parse_value(cells[CELL_TYPE]);
            report->identifier = parse_value(cells[CELL_IDENTIFIER]);
            report->taxonomy = parse_value(cells[CELL_TAXONOMY]);
            report->transport = cells[CELL_TRANSPORT];
            report->application = cells[CELL_APPLICATION];
            report->address = parse_address(cells[CELL_ADDRESS]);
        }
    }
    require(found);
}

errcode
shadow_report_find(str name, shadow_has_column *has, const void *context, struct shadow_report *ret,
                   struct err *err)
{
    struct shadow_report report = {0};
    if (!find_name(name, &report.name, &report.facts))
        return err_set(err, ERR_UNSUPPORTED,
                       "Shadowserver report \"%.*s\" is not known, so what its rows mean is not; "
                       "--feed NAME names a known one",
                       STR_ARG(name));
    find_rows(&report, has, context);
    *ret = report;
    return OK;
}

/* COLUMN in a cell of "column>key,column>key~". */
static bool
column_in(str columns, str column, struct shadow_target *ret)
{
    str pair, name;
    while (str_cut(&columns, ',', &pair)) {
        if (!str_cut(&pair, '>', &name) || !str_eq(name, column))
            continue;
        ret->not_zero = cut_not_zero(&pair);
        ret->key = pair;
        return true;
    }
    return false;
}

bool
shadow_column_find(const struct shadow_report *report, str column, struct shadow_target *ret)
{
    struct shadow_target target = {0};
    for (size_t i = 0; i < sizeof report->columns / sizeof *report->columns; i++)
        if (column_in(report->columns[i], column, &target)) {
            target.own = i == 0;
            *ret = target;
            return true;
        }
    return false;
}
