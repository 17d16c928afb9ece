/* SPDX-License-Identifier: Apache-2.0 */
/* A request head as lines: the target, then fields. Invariants: a decoded path has no control byte,
 * no dot segment and is UTF-8; of Host, Content-Length and Transfer-Encoding at most one passes; no
 * form of a content is chosen that is not there. */
#include "base/require.h"
#include "portal/http/encoding.h"
#include "portal/http/forwarded.h"
#include "portal/http/target.h"
#include "portal/http/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_target(str text)
{
    char out[TARGET_MAX], value[64];
    struct target target;
    str found;
    if (target_parse(text, out, &target) != 0)
        return;
    require(target.path.n > 0 && target.path.n <= text.n + 1);
    require(!str_has_control(target.path) && str_is_utf8(target.path));
    str path = target.path, part;
    while (str_cut(&path, '/', &part))
        require(!str_eq(part, STR("..")) && !str_eq(part, STR(".")));
    if (query_find(target.query, STR("a"), value, sizeof value, &found))
        require(found.n <= sizeof value);
}

static void
try_forwarded(str field)
{
    prefix proxy;
    ip peer = ip_from_v4(0x0a000001), visitor;
    prefix_parse(STR("10.0.0.0/8"), false, &proxy);
    struct trusted trusted = {&proxy, 1};
    if (forwarded_visitor(&trusted, peer, field, &visitor))
        require(visitor.version == 4 || visitor.version == 6);
}

static void
try_encoding(str field)
{
    enum encoding any = encoding_choose(field, true, true);
    require(encoding_choose(field, false, false) == ENCODING_IDENTITY);
    require((encoding_choose(field, true, false) == ENCODING_IDENTITY &&
             encoding_choose(field, false, true) == ENCODING_IDENTITY) ==
            (any == ENCODING_IDENTITY));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, line, name;
    struct wire wire = {0};
    if (!str_cut(&rest, '\n', &line))
        return 0;
    try_target(line);
    while (str_cut(&rest, '\n', &line)) {
        str value = line;
        if (!str_cut(&value, ':', &name) || wire_field(&wire, name, value).status)
            return 0;
        require(wire_is_token(name));
        try_forwarded(value);
        try_encoding(value);
    }
    if (wire_end(&wire, 1, (str){NULL, 0}).status == 0)
        require(wire.hosts == 1 && wire.lengths + wire.encodings <= 1);
    return 0;
}
