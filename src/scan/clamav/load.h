/* SPDX-License-Identifier: Apache-2.0 */
/* One line of a signature file while it is read. */
#pragma once

#include "base/buf.h"
#include "scan/clamav/clamav.h"

struct load {
    const struct clamav_sink *sink;
    const struct clamav_macros *macros;
    struct clamav_counts *counts;
    struct clamav_origin origin;
    struct arena *arena; /* lives as long as the line's reading */
    const char *extension;
};

/* ERR_FORMAT, ERR_LIMIT and ERR_UNSUPPORTED refuse the line; any other code ends the load. */
errcode load_hash(struct load *load, str line, struct err *err);
errcode load_imports(struct load *load, str line, struct err *err);
errcode load_extended(struct load *load, str line, struct err *err);
errcode load_logical(struct load *load, str line, struct err *err);
errcode load_container(struct load *load, str line, struct err *err);
errcode load_ignore(struct load *load, str line, struct err *err);

/* Cuts LINE into at most MAX fields; the number of fields there are, which may be more. */
size_t load_fields(str line, char separator, str *ret, size_t max);
/* False when the functionality levels MIN to MAX (empty: no bound) leave this program's out; it is
 * then counted. ERR_FORMAT when they are no numbers. */
errcode load_level(struct load *load, str min, str max, bool *ret_fits, struct err *err);
/* What the sink gets as a rule; OK when the sink takes no rules. */
errcode load_give_rule(struct load *load, str name, str body, struct err *err);
errcode load_check_name(str name, struct err *err);
/* The number of a kind of file (0 any, 1 PE …). */
errcode load_target(str text, unsigned *ret, struct err *err);
/* Printed into ARENA; ERR_LIMIT past LIMIT_CLAMAV_CONDITION. */
errcode load_text(struct arena *arena, str *ret, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The members of a macro group, ended by the last with NULL. */
struct macro {
    str hex;
    struct macro *next;
};
enum { MACRO_GROUPS = 32 };
const struct macro *macros_of(const struct clamav_macros *macros, uint64_t group);
