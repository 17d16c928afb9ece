/* SPDX-License-Identifier: Apache-2.0 */
/* Each trick is a row: words that all occur, in small letters and without the marks that malware
 * strews in (^, `, "). */
#include "scan/checks_formats/doubt.h"

enum { TEXT = 8192, PADDING = 64 };

static const struct check_reason encoded = {
    "encoded-command", "lệnh PowerShell được mã hóa để người khác không đọc được",
    "a PowerShell command that is encoded so that nobody can read it"};
static const struct check_reason hidden = {"hidden-window", "chạy PowerShell trong cửa sổ ẩn",
                                           "PowerShell runs in a hidden window"};
static const struct check_reason download = {"download", "nó tải chương trình từ mạng về rồi chạy",
                                             "it downloads a program and runs it"};
static const struct check_reason borrowed = {"borrowed-program",
                                             "nó mượn một chương trình của Windows để chạy mã lạ",
                                             "it has a program of Windows run foreign code"};
static const struct check_reason decoded = {"decode", "nó giải mã một chương trình đã được giấu",
                                            "it decodes a program that was disguised"};
static const struct check_reason temporary = {
    "temporary-folder", "nó nằm trong thư mục tạm, nơi không cài đặt chương trình",
    "it stands in a folder for temporary files, where no program is installed"};
static const struct check_reason bin = {"recycle-bin",
                                        "nó nằm trong thùng rác hoặc thư mục ẩn của sâu USB",
                                        "it stands in the recycle bin or a folder of USB worms"};
static const struct check_reason open_folder = {
    "open-folder", "nó nằm trong thư mục mà ai cũng ghi được, không thuộc chương trình nào",
    "it stands loose in a folder that anyone may write to"};
static const struct check_reason ending = {
    "double-ending", "tên tệp giả làm tài liệu nhưng thật ra là chương trình",
    "its name pretends to be a document, but it is a program"};
static const struct check_reason turned = {
    "turned-name", "tên tệp chứa ký tự đảo chiều chữ để lừa người xem",
    "its name has a mark that turns letters round to deceive"};

static const struct check_reason padded = {
    "padded", "phần đáng ngờ của lệnh bị đẩy ra ngoài khung nhìn bằng rất nhiều dấu cách",
    "many blanks push the rest of the command out of sight"};

struct trick {
    const char *words[3]; /* all of them; NULL where there are fewer */
    const struct check_reason *reason;
    enum finding_level level;
};
static const struct trick tricks[] = {
    {{"powershell", "frombase64string"}, &encoded, FINDING_SUSPICIOUS},
    {{"powershell", "downloadstring"}, &download, FINDING_SUSPICIOUS},
    {{"powershell", "downloadfile"}, &download, FINDING_SUSPICIOUS},
    {{"powershell", "downloaddata"}, &download, FINDING_SUSPICIOUS},
    {{"powershell", "invoke-expression"}, &download, FINDING_SUSPICIOUS},
    {{"mshta", "javascript:"}, &borrowed, FINDING_SUSPICIOUS},
    {{"mshta", "vbscript:"}, &borrowed, FINDING_SUSPICIOUS},
    {{"mshta", "http"}, &download, FINDING_SUSPICIOUS},
    {{"regsvr32", "/i:http"}, &download, FINDING_SUSPICIOUS},
    {{"regsvr32", "-i:http"}, &download, FINDING_SUSPICIOUS},
    {{"regsvr32", "scrobj"}, &borrowed, FINDING_SUSPICIOUS},
    {{"rundll32", "javascript:"}, &borrowed, FINDING_SUSPICIOUS},
    {{"rundll32", "vbscript:"}, &borrowed, FINDING_SUSPICIOUS},
    {{"rundll32", "\\appdata\\roaming\\"}, &borrowed, FINDING_SUSPICIOUS},
    {{"certutil", "urlcache"}, &download, FINDING_SUSPICIOUS},
    {{"certutil", "-decode"}, &decoded, FINDING_SUSPICIOUS},
    {{"certutil", "/decode"}, &decoded, FINDING_SUSPICIOUS},
    {{"bitsadmin", "/transfer"}, &download, FINDING_SUSPICIOUS},
    {{"bitsadmin", "/addfile"}, &download, FINDING_SUSPICIOUS},
    {{"bitsadmin", "notifycmdline"}, &borrowed, FINDING_SUSPICIOUS},
    {{"msiexec", "/i", "http"}, &download, FINDING_SUSPICIOUS},
    {{"msiexec", "/q", "http"}, &download, FINDING_SUSPICIOUS},
    {{"cmd", " start ", "\\appdata\\"}, &open_folder, FINDING_SUSPICIOUS},
    {{"cmd", " start ", "%appdata%"}, &open_folder, FINDING_SUSPICIOUS},
    {{"cmd", " start ", "%temp%"}, &temporary, FINDING_SUSPICIOUS},
    {{"cmd", "curl", "http"}, &download, FINDING_SUSPICIOUS},
};

static const char *const scripts[] = {".vbs", ".vbe", ".js",  ".jse", ".wsf", ".wsh", ".hta",
                                      ".bat", ".cmd", ".ps1", ".scr", ".pif", ".com", NULL};
static const char *const programs[] = {".exe", ".scr", ".pif", ".com", ".bat", ".cmd",
                                       ".vbs", ".vbe", ".js",  ".jse", ".wsf", ".hta",
                                       ".lnk", ".dll", ".ps1", ".msi", NULL};
static const char *const documents[] = {".pdf", ".doc", ".docx", ".xls",  ".xlsx", ".ppt", ".pptx",
                                        ".txt", ".rtf", ".jpg",  ".jpeg", ".png",  ".gif", ".mp3",
                                        ".mp4", ".avi", ".zip",  ".rar",  NULL};

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
doubt_word(str *rest, str *ret)
{
    while (rest->n > 0 && is_blank(rest->p[0]))
        *rest = str_from(*rest, 1);
    if (rest->n == 0)
        return false;
    bool is_quoted = rest->p[0] == '"';
    size_t start = is_quoted, end = start;
    while (end < rest->n && rest->p[end] != '"' && (is_quoted || !is_blank(rest->p[end])))
        end++;
    *ret = (str){rest->p + start, end - start};
    *rest = str_from(*rest, end + is_quoted);
    return true;
}

str
doubt_base(str path)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '\\' && path.p[at - 1] != '/')
        at--;
    return str_from(path, at);
}

bool
doubt_ends(str path, const char *const *endings)
{
    for (; *endings; endings++) {
        size_t n = strlen(*endings);
        if (path.n >= n && str_eq_nocase(str_from(path, path.n - n), str_of(*endings)))
            return true;
    }
    return false;
}

bool
doubt_is_script(str path)
{
    return doubt_ends(path, scripts);
}

/* "report.pdf.exe", "report.pdf      .exe" */
static bool
has_double_ending(str name)
{
    if (!doubt_ends(name, programs))
        return false;
    while (name.p[name.n - 1] != '.')
        name.n--;
    name.n--;
    return doubt_ends(str_trim(name), documents);
}

/* PATH's folder is the one that TAIL ends, so that the program stands in no folder of its own. */
static bool
stands_in(str path, const char *const *tails)
{
    path.n -= doubt_base(path).n;
    return doubt_ends(path, tails);
}

/* C:\Users\NAME\x.exe */
static bool
stands_in_profile(str path)
{
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++)
        n += path.p[i] == '\\';
    return n == 3 && path.n > 9 && str_eq_nocase((str){path.p + 1, 8}, STR(":\\Users\\"));
}

struct doubt
doubt_path(str path)
{
    static const char *const loose[] = {
        "\\appdata\\roaming\\", "\\appdata\\local\\", ":\\programdata\\",
        "\\users\\public\\",    "%appdata%\\",        "%localappdata%\\",
        "%programdata%\\",      "%public%\\",         NULL};
    str name = doubt_base(path);
    if (str_find(path, STR("\u202e")) != SIZE_MAX || str_find(path, STR("\u202d")) != SIZE_MAX)
        return (struct doubt){FINDING_SUSPICIOUS, &turned};
    if (has_double_ending(name))
        return (struct doubt){FINDING_SUSPICIOUS, &ending};
    if (!doubt_ends(name, programs))
        return (struct doubt){0};
    if (str_contains_nocase(path, STR("\\$recycle.bin\\")) ||
        str_contains_nocase(path, STR("\\recycler\\")) ||
        str_find(path, STR("\\\u00a0\\")) != SIZE_MAX)
        return (struct doubt){FINDING_SUSPICIOUS, &bin};
    if (str_contains_nocase(path, STR("\\appdata\\local\\temp\\")) ||
        str_contains_nocase(path, STR("\\windows\\temp\\")) ||
        str_contains_nocase(path, STR("%temp%\\")) || str_contains_nocase(path, STR("%tmp%\\")) ||
        (path.n > 8 && str_eq_nocase((str){path.p + 1, 7}, STR(":\\temp\\"))))
        return (struct doubt){FINDING_SUSPICIOUS, &temporary};
    if (stands_in(path, loose) || stands_in_profile(path) ||
        (doubt_is_script(name) && (str_contains_nocase(path, STR("\\appdata\\")) ||
                                   str_contains_nocase(path, STR("\\users\\public\\")))))
        return (struct doubt){FINDING_SUSPICIOUS, &open_folder};
    return (struct doubt){0};
}

/* -e, -enc … with Base64 behind it; -w hidden; iex as a word of its own. */
static struct doubt
doubt_powershell(str text)
{
    enum { BASE64 = 16 };
    struct doubt doubt = {0};
    str word, option = {0};
    while (doubt_word(&text, &word)) {
        if (str_eq(word, STR("iex")) || str_starts(word, STR("iex(")) ||
            str_contains_nocase(word, STR("|iex")))
            return (struct doubt){FINDING_SUSPICIOUS, &download};
        if (option.n > 0 && word.n >= BASE64 &&
            (str_eq(option, STR("ec")) || str_starts(STR("encodedcommand"), option)))
            return (struct doubt){FINDING_SUSPICIOUS, &encoded};
        if (option.n > 0 && option.p[0] == 'w' && str_starts(STR("windowstyle"), option) &&
            (str_eq(word, STR("hidden")) || str_eq(word, STR("1")) || str_eq(word, STR("h"))))
            doubt = (struct doubt){FINDING_LOOK, &hidden};
        bool is_option = word.n > 1 && (word.p[0] == '-' || word.p[0] == '/');
        option = is_option ? str_from(word, 1) : (str){0};
    }
    return doubt;
}

static bool
has_all(str text, const struct trick *trick)
{
    for (size_t i = 0; i < 3 && trick->words[i]; i++)
        if (str_find(text, str_of(trick->words[i])) == SIZE_MAX)
            return false;
    return true;
}

static void
keep_graver(struct doubt *doubt, struct doubt other)
{
    if (other.reason && (!doubt->reason || other.level > doubt->level))
        *doubt = other;
}

/* As the tricks have it: blanks in a row are one. */
static size_t
plain_text(str command, char out[TEXT], size_t *ret_blanks)
{
    size_t n = 0, row = 0;
    *ret_blanks = 0;
    for (size_t i = 0; i < command.n && n < TEXT; i++) {
        bool blank = is_blank(command.p[i]);
        row = blank ? row + 1 : 0;
        *ret_blanks = row > *ret_blanks ? row : *ret_blanks;
        if (row <= 1 && !memchr("^`\"'", command.p[i], 4))
            out[n++] = blank ? ' ' : ascii_lower(command.p[i]);
    }
    return n;
}

struct doubt
doubt_command(str command)
{
    char plain[TEXT];
    size_t blanks;
    str text = {plain, plain_text(command, plain, &blanks)}, word;
    struct doubt doubt = {0};
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++)
        if (has_all(text, &tricks[i]))
            keep_graver(&doubt, (struct doubt){tricks[i].level, tricks[i].reason});
    if (blanks >= PADDING)
        keep_graver(&doubt, (struct doubt){FINDING_SUSPICIOUS, &padded});
    if (str_find(text, STR("powershell")) != SIZE_MAX || str_find(text, STR("pwsh")) != SIZE_MAX)
        keep_graver(&doubt, doubt_powershell(text));
    for (str rest = command; doubt_word(&rest, &word);) {
        size_t comma = str_find(word, STR(",")); /* rundll32 FILE,FUNCTION */
        keep_graver(&doubt, doubt_path((str){word.p, comma == SIZE_MAX ? word.n : comma}));
    }
    keep_graver(&doubt, doubt_path(command)); /* an unquoted path with blanks */
    return doubt;
}

bool
doubt_is_false_system_program(str path, str windows)
{
    static const char *const names[] = {"svchost.exe",  "lsass.exe",
                                        "csrss.exe",    "smss.exe",
                                        "winlogon.exe", "services.exe",
                                        "wininit.exe",  "spoolsv.exe",
                                        "explorer.exe", "taskhostw.exe",
                                        "dwm.exe",      "conhost.exe",
                                        "rundll32.exe", NULL};
    static const char *const folders[] = {"\\", "\\system32\\", "\\syswow64\\", "\\sysnative\\"};
    str base = doubt_base(path);
    bool is_system = false;
    for (const char *const *name = names; *name; name++)
        is_system = is_system || str_eq_nocase(base, str_of(*name));
    if (!is_system || path.n == base.n)
        return false;
    str folder = {path.p, path.n - base.n};
    if (folder.n < windows.n || !str_eq_nocase((str){folder.p, windows.n}, windows))
        return true;
    str below = str_from(folder, windows.n);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (str_eq_nocase(below, str_of(folders[i])))
            return false;
    return !str_starts(below, STR("\\WinSxS\\")) && !str_starts(below, STR("\\winsxs\\"));
}
