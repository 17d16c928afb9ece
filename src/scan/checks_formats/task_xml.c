/* SPDX-License-Identifier: Apache-2.0 */
/* No XML parser: tags are taken one after the other, and the text behind the few that matter is
 * kept. What stands where no task has it is passed by. */
#include "scan/checks_formats/task_xml.h"

#include "scan/checks_formats/text16.h"

struct reader {
    str rest;
    struct arena *arena;
    struct task *task;
    struct task_action *action; /* the one that the reader is in; NULL */
    bool is_task, in_actions, in_settings;
};

/* The number of &#38; or &#x26;. */
static size_t
put_numbered(str name, char *out)
{
    uint64_t number = 0;
    bool is_hex = str_starts(name, STR("#x"));
    if (is_hex ? !str_to_hex(str_from(name, 2), &number)
               : !str_to_u64(str_from(name, 1), 0x10ffff, &number))
        return 0;
    return number == 0 || number > 0x10ffff ? 0 : text16_put((uint32_t)number, out);
}

/* The characters that a reference stands for; 0 when it is none. */
static size_t
put_reference(str name, char *out)
{
    static const struct {
        str name;
        char character;
    } known[] = {{{"amp", 3}, '&'},
                 {{"lt", 2}, '<'},
                 {{"gt", 2}, '>'},
                 {{"quot", 4}, '"'},
                 {{"apos", 4}, '\''}};
    if (str_starts(name, STR("#")))
        return put_numbered(name, out);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eq(name, known[i].name)) {
            out[0] = known[i].character;
            return 1;
        }
    return 0;
}

/* A copy in the arena, with references replaced where there may be some. */
static const char *
keep_text(struct reader *reader, str text, bool has_references)
{
    enum { REFERENCE = 12 };
    text = str_trim(text);
    if (text.n > TASK_TEXT)
        text.n = TASK_TEXT;
    char *out = arena_alloc(reader->arena, text.n + 4);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        str rest = str_from(text, i + 1);
        size_t end =
            has_references && text.p[i] == '&'
                ? str_find((str){rest.p, rest.n < REFERENCE ? rest.n : REFERENCE}, STR(";"))
                : SIZE_MAX;
        size_t put = end == SIZE_MAX ? 0 : put_reference((str){rest.p, end}, out + n);
        if (put == 0)
            out[n++] = text.p[i] ? text.p[i] : ' ';
        else
            i += end + 1;
        n += put;
    }
    out[n] = 0;
    return out;
}

/* Takes what begins with HEAD up to behind TAIL; what has no tail is all there is. */
static bool
take_between(str *rest, str head, str tail, str *ret)
{
    if (!str_starts(*rest, head))
        return false;
    str inner = str_from(*rest, head.n);
    size_t end = str_find(inner, tail);
    *ret = (str){inner.p, end == SIZE_MAX ? inner.n : end};
    *rest = end == SIZE_MAX ? (str){0} : str_from(inner, end + tail.n);
    return true;
}

/* "t:Exec id='1'" is "Exec". */
static str
element_name(str tag)
{
    size_t n = 0, start = 0;
    for (; n < tag.n && !strchr(" \t\r\n/", tag.p[n]); n++)
        if (tag.p[n] == ':')
            start = n + 1;
    return str_from((str){tag.p, n}, start);
}

/* The text up to the next tag; a section of CDATA is text as it is. */
static const char *
element_text(struct reader *reader)
{
    str section;
    if (take_between(&reader->rest, STR("<![CDATA["), STR("]]>"), &section))
        return keep_text(reader, section, false);
    size_t end = str_find(reader->rest, STR("<"));
    str text = {reader->rest.p, end == SIZE_MAX ? reader->rest.n : end};
    reader->rest = str_from(reader->rest, text.n);
    return keep_text(reader, text, true);
}

static void
begin_action(struct reader *reader)
{
    struct task *task = reader->task;
    reader->action = task->count < TASK_ACTIONS ? &task->actions[task->count++] : NULL;
    if (reader->action)
        *reader->action = (struct task_action){"", "", "", ""};
}

static void
in_action(struct reader *reader, str name)
{
    if (str_eq(name, STR("Command")))
        reader->action->program = element_text(reader);
    else if (str_eq(name, STR("Arguments")))
        reader->action->arguments = element_text(reader);
    else if (str_eq(name, STR("WorkingDirectory")))
        reader->action->folder = element_text(reader);
    else if (str_eq(name, STR("ClassId")))
        reader->action->class_id = element_text(reader);
}

static void
begin_element(struct reader *reader, str tag)
{
    str name = element_name(tag);
    bool is_empty = str_ends(tag, STR("/"));
    if (str_eq(name, STR("Task")))
        reader->is_task = true;
    else if (is_empty)
        return;
    else if (str_eq(name, STR("Actions")))
        reader->in_actions = true;
    else if (str_eq(name, STR("Settings")))
        reader->in_settings = true;
    else if (reader->in_settings && str_eq(name, STR("Hidden")))
        reader->task->is_hidden = strcmp(element_text(reader), "true") == 0;
    else if (reader->in_actions && (str_eq(name, STR("Exec")) || str_eq(name, STR("ComHandler"))))
        begin_action(reader);
    else if (reader->action)
        in_action(reader, name);
}

static void
end_element(struct reader *reader, str name)
{
    if (str_eq(name, STR("Exec")) || str_eq(name, STR("ComHandler")))
        reader->action = NULL;
    else if (str_eq(name, STR("Actions")))
        reader->in_actions = false;
    else if (str_eq(name, STR("Settings")))
        reader->in_settings = false;
}

static void
read_tags(struct reader *reader)
{
    for (size_t at; (at = str_find(reader->rest, STR("<"))) != SIZE_MAX;) {
        str tag;
        reader->rest = str_from(reader->rest, at);
        if (take_between(&reader->rest, STR("<!--"), STR("-->"), &tag) ||
            take_between(&reader->rest, STR("<![CDATA["), STR("]]>"), &tag) ||
            take_between(&reader->rest, STR("<?"), STR("?>"), &tag))
            continue;
        take_between(&reader->rest, STR("<"), STR(">"), &tag);
        if (str_starts(tag, STR("/")))
            end_element(reader, element_name(str_from(tag, 1)));
        else
            begin_element(reader, tag);
    }
}

errcode
task_parse(str bytes, struct arena *arena, struct task *ret, struct err *err)
{
    struct task task = {.count = 0};
    struct buf text = BUF(2 * TASK_BYTES);
    if (bytes.n > TASK_BYTES)
        return err_set(err, ERR_LIMIT, "the task is longer than %d bytes", (int)TASK_BYTES);
    text16_decode(bytes, &text);
    struct reader reader = {.rest = buf_view(&text), .arena = arena, .task = &task};
    read_tags(&reader);
    buf_clear(&text);
    if (!reader.is_task)
        return err_set(err, ERR_FORMAT, "this is no scheduled task");
    *ret = task;
    return OK;
}

struct sha256
task_digest(const struct task *task)
{
    struct digest *digest = digest_new(DIGEST_SHA256);
    struct sha256 sha256;
    for (size_t i = 0; i < task->count; i++) {
        const struct task_action *action = &task->actions[i];
        const char *const texts[] = {action->program, action->arguments, action->folder,
                                     action->class_id};
        /* Each with its zero, so that none runs into the next. */
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            digest_add(digest, (str){texts[t], strlen(texts[t]) + 1});
    }
    digest_finish(digest, sha256.bytes);
    return sha256;
}
