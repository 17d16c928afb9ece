/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing takes a tenth of a second, so it happens in the thread that ticks. Only who asks in the
 * first second after the start draws for himself. */
#include "portal/posters.h"

#include <pthread.h>

#include "base/embed.h"
#include "base/log.h"
#include "base/require.h"
#include "portal/hotline.h"
#include "portal/poster/poster.h"

struct made {
    day of; /* DAY_NONE: not tried yet */
    bool failed;
    struct buf content;
};

struct posters {
    const struct portal_options *options;
    pthread_mutex_t drawing; /* one at a time */
    pthread_mutex_t keeping; /* held only to look and to put */
    struct made made[2][POSTER_FORMAT_COUNT];
};

bool
campaign_address(const char *site_url, enum language language, char out[CAMPAIGN_ADDRESS])
{
    str url = str_of(site_url);
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    if (!url.n)
        return false;
    int n = snprintf(out, CAMPAIGN_ADDRESS, "%.*s/%s", STR_ARG(url),
                     language == LANGUAGE_EN ? "en/" : "");
    return n < CAMPAIGN_ADDRESS;
}

/* Where the operator's province has none today, the national ones, as on the pages. */
static size_t
find_hotlines(const struct portal_options *options, day today, enum language language,
              struct poster_hotline out[HOTLINES_MAX])
{
    struct hotline found[HOTLINES_MAX];
    str table = options->hotlines.n ? options->hotlines : embed_file("hotlines.tsv");
    size_t count = hotlines_find(table, options->hotline_scope, today, found);
    if (!count)
        count = hotlines_find(table, "national", today, found);
    for (size_t i = 0; i < count; i++)
        out[i] = (struct poster_hotline){found[i].name[language], found[i].phone, found[i].email};
    return count;
}

errcode
portal_poster(const struct portal_options *options, enum language language,
              enum poster_format format, day today, struct buf *out, struct err *err)
{
    char address[CAMPAIGN_ADDRESS];
    struct poster_hotline hotlines[HOTLINES_MAX];
    const char *name = options->campaign[language];
    if (!campaign_address(options->site_url, language, address))
        return err_set(err, ERR_USAGE,
                       "a poster needs the campaign's address: set http.site_url (or it is longer "
                       "than %d bytes)",
                       CAMPAIGN_ADDRESS - 8);
    const struct poster poster = {
        .language = language,
        .campaign = str_of(
            name && name[0] ? name : catalog_text(language, N_("Malware clean-up campaign"))),
        .address = str_of(address),
        .today = today,
        .demonstration = options->demonstration,
        .colour = POSTER_COLOUR,
        .hotlines = hotlines,
        .hotline_count = find_hotlines(options, today, language, hotlines),
    };
    return poster_write(&poster, format, out, err);
}

struct posters *
posters_new(const struct portal_options *options)
{
    struct posters *posters = mem_calloc(1, sizeof *posters);
    posters->options = options;
    require(pthread_mutex_init(&posters->drawing, NULL) == 0);
    require(pthread_mutex_init(&posters->keeping, NULL) == 0);
    for (unsigned i = 0; i < 2 * POSTER_FORMAT_COUNT; i++)
        posters->made[i / POSTER_FORMAT_COUNT][i % POSTER_FORMAT_COUNT].of = DAY_NONE;
    return posters;
}

void
posters_free(struct posters *posters)
{
    if (!posters)
        return;
    for (unsigned i = 0; i < 2 * POSTER_FORMAT_COUNT; i++)
        buf_clear(&posters->made[i / POSTER_FORMAT_COUNT][i % POSTER_FORMAT_COUNT].content);
    pthread_mutex_destroy(&posters->drawing);
    pthread_mutex_destroy(&posters->keeping);
    free(posters);
}

/* With `drawing` held. One that fails keeps what was there before. */
static void
make(struct posters *posters, enum language language, enum poster_format format, day today)
{
    struct made *made = &posters->made[language][format];
    struct buf content = BUF(POSTER_BYTES_MAX);
    struct err err;
    bool failed = portal_poster(posters->options, language, format, today, &content, &err) != OK;
    if (failed && !made->failed)
        log_warning("no poster: %s", err.text);
    pthread_mutex_lock(&posters->keeping);
    if (!failed) {
        struct buf old = made->content;
        made->content = content;
        content = old;
    }
    made->of = today;
    made->failed = failed;
    pthread_mutex_unlock(&posters->keeping);
    buf_clear(&content);
}

void
posters_tick(struct posters *posters)
{
    day today = clock_today();
    if (!posters->options->site_url[0])
        return;
    for (unsigned language = 0; language < 2; language++)
        for (unsigned format = 0; format < POSTER_FORMAT_COUNT; format++) {
            pthread_mutex_lock(&posters->drawing);
            if (posters->made[language][format].of != today)
                make(posters, (enum language)language, (enum poster_format)format, today);
            pthread_mutex_unlock(&posters->drawing);
        }
}

static bool
look(struct posters *posters, const struct made *made, struct buf *out)
{
    pthread_mutex_lock(&posters->keeping);
    bool there = made->of != DAY_NONE;
    if (made->content.n)
        buf_str(out, buf_view(&made->content));
    pthread_mutex_unlock(&posters->keeping);
    return there;
}

bool
posters_get(struct posters *posters, enum language language, enum poster_format format,
            struct buf *out)
{
    const struct made *made = &posters->made[language][format];
    if (!posters->options->site_url[0])
        return false;
    if (!look(posters, made, out)) {
        pthread_mutex_lock(&posters->drawing);
        if (made->of == DAY_NONE)
            make(posters, language, format, clock_today());
        pthread_mutex_unlock(&posters->drawing);
        look(posters, made, out);
    }
    return out->n > 0;
}
