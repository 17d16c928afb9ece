/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses stand there as 32-bit words in the machine's own order of bytes, each in hexadecimal.
 */
#include "scan/linux/lines.h"

static bool
parse_end(str text, ip *ret_address, uint16_t *ret_port)
{
    str hex, port = text;
    uint8_t bytes[16];
    uint64_t number;
    if (!str_cut(&port, ':', &hex) || (hex.n != 8 && hex.n != 32) || port.n != 4 ||
        !str_to_hex(port, &number))
        return false;
    *ret_port = (uint16_t)number;
    for (size_t i = 0; i < hex.n / 8; i++) {
        if (!str_to_hex((str){hex.p + i * 8, 8}, &number))
            return false;
        uint32_t word = (uint32_t)number;
        memcpy(bytes + i * 4, &word, sizeof word);
    }
    *ret_address = ip_unmap(ip_from_bytes(bytes, hex.n == 8 ? 4 : 6));
    return true;
}

bool
socket_line_parse(str line, struct socket_line *ret)
{
    struct socket_line found;
    str rest = line, word[10];
    uint64_t state;
    for (size_t i = 0; i < 10; i++)
        if (!line_word(&rest, &word[i]))
            return false;
    if (!str_ends(word[0], STR(":")) || !parse_end(word[1], &found.local, &found.local_port) ||
        !parse_end(word[2], &found.remote, &found.remote_port) || word[3].n != 2 ||
        !str_to_hex(word[3], &state) || !str_to_u64(word[9], UINT64_MAX, &found.inode))
        return false;
    found.state = (uint8_t)state;
    *ret = found;
    return true;
}
