/* SPDX-License-Identifier: Apache-2.0 */
/* Provinces as SVG paths, made by tools/map.py; the drawing is 1624 wide and 1746 high. */
#pragma once

#include <stddef.h>

enum { SHAPES_WIDTH = 1624, SHAPES_HEIGHT = 1746 };

struct chart_shape {
    const char *code; /* as data/provinces.tsv has it */
    const char *path;
};

/* What a code meant from one day to another, both inclusive, "" where open. */
struct chart_place {
    const char *code, *name_vi, *name_en, *since, *until;
};

extern const struct chart_shape chart_shapes_old[], chart_shapes_new[];
/* Hoàng Sa and Trường Sa, with the code of the province that they belong to. */
extern const struct chart_shape chart_shapes_islands[];
extern const struct chart_place chart_places[];
extern const size_t chart_shapes_old_count, chart_shapes_new_count, chart_shapes_islands_count,
    chart_places_count;
