/* SPDX-License-Identifier: Apache-2.0 */
/* Each trick is a row: its level, its words, and what recognizes it. */
#include "scan/checks/suspect.h"

static bool
is_one_of(str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_of(*list)))
            return true;
    return false;
}

static bool
has_one_of(str text, const char *const *list)
{
    for (; *list; list++)
        if (str_contains_nocase(text, str_of(*list)))
            return true;
    return false;
}

/* "python3.11" is a python. */
static bool
is_interpreter(str program)
{
    static const char *const names[] = {"python", "perl", "ruby", "php", "node", "lua", NULL};
    str base = command_base(program);
    size_t n = base.n;
    while (n > 0 && (ascii_is_digit(base.p[n - 1]) || base.p[n - 1] == '.'))
        n--;
    return is_one_of((str){base.p, n}, names);
}

static bool
is_downloader(str program)
{
    static const char *const names[] = {"curl", "wget", "fetch",  "lwp-download", "tftp", "ftpget",
                                        "nc",   "ncat", "netcat", "lynx",         NULL};
    return is_one_of(command_base(program), names);
}

static bool
is_netcat(str program)
{
    static const char *const names[] = {"nc",         "ncat",  "netcat", "nc.traditional",
                                        "nc.openbsd", "socat", "telnet", NULL};
    return is_one_of(command_base(program), names);
}

/* One of the stage's words behind its program. */
static bool
has_word(const struct command_line *line, size_t stage, const char *const *list)
{
    for (size_t i = line->stages[stage].next; i != SIZE_MAX; i = command_next(line, i))
        if (is_one_of(line->words[i].text, list))
            return true;
    return false;
}

/* In the words of the stage behind its program. */
static bool
words_have(const struct command_line *line, size_t stage, const char *const *list)
{
    for (size_t i = line->stages[stage].next; i != SIZE_MAX; i = command_next(line, i))
        if (has_one_of(line->words[i].text, list))
            return true;
    return false;
}

static bool
is_decoder(const struct command_line *line, size_t stage)
{
    static const char *const decodes[] = {"-d", "-D", "--decode", "-di", "-id", NULL};
    static const char *const reverts[] = {"-r", "-rp", "-p", "-ps", NULL};
    str name = command_base(command_program(line, stage));
    if (str_eq(name, STR("base64")) || str_eq(name, STR("base32")) || str_eq(name, STR("openssl")))
        return has_word(line, stage, decodes);
    return str_eq(name, STR("xxd")) && has_word(line, stage, reverts);
}

/* True when the stage runs what comes to it: a shell or an interpreter without a program of its
 * own, eval and source. */
static bool
runs_input(const struct command_line *line, size_t stage, bool as_words)
{
    str program = command_program(line, stage), name = command_base(program);
    if (str_eq(name, STR("eval")) || str_eq(name, STR("source")) || str_eq(name, STR(".")))
        return true;
    if (!command_is_shell(program) && !is_interpreter(program))
        return false;
    if (as_words)
        return true;
    for (size_t i = line->stages[stage].next; i != SIZE_MAX; i = command_next(line, i)) {
        str word = line->words[i].text;
        if (str_eq(word, STR("-")) || str_eq(word, STR("-s")) || str_eq(word, STR("/dev/stdin")))
            return true;
        if (!str_starts(word, STR("-")) || !command_is_shell(program) ||
            (word.n > 1 && word.p[1] != '-' && memchr(word.p, 'c', word.n)))
            return false;
    }
    return true;
}

static bool
output_is_run(const struct command_line *line, size_t from)
{
    for (size_t to = 0; to < line->stage_count; to++) {
        if (to == from || !command_feeds(line, from, to))
            continue;
        if (line->stages[to].runs_output && line->stages[from].outer == (int)to)
            return true;
        if (runs_input(line, to, line->stages[from].chain != line->stages[to].chain))
            return true;
    }
    return false;
}

static bool
downloads_and_runs(const struct command_line *line, size_t stage)
{
    return is_downloader(command_program(line, stage)) && output_is_run(line, stage);
}

static bool
decodes_and_runs(const struct command_line *line, size_t stage)
{
    static const char *const encoded[] = {"b64decode", "base64",     "gzinflate", "fromhex",
                                          "unhexlify", "decompress", NULL};
    static const char *const runs[] = {"exec(", "eval(", "eval ", "system(", NULL};
    str program = command_program(line, stage);
    if (is_decoder(line, stage) && output_is_run(line, stage))
        return true;
    return is_interpreter(program) && words_have(line, stage, encoded) &&
           words_have(line, stage, runs);
}

static bool
opens_shell(const struct command_line *line, size_t stage)
{
    static const char *const runs[] = {"-e",   "-c",  "--exec", "--sh-exec", "-lvpe", "-lpe",
                                       "-nve", "-le", "-ve",    "-ne",       NULL};
    static const char *const executes[] = {"exec:", "system:", NULL};
    str program = command_program(line, stage);
    if (!is_netcat(program))
        return false;
    if (str_eq(command_base(program), STR("socat")))
        return words_have(line, stage, executes);
    if (has_word(line, stage, runs))
        return true;
    for (size_t from = 0; from < line->stage_count; from++)
        if (from != stage && command_is_shell(command_program(line, from)) &&
            command_feeds(line, from, stage))
            return true;
    return false;
}

/* python -c "import socket…" */
static bool
connects_inline(const struct command_line *line, size_t stage)
{
    static const char *const inlines[] = {"-c", "-e", "-r", "-E", "-nle", "-MIO", "-MSocket", NULL};
    static const char *const sockets[] = {"socket", "fsockopen", "tcpsocket", "net.connect", NULL};
    return is_interpreter(command_program(line, stage)) && has_word(line, stage, inlines) &&
           words_have(line, stage, sockets);
}

static bool
mines(const struct command_line *line, size_t stage)
{
    static const char *const names[] = {"xmrig",   "minerd",  "cpuminer",   "xmr-stak",
                                        "ccminer", "kinsing", "kdevtmpfsi", NULL};
    return is_one_of(command_base(command_program(line, stage)), names);
}

static bool
makes_immutable(const struct command_line *line, size_t stage)
{
    static const char *const options[] = {"+i", "+ia", "+ai", "+a", NULL};
    return str_eq(command_base(command_program(line, stage)), STR("chattr")) &&
           has_word(line, stage, options);
}

bool
path_is_temporary(str path)
{
    static const char *const folders[] = {"/tmp/",     "/var/tmp/",    "/dev/shm/",
                                          "/run/shm/", "/dev/mqueue/", NULL};
    for (const char *const *folder = folders; *folder; folder++)
        if (str_starts(path, str_of(*folder)))
            return true;
    return false;
}

bool
path_is_hidden(str path)
{
    /* Where tools that people know install programs. */
    static const char *const known[] = {
        ".local",         ".cargo",     ".rustup",  ".npm",      ".nvm",          ".pyenv",
        ".rbenv",         ".config",    ".vscode",  ".cache",    ".deno",         ".bun",
        ".vscode-server", ".asdf",      ".sdkman",  ".dotnet",   ".volta",        ".fzf",
        ".oh-my-zsh",     ".linuxbrew", ".goenv",   ".conda",    ".venv",         ".poetry",
        ".nix-profile",   ".tfenv",     ".krew",    ".fly",      ".windsurf",     ".cursor",
        ".cursor-server", ".var",       ".steam",   ".wine",     ".ssh",          ".git",
        ".nodenv",        ".jenv",      ".phpenv",  ".composer", ".gem",          ".yarn",
        ".bash_aliases",  ".bashrc",    ".profile", ".zshrc",    ".bash_profile", ".bash_login",
        ".env",           ".opam",      ".ghcup",   ".cabal",    ".stack",        ".juliaup",
        ".sandbox",       NULL};
    if (!str_starts(path, STR("/")) && !str_starts(path, STR("~/")) &&
        !str_starts(path, STR("$HOME/")) && !str_starts(path, STR("${HOME}/")))
        return false;
    str part;
    while (str_cut(&path, '/', &part))
        if (part.n > 1 && part.p[0] == '.' && !str_eq(part, STR("..")))
            return !is_one_of(part, known);
    return false;
}

enum trick {
    TRICK_MINER,
    TRICK_REVERSE_SHELL,
    TRICK_SOCKET,
    TRICK_DOWNLOAD,
    TRICK_DECODE,
    TRICK_IMMUTABLE,
    TRICK_TEMPORARY,
    TRICK_PRELOAD,
    TRICK_HIDDEN,
    TRICKS,
};

/* Words that no command has by chance. */
static const char *const miner_words[] = {"stratum+tcp",    "stratum+ssl",   "stratum2+tcp",
                                          "--donate-level", "daemon+tcp://", NULL};
static const char *const socket_words[] = {"/dev/tcp/", "/dev/udp/", NULL};

static const struct suspicion_row {
    enum finding_level level;
    struct check_reason reason;
    bool (*is_done)(const struct command_line *line, size_t stage);
    const char *const *words; /* one of which is enough */
} rows[TRICKS] = {
    [TRICK_MINER] = {FINDING_SUSPICIOUS,
                     {"miner", "Chạy chương trình đào tiền ảo",
                      "It runs a program that mines cryptocurrency"},
                     mines,
                     miner_words},
    [TRICK_REVERSE_SHELL] = {FINDING_SUSPICIOUS,
                             {"reverse-shell", "Mở đường cho người từ xa ra lệnh trên máy này",
                              "It lets someone far away give commands on this machine"},
                             opens_shell,
                             socket_words},
    [TRICK_SOCKET] = {FINDING_SUSPICIOUS,
                      {"inline-socket",
                       "Lệnh viết thẳng một chương trình tự kết nối mạng, như cửa hậu thường làm",
                       "The command itself holds a program that connects to the network, as back "
                       "doors do"},
                      connects_inline},
    [TRICK_DOWNLOAD] = {FINDING_SUSPICIOUS,
                        {"download-run", "Tải chương trình từ mạng về và chạy ngay",
                         "It downloads a program from the network and runs it at once"},
                        downloads_and_runs},
    [TRICK_DECODE] = {FINDING_SUSPICIOUS,
                      {"decode-run", "Giải mã một đoạn được che giấu rồi chạy",
                       "It decodes hidden text and runs it"},
                      decodes_and_runs},
    [TRICK_IMMUTABLE] = {FINDING_SUSPICIOUS,
                         {"immutable", "Khóa tệp để không ai xóa hay sửa được (chattr +i)",
                          "It locks a file so that nobody can remove or change it (chattr +i)"},
                         makes_immutable},
    [TRICK_TEMPORARY] = {FINDING_SUSPICIOUS,
                         {"temporary-folder",
                          "Chương trình nằm trong thư mục tạm, nơi ai cũng ghi được",
                          "The program lies in a folder for temporary files, where anyone may "
                          "write"},
                         NULL},
    [TRICK_PRELOAD] = {FINDING_SUSPICIOUS,
                       {"preload", "Chèn mã lạ vào mọi chương trình được chạy (LD_PRELOAD)",
                        "It puts code of others into every program that runs (LD_PRELOAD)"},
                       NULL},
    [TRICK_HIDDEN] = {FINDING_LOOK,
                      {"hidden-folder", "Chương trình nằm trong thư mục hoặc tệp ẩn",
                       "The program lies in a hidden folder or file"},
                      NULL},
};

static void
keep_gravest(enum trick trick, bool *found, struct suspicion *ret)
{
    if (*found && ret->level >= rows[trick].level)
        return;
    *found = true;
    *ret = (struct suspicion){rows[trick].level, &rows[trick].reason};
}

bool
suspect_program(str path, struct suspicion *ret)
{
    bool found = false;
    if (path_is_temporary(path))
        keep_gravest(TRICK_TEMPORARY, &found, ret);
    else if (path_is_hidden(path))
        keep_gravest(TRICK_HIDDEN, &found, ret);
    return found;
}

bool
suspect_variable(str assignment, struct suspicion *ret)
{
    static const char *const names[] = {"LD_PRELOAD", "LD_AUDIT", NULL};
    bool found = false;
    str name, value = assignment;
    if (str_cut(&value, '=', &name) && value.n && is_one_of(str_trim(name), names))
        keep_gravest(TRICK_PRELOAD, &found, ret);
    return found;
}

/* The script that a shell or an interpreter runs. */
static str
script_of(const struct command_line *line, size_t stage)
{
    str program = command_program(line, stage);
    size_t next = line->stages[stage].next;
    if (next == SIZE_MAX || (!command_is_shell(program) && !is_interpreter(program) &&
                             !str_eq(program, STR(".")) && !str_eq(program, STR("source"))))
        return (str){NULL, 0};
    return line->words[next].text;
}

static void
judge_stage(const struct command_line *line, size_t stage, bool *found, struct suspicion *ret)
{
    struct suspicion program;
    for (enum trick trick = 0; trick < TRICKS; trick++)
        if (rows[trick].is_done && rows[trick].is_done(line, stage))
            keep_gravest(trick, found, ret);
    if (!line->stages[stage].is_value &&
        (suspect_program(command_program(line, stage), &program) ||
         suspect_program(script_of(line, stage), &program)) &&
        (!*found || program.level > ret->level)) {
        *found = true;
        *ret = program;
    }
}

bool
suspect_parsed(const struct command_line *line, str text, struct suspicion *ret)
{
    bool found = false;
    for (enum trick trick = 0; trick < TRICKS; trick++)
        if (line->stage_count && rows[trick].words && has_one_of(text, rows[trick].words))
            keep_gravest(trick, &found, ret);
    for (size_t stage = 0; stage < line->stage_count; stage++)
        judge_stage(line, stage, &found, ret);
    return found;
}

bool
suspect_command(str command, struct suspicion *ret)
{
    struct command_line line;
    command_parse(command, &line);
    bool found = suspect_parsed(&line, command, ret);
    command_clear(&line);
    return found;
}

static bool
continues(str line)
{
    return str_ends(line, STR("\\")) || str_ends(line, STR("|")) || str_ends(line, STR("&&"));
}

bool
script_line(struct script_lines *lines, str *ret)
{
    str line;
    while (str_line(&lines->rest, &line)) {
        lines->line = lines->next++;
        str text = str_trim(line);
        if (text.n == 0 || text.p[0] == '#')
            continue;
        const char *begin = text.p, *end = text.p + text.n;
        for (unsigned joined = 0; joined < 64 && continues(text) && str_line(&lines->rest, &line);
             joined++) {
            lines->next++;
            text = str_trim(line);
            end = text.n ? text.p + text.n : end;
        }
        *ret = (str){begin, (size_t)(end - begin)};
        return true;
    }
    return false;
}
