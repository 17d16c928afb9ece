/* SPDX-License-Identifier: Apache-2.0 */
/* The key that nodes show each other. It stands in a file only: an argument or a variable would be
 * seen by others on the machine. */
#pragma once

#include "base/buf.h"
#include "cmd/conf/conf.h"

enum { NODE_KEY_MIN = 16, NODE_KEY_MAX = 512 };

/* The one line of node.key_file; *RET stays empty where none is configured. No message quotes it.
 */
errcode node_key_read(const struct conf *conf, struct buf *ret, struct err *err);
/* Frees it, and leaves nothing of it in memory. */
void node_key_clear(struct buf *key);
