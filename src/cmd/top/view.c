/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of text, most telling first, since a small terminal shows only the upper ones. */
#include "cmd/top/view.h"

#include "base/json_out.h"

#include <math.h>
#include <stdio.h>

enum tone { PLAIN, BOLD, GOOD, BAD };

struct page {
    struct buf *out;
    bool colour, narrow;
};

static void
begin(const struct page *page, enum tone tone)
{
    static const char *const codes[] = {"", "\033[1m", "\033[32m", "\033[1;31m"};
    if (page->colour)
        buf_z(page->out, codes[tone]);
}

static void
end(const struct page *page, enum tone tone)
{
    if (page->colour && tone != PLAIN)
        buf_z(page->out, "\033[0m");
}

/* A line's heading, in a column of its own. */
static void
head(const struct page *page, const char *name)
{
    begin(page, BOLD);
    buf_printf(page->out, "%-10s", name);
    end(page, BOLD);
}

/* "1,234,567" */
static void
put_count(struct buf *out, double value)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", value);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            buf_char(out, ',');
        buf_char(out, digits[i]);
    }
}

static void
put_counted(struct buf *out, double value, const char *what)
{
    put_count(out, value);
    buf_printf(out, " %s", what);
}

static void
put_rate(struct buf *out, double value)
{
    if (value >= 1000)
        put_count(out, value);
    else
        buf_printf(out, "%.1f", value);
}

static void
put_time(struct buf *out, double seconds)
{
    if (isinf(seconds))
        buf_z(out, "longer than measured");
    else if (seconds < 0.001)
        buf_printf(out, "%.0f µs", seconds * 1e6);
    else if (seconds < 1)
        buf_printf(out, "%.1f ms", seconds * 1e3);
    else
        buf_printf(out, "%.1f s", seconds);
}

static void
put_age(struct buf *out, usec now, usec then)
{
    double minutes = (double)(now - then) / (60.0 * (double)USEC_PER_SECOND);
    if (minutes < 0)
        buf_z(out, "in the future");
    else if (minutes < 90)
        buf_printf(out, "%.0f min ago", minutes);
    else if (minutes < 48 * 60)
        buf_printf(out, "%.0f h ago", minutes / 60);
    else
        buf_printf(out, "%.0f days ago", minutes / (24 * 60));
}

static void
title_line(const struct page *page, const struct view *view)
{
    char time[TIME_TEXT];
    time_format(view->now, time);
    begin(page, BOLD);
    buf_printf(page->out, "Khiên %s", view->url);
    end(page, BOLD);
    buf_printf(page->out, "  %.10s %.8s UTC\n", time, time + 11);
}

static void
snapshot_line(const struct page *page, const struct view *view)
{
    const struct load *load = view->load;
    char text[DAY_TEXT];
    head(page, "Snapshot");
    if (!load->has_snapshot) {
        begin(page, BAD);
        buf_z(page->out, "none yet: visitors get no answer");
        end(page, BAD);
    } else {
        bool old = load->as_of == DAY_NONE || day_of(view->now) - load->as_of > 7;
        enum tone tone = old ? BAD : GOOD;
        begin(page, tone);
        buf_printf(page->out, "data to %s",
                   load->as_of == DAY_NONE ? "no day" : day_format(load->as_of, text));
        end(page, tone);
        buf_z(page->out, ", built ");
        put_age(page->out, view->now, load->built);
        buf_z(page->out, ", ");
        put_counted(page->out, load->addresses, "addresses, ");
        put_counted(page->out, load->prefixes, "IPv6 networks");
    }
    if (load->refused_snapshots > 0) {
        begin(page, BAD);
        buf_printf(page->out, ", %.0f damaged refused", load->refused_snapshots);
        end(page, BAD);
    }
    buf_char(page->out, '\n');
}

static void
load_line(const struct page *page, const struct view *view)
{
    head(page, "Load");
    if (view->since) {
        put_rate(page->out, load_requests(view->since) / view->seconds);
        buf_z(page->out, " requests/s, ");
        put_rate(page->out, load_checks(view->since) * 60 / view->seconds);
        buf_z(page->out, " checks/min, ");
    }
    put_counted(page->out, view->load->open, "connections open, ");
    put_counted(page->out, load_requests(view->load), "requests since the start\n");
}

static void
answer_line(const struct page *page, const struct view *view)
{
    static const double shares[] = {0.5, 0.9, 0.99};
    bool now = view->since && load_quantile(view->since, 0.5) >= 0;
    const struct load *load = now ? view->since : view->load;
    head(page, "Answers");
    if (isnan(load_quantile(load, 0.5))) {
        buf_z(page->out, "none yet\n");
        return;
    }
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        buf_printf(page->out, "%s%.0f %% within ", i ? ", " : "", shares[i] * 100);
        put_time(page->out, load_quantile(load, shares[i]));
    }
    buf_z(page->out, now ? "\n" : " (since the start)\n");
}

static void
refused_line(const struct page *page, const struct view *view)
{
    const struct load *load = view->load, *since = view->since;
    const struct {
        const char *name;
        double all, now;
    } kinds[] = {{"late", load->late, since ? since->late : 0},
                 {"over the rate", load->limited, since ? since->limited : 0},
                 {"too many from one network", load->rejected, since ? since->rejected : 0}};
    head(page, "Refused");
    for (size_t i = 0; i < 3; i++) {
        enum tone tone = kinds[i].now > 0 ? BAD : PLAIN;
        buf_z(page->out, i ? ", " : "");
        begin(page, tone);
        put_counted(page->out, kinds[i].all, kinds[i].name);
        if (kinds[i].now > 0) {
            buf_z(page->out, " (");
            put_rate(page->out, kinds[i].now / view->seconds);
            buf_z(page->out, "/s)");
        }
        end(page, tone);
    }
    buf_char(page->out, '\n');
}

static void
route_lines(const struct page *page, const struct view *view)
{
    const struct load *load = view->since ? view->since : view->load;
    double seconds = view->since ? view->seconds : 1;
    int width = page->narrow ? 7 : 12;
    buf_char(page->out, '\n');
    begin(page, BOLD);
    buf_printf(page->out, "%-10s%*s%*s%*s%*s%s", view->since ? "Route, /s" : "Route", width, "2xx",
               width, "3xx", width, "4xx", width, "5xx", view->since ? "" : "  since the start");
    end(page, BOLD);
    buf_char(page->out, '\n');
    for (size_t i = 0; i < load->route_count; i++) {
        const struct load_route *route = &load->routes[i];
        buf_printf(page->out, "%-10s", route->name);
        for (int class = 2; class < LOAD_CLASSES; class ++) {
            enum tone tone = class == 5 && route->codes[class] > 0 ? BAD : PLAIN;
            begin(page, tone);
            buf_printf(page->out, "%*.*f", width, view->since ? 1 : 0,
                       route->codes[class] / seconds);
            end(page, tone);
        }
        buf_char(page->out, '\n');
    }
    if (!load->route_count)
        buf_z(page->out, "no request yet\n");
}

static bool
is_sound(const char *state)
{
    return strcmp(state, "ok") == 0 || strcmp(state, "first-day") == 0 ||
           strcmp(state, "explained") == 0;
}

static void
source_line(const struct page *page, const struct view *view, const struct view_source *source)
{
    char text[DAY_TEXT];
    struct buf age = BUF(64);
    put_age(&age, view->now, source->last);
    int name = page->narrow ? 12 : 31;
    buf_printf(page->out, "%-*.*s %-*.*s", name, name, source->name, page->narrow ? 13 : 16,
               STR_ARG(buf_view(&age)));
    buf_clear(&age);
    if (!page->narrow)
        buf_printf(page->out, "%12llu", (unsigned long long)source->today);
    buf_z(page->out, "  ");
    enum tone tone = !source->state[0] ? PLAIN : is_sound(source->state) ? GOOD : BAD;
    begin(page, tone);
    buf_z(page->out, source->state[0] ? source->state : "unknown");
    end(page, tone);
    if (source->state[0] && source->day != DAY_NONE)
        buf_printf(page->out, " on %s", day_format(source->day, text));
    buf_char(page->out, '\n');
}

static void
source_lines(const struct page *page, const struct view *view)
{
    buf_char(page->out, '\n');
    begin(page, BOLD);
    if (page->narrow)
        buf_printf(page->out, "%-13s%-13s  state", "Source", "last input");
    else
        buf_printf(page->out, "%-32s%-16s%12s  state", "Source", "last input", "rows today");
    end(page, BOLD);
    buf_char(page->out, '\n');
    for (size_t i = 0; i < view->source_count; i++)
        source_line(page, view, &view->sources[i]);
    if (view->sources_left)
        buf_printf(page->out, "and %zu more: khien stats health\n", view->sources_left);
    if (view->store_note)
        buf_printf(page->out, "%s\n", view->store_note);
}

void
view_text(const struct view *view, bool colour, bool narrow, struct buf *out)
{
    const struct page page = {out, colour, narrow};
    title_line(&page, view);
    if (view->load) {
        snapshot_line(&page, view);
        load_line(&page, view);
        answer_line(&page, view);
        refused_line(&page, view);
        route_lines(&page, view);
    } else {
        begin(&page, BAD);
        buf_z(out, view->trouble);
        end(&page, BAD);
        buf_char(out, '\n');
    }
    source_lines(&page, view);
}

/* The bytes of the next letter or sequence of TEXT (not empty); *RET_LETTER whether it takes a
 * column. */
static size_t
next_piece(str text, bool *ret_letter)
{
    size_t n = 1;
    *ret_letter = text.p[0] != '\033';
    if (!*ret_letter) {
        while (n < text.n && text.p[n] != 'm')
            n++;
        return n < text.n ? n + 1 : n;
    }
    while (n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void
fit_line(str line, unsigned columns, struct buf *out)
{
    unsigned used = 0;
    while (line.n) {
        bool letter;
        size_t n = next_piece(line, &letter);
        if (!letter || used < columns)
            buf_add(out, line.p, n);
        used += letter;
        line = str_from(line, n);
    }
    buf_z(out, "\033[K");
}

void
view_fit(str text, unsigned columns, unsigned rows, struct buf *out)
{
    str line;
    for (unsigned row = 0; row < rows && str_line(&text, &line); row++) {
        if (row)
            buf_char(out, '\n');
        fit_line(line, columns, out);
    }
}
