/* SPDX-License-Identifier: Apache-2.0 */
#include "base/small/ed25519.h"

enum { HALF = 32 }; /* of a signature: R, then S */

/* RFC 8032, section 5.1.7: 0 <= S < L, both little-endian. */
static bool
is_below_order(const uint8_t s[HALF])
{
    static const uint8_t order[HALF] = {
        0xed,
        0xd3,
        0xf5,
        0x5c,
        0x1a,
        0x63,
        0x12,
        0x58,
        0xd6,
        0x9c,
        0xf7,
        0xa2,
        0xde,
        0xf9,
        0xde,
        0x14,
        [HALF - 1] = 0x10,
    };
    for (size_t i = HALF; i > 0; i--)
        if (s[i - 1] != order[i - 1])
            return s[i - 1] < order[i - 1];
    return false;
}

/* A point is its coordinate y and the sign of x. Small are the orders of y = 0, 1, -1 and of the
 * two below; y past p - 1 is not in its one form. libgcrypt aborts where the upper eight bytes of y
 * are zero, which no key in 2^63 has. */
static bool
is_usable(const uint8_t public[SIGN_PUBLIC])
{
    static const uint8_t order_8[2][SIGN_PUBLIC] = {
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    };
    uint8_t y[SIGN_PUBLIC];
    memcpy(y, public, sizeof y);
    y[31] &= 0x7f;
    bool ones = y[31] == 0x7f, zeros = true;
    for (size_t i = 1; i < 31; i++)
        ones = ones && y[i] == 0xff;
    for (size_t i = 24; i < 32; i++)
        zeros = zeros && y[i] == 0;
    return !zeros && !(ones && y[0] >= 0xec) && memcmp(y, order_8[0], sizeof y) != 0 &&
           memcmp(y, order_8[1], sizeof y) != 0;
}

bool
ed25519_is_strict(const uint8_t public[SIGN_PUBLIC], const uint8_t signature[SIGN_SIGNATURE])
{
    return is_usable(public) && is_below_order(signature + HALF);
}
