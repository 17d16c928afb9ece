/* SPDX-License-Identifier: Apache-2.0 */
/* What makes programs start by themselves or hide, and who they talk to: one check a file, of Linux
 * in checks_linux/, of Windows in checks_windows/. A check reports what a person should know of,
 * not what every system has: on a clean system none finds anything. */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

enum finding_level {
    FINDING_LOOK,       /* unusual; a person should look at it */
    FINDING_SUSPICIOUS, /* as malware does it */
    FINDING_MALICIOUS,  /* known to be malware: a rule, a hash, an indicator */
    FINDING_LEVELS,
};

struct check_words {
    const char *title;   /* "Chương trình tự chạy trong crontab" */
    const char *meaning; /* what it is and why it matters, for someone who is no expert */
    const char *advice;  /* what to do next */
};
struct checking;
struct check {
    const char *id;     /* "cron": stable, in JSON */
    const char *attack; /* the technique of MITRE ATT&CK: "T1053.003" */
    struct check_words vi, en;
    void (*run)(struct checking *checking, const struct check *check);
    bool is_long; /* it looks at all files, and at nothing that starts by itself */
};

/* Why this entry is one of the check's, where that differs: "nó tải chương trình từ mạng về …". */
struct check_reason {
    const char *id; /* "download": stable, in JSON */
    const char *vi, *en;
};

struct finding {
    const struct check *check;
    enum finding_level level;
    const struct check_reason *reason; /* NULL: the check's own words say it */
    const char *subject; /* what it is of: a path, "process 12 (name)", an address with port */
    const char *detail;  /* what was seen there, one line; may be empty */
    const char *file;    /* that holds it, to quarantine; NULL when there is none */
    size_t line;         /* of FILE that starts it, from 1; 0: the file itself */
    uint32_t pid;        /* 0: no process */
    const struct check_value
        *value; /* whose change ends it; NULL: there is none, or not for sure */
};

/* A value of the registry of Windows that starts or does something, as it was seen. */
struct check_value {
    const char *key, *name; /* "HKLM\\SOFTWARE\\…"; "" is the key's default value */
    uint32_t type;
    struct sha256 sha256; /* of its data */
    const char *instead;  /* what Windows has there itself, or what switches it off: a text, or the
                           * number of a REG_DWORD; NULL: nothing, the value can go */
    bool is_shared;       /* it starts other things too, and is for a person to change */
};
/* A scheduled task of Windows that starts something, as its file says. */
struct check_task {
    const char *name;      /* "\\FOLDER\\NAME", as the Task Scheduler calls it */
    struct sha256 actions; /* task_digest */
    bool is_shared;        /* it has several, and is for a person to change */
};
/* A program or script that starts by itself, and what starts it: one of these, or nothing. */
struct check_start {
    const char *path;
    const char *file; /* that starts it */
    size_t line;      /* of a text file, from 1; 0: the file itself, such as a shortcut */
    const struct check_task *task;
    const struct check_value *value;
};

struct checking {
    /* A folder that stands for the system's root, for tests and for disks of other systems; "" for
     * the system that runs. Checks of what runs (processes, connections) are left out with one. */
    const char *root;
    bool is_for_starts; /* what says nothing of them and takes long is left out */
    /* Names a C2 server; NULL where no indicators are known. HOST is an address as text or a
     * domain, RET_NAME 256 bytes. */
    bool (*is_listed)(void *context, const char *host, char *ret_name);
    void *context;
    void (*found)(void *context, const struct finding *finding);
    /* It is to be scanned whatever the scan's scope is. */
    void (*starts)(void *context, const struct check_start *start);
    /* What could not be seen, and why: no right, no such interface. */
    void (*unseen)(void *context, const struct check *check, const char *what,
                   const struct err *why);
    size_t looked; /* entries that were looked at: a check that saw nothing found nothing */
    /* What the checks of a system keep for each other, such as which files packages own: NULL at
     * first, freed by checks_end. */
    void *memory;
    void (*memory_free)(void *memory);
};

extern const struct check *const checks[]; /* of this system; ends with NULL */
const struct check *check_find(str id);
/* All of them, in their order, and the end. */
void checks_run(struct checking *checking);
/* Behind the last check that was run alone. */
void checks_end(struct checking *checking);
