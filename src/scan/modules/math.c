/* SPDX-License-Identifier: Apache-2.0 */
/* The math module. Parts of the data are counted once a file: entropy, mean, mode and the like come
 * from the same histogram. */
#include "base/buf.h"

#include "scan/modules/memo.h"
#include "scan/modules/modules.h"
#include "scan/modules/statistics.h"

#include <inttypes.h>

enum { KEPT_HISTOGRAMS = 4 };
enum memorable { SERIAL_CORRELATION, MONTE_CARLO_PI };

struct kept_histogram {
    uint64_t offset, size;
    struct histogram histogram;
};
struct math_state {
    struct memo memo;
    struct kept_histogram *kept[KEPT_HISTOGRAMS];
    size_t next; /* to be replaced */
};

static struct math_state *
state_of(struct module_run *run)
{
    if (!run->state)
        run->state = arena_alloc(run->arena, sizeof(struct math_state));
    return run->state;
}

static const struct histogram *
histogram_at(struct module_run *run, uint64_t offset, str part)
{
    struct math_state *state = state_of(run);
    for (size_t i = 0; i < KEPT_HISTOGRAMS; i++) {
        const struct kept_histogram *kept = state->kept[i];
        if (kept && kept->offset == offset && kept->size == part.n)
            return &kept->histogram;
    }
    struct kept_histogram **place = &state->kept[state->next++ % KEPT_HISTOGRAMS];
    if (!*place)
        *place = arena_alloc(run->arena, sizeof **place);
    (*place)->offset = offset;
    (*place)->size = part.n;
    histogram_of(part, &(*place)->histogram);
    return &(*place)->histogram;
}

/* Of the part that ARGUMENTS (offset, size) name, or NULL when that is undefined. */
static const struct histogram *
histogram_in(struct module_run *run, const struct value *arguments)
{
    str part;
    if (!module_range(run->data, arguments, &part))
        return NULL;
    return histogram_at(run, (uint64_t)arguments[0].i, part);
}

/* NULL of an empty file, as libyara has it. */
static const struct histogram *
histogram_of_all(struct module_run *run)
{
    return run->data.n > 0 ? histogram_at(run, 0, run->data) : NULL;
}

#define FUNCTION(name)                                                                             \
    static struct value name(struct module_run *run __attribute__((unused)),                       \
                             const struct object *self __attribute__((unused)),                    \
                             const struct value *arguments __attribute__((unused)))

FUNCTION(data_entropy)
{
    const struct histogram *histogram = histogram_in(run, arguments);
    return histogram ? value_float(histogram_entropy(histogram)) : value_undefined();
}

FUNCTION(string_entropy)
{
    struct histogram histogram;
    histogram_of(arguments[0].s, &histogram);
    return value_float(histogram_entropy(&histogram));
}

FUNCTION(data_mean)
{
    const struct histogram *histogram = histogram_in(run, arguments);
    return histogram ? value_float(histogram_mean(histogram)) : value_undefined();
}

FUNCTION(string_mean)
{
    return value_float(text_mean(arguments[0].s));
}

FUNCTION(data_deviation)
{
    const struct histogram *histogram = histogram_in(run, arguments);
    return histogram ? value_float(histogram_deviation(histogram, arguments[2].f))
                     : value_undefined();
}

FUNCTION(string_deviation)
{
    return value_float(text_deviation(arguments[0].s, arguments[1].f));
}

static struct value
monte_carlo_value(str bytes, enum byte_sign sign)
{
    double off;
    return monte_carlo_pi(bytes, sign, &off) ? value_float(off) : value_undefined();
}

static struct value
remembered(struct module_run *run, enum memorable what, const struct value *arguments)
{
    str part;
    if (!module_range(run->data, arguments, &part))
        return value_undefined();
    struct memo *memo = &state_of(run)->memo;
    struct value *known = memo_find(memo, what, (uint64_t)arguments[0].i, part.n);
    if (known->kind == VALUE_UNKNOWN)
        *known = what == SERIAL_CORRELATION ? value_float(serial_correlation(part, BYTES_UNSIGNED))
                                            : monte_carlo_value(part, BYTES_UNSIGNED);
    return *known;
}

FUNCTION(data_serial_correlation)
{
    return remembered(run, SERIAL_CORRELATION, arguments);
}

FUNCTION(string_serial_correlation)
{
    return value_float(serial_correlation(arguments[0].s, BYTES_SIGNED));
}

FUNCTION(data_monte_carlo_pi)
{
    return remembered(run, MONTE_CARLO_PI, arguments);
}

FUNCTION(string_monte_carlo_pi)
{
    return monte_carlo_value(arguments[0].s, BYTES_SIGNED);
}

FUNCTION(in_range)
{
    return value_integer(arguments[1].f <= arguments[0].f && arguments[0].f <= arguments[2].f);
}

/* libyara compares them as unsigned: -1 is the largest. */
FUNCTION(min)
{
    return (uint64_t)arguments[0].i < (uint64_t)arguments[1].i ? arguments[0] : arguments[1];
}

FUNCTION(max)
{
    return (uint64_t)arguments[0].i > (uint64_t)arguments[1].i ? arguments[0] : arguments[1];
}

FUNCTION(to_number)
{
    return value_integer(arguments[0].i != 0);
}

FUNCTION(absolute)
{
    uint64_t bits = (uint64_t)arguments[0].i;
    return value_integer((int64_t)(arguments[0].i < 0 ? 0 - bits : bits));
}

static struct value
count_in(const struct histogram *histogram, int64_t byte)
{
    if (!histogram || byte < 0 || byte > 255)
        return value_undefined();
    return value_integer((int64_t)histogram->counts[byte]);
}

FUNCTION(count_part)
{
    return count_in(histogram_in(run, arguments + 1), arguments[0].i);
}

FUNCTION(count_all)
{
    return count_in(histogram_of_all(run), arguments[0].i);
}

/* Between 0 and 1, rounded to a float as libyara does. */
static struct value
percentage_in(const struct histogram *histogram, int64_t byte)
{
    if (!histogram || byte < 0 || byte > 255)
        return value_undefined();
    return value_float((float)histogram->counts[byte] / (float)histogram->total);
}

FUNCTION(percentage_part)
{
    return percentage_in(histogram_in(run, arguments + 1), arguments[0].i);
}

FUNCTION(percentage_all)
{
    return percentage_in(histogram_of_all(run), arguments[0].i);
}

FUNCTION(mode_part)
{
    const struct histogram *histogram = histogram_in(run, arguments);
    return histogram ? value_integer(histogram_mode(histogram)) : value_undefined();
}

FUNCTION(mode_all)
{
    const struct histogram *histogram = histogram_of_all(run);
    return histogram ? value_integer(histogram_mode(histogram)) : value_undefined();
}

static struct value
number_text(struct module_run *run, int64_t number, int64_t base)
{
    char text[32];
    if (base == 10)
        snprintf(text, sizeof text, "%" PRId64, number);
    else if (base == 16)
        snprintf(text, sizeof text, "%" PRIx64, (uint64_t)number);
    else if (base == 8)
        snprintf(text, sizeof text, "%" PRIo64, (uint64_t)number);
    else
        return value_undefined();
    return module_string(run, str_of(text));
}

FUNCTION(to_string)
{
    return number_text(run, arguments[0].i, 10);
}

FUNCTION(to_string_base)
{
    return number_text(run, arguments[0].i, arguments[1].i);
}

#define OVERLOADS(...) ((const struct overload[]){__VA_ARGS__, {NULL, 0, NULL}})
#define METHOD(name_, ...)                                                                         \
    {                                                                                              \
        .name = (name_), .kind = FIELD_FUNCTION, .overloads = OVERLOADS(__VA_ARGS__)               \
    }

static const struct field fields[] = {
    METHOD("in_range", {"fff", 'i', in_range}),
    METHOD("deviation", {"iif", 'f', data_deviation}, {"sf", 'f', string_deviation}),
    METHOD("mean", {"ii", 'f', data_mean}, {"s", 'f', string_mean}),
    METHOD("serial_correlation", {"ii", 'f', data_serial_correlation},
           {"s", 'f', string_serial_correlation}),
    METHOD("monte_carlo_pi", {"ii", 'f', data_monte_carlo_pi}, {"s", 'f', string_monte_carlo_pi}),
    METHOD("entropy", {"ii", 'f', data_entropy}, {"s", 'f', string_entropy}),
    METHOD("min", {"ii", 'i', min}),
    METHOD("max", {"ii", 'i', max}),
    METHOD("to_number", {"b", 'i', to_number}),
    METHOD("abs", {"i", 'i', absolute}),
    METHOD("count", {"iii", 'i', count_part}, {"i", 'i', count_all}),
    METHOD("percentage", {"iii", 'f', percentage_part}, {"i", 'f', percentage_all}),
    METHOD("mode", {"ii", 'i', mode_part}, {"", 'i', mode_all}),
    METHOD("to_string", {"i", 's', to_string}, {"ii", 's', to_string_base}),
};
static const struct constant constants[] = {
    {.name = "MEAN_BYTES", .kind = FIELD_FLOAT, .real = 127.5},
    {.name = NULL},
};

const struct module math_module = {
    .name = "math",
    .shape = {fields, sizeof fields / sizeof fields[0]},
    .constants = constants,
    .load = module_load_nothing,
};
