/* SPDX-License-Identifier: Apache-2.0 */
/* latest.json: written by one program, read by others that trust none of it. */
#include "scan/release/release.h"

#include "base/cleanup.h"
#include "base/json_in.h"
#include "base/json_out.h"

#include <inttypes.h>

char *
release_pack_name(uint64_t version, char out[RELEASE_NAME])
{
    snprintf(out, RELEASE_NAME, "%" PRIu64 ".pack", version);
    return out;
}

char *
release_delta_name(uint64_t from, uint64_t to, char out[RELEASE_NAME])
{
    snprintf(out, RELEASE_NAME, "%" PRIu64 "-%" PRIu64 ".delta", from, to);
    return out;
}

/* ---- writing ---- */

static void
write_file(const struct release_file *file, const char *version, struct json_out *json)
{
    char text[SHA256_TEXT];
    json_out_pair_u64(json, version, file->version);
    json_out_pair_u64(json, "bytes", file->bytes);
    json_out_pair_z(json, "sha256", sha256_format(&file->sha256, text));
}

static void
write_files(const struct release_file *files, size_t count, const char *key, const char *version,
            struct json_out *json)
{
    json_out_key(json, key);
    json_out_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        json_out_object_begin(json);
        write_file(&files[i], version, json);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

void
release_write(const struct release *release, struct buf *out)
{
    char text[SHA256_TEXT], built[TIME_TEXT];
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    write_file(&release->pack, "version", &json);
    json_out_pair_z(&json, "id", hex_format(release->id, sizeof release->id, text));
    json_out_pair_z(&json, "built", time_format(release->built, built));
    json_out_pair_z(&json, "public_key",
                    hex_format(release->public_key, sizeof release->public_key, text));
    write_files(release->deltas, release->delta_count, "deltas", "from", &json);
    write_files(release->older, release->older_count, "older", "version", &json);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

/* ---- reading ---- */

static errcode
wrong(const char *key, const char *what, struct err *err)
{
    return err_set(err, ERR_FORMAT, "\"%s\" must be %s", key, what);
}

static errcode
read_u64(const json_t *object, const char *key, uint64_t max, uint64_t *ret, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > max) {
        char what[64];
        snprintf(what, sizeof what, "a number from 0 to %" PRIu64, max);
        return wrong(key, what, err);
    }
    *ret = (uint64_t)json_integer_value(value);
    return OK;
}

static errcode
read_hex(const json_t *object, const char *key, uint8_t *ret, struct err *err)
{
    return hex_parse(json_text(object, key), ret, SHA256_BYTES)
               ? OK
               : wrong(key, "64 hexadecimal digits", err);
}

static errcode
read_file(const json_t *object, const char *version, struct release_file *ret, struct err *err)
{
    errcode code = read_u64(object, version, RELEASE_VERSION_MAX, &ret->version, err);
    if (code == OK)
        code = read_u64(object, "bytes", RELEASE_BYTES_MAX, &ret->bytes, err);
    return code == OK ? read_hex(object, "sha256", ret->sha256.bytes, err) : code;
}

/* More than there is room for are passed over: the first ones are the newest. */
static errcode
read_files(const json_t *object, const char *key, const char *version, struct release_file *files,
           size_t *ret_count, struct err *err)
{
    const json_t *array = json_object_get(object, key);
    errcode code = OK;
    if (array && !json_is_array(array))
        return wrong(key, "a list", err);
    for (size_t i = 0; i < json_array_size(array) && i < RELEASE_OLDER_MAX && code == OK; i++) {
        code = read_file(json_array_get(array, i), version, &files[i], err);
        if (code != OK)
            return err_prefix(err, "\"%s\"", key);
        *ret_count = i + 1;
    }
    return code;
}

static errcode
read_members(const json_t *json, struct release *release, struct err *err)
{
    errcode code = json_is_object(json) ? OK : err_set(err, ERR_FORMAT, "it is no object");
    if (code == OK)
        code = read_file(json, "version", &release->pack, err);
    if (code == OK)
        code = read_hex(json, "id", release->id, err);
    if (code == OK)
        code = read_hex(json, "public_key", release->public_key, err);
    if (code == OK && !time_parse(json_text(json, "built"), &release->built))
        code = wrong("built", "a time such as 2026-11-21T08:00:00Z", err);
    if (code == OK)
        code = read_files(json, "deltas", "from", release->deltas, &release->delta_count, err);
    return code == OK
               ? read_files(json, "older", "version", release->older, &release->older_count, err)
               : code;
}

errcode
release_read(str text, struct release *ret, struct err *err)
{
    cleanup(cleanup_json) json_t *json = NULL;
    struct release release = {.delta_count = 0};
    errcode code = json_read(text, RELEASE_JSON_MAX, &json, err);
    if (code == OK)
        code = read_members(json, &release, err);
    if (code == OK)
        *ret = release;
    return code == OK ? OK : err_prefix(err, RELEASE_LIST);
}
