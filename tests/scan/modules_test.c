/* SPDX-License-Identifier: Apache-2.0 */
/* The small modules: the cases of YARA's own tests, its documented rules, and what the yara command
 * says of the same conditions over the same files. */
#include "module_runs.h"
#include "oracle.h"
#include "tests_module.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/rng.h"
#include "base/tap.h"
#include "scan/modules/crc32.h"
#include "scan/modules/memo.h"
#include "scan/modules/statistics.h"

#include <inttypes.h>
#include <math.h>

#define I(number) value_integer(number)
#define F(number) value_float(number)
#define S(text) value_string(STR(text))
#define CALL(module, data, name, letters, ...)                                                     \
    call(&module##_module, data, name, letters, (const struct value[]){__VA_ARGS__})

static struct module_under_test current;

/* Its result lasts until the next call. */
static struct value
call(const struct module *module, str data, const char *name, const char *letters,
     const struct value *values)
{
    if (current.run.module)
        module_close(&current);
    module_open(&current, module, data);
    return module_call(&current, name, letters, values);
}

static void
is_integer(struct value value, int64_t expected, const char *what)
{
    tap_ok(value.kind == VALUE_INTEGER, "%s is an integer", what);
    tap_eq_i64(value.i, expected, "%s", what);
}

static void
is_float(struct value value, double expected, const char *what)
{
    tap_ok(value.kind == VALUE_FLOAT && value.f == expected, "%s is %g (%g)", what, expected,
           value.kind == VALUE_FLOAT ? value.f : NAN);
}

static void
is_string(struct value value, str expected, const char *what)
{
    tap_ok(value.kind == VALUE_STRING, "%s is a string", what);
    tap_eq_str(value.kind == VALUE_STRING ? value.s : (str){0}, expected, "%s", what);
}

static void
is_undefined(struct value value, const char *what)
{
    tap_ok(value.kind == VALUE_UNDEFINED, "%s is undefined", what);
}

/* math.txt.gz: the same functions, arguments and data as its conditions have. */
static void
check_math_vectors(void)
{
    str abc = STR("AABAAB?"), none = {0};
    is_integer(CALL(math, none, "max", "ii", I(0), I(1)), 1, "max(0, 1)");
    is_integer(CALL(math, none, "to_number", "b", I(1)), 1, "to_number(true)");
    is_integer(CALL(math, none, "to_number", "b", I(0)), 0, "to_number(false)");
    is_integer(CALL(math, none, "abs", "i", I(-1)), 1, "abs(-1)");
    is_integer(CALL(math, abc, "count", "iii", I(0x41), I(0), I(3)), 2, "count in a part");
    is_integer(CALL(math, abc, "count", "iii", I(0x41), I(4), I(10)), 1, "count to the end");
    is_undefined(CALL(math, abc, "count", "iii", I(0x41), I(10), I(3)), "count past the end");
    is_undefined(CALL(math, abc, "count", "iii", I(0x41), I(0), I(-3)), "count of a size below 0");
    is_undefined(CALL(math, abc, "count", "iii", I(0x41), I(-1), I(3)), "count from below 0");
    is_undefined(CALL(math, abc, "count", "i", I(-1)), "count of no byte");
    is_undefined(CALL(math, abc, "count", "i", I(256)), "count of 256");
    is_integer(CALL(math, abc, "count", "i", I(0x41)), 4, "count in all");
    is_undefined(CALL(math, abc, "percentage", "i", I(-1)), "percentage of no byte");
    is_float(CALL(math, abc, "percentage", "i", I(0x41)), (float)4 / 7, "percentage in all");
    is_float(CALL(math, abc, "percentage", "iii", I(0x41), I(2), I(2)), 0.5, "percentage in part");
    is_integer(CALL(math, abc, "mode", ""), 0x41, "mode");
    is_integer(CALL(math, abc, "mode", "ii", I(2), I(1)), 0x42, "mode in a part");
    is_integer(CALL(math, STR("ba"), "mode", ""), 'a', "the least of equals is the mode");
    is_float(CALL(math, none, "entropy", "s", S("AAAAA")), 0, "entropy of one byte");
    is_float(CALL(math, none, "entropy", "s", S("")), 0, "entropy of nothing");
    is_float(CALL(math, STR("ABAAAABC"), "entropy", "ii", I(2), I(3)), 0, "entropy of a part");
    is_float(CALL(math, none, "entropy", "s", S("ABAB")), 1, "entropy of two bytes");
    is_float(CALL(math, none, "deviation", "sf", S("AAAAA"), F(0)), 65, "deviation from 0");
    is_float(CALL(math, none, "deviation", "sf", S("ABAB"), F(65)), 0.5, "deviation from 65");
    is_float(CALL(math, none, "mean", "s", S("ABCABC")), 66, "mean");
    is_float(CALL(math, none, "serial_correlation", "s", S("BCA")), -0.5, "serial_correlation");
    is_integer(CALL(math, none, "in_range", "fff", F(6), F(1), F(3)), 0, "in_range outside");
    is_integer(CALL(math, none, "in_range", "fff", F(3), F(1), F(3)), 1, "in_range at its end");
    struct value pi = CALL(math, none, "monte_carlo_pi", "s", S("ABCDEF123456987"));
    tap_ok(pi.kind == VALUE_FLOAT && pi.f < 0.3, "monte_carlo_pi is near");
    is_undefined(CALL(math, none, "monte_carlo_pi", "s", S("ABCDE")), "monte_carlo_pi of 5 bytes");
    is_string(CALL(math, none, "to_string", "i", I(1234)), STR("1234"), "to_string");
    is_string(CALL(math, none, "to_string", "i", I(-1)), STR("-1"), "to_string of -1");
    is_string(CALL(math, none, "to_string", "ii", I(32), I(8)), STR("40"), "to_string in octal");
    is_string(CALL(math, none, "to_string", "ii", I(-1), I(16)), STR("ffffffffffffffff"),
              "to_string of -1 in hexadecimal");
    is_undefined(CALL(math, none, "to_string", "ii", I(32), I(9)), "to_string to base 9");
}

static void
check_math_edges(void)
{
    str none = {0};
    is_integer(CALL(math, none, "min", "ii", I(-1), I(1)), 1, "min compares as unsigned");
    is_integer(CALL(math, none, "max", "ii", I(-1), I(1)), -1, "max compares as unsigned");
    is_integer(CALL(math, none, "abs", "i", I(INT64_MIN)), INT64_MIN, "abs of the least");
    is_undefined(CALL(math, none, "entropy", "ii", I(0), I(0)), "entropy in an empty file");
    is_undefined(CALL(math, none, "mode", ""), "mode of an empty file");
    is_undefined(CALL(math, none, "count", "i", I(0)), "count in an empty file");
    is_undefined(CALL(math, none, "percentage", "i", I(0)), "percentage in an empty file");
    is_float(CALL(math, STR("A"), "entropy", "ii", I(0), I(0)), 0, "entropy of an empty part");
    struct value mean = CALL(math, STR("A"), "mean", "ii", I(0), I(0));
    tap_ok(mean.kind == VALUE_FLOAT && isnan(mean.f), "mean of an empty part is not a number");
    is_float(CALL(math, STR("A"), "serial_correlation", "ii", I(0), I(0)), -100000,
             "serial_correlation of an empty part");
    is_float(CALL(math, none, "mean", "s", S("\xff")), -1, "bytes of a string are signed");
    is_float(CALL(math, STR("\xff"), "mean", "ii", I(0), I(9)), 255, "bytes of the data are not");
    tap_ok(math_module.constants[0].real == 127.5, "MEAN_BYTES");
}

/* The formula as it is written, in doubles and in order. */
static double
plain_correlation(str s, bool is_signed)
{
    double n = (double)s.n, products = 0, sum = 0, squares = 0, last = 0, first = 0;
    for (size_t i = 0; i < s.n; i++) {
        double c = is_signed ? (double)(signed char)s.p[i] : (double)(unsigned char)s.p[i];
        first = i == 0 ? c : first;
        products += last * c;
        sum += c;
        squares += c * c;
        last = c;
    }
    products += last * first;
    double below = n * squares - sum * sum;
    return below == 0 ? -100000 : (n * products - sum * sum) / below;
}

static void
fill_random(struct rng *rng, char *p, size_t n, unsigned letters)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)rng_below(rng, letters);
}

static void
check_statistics(void)
{
    struct rng rng = {11};
    enum { SIZE = 100000 };
    cleanup(cleanup_free) char *p = mem_alloc(SIZE);
    size_t same = 0, counted = 0;
    for (size_t i = 0; i < 64; i++) {
        fill_random(&rng, p, SIZE, i % 2 ? 256 : 3);
        str s = {p, rng_below(&rng, SIZE)};
        same += serial_correlation(s, BYTES_UNSIGNED) == plain_correlation(s, false) &&
                serial_correlation(s, BYTES_SIGNED) == plain_correlation(s, true);
        struct histogram histogram;
        histogram_of(s, &histogram);
        uint64_t sum = 0, sevens = 0;
        for (size_t j = 0; j < 256; j++)
            sum += histogram.counts[j];
        for (size_t j = 0; j < s.n; j++)
            sevens += p[j] == 2;
        counted += sum == s.n && histogram.total == s.n && histogram.counts[2] == sevens;
    }
    tap_eq_i64(same, 64, "serial_correlation is the formula's to the last bit");
    tap_eq_i64(counted, 64, "histograms count each byte once");
}

static void
check_string(void)
{
    static const struct {
        const char *text;
        int base;
        int64_t expected; /* INT64_MAX - 1: undefined */
    } cases[] = {
        {"1234", 10, 1234},
        {"10", 8, 8},
        {"010", 0, 8},
        {"0x10", 0, 16},
        {"10", 0, 10},
        {"-10", 0, -10},
        {"-0x10", 16, -16},
        {" \t\v+7", 10, 7},
        {"z", 36, 35},
        {"0", 0, 0},
        {"9223372036854775807", 10, INT64_MAX},
        {"-9223372036854775808", 10, INT64_MIN},
        {"9223372036854775808", 10, INT64_MAX - 1},
        {"-9223372036854775809", 10, INT64_MAX - 1},
        {"", 10, INT64_MAX - 1},
        {"-", 10, INT64_MAX - 1},
        {"0x", 16, INT64_MAX - 1},
        {"0x", 0, INT64_MAX - 1},
        {"08", 0, INT64_MAX - 1},
        {"7 ", 10, INT64_MAX - 1},
        {"+ 7", 10, INT64_MAX - 1},
        {"12", 1, INT64_MAX - 1},
        {"12", 37, INT64_MAX - 1},
        {"12", -2, INT64_MAX - 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct value text = value_string(str_of(cases[i].text));
        struct value got = CALL(string, STR(""), "to_int", "si", text, I(cases[i].base));
        char what[64];
        snprintf(what, sizeof what, "to_int(\"%s\", %d)", cases[i].text, cases[i].base);
        if (cases[i].expected == INT64_MAX - 1)
            is_undefined(got, what);
        else
            is_integer(got, cases[i].expected, what);
        char *end;
        int64_t c = strtoll(cases[i].text, &end, 0);
        if (cases[i].base == 0 && *end == 0 && *cases[i].text)
            is_integer(CALL(string, STR(""), "to_int", "s", text), c, "as strtoll has it");
    }
    is_integer(CALL(string, STR(""), "to_int", "s", S("12\0ab")), 12, "a NUL ends a number");
    is_integer(CALL(string, STR(""), "length", "s", S("a\0b")), 3, "length counts a NUL byte");
}

static void
check_hash(void)
{
    str abc = STR("xabcx");
    struct value part[] = {I(1), I(3)};
    is_string(CALL(hash, abc, "md5", "s", S("abc")), STR("900150983cd24fb0d6963f7d28e17f72"),
              "md5 (RFC 1321)");
    is_string(CALL(hash, abc, "md5", "ii", part[0], part[1]),
              STR("900150983cd24fb0d6963f7d28e17f72"), "md5 of a part");
    is_string(CALL(hash, abc, "sha1", "ii", part[0], part[1]),
              STR("a9993e364706816aba3e25717850c26c9cd0d89d"), "sha1 (FIPS 180)");
    is_string(CALL(hash, abc, "sha256", "ii", part[0], part[1]),
              STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
              "sha256 (FIPS 180)");
    is_integer(CALL(hash, abc, "checksum32", "ii", part[0], part[1]), 294, "checksum32");
    is_integer(CALL(hash, abc, "checksum32", "s", S("abc")), 294, "checksum32 of a string");
    is_integer(CALL(hash, abc, "crc32", "s", S("123456789")), 0xcbf43926, "crc32 of 1 to 9");
    is_undefined(CALL(hash, abc, "md5", "ii", I(5), I(1)), "md5 from the end");
    is_undefined(CALL(hash, abc, "md5", "ii", I(0), I(-1)), "md5 of a size below 0");
    is_undefined(CALL(hash, STR(""), "sha256", "ii", I(0), I(0)), "sha256 of an empty file");
    is_string(CALL(hash, abc, "md5", "ii", I(0), I(0)), STR("d41d8cd98f00b204e9800998ecf8427e"),
              "md5 of an empty part");
    CALL(hash, abc, "sha1", "ii", I(0), I(5));
    struct value again = module_call(&current, "sha1", "ii", (struct value[]){I(0), I(99)});
    struct value third = module_call(&current, "sha1", "ii", (struct value[]){I(0), I(5)});
    tap_ok(again.s.p == third.s.p, "a digest is remembered, by the bytes that it is of");
}

static void
check_memo(void)
{
    static struct memo memo;
    struct rng rng = {5};
    size_t right = 0;
    for (size_t i = 0; i < 5000; i++) {
        uint64_t offset = rng_below(&rng, 30), size = rng_below(&rng, 30);
        unsigned function = (unsigned)rng_below(&rng, 3);
        int64_t answer = (int64_t)(offset * 10000 + size * 10 + function);
        struct value *known = memo_find(&memo, function, offset, size);
        right += known->kind == VALUE_UNKNOWN || known->i == answer;
        *known = value_integer(answer);
    }
    tap_eq_i64(right, 5000, "what is remembered is what was asked");
    *memo_find(&memo, 1, 2, 3) = value_integer(7);
    is_integer(*memo_find(&memo, 1, 2, 3), 7, "the last answer");
}

/* Sliced and in bytes, against the definition: bit by bit. */
static void
check_crc32(void)
{
    struct rng rng = {3};
    char p[9000];
    size_t same = 0;
    fill_random(&rng, p, sizeof p, 256);
    for (size_t i = 0; i < 40; i++) {
        str s = {p + i, rng_below(&rng, sizeof p - i)};
        uint32_t crc = UINT32_MAX;
        for (size_t j = 0; j < s.n * 8; j++) {
            uint32_t bit = (uint32_t)((uint8_t)s.p[j / 8] >> j % 8 & 1);
            crc = crc >> 1 ^ ((crc ^ bit) & 1 ? 0xedb88320u : 0);
        }
        same += crc32_of(s) == ~crc;
    }
    tap_eq_i64(same, 40, "crc32 is the polynomial's");
}

static void
said(const char *name, const char *letters, const struct value *values, const char *expected)
{
    is_integer(call(&console_module, STR(""), name, letters, values), 1, "a line is true");
    tap_eq_str(buf_view(&current.lines), str_of(expected), "console.%s(%s)", name, letters);
}

static void
check_console(void)
{
    said("log", "s", (struct value[]){S("a\0\xff\n~")}, "a\\x00\\xff\\x0a~\n");
    said("log", "s", (struct value[]){S("")}, "\n");
    said("log", "ss", (struct value[]){S("m\t: "), S("x\1")}, "m\t: x\\x01\n");
    said("log", "i", (struct value[]){I(-5)}, "-5\n");
    said("log", "si", (struct value[]){S("n="), I(INT64_MIN)}, "n=-9223372036854775808\n");
    said("log", "f", (struct value[]){F(7.5)}, "7.500000\n");
    said("log", "sf", (struct value[]){S("f="), F(-0.1)}, "f=-0.100000\n");
    said("hex", "i", (struct value[]){I(-1)}, "0xffffffffffffffff\n");
    said("hex", "si", (struct value[]){S("at "), I(255)}, "at 0xff\n");
}

static void
check_time(void)
{
    tap_set_variable("KHIEN_NOW", "2026-11-21T00:00:01Z");
    is_integer(CALL(time, STR(""), "now", ""), 1795219201, "time.now");
    tap_set_variable("KHIEN_NOW", NULL);
}

static void
check_list(void)
{
    const char *last = "";
    size_t count = 0, in_order = 0;
    for (const struct module *module; (module = module_at(count)) != NULL; count++) {
        in_order += strcmp(last, module->name) < 0 && module_find(str_of(module->name)) == module;
        last = module->name;
    }
    tap_eq_i64(in_order, count, "%zu modules stand in the order of their names", count);
    tap_ok(!module_find(STR("tests")) && !module_find(STR("mat")), "no other is known");
    module_add_for_tests(&tests_module);
    tap_ok(module_find(STR("tests")) == &tests_module, "a test program adds its own");
    tap_ok(!module_at(count), "which is not among all");
}

static void
check_tests_module(void)
{
    struct module_under_test test;
    tests_module_give(STR("given"));
    module_open(&test, &tests_module, STR(""));
    is_integer(module_value(&test, STR("constants.two")), 2, "constants.two");
    is_string(module_value(&test, STR("constants.empty")), STR(""), "constants.empty");
    is_undefined(module_value(&test, STR("undefined.i")), "undefined.i");
    is_undefined(module_value(&test, STR("struct_array[0].i")), "an item that is not there");
    is_integer(module_value(&test, STR("struct_array[1].i")), 1, "struct_array[1].i");
    is_undefined(module_value(&test, STR("struct_array[1].s")), "struct_array[1].s");
    is_integer(module_value(&test, STR("integer_array[256]")), 256, "integer_array[256]");
    is_undefined(module_value(&test, STR("integer_array[3]")), "integer_array[3]");
    is_string(module_value(&test, STR("string_array[3]")), STR("foo\0bar"), "string_array[3]");
    is_string(module_value(&test, STR("string_dict[\"bar\"]")), STR("bar"), "string_dict");
    is_string(module_value(&test, STR("struct_dict[\"foo\"].s")), STR("foo"), "struct_dict");
    is_undefined(module_value(&test, STR("struct_dict[\"bar\"].s")), "a key that is not there");
    is_string(module_value(&test, STR("module_data")), STR("given"), "module_data");
    module_close(&test);
    tests_module_give((str){0});
    is_integer(CALL(tests, STR(""), "match", "rs", S("foo"), S("a foo")), 3, "match");
    is_integer(CALL(tests, STR(""), "match", "rs", S("foo"), S("a f")), -1, "no match");
    is_integer(CALL(tests, STR(""), "isum", "iii", I(1), I(2), I(3)), 6, "isum");
    is_float(CALL(tests, STR(""), "fsum", "ff", F(1), F(2)), 3, "fsum");
    is_integer(CALL(tests, STR(""), "length", "s", S("ab\0c")), 2, "length");
    is_string(CALL(tests, STR(""), "foobar", "i", I(2)), STR("bar"), "foobar");
}

/* One condition for each function and part, with our answer in it, in a form that 4.2 knows. */
static void
add_conditions(struct buf *rules, str data, struct rng *rng, size_t *count)
{
    static const char *const functions[] = {"entropy", "mean", "monte_carlo_pi"};
    static const char *const digests[] = {"md5", "sha1", "sha256"};
    static const char *const sums[] = {"crc32", "checksum32"};
    struct value part[] = {I((int64_t)rng_below(rng, data.n)), I((int64_t)rng_below(rng, data.n))};
    int64_t offset = part[0].i, size = part[1].i;
    for (size_t i = 0; i < 3; i++) {
        struct value got = call(&math_module, data, functions[i], "ii", part);
        if (got.kind == VALUE_FLOAT && !isnan(got.f))
            buf_printf(rules,
                       "rule r%zu { condition: math.%s(%" PRId64 ", %" PRId64 ") == %.25f }\n",
                       ++*count, functions[i], offset, size, got.f);
        got = call(&hash_module, data, digests[i], "ii", part);
        buf_printf(rules,
                   "rule r%zu { condition: hash.%s(%" PRId64 ", %" PRId64 ") == \"%.*s\" }\n",
                   ++*count, digests[i], offset, size, STR_ARG(got.s));
        if (i > 1)
            continue;
        got = call(&hash_module, data, sums[i], "ii", part);
        buf_printf(rules,
                   "rule r%zu { condition: hash.%s(%" PRId64 ", %" PRId64 ") == %" PRId64 " }\n",
                   ++*count, sums[i], offset, size, got.i);
    }
    struct value deviation[] = {part[0], part[1], F(127.5)};
    struct value got = call(&math_module, data, "deviation", "iif", deviation);
    if (!isnan(got.f))
        buf_printf(rules,
                   "rule r%zu { condition: math.deviation(%" PRId64 ", %" PRId64
                   ", math.MEAN_BYTES) == %.25f }\n",
                   ++*count, offset, size, got.f);
    buf_printf(rules,
               "rule r%zu { condition: math.count(65) == %" PRId64 " and math.mode(%" PRId64
               ", %" PRId64 ") == %" PRId64 " }\n",
               ++*count, CALL(math, data, "count", "i", I(65)).i, offset, size,
               call(&math_module, data, "mode", "ii", part).i);
}

static void
check_against_yara(const char *path)
{
    struct arena arena = ARENA;
    struct rng rng = {21};
    struct file_map map;
    struct err err;
    struct buf rules = BUF(1 << 20);
    char rules_path[PATH_TEXT];
    const char *temporary = getenv("TMPDIR");
    size_t count = 0, matched = 0;
    if (!program_exists("yara") || file_map_open(path, &map, &err) != OK) {
        tap_skip("no yara or no such file");
        return;
    }
    buf_z(&rules, "import \"math\" import \"hash\"\n");
    for (size_t i = 0; i < 20; i++)
        add_conditions(&rules, map.bytes, &rng, &count);
    path_join(rules_path, temporary ? temporary : "/tmp", "khien-modules-test.yar", NULL);
    tap_no_err(file_replace(rules_path, buf_view(&rules), &err), &err, "the rules are written");
    const char *const arguments[] = {"yara", "-w", rules_path, path, NULL};
    str output = program_output(&arena, arguments), line;
    while (str_line(&output, &line))
        matched += str_starts(line, STR("r"));
    tap_eq_i64(matched, count, "%s: yara says the same of %zu conditions", path, count);
    unlink(rules_path);
    buf_clear(&rules);
    file_map_close(&map);
    arena_clear(&arena);
}

int
main(void)
{
    check_list();
    check_tests_module();
    check_math_vectors();
    check_math_edges();
    check_statistics();
    check_string();
    check_hash();
    check_memo();
    check_crc32();
    check_console();
    check_time();
    check_against_yara("/bin/true");
    check_against_yara("/usr/share/common-licenses/GPL-3");
    check_against_yara("/usr/share/misc/magic.mgc");
    if (current.run.module)
        module_close(&current);
    return tap_done();
}
