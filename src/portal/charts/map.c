/* SPDX-License-Identifier: Apache-2.0 */
/* A map in five classes, told apart by lightness and, for paper without colour, by texture. Rates
 * belong on it, not counts: a map of counts is a map of people. */
#include "portal/charts/figure.h"
#include "portal/charts/shapes.h"

#include "base/require.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLASSES = 5, NO_DATA = CLASSES };

struct region {
    const struct chart_shape *shape;
    str name;
    double value;
    size_t class;
};

struct regions {
    const struct chart_map *map;
    struct region *at; /* by value, the largest first */
    size_t count;
    double limits[CLASSES - 1];
    bool old;
};

static bool
is_old(day at)
{
    return at < day_from_civil(2025, 7, 1);
}

static str
place_name(const char *code, day at, enum language language)
{
    char today[DAY_TEXT];
    day_format(at, today);
    for (size_t i = 0; i < chart_places_count; i++) {
        const struct chart_place *place = &chart_places[i];
        bool begun = !*place->since || strcmp(place->since, today) <= 0;
        bool over = *place->until && strcmp(place->until, today) < 0;
        if (strcmp(place->code, code) == 0 && begun && !over)
            return str_of(language == LANGUAGE_VI ? place->name_vi : place->name_en);
    }
    return str_of(code);
}

static double
value_of(const struct chart_map *map, const char *code)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_eq(map->provinces[i].code, str_of(code)))
            return number_is_there(map->provinces[i].value) ? map->provinces[i].value
                                                            : CHART_ABSENT;
    return CHART_ABSENT;
}

static int
compare_regions(const void *a, const void *b)
{
    const struct region *x = a, *y = b;
    double v = isnan(x->value) ? -1 : x->value, w = isnan(y->value) ? -1 : y->value;
    return v != w ? (v < w ? 1 : -1) : strcmp(x->shape->code, y->shape->code);
}

/* Fifths of the values that are there. Equal values stay in one class, so that there may be fewer
 * classes than five. */
static void
set_limits(struct regions *regions)
{
    size_t there = 0;
    while (there < regions->count && !isnan(regions->at[there].value))
        there++;
    double last = there ? regions->at[there - 1].value : 0;
    for (size_t i = 0; i < CLASSES - 1; i++) {
        if (regions->map->limits) {
            regions->limits[i] = regions->map->limits[i];
            continue;
        }
        size_t rank = there * (i + 1) / CLASSES; /* from the smallest */
        double limit = there ? regions->at[there - 1 - rank].value : 0;
        regions->limits[i] = limit > last ? limit : INFINITY;
        last = fmax(last, limit);
    }
}

static size_t
class_of(const struct regions *regions, double value)
{
    size_t class = 0;
    if (isnan(value))
        return NO_DATA;
    for (size_t i = 0; i < CLASSES - 1; i++)
        if (value >= regions->limits[i])
            class = i + 1;
    return class;
}

static struct regions
regions_of(const struct chart_map *map)
{
    struct regions regions = {.map = map, .old = is_old(map->at)};
    const struct chart_shape *shapes = regions.old ? chart_shapes_old : chart_shapes_new;
    regions.count = regions.old ? chart_shapes_old_count : chart_shapes_new_count;
    regions.at = mem_calloc(regions.count, sizeof *regions.at);
    for (size_t i = 0; i < regions.count; i++)
        regions.at[i] = (struct region){
            .shape = &shapes[i],
            .name = place_name(shapes[i].code, map->at, map->head.language),
            .value = value_of(map, shapes[i].code),
        };
    qsort(regions.at, regions.count, sizeof *regions.at, compare_regions);
    set_limits(&regions);
    for (size_t i = 0; i < regions.count; i++)
        regions.at[i].class = class_of(&regions, regions.at[i].value);
    return regions;
}

static void
write_patterns(const struct figure *figure)
{
    /* More ink from class to class, so that a copy without grey keeps the order. */
    static const char *const textures[CLASSES + 1] = {"",           "M8 8h3v3h-3z",
                                                      "M0 16L16 0", "M0 8L8 0M0 16L16 0M8 16L16 8",
                                                      "",           "M0 0L16 16M0 16L16 0"};
    figure_patterns(figure);
    for (size_t i = 0; i <= CLASSES; i++)
        if (*textures[i])
            buf_printf(figure->out,
                       "<pattern id=\"%s-k%zu\" width=\"16\" height=\"16\" "
                       "patternUnits=\"userSpaceOnUse\"><path class=\"chart-k%zu\" "
                       "d=\"M0 0h16v16h-16z\"/><path class=\"chart-texture chart-t%zu\" "
                       "d=\"%s\"/></pattern>",
                       figure->head->id, i + 1, i + 1, i + 1, textures[i]);
    figure_patterns_end(figure);
}

static void
fill_of(const struct figure *figure, size_t class, char *out, size_t size)
{
    bool plain = class == 0 || class == CLASSES - 1;
    if (plain)
        snprintf(out, size, " class=\"chart-region chart-k%zu\"", class + 1);
    else
        snprintf(out, size, " class=\"chart-region\" fill=\"url(#%s-k%zu)\"", figure->head->id,
                 class + 1);
}

static void
draw_region(const struct figure *figure, const struct region *region, const char *path)
{
    char fill[128], number[NUMBER_TEXT];
    fill_of(figure, region->class, fill, sizeof fill);
    buf_z(figure->out, "<path");
    buf_z(figure->out, fill);
    buf_z(figure->out, " d=\"");
    buf_z(figure->out, path);
    buf_z(figure->out, "\"><title>");
    html_text(figure->out, region->name);
    buf_z(figure->out, ": ");
    if (region->class == NO_DATA)
        html_text(figure->out, str_of(figure_word(figure, N_("no data"))));
    else
        buf_str(figure->out,
                number_text(number, figure->language, region->value, figure->head->decimals));
    buf_z(figure->out, "</title></path>");
}

/* The archipelagos are part of their provinces, and so small that a line shows where they are. */
static void
draw_islands(const struct figure *figure, const struct regions *regions)
{
    static const struct {
        const char *code, *name;
        double x, y;
    } labels[] = {{"48", "Hoàng Sa", 1180, 722}, {"56", "Trường Sa", 1275, 1262}};
    for (size_t i = 0; i < chart_shapes_islands_count; i++)
        for (size_t j = 0; j < regions->count; j++)
            if (strcmp(chart_shapes_islands[i].code, regions->at[j].shape->code) == 0)
                draw_region(figure, &regions->at[j], chart_shapes_islands[i].path);
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        struct buf text = BUF(256);
        str province = place_name(labels[i].code, regions->map->at, figure->language);
        buf_printf(&text, "%s (%.*s)", labels[i].name, STR_ARG(province));
        figure_text(figure, labels[i].x, labels[i].y, " text-anchor=\"middle\"", buf_view(&text));
        buf_clear(&text);
    }
}

static void
describe(const struct regions *regions, struct buf *out)
{
    const struct chart_head *head = &regions->map->head;
    char count[NUMBER_TEXT], all[NUMBER_TEXT], most[NUMBER_TEXT], least[NUMBER_TEXT];
    size_t there = 0;
    while (there < regions->count && regions->at[there].class != NO_DATA)
        there++;
    const struct region *first = &regions->at[0], *last = &regions->at[there ? there - 1 : 0];
    SAY(out, head->language,
        there ? N_("{count} of {all} provinces have data. The highest is {first} with {most}, the "
                   "lowest {last} with {least}.")
              : N_("None of the {all} provinces has data."),
        {"count", number_text(count, head->language, (double)there, 0)},
        {"all", number_text(all, head->language, (double)regions->count, 0)},
        {"first", first->name},
        {"most", number_text(most, head->language, first->value, head->decimals)},
        {"last", last->name},
        {"least", number_text(least, head->language, last->value, head->decimals)});
}

static void
draw(const struct figure *figure, const struct regions *regions)
{
    struct buf *out = figure->out;
    const char *id = figure->head->id;
    buf_printf(out,
               "<svg class=\"chart-map-picture\" role=\"img\" viewBox=\"-4 -4 %d %d\" "
               "aria-labelledby=\"%s-map-t %s-map-d\"><title id=\"%s-map-t\">",
               SHAPES_WIDTH + 8, SHAPES_HEIGHT + 8, id, id, id);
    html_text(out, figure->head->caption);
    buf_printf(out, "</title><desc id=\"%s-map-d\">", id);
    struct buf description = BUF(FIGURE_DESCRIPTION_MAX);
    describe(regions, &description);
    buf_str(out, buf_view(&description));
    buf_clear(&description);
    buf_z(out, "</desc>");
    for (size_t i = 0; i < regions->count; i++)
        draw_region(figure, &regions->at[i], regions->at[i].shape->path);
    draw_islands(figure, regions);
    buf_z(out, "</svg>");
}

static void
write_class(const struct figure *figure, const struct regions *regions, size_t class)
{
    char fill[128], low[NUMBER_TEXT], high[NUMBER_TEXT], count[NUMBER_TEXT];
    size_t members = 0;
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < regions->count; i++) {
        if (regions->at[i].class != class)
            continue;
        members++;
        least = fmin(least, regions->at[i].value);
        most = fmax(most, regions->at[i].value);
    }
    if (members == 0)
        return;
    fill_of(figure, class, fill, sizeof fill);
    buf_printf(figure->out,
               "<li><svg width=\"30\" height=\"20\" viewBox=\"0 0 60 40\" aria-hidden=\"true\">"
               "<path%s d=\"M2 2h56v36h-56z\"/></svg> ",
               fill);
    const char *message = class == NO_DATA ? N_("no data (provinces: {count})")
                          : least == most  ? N_("{low} (provinces: {count})")
                                           : N_("{low} to {high} (provinces: {count})");
    SAY(figure->out, figure->language, message,
        {"low", number_text(low, figure->language, least, figure->head->decimals)},
        {"high", number_text(high, figure->language, most, figure->head->decimals)},
        {"count", number_text(count, figure->language, (double)members, 0)});
    buf_z(figure->out, "</li>");
}

static bool
has_shape(const struct regions *regions, str code)
{
    for (size_t i = 0; i < regions->count; i++)
        if (str_eq(code, str_of(regions->at[i].shape->code)))
            return true;
    return false;
}

static void
table_row(const struct figure *figure, str name, double value)
{
    figure_row(figure);
    figure_row_name(figure, name);
    figure_cell_number(figure, value);
    figure_row_end(figure);
}

static void
write_table(const struct figure *figure, const struct regions *regions)
{
    const struct chart_map *map = regions->map;
    figure_table(figure);
    figure_column_word(figure, N_("Province"));
    figure_column_word(figure, N_("Value"));
    figure_table_rows(figure);
    for (size_t i = 0; i < regions->count; i++)
        table_row(figure, regions->at[i].name, regions->at[i].value);
    for (size_t i = 0; i < map->count; i++)
        if (!has_shape(regions, map->provinces[i].code))
            table_row(figure, map->provinces[i].code, map->provinces[i].value);
    figure_table_end(figure);
}

void
chart_map(const struct chart_map *map, struct buf *out)
{
    struct figure figure = figure_begin(&map->head, "map", out);
    struct regions regions = regions_of(map);
    write_patterns(&figure);
    buf_z(out, "<div class=\"chart-map-body\">");
    draw(&figure, &regions);
    buf_z(out, "<ul class=\"chart-key\">");
    for (size_t class = CLASSES; class -- > 0;)
        write_class(&figure, &regions, class);
    write_class(&figure, &regions, NO_DATA);
    buf_z(out, "</ul></div><p class=\"chart-note\">");
    html_text(out, str_of(figure_word(&figure, regions.old
                                                   ? N_("Borders of the 63 provinces until 30 June "
                                                        "2025.")
                                                   : N_("Borders of the 34 provinces since 1 July "
                                                        "2025."))));
    buf_char(out, ' ');
    html_text(out, str_of(figure_word(&figure, N_("Map:"))));
    buf_z(out, " <a href=\"https://github.com/VictorCazanave/svg-maps\">@svg-maps/vietnam</a>, "
               "Stephen Truong, Victor Cazanave, "
               "<a href=\"https://creativecommons.org/licenses/by/4.0/\">"
               "CC BY 4.0</a>, ");
    html_text(out, str_of(figure_word(&figure, N_("simplified."))));
    buf_z(out, "</p>");
    write_table(&figure, &regions);
    free(regions.at);
    figure_end(&figure);
}
