/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks_formats/wmi_data.h"

#include <stdio.h>

enum { RECORD = 8192, RECORDS = 4096, TEXTS = 64 };

static const char *const classes[] = {"CommandLineEventConsumer", "ActiveScriptEventConsumer"};

/* Text up to a zero byte, without what no text has. */
static str
text_at(str data)
{
    size_t n = 0;
    while (n < data.n && n < WMI_COMMAND && (uint8_t)data.p[n] >= 0x20 && data.p[n] != 0x7f)
        n++;
    bool is_whole = n < data.n && (data.p[n] == 0 || data.p[n] == '\r' || data.p[n] == '\n');
    return (str){data.p, is_whole ? n : 0};
}

/* Whether RECORD has a text that is NAME; its longest other one is the command. */
static bool
read_record(str record, str name, char command[WMI_COMMAND])
{
    bool found = false;
    str longest = {0};
    for (size_t i = 0; i + 1 < record.n; i++) {
        if (record.p[i] != 0)
            continue;
        str text = text_at(str_from(record, i + 1));
        if (text.n == 0)
            continue;
        found = found || str_eq(text, name);
        if (text.n > longest.n && !str_eq(text, name))
            longest = text;
        i += text.n;
    }
    if (found)
        snprintf(command, WMI_COMMAND, "%.*s", STR_ARG(longest));
    return found;
}

/* The record ends where the next one of its class begins, or after RECORD bytes. */
void
wmi_command(str data, const struct wmi_consumer *consumer, char ret[WMI_COMMAND])
{
    str class_name = str_of(consumer->class_name);
    size_t at;
    ret[0] = 0;
    for (int i = 0; i < RECORDS && (at = str_find(data, class_name)) != SIZE_MAX; i++) {
        data = str_from(data, at + class_name.n);
        if (!str_starts(data, STR("\0")))
            continue;
        size_t end = str_find((str){data.p, data.n < RECORD ? data.n : RECORD}, class_name);
        str record = {data.p, end != SIZE_MAX ? end : data.n < RECORD ? data.n : RECORD};
        if (read_record(record, str_of(consumer->name), ret))
            return;
    }
}

/* .Name="NAME" */
static bool
read_binding(str data, char ret_name[WMI_NAME])
{
    static const str head = {".Name=\"", 7};
    if (!str_starts(data, head))
        return false;
    str rest = str_from(data, head.n);
    size_t end = str_find((str){rest.p, rest.n < WMI_NAME ? rest.n : WMI_NAME}, STR("\""));
    return end != SIZE_MAX && end > 0 && str_copy((str){rest.p, end}, ret_name, WMI_NAME);
}

bool
wmi_next(str data, size_t *at, struct wmi_consumer *ret)
{
    static const str tail = {"EventConsumer", 13};
    size_t step;
    while ((step = str_find(str_from(data, *at), tail)) != SIZE_MAX) {
        size_t end = *at + step + tail.n;
        *at = end;
        for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
            str class_name = str_of(classes[i]);
            if (end < class_name.n ||
                !str_eq((str){data.p + end - class_name.n, class_name.n}, class_name) ||
                !read_binding(str_from(data, end), ret->name))
                continue;
            ret->class_name = classes[i];
            return true;
        }
    }
    return false;
}
