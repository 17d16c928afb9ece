/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing and printing addresses: RFC 4291 section 2.2 in, RFC 5952 out. */
#include "base/ip.h"

#include <stdio.h>

int
ip_compare(ip a, ip b)
{
    if (a.version != b.version)
        return a.version < b.version ? -1 : 1;
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

bool
ip4_parse(str s, uint32_t *ret)
{
    if (s.n < 7 || s.n > 15)
        return false;
    uint32_t number = 0, octet = 0;
    unsigned dots = 0, length = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned c = (unsigned char)s.p[i] - '0';
        if (c <= 9) {
            if (length == 1 && octet == 0)
                return false; /* "01" is octal to some readers */
            octet = octet * 10 + c;
            if (++length > 3 || octet > 255)
                return false;
        } else {
            if (s.p[i] != '.' || length == 0 || ++dots > 3)
                return false;
            number = number << 8 | octet;
            octet = length = 0;
        }
    }
    if (dots != 3 || length == 0)
        return false;
    *ret = number << 8 | octet;
    return true;
}

/* Up to four hexadecimal digits. */
static bool
group_parse(str s, uint16_t *ret)
{
    uint64_t value;
    if (s.n > 4 || !str_to_hex(s, &value))
        return false;
    *ret = (uint16_t)value;
    return true;
}

/* Colon-separated groups, the last perhaps a dotted quad. Returns how many, or -1. */
static int
groups_parse(str s, bool quad_allowed, uint16_t out[8])
{
    int count = 0;
    str part;
    if (s.n == 0)
        return 0;
    while (str_cut(&s, ':', &part)) {
        uint32_t quad;
        if (!s.p && quad_allowed && count <= 6 && ip4_parse(part, &quad)) {
            out[count++] = (uint16_t)(quad >> 16);
            out[count++] = (uint16_t)quad;
        } else if (count >= 8 || !group_parse(part, &out[count])) {
            return -1;
        } else {
            count++;
        }
    }
    return count;
}

static bool
ip6_parse(str s, ip *ret)
{
    if (s.n < 2 || s.n > 45)
        return false;
    uint16_t groups[8] = {0}, tail[8] = {0};
    size_t gap = str_find(s, STR("::"));
    if (gap == SIZE_MAX) {
        if (groups_parse(s, true, groups) != 8)
            return false;
    } else {
        int head_count = groups_parse((str){s.p, gap}, false, groups);
        int tail_count = groups_parse(str_from(s, gap + 2), true, tail);
        if (head_count < 0 || tail_count < 0 || head_count + tail_count > 7)
            return false;
        for (int i = 0; i < tail_count; i++)
            groups[8 - tail_count + i] = tail[i];
    }
    ip addr = {.version = 6};
    for (int i = 0; i < 4; i++) {
        addr.hi = addr.hi << 16 | groups[i];
        addr.lo = addr.lo << 16 | groups[i + 4];
    }
    *ret = addr;
    return true;
}

bool
ip_parse(str s, ip *ret)
{
    uint32_t number;
    if (ip4_parse(s, &number)) {
        *ret = ip_from_v4(number);
        return true;
    }
    return ip6_parse(s, ret);
}

static uint16_t
group_of(ip addr, int i)
{
    return (uint16_t)((i < 4 ? addr.hi : addr.lo) >> (48 - 16 * (i % 4)));
}

/* The longest run of two or more zero groups, the first of equals. */
static void
zero_run(ip addr, int *ret_start, int *ret_length)
{
    *ret_start = -1;
    *ret_length = 1;
    for (int i = 0; i < 8;) {
        int end = i;
        while (end < 8 && group_of(addr, end) == 0)
            end++;
        if (end - i > *ret_length) {
            *ret_start = i;
            *ret_length = end - i;
        }
        i = end + 1;
    }
}

static char *
ip6_format(ip addr, char out[IP_TEXT])
{
    int start, length;
    zero_run(addr, &start, &length);
    size_t at = 0;
    for (int i = 0; i < 8; i++) {
        if (i == start) {
            at += (size_t)snprintf(out + at, IP_TEXT - at, "::");
            i += length - 1;
            continue;
        }
        bool colon = i > 0 && (start < 0 || i != start + length);
        at += (size_t)snprintf(out + at, IP_TEXT - at, "%s%x", colon ? ":" : "", group_of(addr, i));
    }
    return out;
}

char *
ip_format(ip addr, char out[IP_TEXT])
{
    out[0] = 0;
    if (addr.version == 6 && addr.hi == 0 && addr.lo >> 32 == 0xffff)
        snprintf(out, IP_TEXT, "::ffff:%u.%u.%u.%u", (unsigned)(addr.lo >> 24 & 255),
                 (unsigned)(addr.lo >> 16 & 255), (unsigned)(addr.lo >> 8 & 255),
                 (unsigned)(addr.lo & 255));
    else if (addr.version == 6)
        ip6_format(addr, out);
    else if (addr.version == 4)
        snprintf(out, IP_TEXT, "%u.%u.%u.%u", (unsigned)(addr.lo >> 24 & 255),
                 (unsigned)(addr.lo >> 16 & 255), (unsigned)(addr.lo >> 8 & 255),
                 (unsigned)(addr.lo & 255));
    return out;
}

ip
ip_unmap(ip addr)
{
    bool mapped = addr.version == 6 && addr.hi == 0 && addr.lo >> 32 == 0xffff;
    return mapped ? ip_from_v4((uint32_t)addr.lo) : addr;
}

ip
ip_from_bytes(const uint8_t *bytes, uint8_t version)
{
    ip addr = {.version = version};
    if (version == 4) {
        for (int i = 0; i < 4; i++)
            addr.lo = addr.lo << 8 | bytes[i];
        return addr;
    }
    for (int i = 0; i < 8; i++) {
        addr.hi = addr.hi << 8 | bytes[i];
        addr.lo = addr.lo << 8 | bytes[i + 8];
    }
    return addr;
}

void
ip_to_bytes(ip addr, uint8_t out[16])
{
    int n = addr.version == 4 ? 4 : 8;
    for (int i = 0; i < n; i++) {
        out[i] = (uint8_t)((addr.version == 4 ? addr.lo : addr.hi) >> (8 * (n - 1 - i)));
        if (addr.version == 6)
            out[i + 8] = (uint8_t)(addr.lo >> (8 * (7 - i)));
    }
}

ip
ip_mask(ip addr, uint8_t bits)
{
    if (addr.version == 4) {
        addr.lo &= bits == 0 ? 0 : bits >= 32 ? UINT32_MAX : UINT32_MAX << (32 - bits);
        return addr;
    }
    addr.hi &= bits == 0 ? 0 : bits >= 64 ? UINT64_MAX : UINT64_MAX << (64 - bits);
    addr.lo &= bits <= 64 ? 0 : bits >= 128 ? UINT64_MAX : UINT64_MAX << (128 - bits);
    return addr;
}

struct block {
    ip addr;
    uint8_t bits;
    bool local;
};
#define V4(a, b, c, d)                                                                             \
    {                                                                                              \
        .lo = (uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d), .version = 4                       \
    }
#define V6(high, low)                                                                              \
    {                                                                                              \
        .hi = (high), .lo = (low), .version = 6                                                    \
    }

/* IANA IPv4 and IPv6 Special-Purpose Address Registries, and multicast. */
static const struct block blocks[] = {
    {V4(0, 0, 0, 0), 8, false},
    {V4(10, 0, 0, 0), 8, true},
    {V4(100, 64, 0, 0), 10, false},
    {V4(127, 0, 0, 0), 8, true},
    {V4(169, 254, 0, 0), 16, true},
    {V4(172, 16, 0, 0), 12, true},
    {V4(192, 0, 0, 0), 24, false},
    {V4(192, 0, 2, 0), 24, false},
    {V4(192, 168, 0, 0), 16, true},
    {V4(198, 18, 0, 0), 15, false},
    {V4(198, 51, 100, 0), 24, false},
    {V4(203, 0, 113, 0), 24, false},
    {V4(224, 0, 0, 0), 3, false},
    {V6(0, 0), 128, false},
    {V6(0, 1), 128, true},
    {V6(0, 0xffff00000000), 96, false},
    {V6(UINT64_C(0x0100) << 48, 0), 64, false},
    {V6(UINT64_C(0x20010db8) << 32, 0), 32, false},
    {V6(UINT64_C(0x3fff) << 48, 0), 20, false},
    {V6(UINT64_C(0xfc00) << 48, 0), 7, true},
    {V6(UINT64_C(0xfe80) << 48, 0), 10, true},
    {V6(UINT64_C(0xff00) << 48, 0), 8, false},
};

static const struct block *
block_of(ip addr)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (blocks[i].addr.version == addr.version &&
            ip_eq(ip_mask(addr, blocks[i].bits), blocks[i].addr))
            return &blocks[i];
    return NULL;
}

bool
ip_is_special(ip addr)
{
    return block_of(addr) != NULL;
}

bool
ip_is_local(ip addr)
{
    const struct block *block = block_of(addr);
    return block && block->local;
}

bool
ip_is_cgnat(ip addr)
{
    return addr.version == 4 && (addr.lo & 0xffc00000) == 0x64400000;
}

bool
prefix_parse(str s, bool mask_host_bits, prefix *ret)
{
    str rest = s, address;
    prefix p;
    if (!str_cut(&rest, '/', &address) || !ip_parse(address, &p.addr))
        return false;
    uint64_t bits = p.addr.version == 4 ? 32 : 128;
    if (rest.p && (rest.n > 3 || !str_to_u64(rest, bits, &bits)))
        return false;
    p.bits = (uint8_t)bits;
    ip masked = ip_mask(p.addr, p.bits);
    if (!mask_host_bits && !ip_eq(masked, p.addr))
        return false;
    p.addr = masked;
    *ret = p;
    return true;
}

char *
prefix_format(prefix p, char out[PREFIX_TEXT])
{
    char text[IP_TEXT];
    snprintf(out, PREFIX_TEXT, "%s/%u", ip_format(p.addr, text), (unsigned)p.bits);
    return out;
}

bool
prefix_contains(prefix p, ip addr)
{
    return addr.version == p.addr.version && ip_eq(ip_mask(addr, p.bits), p.addr);
}

ip
prefix_last(prefix p)
{
    ip last = p.addr;
    if (last.version == 4) {
        last.lo |= p.bits >= 32 ? 0 : UINT32_MAX >> p.bits;
        return last;
    }
    last.hi |= p.bits >= 64 ? 0 : UINT64_MAX >> p.bits;
    last.lo |= p.bits >= 128 ? 0 : p.bits <= 64 ? UINT64_MAX : UINT64_MAX >> (p.bits - 64);
    return last;
}
