/* SPDX-License-Identifier: Apache-2.0 */
/* Shadowserver reports: the first line names the report, the rest is its file. Each row becomes an
 * event or a refusal, the same ones whether or not everything is wanted. */
#include "base/require.h"
#include "intel/feed.h"

extern const struct feed_format format_shadowserver;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static errcode
take(void *context, const struct event *event, struct err *err)
{
    (void)err;
    struct buf json = BUF(64 << 20);
    event_write_json(event, &json);
    require(!json.full && json.n > 2);
    buf_clear(&json);
    uint64_t *sum = context;
    *sum = *sum * 31 + (uint64_t)event->time + event->source_ip.lo + event->source_ip.hi +
           event->source_asn + (uint64_t)event->class + str_hash(event->text[TEXT_MALWARE_NAME]) +
           str_hash(event->text[TEXT_IDENTIFIER]);
    return OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, first;
    char name[128];
    struct err err;
    if (!str_line(&rest, &first) || !str_copy(first, name, sizeof name))
        return 0;
    struct feed_input input = {.name = name, .bytes = rest};
    uint64_t sums[2] = {0, 0}, events[2];
    errcode codes[2];
    for (int i = 0; i < 2; i++) {
        struct feed_sink sink = {.want_extra = i, .context = &sums[i], .event = take};
        codes[i] = format_shadowserver.parse(&input, &sink, &err);
        require(sink.rows == sink.events + sink.rows_refused);
        events[i] = sink.events;
    }
    require(codes[0] == codes[1] && sums[0] == sums[1] && events[0] == events[1]);
    int sure = format_shadowserver.sniff(&input);
    require(sure >= 0 && sure <= 100);
    return 0;
}
