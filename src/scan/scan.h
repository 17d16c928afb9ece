/* SPDX-License-Identifier: Apache-2.0 */
/* The scan engine: rules in, verdicts out. Rules are compiled (yara/yara.h) or come from a pack;
 * a scan is one thread's working memory, reused from file to file. An error of the engine is never
 * a detection: what could not be read or took too long has no verdicts. */
#pragma once

#include "base/buf.h"
#include "scan/checks/checks.h"
#include "scan/decompress/decompress.h"
#include "scan/job/crew.h"
#include "scan/job/job.h"
#include "scan/job/walk.h"
#include "scan/pack/lint.h"
#include "scan/pack/pack.h"
#include "scan/quarantine/quarantine.h"
#include "scan/release/release.h"
#include "scan/report/report.h"
#include "scan/self_report/self_report.h"
#include "scan/watch/watch.h"
#include "scan/yara/yara.h"

/* Rules, ready to scan with; any number of threads may share them. */
struct scan_rules;
/* Takes COMPILER over, also on failure. */
errcode scan_rules_of_compiler(struct compiler *compiler, struct scan_rules **ret, struct err *err);
/* Refuses with ERR_DENIED a pack without the signature or too old, with ERR_CORRUPT a damaged or
 * changed one, with ERR_UNSUPPORTED one of another version of this program. */
errcode scan_pack_open(const char *path, const struct pack_options *options,
                       struct scan_rules **ret, struct err *err);
/* What was compiled for a pack, before it is written or without that; BUILD must outlive them. */
errcode scan_rules_of_build(struct pack_build *build, struct scan_rules **ret, struct err *err);
void scan_rules_free(struct scan_rules *rules);
/* The pack that the rules are of; NULL when they are of none. */
const struct pack *scan_rules_pack(const struct scan_rules *rules);

size_t scan_rule_count(const struct scan_rules *rules);
struct scan_rule {
    str name, space;
    bool is_private, is_global;
    size_t tag_count, meta_count;
};
struct scan_meta {
    str name;
    enum { SCAN_META_INTEGER, SCAN_META_STRING, SCAN_META_BOOLEAN } kind;
    int64_t integer;
    str text;
};
struct scan_rule scan_rule_at(const struct scan_rules *rules, size_t rule);
str scan_rule_tag(const struct scan_rules *rules, size_t rule, size_t i);
struct scan_meta scan_rule_meta(const struct scan_rules *rules, size_t rule, size_t i);

enum {
    SCAN_DATA_MAX = 512, /* bytes of a match that are shown of a process */
    SCAN_TIMEOUT_SECONDS_MAX = 1000000,
};
struct scan_options {
    bool every_match;         /* keep all matches, to show them; else only what rules ask for */
    unsigned timeout_seconds; /* of one file; 0: none */
    void (*console)(void *context, str line); /* what rules say by console.log; may be NULL */
    void *context;
};
struct scan;
struct scan *scan_new(const struct scan_rules *rules, const struct scan_options *options);
void scan_free(struct scan *scan);
/* Another value for an external variable, which must have been defined with the rules. */
errcode scan_define(struct scan *scan, str name, str text, struct err *err);

/* Each forgets the last result. ERR_LIMIT when the time was up, ERR_IO when the file shrank while
 * it was read. DATA must stay until the results were read; files are kept until scan_release. */
errcode scan_data(struct scan *scan, str data, struct err *err);
errcode scan_file(struct scan *scan, const char *path, struct err *err);
errcode scan_descriptor(struct scan *scan, int fd, const char *name, struct err *err);
/* The memory of a process, which stays the caller's; offsets are addresses. Files' sizes and entry
 * points and what modules read in files are undefined for it. */
struct process;
errcode scan_process(struct scan *scan, const struct process *process, struct err *err);
/* Lets go of the file, when its results were read; the next scan does it too. To be called by the
 * thread that scanned. */
void scan_release(struct scan *scan);
/* The content of the file that was scanned last, until it is let go of. What is gone from the file
 * meanwhile is read as zeros, which scan_has_shrunk tells. */
str scan_content(const struct scan *scan);
bool scan_has_shrunk(const struct scan *scan);

/* False of every rule when the file is listed as good. */
bool scan_holds(const struct scan *scan, size_t rule);
/* What the pack's tables say of the file. The only item is that of the list of good files when the
 * file is on it. */
size_t scan_listed_count(const struct scan *scan);
struct pack_listed scan_listed_at(const struct scan *scan, size_t i);
bool scan_is_good(const struct scan *scan);
/* Gives what the pack's patterns say of a file's PATH to FOUND. */
void scan_file_name(struct scan *scan, str path,
                    void (*found)(void *context, const struct pack_listed *listed), void *context);
/* The rules that hold, in their order: the I-th of them. */
size_t scan_holding_count(const struct scan *scan);
size_t scan_holding(const struct scan *scan, size_t i);
/* True when some string had more matches than are kept. */
bool scan_has_too_many(const struct scan *scan);

struct scan_match {
    str string;      /* "$a" */
    bool is_private; /* not to be shown */
    uint64_t offset;
    size_t length;
    str data;    /* what matched, of a file whole */
    uint8_t key; /* of xor */
    bool is_xor, is_hex;
};
/* The matches of a rule's strings in their order, from a cursor of zeros; false at the end. */
struct scan_cursor {
    size_t string, match;
};
bool scan_next_match(const struct scan *scan, size_t rule, struct scan_cursor *cursor,
                     struct scan_match *ret);
