/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of Linux's own files, read without a copy: what they give are views of the line. */
#pragma once

#include "base/ip.h"

/* Takes the next word, up to a blank, from REST; false at the end. */
bool line_word(str *rest, str *ret);

/* crontab(5), anacrontab(5). */
enum cron_form {
    CRON_USER,   /* a user's own table */
    CRON_SYSTEM, /* with the user behind the time */
    CRON_ANACRON,
};
struct cron_line {
    bool is_variable; /* NAME=VALUE stands in COMMAND */
    str user;         /* of CRON_SYSTEM */
    str command;
};
/* False for blank lines, comments and what is no entry. */
bool cron_line_parse(str line, enum cron_form form, struct cron_line *ret);

/* Files of "key = value" in sections, lines continued by a backslash: systemd.syntax(7), and the
 * desktop entries that have no continuation. */
struct unit_lines {
    str rest;
    size_t next;
    str section;
};
struct unit_line {
    str section, key;
    str value; /* with the backslashes and line ends in it */
    size_t line;
};
#define UNIT_LINES(text_) ((struct unit_lines){.rest = (text_), .next = 1})
bool unit_line_next(struct unit_lines *lines, struct unit_line *ret);

/* authorized_keys, sshd(8). */
struct key_line {
    str options; /* "no-pty,command=\"…\"" */
    str type, comment;
};
bool key_line_parse(str line, struct key_line *ret);
/* The next option; its value is without the quotes around it, with the backslashes in it. */
bool key_option_next(str *options, str *ret_name, str *ret_value);

/* pam.conf(5). */
struct pam_line {
    str type;    /* "auth", without the '-' before it */
    str control; /* "required", or what stands in brackets, with them */
    str module, arguments;
};
/* HAS_SERVICE: a line of pam.conf, whose first word is the service. @include is no line. */
bool pam_line_parse(str line, bool has_service, struct pam_line *ret);

/* /proc/net/tcp, tcp6, udp and udp6. */
struct socket_line {
    ip local, remote; /* IPv4-mapped addresses are IPv4 */
    uint16_t local_port, remote_port;
    uint8_t state; /* 10: listens, 7: of UDP, open */
    uint64_t inode;
};
bool socket_line_parse(str line, struct socket_line *ret);

/* hosts(5), and resolv.conf's "nameserver". */
struct hosts_line {
    ip address;
    str names; /* with blanks between them */
};
bool hosts_line_parse(str line, struct hosts_line *ret);
bool resolver_line_parse(str line, ip *ret);
