/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/require.h"

#ifdef _WIN32

str
program_output(struct arena *arena, const char *const *arguments)
{
    (void)arena;
    (void)arguments;
    return (str){0};
}

bool
program_exists(const char *name)
{
    (void)name;
    return false;
}

#else

#include <fcntl.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 256 << 20 };

_Noreturn static void
run_program(const char *const *arguments, int out)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(out, 1);
    dup2(null, 2);
    execvp(arguments[0], (char *const *)arguments);
    _exit(127);
}

str
program_output(struct arena *arena, const char *const *arguments)
{
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    require(child >= 0);
    if (child == 0)
        run_program(arguments, ends[1]);
    close(ends[1]);
    struct buf output;
    struct err err;
    str copy = {0};
    if (file_read_fd(ends[0], arguments[0], OUTPUT_MAX, &output, &err) == OK) {
        copy = arena_str(arena, buf_view(&output));
        buf_clear(&output);
    }
    close(ends[0]);
    int status;
    waitpid(child, &status, 0);
    return copy;
}

bool
program_exists(const char *name)
{
    struct arena arena = ARENA;
    const char *const arguments[] = {"sh", "-c", "command -v \"$1\"", "sh", name, NULL};
    bool exists = program_output(&arena, arguments).n > 0;
    arena_clear(&arena);
    return exists;
}

#endif

static str
decode(struct arena *arena, str hex)
{
    if (str_eq(hex, STR("-")))
        return (str){"", 0};
    char *bytes = arena_alloc(arena, hex.n / 2 + 1);
    require(hex_parse(hex, (uint8_t *)bytes, hex.n / 2));
    return (str){bytes, hex.n / 2};
}

static struct vector
read_vector(struct arena *arena, str line)
{
    struct vector vector = {0};
    str kind, rule, data = {0};
    require(str_cut(&line, ' ', &kind) && str_cut(&line, ' ', &rule));
    vector.compiles_only = str_eq(kind, STR("C"));
    vector.rule = decode(arena, rule);
    if (!vector.compiles_only) {
        require(str_cut(&line, ' ', &data));
        vector.data = decode(arena, data);
    }
    require(str_to_i64(line, &vector.expected));
    return vector;
}

struct vector *
vectors_read(struct arena *arena, const char *name, size_t *ret_count)
{
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "../shared/data/yara-vectors/%s.txt.gz", name);
    if (!file_exists(path) || !program_exists("gzip"))
        return NULL;
    const char *const arguments[] = {"gzip", "-dc", path, NULL};
    str text = program_output(arena, arguments), line, rest = text;
    size_t count = 0, lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    struct vector *vectors = arena_alloc(arena, lines * sizeof *vectors);
    while (str_line(&rest, &line))
        if (line.n > 0)
            vectors[count++] = read_vector(arena, line);
    *ret_count = count;
    return vectors;
}
