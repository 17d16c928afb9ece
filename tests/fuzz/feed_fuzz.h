/* SPDX-License-Identifier: Apache-2.0 */
/* What every target for a feed format does: the first line of the input is the file's name, the
 * rest the file. The same rows must be taken and refused whether or not extras are wanted, and
 * each event must have a source, a class, a subject, and be one line of valid JSON. */
#pragma once

#include "base/json_in.h"
#include "base/require.h"
#include "intel/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct feed_fuzz {
    uint64_t sum;
    struct buf json;
};

static inline bool
feed_fuzz_has_subject(const struct event *event)
{
    return event->source_ip.version || event->source_network.addr.version ||
           event->text[TEXT_SOURCE_FQDN].n || event->text[TEXT_SOURCE_URL].n ||
           event->text[TEXT_MD5].n || event->text[TEXT_SHA1].n || event->text[TEXT_SHA256].n;
}

static errcode
feed_fuzz_event(void *context, const struct event *event, struct err *err)
{
    struct feed_fuzz *fuzz = context;
    require(event->class > CLASS_NONE && event->class < CLASS_COUNT);
    require(event->text[TEXT_FEED_NAME].n && feed_fuzz_has_subject(event));
    buf_reset(&fuzz->json);
    event_write_json(event, &fuzz->json);
    require(!fuzz->json.full && !memchr(fuzz->json.p, '\n', fuzz->json.n));
    json_t *object;
    require(json_read(buf_view(&fuzz->json), fuzz->json.n, &object, err) == OK);
    json_decref(object);
    fuzz->sum = fuzz->sum * 31 + (uint64_t)event->time + event->source_ip.lo +
                event->source_network.addr.lo + (uint64_t)event->source_port +
                (uint64_t)event->destination_port + (uint64_t)event->class +
                str_hash(event->text[TEXT_MALWARE_NAME]) + str_hash(event->text[TEXT_SOURCE_FQDN]);
    return OK;
}

static inline int
feed_fuzz_run(const struct feed_format *format, const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, first;
    char name[128];
    struct err err;
    if (!str_line(&rest, &first) || !str_copy(first, name, sizeof name))
        return 0;
    struct feed_input input = {.name = name, .bytes = rest};
    struct feed_fuzz fuzz[2] = {{.json = BUF(64 << 20)}, {.json = BUF(64 << 20)}};
    struct feed_sink sinks[2];
    errcode codes[2];
    for (int i = 0; i < 2; i++) {
        sinks[i] =
            (struct feed_sink){.want_extra = i, .context = &fuzz[i], .event = feed_fuzz_event};
        codes[i] = format->parse(&input, &sinks[i], &err);
        require(sinks[i].rows >= sinks[i].rows_refused + sinks[i].rows_skipped);
        buf_clear(&fuzz[i].json);
    }
    require(codes[0] == codes[1] && fuzz[0].sum == fuzz[1].sum);
    require(sinks[0].events == sinks[1].events && sinks[0].rows_refused == sinks[1].rows_refused);
    int sure = format->sniff(&input);
    require(sure >= 0 && sure <= 100);
    return 0;
}

#define FEED_FUZZ(name)                                                                            \
    extern const struct feed_format format_##name;                                                 \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                                   \
    {                                                                                              \
        return feed_fuzz_run(&format_##name, data, size);                                          \
    }
