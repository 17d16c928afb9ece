/* SPDX-License-Identifier: Apache-2.0 */
/* Walking the command line's files and folders by fts(3), which needs no recursion. */
#include "cmd/inputs.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>

static int
by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static errcode
tell(const struct input_walk *walk, const char *path, int number, struct err *err)
{
    struct err fault;
    errno = number;
    err_set_errno(&fault, "cannot read %s", path);
    if (walk->fault)
        return walk->fault(walk->context, path, &fault, err);
    *err = fault;
    return fault.code;
}

/* A pipe or a hidden file that the user named is one to read. */
static bool
is_to_read(const FTSENT *entry)
{
    bool is_named = entry->fts_level == 0, is_hidden = entry->fts_name[0] == '.';
    return is_named || (entry->fts_info == FTS_F && !is_hidden);
}

static errcode
visit(const struct input_walk *walk, FTS *tree, FTSENT *entry, struct err *err)
{
    bool is_hidden_folder = entry->fts_level > 0 && entry->fts_name[0] == '.';
    switch (entry->fts_info) {
    case FTS_D:
        if (!is_hidden_folder)
            return OK;
        fts_set(tree, entry, FTS_SKIP);
        break;
    case FTS_F:
    case FTS_DEFAULT:
        if (is_to_read(entry))
            return walk->file(walk->context, entry->fts_path, err);
        break;
    case FTS_SL:
    case FTS_SLNONE:
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
    case FTS_DC:
        return tell(walk, entry->fts_path, entry->fts_info == FTS_DC ? ELOOP : entry->fts_errno,
                    err);
    default:
        return OK;
    }
    if (walk->passed)
        walk->passed(walk->context, entry->fts_path);
    return OK;
}

static errcode
walk_word(const struct input_walk *walk, char *word, struct err *err)
{
    char *const words[] = {word, NULL};
    FTS *tree = fts_open(words, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (!tree)
        return tell(walk, word, errno, err);
    errcode code = OK;
    FTSENT *entry;
    while (code == OK && (entry = fts_read(tree)))
        code = visit(walk, tree, entry, err);
    fts_close(tree);
    return code;
}

errcode
inputs_each(const struct call *call, const struct input_walk *walk, struct err *err)
{
    errcode code = OK;
    for (size_t i = 0; i < call->word_count && code == OK; i++) {
        if (strcmp(call->words[i], "-") == 0)
            code = walk->file(walk->context, "-", err);
        else
            code = walk_word(walk, (char *)(uintptr_t)call->words[i], err);
    }
    return code;
}
