/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/journal.h"

#include "base/file.h"

enum { ALIGN = 8, CHECKSUM = 16, RECORD_MAGIC = 0x314a514b /* KQJ1 */ };

static const char magic[JOURNAL_MAGIC + 1] = "KHQJNL1\n";

struct head {
    uint32_t magic, kind;
    uint64_t number;
    int64_t time;
    uint32_t size, zero;
};
_Static_assert(sizeof(struct head) == 32, "as docs/format-quarantine.md has it");

struct target_head {
    uint64_t device, inode, replaced;
    uint32_t path, temp;
};

void
journal_begin(struct buf *out)
{
    buf_add(out, magic, JOURNAL_MAGIC);
}

static size_t
padded(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

/* A record that was moved is none. */
static void
checksum_at(uint64_t at, str bytes, char out[CHECKSUM])
{
    struct checksum sum = checksum_of(bytes);
    const uint64_t words[2] = {sum.high ^ at, sum.low};
    memcpy(out, words, CHECKSUM);
}

void
journal_write(const struct journal_record *record, uint64_t at, struct buf *out)
{
    static const char zeros[ALIGN];
    char sum[CHECKSUM];
    size_t start = out->n, n = record->payload.n;
    const struct head head = {.magic = RECORD_MAGIC,
                              .kind = record->kind,
                              .number = record->number,
                              .time = record->time,
                              .size = (uint32_t)n};
    buf_add(out, &head, sizeof head);
    buf_str(out, record->payload);
    buf_add(out, zeros, padded(n) - n);
    checksum_at(at, str_from(buf_view(out), start), sum);
    buf_add(out, sum, sizeof sum);
}

void
journal_target_write(const struct target *target, struct buf *out)
{
    const struct target_head head = {target->device, target->inode, target->replaced,
                                     (uint32_t)target->path.n, (uint32_t)target->temp.n};
    buf_add(out, &head, sizeof head);
    buf_str(out, target->path);
    buf_str(out, target->temp);
}

/* What separates parts on any system. */
static bool
is_one_part(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '/' || name.p[i] == '\\' || name.p[i] == ':')
            return false;
    return true;
}

errcode
journal_target_parse(str bytes, struct target *ret, struct err *err)
{
    struct target_head head;
    if (bytes.n < sizeof head)
        return err_set(err, ERR_CORRUPT, "a target is cut");
    memcpy(&head, bytes.p, sizeof head);
    str rest = str_from(bytes, sizeof head);
    if (head.path > ABOUT_PATH || head.temp > ABOUT_PATH || rest.n != head.path + head.temp)
        return err_set(err, ERR_CORRUPT, "the sizes of a target do not fit");
    struct target target = {.device = head.device,
                            .inode = head.inode,
                            .replaced = head.replaced,
                            .path = {rest.p, head.path}};
    target.temp = (str){rest.p + head.path, head.temp};
    bool is_full = path_is_full(target.path) || about_is_in_registry(target.path) ||
                   about_is_task(target.path);
    if (!is_full || memchr(rest.p, 0, rest.n) || !is_one_part(target.temp))
        return err_set(err, ERR_CORRUPT, "a target has no such name");
    *ret = target;
    return OK;
}

errcode
journal_open(str bytes, struct journal_reader *ret, struct err *err)
{
    size_t n = bytes.n < JOURNAL_MAGIC ? bytes.n : JOURNAL_MAGIC;
    if (!str_starts((str){magic, JOURNAL_MAGIC}, (str){bytes.p, n}))
        return err_set(err, ERR_CORRUPT, "it does not begin as a journal");
    *ret = (struct journal_reader){bytes, n < JOURNAL_MAGIC ? 0 : n};
    return OK;
}

/* The sound record at AT, if there is one; returns its size in the journal, else 0. */
static size_t
read_at(str bytes, size_t at, struct journal_record *ret)
{
    struct head head;
    char sum[CHECKSUM];
    str rest = str_from(bytes, at);
    if (rest.n < sizeof head)
        return 0;
    memcpy(&head, rest.p, sizeof head);
    if (head.magic != RECORD_MAGIC || head.size > JOURNAL_RECORD)
        return 0;
    size_t n = sizeof head + padded(head.size);
    if (rest.n < n + CHECKSUM)
        return 0;
    checksum_at(at, (str){rest.p, n}, sum);
    if (memcmp(sum, rest.p + n, CHECKSUM) != 0 || head.kind == 0 || head.kind >= JOURNAL_KINDS)
        return 0;
    *ret = (struct journal_record){
        (enum journal_kind)head.kind, head.number, head.time, {rest.p + sizeof head, head.size}};
    return n + CHECKSUM;
}

static bool
has_more(str bytes, size_t at)
{
    struct journal_record ignored;
    for (; at < bytes.n; at += ALIGN)
        if (read_at(bytes, at, &ignored) > 0)
            return true;
    return false;
}

errcode
journal_next(struct journal_reader *reader, struct journal_record *ret, bool *ret_more,
             struct err *err)
{
    size_t n = reader->at > 0 ? read_at(reader->bytes, reader->at, ret) : 0;
    if (n == 0 && reader->at > 0 && has_more(reader->bytes, reader->at + ALIGN))
        return err_set(err, ERR_CORRUPT, "it is damaged at byte %zu", reader->at);
    reader->at += n;
    *ret_more = n > 0;
    return OK;
}
