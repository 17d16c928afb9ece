/* SPDX-License-Identifier: Apache-2.0 */
/* Views, conversions, UTF-8. */
#include "base/tap.h"

static void
test_cut_and_lines(void)
{
    str rest = STR("a,,b,"), part;
    const char *const want[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        tap_ok(str_cut(&rest, ',', &part), "part %zu is there", i);
        tap_eq_str(part, str_of(want[i]), "part %zu", i);
    }
    tap_ok(!str_cut(&rest, ',', &part), "then the end");

    rest = STR("one\r\ntwo\n\nlast");
    const char *const lines[] = {"one", "two", "", "last"};
    for (size_t i = 0; i < 4; i++) {
        tap_ok(str_line(&rest, &part), "line %zu is there", i);
        tap_eq_str(part, str_of(lines[i]), "line %zu", i);
    }
    tap_ok(!str_line(&rest, &part), "then the end");
}

static void
test_numbers(void)
{
    static const struct {
        const char *text;
        bool valid;
        long long value;
    } cases[] = {
        {"0", true, 0},
        {"00012", true, 12},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775807", true, -INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"1.0", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 77;
        tap_eq_i64(str_to_i64(str_of(cases[i].text), &value), cases[i].valid, "number case %zu", i);
        tap_eq_i64(value, cases[i].valid ? cases[i].value : 77, "its value");
    }
    double number;
    tap_ok(str_to_double(STR("-1.5"), &number) && number < -1.499 && number > -1.501, "-1.5");
    tap_ok(!str_to_double(STR("1e5"), &number), "no exponents");
    tap_ok(!str_to_double(STR("1."), &number), "no digits after the point");
}

/* Well-formed and ill-formed sequences of Unicode 15, table 3-7 and section 3.9. */
static void
test_utf8(void)
{
    static const struct {
        str bytes;
        bool valid;
    } cases[] = {
        {STR("Khi\xc3\xaan"), true},
        {STR("\xf0\x9f\x9b\xa1"), true},
        {STR("\xef\xbf\xbf"), true},
        {STR("\xf4\x8f\xbf\xbf"), true},
        {STR("\xc0\xaf"), false},
        {STR("\xe0\x9f\xbf"), false},
        {STR("\xed\xa0\x80"), false},
        {STR("\xf0\x8f\xbf\xbf"), false},
        {STR("\xf4\x90\x80\x80"), false},
        {STR("\x80"), false},
        {STR("\xe2\x82"), false},
        {STR("\xff"), false},
        {STR(""), true},
        {STR("\xc3"), false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tap_eq_i64(str_is_utf8(cases[i].bytes), cases[i].valid, "UTF-8 case %zu", i);
}

static void
test_distance(void)
{
    tap_eq_i64(str_distance(STR("kitten"), STR("sitting")), 3, "kitten, sitting");
    tap_eq_i64(str_distance(STR(""), STR("abc")), 3, "from nothing");
    tap_eq_i64(str_distance(STR("same"), STR("same")), 0, "the same");
}

/* Every text of up to 12 letters a and b, and a needle of up to 6 in it. */
static void
test_find(void)
{
    char text[12], needle[6];
    bool right = true;
    for (unsigned t = 0; t < 1U << 12; t++) {
        unsigned n = t % 7, bits = t * 2654435761U >> 16;
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = t >> i & 1 ? 'a' : 'b';
        for (size_t i = 0; i < n; i++)
            needle[i] = bits >> i & 1 ? 'a' : 'b';
        for (size_t length = 0; length <= sizeof text; length++) {
            size_t want = 0;
            while (want + n <= length && memcmp(text + want, needle, n) != 0)
                want++;
            if (want + n > length)
                want = SIZE_MAX;
            right = right && str_find((str){text, length}, (str){needle, n}) == want;
        }
    }
    tap_ok(right, "needles in texts of two letters");
    static char many[100000];
    memset(many, 'a', sizeof many);
    many[sizeof many - 1] = 'b';
    tap_eq_i64(str_find((str){many, sizeof many}, (str){many + sizeof many / 2, sizeof many / 2}),
               sizeof many / 2, "a needle that nearly stands everywhere");
}

static void
test_rest(void)
{
    tap_eq_str(str_trim(STR(" \t a b\r\n")), STR("a b"), "trim");
    tap_eq_i64(str_find(STR("abcabc"), STR("ca")), 2, "find");
    tap_ok(str_find(STR("abc"), STR("x")) == SIZE_MAX, "not found");
    tap_ok(str_eq_nocase(STR("TeXt"), STR("tExT")) && !str_eq_nocase(STR("a"), STR("b")), "case");
    tap_ok(str_contains_nocase(STR("one Two"), STR("tWO")), "contains");
    tap_ok(str_compare(STR("a"), STR("ab")) < 0 && str_compare(STR("b"), STR("ab")) > 0, "order");
    char out[4];
    tap_ok(str_copy(STR("abc"), out, sizeof out) && strcmp(out, "abc") == 0, "copy");
    tap_ok(!str_copy(STR("abcd"), out, sizeof out), "too long to copy");
    tap_ok(!str_copy(STR("a\0b"), out, sizeof out), "a NUL byte is not copied");
    uint64_t number;
    tap_ok(str_to_hex(STR("aF09"), &number) && number == 0xaf09, "hexadecimal");
    tap_ok(str_to_hex(STR("ffffffffffffffff"), &number) && number == UINT64_MAX, "all 64 bits");
    tap_ok(!str_to_hex(STR("10000000000000000"), &number) && !str_to_hex(STR(""), &number) &&
               !str_to_hex(STR("1g"), &number) && !str_to_hex(STR("0x1"), &number),
           "too long, nothing, no digit, a prefix");
    tap_ok(str_is_shown(STR("Mã độc (c) \u00a9")), "text that a terminal shows");
    static const char *const hidden[] = {"a\tb", "\033[2J",       "\xc2\x9b;2J", "\xc2\x85",
                                         "\x7f", "\u202egnp.exe", "\xff",        "\u2028"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        tap_ok(!str_is_shown(str_of(hidden[i])), "control character or mark %zu is not", i);
    tap_ok(str_has_control(STR("a\x01")) && !str_has_control(STR("a\tb\n")), "control bytes");
}

int
main(void)
{
    test_cut_and_lines();
    test_numbers();
    test_utf8();
    test_distance();
    test_find();
    test_rest();
    return tap_done();
}
