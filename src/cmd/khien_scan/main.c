/* SPDX-License-Identifier: Apache-2.0 */
/* Without arguments, as by a double click, it guides; what begins with no command is scanned. */
#include "cmd/khien_scan/guide.h"
#include "cmd/program.h"

/* Only the language was chosen, or nothing. */
static bool
is_bare(const char *const *arguments, size_t count)
{
    return count == 0 || (count == 1 && strncmp(arguments[0], "--lang=", 7) == 0) ||
           (count == 2 && strcmp(arguments[0], "--lang") == 0);
}

static const char *
find_default(const char *const *arguments, size_t count)
{
    static const char *const of_program[] = {"--help", "-h", "--version", "-V"};
    if (is_bare(arguments, count))
        return command_guide.name;
    for (size_t i = 0; i < sizeof of_program / sizeof *of_program; i++)
        if (strcmp(arguments[0], of_program[i]) == 0)
            return NULL;
    return command_find(str_of(arguments[0])) ? NULL : "scan";
}

int
main(int argc, char **argv)
{
    int status = program_main(argc, argv, find_default, NULL);
    guide_wait(); /* else the window would close on what was said last */
    return status;
}
