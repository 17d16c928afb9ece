/* SPDX-License-Identifier: Apache-2.0 */
/* Self-reports: what is taken, how it is kept, what is counted. */
#include "base/require.h"
#include "base/tap.h"
#include "sightings/sightings.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "00112233445566778899aabbccddeeff"
#define BEGIN                                                                                      \
    "{\"version\":1,\"id\":\"" ID "\",\"program\":\"0.1.0\",\"system\":\"linux\","                 \
    "\"rules_version\":7,"
#define REST                                                                                       \
    "\"scope\":\"quick\",\"complete\":true,\"files\":120,\"processes\":9,\"malicious\":3,"         \
    "\"suspicious\":1,\"look\":0,\"quarantined\":2,"
#define FAMILIES "\"families\":{\"mirai\":2,\"other\":1}}"

static struct families *families;

/* ---- reading ---- */

static void
test_refused(void)
{
    static const struct {
        const char *what, *body;
    } cases[] = {
        {"nothing", ""},
        {"no object", "[1]"},
        {"a number", "7"},
        {"no JSON", "{\"version\":1,"},
        {"another version", "{\"version\":2"},
        {"a member that is missing", BEGIN REST "\"unknown\":1}"},
        {"one more member", BEGIN "\"path\":\"/home\"," REST FAMILIES},
        {"a member twice", BEGIN "\"rules_version\":7," REST FAMILIES},
        {"text for a number", "{\"version\":\"1\",\"id\":\"" ID "\",\"program\":\"0.1.0\","
                              "\"system\":\"linux\",\"rules_version\":7," REST FAMILIES},
        {"a short id", "{\"version\":1,\"id\":\"0011\",\"program\":\"0.1.0\",\"system\":\"linux\","
                       "\"rules_version\":7," REST FAMILIES},
        {"a program that is none", "{\"version\":1,\"id\":\"" ID "\",\"program\":\"rm -rf\","
                                   "\"system\":\"linux\",\"rules_version\":7," REST FAMILIES},
        {"another system", "{\"version\":1,\"id\":\"" ID "\",\"program\":\"0.1.0\","
                           "\"system\":\"/etc\",\"rules_version\":7," REST FAMILIES},
        {"a version below 0", "{\"version\":1,\"id\":\"" ID "\",\"program\":\"0.1.0\","
                              "\"system\":\"linux\",\"rules_version\":-7," REST FAMILIES},
        {"families that do not add up", BEGIN REST "\"families\":{\"mirai\":2}}"},
        {"none of a family", BEGIN REST "\"families\":{\"mirai\":3,\"other\":0}}"},
        {"a list of families", BEGIN REST "\"families\":[\"mirai\"]}"},
        {"a family that is a path", BEGIN REST "\"families\":{\"/home/a\":3}}"},
        {"a family in capitals", BEGIN REST "\"families\":{\"Mirai\":3}}"},
        {"a family without a name", BEGIN REST "\"families\":{\"\":3}}"},
        {"part of a finding", BEGIN REST "\"families\":{\"mirai\":3.0}}"},
        {"something behind it", BEGIN REST FAMILIES "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct self_report report = {.malicious = 99};
        struct err err;
        errcode code = self_report_parse(str_of(cases[i].body), families, &report, &err);
        tap_ok(code == ERR_FORMAT && report.malicious == 99, "refused: %s", cases[i].what);
    }
    struct buf large = BUF(2 * LIMIT_SELF_REPORT);
    struct self_report report;
    struct err err;
    buf_z(&large, BEGIN REST FAMILIES);
    while (large.n <= LIMIT_SELF_REPORT)
        buf_char(&large, ' ');
    tap_eq_i64(self_report_parse(buf_view(&large), families, &report, &err), ERR_LIMIT,
               "refused: too large");
    buf_clear(&large);
    struct buf many = BUF(LIMIT_SELF_REPORT);
    buf_z(&many, BEGIN "\"scope\":\"quick\",\"complete\":true,\"files\":1,\"processes\":9,"
                       "\"malicious\":33,\"suspicious\":1,\"look\":0,\"quarantined\":2,"
                       "\"families\":{\"a0\":1");
    for (int i = 1; i <= LIMIT_SELF_REPORT_FAMILIES; i++)
        buf_printf(&many, ",\"a%d\":1", i);
    buf_z(&many, "}}");
    tap_eq_i64(self_report_parse(buf_view(&many), families, &report, &err), ERR_FORMAT,
               "refused: too many families");
    buf_clear(&many);
}

static struct self_report
good(void)
{
    struct self_report report = {0};
    struct err err;
    tap_no_err(self_report_parse(STR(BEGIN REST FAMILIES), families, &report, &err), &err,
               "a report");
    return report;
}

static void
test_names(void)
{
    struct self_report report = good();
    struct err err;
    tap_eq_z(report.families[0].name, "mirai", "a family of the table is named");
    tap_no_err(self_report_parse(STR(BEGIN REST "\"families\":{\"nguyen-van-a\":1,\"zbot\":1,"
                                                "\"x.y\":1}}"),
                                 families, &report, &err),
               &err, "a report with names that are none");
    tap_ok(report.family_count == 2 && report.families[0].count == 2, "which are one");
    tap_eq_z(report.families[0].name, "other", "called other");
    tap_eq_z(report.families[1].name, "zeus", "and an alias is its family");
}

static void
test_line(void)
{
    struct self_report report = good(), again = {0};
    struct buf line = BUF(1 << 16), other = BUF(1 << 16);
    struct err err;
    report.day = day_from_civil(2026, 11, 26);
    report.by_token = true;
    self_report_write_line(&report, &line);
    tap_ok(str_starts(buf_view(&line),
                      STR("{\"day\":\"2026-11-26\",\"by\":\"token\",\"version\":1,")),
           "a line begins with what the server adds");
    str text = {line.p, line.n - 1};
    tap_no_err(self_report_read_line(text, &again, &err), &err, "it is read");
    self_report_write_line(&again, &other);
    tap_eq_str(buf_view(&other), buf_view(&line), "and written the same");
    size_t wrong = 0;
    for (size_t i = 0; i < text.n; i++) {
        line.p[i] ^= 1;
        wrong += self_report_read_line(text, &again, &err) == ERR_CORRUPT;
        line.p[i] ^= 1;
    }
    tap_eq_i64(wrong, text.n, "with any bit turned it is damaged");
    for (size_t n = wrong = 0; n < text.n; n++)
        wrong += self_report_read_line((str){text.p, n}, &again, &err) == ERR_CORRUPT;
    tap_eq_i64(wrong, text.n, "and cut anywhere");
    buf_clear(&line);
    buf_clear(&other);
}

/* ---- counting ---- */

static struct self_report
numbered(unsigned number, day at)
{
    struct self_report report = {.malicious = number % 3, .suspicious = number % 2, .day = at};
    str_copy(STR("0.1.0"), report.program, sizeof report.program);
    report.platform = "linux";
    report.scope = "full";
    memcpy(report.id, &number, sizeof number);
    if (report.malicious) {
        report.family_count = 1;
        report.families[0].count = report.malicious;
        str_copy(number % 3 == 1 ? STR("mirai") : STR("other"), report.families[0].name,
                 SELF_REPORT_FAMILY);
    }
    return report;
}

static void
test_tally(void)
{
    struct self_report_tally tally = {0};
    struct self_report_day sum;
    day first = day_from_civil(2026, 11, 1);
    size_t known = 0;
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 30000; i++) {
            struct self_report report = numbered(i, first + (day)(i % 10));
            known += !self_report_tally_add(&tally, &report);
        }
    tap_eq_i64(known, 30000, "each number is counted once, that of zeros too");
    self_report_tally_sum(&tally, DAY_NONE, DAY_NONE, (str){NULL, 0}, &sum);
    tap_ok(sum.reports == 30000 && sum.with_malware == 20000 && sum.with_suspicion == 5000 &&
               sum.nothing_found == 5000 && sum.day == first,
           "all days");
    tap_ok(sum.family_count == 2 && sum.families[0].count == 10000 &&
               sum.families[1].count == 10000,
           "a family counts a report once, however much it found");
    tap_eq_z(sum.families[1].name, "other", "others come last");
    self_report_day_clear(&sum);
    self_report_tally_sum(&tally, first + 3, first + 4, STR("mirai"), &sum);
    tap_ok(sum.reports == 6000 && sum.family_count == 1 && sum.families[0].count == 2000,
           "two days and a family");
    self_report_day_clear(&sum);
    self_report_tally_clear(&tally);
}

/* ---- files ---- */

static void
append(struct self_report_writer *writer, unsigned from, unsigned to, day at)
{
    struct self_report reports[16];
    const struct self_report *pointers[16];
    struct err err;
    for (unsigned i = from; i < to; i++) {
        reports[i - from] = numbered(i, at);
        pointers[i - from] = &reports[i - from];
    }
    tap_no_err(self_report_writer_append(writer, pointers, to - from, &err), &err,
               "reports %u to %u are kept", from, to - 1);
}

static uint64_t
count(const char *folder, size_t *ret_faults)
{
    struct self_report_tally tally = {0};
    struct self_report_day sum;
    struct self_report_reader *reader = self_report_reader_new(folder);
    *ret_faults = 0;
    self_report_reader_catch_up(reader, &tally, ret_faults, NULL);
    self_report_tally_sum(&tally, DAY_NONE, DAY_NONE, (str){NULL, 0}, &sum);
    uint64_t reports = sum.reports;
    self_report_day_clear(&sum);
    self_report_reader_free(reader);
    self_report_tally_clear(&tally);
    return reports;
}

static void
change(const char *folder, const char *name, const char *tail, off_t cut, off_t flip)
{
    char path[PATH_TEXT], byte;
    struct stat status;
    require(path_join(path, folder, name, NULL) == OK);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    require(fd >= 0 && fstat(fd, &status) == 0);
    if (cut)
        require(ftruncate(fd, status.st_size - cut) == 0);
    if (flip) {
        require(pread(fd, &byte, 1, status.st_size - flip) == 1);
        byte ^= 1;
        require(pwrite(fd, &byte, 1, status.st_size - flip) == 1);
    }
    if (tail)
        require(pwrite(fd, tail, strlen(tail), status.st_size - cut) == (ssize_t)strlen(tail));
    close(fd);
}

static struct self_report_writer *
open_writer(const char *folder)
{
    struct self_report_writer *writer = NULL;
    struct err err;
    tap_no_err(self_report_writer_open(folder, "node", &writer, &err), &err, "a writer");
    return writer;
}

static void
test_files(void)
{
    const char *folder = tap_folder("self-reports");
    day at = day_from_civil(2026, 11, 26);
    size_t faults;
    struct self_report_writer *one = open_writer(folder), *two = open_writer(folder);
    append(one, 0, 5, at);
    append(two, 5, 9, at);
    append(two, 3, 6, at);
    append(one, 9, 12, at + 1);
    append(one, 12, 13, at);
    tap_eq_i64(count(folder, &faults), 13, "two nodes, two days, what came twice counted once");
    tap_eq_i64(faults, 0, "without faults");
    self_report_writer_close(two);

    change(folder, "2026-11-26.node-2", "{\"day\":\"2026-11", 0, 0);
    tap_eq_i64(count(folder, &faults), 13, "the begin of a line that is being written");
    tap_eq_i64(faults, 0, "is no fault");
    two = open_writer(folder);
    append(two, 20, 22, at);
    tap_eq_i64(count(folder, &faults), 15, "and is taken away by who writes next");
    tap_eq_i64(faults, 0, "so that the next lines are whole");
    self_report_writer_close(two);

    change(folder, "2026-11-26.node-2", NULL, 0, 60);
    tap_eq_i64(count(folder, &faults), 14, "a damaged line is left out");
    tap_eq_i64(faults, 1, "and told");
    self_report_writer_close(one);
    change(folder, "2026-11-26.node", NULL, 100, 0);
    one = open_writer(folder);
    append(one, 30, 31, at);
    tap_eq_i64(count(folder, &faults), 14, "a file that was cut loses its last line alone");
    self_report_writer_close(one);
    tap_eq_i64(count("/nowhere", &faults), 0, "a folder that is not there is empty");
}

static void
test_reader(void)
{
    const char *folder = tap_folder("read");
    day at = day_from_civil(2026, 11, 26);
    struct self_report_tally tally = {0};
    struct self_report_writer *own = open_writer(folder), *other = open_writer(folder);
    struct self_report_reader *reader = self_report_reader_new(folder);
    append(own, 0, 4, at);
    append(other, 4, 6, at);
    self_report_reader_catch_up(reader, &tally, NULL, NULL);
    tap_eq_i64(tally.id_count + tally.has_zero, 6, "all that is there at first");
    self_report_reader_leave_out(reader, own);
    append(own, 6, 8, at);
    append(other, 8, 10, at);
    append(other, 10, 11, at + 1);
    self_report_reader_catch_up(reader, &tally, NULL, NULL);
    self_report_reader_catch_up(reader, &tally, NULL, NULL);
    tap_eq_i64(tally.id_count + tally.has_zero, 9, "then what others took");
    self_report_reader_free(reader);
    self_report_writer_close(own);
    self_report_writer_close(other);
    self_report_tally_clear(&tally);
}

/* A disk that takes a part of the bytes. */
static void
test_full(void)
{
    const char *folder = tap_folder("full");
    day at = day_from_civil(2026, 11, 26);
    struct self_report_writer *writer = open_writer(folder);
    struct rlimit limit, small;
    struct self_report report = numbered(7, at);
    const struct self_report *pointer = &report;
    struct err err;
    size_t faults;
    append(writer, 0, 3, at);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    small.rlim_cur = 1000; /* within the fourth line */
    setrlimit(RLIMIT_FSIZE, &small);
    tap_ok(self_report_writer_append(writer, &pointer, 1, &err) != OK, "a disk that is full");
    tap_ok(self_report_writer_append(writer, &pointer, 1, &err) != OK, "and stays so");
    setrlimit(RLIMIT_FSIZE, &limit);
    tap_eq_i64(count(folder, &faults), 3, "what was kept before is there, and nothing else");
    append(writer, 7, 9, at);
    tap_eq_i64(count(folder, &faults), 5, "when there is room again, it goes on");
    tap_eq_i64(faults, 0, "with whole lines");
    self_report_writer_close(writer);
}

int
main(void)
{
    struct err err;
    require(families_new("families", (str){NULL, 0}, &families, &err) == OK);
    test_refused();
    test_names();
    test_line();
    test_tally();
    test_files();
    test_reader();
    test_full();
    families_free(families);
    return tap_done();
}
