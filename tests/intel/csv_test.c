/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV walker, on every shape of record and at every place relative to its 64-byte blocks. */
#include "base/buf.h"
#include "base/require.h"
#include "base/tap.h"
#include "intel/formats/csv.h"

/* One record a line, cells between '|', refusals as "!line reason". */
static void
walk(str text, char separator, size_t columns, bool fast, struct buf *out)
{
    struct csv csv;
    struct err err;
    csv_init(&csv, text, separator);
    csv.fast = csv.fast && fast;
    csv_expect(&csv, columns);
    for (;;) {
        enum csv_result result = csv_next(&csv, &err);
        if (result == CSV_END)
            break;
        if (result == CSV_REFUSED) {
            buf_printf(out, "!%zu %s\n", csv.line, err.text);
            continue;
        }
        buf_printf(out, "%zu", csv.line);
        for (size_t i = 0; i < csv.cells; i++) {
            buf_char(out, i ? '|' : ' ');
            buf_str(out, csv_cell(&csv, i));
        }
        buf_char(out, '\n');
    }
    csv_clear(&csv);
}

/* The text is copied to a place of its exact size, so that the sanitizer sees a read behind it. */
static void
check(const char *what, str text, size_t columns, const char *want)
{
    for (int fast = 0; fast < 2; fast++) {
        struct buf out = BUF(16 << 20);
        char *exact = mem_alloc(text.n ? text.n : 1);
        if (text.n)
            memcpy(exact, text.p, text.n);
        walk((str){exact, text.n}, ',', columns, fast, &out);
        tap_eq_str(buf_view(&out), str_of(want), "%s (%s)", what, fast ? "fast" : "plain");
        buf_clear(&out);
        free(exact);
    }
}

static void
test_records(void)
{
    check("nothing", STR(""), 0, "");
    check("one cell without a line end", STR("a"), 0, "1 a\n");
    check("two records", STR("a,b\nc,d\n"), 2, "1 a|b\n2 c|d\n");
    check("CRLF", STR("a,b\r\nc,\r\n"), 2, "1 a|b\n2 c|\n");
    check("empty cells", STR(",,\n"), 3, "1 ||\n");
    check("empty lines are passed over", STR("\na,b\n\n\r\nc,d\n"), 0, "2 a|b\n5 c|d\n");
    check("byte order mark", STR("\xef\xbb\xbfx,y\n"), 0, "1 x|y\n");
    check("tab is text", STR("a\tb,c\n"), 0, "1 a\tb|c\n");
    check("UTF-8", STR("\"H\xc3\xa0 N\xe1\xbb\x99i\",b\n"), 0, "1 H\xc3\xa0 N\xe1\xbb\x99i|b\n");
}

static void
test_quotes(void)
{
    check("quoted cells", STR("\"a\",\"\",\"c d\"\n"), 3, "1 a||c d\n");
    check("separator in quotes", STR("\"a,b\",c\n"), 2, "1 a,b|c\n");
    check("line end in quotes", STR("\"a\nb\",c\nd,e\n"), 2, "1 a\nb|c\n3 d|e\n");
    check("doubled quotes", STR("\"say \"\"hi\"\"\",x\n\"\"\"\",y\n"), 2,
          "1 say \"hi\"|x\n2 \"|y\n");
    check("quotes that are letters", STR("a\"b,c\"d\ne,f\n"), 2, "1 a\"b|c\"d\n2 e|f\n");
    check("text behind a closing quote", STR("\"a\"b,c\n"), 2, "1 ab|c\n");
    check("CRLF behind quotes", STR("\"a\",\"b\"\r\n\"a\"\"\",\"b\"\r\n"), 2, "1 a|b\n2 a\"|b\n");
    check("a blank behind quotes", STR("\"a\"\tx,b\n\"a\"\rx,b\n"), 2, "1 a\tx|b\n2 a\rx|b\n");
    check("a tab behind the last quote", STR("a,\"b\"\t\n"), 2, "1 a|b\t\n");
    check("quote as last byte", STR("a,\"b\""), 2, "1 a|b\n");
    check("an open quote costs one line", STR("a,b\n\"c,d\ne,f\n"), 2,
          "1 a|b\n!2 a quote is opened and never closed\n3 e|f\n");
    check("a quote closed too late costs its line only", STR("\"a,b\nc,d\ne\"x,f\ng,h\n"), 0,
          "1 a,b\nc,d\nex|f\n4 g|h\n");
}

static void
test_refusals(void)
{
    check("too few cells", STR("a,b,c\nd,e\nf,g,h\n"), 3,
          "1 a|b|c\n!2 2 cells where the header has 3\n3 f|g|h\n");
    check("too many cells", STR("a,b,c\nd,e\n"), 2, "!1 3 cells where the header has 2\n2 d|e\n");
    check("empty cells too many", STR("a,b,,\n"), 2, "1 a|b\n");
    check("NUL", STR("a,b\n\0,d\ne,f\n"), 2, "1 a|b\n!2 control byte 0x00\n3 e|f\n");
    check("escape", STR("a\x1b[2J,b\nc,d\n"), 2, "!1 control byte 0x1b\n2 c|d\n");
    check("control byte in an odd record", STR("\"a\"\"\x01\",b\nc,d\n"), 2,
          "!1 control byte 0x01\n2 c|d\n");

    struct buf text = BUF(4 << 20);
    for (int i = 0; i < LIMIT_COLUMNS + 1; i++)
        buf_z(&text, "a,");
    buf_z(&text, "\nb,c\n");
    check("columns without end", buf_view(&text), 0, "!1 more than 512 cells\n2 b|c\n");
    buf_reset(&text);
    buf_z(&text, "a,b\n");
    for (int i = 0; i < LIMIT_LINE / 16 + 16; i++)
        buf_z(&text, "0123456789abcdef");
    buf_z(&text, "\nc,d\n");
    check("a line without end", buf_view(&text), 0, "1 a|b\n!2 longer than 1048576 bytes\n3 c|d\n");
    buf_reset(&text);
    buf_z(&text, "\"");
    for (int i = 0; i < LIMIT_LINE / 16 + 16; i++)
        buf_z(&text, "0123456789abcde\n");
    check("an open quote before much text", (str){text.p, 40}, 0,
          "!1 a quote is opened and never closed\n2 0123456789abcde\n3 0123456\n");
    struct csv csv;
    struct err err;
    csv_init(&csv, buf_view(&text), ',');
    tap_ok(csv_next(&csv, &err) == CSV_REFUSED, "… and before more than a record may have");
    tap_ok(csv_next(&csv, &err) == CSV_RECORD && csv.line == 2, "… the next line is read");
    csv_clear(&csv);
    buf_clear(&text);
}

/* Each line seems to open a record that goes on to the end. */
static void
test_vain_quotes(void)
{
    struct buf text = BUF(4 << 20), odd = BUF(1 << 20);
    buf_z(&odd, "\"a\"b,\"");
    for (int i = 0; i < 10000; i++)
        buf_z(&odd, "0123456789");
    buf_z(&odd, "\"\n");
    struct csv csv;
    csv_init(&csv, buf_view(&odd), ',');
    tap_ok(csv_next(&csv, NULL) == CSV_RECORD && csv.cells == 2, "a long record with odd quotes");
    csv_clear(&csv);
    for (int line = 0; line < 700; line++) {
        buf_char(&text, 'x');
        for (int i = 0; i < 200; i++)
            buf_z(&text, "0123456789");
        buf_z(&text, "\",\"\n");
    }
    buf_str(&text, STR("ends \"\n"));
    buf_str(&text, buf_view(&odd));
    buf_str(&text, STR("plain,row\n"));
    csv_init(&csv, buf_view(&text), ',');
    enum csv_result result = CSV_REFUSED;
    size_t refused = 0;
    while (csv.line < 702 && result != CSV_END) {
        result = csv_next(&csv, NULL);
        refused += result == CSV_REFUSED;
    }
    tap_ok(refused > 600, "lines that never end are refused one by one");
    tap_ok(result == CSV_REFUSED && csv.line == 702,
           "a long record with odd quotes is refused behind very many of them");
    tap_ok(csv_next(&csv, NULL) == CSV_RECORD && str_eq(csv_cell(&csv, 1), STR("row")),
           "other rows are read");
    csv_clear(&csv);
    buf_clear(&text);
    buf_clear(&odd);
}

/* The same records moved byte by byte through the blocks give the same cells. */
static void
test_every_offset(void)
{
    static const char records[] = "\"q,\n\",\"x\"\"y\",z\r\nplain,\"\",\nlast,a,\"b\"\n";
    int wrong = 0;
    for (int fast = 0; fast < 2; fast++)
        for (int pad = 1; pad < 200; pad++) {
            struct buf text = BUF(4096), out = BUF(4096), want = BUF(4096);
            for (int i = 0; i < pad; i++)
                buf_char(&text, 'p');
            buf_printf(&text, ",1,2\n%s", records);
            buf_printf(&want, "1 %.*s|1|2\n2 q,\n|x\"y|z\n4 plain||\n5 last|a|b\n", pad, text.p);
            walk(buf_view(&text), ',', 3, fast, &out);
            wrong += !str_eq(buf_view(&out), buf_view(&want));
            buf_clear(&text);
            buf_clear(&out);
            buf_clear(&want);
        }
    tap_eq_i64(wrong, 0, "cells do not depend on where blocks begin");
}

static void
test_separator(void)
{
    struct buf out = BUF(4096);
    walk(STR("a;b,c\n\"d;e\";f\n"), ';', 2, true, &out);
    tap_eq_str(buf_view(&out), STR("1 a|b,c\n2 d;e|f\n"), "another separator");
    buf_clear(&out);
}

int
main(void)
{
    test_records();
    test_quotes();
    test_refusals();
    test_vain_quotes();
    test_every_offset();
    test_separator();
    return tap_done();
}
