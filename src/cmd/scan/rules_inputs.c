/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/scan/rules_inputs.h"

#include "base/file.h"
#include "cmd/inputs.h"
#include "cmd/scan/rule_files.h"

#define INPUT_MAX ((size_t)2 << 30)

struct reading {
    const struct call *call;
    struct rules_inputs *inputs;
    struct pack_build *build;
    enum pack_pass pass;
};

static void
refused(void *context, const struct pack_fault *fault)
{
    struct rules_inputs *inputs = context;
    if (inputs->refused)
        inputs->refused(inputs->context, fault);
}

/* PATH from the word that it lies below on: the word's last name and what follows, or only that
 * when the word ends with no name. */
static const char *
below(const struct call *call, const char *path)
{
    size_t longest = 0;
    for (size_t i = 0; i < call->word_count; i++) {
        str word = str_of(call->words[i]);
        while (str_ends(word, STR("/")))
            word.n--;
        bool is_above =
            str_starts(str_of(path), word) && (path[word.n] == '/' || path[word.n] == 0);
        if (!is_above || word.n < longest)
            continue;
        longest = word.n;
    }
    str word = {path, longest};
    bool is_named = !str_ends(word, STR(".")) && longest > 0;
    while (is_named && longest > 0 && path[longest - 1] != '/')
        longest--;
    path += longest;
    while (*path == '/')
        path++;
    return path;
}

static void
tell_unread(struct reading *reading, const char *path, const struct err *fault)
{
    const struct pack_fault unread = {.file = path, .reason = fault->text};
    if (reading->pass != PACK_PASS_ENTRIES)
        return;
    reading->inputs->unread++;
    refused(reading->inputs, &unread);
}

static errcode
read_file(void *context, const char *path, struct err *err)
{
    struct reading *reading = context;
    struct rules_inputs *inputs = reading->inputs;
    bool is_known = false;
    for (enum pack_pass pass = 0; pass < PACK_PASSES; pass++)
        is_known |= pack_build_wants(pass, path);
    if (reading->pass == PACK_PASS_ENTRIES)
        *(is_known ? &inputs->files : &inputs->passed) += 1;
    if (!pack_build_wants(reading->pass, path))
        return OK;
    struct buf content = {0};
    struct err fault;
    if (file_read(path, INPUT_MAX, &content, &fault) != OK) {
        tell_unread(reading, path, &fault);
        return OK;
    }
    struct pack_input input = {path, below(reading->call, path), buf_view(&content)};
    errcode code = pack_build_read(reading->build, reading->pass, &input, err);
    buf_clear(&content);
    return code;
}

/* A folder that cannot be read is told; a word of the command line is a mistake in it. */
static errcode
unread(void *context, const char *path, const struct err *fault, struct err *err)
{
    struct reading *reading = context;
    for (size_t i = 0; i < reading->call->word_count; i++)
        if (strcmp(path, reading->call->words[i]) == 0)
            return err_set(err, fault->code, "%s", fault->text);
    tell_unread(reading, path, fault);
    return OK;
}

static void
passed(void *context, const char *path)
{
    struct reading *reading = context;
    (void)path;
    reading->inputs->passed += reading->pass == PACK_PASS_ENTRIES;
}

static errcode
define_all(const struct call *call, struct pack_build *build, struct err *err)
{
    errcode code = OK;
    str name, value;
    for (size_t at = 0; rule_files_next_define(call, &at, &name, &value, &code, err);)
        code = pack_build_define(build, name, value, err);
    return code;
}

errcode
rules_inputs_read(const struct call *call, struct rules_inputs *inputs, struct pack_build **ret,
                  struct err *err)
{
    struct pack_build_options options = {refused, rule_files_include, inputs};
    struct reading reading = {.call = call, .inputs = inputs, .build = pack_build_new(&options)};
    struct input_walk walk = {
        .context = &reading, .file = read_file, .fault = unread, .passed = passed};
    errcode code = define_all(call, reading.build, err);
    for (reading.pass = 0; reading.pass < PACK_PASSES && code == OK; reading.pass++)
        code = inputs_each(call, &walk, err);
    if (code != OK)
        pack_build_free(reading.build);
    else
        *ret = reading.build;
    return code;
}

void
rules_inputs_tell(const struct rules_inputs *inputs, const struct pack_build *build,
                  struct buf *out)
{
    struct pack_counts counts = pack_build_counts(build);
    buf_printf(out, "%zu files read, %zu passed over; %zu rules, %zu entries refused",
               inputs->files, inputs->passed, counts.rules, counts.refused);
    if (pack_build_other_level(build) > 0)
        buf_printf(out, ", %zu for other versions of ClamAV left out",
                   pack_build_other_level(build));
}
