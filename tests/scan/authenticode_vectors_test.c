/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures of real programs that others signed, from the vectors of libyara's own tests. What is
 * expected of the first is what libyara 4.5's test-pe.c states; of the second, yara's dump and
 * osslsigncode's verdict. */
#include "authenticode_values.h"
#include "base/file.h"
#include "base/hash.h"

#include <sys/wait.h>
#include <unistd.h>

static const char vectors[] = "../shared/data/yara-vectors/pe.txt.gz";
static const char *const expected[] = {"079a472d22290a94", "05cd06e6a202e12b"};
enum { EXPECTED = sizeof expected / sizeof expected[0] };

static bool
read_unpacked(const char *path, struct buf *ret)
{
    int ends[2], status = 1;
    struct err err;
    if (pipe(ends) < 0)
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execlp("gzip", "gzip", "-dc", path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    errcode code = file_read_fd(ends[0], path, 64 << 20, ret, &err);
    close(ends[0]);
    waitpid(pid, &status, 0);
    return tap_no_err(code, &err, "unpacked") && tap_eq_i64(status, 0, "gzip's status");
}

static int
digit(char c)
{
    return ascii_is_digit(c) ? c - '0' : c - 'a' + 10;
}

/* Decodes HEX over itself. */
static str
decode(char *hex, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        hex[i / 2] = (char)(digit(hex[i]) << 4 | digit(hex[i + 1]));
    return (str){hex, n / 2};
}

/* Those of the expected programs that DATA is are checked and marked. */
static void
check_data(str data, bool done[EXPECTED])
{
    char hash[SHA256_TEXT], path[PATH_TEXT];
    struct sha256 sha256 = sha256_of(data);
    sha256_format(&sha256, hash);
    for (size_t i = 0; i < EXPECTED; i++) {
        struct buf lines;
        struct seen seen;
        struct err err;
        if (done[i] || !str_starts(str_of(hash), str_of(expected[i])))
            continue;
        done[i] = true;
        snprintf(path, sizeof path, "tests/scan/signed/vector-%s.out", expected[i]);
        if (!tap_no_err(file_read(path, 1 << 20, &lines, &err), &err, "%s", path))
            continue;
        see(&seen, data);
        check_lines(&seen, buf_view(&lines), expected[i]);
        arena_clear(&seen.arena);
        buf_clear(&lines);
    }
}

int
main(void)
{
    struct buf text;
    bool done[EXPECTED] = {false};
    if (access(vectors, R_OK) != 0) {
        tap_skip("no vectors in ../shared/data");
        return tap_done();
    }
    if (!read_unpacked(vectors, &text))
        return tap_done();
    str rest = buf_view(&text), line, cell;
    while (str_line(&rest, &line)) {
        if (!str_cut(&line, ' ', &cell) || !str_eq(cell, STR("M")))
            continue;
        str_cut(&line, ' ', &cell);
        str_cut(&line, ' ', &cell);
        check_data(decode(text.p + (cell.p - text.p), cell.n), done);
    }
    for (size_t i = 0; i < EXPECTED; i++)
        tap_ok(done[i], "%s was among the vectors", expected[i]);
    buf_clear(&text);
    return tap_done();
}
