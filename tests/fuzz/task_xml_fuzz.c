/* SPDX-License-Identifier: Apache-2.0 */
/* Every action has its texts; their commands are doubted or not. */
#include "base/require.h"
#include "scan/checks_formats/doubt.h"
#include "scan/checks_formats/task_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA;
    struct task task;
    if (task_parse((str){(const char *)data, size}, &arena, &task, NULL) == OK) {
        require(task.count <= TASK_ACTIONS);
        for (size_t i = 0; i < task.count; i++) {
            const struct task_action *action = &task.actions[i];
            require(action->program && action->arguments && action->folder && action->class_id);
            struct doubt doubt = doubt_command(str_of(action->program));
            require(!doubt.reason || doubt.level < FINDING_MALICIOUS);
        }
    }
    arena_clear(&arena);
    return 0;
}
