/* SPDX-License-Identifier: Apache-2.0 */
/* Events from one STIX object: from an indicator's pattern, or from what was observed. */
#pragma once

#include "intel/formats/rows.h"
#include "intel/formats/stix_pattern.h"

struct stix_record {
    struct row *row;  /* begun; its event holds what all events of the record share */
    bool has_malware; /* a relationship says which malware it is about */
    uint64_t events;  /* how many were handed out */
};

/* One event an address, name, URL or account, and one a file (all its hashes together). A class
 * that is CLASS_NONE in the row's event is chosen by what each is. */
errcode stix_emit_pattern(struct stix_record *record, const struct stix_pattern *pattern,
                          struct err *err);
/* OBJECTS: observables by id; LIST: the ids observed together (NULL: all of OBJECTS). */
errcode stix_emit_observed(struct stix_record *record, const json_t *objects, const json_t *list,
                           struct err *err);
