/* SPDX-License-Identifier: Apache-2.0 */
/* One Shadowserver-format CSV file, written through a large buffer: rows are put together from
 * pieces made once, because ten million of them must take seconds. */
#pragma once

#include "sightings/simulate/population.h"

struct report_file {
    char path[4096];
    int fd;
    char *text;
    size_t used;
    uint64_t rows, bytes;
    char date[DAY_TEXT];
    bool wide;
    char tails[SIMULATED_FAMILIES][320]; /* a row from the destination on */
    size_t tail_sizes[SIMULATED_FAMILIES];
};

/* FOLDER/DAY-WORD-simulated.csv with its heading. */
errcode report_file_open(struct report_file *ret, const char *folder, day day, const char *word,
                         bool wide, struct err *err);
/* ADDRESS6: the /64, for a row of IPv6 (0: ADDRESS). */
errcode report_file_row(struct report_file *file, uint32_t second, uint32_t address,
                        uint64_t address6, uint16_t port, const struct pool *pool, uint8_t family,
                        struct err *err);
/* Writes what is left and closes; also after a failure (then ERR may be NULL). */
errcode report_file_close(struct report_file *file, struct err *err);
