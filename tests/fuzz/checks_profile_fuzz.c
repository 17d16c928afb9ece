/* SPDX-License-Identifier: Apache-2.0 */
/* Shell scripts: lines rise, and each comes apart into words of its own text whose stages are there
 * and whose substitutions end. */
#include "base/require.h"
#include "scan/checks/suspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_command(str text)
{
    struct command_line line;
    struct suspicion suspicion;
    command_parse(text, &line);
    require(line.count <= COMMAND_WORDS && line.stage_count <= COMMAND_STAGES);
    size_t bytes = text.n < COMMAND_BYTES ? text.n : COMMAND_BYTES;
    for (size_t i = 0; i < line.count; i++) {
        const struct command_word *word = &line.words[i];
        require(word->stage < line.stage_count);
        require(word->text.p >= line.text && word->text.p + word->text.n <= line.text + bytes);
        size_t next = command_next(&line, i);
        require(next == SIZE_MAX || (next > i && next < line.count));
    }
    for (size_t i = 0; i < line.stage_count; i++)
        require(line.stages[i].outer < (int)i);
    if (suspect_parsed(&line, text, &suspicion))
        require(suspicion.level < FINDING_LEVELS && suspicion.reason->vi);
    command_clear(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size}, line;
    struct script_lines lines = SCRIPT_LINES(text);
    size_t last = 0;
    check_command(text);
    while (script_line(&lines, &line)) {
        require(lines.line > last && lines.next > lines.line);
        last = lines.line;
        require(line.p >= text.p && line.p + line.n <= text.p + text.n);
        check_command(line);
    }
    return 0;
}
