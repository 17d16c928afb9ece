/* SPDX-License-Identifier: Apache-2.0 */
/* Internet addresses and prefixes as values. An IPv4 address is its 32-bit number in lo; an IPv6
 * address is two 64-bit halves. The program counts IPv6 by /64, which is the half hi. */
#pragma once

#include "base/str.h"

typedef struct {
    uint64_t hi, lo;
    uint8_t version; /* 4, 6; 0 = no address */
} ip;

typedef struct {
    ip addr; /* host bits are zero */
    uint8_t bits;
} prefix;

enum { IP_TEXT = 46, PREFIX_TEXT = 50 };

static inline ip
ip_from_v4(uint32_t number)
{
    return (ip){.lo = number, .version = 4};
}
static inline bool
ip_eq(ip a, ip b)
{
    return a.version == b.version && a.hi == b.hi && a.lo == b.lo;
}
/* IPv4 before IPv6, then by number. */
int ip_compare(ip a, ip b);
/* Dotted quad without leading zeros, or RFC 4291 text. No zone, no brackets, no port. */
bool ip_parse(str s, ip *ret);
bool ip4_parse(str s, uint32_t *ret);
/* RFC 5952 text; returns OUT. */
char *ip_format(ip addr, char out[IP_TEXT]);
/* IPv4-mapped IPv6 (::ffff:a.b.c.d) as IPv4; others unchanged. */
ip ip_unmap(ip addr);
ip ip_from_bytes(const uint8_t *bytes, uint8_t version);
void ip_to_bytes(ip addr, uint8_t out[16]);
/* Loopback, private, link-local, documentation, multicast and the like (IANA special-purpose
 * registries, RFC 6890): never a subscriber of the public Internet. Carrier-grade NAT space
 * 100.64.0.0/10 (RFC 6598) is among them. */
bool ip_is_special(ip addr);
/* Loopback or private (RFC 1918, RFC 4193, fe80::/10): a visitor from the operator's own desk. */
bool ip_is_local(ip addr);
/* 127.0.0.0/8, ::1: this machine itself. */
static inline bool
ip_is_loopback(ip addr)
{
    return addr.version == 4 ? addr.lo >> 24 == 127 : addr.hi == 0 && addr.lo == 1;
}
bool ip_is_cgnat(ip addr);
/* The address with all bits after BITS zero. */
ip ip_mask(ip addr, uint8_t bits);

/* "192.0.2.0/24", or an address (a whole-length prefix). Host bits that are set are refused
 * unless MASK_HOST_BITS, which clears them. */
bool prefix_parse(str s, bool mask_host_bits, prefix *ret);
char *prefix_format(prefix p, char out[PREFIX_TEXT]);
bool prefix_contains(prefix p, ip addr);
ip prefix_last(prefix p);
