/* SPDX-License-Identifier: Apache-2.0 */
/* A pack in the making: entries are collected as they are read, and sorted when it is written. */
#pragma once

#include "scan/clamav/clamav.h"
#include "scan/pack/layout.h"
#include "scan/pack/pack.h"
#include "scan/yara/symbols.h"

/* An entry of a table of hashes. */
struct hash_entry {
    uint8_t digest[SHA256_BYTES]; /* what is stored of it, and zeros */
    uint64_t size;
    uint32_t label;
};
enum { HASH_KINDS = DIGEST_SHA256 + 1, HASH_FLAGS = TABLE_SIZED + TABLE_GOOD + 1 };

/* What a folder's pack.conf and licence say. */
struct folder_about {
    str folder; /* with '/' at its end; empty: the working folder */
    struct pack_about about;
    bool is_conf; /* by pack.conf, which goes before what a licence's text tells */
};

struct pack_build {
    struct pack_build_options options;
    struct arena arena;
    struct compiler *compiler;      /* of rules */
    struct compiler *name_compiler; /* of patterns of file names */
    struct buf sources;             /* source_record */
    struct buf texts, names;        /* TEXT and NAME, before the veil */
    struct buf labels, name_labels; /* label_record; uint32_t */
    struct buf indicators, addresses, containers, container_regex;
    struct buf hashes[TABLE_OFS][HASH_KINDS][HASH_FLAGS]; /* hash_entry */
    struct buf abouts;                                    /* folder_about */
    struct symbols label_numbers, text_places;
    struct symbols signatures;      /* how often a name of ClamAV's came in a file */
    struct symbols ignored;         /* names; those with an MD5 have it before them */
    struct symbols named, included; /* paths in `include` lines; those that were read by one */
    struct clamav_macros *macros;
    struct pack_counts counts;
    struct clamav_counts clamav;
    /* The input at hand. */
    const struct pack_input *input;
    struct source_record source;
    uint32_t source_number;
    str last_text; /* the last label, which is often the next one's too */
    uint32_t last_label;
    /* An entry that is being compiled as a rule of its own: its first fault. */
    bool in_entry;
    struct err fault;
};

/* The two compilers, with what they call. */
void build_compilers(struct pack_build *build);
/* Tells and counts what is refused of the input at hand. */
void build_refuse(struct pack_build *build, size_t line, size_t column, str entry,
                  const char *reason);
struct text_place build_text(struct pack_build *build, str text);
/* The label of NAME in the input at hand; ERR_LIMIT and ERR_FORMAT when it is no name. */
errcode build_label(struct pack_build *build, str name, uint32_t *ret, struct err *err);

errcode build_add_hash(struct pack_build *build, const struct clamav_hash *hash, struct err *err);
errcode build_add_file_name(struct pack_build *build, str pattern, str name, struct err *err);
errcode build_add_indicator(struct pack_build *build, str indicator, str name, struct err *err);
errcode build_add_container(struct pack_build *build, const struct clamav_container *container,
                            struct err *err);

/* Compiles TEXT, one rule; a fault of it is ERR. */
errcode build_compile_entry(struct pack_build *build, struct compiler *compiler, str space,
                            str text, struct err *err);
/* Readers of an input's content. */
errcode build_read_yara(struct pack_build *build, struct err *err);
errcode build_read_clamav(struct pack_build *build, struct err *err);
errcode build_read_list(struct pack_build *build, struct err *err);
void build_read_about(struct pack_build *build);
errcode build_read_ignored(struct pack_build *build, struct err *err);
/* Notes the paths that `include` lines of the input name. */
void build_note_includes(struct pack_build *build);
/* Whether the input's path is in SYMBOLS. */
bool build_is_noted(struct pack_build *build, const struct symbols *symbols);
/* What the input's folders and its own first lines say. */
struct pack_about build_about(const struct pack_build *build, const struct pack_input *input);

/* The chunks of all tables of hashes; the caller clears them. */
struct built_tables {
    struct buf tables, buckets, digests, labels, sizes, sets;
};
void build_tables(struct pack_build *build, struct built_tables *ret);
