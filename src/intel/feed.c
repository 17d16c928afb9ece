/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a format and running it; what share of rows may be refused is decided here, once. */
#include "intel/feed.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

const struct feed_format *
feed_format_find(str name)
{
    for (size_t i = 0; feed_formats[i]; i++)
        if (str_eq_nocase(str_of(feed_formats[i]->name), name))
            return feed_formats[i];
    return NULL;
}

const struct feed_format *
feed_sniff(const struct feed_input *input, struct err *err)
{
    const struct feed_format *best = NULL;
    int best_score = 0;
    for (size_t i = 0; feed_formats[i]; i++) {
        int score = feed_formats[i]->sniff(input);
        if (score > best_score) {
            best = feed_formats[i];
            best_score = score;
        }
    }
    if (best)
        return best;
    if (str_trim(input->bytes).n == 0)
        err_set(err, ERR_UNSUPPORTED, "the file is empty, so no feed format can be recognised");
    else if (str_starts(input->bytes, STR("\xff\xfe")) || str_starts(input->bytes, STR("\xfe\xff")))
        err_set(err, ERR_UNSUPPORTED,
                "the file is UTF-16; feeds are read as UTF-8 (iconv -f UTF-16 -t UTF-8 converts)");
    else
        err_set(err, ERR_UNSUPPORTED,
                "no feed format is recognised by the file's name, its header line or its first "
                "bytes; `khien feed formats` lists what is known, and --feed NAME forces one");
    return NULL;
}

void
feed_refuse(struct feed_sink *sink, uint64_t line, const char *format, ...)
{
    if (sink->rows_refused < LIMIT_REFUSED_SHOWN) {
        char reason[400];
        va_list args;
        va_start(args, format);
        vsnprintf(reason, sizeof reason, format, args);
        va_end(args);
        err_make_shown(reason);
        if (sink->rows_refused == 0) {
            sink->first_line = line;
            snprintf(sink->first_reason, sizeof sink->first_reason, "%s", reason);
        }
        if (sink->refused)
            sink->refused(sink->context, line, reason);
    }
    sink->rows_refused++;
}

errcode
feed_parse(const struct feed_format *format, const struct feed_input *input, struct feed_sink *sink,
           struct err *err)
{
    uint64_t rows = sink->rows, refused = sink->rows_refused;
    errcode code = format->parse(input, sink, err);
    if (code != OK)
        return code;
    rows = sink->rows - rows;
    refused = sink->rows_refused - refused;
    if (refused > LIMIT_REFUSED_FEW && refused * 100 > rows * LIMIT_REFUSED_PERCENT)
        return err_set(err, ERR_FORMAT,
                       "%llu of %llu rows were refused, more than the %d %% allowed; the file is "
                       "damaged or not of the format %s, and nothing of it is taken (the first: "
                       "line %llu, %s)",
                       (unsigned long long)refused, (unsigned long long)rows, LIMIT_REFUSED_PERCENT,
                       format->name, (unsigned long long)sink->first_line, sink->first_reason);
    return OK;
}
