/* SPDX-License-Identifier: Apache-2.0 */
/* What a text is written in, by rules in the order of how much they prove: the first that holds
 * names it. Only the beginning of a text is looked at. */
#include "scan/modules/magic.h"

enum {
    LOOKED_AT = 8192,
    TAGS_WITHIN = 4096,
    LINE_MAX_LOOKED_AT = 512, /* so that a long line costs no square of its length */
};

enum place {
    START,   /* the text begins with the pattern; its letters may be of either case */
    SCRIPT,  /* the first line is "#!" and a path that ends with it */
    WITHIN,  /* it occurs, its letters of either case */
    LINE,    /* a line begins with it */
    MESSAGE, /* the same of the first line alone */
};

/* In a line's pattern '~' is any blanks, '^' at least one, '@' a name, '%' what stands between the
 * brackets of a plain definition, '*' anything (once a pattern), a last '$' the line's end. */
struct rule {
    enum place place;
    const char *pattern;
    const char *then; /* a line at or behind the first must begin with it */
    const char *type, *mime;
};

static const char C[] = "C source text", C_MIME[] = "text/x-c";
static const char CXX[] = "C++ source text", CXX_MIME[] = "text/x-c++";
static const char PYTHON[] = "Python script text executable";
static const char PYTHON_MIME[] = "text/x-script.python";
static const char JS[] = "JavaScript source text", JS_MIME[] = "application/javascript";
static const char RUBY[] = "Ruby script text", RUBY_MIME[] = "text/x-ruby";
static const char PERL[] = "Perl5 module source text";
static const char POD[] = "Perl POD document text";
static const char HTML[] = "HTML document text", HTML_MIME[] = "text/html";
static const char SHELL_MIME[] = "text/x-shellscript";
static const char ASM[] = "assembler source text", ASM_MIME[] = "text/x-asm";
static const char MAKE[] = "makefile script text", MAKE_MIME[] = "text/x-makefile";
static const char TROFF[] = "troff or preprocessor input text", TROFF_MIME[] = "text/troff";
static const char LATEX[] = "LaTeX document text", TEX_MIME[] = "text/x-tex";
static const char BATCH[] = "DOS batch file text", BATCH_MIME[] = "text/x-msdos-batch";

static const struct rule rules[] = {
    {SCRIPT, "/sh", NULL, "POSIX shell script text executable", SHELL_MIME},
    {SCRIPT, "bash", NULL, "Bourne-Again shell script text executable", SHELL_MIME},
    {SCRIPT, "/ksh", NULL, "Korn shell script text executable", SHELL_MIME},
    {SCRIPT, "/csh", NULL, "C shell script text executable", SHELL_MIME},
    {SCRIPT, "tcsh", NULL, "Tenex C shell script text executable", SHELL_MIME},
    {SCRIPT, "zsh", NULL, "Paul Falstad's zsh script text executable", SHELL_MIME},
    {SCRIPT, "fish", NULL, "fish shell script text executable", SHELL_MIME},
    {SCRIPT, "node", NULL, "Node.js script executable", JS_MIME},
    {SCRIPT, "nodejs", NULL, "Node.js script executable", JS_MIME},
    {SCRIPT, "python", NULL, PYTHON, PYTHON_MIME},
    {SCRIPT, "python2", NULL, PYTHON, PYTHON_MIME},
    {SCRIPT, "python3", NULL, PYTHON, PYTHON_MIME},
    {SCRIPT, "ruby", NULL, "Ruby script text executable", RUBY_MIME},
    {SCRIPT, "php", NULL, "PHP script text executable", "text/x-php"},
    {SCRIPT, "gawk", NULL, "GNU awk script text executable", "text/x-gawk"},
    {SCRIPT, "awk", NULL, "awk script text executable", "text/x-awk"},
    {SCRIPT, "tclsh", NULL, "Tcl/Tk script text executable", "text/x-tcl"},
    {SCRIPT, "wish", NULL, "Tcl/Tk script text executable", "text/x-tcl"},
    {SCRIPT, "lua", NULL, "Lua script text executable", "text/x-lua"},
    {START, "\"\"\"", NULL, PYTHON, NULL},
    {START, "<!doctype html", NULL, HTML, HTML_MIME},
    {WITHIN, "<!doctype html", NULL, HTML, HTML_MIME},
    {START, "<?php", NULL, "PHP script text", "text/x-php"},
    {START, "<html>", NULL, HTML, HTML_MIME},
    {START, "{\\rtf", NULL, "Rich Text Format data", "text/rtf"},
    {LINE, "~module.exports*=", NULL, JS, JS_MIME},
    {LINE, "\"use strict\"", NULL, JS, JS_MIME},
    {LINE, "'use strict'", NULL, JS, JS_MIME},
    {LINE, "import^*from^'*", NULL, JS, JS_MIME},
    {LINE, "import^*from^\"*", NULL, JS, JS_MIME},
    {LINE, "export^default^", NULL, JS, JS_MIME},
    {LINE, "export^const^", NULL, JS, JS_MIME},
    {LINE, "export^function^", NULL, JS, JS_MIME},
    {LINE, "export^class^", NULL, JS, JS_MIME},
    {LINE, "export^{*}", NULL, JS, JS_MIME},
    {LINE, "const^*=~require(", NULL, JS, JS_MIME},
    {LINE, "var^*=~require(", NULL, JS, JS_MIME},
    {LINE, "let^*=~require(", NULL, JS, JS_MIME},
    {LINE, "require('", NULL, JS, JS_MIME},
    {LINE, "(function", NULL, JS, JS_MIME},
    {LINE, "$(document).ready(", NULL, JS, JS_MIME},
    {MESSAGE, "package^@~;", NULL, PERL, NULL},
    {LINE, "package^@~;", "1~;", PERL, NULL},
    {LINE, "package^@~;", "use^*;", PERL, NULL},
    {LINE, "package^@~;", "sub^*{", PERL, NULL},
    {LINE, "package^@~;", "my^*=", PERL, NULL},
    {LINE, "namespace^@~{", NULL, CXX, CXX_MIME},
    {LINE, "namespace^@$", "~{", CXX, CXX_MIME},
    {LINE, "using^namespace^std~;", NULL, CXX, CXX_MIME},
    {LINE, "using^std::@~;", NULL, CXX, CXX_MIME},
    {LINE, "~template~<*>$", NULL, CXX, CXX_MIME},
    {LINE, "~virtual^*;$", NULL, CXX, CXX_MIME},
    {LINE, "~virtual^*}$", NULL, CXX, CXX_MIME},
    {LINE, "from^@^import", NULL, PYTHON, PYTHON_MIME},
    {LINE, "~public:", NULL, CXX, CXX_MIME},
    {LINE, "~private:", NULL, CXX, CXX_MIME},
    {LINE, "~protected:", NULL, CXX, CXX_MIME},
    {LINE, "~def^__init__~(self", NULL, PYTHON, PYTHON_MIME},
    {LINE, "~if^__name__*__main__", NULL, PYTHON, PYTHON_MIME},
    {LINE, "~require^'@'", NULL, RUBY, RUBY_MIME},
    {LINE, "~require^'@/@'", NULL, RUBY, RUBY_MIME},
    {LINE, "~module^@$", "~end$", RUBY, RUBY_MIME},
    {LINE, "~class^@^<^@$", "~end$", RUBY, RUBY_MIME},
    {LINE, "~try:", "~except*:$", PYTHON, PYTHON_MIME},
    {LINE, "~try:", "~finally:", PYTHON, PYTHON_MIME},
    {LINE, "class^@~:$", NULL, PYTHON, PYTHON_MIME},
    {LINE, "class^@(*):$", NULL, PYTHON, PYTHON_MIME},
    {LINE, "~def^@", "*(%):$", PYTHON, PYTHON_MIME},
    {LINE, "#include", NULL, C, C_MIME},
    {LINE, "#~pragma", NULL, C, C_MIME},
    {LINE, "~class^@~{", NULL, CXX, CXX_MIME},
    {LINE, "#~ifdef", "#~endif$", C, C_MIME},
    {LINE, "#~ifndef", "#~endif$", C, C_MIME},
    {LINE, "~extern^", NULL, C, C_MIME},
    {LINE, "struct^", NULL, C, C_MIME},
    {LINE, "union^", NULL, C, C_MIME},
    {LINE, "~char^*;$", NULL, C, C_MIME},
    {LINE, "~double^*;$", NULL, C, C_MIME},
    {LINE, "~float^*;$", NULL, C, C_MIME},
    {LINE, "*main(*", "*)~{", C, C_MIME},
    {WITHIN, "<head>", NULL, HTML, HTML_MIME},
    {WITHIN, "<head ", NULL, HTML, HTML_MIME},
    {WITHIN, "<title>", NULL, HTML, HTML_MIME},
    {WITHIN, "<html>", NULL, HTML, HTML_MIME},
    {WITHIN, "<html ", NULL, HTML, HTML_MIME},
    {WITHIN, "<script>", NULL, HTML, HTML_MIME},
    {WITHIN, "<script ", NULL, HTML, HTML_MIME},
    {WITHIN, "<style>", NULL, HTML, HTML_MIME},
    {WITHIN, "<style ", NULL, HTML, HTML_MIME},
    {WITHIN, "<table>", NULL, HTML, HTML_MIME},
    {WITHIN, "<table ", NULL, HTML, HTML_MIME},
    {WITHIN, "<a href=", NULL, HTML, HTML_MIME},
    {WITHIN, "<!doctype", NULL, "exported SGML document text", NULL},
    {WITHIN, "<!--", NULL, "exported SGML document text", NULL},
    {LINE, "*.la - a libtool library file", NULL, "libtool library file text", NULL},
    {START, "=pod\n", NULL, POD, NULL},
    {START, "\n=pod\n", NULL, POD, NULL},
    {START, "=head1 ", NULL, POD, NULL},
    {START, "\n=head1 ", NULL, POD, NULL},
    {START, "=encoding ", NULL, POD, NULL},
    {MESSAGE, "@~echo^off", NULL, BATCH, BATCH_MIME},
    {START, "@echo off", NULL, BATCH, BATCH_MIME},
    {START, "@ echo off", NULL, BATCH, BATCH_MIME},
    {START, "@rem", NULL, BATCH, BATCH_MIME},
    {START, "@set ", NULL, BATCH, BATCH_MIME},
    {LINE, "\\documentclass", NULL, "LaTeX 2e document text", TEX_MIME},
    {LINE, "\\section", NULL, LATEX, TEX_MIME},
    {LINE, "\\setlength", NULL, LATEX, TEX_MIME},
    {LINE, "\\relax", NULL, LATEX, TEX_MIME},
    {LINE, "\\input", NULL, "TeX document text", TEX_MIME},
    {START, ".\\\"", NULL, TROFF, TROFF_MIME},
    {START, "'\\\"", NULL, TROFF, TROFF_MIME},
    {START, "'.\\\"", NULL, TROFF, TROFF_MIME},
    {START, "\\\"", NULL, TROFF, TROFF_MIME},
    {LINE, ".TH^", NULL, TROFF, TROFF_MIME},
    {START, ".SH", NULL, TROFF, TROFF_MIME},
    {LINE, "~.file", NULL, ASM, ASM_MIME},
    {LINE, "~.text", NULL, ASM, ASM_MIME},
    {LINE, "~.globl", NULL, ASM, ASM_MIME},
    {LINE, "~.section", NULL, ASM, ASM_MIME},
    {LINE, "~.ascii", NULL, ASM, ASM_MIME},
    {LINE, "~.byte", NULL, ASM, ASM_MIME},
    {LINE, "all:", NULL, MAKE, MAKE_MIME},
    {LINE, "CFLAGS", NULL, MAKE, MAKE_MIME},
    {LINE, "LDFLAGS", NULL, MAKE, MAKE_MIME},
    {LINE, "VPATH", NULL, MAKE, MAKE_MIME},
    {LINE, ".PRECIOUS", NULL, MAKE, MAKE_MIME},
    {START, "diff ", NULL, "diff output text", "text/x-diff"},
    {START, "*** ", NULL, "diff output text", "text/x-diff"},
    {START, "Only in ", NULL, "diff output text", "text/x-diff"},
    {START, "Received:", NULL, "RFC 822 mail text", "message/rfc822"},
    {START, "Return-Path:", NULL, "SMTP mail text", "message/rfc822"},
    {START, "Delivered-To:", NULL, "SMTP mail text", "message/rfc822"},
    {START, "From: ", NULL, "news or mail text", "message/rfc822"},
    {START, "Message-ID:", NULL, "news text", "message/rfc822"},
    {START, "MIME-Version:", NULL, "MIME entity text", NULL},
    {START, "Content-Type: ", NULL, "news or mail text", NULL},
    {MESSAGE, "begin^@^", NULL, "uuencoded text", NULL},
    {LINE, "(This file must be converted with BinHex", NULL, "BinHex binary text, version 4.0",
     "application/mac-binhex40"},
    {LINE, "~package^require^", NULL, "Tcl script text", "text/x-tcl"},
    {START, ";;", NULL, "Lisp/Scheme program text", "text/x-lisp"},
    {START, "(defun ", NULL, "Lisp/Scheme program text", "text/x-lisp"},
    {START, "c ", NULL, "FORTRAN program text", "text/x-fortran"},
};

static bool
is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_name(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' ||
           c == ':' || c == '.';
}

static bool
is_parameter(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || c == '*' || c == ',' ||
           c == ' ';
}

/* Takes what a sign of the pattern stands for from AT on; SIZE_MAX when it does not stand there. */
static size_t
take_sign(str line, size_t at, char sign)
{
    bool (*fits)(char c) = sign == '@' ? is_name : sign == '%' ? is_parameter : is_blank;
    size_t end = at;
    while (end < line.n && fits(line.p[end]))
        end++;
    return end == at && (sign == '^' || sign == '@') ? SIZE_MAX : end;
}

/* PATTERN has no '*'. */
static bool
fits_at(str line, size_t at, str pattern)
{
    for (size_t i = 0; i < pattern.n; i++) {
        char sign = pattern.p[i];
        if (sign == '~' || sign == '^' || sign == '@' || sign == '%') {
            at = take_sign(line, at, sign);
            if (at == SIZE_MAX)
                return false;
        } else if (sign == '$' && i + 1 == pattern.n) {
            at = take_sign(line, at, '~');
            if (at < line.n)
                return false;
        } else if (at < line.n && line.p[at] == sign) {
            at++;
        } else {
            return false;
        }
    }
    return true;
}

static bool
fits_line(str line, const char *pattern)
{
    str tail = str_of(pattern), head;
    line.n = line.n < LINE_MAX_LOOKED_AT ? line.n : LINE_MAX_LOOKED_AT;
    str_cut(&tail, '*', &head);
    if (!fits_at(line, 0, head))
        return false;
    if (!tail.p)
        return true;
    for (size_t at = 0; at <= line.n; at++)
        if (fits_at(line, at, tail))
            return true;
    return false;
}

static bool
has_line(str text, const char *pattern, str *ret_rest)
{
    str line, rest = text, before = text;
    while (str_line(&rest, &line)) {
        if (fits_line(line, pattern)) {
            *ret_rest = before;
            return true;
        }
        before = rest;
    }
    return false;
}

/* The program of "#! /usr/bin/env NAME" or "#!/PATH -x", as it is written. */
static str
script_program(str text)
{
    str line, program = {NULL, 0};
    if (!str_starts(text, STR("#!")) || !str_line(&text, &line))
        return (str){NULL, 0};
    line = str_trim(str_from(line, 2));
    if (str_starts(line, STR("/usr/bin/env ")))
        line = str_trim(str_from(line, 13));
    str_cut(&line, ' ', &program);
    return program;
}

static bool
holds(const struct rule *rule, str text, str program)
{
    str pattern = str_of(rule->pattern), rest = text, line;
    switch (rule->place) {
    case SCRIPT:
        return program.n > 0 && str_ends(program, pattern);
    case START:
        return text.n >= pattern.n && str_eq_nocase((str){text.p, pattern.n}, pattern);
    case WITHIN:
        text.n = text.n < TAGS_WITHIN ? text.n : TAGS_WITHIN;
        return str_contains_nocase(text, pattern);
    case MESSAGE:
        return str_line(&rest, &line) && fits_line(line, rule->pattern);
    default:
        return has_line(text, rule->pattern, &rest) &&
               (!rule->then || has_line(rest, rule->then, &line));
    }
}

static bool
name_xml(str text, struct magic_name *ret)
{
    str near = {text.p, text.n < TAGS_WITHIN ? text.n : TAGS_WITHIN};
    bool is_xml = str_starts(text, STR("<?xml version=")) && text.n > 19;
    if (str_starts(text, STR("<svg")) || (is_xml && str_find(near, STR("<svg")) != SIZE_MAX))
        magic_set(ret, "image/svg+xml", "SVG Scalable Vector Graphics image");
    else if (is_xml)
        magic_set(ret, "text/xml", "XML %.3s document text", text.p + 15);
    else if (text.n >= 5 && str_eq_nocase((str){text.p, 5}, STR("<?xml")))
        magic_set(ret, "text/xml", "XML document text");
    else
        return false;
    return true;
}

/* A script of Perl is named before its encoding is looked at, and any other by its path. */
static bool
name_script(str text, str program, struct magic_name *ret)
{
    str line;
    if (program.n == 0)
        return false;
    if (str_ends(program, STR("perl"))) {
        magic_set(ret, "text/x-perl", "Perl script text executable");
        return true;
    }
    str_line(&text, &line);
    line = str_trim(str_from(line, 2));
    if (str_starts(line, STR("/usr/bin/env ")))
        line = str_trim(str_from(line, 13));
    magic_set(ret, NULL, "a %.*s script text executable", (int)(line.n < 80 ? line.n : 80), line.p);
    return true;
}

bool
magic_source(str text, struct magic_name *ret)
{
    text.n = text.n < LOOKED_AT ? text.n : LOOKED_AT;
    if (name_xml(text, ret))
        return true;
    str program = script_program(text);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].place != SCRIPT && program.n > 0)
            break;
        if (holds(&rules[i], text, program)) {
            magic_set(ret, rules[i].mime, "%s", rules[i].type);
            return true;
        }
    }
    return name_script(text, program, ret);
}
