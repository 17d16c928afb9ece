/* SPDX-License-Identifier: Apache-2.0 */
/* ClamAV's signature formats (docs.clamav.net, "Signatures"; docs/clamav.md says what is taken).
 * Body signatures become YARA rules over the module `clamav`; hashes and descriptions of archive
 * members become entries of tables. What is not understood is refused with a reason, one line at a
 * time, and never stops the rest. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"

/* The functionality level whose signatures are taken (ClamAV 1.4). */
enum { CLAMAV_LEVEL = 216 };

struct clamav_origin {
    const char *file;
    size_t line;
    str entry; /* the line itself: ignore lists may name its MD5 */
};

enum clamav_hash_of { CLAMAV_HASH_FILE, CLAMAV_HASH_SECTION, CLAMAV_HASH_IMPORTS };
struct clamav_hash {
    enum clamav_hash_of of;
    enum digest_kind kind; /* MD5, SHA-1 or SHA-256 */
    uint8_t bytes[DIGEST_MAX];
    bool has_size;
    uint64_t size; /* of the file or section, when it has one */
    bool is_good;  /* a file with this hash is no detection, whatever else says so */
    str name;
};

struct clamav_range {
    bool any;
    uint64_t min, max; /* both inside */
};
/* A file in an archive that is known by what the archive says of it (.cdb). */
struct clamav_container {
    str name;
    str type;       /* "CL_TYPE_ZIP"; empty: any */
    str name_regex; /* "/…/is" as YARA writes it, for the member's name; empty: any */
    struct clamav_range container_size, packed_size, real_size, position;
    int encrypted; /* 0, 1, or -1 for either */
    bool has_crc;
    uint32_t crc; /* compared for ZIP and RAR only */
};
struct clamav_member {
    str type; /* of the archive, e.g. "CL_TYPE_ZIP" */
    uint64_t container_size, packed_size, real_size, position; /* position counts from 1 */
    bool is_encrypted;
    uint32_t crc;
    str name;
};
/* True when MEMBER is what SIGNATURE describes; MATCHES searches NAME with its regex. */
bool clamav_container_matches(const struct clamav_container *signature,
                              const struct clamav_member *member,
                              bool (*matches)(void *context, str regex, str name), void *context);
/* Gives the members that a ZIP file's central directory lists to FOUND, until it returns false.
 * Nothing is unpacked. False when DATA hold no whole, plain directory; what came before stays
 * given. Zip64 and split archives are not read. */
bool clamav_zip_each(str data, bool (*found)(void *context, const struct clamav_member *member),
                     void *context);

/* A signature not to be used (.ign, .ign2). */
struct clamav_ignore {
    str name;
    bool has_md5;
    uint8_t md5[16]; /* of the signature's line: another line of that name is not ignored */
};

/* Where the loader puts what it understood. Views live until the call returns. ERR_FORMAT,
 * ERR_LIMIT or ERR_UNSUPPORTED from a call refuses that signature; any other error ends the load.
 * A NULL function takes nothing. */
struct clamav_sink {
    void *context;
    /* BODY is what stands between the braces of a YARA rule: `strings: … condition: …`. */
    errcode (*rule)(void *context, str name, str body, const struct clamav_origin *origin,
                    struct err *err);
    errcode (*hash)(void *context, const struct clamav_hash *hash,
                    const struct clamav_origin *origin, struct err *err);
    errcode (*container)(void *context, const struct clamav_container *container,
                         const struct clamav_origin *origin, struct err *err);
    errcode (*ignored)(void *context, const struct clamav_ignore *ignore,
                       const struct clamav_origin *origin, struct err *err);
    void (*refused)(void *context, const struct clamav_origin *origin, errcode code,
                    const char *reason);
};

struct clamav_counts {
    size_t rules, hashes, containers, ignores, refused;
    size_t other_level; /* for other versions of ClamAV, so left out */
    size_t macros;      /* kept for logical signatures that name their group */
};

enum clamav_kind {
    CLAMAV_OTHER,  /* no file of ClamAV's */
    CLAMAV_READ,   /* clamav_load reads it */
    CLAMAV_SKIPPED /* of ClamAV, but of a kind that is not read */
};
/* By the ending of the name. */
enum clamav_kind clamav_kind_of(const char *path);

/* Signatures of .ndb files that stand in for parts of logical ones, by group. */
struct clamav_macros;
struct clamav_macros *clamav_macros_new(void);
void clamav_macros_free(struct clamav_macros *macros);
/* Keeps the macros of an .ndb file; all of them are read before the first clamav_load. */
void clamav_macros_read(struct clamav_macros *macros, str content);

/* Reads CONTENT of a file of a kind that is CLAMAV_READ (else ERR_UNSUPPORTED); adds to COUNTS.
 * MACROS may be NULL. Only errors of the sink are returned. */
errcode clamav_load(const char *path, str content, const struct clamav_macros *macros,
                    const struct clamav_sink *sink, struct clamav_counts *counts, struct err *err);
