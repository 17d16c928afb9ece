/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/about.h"

#include "base/file.h"

enum { HAS_BEFORE = 1, HAS_AFTER = 2 };

struct head {
    uint32_t kind, mode, owner, group;
    uint64_t device, inode, file_size;
    int64_t modified, changed, accessed, taken;
    uint64_t size;
    uint8_t file_sha256[SHA256_BYTES], sha256[SHA256_BYTES];
    uint64_t line;
    uint8_t before[SHA256_BYTES], after[SHA256_BYTES];
    uint32_t flags, path, why, attributes;
};
_Static_assert(sizeof(struct head) == 232, "as docs/format-quarantine.md has it");

void
about_write(const struct about *about, struct buf *out)
{
    struct head head = {
        .kind = about->kind,
        .mode = about->mode,
        .owner = about->owner,
        .group = about->group,
        .device = about->identity.device,
        .inode = about->identity.inode,
        .file_size = about->identity.size,
        .modified = about->identity.modified,
        .changed = about->identity.changed,
        .accessed = about->accessed,
        .taken = about->taken,
        .size = about->size,
        .line = about->line.number,
        .flags = (about->line.has_before ? HAS_BEFORE : 0) |
                 (about->line.has_after ? (uint32_t)HAS_AFTER : 0),
        .path = (uint32_t)about->path.n,
        .why = (uint32_t)about->why.n,
        .attributes = (uint32_t)about->attributes.n,
    };
    memcpy(head.file_sha256, about->identity.sha256.bytes, SHA256_BYTES);
    memcpy(head.sha256, about->sha256.bytes, SHA256_BYTES);
    memcpy(head.before, about->line.before.bytes, SHA256_BYTES);
    memcpy(head.after, about->line.after.bytes, SHA256_BYTES);
    buf_add(out, &head, sizeof head);
    buf_str(out, about->path);
    buf_str(out, about->why);
    buf_str(out, about->attributes);
}

static bool
has_nul(str s)
{
    return s.n > 0 && memchr(s.p, 0, s.n) != NULL;
}

bool
about_is_in_registry(str path)
{
    return str_starts(path, STR("HKLM\\")) || str_starts(path, STR("HKU\\"));
}

bool
about_is_task(str path)
{
    return path.n > 1 && path.p[0] == '\\' && path.p[1] != '\\';
}

static bool
is_place(const struct head *head, str path)
{
    switch (head->kind) {
    case QUARANTINE_PROCESS:
        return true;
    case QUARANTINE_VALUE:
        return about_is_in_registry(path) && head->inode >= 4 && head->inode < path.n &&
               path.p[head->inode] == '\\';
    case QUARANTINE_TASK:
        return about_is_task(path);
    default:
        return path_is_full(path);
    }
}

static errcode
check(const struct head *head, const struct about *about, struct err *err)
{
    struct attribute attribute;
    str rest = about->attributes;
    while (attribute_cut(&rest, &attribute))
        if (has_nul(attribute.name))
            return err_set(err, ERR_CORRUPT, "the name of an attribute has a NUL byte");
    if (rest.n > 0)
        return err_set(err, ERR_CORRUPT, "the attributes are cut");
    if (head->kind > QUARANTINE_TASK || head->flags > (HAS_BEFORE | HAS_AFTER))
        return err_set(err, ERR_CORRUPT, "of a kind that is unknown");
    if (has_nul(about->path) || has_nul(about->why))
        return err_set(err, ERR_CORRUPT, "a text has a NUL byte");
    if (!is_place(head, about->path))
        return err_set(err, ERR_CORRUPT, "the path does not begin at the root");
    return OK;
}

static void
take_head(const struct head *head, struct about *about)
{
    about->kind = (enum quarantine_kind)head->kind;
    about->mode = head->mode;
    about->owner = head->owner;
    about->group = head->group;
    about->identity = (struct file_identity){.device = head->device,
                                             .inode = head->inode,
                                             .size = head->file_size,
                                             .modified = head->modified,
                                             .changed = head->changed};
    about->accessed = head->accessed;
    about->taken = head->taken;
    about->size = head->size;
    about->line.number = head->line;
    about->line.has_before = head->flags & HAS_BEFORE;
    about->line.has_after = head->flags & HAS_AFTER;
    memcpy(about->identity.sha256.bytes, head->file_sha256, SHA256_BYTES);
    memcpy(about->sha256.bytes, head->sha256, SHA256_BYTES);
    memcpy(about->line.before.bytes, head->before, SHA256_BYTES);
    memcpy(about->line.after.bytes, head->after, SHA256_BYTES);
}

errcode
about_parse(str bytes, struct about *ret, struct err *err)
{
    struct head head;
    struct about about = {0};
    if (bytes.n < sizeof head)
        return err_set(err, ERR_CORRUPT, "the description is cut");
    memcpy(&head, bytes.p, sizeof head);
    str rest = str_from(bytes, sizeof head);
    if (head.path > ABOUT_PATH || head.why > ABOUT_WHY || head.attributes > ABOUT_ATTRIBUTES ||
        rest.n != (size_t)head.path + head.why + head.attributes)
        return err_set(err, ERR_CORRUPT, "the sizes of the description do not fit");
    about.path = (str){rest.p, head.path};
    about.why = (str){rest.p + head.path, head.why};
    about.attributes = (str){rest.p + head.path + head.why, head.attributes};
    errcode code = check(&head, &about, err);
    if (code != OK)
        return code;
    take_head(&head, &about);
    *ret = about;
    return OK;
}

void
attribute_write(const struct attribute *attribute, struct buf *out)
{
    const uint32_t sizes[2] = {(uint32_t)attribute->name.n, (uint32_t)attribute->value.n};
    buf_add(out, sizes, sizeof sizes);
    buf_str(out, attribute->name);
    buf_str(out, attribute->value);
}

bool
attribute_cut(str *rest, struct attribute *ret)
{
    uint32_t sizes[2];
    if (rest->n < sizeof sizes)
        return false;
    memcpy(sizes, rest->p, sizeof sizes);
    size_t n = rest->n - sizeof sizes;
    if (sizes[0] == 0 || sizes[0] > n || sizes[1] > n - sizes[0])
        return false;
    const char *p = rest->p + sizeof sizes;
    *ret = (struct attribute){{p, sizes[0]}, {p + sizes[0], sizes[1]}};
    *rest = str_from(*rest, sizeof sizes + sizes[0] + sizes[1]);
    return true;
}
