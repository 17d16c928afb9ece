/* SPDX-License-Identifier: Apache-2.0 */
/* Every cap on what input may ask for, in one place. Passing one is ERR_LIMIT with a message that
 * names the cap; none is reached by real feeds (the largest seen are noted). */
#pragma once

enum {
    LIMIT_LINE = 1 << 20,          /* bytes in one line or CSV record (seen: 40 KiB) */
    LIMIT_COLUMNS = 512,           /* CSV columns (seen: 120) */
    LIMIT_JSON_DEPTH = 64,         /* nesting of JSON (seen: 9) */
    LIMIT_CELL = 64 << 10,         /* bytes of one field that is kept in an event */
    LIMIT_REFUSED_SHOWN = 20,      /* refused rows that are shown one by one */
    LIMIT_REFUSED_PERCENT = 50,    /* a file with a larger share is refused whole */
    LIMIT_REFUSED_FEW = 20,        /* … but not before this many rows are refused */
    LIMIT_ARCHIVE_MEMBERS = 10000, /* files in a zip or tar */
    LIMIT_MIME_DEPTH = 8,          /* nested messages in mail */
    LIMIT_FAMILY_NAME = 96,        /* bytes of a malware name in a set's key */
    LIMIT_SOURCE_NAME = 96,        /* bytes of a source's name in a set's key */
    LIMIT_SET_KEYS = 200000,       /* (day, class, family, source) keys made by one input */
    LIMIT_PREFIX6_NETS = 1 << 24,  /* /64s that the IPv6 prefixes of one input stand for */
    LIMIT_DAYS_AHEAD = 2,          /* an event further in the future is refused */
    LIMIT_CONF_BYTES = 1 << 20,    /* a configuration file */
    LIMIT_TABLE_BYTES = 64 << 20,  /* a TSV table */
    LIMIT_EMBLEM_BYTES = 64 << 10, /* the picture in the pages' header */
    LIMIT_METRICS_BYTES = 1 << 20, /* Prometheus text (khien serve's: 3 KiB) */
    LIMIT_METRICS_SAMPLES = 4096,  /* its lines with values */
    LIMIT_METRICS_LABELS = 16,     /* of one of them */
};
/* What scanners send in of their own accord (docs/self-reports.md). */
enum {
    LIMIT_SELF_REPORT = 4096,             /* bytes of a body */
    LIMIT_SELF_REPORT_FAMILIES = 32,      /* families in it */
    LIMIT_SELF_REPORT_FINDINGS = 1000000, /* findings of a level in it */
    LIMIT_SELF_REPORT_FILE = 64 << 20,    /* bytes of one day's file of one node */
};
/* Content files, which editors write. */
enum {
    LIMIT_CONTENT_FILE = 128 << 10, /* bytes of a file (built in: 7 KiB) */
    LIMIT_CONTENT_FILES = 4000,     /* files in a folder */
    LIMIT_CONTENT_BYTES = 32 << 20, /* bytes of all files in a folder */
    LIMIT_CONTENT_FIELDS = 128,     /* lines of a header */
    LIMIT_CONTENT_VALUE = 2000,     /* bytes of a value there */
    LIMIT_CONTENT_LINKS = 256,      /* links of a file that are checked */
    LIMIT_CONTENT_HTML = 512 << 10, /* bytes that a file's text becomes */
};
/* ClamAV's signatures. */
enum {
    LIMIT_CLAMAV_NAME = 255,            /* bytes of a signature's name */
    LIMIT_CLAMAV_RULE = 4 << 20,        /* bytes of the rule that it becomes (seen: 11 KiB) */
    LIMIT_CLAMAV_CONDITION = 32 << 10,  /* bytes of its condition (seen: 1 KiB) */
    LIMIT_CLAMAV_PARTS = 64,            /* sub-signatures, as the format has it */
    LIMIT_CLAMAV_EXPRESSION = 2048,     /* characters of a logical expression */
    LIMIT_CLAMAV_DEPTH = 32,            /* parentheses in parentheses */
    LIMIT_CLAMAV_NEGATED = 8,           /* bytes of an alternative that is negated */
    LIMIT_CLAMAV_NEGATED_MEMBERS = 256, /* such alternatives beside each other */
    LIMIT_CLAMAV_MACROS = 100000,       /* signatures in macro groups */
    LIMIT_CLAMAV_MEMBERS = 1000000,     /* files listed in an archive */
};
/* One chunk of a pack (1 M SHA-256: 32 MB); and its texts together, which 32 bits number. */
#define LIMIT_PACK_CHUNK ((size_t)4 << 30)
#define LIMIT_PACK_TEXT ((size_t)UINT32_MAX)
/* Bytes of one feed file after decompression, and how much larger than its archive it may be. */
#define LIMIT_FEED_BYTES ((size_t)8 << 30)
#define LIMIT_EXPANSION_RATIO 1000
/* JSON documents that are read whole (MISP, STIX, Feodo). */
#define LIMIT_JSON_BYTES ((size_t)512 << 20)
#define LIMIT_JSON_MEMORY ((size_t)2 << 30) /* about what their values take when they are read */
/* The dotnet module (seen: the most in Mono's assemblies). */
enum {
    LIMIT_DOTNET_USER_STRINGS = 1 << 20, /* that can be asked for; all are counted (seen: 6,919) */
    LIMIT_DOTNET_MEMORY = 32 << 20,      /* bytes of a file's classes (seen: 7 MB) */
    LIMIT_DOTNET_TYPE = 64 << 10,        /* bytes of one type's name (seen: 0.8 KiB) */
};
