/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar. */
#include "base/progress.h"

#include "base/clock.h"
#include "base/system.h"

#include <stdio.h>

void
progress_begin(struct progress *progress, const char *what, uint64_t total)
{
    *progress = (struct progress){
        .what = what,
        .total = total,
        .started = clock_monotonic(),
        .left_before = "",
        .left_after = " left",
        .on = system_is_terminal(2),
    };
}

static void
draw(const struct progress *progress, uint64_t done, double seconds)
{
    enum { WIDTH = 30 };
    if (progress->total == 0) {
        fprintf(stderr, "\r%s: %llu, %.0f s\033[K", progress->what, (unsigned long long)done,
                seconds);
        return;
    }
    double share = done >= progress->total ? 1 : (double)done / (double)progress->total;
    int filled = (int)(share * WIDTH);
    fprintf(stderr, "\r%s [%.*s%.*s] %3.0f %%", progress->what, filled,
            "##############################", WIDTH - filled, "..............................",
            share * 100);
    if (share > 0.02 && seconds > 2)
        fprintf(stderr, ", %s%.0f s%s", progress->left_before, seconds / share - seconds,
                progress->left_after);
    fputs("\033[K", stderr);
}

void
progress_show(struct progress *progress, uint64_t done)
{
    if (!progress->on)
        return;
    int64_t now = clock_monotonic();
    if (now - progress->shown < 100000000)
        return;
    progress->shown = now;
    draw(progress, done, (double)(now - progress->started) / 1e9);
}

void
progress_end(struct progress *progress)
{
    if (progress->on && progress->shown)
        fputs("\r\033[K", stderr);
}
