/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of scan_rules, for this part. */
#pragma once

#include "base/cleanup.h"
#include "scan/pack/inner.h"
#include "scan/rules/rules.h"
#include "scan/scan.h"

struct scan_rules {
    struct rules *rules;
    struct compiler *compiler; /* whose memory the image is, or NULL */
    struct pack *pack;         /* … or this */
};
