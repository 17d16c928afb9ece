/* SPDX-License-Identifier: Apache-2.0 */
/* An open pack: a copy of the file in memory, so that nobody changes it after it was checked. What
 * needs no veil any more was taken off it there; names are taken off theirs when they are asked
 * for. */
#pragma once

#include "scan/pack/layout.h"
#include "scan/pack/pack.h"
#include "scan/rules/rules.h"

struct pack {
    struct chunk_file file;
    struct pack_meta meta;
    struct pack_seal seal;
    str texts, regex;
    str names; /* veiled */
    const struct source_record *sources;
    const struct label_record *labels;
    const struct table_record *tables;
    const uint32_t *buckets, *hash_labels, *name_labels;
    const uint8_t *digests;
    const uint64_t *hash_sizes, *size_sets;
    const struct indicator_record *indicators;
    const struct address_record *addresses;
    const struct container_record *containers;
    uint32_t source_count, label_count, table_count, bucket_count, hash_count, size_count;
    uint32_t set_count, indicator_count, address_count, container_count, name_count;
    uint64_t digest_bytes;
    struct image rules, file_names;
    struct rules *name_rules; /* of patterns of file names */
};

/* Every byte is checked: the checksum, the digest, and the signature of a pack that has one. */
errcode pack_open(const char *path, const struct pack_options *options, struct pack **ret,
                  struct err *err);
void pack_close(struct pack *pack);
/* The bounds of the pack's own tables; what they name is checked where it is used. */
errcode pack_check(const struct pack *pack, struct err *err);

/* In the pack's clear texts; empty when it is not there. */
str pack_text(const struct pack *pack, struct text_place place);
/* The name of a label, made in ARENA, and its source; false when there is no such label. */
bool pack_label(const struct pack *pack, uint32_t label, struct arena *arena,
                struct pack_listed *ret);
/* A text of NAME, made in ARENA. */
bool pack_name(const struct pack *pack, struct text_place place, struct arena *arena, str *ret);

/* True when an entry of TABLE may be of something of SIZE bytes. */
bool pack_has_size(const struct pack *pack, const struct table_record *table, uint64_t size);
/* The next entry with DIGEST and SIZE, from *CURSOR on, which begins as 0; its label. */
bool pack_next_hash(const struct pack *pack, const struct table_record *table,
                    const uint8_t *digest, uint64_t size, uint32_t *cursor, uint32_t *ret_label);
