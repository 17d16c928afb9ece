/* SPDX-License-Identifier: Apache-2.0 */
/* The same as JSON, one object a file and line:
 * {"path":"…","rules":[{"rule":"…","namespace":"…","tags":[…],"meta":[{"name":…,"value":…},…],
 * "strings":[{"string":"…","offset":…,"length":…},…]},…],"good":{"name":"…","source":"…"}}
 * Metas are a list, since a rule may have several of a name. */
#pragma once

#include "base/json_out.h"
#include "cmd/scan/yara_text.h"

struct json_out yara_json_begin(const char *path, struct buf *out);
void yara_json_rule(struct json_out *json, const struct scan_rules *rules, const struct scan *scan,
                    size_t rule);
/* What a pack's tables say, in the form of a rule. */
void yara_json_listed(struct json_out *json, const struct pack_listed *listed);
/* GOOD is what the file is listed as when it is known to be good, so that no rule holds. */
void yara_json_end(struct json_out *json, struct pack_listed good);
/* {"path":"…","count":N} */
void yara_json_count(const char *path, size_t count, struct buf *out);
