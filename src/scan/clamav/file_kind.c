/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of files by what they begin with; what has no such mark is HTML, text or something else by
 * what its first kilobytes hold. */
#include "scan/clamav/file_kind.h"

enum {
    TEXT_LOOKED_AT = 2048, /* bytes that decide whether a file is text */
    HTML_LOOKED_AT = 1024,
};

static const struct mark {
    uint8_t at, size;
    const char *bytes;
    enum file_kind kind;
} marks[] = {
    {0, 2, "MZ", FILE_KIND_PE},
    {0, 4, "\177ELF", FILE_KIND_ELF},
    {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FILE_KIND_OLE2},
    {0, 5, "%PDF-", FILE_KIND_PDF},
    {0, 4, "\xce\xfa\xed\xfe", FILE_KIND_MACHO},
    {0, 4, "\xcf\xfa\xed\xfe", FILE_KIND_MACHO},
    {0, 4, "\xfe\xed\xfa\xce", FILE_KIND_MACHO},
    {0, 4, "\xfe\xed\xfa\xcf", FILE_KIND_MACHO},
    {0, 3, "FWS", FILE_KIND_FLASH},
    {0, 3, "CWS", FILE_KIND_FLASH},
    {0, 3, "ZWS", FILE_KIND_FLASH},
    {0, 3, "\xff\xd8\xff", FILE_KIND_GRAPHICS},
    {0, 4, "\x89PNG", FILE_KIND_GRAPHICS},
    {0, 4, "GIF8", FILE_KIND_GRAPHICS},
    {0, 2, "BM", FILE_KIND_GRAPHICS},
    {0, 4, "II*\0", FILE_KIND_GRAPHICS},
    {0, 4, "MM\0*", FILE_KIND_GRAPHICS},
    {0, 5, "From ", FILE_KIND_MAIL},
    {0, 6, "From: ", FILE_KIND_MAIL},
    {0, 10, "Received: ", FILE_KIND_MAIL},
    {0, 13, "Return-Path: ", FILE_KIND_MAIL},
    {0, 12, "Message-ID: ", FILE_KIND_MAIL},
    {0, 12, "Message-Id: ", FILE_KIND_MAIL},
    {0, 13, "MIME-Version:", FILE_KIND_MAIL},
    {0, 14, "Delivered-To: ", FILE_KIND_MAIL},
    {0, 9, "Subject: ", FILE_KIND_MAIL},
};

/* A class file and a universal Mach-O begin alike; then a class has its version (45 or more), the
 * other the number of its programs. */
static bool
is_java(str data)
{
    if (data.n < 8 || memcmp(data.p, "\xca\xfe\xba\xbe", 4) != 0)
        return false;
    unsigned high = (uint8_t)data.p[6], low = (uint8_t)data.p[7];
    return (high << 8 | low) >= 45;
}

static bool
is_text(str head)
{
    for (size_t i = 0; i < head.n; i++) {
        uint8_t c = (uint8_t)head.p[i];
        bool control = c < 0x20 && !memchr("\a\b\t\n\v\f\r\033", c, 8);
        if (control || c == 0x7f)
            return false;
    }
    return head.n > 0;
}

static bool
is_html(str head)
{
    static const char *const signs[] = {
        "<html",  "<head",   "<body", "<script", "<!doctype html", "<iframe", "<table", "<title",
        "<style", "<a href", "<img ", "<object", "<meta ",         "<div",    "<font",  "<form",
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (str_contains_nocase(head, str_of(signs[i])))
            return true;
    return false;
}

enum file_kind
file_kind_of(str data)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const struct mark *mark = &marks[i];
        if (data.n >= (size_t)mark->at + mark->size &&
            memcmp(data.p + mark->at, mark->bytes, mark->size) == 0)
            return mark->kind;
    }
    if (is_java(data))
        return FILE_KIND_JAVA;
    if (!is_text((str){data.p, data.n < TEXT_LOOKED_AT ? data.n : TEXT_LOOKED_AT}))
        return FILE_KIND_OTHER;
    if (is_html((str){data.p, data.n < HTML_LOOKED_AT ? data.n : HTML_LOOKED_AT}))
        return FILE_KIND_HTML;
    return FILE_KIND_TEXT;
}
