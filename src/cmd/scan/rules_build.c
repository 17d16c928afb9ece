/* SPDX-License-Identifier: Apache-2.0 */
/* khien rules build, khien rules key. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/hash.h"
#include "cmd/output.h"
#include "cmd/scan/pack_key.h"
#include "cmd/scan/rule_files.h"
#include "cmd/scan/rules.h"
#include "cmd/scan/rules_inputs.h"

static void
print_refused(void *context, const struct pack_fault *fault)
{
    (void)context;
    char place[48] = "";
    bool has_rule = fault->entry.n > 0;
    if (fault->column)
        snprintf(place, sizeof place, ":%zu:%zu", fault->line, fault->column);
    else if (fault->line)
        snprintf(place, sizeof place, ":%zu", fault->line);
    output_aside("%s%s: refused: %s%.*s%s%s", fault->file, place, has_rule ? "rule \"" : "",
                 STR_ARG(fault->entry), has_rule ? "\": " : "", fault->reason);
}

static void
tell_built(const struct pack_build *build, const struct rules_inputs *inputs, const char *path,
           const struct pack_write_options *options, struct buf *out)
{
    struct pack_counts counts = pack_build_counts(build);
    buf_printf(out, "%s: version %llu, %s\n", path, (unsigned long long)options->version,
               options->secret ? "signed" : "not signed (--key FILE signs it)");
    rules_inputs_tell(inputs, build, out);
    buf_char(out, '\n');
    rules_write_counts(&counts, out);
}

static size_t
entries_of(const struct pack_counts *counts)
{
    return counts->rules + counts->file_hashes + counts->good_files + counts->section_hashes +
           counts->import_hashes + counts->names + counts->domains + counts->addresses +
           counts->urls + counts->containers;
}

static errcode
write_pack(const struct call *call, struct pack_build *build, const struct rules_inputs *inputs,
           const uint8_t *secret, struct err *err)
{
    const char *path = call_option(call, "output");
    struct pack_write_options options = {.version = (uint64_t)(clock_now() / USEC_PER_SECOND),
                                         .secret = secret};
    struct pack_counts counts = pack_build_counts(build);
    struct buf out = BUF(1 << 16);
    if (inputs->unread > 0)
        return err_set(err, ERR_IO, "%zu files could not be read; nothing was written",
                       inputs->unread);
    if (entries_of(&counts) == 0)
        return err_set(err, ERR_FORMAT,
                       "there is nothing to put into a pack: %zu files read, "
                       "%zu entries refused",
                       inputs->files, counts.refused);
    errcode code = call_number(call, "pack-version", 0, UINT64_MAX, &options.version, err);
    if (code == OK)
        code = pack_build_write(build, path, &options, err);
    if (code != OK)
        return code;
    tell_built(build, inputs, path, &options, &out);
    return output_buf(&out, "the summary", err);
}

errcode
rules_run_build(const struct call *call, struct err *err)
{
    uint8_t secret[SIGN_SECRET];
    const char *key = call_option(call, "key");
    struct rules_inputs inputs = {.refused = print_refused};
    struct pack_build *build = NULL;
    if (!call_option(call, "output"))
        return err_set(err, ERR_USAGE, "--output PACK says where the pack is to be written");
    errcode code = key ? pack_key_read_secret(key, secret, err) : OK;
    if (code == OK)
        code = rules_inputs_read(call, &inputs, &build, err);
    if (code == OK)
        code = write_pack(call, build, &inputs, key ? secret : NULL, err);
    if (key)
        pack_key_clear(secret);
    pack_build_free(build);
    return code;
}

/* What is written is written beside its name first, so its folder is what is needed. */
errcode
rules_grant_output(const struct call *call, struct grants *grants, struct err *err)
{
    static char folder[PATH_TEXT]; /* kept until the sandbox is entered */
    const char *path = call_option(call, "output");
    if (!path)
        return OK;
    str above = {path, (size_t)(path_base(path) - path)};
    if (!str_copy(above.n ? above : STR("."), folder, sizeof folder))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return grant_write(grants, folder, err);
}

errcode
rules_grant_build(const struct call *call, struct grants *grants, struct err *err)
{
    errcode code = rule_files_grant(call, call->word_count, grants, err);
    if (code == OK)
        code = grant_read(grants, call_option(call, "key"), err);
    return code == OK ? rules_grant_output(call, grants, err) : code;
}

errcode
rules_run_key(const struct call *call, struct err *err)
{
    uint8_t public_key[SIGN_PUBLIC];
    char text[PACK_KEY_TEXT];
    const char *path = call_option(call, "output");
    if (!path)
        return err_set(err, ERR_USAGE, "--output FILE says where the secret key is to be written");
    errcode code = pack_key_make(path, public_key, err);
    if (code == OK)
        puts(hex_format(public_key, sizeof public_key, text));
    return code;
}
