/* SPDX-License-Identifier: Apache-2.0 */
/* What requests are answered from, and the answering (inner to the part). */
#pragma once

#include "portal/content/contents.h"
#include "portal/counters.h"
#include "portal/files/shelves.h"
#include "portal/http/rate.h"
#include "portal/http/server.h"
#include "portal/portal.h"
#include "portal/posters.h"
#include "portal/self_reports/intake.h"
#include "portal/share_links.h"
#include "portal/snapshots.h"
#include "portal/stats/stats.h"
#include "portal/theme.h"

/* Shared by all threads; only what guards itself changes while serving. */
struct site {
    const char *campaign[2]; /* NULL = a general name */
    str hotlines;
    const char *hotline_scope, *home_country;
    struct theme theme;
    struct families *families;
    struct newest *snapshots, *figures; /* figures: NULL without a folder of them */
    struct stats *stats;                /* NULL: this node has no database */
    struct contents *contents;
    const struct portal_options *options; /* those that no part owns */
    struct rate *rate, *file_rate;
    struct shelves *shelves;
    struct counters *counters;
    struct intake *intake; /* NULL: no self-reports are taken */
    struct posters *posters;
    struct share_links *links;
    const char *site_url; /* "" = not told */
    struct metrics *metrics;
};

/* Handlers for http_options.handle; CONTEXT is the site. */
void site_handle(void *context, const struct http_request *request, struct http_reply *reply);
/* For http_options.body_max. */
size_t site_body_max(void *context, str path);

struct visit;

enum page_sort {
    PAGE_SHARED,   /* the same for everybody: kept ready made, with an entity tag */
    PAGE_QUERY,    /* the same for everybody with that query */
    PAGE_PERSONAL, /* about the visitor: never kept by anybody */
};

/* What stands at an address: one object in a file of its own, listed once in route.c. A path that
 * ends in "/ *" (without the blank) stands for everything below it, one name deep. */
struct page {
    const char *path[2]; /* by enum language; NULL: not in that language */
    enum page_sort sort;
    enum metrics_route route;
    void (*serve)(const struct visit *visit); /* writes into visit->reply */
    /* With a "*": whether that name is there on DAY; NULL: any is. For links that lead nowhere. */
    bool (*has)(const struct content *content, str name, day today);
};

/* One request while it is answered. */
struct visit {
    const struct site *site;
    const struct http_request *request;
    struct http_reply *reply;
    const struct page *page; /* NULL for an error */
    str name;                /* what "*" of its path stands for */
    enum language language;
    struct snapshot *snapshot; /* may be NULL */
    struct content *content;
    struct figures *figures; /* may be NULL */
    uint64_t epoch;          /* another number whenever any data have changed */
};

/* The page's own path in LANGUAGE, with the visit's name; "/" in LANGUAGE where there is none. */
enum { PAGE_PATH = 256 };
str page_path(const struct visit *visit, enum language language, char out[PAGE_PATH]);
/* Whether something is served at PATH of this site. */
bool route_exists(const struct content *content, str path, day today);

extern const struct page page_home, page_check, page_figures, page_figures_data, page_robots;
extern const struct page page_join, page_share, page_share_channel, page_share_files;
extern const struct page api_self_reports, api_self_report_challenge;
extern const struct page api_check, api_counters, api_stats, api_measures, api_description;
extern const struct page page_meeting, page_meeting_check, page_meeting_invitation;
extern const struct page page_tools, page_tool_get, page_guides, page_guide, page_alerts,
    page_alert, page_press, page_release, page_campaigns, page_campaign, page_contacts,
    page_privacy, page_accessibility, page_method, page_security, page_security_old;
extern const struct page feed_alerts, feed_press, page_rules_file, page_download;

/* Whether the options for security.txt are well-formed, and whether it is served on a day. */
errcode security_check(const struct portal_options *options, struct err *err);
bool security_is_served(const struct portal_options *options, day today);

/* Sends the visitor on to LOCATION, which is constant or in reply->text. */
void page_serve_see_other(const struct visit *visit, const char *location);
/* Counts what the visitor does; not for this machine's own requests, nor for HEAD. */
void visit_count(const struct visit *visit, enum counter what, const char *name);
/* The campaign's target as a chart, for the start page; nothing where there is none. */
void home_gauge(const struct visit *visit, struct buf *out);
void page_serve_error(const struct visit *visit, unsigned status);
/* An error as JSON. MESSAGE may be NULL: then the status's own words. */
void api_serve_error(const struct visit *visit, unsigned status, const char *message);
struct crumb {
    str text, path; /* the last one, of the page itself, has no path */
};
enum { FRAME_SCRIPTS_MAX = 4, FRAME_CRUMBS_MAX = 6 };
struct frame {
    str title, content;
    str query;      /* belongs to the page's address in both languages: "?from=…"; empty = none */
    str other_path; /* the same page in the other language; empty: the page's own */
    str description; /* a sentence for search engines; empty = none */
    str feed;        /* its Atom feed's path; empty = none */
    const struct crumb *crumbs;
    size_t crumb_count;
    const char *scripts[FRAME_SCRIPTS_MAX]; /* files of assets/; only with one may scripts run */
    bool hidden;                            /* from search engines */
    bool wide;                              /* for figures and tables */
};
/* Wraps the content into what all pages share. */
void page_frame(const struct visit *visit, const struct frame *frame);
/* The words of a status, as an English key: a title and a sentence. */
const char *status_title(unsigned status);
const char *status_text(unsigned status);
/* A day as the language writes it; the empty view for DAY_NONE. */
str day_words(enum language language, day d, char out[DAY_TEXT]);
