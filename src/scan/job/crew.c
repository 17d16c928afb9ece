/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job/crew.h"

#include <pthread.h>

#include "base/require.h"

enum { QUEUE = 256 };

struct crew {
    void (*work)(void *context, unsigned worker, const char *path);
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    char *paths[QUEUE]; /* a ring: COUNT from FIRST on */
    size_t first, count;
    bool finishing;
    pthread_t threads[CREW_THREADS_MAX];
    unsigned thread_count, started;
};

static char *
next_path(struct crew *crew)
{
    char *path = NULL;
    pthread_mutex_lock(&crew->lock);
    while (crew->count == 0 && !crew->finishing)
        pthread_cond_wait(&crew->filled, &crew->lock);
    if (crew->count > 0) {
        path = crew->paths[crew->first];
        crew->first = (crew->first + 1) % QUEUE;
        crew->count--;
        /* Not for each path, or the two threads would wake each other all the time. */
        if (crew->count == QUEUE / 2)
            pthread_cond_broadcast(&crew->emptied);
    }
    pthread_mutex_unlock(&crew->lock);
    return path;
}

static void *
run(void *argument)
{
    struct crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    unsigned worker = crew->started++;
    pthread_mutex_unlock(&crew->lock);
    for (char *path; (path = next_path(crew)); free(path))
        crew->work(crew->context, worker, path);
    return NULL;
}

struct crew *
crew_new(unsigned count, void (*work)(void *context, unsigned worker, const char *path),
         void *context)
{
    struct crew *crew = mem_calloc(1, sizeof *crew);
    crew->work = work;
    crew->context = context;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->filled, NULL);
    pthread_cond_init(&crew->emptied, NULL);
    for (; crew->thread_count < count; crew->thread_count++)
        require(pthread_create(&crew->threads[crew->thread_count], NULL, run, crew) == 0);
    return crew;
}

void
crew_add(struct crew *crew, const char *path)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->count == QUEUE)
        pthread_cond_wait(&crew->emptied, &crew->lock);
    crew->paths[(crew->first + crew->count++) % QUEUE] = mem_strndup(path, strlen(path));
    pthread_cond_signal(&crew->filled);
    pthread_mutex_unlock(&crew->lock);
}

void
crew_finish(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->finishing = true;
    pthread_cond_broadcast(&crew->filled);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->thread_count; i++)
        pthread_join(crew->threads[i], NULL);
    pthread_mutex_destroy(&crew->lock);
    pthread_cond_destroy(&crew->filled);
    pthread_cond_destroy(&crew->emptied);
    free(crew);
}
