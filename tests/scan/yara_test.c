/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler: what it refuses, where it says that the fault is, and how it reads on behind it. */
#include "base/tap.h"
#include "scan/scan.h"

struct told {
    size_t count;
    unsigned line, column;
    char reason[512];
};

static void
note_first(void *context, const struct yara_fault *fault)
{
    struct told *told = context;
    if (told->count++ > 0)
        return;
    told->line = fault->line;
    told->column = fault->column;
    snprintf(told->reason, sizeof told->reason, "%s", fault->reason);
}

static struct yara_counts
compile(str source, struct told *told)
{
    struct yara_options options = {.refused = note_first, .context = told};
    struct compiler *compiler = compiler_new(&options);
    struct err err;
    *told = (struct told){0};
    errcode code = compiler_read(compiler, "t.yar", (str){NULL, 0}, source, &err);
    struct yara_counts counts = compiler_counts(compiler);
    tap_ok((code != OK) == (counts.refused > 0), "a refused rule gives an error");
    compiler_free(compiler);
    return counts;
}

#define A " { strings: $a = \"abc\" condition: "
static const struct faulty {
    const char *source;
    unsigned line, column;
    const char *reason;
} faulty[] = {
    {"rule r" A "for any of them : (for any of them : ($)) }", 1, 71,
     "a loop over strings stands within another"},
    {"rule ab { condition: true }\nrule c { condition: any of (a*) }\n rule ax { condition: true }",
     3, 10, "a set of rules with \"*\" above would take in \"ax\""},
    {"rule r { condition: filesize \\ 0 == 1 }", 1, 34, "division by zero"},
    {"rule r { strings: $a = \"abc\" condition: true }", 1, 46, "unreferenced string \"$a\""},
    {"rule r { condition: $b }", 1, 21, "undefined string \"$b\""},
    {"rule r { condition: x }", 1, 21, "undefined identifier \"x\""},
    {"rule r { condition: filesize << -1 == 1 }", 1, 36, "a shift by a negative number"},
    {"rule r { condition: filesize % 0 == 1 }", 1, 34, "division by zero"},
};

static void
test_faults(void)
{
    struct told told;
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty; i++) {
        compile(str_of(faulty[i].source), &told);
        tap_eq_z(told.reason, faulty[i].reason, "%s", faulty[i].source);
        tap_ok(told.line == faulty[i].line && told.column == faulty[i].column,
               "at %u:%u, told %u:%u", faulty[i].line, faulty[i].column, told.line, told.column);
    }
}

static void
note_name(void *context, const struct yara_fault *fault)
{
    struct buf *names = context;
    str reason = str_of(fault->reason), name;
    if (str_cut(&reason, '"', &name) && str_cut(&reason, '"', &name))
        buf_printf(names, "%.*s@%u:%.*s ", STR_ARG(fault->rule), fault->line, STR_ARG(name));
}

static void
test_warnings(void)
{
    static const char source[] =
        "rule w {\nstrings:\n$a = \"q\"\n$b = \"abc\"\n$c = { 00 00 00 00 }\n"
        "$d = /abcd.*e/\n$e = /abcd[^x]+e.{0,5}/\n$f = /[0-9]{8}/\n"
        "$g = \"ab\" xor\n$h = { 61 62 [-] 63 64 }\n condition: all of them }";
    struct buf names = BUF(4096);
    struct yara_options options = {.warning = note_name, .context = &names};
    struct compiler *compiler = compiler_new(&options);
    struct err err;
    tap_no_err(compiler_read(compiler, "w", (str){NULL, 0}, STR(source), &err), &err, "no fault");
    tap_eq_str(buf_view(&names), STR("w@3:$a w@5:$c w@7:$d w@8:$f w@9:$g "), "five are warned of");
    compiler_free(compiler);
    buf_clear(&names);
}

/* HEAD, N times PART with a number for "#", TAIL; then compiled. */
static struct yara_counts
compile_repeated(const char *head, const char *part, size_t n, const char *tail, struct told *told)
{
    struct buf source = BUF((size_t)256 << 20);
    buf_z(&source, head);
    for (size_t i = 0; i < n; i++)
        for (const char *p = part; *p; p++)
            *p == '#' ? buf_u64(&source, i) : buf_char(&source, *p);
    buf_z(&source, tail);
    struct yara_counts counts = compile(buf_view(&source), told);
    buf_clear(&source);
    return counts;
}

static void
test_extremes(void)
{
    struct told told;
    struct yara_counts counts = compile_repeated("rule r { strings: ", "$a# = \"abcd\" ", 1000000,
                                                 "condition: all of them }", &told);
    tap_eq_i64(counts.refused, 1, "a million strings in one rule are refused");
    tap_eq_z(told.reason, "the rule has more than 10000 strings", "and told");
    compile_repeated("rule r { condition: ", "(", 10000, "true", &told);
    tap_ok(strstr(told.reason, "nested") != NULL, "10,000 brackets: %s", told.reason);
    compile_repeated("rule r { condition: ", "not ", 10000, "true }", &told);
    tap_ok(strstr(told.reason, "nested") != NULL, "10,000 times not: %s", told.reason);
    counts = compile_repeated("rule r { condition: true ", "and # < filesize ", 100000, "}", &told);
    tap_eq_i64(counts.rules, 1, "a condition of 100,000 terms is taken");
    counts = compile_repeated("", "rule r# { condition: true }\n", 100000, "", &told);
    tap_eq_i64(counts.rules, 100000, "so are 100,000 rules");
    compile_repeated("rule r { strings: $a = /", "(", 10000, "a/ condition: $a }", &told);
    tap_ok(told.count == 1, "10,000 brackets in an expression: %s", told.reason);
    compile_repeated("rule r { strings: $a = { 61 ", "[32000] 61 ", 1000, "} condition: $a }",
                     &told);
    tap_ok(told.count <= 1, "jumps of 32 million bytes: %s", told.reason);
}

/* Reading goes on behind a refused rule. */
static void
test_recovery(void)
{
    struct told told;
    struct yara_counts counts = compile(STR("rule a { condition: }\nrule b { condition: true }\n"
                                            "rule c { strings: $a = /(/ condition: $a }\n"
                                            "rule d { condition: b }\nrule a { condition: d }"),
                                        &told);
    tap_eq_i64(counts.rules, 3, "three of five rules are taken");
    tap_eq_i64(counts.refused, 2, "two are not");
}

int
main(void)
{
    test_faults();
    test_warnings();
    test_extremes();
    test_recovery();
    return tap_done();
}
