/* SPDX-License-Identifier: Apache-2.0 */
/* A client for tests that sends exactly the bytes it is given and says what came back. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"

enum { CLIENT_PATIENCE_MS = 20000, CLIENT_ANSWER_MAX = 1 << 20 };

static inline int
client_open_as(uint16_t port, uint32_t from)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(from)};
    struct sockaddr_in server = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
        connect(fd, (struct sockaddr *)&server, sizeof server) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static inline int
client_open(uint16_t port)
{
    return client_open_as(port, INADDR_LOOPBACK);
}

static inline bool
client_send(int fd, str bytes)
{
    return send(fd, bytes.p, bytes.n, MSG_NOSIGNAL) == (ssize_t)bytes.n;
}

/* Takes what comes until the end; false when the server has not closed in time. */
static inline bool
client_read_end(int fd, struct buf *answer)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (poll(&wait, 1, CLIENT_PATIENCE_MS) > 0) {
        char piece[4096];
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n <= 0)
            return true;
        buf_add(answer, piece, (size_t)n);
    }
    return false;
}

static inline bool
client_take_piece(int fd, struct buf *answer)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char piece[4096];
    if (poll(&wait, 1, CLIENT_PATIENCE_MS) <= 0)
        return false;
    ssize_t n = recv(fd, piece, sizeof piece, 0);
    if (n <= 0)
        return false;
    buf_add(answer, piece, (size_t)n);
    return true;
}

/* One answer with its Content-Length, from the front of what ANSWER holds or what comes; its
 * length in bytes, 0 when the connection ended before. WITHOUT_BODY: the answer to HEAD. */
static inline size_t
client_read_answer(int fd, struct buf *answer, bool without_body)
{
    size_t end;
    while ((end = str_find(buf_view(answer), STR("\r\n\r\n"))) == SIZE_MAX)
        if (!client_take_piece(fd, answer))
            return 0;
    str head = {answer->p, end};
    size_t at = str_find(head, STR("Content-Length: "));
    size_t length = at == SIZE_MAX || without_body ? 0 : strtoul(answer->p + at + 16, NULL, 10);
    while (answer->n < end + 4 + length)
        if (!client_take_piece(fd, answer))
            return 0;
    return end + 4 + length;
}

/* The status of the first answer in TEXT; 0 when there is none. */
static inline unsigned
client_status(str text)
{
    return text.n < 12 || !str_starts(text, STR("HTTP/1."))
               ? 0
               : (unsigned)strtoul(text.p + 9, NULL, 10);
}

/* Sends REQUEST on a connection of its own and reads to the end (so it must ask for that, or be
 * refused). The answer goes to ANSWER; returns its status, 0 when none came or nobody closed. */
static inline unsigned
client_ask(uint16_t port, str request, struct buf *answer)
{
    int fd = client_open(port);
    if (fd < 0)
        return 0;
    bool ended = client_send(fd, request) && client_read_end(fd, answer);
    close(fd);
    return ended ? client_status(buf_view(answer)) : 0;
}
