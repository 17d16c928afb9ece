/* SPDX-License-Identifier: Apache-2.0 */
/* The stored form of a set. Any bytes load or are refused; a set made of any members is stored to
 * the same bytes in whatever order they came, and loads to an equal set. */
#include "base/cleanup.h"
#include "base/require.h"
#include "sightings/ipset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBER = 6 };

/* One member, or a range, from 6 bytes. */
static void
put(struct ipset *set, const uint8_t *p)
{
    uint32_t number;
    memcpy(&number, p + 2, sizeof number);
    uint32_t length = (uint32_t)p[1] << (p[0] & 7);
    if (p[0] & 8)
        ipset_add(set, (ip){.hi = (uint64_t)number << (p[1] % 33), .version = 6});
    else if (p[0] & 16)
        ipset_add_range4(set, number, number > UINT32_MAX - length ? UINT32_MAX : number + length);
    else
        ipset_add(set, ip_from_v4(number));
}

static void
round_trip(const uint8_t *data, size_t count)
{
    cleanup(cleanup_ipset) struct ipset *one = ipset_new(), *two = ipset_new(), *back = NULL;
    for (size_t i = 0; i < count; i++) {
        put(one, data + i * MEMBER);
        put(two, data + (count - 1 - i) * MEMBER);
    }
    cleanup(buf_clear) struct buf first = BUF(64 << 20), second = BUF(64 << 20);
    require(ipset_store(one, &first, NULL) == OK && ipset_store(two, &second, NULL) == OK);
    require(str_eq(buf_view(&first), buf_view(&second)));
    require(ipset_load(buf_view(&first), &back, NULL) == OK && ipset_eq(one, back));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] % 2) {
        round_trip(data + 1, (size - 1) / MEMBER);
        return 0;
    }
    struct ipset *set;
    if (ipset_load((str){(const char *)data + 1, size - 1}, &set, NULL) == OK)
        ipset_free(set);
    return 0;
}
