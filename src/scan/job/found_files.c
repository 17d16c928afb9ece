/* SPDX-License-Identifier: Apache-2.0 */
/* A record: the head, then the items as text, each four fields that end with a zero byte. The first
 * begins with the digit of the level; the others with '+', or are "-" where there is none. */
#include "scan/job/found_files.h"

#include "base/require.h"

struct record {
    uint64_t device, inode, size;
    int64_t modified, changed;
    int32_t day;
    uint32_t bytes; /* of its items */
    uint8_t sha256[SHA256_BYTES];
};

/* ---- items ---- */

static void
write_text(const char *text, struct buf *out)
{
    buf_char(out, text ? '+' : '-');
    buf_z(out, text ? text : "");
    buf_char(out, 0);
}

void
found_item_write(const struct found_item *item, struct buf *out)
{
    buf_char(out, (char)('0' + item->level));
    buf_z(out, item->name);
    buf_char(out, 0);
    write_text(item->source, out);
    write_text(item->detail, out);
    write_text(item->inside, out);
}

/* A field with its end; false when that is missing. */
static bool
take_field(str *rest, str *ret)
{
    const char *end = rest->n > 0 ? memchr(rest->p, 0, rest->n) : NULL;
    if (!end)
        return false;
    size_t n = (size_t)(end - rest->p);
    *ret = (str){rest->p, n};
    *rest = str_from(*rest, n + 1);
    return n > 0;
}

static bool
take_text(str *rest, const char **ret)
{
    str field;
    if (!take_field(rest, &field) || (field.p[0] != '+' && (field.p[0] != '-' || field.n > 1)))
        return false;
    *ret = field.p[0] == '+' ? field.p + 1 : NULL;
    return true;
}

bool
found_item_next(str *rest, struct found_item *ret)
{
    str at = *rest, name;
    if (!take_field(&at, &name) || name.p[0] < '0' || name.p[0] >= '0' + FINDING_LEVELS ||
        !take_text(&at, &ret->source) || !take_text(&at, &ret->detail) ||
        !take_text(&at, &ret->inside))
        return false;
    ret->level = (enum finding_level)(name.p[0] - '0');
    ret->name = name.p + 1;
    *rest = at;
    return true;
}

static bool
are_items(str items)
{
    struct found_item item;
    size_t count = 0;
    while (found_item_next(&items, &item))
        count++;
    return count > 0 && items.n == 0;
}

/* ---- files ---- */

void
found_file_write(const struct found_file *file, struct buf *out)
{
    const struct file_identity *identity = &file->identity;
    struct record record = {identity->device,        identity->inode,
                            identity->size,          identity->modified,
                            identity->changed,       file->day,
                            (uint32_t)file->items.n, {0}};
    require(file->items.n <= UINT32_MAX);
    memcpy(record.sha256, identity->sha256.bytes, sizeof record.sha256);
    buf_add(out, &record, sizeof record);
    buf_str(out, file->items);
}

static bool
next_file(str *rest, struct found_file *ret)
{
    struct record record;
    if (rest->n < sizeof record)
        return false;
    memcpy(&record, rest->p, sizeof record);
    if (record.bytes > rest->n - sizeof record)
        return false;
    ret->identity = (struct file_identity){.device = record.device,
                                           .inode = record.inode,
                                           .size = record.size,
                                           .modified = record.modified,
                                           .changed = record.changed};
    memcpy(ret->identity.sha256.bytes, record.sha256, sizeof record.sha256);
    ret->day = record.day;
    ret->items = (str){rest->p + sizeof record, record.bytes};
    if (!are_items(ret->items))
        return false;
    *rest = str_from(*rest, sizeof record + record.bytes);
    return true;
}

static int
compare(const struct found_file *file, uint64_t device, uint64_t inode)
{
    const struct file_identity *identity = &file->identity;
    if (identity->device != device)
        return identity->device < device ? -1 : 1;
    return identity->inode < inode ? -1 : identity->inode > inode;
}

static int
compare_files(const void *a, const void *b)
{
    const struct found_file *other = b;
    return compare(a, other->identity.device, other->identity.inode);
}

bool
found_files_parse(str content, struct found_files *ret)
{
    struct found_file file;
    size_t count = 0;
    str rest = content;
    while (rest.n > 0 && next_file(&rest, &file))
        count++;
    if (rest.n > 0)
        return false;
    ret->files = mem_calloc(count + 1, sizeof *ret->files);
    ret->count = count;
    for (size_t i = 0; i < count; i++)
        require(next_file(&content, &ret->files[i]));
    qsort(ret->files, count, sizeof *ret->files, compare_files);
    return true;
}

void
found_files_clear(struct found_files *files)
{
    free(files->files);
    *files = (struct found_files){0};
}

const struct found_file *
found_files_find(const struct found_files *files, uint64_t device, uint64_t inode)
{
    size_t low = 0, high = files->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&files->files[middle], device, inode);
        if (order == 0)
            return &files->files[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
