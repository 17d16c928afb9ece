/* SPDX-License-Identifier: Apache-2.0 */
/* The names that file(1) gives: of made-up beginnings of the formats that rules ask for, and of a
 * sample of this machine's files, where a part may differ (docs/magic.md). */
#include "module_runs.h"
#include "oracle.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"
#include "scan/modules/magic.h"

enum { SAMPLE = 400, SAMPLE_PERCENT = 90, PIECE = 512 };

struct sample {
    str data;
    const char *type, *mime;
};

/* What follows in each is zeros. */
static const struct sample binaries[] = {
    {STR("\177ELF\1\2\1\3\0\0\0\0\0\0\0\0\0\2\0\10\0\0\0\1"),
     "ELF 32-bit MSB executable, MIPS, MIPS-I version 1 (GNU/Linux)", "application/x-executable"},
    {STR("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0"),
     "ELF 64-bit LSB shared object, x86-64, version 1 (SYSV)", "application/x-sharedlib"},
    {STR("\xca\xfe\xba\xbe\0\0\0\x34"), "compiled Java class data, version 52.0 (Java 1.8)",
     "application/x-java-applet"},
    {STR("\xca\xfe\xba\xbe\0\0\0\x3d"), "compiled Java class data, version 61.0 (Java SE 17)",
     "application/x-java-applet"},
    {STR("\xca\xfe\xba\xbe\0\0\0\2"), "Mach-O universal binary with 2 architectures",
     "application/x-mach-binary"},
    {STR("\x1f\x8b\x08\x08\0\xf1\x53\x65\2\3name\0"),
     "gzip compressed data, was \"name\", last modified: Tue Nov 14 22:13:20 2023, "
     "max compression, from Unix",
     "application/gzip"},
    {STR("PK\3\4\x14\0\0\0\x08\0"),
     "Zip archive data, at least v2.0 to extract, compression method=deflate", "application/zip"},
    {STR("%PDF-1.7\n"), "PDF document, version 1.7", "application/pdf"},
    {STR("{\\rtf1\\ansi"), "Rich Text Format data, version 1", "text/rtf"},
    {STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20\x08\6"),
     "PNG image data, 16 x 32, 8-bit/color RGBA, non-interlaced", "image/png"},
    {STR("GIF89a\x10\0\x20"), "GIF image data, version 89a, 16 x 32", "image/gif"},
    {STR("L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F\3"),
     "MS Windows shortcut, Item id list present, Points to a file or directory",
     "application/x-ms-shortcut"},
    {STR("7z\xbc\xaf\x27\x1c\0\4"), "7-zip archive data, version 0.4",
     "application/x-7z-compressed"},
    {STR("Rar!\x1a\7\1\0"), "RAR archive data, v5", "application/x-rar"},
    {STR("SQLite format 3\0"), "SQLite 3.x database", "application/vnd.sqlite3"},
    {STR("\xa7\x0d\r\n\0\0\0\0\0\xf1\x53\x65\7"),
     "Byte-compiled Python module for CPython 3.11, timestamp-based, .py timestamp: "
     "Tue Nov 14 22:13:20 2023 UTC, .py size: 7 bytes",
     "application/x-bytecode.python"},
    {STR("\1\2\3"), "data", "application/octet-stream"},
};

static const struct sample texts[] = {
    {STR("hello\n"), "ASCII text", "text/plain"},
    {STR("hello"), "ASCII text, with no line terminators", "text/plain"},
    {STR("a\r\nb\r\n"), "ASCII text, with CRLF line terminators", "text/plain"},
    {STR("a\r\nb\rc\nd\n"), "ASCII text, with CRLF, CR, LF line terminators", "text/plain"},
    {STR("\33[1m\n"), "ASCII text, with escape sequences", "text/plain"},
    {STR("ti\xe1\xba\xbfng Vi\xe1\xbb\x87t\n"), "Unicode text, UTF-8 text", "text/plain"},
    {STR("\xef\xbb\xbf"
         "abc\n"),
     "Unicode text, UTF-8 (with BOM) text", "text/plain"},
    {STR("caf\xe9\n"), "ISO-8859 text", "text/plain"},
    {STR("caf\x90\n"), "Non-ISO extended-ASCII text", "text/plain"},
    {STR("\xff\xfe"
         "a\0\r\0\n\0"),
     "Unicode text, UTF-16, little-endian text, with CRLF line terminators", "text/plain"},
    {STR("a\177b\n"), "data", "application/octet-stream"},
    {STR("x"), "very short file (no magic)", "application/octet-stream"},
    {STR("#!/bin/sh\n"), "POSIX shell script, ASCII text executable", "text/x-shellscript"},
    {STR("#! /usr/bin/env bash\n"), "Bourne-Again shell script, ASCII text executable",
     "text/x-shellscript"},
    {STR("#!/usr/bin/python3 -u\n"), "Python script, ASCII text executable",
     "text/x-script.python"},
    {STR("#!/usr/bin/perl -w\n"), "Perl script text executable", "text/x-perl"},
    {STR("#!/opt/x/foo -x\n"), "a /opt/x/foo -x script, ASCII text executable", "text/plain"},
    {STR("<?php echo 1;\n"), "PHP script, ASCII text", "text/x-php"},
    {STR("<!DOCTYPE html>\n<p>\n"), "HTML document, ASCII text", "text/html"},
    {STR("<?xml version=\"1.0\"?>\n<a/>\n"), "XML 1.0 document, ASCII text", "text/xml"},
    {STR("<svg xmlns=\"x\">\n"), "SVG Scalable Vector Graphics image", "image/svg+xml"},
    {STR("@echo off\r\ndir\r\n"), "DOS batch file, ASCII text, with CRLF line terminators",
     "text/x-msdos-batch"},
    {STR("#include <x>\n"), "C source, ASCII text", "text/x-c"},
    {STR("namespace x {\n}\n"), "C++ source, ASCII text", "text/x-c++"},
    {STR("class A {\n};\n"), "C++ source, ASCII text", "text/x-c++"},
    {STR("from x import y\n"), "Python script, ASCII text executable", "text/x-script.python"},
    {STR("def f(self):\n  pass\n"), "Python script, ASCII text executable", "text/x-script.python"},
    {STR("export default x;\n"), "JavaScript source, ASCII text", "application/javascript"},
    {STR("{\"a\": [1, -2.5e3, {\"b\": null}], \"c\": \"\\\"]\"}\n"), "JSON text data",
     "application/json"},
    {STR("[]"), "JSON text data", "application/json"},
    {STR("[1]\n[2]\n"), "New Line Delimited JSON text data", "application/x-ndjson"},
    {STR("{\"a\": tru}"), "ASCII text, with no line terminators", "text/plain"},
    {STR("{\"a\":1} x"), "ASCII text, with no line terminators", "text/plain"},
    {STR("123"), "ASCII text, with no line terminators", "text/plain"},
    {STR("a,b\n1,2\n3,4\n5,6\n"), "CSV text", "text/csv"},
    {STR("Windows Registry Editor Version 5.00\r\n"), "Windows Registry text (Win2K or above)",
     "text/x-ms-regedit"},
    {STR("Received: from x\n"), "RFC 822 mail, ASCII text", "message/rfc822"},
};

static void
check_sample(const struct sample *sample, str data)
{
    struct magic_name name;
    magic_find(data, &name);
    tap_eq_z(name.type, sample->type, "%s", sample->mime);
    tap_eq_z(name.mime, sample->mime, "%s", sample->type);
}

static void
check_samples(void)
{
    static char piece[PIECE];
    for (size_t i = 0; i < sizeof binaries / sizeof binaries[0]; i++) {
        memset(piece, 0, sizeof piece);
        memcpy(piece, binaries[i].data.p, binaries[i].data.n);
        check_sample(&binaries[i], (str){piece, sizeof piece});
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_sample(&texts[i], texts[i].data);
}

static void
check_long_lines(void)
{
    static char line[301];
    struct magic_name name;
    memset(line, 'x', sizeof line);
    line[300] = '\n';
    magic_find((str){line, 301}, &name);
    tap_eq_z(name.type, "ASCII text", "300 characters are no long line");
    line[300] = 'x';
    magic_find((str){line, 301}, &name);
    tap_eq_z(name.type, "ASCII text, with very long lines (301), with no line terminators",
             "301 are");
}

/* Names of entries decide, wherever the files' contents end. */
static void
check_zip(void)
{
    static const struct sample zips[] = {
        {STR("PK\3\4______________________\23\0\0\0[Content_Types].xml"
             "PK\3\4______________________\12\0\0\0word/x.xml"),
         "Microsoft Word 2007+",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {STR("PK\3\4______________________\10\0\0\0mimetypeapplication/"
             "vnd.oasis.opendocument.text"),
         "OpenDocument Text", "application/vnd.oasis.opendocument.text"},
        {STR("PK\3\4______________________\23\0\0\0AndroidManifest.xml"),
         "Android package (APK), with AndroidManifest.xml",
         "application/vnd.android.package-archive"},
    };
    for (size_t i = 0; i < sizeof zips / sizeof zips[0]; i++)
        check_sample(&zips[i], zips[i].data);
}

static void
check_undefined(void)
{
    struct module_under_test test;
    module_open(&test, &magic_module, STR(""));
    tap_ok(module_call(&test, "type", "", NULL).kind == VALUE_UNDEFINED, "an empty file has none");
    module_close(&test);
    module_open(&test, &magic_module, STR("hello\n"));
    tap_eq_str(module_call(&test, "mime_type", "", NULL).s, STR("text/plain"), "the module");
    tap_eq_str(module_call(&test, "type", "", NULL).s, STR("ASCII text"), "says the same");
    module_close(&test);
    module_open(&test, &magic_module, STR("hello\n"));
    test.run.is_process = true;
    tap_ok(module_call(&test, "type", "", NULL).kind == VALUE_UNDEFINED,
           "nor has a piece of a process");
    module_close(&test);
}

static bool
is_named(const char *path, str mime)
{
    struct file_map map;
    struct err err;
    struct magic_name name;
    if (file_map_open(path, &map, &err) != OK)
        return false;
    magic_find(map.bytes, &name);
    file_map_close(&map);
    return str_eq(str_of(name.mime), mime);
}

/* Each of yara's answers is a line with the type and one with the rule's name and the path. */
static void
check_against_yara(void)
{
    static const char script[] =
        "find /usr/bin /usr/lib /usr/share /usr/include -xdev -type f -size +0 -size -2048 | "
        "LC_ALL=C sort | awk -v n=\"$2\" '{a[NR] = $0} END {for (i = 1; i <= n; i++) "
        "print a[int(i * NR / n)]}' >\"$1.list\"; "
        "echo 'import \"magic\" import \"console\" rule m "
        "{ condition: console.log(\"M \", magic.mime_type()) }' >\"$1.yar\"; "
        "yara -p 1 --scan-list \"$1.yar\" \"$1.list\"; rm \"$1.yar\" \"$1.list\"";
    struct arena arena = ARENA;
    char path[PATH_TEXT], count[16];
    const char *temporary = getenv("TMPDIR");
    path_join(path, temporary ? temporary : "/tmp", "khien-magic-test", NULL);
    snprintf(count, sizeof count, "%d", SAMPLE);
    const char *const arguments[] = {"sh", "-c", script, "sh", path, count, NULL};
    str output = program_output(&arena, arguments), line, mime = {0};
    size_t all = 0, same = 0;
    while (str_line(&output, &line)) {
        if (str_starts(line, STR("M ")))
            mime = str_from(line, 2);
        if (!str_starts(line, STR("m /")) || !str_copy(str_from(line, 2), path, sizeof path))
            continue;
        all++;
        same += is_named(path, mime);
    }
    arena_clear(&arena);
    if (all == 0) {
        tap_skip("this yara has no magic module");
        return;
    }
    tap_note("%zu of %zu files have the MIME type that yara says", same, all);
    tap_ok(same * 100 >= all * SAMPLE_PERCENT, "nearly all files of the sample have it");
}

int
main(void)
{
    check_samples();
    check_long_lines();
    check_zip();
    check_undefined();
    if (program_exists("yara"))
        check_against_yara();
    else
        tap_skip("no yara to compare with");
    return tap_done();
}
