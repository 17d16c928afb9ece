/* SPDX-License-Identifier: Apache-2.0 */
/* Layers inside layers, on a stack of fixed depth: the innermost open one gives its next member;
 * that is a plain document or one more layer. All share one budget of bytes and members. */
#include "intel/container.h"

#include "base/limits.h"
#include "intel/container_layer.h"

enum { LAYERS_MAX = 4, BUDGET_LEAST = 1 << 20 };

struct unwrapping {
    const struct container_sink *sink;
    struct output_budget budget;
    struct layer layers[LAYERS_MAX];
    size_t depth;
    uint64_t documents;
};

/* "mail.eml: report.zip: ..." */
static errcode
with_names(const struct unwrapping *job, errcode code, struct err *err)
{
    for (size_t i = job->depth; i-- > 0;)
        err_prefix(err, "%s", job->layers[i].name);
    return code;
}

static errcode
push(struct unwrapping *job, enum layer_kind kind, const char *name, str bytes,
     struct output *source, struct err *err)
{
    if (job->depth == LAYERS_MAX) {
        err_set(err, ERR_LIMIT, "%s is packed more than %d times over", name, LAYERS_MAX);
        return with_names(job, ERR_LIMIT, err);
    }
    errcode code = layer_open(&job->layers[job->depth++], kind, name, bytes, source, err);
    return code == OK ? OK : with_names(job, code, err);
}

static void
pop(struct unwrapping *job)
{
    layer_close(&job->layers[--job->depth]);
}

/* The next member of the innermost layer. */
static errcode
step(struct unwrapping *job, struct err *err)
{
    struct member member;
    bool more;
    errcode code = layer_next(&job->layers[job->depth - 1], &job->budget, &member, &more, err);
    if (code != OK)
        return with_names(job, code, err);
    if (!more) {
        pop(job);
        return OK;
    }
    enum layer_kind kind = layer_kind_of(member.bytes);
    if (kind == LAYER_NONE) {
        job->documents++;
        code = job->sink->document(job->sink->context, member.name, member.bytes, err);
    } else {
        code = push(job, kind, member.name, member.bytes, &member.output, err);
    }
    output_clear(&member.output);
    return code;
}

errcode
container_each(const char *name, str bytes, const char *temp_folder,
               const struct container_sink *sink, struct err *err)
{
    enum layer_kind kind = layer_kind_of(bytes);
    if (kind == LAYER_NONE)
        return sink->document(sink->context, path_base(name), bytes, err);
    struct unwrapping job = {
        .sink = sink,
        .budget = {.left = bytes.n * (uint64_t)LIMIT_EXPANSION_RATIO,
                   .members = LIMIT_ARCHIVE_MEMBERS,
                   .temp_folder = temp_folder},
    };
    if (job.budget.left < BUDGET_LEAST)
        job.budget.left = BUDGET_LEAST;
    errcode code = push(&job, kind, name, bytes, NULL, err);
    while (code == OK && job.depth > 0)
        code = step(&job, err);
    while (job.depth > 0)
        pop(&job);
    if (code == OK && job.documents == 0)
        return err_set(err, ERR_FORMAT, "%s: there is no file in it that can be a feed",
                       path_base(name));
    return code;
}
