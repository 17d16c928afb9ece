/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd sends the head and the first text, then asks for more and is told to suspend the
 * connection. While it is suspended libmicrohttpd leaves the socket alone, so the channel writes
 * there itself: one system call a listener, where waking the connection up would take five. To end
 * an answer the connection is resumed; libmicrohttpd asks again and learns that this was all. */
#include "portal/http/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/require.h"
#include "portal/http/stream.h"

/* What the kernel may hold of what a listener has not taken; it allows about twice as much. A
 * listener of whom nothing was heard for DEAD_MS is taken for dead. */
enum { SEND_BUFFER = 16 << 10, DEAD_MS = 30000, BLOCK = 4096, FRAME_MAX = 32 };

/* In the list exactly while its connection is suspended. */
struct listener {
    struct listener *next, *previous;
    struct channel *channel;
    struct MHD_Connection *mhd;
    int fd;
    bool chunked, listed;
    bool over, dropped; /* no more is sent; because it is gone or too slow */
    size_t first_size, first_sent;
    char first[];
};

struct channel {
    pthread_mutex_t lock;
    struct listener *listeners;
    size_t count, open; /* listed; answers that are not over */
    uint64_t dropped;
    bool closed;
};

struct channel *
channel_new(void)
{
    struct channel *channel = mem_calloc(1, sizeof *channel);
    pthread_mutex_init(&channel->lock, NULL);
    return channel;
}

void
channel_free(struct channel *channel)
{
    if (!channel)
        return;
    require(!channel->open);
    pthread_mutex_destroy(&channel->lock);
    free(channel);
}

static void
link_up(struct channel *channel, struct listener *listener)
{
    listener->previous = NULL;
    listener->next = channel->listeners;
    if (listener->next)
        listener->next->previous = listener;
    channel->listeners = listener;
    listener->listed = true;
    channel->count++;
}

/* From then on the listener is libmicrohttpd's alone. */
static void
let_go(struct channel *channel, struct listener *listener)
{
    if (listener->next)
        listener->next->previous = listener->previous;
    if (listener->previous)
        listener->previous->next = listener->next;
    else
        channel->listeners = listener->next;
    listener->listed = false;
    channel->count--;
    listener->over = true;
    MHD_resume_connection(listener->mhd);
}

/* Suspended first, so that its end cannot come before its beginning. */
static void
begin_listening(struct listener *listener)
{
    struct channel *channel = listener->channel;
    MHD_suspend_connection(listener->mhd);
    pthread_mutex_lock(&channel->lock);
    link_up(channel, listener);
    if (channel->closed)
        let_go(channel, listener);
    pthread_mutex_unlock(&channel->lock);
}

/* Called when all that was given before has been written. */
static ssize_t
on_read(void *context, uint64_t at, char *out, size_t size)
{
    struct listener *listener = context;
    size_t left = listener->first_size - listener->first_sent;
    (void)at;
    if (listener->over)
        return listener->dropped ? MHD_CONTENT_READER_END_WITH_ERROR
                                 : MHD_CONTENT_READER_END_OF_STREAM;
    if (left) {
        size_t n = left < size ? left : size;
        memcpy(out, listener->first + listener->first_sent, n);
        listener->first_sent += n;
        return (ssize_t)n;
    }
    begin_listening(listener);
    return 0;
}

static void
on_free(void *context)
{
    struct listener *listener = context;
    struct channel *channel = listener->channel;
    require(!listener->listed);
    free(listener);
    pthread_mutex_lock(&channel->lock);
    channel->open--;
    pthread_mutex_unlock(&channel->lock);
}

struct MHD_Response *
stream_response(struct channel *channel, struct MHD_Connection *mhd, int fd, str first,
                bool chunked)
{
    struct listener *listener = mem_alloc(sizeof *listener + first.n);
    int buffer = SEND_BUFFER;
    unsigned dead = DEAD_MS;
    *listener = (struct listener){
        .channel = channel, .mhd = mhd, .fd = fd, .chunked = chunked, .first_size = first.n};
    if (first.n)
        memcpy(listener->first, first.p, first.n);
    pthread_mutex_lock(&channel->lock);
    channel->open++;
    pthread_mutex_unlock(&channel->lock);
    /* Without these it works too, only with more patience. */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead, sizeof dead);
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_read, listener, on_free);
}

static void
drop(struct channel *channel, struct listener *listener)
{
    listener->dropped = true;
    channel->dropped++;
    shutdown(listener->fd, SHUT_RDWR);
    let_go(channel, listener);
}

/* TEXT as one chunk (RFC 9112, 7.1): *RET_PLAIN is the part of it that is TEXT alone. */
static str
frame(str text, char out[CHANNEL_TEXT_MAX + FRAME_MAX], str *ret_plain)
{
    int head = snprintf(out, FRAME_MAX, "%zX\r\n", text.n);
    memcpy(out + head, text.p, text.n);
    memcpy(out + head + text.n, "\r\n", 2);
    *ret_plain = (str){out + head, text.n};
    return (str){out, (size_t)head + text.n + 2};
}

void
channel_send(struct channel *channel, str text)
{
    char room[CHANNEL_TEXT_MAX + FRAME_MAX];
    str plain;
    require(text.n > 0 && text.n <= CHANNEL_TEXT_MAX);
    str chunk = frame(text, room, &plain);
    pthread_mutex_lock(&channel->lock);
    for (struct listener *listener = channel->listeners, *next; listener; listener = next) {
        next = listener->next;
        str bytes = listener->chunked ? chunk : plain;
        ssize_t n = send(listener->fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n != (ssize_t)bytes.n)
            drop(channel, listener);
    }
    pthread_mutex_unlock(&channel->lock);
}

void
channel_close(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    channel->closed = true;
    while (channel->listeners)
        let_go(channel, channel->listeners);
    pthread_mutex_unlock(&channel->lock);
}

bool
channel_settled(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    bool settled = channel->closed && channel->open == 0;
    pthread_mutex_unlock(&channel->lock);
    return settled;
}

size_t
channel_count(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    size_t count = channel->count;
    pthread_mutex_unlock(&channel->lock);
    return count;
}

uint64_t
channel_dropped(struct channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    uint64_t dropped = channel->dropped;
    pthread_mutex_unlock(&channel->lock);
    return dropped;
}
