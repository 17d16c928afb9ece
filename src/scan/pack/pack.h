/* SPDX-License-Identifier: Apache-2.0 */
/* The pack: one mapped file with compiled rules, hashes of files, PE sections and import tables,
 * patterns of file names, indicators of C2 servers and ClamAV's descriptions of archive members,
 * each with its source. docs/format-pack.md has the layout. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/sign.h"
#include "scan/yara/yara.h"

struct pack;

struct pack_options {
    const uint8_t *public_key; /* whose signature the pack must have; NULL: anyone's or nobody's */
    uint64_t version_min;      /* an older pack is refused */
};
/* Who made what stands in a source; empty where nobody says. */
struct pack_about {
    str licence, author, url;
};
/* A file that a pack was built from. */
struct pack_source {
    str path; /* from the folder on that was named */
    struct pack_about about;
    uint32_t first_rule, rules;
    uint32_t entries, refused; /* rules are entries too */
};
struct pack_counts {
    size_t rules, file_hashes, good_files, section_hashes, import_hashes;
    size_t names, domains, addresses, urls, containers, sources, refused;
};
struct pack_info {
    uint64_t version, bytes;
    usec built;
    str program; /* that built it */
    uint32_t format;
    uint8_t id[SHA256_BYTES]; /* of all that it holds */
    bool is_signed;
    uint8_t public_key[SIGN_PUBLIC]; /* of who signed it */
    struct pack_counts counts;
};
struct pack_info pack_info(const struct pack *pack);
size_t pack_source_count(const struct pack *pack);
struct pack_source pack_source_at(const struct pack *pack, size_t i);
/* Where a rule of the pack came from; false when nobody says. */
bool pack_source_of_rule(const struct pack *pack, size_t rule, struct pack_source *ret);

/* ---- looking up ---- */

enum pack_listed_as {
    PACK_LISTED_FILE,
    PACK_LISTED_SECTION, /* of a PE file */
    PACK_LISTED_IMPORTS, /* the import table of one */
    PACK_LISTED_MEMBER,  /* of an archive, by what its directory says */
    PACK_LISTED_NAME,
    PACK_LISTED_DOMAIN,
    PACK_LISTED_ADDRESS,
    PACK_LISTED_URL,
};
struct pack_listed {
    enum pack_listed_as as;
    bool is_good;          /* of a file: it is known to be no malware, whatever else says so */
    enum digest_kind kind; /* of a hash */
    str name;
    str source; /* the path of the source */
};
/* Names are made in ARENA. A domain is listed when it or one above it is; an address, when its
 * longest prefix is found; a URL, when it is the same but for the case of scheme and host. */
bool pack_find_domain(const struct pack *pack, str domain, struct arena *arena,
                      struct pack_listed *ret);
bool pack_find_address(const struct pack *pack, ip address, struct arena *arena,
                       struct pack_listed *ret);
bool pack_find_url(const struct pack *pack, str url, struct arena *arena, struct pack_listed *ret);

/* ---- building ---- */

struct pack_fault {
    const char *file;
    size_t line, column; /* column 0: the whole line */
    str entry;           /* its name, when it has one */
    const char *reason;
};
struct pack_build_options {
    void (*refused)(void *context, const struct pack_fault *fault);
    /* As in yara_options. */
    errcode (*include)(void *context, const char *from, str name, struct buf *ret_path,
                       struct buf *ret_text, struct err *err);
    void *context;
};
struct pack_build;
struct pack_build *pack_build_new(const struct pack_build_options *options);
void pack_build_free(struct pack_build *build);
/* An external variable that rules may use; before the first rule. */
errcode pack_build_define(struct pack_build *build, str name, str text, struct err *err);

/* Inputs are read in passes over all of them, in any order within each. */
enum pack_pass {
    PACK_PASS_ABOUT, /* pack.conf and licences, for the files of their folder and below */
    PACK_PASS_EARLY, /* what other files need: signatures to ignore, macros, names of includes */
    PACK_PASS_ENTRIES,
    PACK_PASS_REST, /* rules that a file seemed to include, and none did */
    PACK_PASSES,
};
struct pack_input {
    const char *path;  /* to open it, and in messages */
    const char *below; /* from the folder on that was named, '/' between names */
    str content;
};
/* Whether a file of that path is of use in PASS; by its name only. */
bool pack_build_wants(enum pack_pass pass, const char *path);
/* What cannot be taken is told, counted and left out. Errors are those that end the build. */
errcode pack_build_read(struct pack_build *build, enum pack_pass pass,
                        const struct pack_input *input, struct err *err);
struct pack_counts pack_build_counts(const struct pack_build *build);
/* Signatures for other versions of ClamAV, which are left out. */
size_t pack_build_other_level(const struct pack_build *build);

struct pack_write_options {
    uint64_t version;
    const uint8_t *secret; /* SIGN_SECRET bytes; NULL: not signed */
};
/* Nothing can be read into BUILD afterwards. */
errcode pack_build_write(struct pack_build *build, const char *path,
                         const struct pack_write_options *options, struct err *err);
