/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers and arenas. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/tap.h"

static void
test_buffers(void)
{
    struct buf buf = BUF(10);
    struct err err;
    buf_z(&buf, "12345");
    buf_printf(&buf, "%d", 678);
    tap_no_err(buf_check(&buf, "it", &err), &err, "within the cap");
    buf_z(&buf, "9012");
    tap_eq_i64(buf_check(&buf, "it", &err), ERR_LIMIT, "over the cap");
    tap_eq_str(buf_view(&buf), STR("12345678"), "what fitted is kept");
    buf_reset(&buf);
    buf_u64(&buf, 0);
    buf_i64(&buf, -7);
    tap_eq_str(buf_view(&buf), STR("0-7"), "numbers");
    buf_clear(&buf);

    struct arena arena = ARENA;
    bool zero = true;
    for (size_t i = 1; i < 3000; i++) {
        char *p = arena_alloc(&arena, i % 700);
        for (size_t j = 0; j < i % 700; j++)
            zero = zero && p[j] == 0;
        memset(p, 0xff, i % 700);
        if (i % 1000 == 0)
            arena_reset(&arena);
    }
    tap_ok(zero, "arena memory is zeroed, also after a reset");
    tap_eq_str(arena_lower(&arena, STR("AbC")), STR("abc"), "lower case");
    arena_clear(&arena);
}

int
main(void)
{
    test_buffers();
    return tap_done();
}
