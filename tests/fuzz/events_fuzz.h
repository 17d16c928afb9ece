/* SPDX-License-Identifier: Apache-2.0 */
/* For the formats that hold whole events of others, where an event need not have a subject: the
 * same events with and without extras, and each one line of valid JSON. */
#pragma once

#include "base/json_in.h"
#include "base/require.h"
#include "intel/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static errcode
events_fuzz_event(void *context, const struct event *event, struct err *err)
{
    struct buf *json = context;
    require(event->class > CLASS_NONE && event->class < CLASS_COUNT);
    require(event->text[TEXT_FEED_NAME].n);
    buf_reset(json);
    event_write_json(event, json);
    require(!json->full && !memchr(json->p, '\n', json->n));
    json_t *object;
    require(json_read(buf_view(json), json->n, &object, err) == OK);
    json_decref(object);
    return OK;
}

static inline void
events_fuzz_run(const struct feed_format *format, const struct feed_input *input)
{
    struct buf json = BUF(64 << 20);
    struct feed_sink sinks[2];
    errcode codes[2];
    struct err err;
    for (int i = 0; i < 2; i++) {
        sinks[i] =
            (struct feed_sink){.want_extra = i, .context = &json, .event = events_fuzz_event};
        codes[i] = format->parse(input, &sinks[i], &err);
        require(sinks[i].rows >= sinks[i].rows_refused + sinks[i].rows_skipped);
    }
    require(codes[0] == codes[1] && sinks[0].events == sinks[1].events &&
            sinks[0].rows_refused == sinks[1].rows_refused);
    int sure = format->sniff(input);
    require(sure >= 0 && sure <= 100);
    buf_clear(&json);
}

#define EVENTS_FUZZ(format_name)                                                                   \
    extern const struct feed_format format_##format_name;                                          \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        struct feed_input input = {.name = "fuzz", .bytes = {(const char *)data, size}};           \
        events_fuzz_run(&format_##format_name, &input);                                            \
        return 0;                                                                                  \
    }
