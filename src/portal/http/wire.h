/* SPDX-License-Identifier: Apache-2.0 */
/* What a request head may look like. Two servers that read one head differently can be played off
 * against each other (request smuggling), so whatever has more than one reading is refused. RFC
 * 9110 and 9112; no input is kept. */
#pragma once

#include "base/str.h"

struct wire {
    unsigned fields, hosts, lengths, encodings;
    bool length_nonzero;
    uint64_t length;
    str host;
};

/* The status to answer with, 0 = go on. REASON (may be NULL) gets a constant for the metrics. */
struct wire_fault {
    unsigned status;
    const char *reason;
};

/* One header field as it stands in the head: NAME up to the colon, VALUE after it without the
 * blanks in front. */
struct wire_fault wire_field(struct wire *wire, str name, str value);
/* After the last field. MINOR is the HTTP/1 minor version; TARGET_HOST the authority of a target
 * in absolute form, or empty: it must be the Host field's. */
struct wire_fault wire_end(const struct wire *wire, unsigned minor, str target_host);
/* Methods are tokens. */
bool wire_is_token(str s);
