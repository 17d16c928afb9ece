/* SPDX-License-Identifier: Apache-2.0 */
/* Columns and their order are those of event4_sinkhole as the public report descriptions have
 * them. public_source says that the rows are simulated. */
#include "sightings/simulate/report_file.h"

#include "base/file.h"
#include "base/require.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER_BYTES = 4 << 20, ROW_LONGEST = 1024 };

static const char heading[] =
    "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_geo\",\"src_region\","
    "\"src_city\",\"src_hostname\",\"src_naics\",\"src_sector\",\"device_vendor\",\"device_type\","
    "\"device_model\",\"dst_ip\",\"dst_port\",\"dst_asn\",\"dst_geo\",\"dst_region\",\"dst_city\","
    "\"dst_hostname\",\"dst_naics\",\"dst_sector\",\"public_source\",\"infection\",\"family\","
    "\"tag\",\"application\",\"version\",\"event_id\"";
static const char heading_wide[] = ",\"severity\",\"machine_name\",\"detail\"";

static void
add(struct report_file *file, const char *p, size_t n)
{
    memcpy(file->text + file->used, p, n);
    file->used += n;
}

static void
add_z(struct report_file *file, const char *z)
{
    add(file, z, strlen(z));
}

static void
add_number(struct report_file *file, uint32_t number)
{
    char digits[10];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    add(file, digits + n, sizeof digits - n);
}

static void
add_two(struct report_file *file, uint32_t number)
{
    char digits[2] = {(char)('0' + number / 10), (char)('0' + number % 10)};
    add(file, digits, 2);
}

static void
tails_make(struct report_file *file)
{
    for (int f = 0; f < SIMULATED_FAMILIES; f++) {
        const char *name = simulated_families[f].name;
        int n = snprintf(file->tails[f], sizeof file->tails[f],
                         "\"198.51.100.%d\",80,64496,\"ZZ\",,,,,,\"khien-simulation\",\"%s\","
                         "\"%s\",,,,%s\n",
                         f + 1, name, name, file->wide ? ",\"high\",," : "");
        require(n > 0 && (size_t)n < sizeof file->tails[f]);
        file->tail_sizes[f] = (size_t)n;
    }
}

errcode
report_file_open(struct report_file *ret, const char *folder, day at, const char *word, bool wide,
                 struct err *err)
{
    struct report_file *file = ret;
    memset(file, 0, sizeof *file);
    file->fd = -1;
    file->wide = wide;
    day_format(at, file->date);
    int n =
        snprintf(file->path, sizeof file->path, "%s/%s-%s-simulated.csv", folder, file->date, word);
    if (n < 0 || (size_t)n >= sizeof file->path)
        return err_set(err, ERR_LIMIT, "the folder's name is too long");
    file->fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file->fd < 0)
        return err_set_errno(err, "cannot write %s", file->path);
    file->text = mem_alloc(BUFFER_BYTES);
    tails_make(file);
    add_z(file, heading);
    add_z(file, wide ? heading_wide : "");
    add_z(file, "\n");
    return OK;
}

static errcode
flush(struct report_file *file, struct err *err)
{
    errcode code = file_write_fd(file->fd, (str){file->text, file->used}, file->path, err);
    file->bytes += file->used;
    file->used = 0;
    return code;
}

static void
add_address4(struct report_file *file, uint32_t address)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        add_number(file, address >> shift & 0xff);
        if (shift)
            add(file, ".", 1);
    }
}

errcode
report_file_row(struct report_file *file, uint32_t second, uint32_t address, uint64_t address6,
                uint16_t port, const struct pool *pool, uint8_t family, struct err *err)
{
    char text[IP_TEXT];
    if (file->used + ROW_LONGEST > BUFFER_BYTES) {
        errcode code = flush(file, err);
        if (code)
            return code;
    }
    add(file, "\"", 1);
    add(file, file->date, 10);
    add(file, " ", 1);
    add_two(file, second / 3600);
    add(file, ":", 1);
    add_two(file, second / 60 % 60);
    add(file, ":", 1);
    add_two(file, second % 60);
    add(file, "\",\"tcp\",\"", 9);
    if (address6)
        add_z(
            file,
            ip_format((ip){.hi = address6, .lo = (uint64_t)second * 2654435761u + 1, .version = 6},
                      text));
    else
        add_address4(file, address);
    add(file, "\",", 2);
    add_number(file, port);
    add(file, pool->row_text, pool->row_size);
    add(file, file->tails[family], file->tail_sizes[family]);
    file->rows++;
    return OK;
}

errcode
report_file_close(struct report_file *file, struct err *err)
{
    errcode code = file->fd >= 0 && file->text ? flush(file, err) : OK;
    if (file->fd >= 0 && close(file->fd) != 0 && code == OK)
        code = err_set_errno(err, "cannot write %s", file->path);
    free(file->text);
    file->text = NULL;
    file->fd = -1;
    return code;
}
