/* SPDX-License-Identifier: Apache-2.0 */
/* The reader goes over the text once. What opens (a parenthesis, a substitution, the quoted text
 * of sh -c) is put on a stack with what closes it, and a new stage begins; at its end the stage
 * around it goes on. */
#include "scan/checks/command.h"

#include "base/require.h"

struct opened {
    int stage; /* that goes on behind it */
    char closer, quote;
};

struct reader {
    struct command_line *line;
    str text;
    size_t at;
    size_t room, stage_room; /* for words and stages */
    size_t used;             /* bytes of line->text */
    size_t word;             /* where the word in work begins there */
    bool in_word, target;
    char quote;
    int stage;  /* in work; -1: the next word begins one */
    int outer;  /* of the next stage */
    bool piped; /* the next stage continues CHAIN */
    bool is_output, is_value;
    uint16_t chain, chains;
    uint16_t place;
    struct opened open[COMMAND_DEPTH];
    size_t depth;
};

static char
peek(const struct reader *r, size_t ahead)
{
    return r->at + ahead < r->text.n ? r->text.p[r->at + ahead] : 0;
}

str
command_base(str program)
{
    size_t at = program.n;
    while (at > 0 && program.p[at - 1] != '/')
        at--;
    return str_from(program, at);
}

static bool
is_one_of(str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_of(*list)))
            return true;
    return false;
}

bool
command_is_shell(str program)
{
    static const char *const shells[] = {"sh",  "bash", "dash", "ash",  "zsh",   "ksh",
                                         "csh", "tcsh", "fish", "mksh", "rbash", NULL};
    return is_one_of(command_base(program), shells);
}

static void
need_stage(struct reader *r)
{
    struct command_line *line = r->line;
    if (r->stage >= 0)
        return;
    if (line->stage_count == r->stage_room) {
        line->is_cut = true;
        r->stage = (int)r->stage_room - 1;
        return;
    }
    if (!r->piped) {
        r->chain = r->chains++;
        r->place = 0;
    }
    r->stage = (int)line->stage_count++;
    line->stages[r->stage] = (struct command_stage){.outer = r->outer,
                                                    .is_output = r->is_output,
                                                    .is_value = r->is_value,
                                                    .chain = r->chain,
                                                    .place = r->place++,
                                                    .program = SIZE_MAX,
                                                    .next = SIZE_MAX};
    r->piped = false;
}

static void
end_word(struct reader *r)
{
    struct command_line *line = r->line;
    if (!r->in_word)
        return;
    r->in_word = false;
    need_stage(r);
    if (line->count < r->room)
        line->words[line->count++] =
            (struct command_word){.text = {line->text + r->word, r->used - r->word},
                                  .stage = (uint16_t)r->stage,
                                  .is_target = r->target};
    else
        line->is_cut = true;
    r->target = false;
}

static void
add_char(struct reader *r, char c)
{
    if (!r->in_word) {
        r->in_word = true;
        r->word = r->used;
    }
    r->line->text[r->used++] = c;
}

static void
end_stage(struct reader *r, bool piped)
{
    end_word(r);
    if (r->stage >= 0) {
        r->chain = r->line->stages[r->stage].chain;
        r->place = (uint16_t)(r->line->stages[r->stage].place + 1);
    }
    r->piped = piped && r->stage >= 0;
    r->target = false;
    r->stage = -1;
}

static bool
is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_' && !ascii_is_digit(s.p[i]) &&
            (ascii_lower(s.p[i]) < 'a' || ascii_lower(s.p[i]) > 'z'))
            return false;
    return s.n > 0;
}

static bool
names_libraries(str assignment)
{
    return str_starts(assignment, STR("LD_"));
}

static bool
is_assignment(str word)
{
    str name;
    return str_cut(&word, '=', &name) && word.p && is_name(name);
}

/* The last word of the stage in work. */
static str
word_before(const struct reader *r)
{
    const struct command_line *line = r->line;
    if (r->stage < 0 || line->count == 0 || line->words[line->count - 1].stage != r->stage)
        return (str){NULL, 0};
    return line->words[line->count - 1].text;
}

/* Begins what ends with CLOSER. */
static void
open_inner(struct reader *r, char closer, bool is_output)
{
    str word = {r->line->text + r->word, r->in_word ? r->used - r->word : 0};
    bool is_program = r->stage < 0 && !r->in_word;
    bool is_value = !is_output && is_assignment(word) && !str_eq(word, STR("PROMPT_COMMAND=")) &&
                    !str_eq(word_before(r), STR("alias"));
    if (r->depth == COMMAND_DEPTH) {
        r->line->is_cut = true;
        return;
    }
    end_word(r);
    need_stage(r);
    if (is_output && is_program)
        r->line->stages[r->stage].runs_output = true;
    r->open[r->depth++] = (struct opened){r->stage, closer, r->quote};
    r->outer = r->stage;
    r->is_output = is_output;
    r->is_value = is_value;
    r->quote = 0;
    r->target = false;
    r->stage = -1;
    r->piped = false;
}

static void
close_inner(struct reader *r)
{
    end_word(r);
    const struct opened *opened = &r->open[--r->depth];
    const struct command_stage *stage = &r->line->stages[opened->stage];
    r->stage = opened->stage;
    r->outer = stage->outer;
    r->is_output = stage->is_output;
    r->is_value = stage->is_value;
    r->quote = opened->quote;
    r->target = false;
    r->piped = false;
}

static bool
has_shell(const struct reader *r)
{
    const struct command_line *line = r->line;
    for (size_t i = line->count; i-- > 0 && line->words[i].stage == r->stage;)
        if (command_is_shell(line->words[i].text) || str_eq(line->words[i].text, STR("su")) ||
            str_eq(line->words[i].text, STR("runuser")))
            return true;
    return false;
}

/* True when the text that a quote begins here is a command itself. */
static bool
quotes_command(const struct reader *r)
{
    if (r->in_word) {
        str word = {r->line->text + r->word, r->used - r->word};
        return str_ends(word, STR("=")) && !names_libraries(word) &&
               (is_assignment(word) || str_eq(word_before(r), STR("alias")));
    }
    str before = word_before(r);
    if (str_eq(before, STR("eval")) || str_eq(before, STR("trap")))
        return true;
    return before.n > 1 && before.n <= 5 && before.p[0] == '-' && str_ends(before, STR("c")) &&
           has_shell(r);
}

static void
read_quote(struct reader *r, char c)
{
    if (r->quote == c)
        r->quote = 0;
    else if (r->quote)
        add_char(r, c);
    else if (r->depth && r->open[r->depth - 1].closer == c)
        close_inner(r);
    else if (quotes_command(r))
        open_inner(r, c, false);
    else {
        r->quote = c;
        if (!r->in_word) {
            r->in_word = true;
            r->word = r->used;
        }
    }
    r->at++;
}

/* Backslashes and substitutions, which double quotes leave their meaning. */
static bool
read_in_quotes(struct reader *r, char c)
{
    char next = peek(r, 1);
    if (r->quote == '\'')
        return false;
    if (c == '\\') {
        if (next && next != '\n')
            add_char(r, next);
        r->at += next ? 2 : 1;
    } else if (c == '$' && next == '(') {
        open_inner(r, ')', true);
        r->at += 2;
    } else if (c == '`' && r->depth && r->open[r->depth - 1].closer == '`') {
        close_inner(r);
        r->at++;
    } else if (c == '`') {
        open_inner(r, '`', true);
        r->at++;
    } else {
        return false;
    }
    return true;
}

static void
skip_comment(struct reader *r)
{
    while (r->at < r->text.n && r->text.p[r->at] != '\n')
        r->at++;
}

static void
read_redirection(struct reader *r, char c)
{
    if (peek(r, 1) == '(') {
        open_inner(r, ')', true);
        r->at += 2;
        return;
    }
    end_word(r);
    while (peek(r, 0) == c || peek(r, 0) == '&')
        r->at++;
    r->target = true;
}

static void
read_operator(struct reader *r, char c)
{
    char next = peek(r, 1);
    if (c == '>' || c == '<') {
        read_redirection(r, c);
        return;
    }
    if (c == '&' && next == '>') {
        end_word(r);
        r->at++;
        return;
    }
    if (c == '(')
        open_inner(r, ')', false);
    else if (c == ')' && r->depth && r->open[r->depth - 1].closer == ')')
        close_inner(r);
    else if (c != '\n' || !r->piped || r->stage >= 0 || r->in_word) /* a pipe goes on there */
        end_stage(r, c == '|' && next != '|');
    r->at += (c == '|' || c == '&') && (next == c || (c == '|' && next == '&')) ? 2 : 1;
}

static void
read_next(struct reader *r)
{
    char c = peek(r, 0);
    if (read_in_quotes(r, c))
        return;
    if (c == '\'' || c == '"') {
        read_quote(r, c);
    } else if (r->quote || !memchr(" \t\r\0#|&;\n()<>", c, 13) || (c == '#' && r->in_word)) {
        add_char(r, c);
        r->at++;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == 0) {
        end_word(r);
        r->at++;
    } else if (c == '#') {
        skip_comment(r);
    } else {
        read_operator(r, c);
    }
}

size_t
command_next(const struct command_line *line, size_t i)
{
    for (size_t next = i + 1; next < line->count; next++)
        if (line->words[next].stage == line->words[i].stage && !line->words[next].is_target)
            return next;
    return SIZE_MAX;
}

/* Words that stand before the program that they run. */
static bool
is_wrapper(str word)
{
    static const char *const wrappers[] = {
        "sudo", "doas",    "nohup",   "env",   "exec",    "setsid",  "nice",   "ionice",  "timeout",
        "time", "command", "chronic", "flock", "busybox", "builtin", "then",   "do",      "else",
        "if",   "elif",    "while",   "until", "!",       "{",       "stdbuf", "unshare", NULL};
    return is_one_of(command_base(word), wrappers);
}

/* "5", "10s", "0.5": what timeout and nice have before the program. */
static bool
is_number(str word)
{
    size_t i = 0;
    while (i < word.n && (ascii_is_digit(word.p[i]) || word.p[i] == '.'))
        i++;
    return i > 0 && i + 1 >= word.n;
}

static bool
takes_value(str option)
{
    static const char *const options[] = {"-u", "-g", "-U", "-n", "-k", "-c", "-p", NULL};
    return is_one_of(option, options);
}

static void
find_program(struct command_line *line, size_t first)
{
    struct command_stage *stage = &line->stages[line->words[first].stage];
    bool wrapped = false;
    for (size_t i = first; i != SIZE_MAX; i = command_next(line, i)) {
        str word = line->words[i].text;
        if (line->words[i].is_target || is_assignment(word) ||
            (wrapped && (is_number(word) || str_starts(word, STR("-"))))) {
            if (wrapped && takes_value(word) && (i = command_next(line, i)) == SIZE_MAX)
                return;
            continue;
        }
        if (is_wrapper(word)) {
            wrapped = true;
            continue;
        }
        stage->program = i;
        stage->next = command_next(line, i);
        return;
    }
}

static void
find_programs(struct command_line *line)
{
    bool seen[COMMAND_STAGES] = {0};
    for (size_t i = 0; i < line->count; i++) {
        if (seen[line->words[i].stage])
            continue;
        seen[line->words[i].stage] = true;
        find_program(line, i);
    }
}

void
command_parse(str text, struct command_line *ret)
{
    *ret = (struct command_line){.is_cut = text.n > COMMAND_BYTES};
    if (text.n > COMMAND_BYTES)
        text.n = COMMAND_BYTES;
    struct reader r = {.line = ret, .text = text, .stage = -1, .outer = -1};
    r.room = text.n < COMMAND_WORDS ? text.n + 1 : COMMAND_WORDS;
    ret->text = mem_alloc(text.n + 1);
    ret->words = mem_calloc(r.room, sizeof *ret->words);
    r.stage_room = r.room < COMMAND_STAGES ? r.room : COMMAND_STAGES;
    ret->stages = mem_calloc(r.stage_room, sizeof *ret->stages);
    while (r.at < text.n)
        read_next(&r);
    end_word(&r);
    find_programs(ret);
}

void
command_clear(struct command_line *line)
{
    free(line->text);
    free(line->words);
    free(line->stages);
    *line = (struct command_line){0};
}

str
command_program(const struct command_line *line, size_t stage)
{
    size_t i = line->stages[stage].program;
    return i == SIZE_MAX ? (str){NULL, 0} : line->words[i].text;
}

bool
command_feeds(const struct command_line *line, size_t from, size_t to)
{
    const struct command_stage *target = &line->stages[to];
    for (int i = (int)from; i >= 0; i = line->stages[i].outer) {
        const struct command_stage *stage = &line->stages[i];
        if (stage->outer == (int)to && stage->is_output)
            return true;
        if (i != (int)to && stage->chain == target->chain && stage->place < target->place)
            return true;
        if (i == (int)to)
            return false;
    }
    return false;
}
