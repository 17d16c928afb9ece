/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack_rar/program.h"

#include "scan/decompress/bits.h"
#include "scan/unpack/inflate.h"

enum {
    HAS_NUMBER = 0x80,
    IS_FARTHER = 0x40, /* by 258 bytes */
    HAS_LENGTH = 0x20,
    HAS_REGISTERS = 0x10,
    FARTHER = 258,
    REGISTERS = 7,
    CODE_MOST = 0x10000,
    BLOCK_MOST = 256 << 10,
    CHANNELS_MOST = 1024,
};

static uint32_t
take_number(struct bits *bits)
{
    switch (bits_take(bits, 2)) {
    case 0:
        return bits_take(bits, 4);
    case 1: {
        uint32_t value = bits_take(bits, 8);
        return value >= 16 ? value : 0xffffff00 | value << 4 | bits_take(bits, 4);
    }
    case 2:
        return bits_take(bits, 16);
    default:
        return bits_take(bits, 32);
    }
}

/* The program's own bytes are in the bits; false when they are none. */
static bool
read_new(struct bits *bits, struct rar_program *program)
{
    static const struct {
        uint32_t n, crc;
        enum rar_filter_kind kind;
    } known[] = {
        {29, 0x0e06077d, RAR_DELTA},    {53, 0xad576887, RAR_CALLS},
        {57, 0x3cd7e57e, RAR_JUMPS},    {120, 0x3769893f, RAR_ITANIUM},
        {149, 0x1c2c5dc8, RAR_PICTURE}, {216, 0xbc85e701, RAR_SOUND},
    };
    uint32_t n = take_number(bits);
    if (!n || n > CODE_MOST || n > bits->data.n)
        return false;
    struct buf code = BUF(CODE_MOST);
    for (uint32_t i = 0; i < n; i++)
        buf_char(&code, (char)bits_take(bits, 8));
    uint32_t crc = inflate_crc32(buf_view(&code));
    buf_clear(&code);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].n == n && known[i].crc == crc) {
            program->kind = known[i].kind;
            program->is_known = true;
        }
    return !bits->ended;
}

/* The program that is meant; a new one's number is that behind the last. NULL when there is none.
 */
static struct rar_program *
find_program(struct rar_programs *programs, struct bits *bits, uint32_t flags, bool *ret_is_new)
{
    if (flags & HAS_NUMBER) {
        uint32_t number = take_number(bits);
        if (!number)
            programs->count = 0;
        programs->last = number ? number - 1 : 0;
    }
    if (programs->last > programs->count || programs->last >= RAR_PROGRAMS_MAX)
        return NULL;
    struct rar_program *program = &programs->all[programs->last];
    *ret_is_new = programs->last == programs->count;
    if (*ret_is_new) {
        *program = (struct rar_program){0};
        programs->count++;
    }
    return program;
}

/* What the program's registers mean to it; false when they make no sense. */
static bool
make_filter(const struct rar_program *program, const uint32_t *registers, struct rar_filter *filter)
{
    filter->kind = program->kind;
    filter->channels = filter->row = registers[0];
    filter->red = registers[1];
    if (filter->length > BLOCK_MOST || registers[4] != filter->length)
        return false;
    if (program->kind == RAR_PICTURE)
        return filter->row >= 3 && filter->row <= filter->length && filter->red < 3;
    return (program->kind != RAR_DELTA && program->kind != RAR_SOUND) ||
           (filter->channels && filter->channels <= CHANNELS_MOST);
}

void
rar_program_read(struct rar_programs *programs, struct rar_window *window, uint32_t flags, str code)
{
    struct bits bits = {.data = code};
    bool is_new = false;
    struct rar_program *program = find_program(programs, &bits, flags, &is_new);
    if (!program) {
        window->is_broken = true;
        return;
    }
    struct rar_filter filter = {.start = window->at + take_number(&bits)};
    if (flags & IS_FARTHER)
        filter.start += FARTHER;
    if (flags & HAS_LENGTH)
        program->length = take_number(&bits);
    filter.length = program->length;
    uint32_t registers[REGISTERS] = {[4] = filter.length};
    uint32_t set = flags & HAS_REGISTERS ? bits_take(&bits, REGISTERS) : 0;
    for (uint32_t i = 0; i < REGISTERS; i++)
        if (set >> i & 1)
            registers[i] = take_number(&bits);
    if ((is_new && !read_new(&bits, program)) || bits.ended) {
        window->is_broken = true;
        return;
    }
    if (!program->is_known)
        window->is_unknown = true;
    else if (!make_filter(program, registers, &filter))
        window->is_broken = true;
    else
        rar_window_add_filter(window, &filter);
}
