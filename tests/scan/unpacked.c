/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/scan/unpacked.h"

#include "base/tap.h"

enum { TEXT_MAX = 64 << 20, TEXT_OF_ONE = 1 << 20 };

str
eicar(void)
{
    static char text[69];
    snprintf(text, sizeof text, "%s%s%s", "X5O!P%@AP[4\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-",
             "ANTIVIRUS-TEST-FILE!$H+H*");
    return str_of(text);
}

static bool
on_member(void *context, const struct unpack_member *member)
{
    struct unpacked *all = context;
    str data = member->data;
    buf_printf(&all->members, "%s %s %zu %u%s\n", member->path, member->kind, data.n, member->depth,
               member->is_script ? " script" : "");
    all->count++;
    all->bytes += data.n;
    all->script_count += member->is_script;
    all->deepest = member->depth > all->deepest ? member->depth : all->deepest;
    if (str_find(data, eicar()) != SIZE_MAX)
        all->eicar_count++;
    if (data.n <= TEXT_OF_ONE)
        buf_str(&all->text, data);
    return all->count != all->stop_at;
}

static void
on_skipped(void *context, const char *path, enum unpack_skip why, const char *detail)
{
    struct unpacked *all = context;
    buf_printf(&all->skips, "%s %s %s\n", path, unpack_skip_name(why), detail);
    all->skip_count++;
}

void
unpacked_clear(struct unpacked *unpacked)
{
    buf_clear(&unpacked->members);
    buf_clear(&unpacked->skips);
    buf_clear(&unpacked->text);
}

void
unpacked_read(struct unpacked *ret, const struct unpack_options *options, str data,
              const char *name)
{
    uint64_t stop_at = ret->stop_at;
    unpacked_clear(ret);
    *ret = (struct unpacked){.members = BUF(TEXT_MAX),
                             .skips = BUF(TEXT_MAX),
                             .text = BUF(TEXT_MAX),
                             .stop_at = stop_at};
    struct unpack_sink sink = {ret, on_member, on_skipped};
    struct unpack *walk = unpack_new(options);
    ret->inside = unpack_each(walk, data, name, &sink);
    unpack_free(walk);
}

void
unpacked_expect(const struct unpacked *all, bool passed, const char *what)
{
    if (!tap_ok(passed, "%s", what))
        tap_note("%.*s%.*s", STR_ARG(buf_view(&all->members)), STR_ARG(buf_view(&all->skips)));
}

bool
unpacked_told(const struct unpacked *all, const char *text)
{
    return str_find(buf_view(&all->skips), str_of(text)) != SIZE_MAX;
}

bool
unpacked_gave(const struct unpacked *all, const char *text)
{
    return str_find(buf_view(&all->members), str_of(text)) != SIZE_MAX;
}
