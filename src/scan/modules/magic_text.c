/* SPDX-License-Identifier: Apache-2.0 */
/* Text: its encoding by which bytes occur, its lines, and what it is written in. JSON and tables
 * with commas are named by their form. */
#include "scan/modules/magic.h"

enum {
    ENCODING_BYTES = 64 << 10, /* are looked at */
    LONG_LINE = 300,
    JSON_BYTES = 1 << 20,
    JSON_DEPTH = 256,
    CSV_LINES = 10,
    SOURCE_BYTES = 8192,
};

/* Which of the three sets of bytes: never in text, in ASCII, in ISO 8859, in other 8-bit sets. */
enum byte_class { NO_TEXT, PLAIN, LATIN, EXTENDED };

static enum byte_class
byte_class(uint8_t c)
{
    if ((c >= 7 && c <= 13) || c == 27 || (c >= 32 && c < 127) || c == 0x85)
        return PLAIN;
    return c < 128 ? NO_TEXT : c < 0xa0 ? EXTENDED : LATIN;
}

/* The length of a sequence of UTF-8 that begins with C; 0 when none does. */
static size_t
sequence_length(uint8_t c)
{
    return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

/* A sequence that the end cuts is taken for whole. */
static bool
is_utf8_text(str text)
{
    for (size_t i = 0; i < text.n;) {
        uint8_t c = (uint8_t)text.p[i];
        size_t n = sequence_length(c);
        if (n == 0 || (n == 1 && byte_class(c) == NO_TEXT))
            return false;
        for (size_t j = 1; j < n && i + j < text.n; j++)
            if (((uint8_t)text.p[i + j] & 0xc0) != 0x80)
                return false;
        i += n;
    }
    return true;
}

static const char *
encoding_of(str text)
{
    bool classes[EXTENDED + 1] = {false};
    bool has_high = false;
    for (size_t i = 0; i < text.n; i++) {
        classes[byte_class((uint8_t)text.p[i])] = true;
        has_high = has_high || (uint8_t)text.p[i] >= 0x80;
    }
    if (classes[NO_TEXT])
        return NULL;
    if (!has_high)
        return "ASCII";
    if (is_utf8_text(text))
        return str_starts(text, STR("\xef\xbb\xbf")) ? "Unicode text, UTF-8 (with BOM)"
                                                     : "Unicode text, UTF-8";
    return classes[EXTENDED] ? "Non-ISO extended-ASCII" : classes[LATIN] ? "ISO-8859" : "ASCII";
}

struct lines {
    size_t crlf, cr, lf, nel, longest, length;
    bool after_cr, has_escape, has_backspace;
};

static void
add_character(struct lines *lines, uint32_t c)
{
    if (c == '\n') {
        lines->crlf += lines->after_cr;
        lines->lf += !lines->after_cr;
    } else {
        lines->cr += lines->after_cr;
    }
    lines->after_cr = c == '\r';
    lines->nel += c == 0x85;
    lines->has_escape |= c == 27;
    lines->has_backspace |= c == 8;
    lines->length = c == '\n' || c == '\r' || c == 0x85 ? 0 : lines->length + 1;
    if (lines->length > lines->longest)
        lines->longest = lines->length;
}

/* Line ends are named when there are others than LF, or none. */
static void
add_line_ends(const struct lines *lines, struct magic_name *ret)
{
    const struct {
        size_t count;
        const char *name;
    } ends[] = {{lines->crlf, "CRLF"}, {lines->cr, "CR"}, {lines->lf, "LF"}, {lines->nel, "NEL"}};
    bool others = lines->crlf || lines->cr || lines->nel, first = true;
    if (!others && lines->lf)
        return;
    magic_add(ret, ", with%s", others ? "" : " no");
    for (size_t i = 0; others && i < sizeof ends / sizeof ends[0]; i++) {
        if (ends[i].count == 0)
            continue;
        magic_add(ret, "%s %s", first ? "" : ",", ends[i].name);
        first = false;
    }
    magic_add(ret, " line terminators");
}

/* "C source text" becomes "C source, ASCII text". */
static void
join(struct magic_name *ret, const struct magic_name *source, const char *encoding,
     const struct lines *lines)
{
    str type = str_of(source->type), executable = STR(" text executable"), text = STR(" text");
    bool is_executable = str_ends(type, executable);
    ret->mime = source->mime ? source->mime : "text/plain";
    ret->type[0] = 0;
    if (is_executable)
        type.n -= executable.n;
    else if (str_ends(type, text))
        type.n -= text.n;
    if (type.n > 0)
        magic_add(ret, "%.*s, ", (int)type.n, type.p);
    magic_add(ret, "%s text%s", encoding, is_executable ? " executable" : "");
    if (lines->longest > LONG_LINE)
        magic_add(ret, ", with very long lines (%u)", (unsigned)lines->longest);
    add_line_ends(lines, ret);
    if (lines->has_escape)
        magic_add(ret, ", with escape sequences");
    if (lines->has_backspace)
        magic_add(ret, ", with overstriking");
}

/* Kinds that are named without their encoding. */
static bool
stands_alone(const struct magic_name *source)
{
    return str_starts(str_of(source->type), STR("SVG ")) ||
           str_starts(str_of(source->type), STR("Perl script text"));
}

static void
name_lines(str text, struct lines *lines, bool is_utf8)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_utf8 || ((uint8_t)text.p[i] & 0xc0) != 0x80)
            add_character(lines, (uint8_t)text.p[i]);
    lines->cr += lines->after_cr;
}

static bool
name_bytes(str text, struct magic_name *ret)
{
    text.n = text.n < ENCODING_BYTES ? text.n : ENCODING_BYTES;
    const char *encoding = encoding_of(text);
    if (!encoding)
        return false;
    struct magic_name source = {.type = ""};
    struct lines lines = {0};
    bool is_utf8 = str_starts(str_of(encoding), STR("Unicode"));
    str body = str_starts(text, STR("\xef\xbb\xbf")) ? str_from(text, 3) : text;
    if (magic_source(body, &source) && stands_alone(&source)) {
        *ret = source;
        return true;
    }
    name_lines(body, &lines, is_utf8);
    join(ret, &source, encoding, &lines);
    return true;
}

/* UTF-16 is told by its mark. What it is written in is looked for in its ASCII. */
static bool
name_utf16(str text, struct magic_name *ret)
{
    bool is_big = str_starts(text, STR("\xfe\xff"));
    if ((!is_big && !str_starts(text, STR("\xff\xfe"))) || text.n < 4)
        return false;
    struct lines lines = {0};
    struct magic_name source = {.type = ""};
    char ascii[SOURCE_BYTES];
    size_t n = 0;
    text.n = text.n < ENCODING_BYTES ? text.n : ENCODING_BYTES;
    for (size_t i = 2; i + 1 < text.n; i += 2) {
        uint32_t c = is_big ? magic_u16_big(text, i) : magic_u16(text, i);
        if (c == 0xfffe || (c < 128 && byte_class((uint8_t)c) == NO_TEXT))
            return false;
        add_character(&lines, c);
        if (n < sizeof ascii)
            ascii[n++] = c < 128 ? (char)c : '?';
    }
    lines.cr += lines.after_cr;
    magic_source((str){ascii, n}, &source);
    join(ret, &source,
         is_big ? "Unicode text, UTF-16, big-endian" : "Unicode text, UTF-16, little-endian",
         &lines);
    return true;
}

static bool
name_windows_text(str text, struct magic_name *ret)
{
    str line, rest = {text.p, text.n < 512 ? text.n : 512};
    static const char utf16[] = "\xff\xfeW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g\0i\0s\0t\0r\0y\0";
    if (str_starts(text, STR("Windows Registry Editor Version 5.0")) ||
        str_starts(text, (str){utf16, sizeof utf16 - 1}))
        magic_set(ret, "text/x-ms-regedit", "Windows Registry text (Win2K or above)");
    else if (str_starts(text, STR("REGEDIT4")))
        magic_set(ret, "text/x-ms-regedit", "Windows Registry text (Win95 or above)");
    else if (rest.n >= 9 && str_eq_nocase((str){text.p, 9}, STR("[autorun]")))
        magic_set(ret, "application/x-setupscript", "Microsoft Windows Autorun file");
    else if (str_starts(text, STR("[InternetShortcut]")) && str_line(&rest, &line) &&
             str_line(&rest, &line) && str_starts(line, STR("URL=")))
        magic_set(ret, "application/x-mswinurl",
                  "MS Windows 95 Internet shortcut text (URL=<%.*s>), ASCII text",
                  (int)(line.n < 128 ? line.n - 4 : 124), line.p + 4);
    else
        return false;
    return true;
}

/* JSON is read once, with a stack of brackets. */
struct json {
    str text;
    size_t at, depth, items; /* of the whole text */
    char open[JSON_DEPTH];
};

static bool
json_literal(struct json *json)
{
    static const char *const words[] = {"true", "false", "null"};
    str rest = str_from(json->text, json->at);
    for (size_t i = 0; i < 3; i++)
        if (str_starts(rest, str_of(words[i]))) {
            json->at += strlen(words[i]);
            return true;
        }
    size_t n = 0;
    while (n < rest.n && (ascii_is_digit(rest.p[n]) || (rest.p[n] && strchr("+-.eE", rest.p[n]))))
        n++;
    json->at += n;
    return n > 0 && (ascii_is_digit(rest.p[0]) || rest.p[0] == '-') &&
           ascii_is_digit(rest.p[n - 1]);
}

static bool
json_string(struct json *json)
{
    str text = json->text;
    for (json->at++; json->at < text.n; json->at++) {
        char c = text.p[json->at];
        if (c == '"') {
            json->at++;
            return true;
        }
        json->at += c == '\\';
    }
    return false;
}

static void
json_blanks(struct json *json)
{
    while (json->at < json->text.n && json->text.p[json->at] &&
           strchr(" \t\r\n", json->text.p[json->at]))
        json->at++;
}

/* What may come next in the value at hand. */
enum json_wants {
    WANTS_VALUE,
    WANTS_VALUE_OR_END,
    WANTS_KEY,
    WANTS_KEY_OR_END,
    WANTS_COMMA_OR_END
};

static bool
json_opens(struct json *json, char c, enum json_wants *wants)
{
    if (json->depth == JSON_DEPTH)
        return false;
    json->open[json->depth++] = c;
    json->at++;
    *wants = c == '{' ? WANTS_KEY_OR_END : WANTS_VALUE_OR_END;
    return true;
}

static bool
json_closes(struct json *json, char c, enum json_wants *wants)
{
    if (json->depth == 0 || json->open[json->depth - 1] != (c == '}' ? '{' : '['))
        return false;
    json->depth--;
    json->at++;
    *wants = WANTS_COMMA_OR_END;
    return true;
}

static bool
json_key(struct json *json, enum json_wants *wants)
{
    if (!json_string(json))
        return false;
    json_blanks(json);
    *wants = WANTS_VALUE;
    return json->at < json->text.n && json->text.p[json->at++] == ':';
}

static bool
json_step(struct json *json, enum json_wants *wants)
{
    json_blanks(json);
    if (json->at >= json->text.n)
        return false;
    char c = json->text.p[json->at];
    if ((c == '}' && (*wants == WANTS_KEY_OR_END || *wants == WANTS_COMMA_OR_END)) ||
        (c == ']' && (*wants == WANTS_VALUE_OR_END || *wants == WANTS_COMMA_OR_END)))
        return json_closes(json, c, wants);
    if (*wants == WANTS_COMMA_OR_END) {
        json->at++;
        *wants = json->open[json->depth - 1] == '{' ? WANTS_KEY : WANTS_VALUE;
        return c == ',';
    }
    if (*wants == WANTS_KEY || *wants == WANTS_KEY_OR_END)
        return c == '"' && json_key(json, wants);
    if (c == '{' || c == '[')
        return json_opens(json, c, wants);
    *wants = WANTS_COMMA_OR_END;
    return c == '"' ? json_string(json) : json_literal(json);
}

/* One object or array and the blanks behind it. */
static bool
json_document(struct json *json)
{
    enum json_wants wants = WANTS_VALUE;
    json_blanks(json);
    if (json->at >= json->text.n || !strchr("{[", json->text.p[json->at]))
        return false;
    do
        if (!json_step(json, &wants))
            return false;
    while (json->depth > 0);
    json_blanks(json);
    json->items++;
    return true;
}

static bool
name_json(str text, struct magic_name *ret)
{
    struct json json = {.text = text};
    if (text.n > JSON_BYTES)
        return false;
    do
        if (!json_document(&json))
            return false;
    while (json.at < text.n);
    if (json.items > 1)
        magic_set(ret, "application/x-ndjson", "New Line Delimited JSON text data");
    else
        magic_set(ret, "application/json", "JSON text data");
    return true;
}

/* The first lines have as many commas each, and one at least. */
static bool
name_csv(str text, struct magic_name *ret)
{
    size_t lines = 0, commas = 0, first = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.n && lines < CSV_LINES; i++) {
        quoted ^= text.p[i] == '"';
        commas += text.p[i] == ',' && !quoted;
        if (text.p[i] != '\n' || quoted)
            continue;
        first = lines++ == 0 ? commas : first;
        if (commas == 0 || commas != first)
            return false;
        commas = 0;
    }
    if (lines < 3 || (lines < CSV_LINES && commas > 0 && commas != first))
        return false;
    magic_set(ret, "text/csv", "CSV text");
    return true;
}

bool
magic_text(str data, struct magic_name *ret)
{
    str near = {data.p, data.n < ENCODING_BYTES ? data.n : ENCODING_BYTES};
    if (name_windows_text(data, ret) || name_utf16(data, ret) || name_json(data, ret))
        return true;
    bool is_text = encoding_of(near) != NULL;
    return is_text && (name_csv(near, ret) || name_bytes(data, ret));
}
