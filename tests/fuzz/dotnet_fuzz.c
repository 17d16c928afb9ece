/* SPDX-License-Identifier: Apache-2.0 */
/* The dotnet module: everything that it shows of a file. Input that starts with a metadata root's
 * magic gets the headers of a file, so that what lies behind them is reached sooner. */
#include "../scan/dotnet_file.h"
#include "../scan/module_dump.h"
#include "base/limits.h"
#include "scan/modules/modules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str input = {(const char *)data, size};
    struct buf file = BUF(1 << 26), text = BUF(1 << 26), path = BUF(1 << 10);
    if (str_starts(input, STR("BSJB"))) {
        dotnet_file(&file, input);
        input = buf_view(&file);
    }
    struct arena arena = ARENA;
    struct object *root = module_run_all(&dotnet_module, input, &arena);
    dump_object(&text, &path, &dotnet_module.shape, root);
    /* Classes have their budget, other lists take 24 bytes for two of the data at most, and an
     * arena has twice as much room as is used. */
    require(arena.total <= (1 << 19) + 200 * input.n);
    require(arena.total <= 2 * (size_t)LIMIT_DOTNET_MEMORY + 64 * input.n);
    arena_clear(&arena);
    buf_clear(&path);
    buf_clear(&text);
    buf_clear(&file);
    return 0;
}
