/* SPDX-License-Identifier: Apache-2.0 */
/* What a pack's chunks hold (docs/format-pack.md): arrays that are used where they are mapped. */
#pragma once

#include "base/chunk.h"
#include "base/sign.h"
#include "scan/rules/image.h"

#define PACK_MAGIC "KHPACK\1\n"
enum {
    PACK_FORMAT = 1, /* raised when older programs could not read what is written */
    PACK_NAME_MAX = 255,
    PACK_SOURCES_MAX = 1 << 24,
};

#define PACK_META CHUNK_ID("META")            /* pack_meta */
#define PACK_TEXT CHUNK_ID("TEXT")            /* bytes, veiled: texts of sources and containers */
#define PACK_SOURCES CHUNK_ID("SRCS")         /* source_record, in the order of their rules */
#define PACK_RULES CHUNK_ID("RULE")           /* an image, veiled */
#define PACK_FILE_NAMES CHUNK_ID("FNAM")      /* an image, veiled: a rule for each pattern */
#define PACK_NAME_LABELS CHUNK_ID("FLAB")     /* uint32_t: the label of each of its rules */
#define PACK_LABELS CHUNK_ID("LABL")          /* label_record */
#define PACK_NAMES CHUNK_ID("NAME")           /* bytes, veiled: texts of labels and indicators */
#define PACK_TABLES CHUNK_ID("HTAB")          /* table_record */
#define PACK_BUCKETS CHUNK_ID("HBUC")         /* uint32_t */
#define PACK_DIGESTS CHUNK_ID("HDIG")         /* bytes */
#define PACK_HASH_LABELS CHUNK_ID("HLAB")     /* uint32_t */
#define PACK_HASH_SIZES CHUNK_ID("HSIZ")      /* uint64_t */
#define PACK_SIZE_SETS CHUNK_ID("HSET")       /* uint64_t */
#define PACK_INDICATORS CHUNK_ID("INDI")      /* indicator_record */
#define PACK_ADDRESSES CHUNK_ID("ADDR")       /* address_record */
#define PACK_CONTAINERS CHUNK_ID("CONT")      /* container_record */
#define PACK_CONTAINER_REGEX CHUNK_ID("CREG") /* programs of scan/regex, veiled */
#define PACK_SEAL CHUNK_ID("SEAL")            /* pack_seal, the last */
enum { PACK_CHUNKS = 19 };

static inline bool
chunk_is_veiled(uint32_t id)
{
    return id == PACK_TEXT || id == PACK_RULES || id == PACK_FILE_NAMES || id == PACK_NAMES ||
           id == PACK_CONTAINER_REGEX;
}

struct pack_meta {
    uint64_t version;
    int64_t built; /* microseconds since 1970 */
    uint64_t seed; /* of the veil */
    uint32_t format_min, rules_format;
    char program[32]; /* that built it, filled up with NULs */
};

/* DIGEST is of all other chunks; SIGNATURE signs it. */
struct pack_seal {
    uint8_t digest[SHA256_BYTES];
    uint8_t public_key[SIGN_PUBLIC]; /* zeros: not signed */
    uint8_t signature[SIGN_SIGNATURE];
};

struct source_record {
    struct text_place path, licence, author, url;
    uint32_t first_rule, rule_count;
    uint32_t entry_count, refused_count;
};

/* A name and whose it is. */
struct label_record {
    uint32_t at;              /* in NAME */
    uint32_t size_and_source; /* bytes of the name in the low 8 bits */
};

/* Bytes that are stored of a digest: of SHA-256 the first 160 bits, which nobody finds two files
 * for either, and which spare a third of a pack. */
static inline size_t
stored_size(enum digest_kind kind)
{
    enum { STORED_MAX = 20 };
    size_t size = digest_size(kind);
    return size < STORED_MAX ? size : STORED_MAX;
}

enum table_of { TABLE_OF_FILES, TABLE_OF_SECTIONS, TABLE_OF_IMPORTS, TABLE_OFS };
enum { TABLE_SIZED = 1, TABLE_GOOD = 2 };
/* Digests of one kind, sorted (then by size). The first BUCKET_BITS bits of a digest number its
 * bucket: bucket I has the entries HBUC[first_bucket + I] up to that of I + 1. */
struct table_record {
    uint8_t of, kind, flags, bucket_bits;
    uint32_t count;
    uint32_t first;      /* its labels, one an entry */
    uint32_t first_size; /* its sizes, one an entry, when TABLE_SIZED */
    uint32_t first_bucket;
    uint32_t first_set, set_count; /* its sizes again, each once, in order */
    uint32_t unused;
    uint64_t digests; /* where they begin in HDIG */
};

enum indicator_kind { INDICATOR_DOMAIN, INDICATOR_URL };
/* Sorted by kind and hash (the low half of the text's XXH3). */
struct indicator_record {
    uint64_t hash;
    struct text_place text; /* in NAME */
    uint32_t label, kind;
};
/* Sorted by version, length and address. */
struct address_record {
    uint8_t bytes[16];
    uint32_t label;
    uint8_t version, length, unused[2];
};

enum { CONTAINER_RANGES = 4 }; /* container size, packed size, real size, position */
struct container_record {
    uint32_t label;
    struct text_place type; /* in TEXT */
    uint32_t regex;         /* program, or NO_INDEX */
    int32_t encrypted;
    uint32_t has_crc, crc;
    uint32_t any; /* a bit for each range without bounds */
    struct {
        uint64_t min, max;
    } ranges[CONTAINER_RANGES];
};
