/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of wrapping. gzip is read with zlib because libarchive does not check its CRC; zip and
 * tar with libarchive; zstd with libzstd; mail with mime.c. */
#include "intel/container_layer.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/require.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <zlib.h>
#include <zstd.h>

enum { STEP = 256 << 10, IN_MEMORY = 16 << 20 };

/* ── what is made ── */

static void
output_init(struct output *output, struct output_budget *budget)
{
    *output = (struct output){.budget = budget, .memory = BUF(IN_MEMORY), .fd = -1};
}

/* In the folder of temporary files when none is named. */
static errcode
open_temp(const char *folder, int *ret_fd, struct err *err)
{
    if (!folder || !folder[0])
        folder = getenv("TMPDIR");
    return file_create_unnamed(folder && folder[0] ? folder : "/tmp", ret_fd, err);
}

static errcode
spill(struct output *output, struct err *err)
{
    errcode code = open_temp(output->budget->temp_folder, &output->fd, err);
    if (code == OK)
        code = file_write_fd(output->fd, buf_view(&output->memory), "a temporary file", err);
    buf_clear(&output->memory);
    return code;
}

static errcode
output_write(struct output *output, str bytes, struct err *err)
{
    if (bytes.n > output->budget->left)
        return err_set(err, ERR_LIMIT,
                       "it unpacks to more than %d times the size of the file; such files are "
                       "made to fill disks and are refused",
                       LIMIT_EXPANSION_RATIO);
    output->budget->left -= bytes.n;
    output->size += bytes.n;
    if (output->size > LIMIT_FEED_BYTES)
        return err_set(err, ERR_LIMIT, "it unpacks to more than the %zu bytes allowed",
                       LIMIT_FEED_BYTES);
    if (output->fd < 0 && output->size > IN_MEMORY) {
        errcode code = spill(output, err);
        if (code != OK)
            return code;
    }
    if (output->fd >= 0)
        return file_write_fd(output->fd, bytes, "a temporary file", err);
    buf_str(&output->memory, bytes);
    return OK;
}

/* Nothing more is written: the whole content, valid until output_clear. */
static errcode
output_finish(struct output *output, str *ret, struct err *err)
{
    if (output->fd < 0) {
        *ret = output->memory.p ? buf_view(&output->memory) : STR("");
        return OK;
    }
    void *p = mmap(NULL, output->size, PROT_READ, MAP_PRIVATE, output->fd, 0);
    if (p == MAP_FAILED)
        return err_set_errno(err, "cannot map a temporary file");
    output->map.bytes = (str){p, output->size};
    *ret = output->map.bytes;
    return OK;
}

void
output_clear(struct output *output)
{
    buf_clear(&output->memory);
    file_map_close(&output->map);
    if (output->fd >= 0)
        close(output->fd);
    output->fd = -1;
}

/* ── the kinds ── */

enum layer_kind
layer_kind_of(str bytes)
{
    if (str_starts(bytes, STR("\x1f\x8b")))
        return LAYER_GZIP;
    /* A frame, or a skippable one before it (RFC 8878). */
    if (str_starts(bytes, STR("\x28\xb5\x2f\xfd")) ||
        (bytes.n > 4 && (bytes.p[0] & 0xf0) == 0x50 &&
         str_starts(str_from(bytes, 1), STR("\x2a\x4d\x18"))))
        return LAYER_ZSTD;
    if (str_starts(bytes, STR("PK\x03\x04")) || str_starts(bytes, STR("PK\x05\x06")) ||
        str_starts(bytes, STR("PK\x07\x08")))
        return LAYER_ZIP;
    if (bytes.n >= 512 && str_starts(str_from(bytes, 257), STR("ustar")))
        return LAYER_TAR;
    if (str_starts(bytes, STR("BZh")) ||
        str_starts(bytes, STR("\xfd"
                              "7zXZ")) ||
        str_starts(bytes, STR("7z\xbc\xaf\x27\x1c")) || str_starts(bytes, STR("Rar!\x1a")))
        return LAYER_UNKNOWN;
    return mime_is_mail(bytes) ? LAYER_MAIL : LAYER_NONE;
}

/* The name without folders and without the bytes that a terminal or a file name must not have. */
static void
set_name(char out[MEMBER_NAME], str name)
{
    for (size_t i = name.n; i-- > 0;) {
        if (name.p[i] == '/' || name.p[i] == '\\') {
            name = str_from(name, i + 1);
            break;
        }
    }
    if (name.n >= MEMBER_NAME)
        name.n = MEMBER_NAME - 1;
    for (size_t i = 0; i < name.n; i++)
        out[i] = (unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f ? '?' : name.p[i];
    out[name.n] = 0;
}

/* "a.csv.gz" is "a.csv", "a.tgz" is "a.tar". */
static void
set_inner_name(char out[MEMBER_NAME], const char *outer)
{
    static const char *const suffixes[] = {".gz",  ".gzip", ".zst",  ".zstd", ".zip",
                                           ".tar", ".eml",  ".mbox", ".msg"};
    str name = str_of(outer);
    if (name.n > 4 && str_eq_nocase(str_from(name, name.n - 4), STR(".tgz"))) {
        set_name(out, (str){name.p, name.n - 3});
        memcpy(out + strlen(out), "tar", 4);
        return;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        str suffix = str_of(suffixes[i]);
        if (name.n > suffix.n && str_eq_nocase(str_from(name, name.n - suffix.n), suffix)) {
            name.n -= suffix.n;
            break;
        }
    }
    set_name(out, name);
}

static errcode
open_archive(struct layer *layer, struct err *err)
{
    struct archive *archive = archive_read_new();
    require(archive != NULL);
    int status = layer->kind == LAYER_ZIP ? archive_read_support_format_zip(archive)
                                          : archive_read_support_format_tar(archive);
    if (status == ARCHIVE_OK)
        status = archive_read_open_memory(archive, layer->bytes.p, layer->bytes.n);
    if (status == ARCHIVE_OK) {
        layer->archive = archive;
        return OK;
    }
    const char *why = archive_error_string(archive);
    err_set(err, ERR_FORMAT, "the archive is damaged: %s", why ? why : "it cannot be opened");
    archive_read_free(archive);
    return ERR_FORMAT;
}

errcode
layer_open(struct layer *layer, enum layer_kind kind, const char *name, str bytes,
           struct output *source, struct err *err)
{
    *layer = (struct layer){.kind = kind, .bytes = bytes, .source = {.fd = -1}};
    if (source) {
        layer->source = *source;
        output_init(source, source->budget);
    }
    set_name(layer->name, str_of(name));
    switch (kind) {
    case LAYER_ZIP:
    case LAYER_TAR:
        return open_archive(layer, err);
    case LAYER_MAIL:
        mime_init(&layer->mime, bytes);
        return OK;
    case LAYER_UNKNOWN:
        return err_set(err, ERR_UNSUPPORTED,
                       "it is packed with bzip2, xz, 7-Zip or RAR; unpack it first (plain, gzip, "
                       "zip, zstd, tar and mail are read as they are)");
    default:
        return OK;
    }
}

void
layer_close(struct layer *layer)
{
    if (layer->archive)
        archive_read_free(layer->archive);
    layer->archive = NULL;
    if (layer->kind == LAYER_MAIL)
        mime_clear(&layer->mime);
    output_clear(&layer->source);
}

static bool
all_zero(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            return false;
    return true;
}

static void
cleanup_inflate(z_stream *stream)
{
    inflateEnd(stream);
}

/* Inflates what is left of the current member; *RET_END when its trailer was right. */
static errcode
inflate_some(z_stream *stream, char *out, str *rest, struct output *output, bool *ret_end,
             struct err *err)
{
    size_t in = rest->n < (1 << 30) ? rest->n : 1 << 30;
    stream->next_in = (Bytef *)(uintptr_t)rest->p;
    stream->avail_in = (uInt)in;
    stream->next_out = (Bytef *)out;
    stream->avail_out = STEP;
    int status = inflate(stream, Z_NO_FLUSH);
    *rest = str_from(*rest, in - stream->avail_in);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return err_set(err, ERR_FORMAT, "the gzip data are damaged: %s",
                       stream->msg ? stream->msg : "they cannot be read");
    size_t made = STEP - stream->avail_out;
    if (status == Z_BUF_ERROR && made == 0)
        return err_set(err, ERR_FORMAT, "the gzip data end too early; the file was cut off");
    *ret_end = status == Z_STREAM_END;
    return output_write(output, (str){out, made}, err);
}

/* One member after the other (RFC 1952); zeros may follow as padding. */
static errcode
read_gzip(str bytes, struct output *output, struct err *err)
{
    cleanup(cleanup_inflate) z_stream stream = {0};
    cleanup(cleanup_free) char *out = mem_alloc(STEP);
    require(inflateInit2(&stream, 15 + 16) == Z_OK);
    while (bytes.n) {
        bool end = false;
        while (!end) {
            errcode code = inflate_some(&stream, out, &bytes, output, &end, err);
            if (code != OK)
                return code;
        }
        if (!str_starts(bytes, STR("\x1f\x8b"))) {
            if (all_zero(bytes))
                return OK;
            return err_set(err, ERR_FORMAT, "%zu bytes of something else follow the gzip data",
                           bytes.n);
        }
        require(inflateReset(&stream) == Z_OK);
    }
    return OK;
}

static void
cleanup_zstd(ZSTD_DStream **stream)
{
    ZSTD_freeDStream(*stream);
}

static errcode
read_zstd(str bytes, struct output *output, struct err *err)
{
    cleanup(cleanup_zstd) ZSTD_DStream *stream = ZSTD_createDStream();
    cleanup(cleanup_free) char *room = mem_alloc(STEP);
    require(stream != NULL);
    ZSTD_inBuffer in = {bytes.p, bytes.n, 0};
    for (size_t state = 0;;) {
        ZSTD_outBuffer out = {room, STEP, 0};
        size_t before = in.pos;
        if (in.pos < in.size || state != 0)
            state = ZSTD_decompressStream(stream, &out, &in);
        if (ZSTD_isError(state))
            return err_set(err, ERR_FORMAT, "the zstd data are damaged: %s",
                           ZSTD_getErrorName(state));
        errcode code = output_write(output, (str){room, out.pos}, err);
        if (code != OK)
            return code;
        if (state == 0 && in.pos == in.size)
            return OK;
        if (out.pos == 0 && in.pos == before)
            return err_set(err, ERR_FORMAT, "the zstd data end too early; the file was cut off");
    }
}

static bool
is_junk(const char *path)
{
    const char *base = path_base(path);
    return base[0] == '.' || base[0] == 0 || str_starts(str_of(path), STR("__MACOSX/"));
}

/* The header of the next regular file that is not the packer's own clutter. */
static errcode
next_entry(struct layer *layer, struct output_budget *budget, struct archive_entry **ret,
           struct err *err)
{
    for (;;) {
        struct archive_entry *entry;
        int status = archive_read_next_header(layer->archive, &entry);
        if (status == ARCHIVE_EOF) {
            *ret = NULL;
            return OK;
        }
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            const char *why = archive_error_string(layer->archive);
            return err_set(err, ERR_FORMAT, "the archive is damaged: %s", why ? why : "unknown");
        }
        if (budget->members == 0)
            return err_set(err, ERR_LIMIT, "more than %d files are packed in it",
                           LIMIT_ARCHIVE_MEMBERS);
        budget->members--;
        const char *path = archive_entry_pathname(entry);
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
            (path && is_junk(path)))
            continue;
        *ret = entry;
        return OK;
    }
}

static errcode
read_entry(struct archive *archive, struct member *member, struct err *err)
{
    cleanup(cleanup_free) char *room = mem_alloc(STEP);
    for (;;) {
        la_ssize_t n = archive_read_data(archive, room, STEP);
        if (n == 0)
            return OK;
        if (n < 0) {
            const char *why = archive_error_string(archive);
            return err_set(err, ERR_FORMAT, "%s is damaged in the archive: %s", member->name,
                           why ? why : "it cannot be read");
        }
        errcode code = output_write(&member->output, (str){room, (size_t)n}, err);
        if (code != OK) {
            err_prefix(err, "%s", member->name);
            return code;
        }
    }
}

static errcode
next_packed(struct layer *layer, struct output_budget *budget, struct member *member,
            bool *ret_more, struct err *err)
{
    struct archive_entry *entry = NULL;
    errcode code = next_entry(layer, budget, &entry, err);
    *ret_more = entry != NULL;
    if (code != OK || !entry)
        return code;
    const char *path = archive_entry_pathname(entry);
    if (path)
        set_name(member->name, str_of(path));
    else
        set_inner_name(member->name, layer->name);
    if (archive_entry_is_data_encrypted(entry))
        return err_set(err, ERR_UNSUPPORTED,
                       "%s is encrypted in the archive; unpack it with its password first",
                       member->name);
    code = read_entry(layer->archive, member, err);
    return code == OK ? output_finish(&member->output, &member->bytes, err) : code;
}

static errcode
decode_part(const struct mime_part *part, struct member *member, struct err *err)
{
    if (part->encoding == MIME_IDENTITY) {
        member->bytes = part->body;
        return OK;
    }
    cleanup(cleanup_free) char *room = mem_alloc(STEP);
    struct mime_decoder decoder = mime_decoder_of(part);
    errcode code = OK;
    for (size_t n = 1; code == OK && n > 0;) {
        code = mime_decode(&decoder, room, STEP, &n, err);
        if (code == OK)
            code = output_write(&member->output, (str){room, n}, err);
    }
    if (code == OK)
        return output_finish(&member->output, &member->bytes, err);
    err_prefix(err, "%s", member->name);
    return code;
}

static errcode
next_attachment(struct layer *layer, struct output_budget *budget, struct member *member,
                bool *ret_more, struct err *err)
{
    struct mime_part part;
    do {
        errcode code = mime_next(&layer->mime, &part, ret_more, err);
        if (code != OK || !*ret_more)
            return code;
        if (budget->members == 0)
            return err_set(err, ERR_LIMIT, "the mail has more than %d parts",
                           LIMIT_ARCHIVE_MEMBERS);
        budget->members--;
    } while (!mime_may_be_feed(&part));
    set_inner_name(member->name, layer->name);
    if (part.name.n)
        set_name(member->name, part.name);
    return decode_part(&part, member, err);
}

static errcode
next_stream(struct layer *layer, struct member *member, bool *ret_more, struct err *err)
{
    *ret_more = !layer->done;
    if (layer->done)
        return OK;
    layer->done = true;
    set_inner_name(member->name, layer->name);
    errcode code = layer->kind == LAYER_GZIP ? read_gzip(layer->bytes, &member->output, err)
                                             : read_zstd(layer->bytes, &member->output, err);
    return code == OK ? output_finish(&member->output, &member->bytes, err) : code;
}

errcode
layer_next(struct layer *layer, struct output_budget *budget, struct member *ret, bool *ret_more,
           struct err *err)
{
    struct member member = {.bytes = STR("")};
    output_init(&member.output, budget);
    errcode code;
    *ret_more = false;
    switch (layer->kind) {
    case LAYER_ZIP:
    case LAYER_TAR:
        code = next_packed(layer, budget, &member, ret_more, err);
        break;
    case LAYER_MAIL:
        code = next_attachment(layer, budget, &member, ret_more, err);
        break;
    default:
        code = next_stream(layer, &member, ret_more, err);
        break;
    }
    if (code != OK || !*ret_more)
        output_clear(&member.output);
    else
        *ret = member;
    return code;
}
