/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text files: out of them, and back between the lines that they stood between. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/quarantine/inner.h"
#include "scan/quarantine/text.h"

#include <inttypes.h>

/* ---- taking ---- */

static errcode
take_out(struct swap *swap, const struct about *about, str line, struct err *err)
{
    struct quarantine *quarantine = swap->quarantine;
    str text = buf_view(&swap->text);
    struct buf content = BUF(SWAP_TEXT), notes = BUF(64 << 10);
    size_t at = (size_t)(line.p - text.p);
    buf_str(&content, (str){text.p, at});
    buf_str(&content, str_from(text, at + line.n));
    errcode code = store_append_about(quarantine, swap->number, about, err);
    bool is_begun = code == OK;
    if (code == OK)
        code = swap_commit(swap, buf_view(&content), &notes, err);
    buf_clear(&content);
    buf_clear(&notes);
    if (code == OK)
        store_taken(quarantine, swap->number, true);
    else
        store_undo(quarantine, swap->number, is_begun);
    return code;
}

static errcode
find_line(const struct swap *swap, size_t line, str want, str *ret, struct err *err)
{
    const char *path = swap->place.path;
    if (!text_line(buf_view(&swap->text), line, ret))
        return err_set(err, ERR_BUSY, "%s has no line %zu any more; it stays, scan it again", path,
                       line);
    if (!str_eq(text_bare(*ret), text_bare(want)))
        return err_set(err, ERR_BUSY, "line %zu of %s is another one now; it stays, scan it again",
                       line, path);
    return OK;
}

static errcode
take_line(struct swap *swap, size_t line, str text, const char *why, struct err *err)
{
    str found;
    struct buf attributes = BUF(ABOUT_ATTRIBUTES);
    errcode code = find_line(swap, line, text, &found, err);
    if (code != OK)
        return code;
    struct about about = {.kind = QUARANTINE_LINE,
                          .identity = file_identity_of_info(&swap->info),
                          .taken = clock_now(),
                          .size = found.n,
                          .sha256 = sha256_of(found),
                          .line = text_place(buf_view(&swap->text), line),
                          .path = str_of(swap->place.path),
                          .why = str_of(why ? why : "")};
    if (about.why.n > ABOUT_WHY)
        about.why.n = ABOUT_WHY;
    about.identity.sha256 = sha256_of(buf_view(&swap->text));
    code = metadata_read(swap->fd, swap->place.path, &about, &attributes, err);
    buf_clear(&attributes);
    about.attributes = (str){0}; /* they stay with the text file */
    if (code != OK)
        return code;
    swap->number = swap->quarantine->next++;
    code = copy_bytes(swap->quarantine, swap->number, &about, found, err);
    return code == OK ? take_out(swap, &about, found, err) : code;
}

errcode
quarantine_take_line(struct quarantine *quarantine, const char *path, size_t line, str text,
                     const char *why, unsigned flags, uint64_t *ret_number, struct err *err)
{
    struct swap swap;
    errcode code = swap_open(path, &swap, err);
    swap.quarantine = quarantine;
    swap.kind = JOURNAL_SWAPPING;
    if (code == OK)
        code = place_permits(&swap.place, flags, err);
    if (code == OK)
        code = take_line(&swap, line, text, why, err);
    if (code == OK)
        *ret_number = swap.number;
    swap_close(&swap);
    return code;
}

/* ---- giving back ---- */

static errcode
put_back(struct swap *swap, const struct about *about, str line, struct err *err)
{
    struct quarantine *quarantine = swap->quarantine;
    struct buf content = BUF(2 * SWAP_TEXT), notes = BUF(64 << 10);
    str text = buf_view(&swap->text);
    size_t at = text.n;
    if (!text_find_place(text, &about->line, &at))
        buf_printf(&quarantine->notes,
                   "the lines beside it are others now: it is the last line of %s\n",
                   swap->place.path);
    text_insert(text, at, line, &content);
    errcode code = buf_check(&content, "the text file", err);
    if (code == OK)
        code = swap_commit(swap, buf_view(&content), &notes, err);
    buf_clear(&content);
    buf_clear(&notes);
    return code;
}

errcode
line_restore(struct quarantine *quarantine, const struct entry *entry, struct copy_reader *reader,
             struct err *err)
{
    struct swap swap;
    struct buf line = BUF(SWAP_TEXT);
    const struct about about = entry->about;
    errcode code = swap_open(about.path.p, &swap, err);
    swap.quarantine = quarantine;
    swap.number = entry->number;
    swap.kind = JOURNAL_RESTORING;
    if (code == OK)
        code = copy_whole(reader, &line, err);
    if (code == OK)
        code = put_back(&swap, &about, buf_view(&line), err);
    if (code == OK)
        code = store_append(quarantine, JOURNAL_RESTORED, swap.number, (str){0}, err);
    else if (entry->state == ENTRY_RESTORING)
        store_settle(quarantine, JOURNAL_TAKEN, swap.number);
    if (code == OK)
        code = copy_remove(quarantine, swap.number, err);
    buf_clear(&line);
    swap_close(&swap);
    return code;
}
