/* SPDX-License-Identifier: Apache-2.0 */
/* Collects figures in any order and writes the file: the same figures give the same bytes. */
#pragma once

#include "base/hash.h"
#include "sightings/figures/figures.h"

struct figures_writer;
struct figures_writer *figures_writer_new(void);
void figures_writer_free(struct figures_writer *writer);

/* The count of a day, once; zeros are not kept. */
void figures_writer_count(struct figures_writer *writer, enum event_class class, str family,
                          enum figures_dimension dimension, str key, day at,
                          struct figures_count count);
/* The flow of a day, once; a series' days must come in order. */
void figures_writer_flow(struct figures_writer *writer, str family, day at,
                         struct figures_flow flow);
void figures_writer_largest(struct figures_writer *writer, str family);
void figures_writer_pick(struct figures_writer *writer, enum event_class class, str family);
void figures_writer_unit(struct figures_writer *writer, day at, enum event_class class,
                         struct checksum sets);
/* Begins a stretch, then its groups in the order of their keys. */
void figures_writer_stretch(struct figures_writer *writer, enum figures_dimension dimension,
                            day from, struct checksum networks);
void figures_writer_group(struct figures_writer *writer, const struct figures_group *group);
/* KEPT (may be NULL: all): families that may be asked for. */
void figures_writer_health(struct figures_writer *writer, enum event_class class,
                           const struct health *health, const struct names *kept);
void figures_writer_ready(struct figures_writer *writer, str name, str text, bool fault);

/* The sum over all days of the class's families in total, as FAMILY … ADDRESS_DAYS. */
void figures_writer_sums(const struct figures_writer *writer, enum event_class class, day from,
                         day to, void (*each)(void *context, str family, uint64_t address_days),
                         void *context);

/* META's texts and days; its size, record and the like are not read. REGISTRY and PROGRAM say what
 * else the figures were made from. */
errcode figures_writer_write(struct figures_writer *writer, const struct figures_meta *meta,
                             struct checksum registry, str program, const char *path,
                             struct err *err);
