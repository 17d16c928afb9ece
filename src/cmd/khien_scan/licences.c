/* SPDX-License-Identifier: Apache-2.0 */
/* khien-scan licences: who downloads one file gets with it what its libraries ask to be told. The
 * texts are those of the Debian packages that it was built with (tools/licences.py). */
#include "cmd/khien_scan/licences.h"

#include "base/cleanup.h"
#include "base/embed.h"
#include "base/json_out.h"
#include "base/require.h"
#include "cmd/output.h"
#include "scan/scan.h"

/* Of a .lzma: the byte of parameters, the size of the dictionary, the size of all. */
enum { LZMA_HEADER = 1 + 4 + 8, NOTICES_MAX = 1 << 20, OUTPUT_MAX = 4 << 20 };

/* As tools/licences.py writes them; a whole text of a licence has no version. */
struct record {
    str name, version, source, licence, text;
};

static const char preface[] =
    "khien-scan " KHIEN_VERSION " là phần mềm tự do theo Giấy phép Apache 2.0. Nó gồm cả các thư "
    "viện dưới đây;\n"
    "thông báo và giấy phép của chúng ở phần sau, bằng nguyên văn tiếng Anh.\n\n"
    "khien-scan " KHIEN_VERSION " is free software under the Apache License 2.0. The libraries "
    "below are part of it;\n"
    "their notices and licences follow.\n\n";
/* LGPL 2.1, section 6, and LGPL 3, section 4. */
static const char lgpl[] =
    "Libraries whose licence is named LGPL are used under the GNU Lesser General Public License. "
    "You may\n"
    "change them and make this program again with them, and take it apart to find faults in that. "
    "Who gives\n"
    "you the program has to offer you, at the same place, the source of khien-scan and of these "
    "libraries.\n"
    "That of the libraries is Debian's: the source packages and versions above, by `apt-get source "
    "NAME=VERSION`\n"
    "or from https://snapshot.debian.org/. In the source of khien-scan, `./dev build` makes it for "
    "Linux and\n"
    "`./dev build windows` for Windows, with the libraries that are installed then.\n\n";

static bool
next_record(str *rest, struct record *ret)
{
    str *const fields[] = {&ret->name, &ret->version, &ret->source, &ret->licence, &ret->text};
    if (rest->n == 0)
        return false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        require(str_cut(rest, 0, fields[i]));
    return true;
}

static void
unpack_records(struct buf *out)
{
    struct lzma_parameters parameters;
    str packed = embed_file("licences");
    require(packed.n > LZMA_HEADER && lzma_parameters_read((uint8_t)packed.p[0], &parameters));
    packed = (str){packed.p + LZMA_HEADER, packed.n - LZMA_HEADER};
    require(lzma_decompress(packed, parameters, DECOMPRESS_TO_END, out, NULL) == DECOMPRESSED);
}

static void
write_list(str records, struct buf *out)
{
    struct record record;
    buf_z(out, preface);
    while (next_record(&records, &record))
        if (record.version.n > 0)
            buf_printf(out, "  %.*s %.*s (source: %.*s)\n      %.*s\n", STR_ARG(record.name),
                       STR_ARG(record.version), STR_ARG(record.source), STR_ARG(record.licence));
    buf_char(out, '\n');
    buf_z(out, lgpl);
    if (SOURCE_URL[0])
        buf_z(out, "The source of this copy of khien-scan: " SOURCE_URL "\n\n");
}

static void
write_text(str records, struct buf *out)
{
    struct record record;
    write_list(records, out);
    while (next_record(&records, &record))
        buf_printf(out, "======== %.*s ========\n\n%.*s\n", STR_ARG(record.name),
                   STR_ARG(record.text));
}

/* The array KEY of those records that are LIBRARIES, or of the others. */
static void
write_array(struct json_out *json, const char *key, str records, bool libraries)
{
    struct record record;
    json_out_key(json, key);
    json_out_array_begin(json);
    while (next_record(&records, &record)) {
        if ((record.version.n > 0) != libraries)
            continue;
        json_out_object_begin(json);
        json_out_pair_str(json, "name", record.name);
        if (libraries) {
            json_out_pair_str(json, "version", record.version);
            json_out_pair_str(json, "source", record.source);
            json_out_pair_str(json, "licence", record.licence);
        }
        json_out_pair_str(json, "text", record.text);
        json_out_object_end(json);
    }
    json_out_array_end(json);
}

static void
write_json(str records, struct buf *out)
{
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "program", program_name);
    json_out_pair_z(&json, "version", KHIEN_VERSION);
    json_out_pair_z(&json, "licence", "Apache-2.0");
    json_out_pair_z(&json, "source", SOURCE_URL[0] ? SOURCE_URL : NULL);
    write_array(&json, "libraries", records, true);
    write_array(&json, "texts", records, false);
    json_out_object_end(&json);
    buf_char(out, '\n');
}

static errcode
run(const struct call *call, struct err *err)
{
    struct buf records = BUF(NOTICES_MAX), out = BUF(OUTPUT_MAX);
    unpack_records(&records);
    if (call_given(call, "json"))
        write_json(buf_view(&records), &out);
    else
        write_text(buf_view(&records), &out);
    buf_clear(&records);
    return output_buf(&out, "the licences", err);
}

static const struct option options[] = {OPTION_JSON, {0}};
static const struct action actions[] = {
    {.name = "",
     .words = "",
     .summary = "show the licences of this program and of what is part of it",
     .without_conf = true,
     .options = options,
     .run = run},
    {0},
};
static const struct example examples[] = {
    {"khien-scan licences", "May I pass it on, and where is its source?"},
    {NULL, NULL},
};
const struct command command_licences = {
    .name = "licences",
    .group = "About this program",
    .summary = "show the licences of this program and of what is part of it",
    .actions = actions,
    .examples = examples,
};
