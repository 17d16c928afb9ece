/* SPDX-License-Identifier: Apache-2.0 */
/* One pass, line by line; nothing is copied. */
#include "cmd/top/samples.h"

#include "base/limits.h"
#include "base/require.h"

#include <math.h>
#include <stdlib.h>

struct reading {
    str rest; /* of the line */
    size_t line;
    struct err *err;
};

static errcode
fault(const struct reading *reading, const char *what)
{
    return err_set(reading->err, ERR_FORMAT, "line %zu of the metrics: %s", reading->line, what);
}

/* WITH_COLON: metrics may have one in their names, labels may not. */
static str
take_name(struct reading *reading, bool with_colon)
{
    size_t n = 0;
    for (; n < reading->rest.n; n++) {
        char c = reading->rest.p[n], lower = ascii_lower(c);
        bool fits = (lower >= 'a' && lower <= 'z') || c == '_' || (with_colon && c == ':') ||
                    (n > 0 && ascii_is_digit(c));
        if (!fits)
            break;
    }
    str name = {reading->rest.p, n};
    reading->rest = str_from(reading->rest, n);
    return name;
}

static bool
take_char(struct reading *reading, char c)
{
    if (!reading->rest.n || reading->rest.p[0] != c)
        return false;
    reading->rest = str_from(reading->rest, 1);
    return true;
}

static void
skip_blanks(struct reading *reading)
{
    while (take_char(reading, ' ') || take_char(reading, '\t'))
        ;
}

/* Up to the closing quote; the escapes are \\, \" and \n. */
static bool
take_quoted(struct reading *reading, str *ret)
{
    if (!take_char(reading, '"'))
        return false;
    for (size_t n = 0; n < reading->rest.n; n++) {
        char c = reading->rest.p[n];
        if (c == '"') {
            *ret = (str){reading->rest.p, n};
            reading->rest = str_from(reading->rest, n + 1);
            return true;
        }
        if (c != '\\')
            continue;
        n++;
        if (n == reading->rest.n || !memchr("\\\"n", reading->rest.p[n], 3))
            return false;
    }
    return false;
}

/* One label; *RET_LAST when the braces end behind it. */
static errcode
take_label(struct reading *reading, str *ret_name, str *ret_value, bool *ret_last)
{
    skip_blanks(reading);
    *ret_name = take_name(reading, false);
    skip_blanks(reading);
    if (!ret_name->n || !take_char(reading, '='))
        return fault(reading, "a label without a name or value");
    skip_blanks(reading);
    if (!take_quoted(reading, ret_value))
        return fault(reading, "a label's value without its quotes");
    skip_blanks(reading);
    bool comma = take_char(reading, ',');
    skip_blanks(reading);
    *ret_last = take_char(reading, '}');
    return comma || *ret_last ? OK : fault(reading, "labels without an end");
}

static errcode
take_labels(struct reading *reading, struct sample *sample)
{
    str names[LIMIT_METRICS_LABELS], value;
    if (!take_char(reading, '{'))
        return OK;
    const char *begin = reading->rest.p;
    skip_blanks(reading);
    bool last = take_char(reading, '}');
    for (size_t count = 0; !last; count++) {
        if (count == LIMIT_METRICS_LABELS)
            return err_set(reading->err, ERR_LIMIT,
                           "line %zu of the metrics has more than %d labels", reading->line,
                           LIMIT_METRICS_LABELS);
        errcode code = take_label(reading, &names[count], &value, &last);
        if (code != OK)
            return code;
        for (size_t i = 0; i < count; i++)
            if (str_eq(names[i], names[count]))
                return fault(reading, "the same label twice");
    }
    sample->labels = (str){begin, (size_t)(reading->rest.p ? reading->rest.p - begin - 1 : 0)};
    return OK;
}

static str
take_word(struct reading *reading)
{
    size_t n = 0;
    while (n < reading->rest.n && reading->rest.p[n] != ' ' && reading->rest.p[n] != '\t')
        n++;
    str word = {reading->rest.p, n};
    reading->rest = str_from(reading->rest, n);
    return word;
}

/* A decimal number with or without an exponent, +Inf, -Inf, NaN. */
static bool
parse_value(str word, double *ret)
{
    char text[64], *end;
    static const struct {
        const char *name;
        double value;
    } names[] = {{"+Inf", INFINITY}, {"Inf", INFINITY}, {"-Inf", -INFINITY}, {"NaN", NAN}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_eq(word, str_of(names[i].name))) {
            *ret = names[i].value;
            return true;
        }
    if (!word.n || !str_copy(word, text, sizeof text) || strspn(text, "0123456789+-.eE") != word.n)
        return false;
    double value = strtod(text, &end);
    if (*end || !isfinite(value))
        return false;
    *ret = value;
    return true;
}

static errcode
take_sample(struct reading *reading, struct sample *sample)
{
    int64_t timestamp;
    sample->name = take_name(reading, true);
    if (!sample->name.n)
        return fault(reading, "it begins with no metric's name");
    bool blank = reading->rest.n && (reading->rest.p[0] == ' ' || reading->rest.p[0] == '\t');
    skip_blanks(reading);
    bool braces = reading->rest.n && reading->rest.p[0] == '{';
    errcode code = take_labels(reading, sample);
    if (code != OK)
        return code;
    if (!blank && !braces)
        return fault(reading, "no blank behind the metric's name");
    skip_blanks(reading);
    if (!parse_value(take_word(reading), &sample->value))
        return fault(reading, "the value is no number");
    skip_blanks(reading);
    if (reading->rest.n && !str_to_i64(str_trim(reading->rest), &timestamp))
        return fault(reading, "something other than a time stands behind the value");
    return OK;
}

/* Comments say anything, but for TYPE, which has a fixed set of words. */
static errcode
check_comment(struct reading *reading)
{
    static const char *const types[] = {"counter", "gauge", "histogram", "summary", "untyped"};
    skip_blanks(reading);
    if (!str_eq(take_word(reading), STR("TYPE")))
        return OK;
    skip_blanks(reading);
    str name = take_name(reading, true);
    str type = str_trim(reading->rest);
    for (size_t i = 0; i < sizeof types / sizeof *types && name.n; i++)
        if (str_eq(type, str_of(types[i])))
            return OK;
    return fault(reading, "a TYPE without a name or of no known type");
}

static errcode
add(struct samples *samples, const struct sample *sample, const struct reading *reading)
{
    if (samples->count == LIMIT_METRICS_SAMPLES)
        return err_set(reading->err, ERR_LIMIT, "more than %d metrics", LIMIT_METRICS_SAMPLES);
    if (samples->count == samples->room) {
        samples->room = samples->room ? samples->room * 2 : 64;
        samples->items = mem_resize(samples->items, samples->room, sizeof *samples->items);
    }
    samples->items[samples->count++] = *sample;
    return OK;
}

static errcode
parse_line(struct reading *reading, struct samples *samples)
{
    struct sample sample = {0};
    if (take_char(reading, '#'))
        return check_comment(reading);
    skip_blanks(reading);
    if (!reading->rest.n)
        return OK;
    errcode code = take_sample(reading, &sample);
    return code == OK ? add(samples, &sample, reading) : code;
}

errcode
samples_parse(str text, struct samples *ret, struct err *err)
{
    struct samples samples = {0};
    struct reading reading = {.err = err};
    if (text.n > LIMIT_METRICS_BYTES)
        return err_set(err, ERR_LIMIT, "the metrics have more than %d bytes", LIMIT_METRICS_BYTES);
    if (!str_is_utf8(text) || str_has_control(text))
        return err_set(err, ERR_FORMAT, "the metrics are no text");
    if (text.n && text.p[text.n - 1] != '\n')
        return err_set(err, ERR_FORMAT, "the metrics end within a line");
    errcode code = OK;
    while (code == OK && str_line(&text, &reading.rest)) {
        reading.line++;
        code = parse_line(&reading, &samples);
    }
    if (code == OK)
        *ret = samples;
    else
        samples_clear(&samples);
    return code;
}

void
samples_clear(struct samples *samples)
{
    free(samples->items);
    *samples = (struct samples){0};
}

bool
sample_label(const struct sample *sample, str name, str *ret)
{
    struct reading reading = {.rest = sample->labels};
    while (reading.rest.n) {
        str found, value;
        skip_blanks(&reading);
        found = take_name(&reading, false);
        skip_blanks(&reading);
        if (!found.n || !take_char(&reading, '='))
            return false;
        skip_blanks(&reading);
        if (!take_quoted(&reading, &value))
            return false;
        if (str_eq(found, name)) {
            *ret = value;
            return true;
        }
        skip_blanks(&reading);
        take_char(&reading, ',');
    }
    return false;
}

bool
samples_value(const struct samples *samples, str name, double *ret)
{
    for (size_t i = 0; i < samples->count; i++)
        if (!samples->items[i].labels.n && str_eq(samples->items[i].name, name)) {
            *ret = samples->items[i].value;
            return true;
        }
    return false;
}
