/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever of metrics is understood lies within the text, has labels that can be asked for, and
 * makes a view whose lines fit. */
#include "base/limits.h"
#include "base/require.h"
#include "cmd/top/view.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_samples(const struct samples *samples, str text)
{
    require(samples->count <= LIMIT_METRICS_SAMPLES);
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        str value = {0};
        require(sample->name.n && sample->name.p >= text.p);
        require(sample->name.p + sample->name.n <= text.p + text.n);
        require(!sample->labels.n || (sample->labels.p > sample->name.p &&
                                      sample->labels.p + sample->labels.n < text.p + text.n));
        bool found = sample_label(sample, STR("le"), &value);
        require(!found || (value.p >= sample->labels.p &&
                           value.p + value.n <= sample->labels.p + sample->labels.n));
    }
}

/* Every line of the fitted text has at most COLUMNS letters, as they are counted there. */
static void
check_view(const struct view *view)
{
    struct buf text = BUF(1 << 20), fitted = BUF(1 << 20), json = BUF(1 << 20);
    view_text(view, true, true, &text);
    view_fit(buf_view(&text), 20, 10, &fitted);
    view_json(view, &json);
    require(!text.full && !fitted.full && !json.full);
    require(str_is_utf8(buf_view(&text)) && str_is_utf8(buf_view(&json)));
    size_t lines = 1;
    for (size_t i = 0; i < fitted.n; i++)
        lines += fitted.p[i] == '\n';
    require(lines <= 10);
    buf_clear(&text);
    buf_clear(&fitted);
    buf_clear(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size};
    struct samples samples = {0};
    struct load load, since;
    if (samples_parse(text, &samples, NULL) != OK)
        return 0;
    check_samples(&samples, text);
    if (load_read(&samples, &load, NULL) == OK) {
        bool same = load_since(&load, &load, &since);
        require(same && load_requests(&since) == 0);
        const struct view view = {
            .url = "http://u", .load = &load, .since = &since, .seconds = 1, .store_note = "none"};
        check_view(&view);
    }
    samples_clear(&samples);
    return 0;
}
