/* SPDX-License-Identifier: Apache-2.0 */
/* khien check: what the portal would tell the holder of an address. */
#include "base/cleanup.h"
#include "base/json_in.h"
#include "cmd/commands/commands.h"
#include "cmd/output.h"
#include "cmd/state.h"
#include "portal/portal.h"

#include <stdio.h>

static void
family_text(const json_t *family, struct buf *out)
{
    int64_t days = 0;
    json_number(family, "days", &days);
    str name = json_text(family, "name"), first = json_text(family, "first_seen"),
        last = json_text(family, "last_seen");
    buf_printf(out, "  %.*s: %.*s to %.*s, %lld days\n", STR_ARG(name), STR_ARG(first),
               STR_ARG(last), (long long)days);
}

/* Lists and scans are told apart from infections, as everywhere. */
static void
other_text(const json_t *other, struct buf *out)
{
    str name = json_text(other, "name"), class = json_text(other, "class"),
        first = json_text(other, "first_seen"), last = json_text(other, "last_seen");
    buf_printf(out, "  no infection, but %.*s: %.*s, %.*s to %.*s\n", STR_ARG(class), STR_ARG(name),
               STR_ARG(first), STR_ARG(last));
}

static void
list_text(const json_t *list, void (*write)(const json_t *item, struct buf *out), struct buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        write(json_array_get(list, i), out);
}

static void
network_text(const json_t *network, struct buf *out)
{
    int64_t asn = 0;
    str name = json_text(network, "name"), kind = json_text(network, "kind"),
        province = json_text(network, "province");
    if (json_number(network, "asn", &asn) && asn)
        buf_printf(out, "network: AS%lld %.*s (%.*s)%s%.*s\n", (long long)asn, STR_ARG(name),
                   STR_ARG(kind), province.n ? ", province " : "", STR_ARG(province));
}

/* The same facts as the JSON, so that the two can never disagree. */
static errcode
write_text(str json, struct buf *out, struct err *err)
{
    cleanup(cleanup_json) json_t *answer = NULL;
    errcode code = json_read(json, json.n, &answer, err);
    if (code != OK)
        return code;
    str state = json_text(answer, "state"), advice = json_text(answer, "advice");
    if (json_is_true(json_object_get(answer, "demonstration")))
        buf_z(out, "DEMONSTRATION: simulated data\n");
    buf_printf(out, "state: %.*s\n", STR_ARG(state));
    list_text(json_object_get(answer, "families"), family_text, out);
    list_text(json_object_get(answer, "other"), other_text, out);
    network_text(json_object_get(answer, "network"), out);
    buf_printf(out, "%.*s\n", STR_ARG(advice));
    return OK;
}

static errcode
run(const struct call *call, struct err *err)
{
    ip addr;
    const char *code_of_language = call_option(call, "language");
    bool english = strcmp(code_of_language, "en") == 0;
    if (!ip_parse(str_of(call->words[0]), &addr))
        return err_set(err, ERR_USAGE, "\"%s\" is no address", call->words[0]);
    if (!english && strcmp(code_of_language, "vi") != 0)
        return err_set(err, ERR_USAGE, "--language must be vi or en");
    cleanup(cleanup_snapshot) struct snapshot *snapshot = NULL;
    errcode code = state_snapshot(call, &snapshot, err);
    if (code != OK)
        return code;
    struct buf json = BUF(1 << 20), out = BUF(1 << 20);
    portal_check_json(snapshot, ip_unmap(addr), clock_now(),
                      conf_text(call->conf, "check.home_country"),
                      english ? LANGUAGE_EN : LANGUAGE_VI, &json);
    if (call_given(call, "json")) {
        buf_str(&out, buf_view(&json));
        buf_char(&out, '\n');
    } else {
        code = write_text(buf_view(&json), &out, err);
    }
    buf_clear(&json);
    struct err late;
    errcode shown = output_buf(&out, "the answer", code == OK ? err : &late);
    return code == OK ? shown : code;
}

static const struct option options[] = {
    OPTION_JSON,
    {"language", "LANGUAGE", "vi", "language of the advice: vi or en", 'l'},
    {0},
};
static const struct action actions[] = {
    {.name = "",
     .words = "ADDRESS",
     .words_min = 1,
     .words_max = 1,
     .needs = NEED_STATE,
     .options = options,
     .run = run},
    {0},
};
const struct command command_check = {
    .name = "check",
    .group = "Answers out",
    .summary = "check one address against the sightings",
    .details =
        "Prints what the portal would tell a visitor with that address, from the newest snapshot. "
        "With `--json` it is one object with `state`, `families` (each with `name`, `first_seen`, "
        "`last_seen` and `days`), `window_days`, `network` (`asn`, `name`, `kind`, `province`) and "
        "`advice`. The exit status is 0 whatever the state is.",
    .actions = actions,
    .examples =
        (const struct example[]){
            {"khien check --json 203.113.131.1 | jq -r .state", "Only the state:"}, {0}},
    .see_also = "khien-serve khien-snapshot",
};
