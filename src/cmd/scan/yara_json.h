/* SPDX-License-Identifier: Apache-2.0 */
/* The same as JSON, one object a file and line:
 * {"path":"…","rules":[{"rule":"…","namespace":"…","tags":[…],"meta":{…},"strings":[…]}]} */
#pragma once

#include "base/json_out.h"
#include "cmd/scan/yara_text.h"

struct json_out yara_json_begin(const char *path, struct buf *out);
void yara_json_rule(struct json_out *json, const struct scan_rules *rules, const struct scan *scan,
                    size_t rule);
/* With "good": true nothing else holds, because the file is known to be good. */
void yara_json_listed(struct json_out *json, const struct pack_listed *listed);
void yara_json_end(struct json_out *json);
