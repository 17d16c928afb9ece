/* SPDX-License-Identifier: Apache-2.0 */
/* Figures with bytes overwritten: the input is a list of edits of a right file, four bytes each
 * (three of the place, one of the value), and its checksum is made right again. Whatever opens must
 * be safe to ask. */
#include "base/chunk.h"
#include "base/file.h"
#include "base/require.h"
#include "sightings/figures/range.h"
#include "sightings/figures/writer.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EDIT = 4, CHECKSUM = 16, FIRST = 20400, DAYS = 20 };

static struct health
some_health(void)
{
    struct health health = {.last = FIRST + DAYS - 1, .merged = DAY_NONE};
    health.series = mem_calloc(2, sizeof *health.series);
    for (int i = 0; i < 2; i++) {
        struct health_series *series = &health.series[health.count++];
        *series = (struct health_series){.source = STR("alpha"),
                                         .family = i ? STR("mirai") : STR(""),
                                         .first = FIRST,
                                         .count = DAYS};
        series->days = mem_calloc(DAYS, sizeof *series->days);
        for (int d = 0; d < DAYS; d++)
            series->days[d] = (struct health_day){
                .rows = 9, .members = 9, .present = d != 7, .state = (enum health_state)(d % 7)};
        health_pair_add(&health, series->source, series->family);
    }
    return health;
}

static void
fill(struct figures_writer *writer)
{
    static const char *const keys[] = {"01", "24", "fpt", "mobile", "viettel"};
    const struct checksum sum = {1, 2};
    for (uint32_t d = 0; d < DAYS; d++) {
        for (uint32_t i = 0; i < 12; i++)
            figures_writer_count(writer, i % 4 ? CLASS_INFECTED_SYSTEM : CLASS_BLACKLIST,
                                 i % 3 ? FIGURES_ALL : STR("mirai"),
                                 (enum figures_dimension)(i % FIGURES_DIMENSION_COUNT),
                                 i % FIGURES_DIMENSION_COUNT ? str_of(keys[i % 5]) : STR(""),
                                 FIRST + (day)d, (struct figures_count){d + i + 1, i});
        figures_writer_flow(writer, FIGURES_ALL, FIRST + (day)d, (struct figures_flow){d, 2, 3, 4});
        figures_writer_unit(writer, FIRST + (day)d, CLASS_INFECTED_SYSTEM, sum);
    }
    for (enum figures_dimension d = FIGURES_ISP; d <= FIGURES_KIND; d++)
        for (int k = 0; k < 2; k++) {
            figures_writer_stretch(writer, d, FIRST + 9 * k, sum);
            for (size_t i = 0; i < 5; i++)
                figures_writer_group(writer, &(struct figures_group){.key = str_of(keys[i]),
                                                                     .name_vi = str_of(keys[i]),
                                                                     .name_en = str_of(keys[i]),
                                                                     .announced = 256 << i});
        }
    figures_writer_largest(writer, STR("mirai"));
    figures_writer_pick(writer, CLASS_INFECTED_SYSTEM, STR("mirai"));
    figures_writer_ready(writer, STR("top"), STR("[]\n"), false);
    figures_writer_ready(writer, STR("compare"), STR("too few days"), true);
    struct health health = some_health();
    figures_writer_health(writer, CLASS_INFECTED_SYSTEM, &health, NULL);
    health_clear(&health);
}

/* The right file, made once. */
static struct buf
make_right(const char *path)
{
    const struct figures_meta meta = {.built = 5,
                                      .first = FIRST,
                                      .last = FIRST + DAYS - 1,
                                      .today = FIRST + DAYS,
                                      .slug = STR("fuzz"),
                                      .baseline = {FIRST, FIRST + 4},
                                      .result = {DAY_NONE, DAY_NONE}};
    struct figures_writer *writer = figures_writer_new();
    struct buf file = {0};
    struct err err;
    fill(writer);
    require(figures_writer_write(writer, &meta, (struct checksum){3, 4}, STR("1"), path, &err) ==
            OK);
    require(file_read(path, 64 << 20, &file, &err) == OK);
    unlink(path);
    figures_writer_free(writer);
    return file;
}

static unsigned long
ask_series(const struct figures *figures)
{
    unsigned long sum = 0;
    enum event_class classes[CLASS_COUNT];
    size_t count = figures_classes(figures, classes), at;
    for (size_t c = 0; c < count; c++)
        for (enum figures_dimension d = 0; d < FIGURES_DIMENSION_COUNT; d++) {
            size_t n = figures_keys(figures, classes[c], FIGURES_ALL, d, &at);
            for (size_t i = 0; i < n; i++) {
                struct figures_series series = figures_at(figures, at + i);
                require(str_is_utf8(series.key) && str_is_utf8(series.family));
                for (size_t k = 0; k < series.count; k++)
                    sum += figures_on(&series, series.first + (day)k).ipv4;
            }
        }
    return sum;
}

static unsigned long
ask_ranges(const struct figures *figures)
{
    const struct measure_window before = {FIRST, FIRST + 5}, after = {FIRST + 8, FIRST + 13};
    struct figures_ranked ranked[3];
    struct figures_change change = {0};
    struct reasons reasons = {0};
    struct rate *rates;
    uint32_t days;
    unsigned long sum =
        figures_rank(figures, CLASS_INFECTED_SYSTEM, FIRST - 3, FIRST + DAYS + 3, ranked, 3);
    sum += figures_rates(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_PROVINCE, FIRST - 3,
                         FIRST + 30, &rates, &days);
    free(rates);
    sum += figures_mean(figures, CLASS_INFECTED_SYSTEM, STR("mirai"), FIGURES_TOTAL, STR(""), FIRST,
                        FIRST + 30)
               .maximum;
    require(figures_change(figures, CLASS_INFECTED_SYSTEM, FIGURES_ALL, FIGURES_TOTAL, STR(""),
                           before, after, false, &change, NULL) == OK);
    figures_reasons(figures, CLASS_INFECTED_SYSTEM, STR("mirai"), FIGURES_PROVINCE, STR("24"),
                    FIRST, FIRST + 25, &reasons);
    sum += reasons.count;
    reasons_clear(&reasons);
    return sum;
}

static void
ask(const struct figures *figures)
{
    struct figures_flows flows = {.count = 0};
    struct err err;
    str text, fault;
    unsigned long sum = ask_series(figures) + ask_ranges(figures);
    for (enum figures_dimension d = 0; d < FIGURES_DIMENSION_COUNT; d++) {
        size_t n = figures_groups(figures, d, FIRST + 4, NULL, NULL);
        for (size_t i = 0; i < n; i++)
            require(str_is_utf8(figures_group_at(figures, d, FIRST + 4, i).name_vi));
    }
    if (figures_flows(figures, FIGURES_ALL, &flows))
        for (size_t i = 0; i < flows.count; i++)
            sum += flows.days[i].gone;
    for (size_t i = 0; i < figures_largest(figures, i, &text); i++)
        require(str_is_utf8(text));
    text = figures_ready(figures, STR("top"), &fault);
    sum += str_is_utf8(text) + str_is_utf8(fault);
    sum += figures_check(figures, &err) == OK;
    __asm__ volatile("" : : "r"(sum));
}

/* The file goes through a descriptor without a disk behind it, and is changed in place. */
struct target {
    int fd;
    char path[64];
    struct buf right;
    char *bytes;
};

static void
target_open(struct target *target)
{
    const char *temp = getenv("TMPDIR");
    char path[PATH_TEXT];
    snprintf(path, sizeof path, "%s/figures-fuzz-%ld.fig", temp ? temp : "/tmp", (long)getpid());
    target->right = make_right(path);
    target->fd = memfd_create("figures", MFD_CLOEXEC);
    require(target->fd >= 0 && ftruncate(target->fd, (off_t)target->right.n) == 0);
    target->bytes = mmap(NULL, target->right.n, PROT_READ | PROT_WRITE, MAP_SHARED, target->fd, 0);
    require(target->bytes != MAP_FAILED);
    memcpy(target->bytes, target->right.p, target->right.n);
    snprintf(target->path, sizeof target->path, "/proc/self/fd/%d", target->fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct target target = {.fd = -1};
    if (target.fd < 0)
        target_open(&target);
    size_t n = target.right.n - CHECKSUM;
    for (size_t i = 0; i + EDIT <= size; i += EDIT) {
        size_t place = (size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2];
        target.bytes[place % n] = (char)data[i + 3];
    }
    struct checksum sum = checksum_of((str){target.bytes, n});
    memcpy(target.bytes + n, (uint64_t[]){sum.high, sum.low}, CHECKSUM);
    struct figures *figures;
    struct err err;
    if (figures_open(target.path, true, &figures, &err) == OK) {
        ask(figures);
        figures_unref(figures);
    } else {
        require(err.code == ERR_CORRUPT && err.text[0]);
    }
    memcpy(target.bytes, target.right.p, target.right.n);
    return 0;
}
