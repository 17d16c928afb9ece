/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: INI sections with `key = value` lines, described by one schema table from
 * which the check, the defaults, the sample file and khien.conf(5) are made. Every value is checked
 * and brought to one spelling when it is read, so that the getters cannot fail. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/ip.h"

struct conf;
/* Every key at its default. */
struct conf *conf_new(void);
void conf_free(struct conf *conf);
static inline void
cleanup_conf(struct conf **conf)
{
    conf_free(*conf);
}

/* Where faults go, one message each, with name and line; FAULT may be NULL. */
struct conf_faults {
    void *context;
    void (*fault)(void *context, const char *message);
};
/* Adds the lines of TEXT. NAME is for messages. With any fault ERR_FORMAT is returned with the
 * first one; the right lines are taken nevertheless, so that one check shows every fault. */
errcode conf_add_text(struct conf *conf, const char *name, str text,
                      const struct conf_faults *faults, struct err *err);
/* KHIEN_<SECTION>_<KEY>=value, which replaces what a file said; items of a list stand between
 * commas. Other variables are left alone, but one that begins with a section's name and has no
 * such key is a fault. ENVIRONMENT ends with NULL. */
errcode conf_add_environment(struct conf *conf, const char *const *environment,
                             const struct conf_faults *faults, struct err *err);
/* One key by its full name, replacing what was there; for options of the command line. */
errcode conf_set(struct conf *conf, const char *key, str value, struct err *err);

/* KEY ("http.listen") must be in the schema and of the right type: anything else is a mistake in
 * the program. Text lives as long as the configuration. */
const char *conf_text(const struct conf *conf, const char *key); /* "" when unset */
uint64_t conf_number(const struct conf *conf, const char *key);
bool conf_yes(const struct conf *conf, const char *key);
day conf_day(const struct conf *conf, const char *key); /* DAY_NONE when unset */
/* Lists. */
size_t conf_count(const struct conf *conf, const char *key);
const char *conf_item(const struct conf *conf, const char *key, size_t at);
/* The [feed NAME] sections in their order; KEY is "feed.url" and the like. */
size_t conf_feeds(const struct conf *conf);
const char *conf_feed_name(const struct conf *conf, size_t feed);
const char *conf_feed_text(const struct conf *conf, size_t feed, const char *key);
uint64_t conf_feed_number(const struct conf *conf, size_t feed, const char *key);

/* The whole configuration as a file that, read again, gives the same. */
void conf_print(const struct conf *conf, struct buf *out);
/* A file with every key, explained and commented out at its default. */
void conf_sample(struct buf *out);
/* khien.conf(5) in mdoc. */
void conf_manual(struct buf *out);

/* "ADDRESS:PORT", IPv6 in brackets. Port 0 means any free one. */
bool conf_parse_listen(str s, ip *ret_addr, uint16_t *ret_port);
