/* SPDX-License-Identifier: Apache-2.0 */
/* GUIDs and user strings, straight from their heaps. */
#include "base/limits.h"
#include "scan/dotnet/dotnet.h"

#include <stdio.h>

enum { GUID_BYTES = 16, GUID_TEXT = 37, GUIDS_MAX = 16 };

static str
guid_format(struct module_run *run, const char *p)
{
    const uint8_t *b = (const uint8_t *)p + 8;
    char *text = arena_alloc(run->arena, GUID_TEXT);
    snprintf(text, GUID_TEXT, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", pe_u32(p),
             pe_u16(p + 4), pe_u16(p + 6), b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
    return (str){text, GUID_TEXT - 1};
}

void
dotnet_load_guids(struct module_run *run, const struct metadata *metadata)
{
    if (!metadata->guids.present)
        return;
    size_t most = metadata->guids.size / GUID_BYTES;
    struct list *list = module_array(run, most < GUIDS_MAX ? most : GUIDS_MAX);
    size_t count = 0;
    while (count < list->count) {
        const char *p =
            metadata_at(metadata, metadata->guids.offset + count * GUID_BYTES, GUID_BYTES);
        if (!p)
            break;
        list->items[count++] = value_string(guid_format(run, p));
    }
    list->count = count;
    run->root->fields[DOTNET_GUID_LIST] = value_array(list);
    run->root->fields[DOTNET_NUMBER_OF_GUIDS] = value_integer((int64_t)count);
}

/* The next string that is not empty at or after *OFFSET, before END. A string's last byte is a
 * flag (ECMA-335 II.24.2.4), which we leave off; where it is not stepped over, as in libyara, it
 * reads as an empty string. */
static bool
next_user_string(const struct metadata *metadata, uint64_t *offset, uint64_t end, str *ret)
{
    while (*offset < end) {
        str content = metadata_blob_at(metadata, *offset);
        if (!content.p)
            return false;
        *offset = (uint64_t)(content.p - metadata->data.p);
        if (content.n > 1) {
            *ret = (str){content.p, content.n - 1};
            *offset += ret->n;
            return true;
        }
    }
    return false;
}

void
dotnet_load_user_strings(struct module_run *run, const struct metadata *metadata)
{
    const struct metadata_stream *stream = &metadata->user_strings;
    const char *start = metadata_at(metadata, stream->offset, stream->size);
    if (!stream->present || stream->size == 0 || !start || *start != 0)
        return;
    uint64_t end = stream->offset + stream->size, offset = stream->offset + 1;
    size_t count = 0;
    str content;
    while (next_user_string(metadata, &offset, end, &content))
        count++;
    run->root->fields[DOTNET_NUMBER_OF_USER_STRINGS] = value_integer((int64_t)count);
    struct list *list =
        module_array(run, count < LIMIT_DOTNET_USER_STRINGS ? count : LIMIT_DOTNET_USER_STRINGS);
    offset = stream->offset + 1;
    for (size_t i = 0; i < list->count; i++)
        if (next_user_string(metadata, &offset, end, &content))
            list->items[i] = value_string(content);
    run->root->fields[DOTNET_USER_STRING_LIST] = value_array(list);
}
