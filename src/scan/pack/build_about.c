/* SPDX-License-Identifier: Apache-2.0 */
/* Who made a source: its folder's pack.conf, else a licence text there whose kind is known, else
 * those of the folders above; an SPDX line among the file's first goes before all of them. */
#include "scan/pack/build.h"

enum { HEAD_BYTES = 4096 };

static str
folder_of(struct pack_build *build, const char *path)
{
    return arena_str(&build->arena, (str){path, (size_t)(path_base(path) - path)});
}

/* ---- licences ---- */

/* By words that no other licence has; the first that fits. */
static const struct licence {
    const char *words, *spdx;
} licences[] = {
    {"GNU AFFERO GENERAL PUBLIC LICENSE", "AGPL-3.0-only"},
    {"GNU LESSER GENERAL PUBLIC LICENSE", "LGPL-3.0-only"},
    {"GNU GENERAL PUBLIC LICENSE\n                       Version 3", "GPL-3.0-only"},
    {"GNU GENERAL PUBLIC LICENSE\n                       Version 2", "GPL-2.0-only"},
    {"Detection Rule License (DRL) 1.1", "DRL-1.1"},
    {"Apache License", "Apache-2.0"},
    {"Mozilla Public License Version 2.0", "MPL-2.0"},
    {"Neither the name of", "BSD-3-Clause"},
    {"Redistribution and use in source and binary forms", "BSD-2-Clause"},
    {"Permission is hereby granted, free of charge", "MIT"},
    {"Permission to use, copy, modify, and/or distribute", "ISC"},
    {"CC0 1.0 Universal", "CC0-1.0"},
    {"This is free and unencumbered software", "Unlicense"},
    {"Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"},
    {"Attribution 4.0 International", "CC-BY-4.0"},
};

static str
licence_of(const char *path, str text)
{
    for (size_t i = 0; i < sizeof licences / sizeof *licences; i++)
        if (str_find(text, str_of(licences[i].words)) != SIZE_MAX)
            return str_of(licences[i].spdx);
    return str_of(path_base(path)); /* to be read there */
}

/* ---- pack.conf ---- */

static str *
field_of(struct pack_about *about, str key)
{
    if (str_eq(key, STR("licence")) || str_eq(key, STR("license")))
        return &about->licence;
    if (str_eq(key, STR("author")))
        return &about->author;
    return str_eq(key, STR("url")) ? &about->url : NULL;
}

static void
read_conf(struct pack_build *build, struct pack_about *about)
{
    str rest = build->input->content, line;
    for (size_t number = 1; str_line(&rest, &line); number++) {
        str key, value = str_trim(line);
        if (value.n == 0 || value.p[0] == '#')
            continue;
        str_cut(&value, '=', &key);
        str *field = field_of(about, str_trim(key));
        if (!field || !value.p || str_has_control(value) || !str_is_utf8(value))
            build_refuse(build, number, 0, str_trim(key),
                         "a line is licence, author or url, = and a text");
        else
            *field = arena_str(&build->arena, str_trim(value));
    }
}

void
build_read_about(struct pack_build *build)
{
    const char *path = build->input->path;
    struct folder_about folder = {.folder = folder_of(build, path)};
    folder.is_conf = strcmp(path_base(path), "pack.conf") == 0;
    if (folder.is_conf)
        read_conf(build, &folder.about);
    else
        folder.about.licence = arena_str(&build->arena, licence_of(path, build->input->content));
    buf_add(&build->abouts, &folder, sizeof folder);
}

/* ---- a source's ---- */

static str
spdx_line(str content)
{
    static const char words[] = "SPDX-License-Identifier:";
    str head = {content.p, content.n < HEAD_BYTES ? content.n : HEAD_BYTES}, line;
    size_t at = str_find(head, str_of(words));
    if (at == SIZE_MAX)
        return (str){NULL, 0};
    head = str_from(head, at + sizeof words - 1);
    if (!str_line(&head, &line))
        return (str){NULL, 0};
    line = str_trim(line);
    if (str_ends(line, STR("*/")))
        line = str_trim((str){line.p, line.n - 2});
    return str_is_utf8(line) && !str_has_control(line) ? line : (str){NULL, 0};
}

/* Takes VALUE when it is of a folder nearer than what is known; pack.conf before a licence text. */
static void
take_nearer(str *field, size_t *rank, str value, const struct folder_about *folder)
{
    size_t own = 2 * folder->folder.n + folder->is_conf + 1;
    if (value.n > 0 && own > *rank) {
        *field = value;
        *rank = own;
    }
}

struct pack_about
build_about(const struct pack_build *build, const struct pack_input *input)
{
    const struct folder_about *folders = (const void *)build->abouts.p;
    struct pack_about about = {0};
    size_t ranks[3] = {0};
    for (size_t i = 0; i < build->abouts.n / sizeof *folders; i++) {
        if (!str_starts(str_of(input->path), folders[i].folder))
            continue;
        take_nearer(&about.licence, &ranks[0], folders[i].about.licence, &folders[i]);
        take_nearer(&about.author, &ranks[1], folders[i].about.author, &folders[i]);
        take_nearer(&about.url, &ranks[2], folders[i].about.url, &folders[i]);
    }
    str own = spdx_line(input->content);
    if (own.n > 0)
        about.licence = own;
    return about;
}
