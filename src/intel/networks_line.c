/* SPDX-License-Identifier: Apache-2.0 */
/* One line of each kind of registry source: ip-location-db CSV, RIR statistics, our own CSV. */
#include "base/ip.h"
#include "base/require.h"
#include "intel/networks_rows.h"

enum { OWN_CELLS = 11, CELL_ROOM = NETWORK_TEXT_MAX + 64 };

/* One CSV record of a line (RFC 4180 without line breaks inside of quotes). A quoted cell with
 * doubled quotes is put together in ROOM, which is shared by the cells of a record. */
struct cells {
    str cell[OWN_CELLS];
    size_t count;
    char room[CELL_ROOM];
    size_t used;
};

static const char *
cell_quoted(struct cells *cells, str *rest, str *ret)
{
    size_t begin = cells->used;
    *rest = str_from(*rest, 1);
    for (;;) {
        const char *end = rest->n ? memchr(rest->p, '"', rest->n) : NULL;
        if (!end)
            return "a quote that is not closed";
        size_t n = (size_t)(end - rest->p);
        bool doubled = n + 1 < rest->n && end[1] == '"';
        size_t take = n + doubled;
        if (!doubled && cells->used == begin) {
            *ret = (str){rest->p, n};
        } else {
            if (take > sizeof cells->room - cells->used)
                return "a text of more than 1024 bytes";
            memcpy(cells->room + cells->used, rest->p, take);
            cells->used += take;
            *ret = (str){cells->room + begin, cells->used - begin};
        }
        *rest = (str){end + 1 + doubled, rest->n - n - 1 - doubled};
        if (!doubled)
            return rest->n && rest->p[0] != ',' ? "text behind a closing quote" : NULL;
    }
}

static const char *
cells_parse(struct cells *cells, str line)
{
    cells->count = cells->used = 0;
    for (str rest = line;;) {
        if (cells->count == OWN_CELLS)
            return "more cells than the format has";
        str *cell = &cells->cell[cells->count++];
        if (rest.n && rest.p[0] == '"') {
            const char *fault = cell_quoted(cells, &rest, cell);
            if (fault)
                return fault;
        } else {
            const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
            *cell = (str){rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
            rest = (str){rest.p + cell->n, rest.n - cell->n};
        }
        if (rest.n == 0)
            return NULL;
        rest = (str){rest.p + 1, rest.n - 1};
    }
}

bool
network_country_parse(str s, char ret[2])
{
    if (s.n != 2)
        return false;
    char a = ascii_upper(s.p[0]), b = ascii_upper(s.p[1]);
    if (a < 'A' || a > 'Z' || b < 'A' || b > 'Z')
        return false;
    if (a == 'Z' && b == 'Z') /* "unknown" in the registries' files */
        a = b = 0;
    ret[0] = a;
    ret[1] = b;
    return true;
}

static bool
asn_parse(str s, uint32_t *ret)
{
    uint64_t asn;
    if (s.n > 2 && str_eq_nocase((str){s.p, 2}, STR("AS")))
        s = str_from(s, 2);
    if (!str_to_u64(s, UINT32_MAX, &asn))
        return false;
    *ret = (uint32_t)asn;
    return true;
}

const char *
network_line_csv(struct networks *networks, str line, bool *ret_skip)
{
    *ret_skip = line.n == 0;
    if (line.n == 0)
        return NULL;
    struct cells cells;
    const char *fault = cells_parse(&cells, line);
    if (fault)
        return fault;
    if (cells.count != 3 && cells.count != 4)
        return "not start, end, country nor start, end, ASN, name";
    struct network_input input = network_input_empty(SOURCE_COUNTRY);
    if (!ip_parse(cells.cell[0], &input.first) || !ip_parse(cells.cell[1], &input.last))
        return "the first two cells are not addresses";
    if (cells.count == 3) {
        if (cells.cell[2].n && !network_country_parse(cells.cell[2], input.country))
            return "the third cell is not a country code";
    } else {
        input.source = SOURCE_ASN;
        if (!asn_parse(cells.cell[2], &input.asn))
            return "the third cell is not an AS number";
        input.name = str_trim(cells.cell[3]);
    }
    return networks_add(networks, &input);
}

/* The last address of COUNT from FIRST (IPv4), or of a prefix of COUNT bits (IPv6). */
static bool
rir_last(ip first, uint64_t count, ip *ret)
{
    if (first.version == 6) {
        if (count > 64)
            return false;
        prefix p = {.addr = first, .bits = (uint8_t)count};
        *ret = prefix_last(p);
        return true;
    }
    if (count == 0 || first.lo + count - 1 > UINT32_MAX)
        return false;
    *ret = ip_from_v4((uint32_t)(first.lo + count - 1));
    return true;
}

static bool
rir_day(str s, day *ret)
{
    uint64_t number;
    if (s.n == 0 || str_eq(s, STR("00000000")))
        return true;
    if (s.n != 8 || !str_to_u64(s, 99999999, &number))
        return false;
    char text[11] = "0000-00-00";
    memcpy(text, s.p, 4);
    memcpy(text + 5, s.p + 4, 2);
    memcpy(text + 8, s.p + 6, 2);
    return day_parse((str){text, 10}, ret);
}

enum { RIR_REGISTRY, RIR_COUNTRY, RIR_TYPE, RIR_START, RIR_VALUE, RIR_DATE, RIR_STATUS, RIR_CELLS };

/* Comments, the version line, summaries, AS numbers, and space that nobody holds. */
static bool
rir_without_range(str line, const str cells[], size_t count)
{
    if (line.n == 0 || line.p[0] == '#' || ascii_is_digit(line.p[0]))
        return true;
    if (count > RIR_COUNTRY && str_eq(cells[RIR_COUNTRY], STR("*")))
        return true;
    if (count < RIR_CELLS)
        return false;
    bool held =
        str_eq(cells[RIR_STATUS], STR("allocated")) || str_eq(cells[RIR_STATUS], STR("assigned"));
    return !held || str_eq(cells[RIR_TYPE], STR("asn"));
}

/* registry|cc|type|start|value|date|status[|extensions]; the exchange format of the five regional
 * registries ("RIR statistics exchange format"). */
const char *
network_line_rir(struct networks *networks, str line, bool *ret_skip)
{
    str cells[RIR_CELLS], cell;
    size_t count = 0;
    for (str rest = line; count < RIR_CELLS && str_cut(&rest, '|', &cell); count++)
        cells[count] = cell;
    *ret_skip = rir_without_range(line, cells, count);
    if (*ret_skip)
        return NULL;
    if (count < RIR_CELLS)
        return "fewer than 7 cells between |";
    struct network_input input = network_input_empty(SOURCE_RIR);
    uint64_t value;
    bool v6 = str_eq(cells[RIR_TYPE], STR("ipv6"));
    if (!v6 && !str_eq(cells[RIR_TYPE], STR("ipv4")))
        return "the third cell is not asn, ipv4 or ipv6";
    if (!ip_parse(cells[RIR_START], &input.first) || input.first.version != (v6 ? 6 : 4))
        return "the fourth cell is not an address of that kind";
    if (!str_to_u64(cells[RIR_VALUE], (uint64_t)1 << 32, &value) ||
        !rir_last(input.first, value, &input.last))
        return "the fifth cell is not a number of addresses or a prefix length up to 64";
    if (!network_country_parse(cells[RIR_COUNTRY], input.country))
        return "the second cell is not a country code";
    if (!rir_day(cells[RIR_DATE], &input.from))
        return "the sixth cell is not a date";
    return networks_add(networks, &input);
}

const char *
network_range_parse(str s, ip *ret_first, ip *ret_last)
{
    str rest = s, first;
    prefix p;
    if (str_cut(&rest, '-', &first) && rest.p) {
        ip last;
        if (!ip_parse(str_trim(first), &p.addr) || !ip_parse(str_trim(rest), &last))
            return "the prefix is neither a prefix nor a range of addresses";
        *ret_first = p.addr;
        *ret_last = last;
        return NULL;
    }
    if (!prefix_parse(s, false, &p))
        return "the prefix is not one, or has bits set behind its length";
    if (p.addr.version == 6 && p.bits > 64)
        return "an IPv6 prefix longer than /64: the registry counts IPv6 by /64";
    *ret_first = p.addr;
    *ret_last = prefix_last(p);
    return NULL;
}

static const char *
own_province(const struct networks *networks, str s, char ret[2])
{
    uint64_t code;
    if (s.n == 0)
        return NULL;
    if (s.n != 2 || !str_to_u64(s, 99, &code) || !networks->provinces[code])
        return "the province is not a code of data/provinces.tsv";
    memcpy(ret, s.p, 2);
    return NULL;
}

static const char *
own_kind(str s, enum network_kind *ret)
{
    *ret = network_kind_find(s);
    if (s.n && !*ret && !str_eq_nocase(s, STR("unknown")))
        return "the kind is not one of fixed, mobile, cgnat, mixed, hosting, government";
    return NULL;
}

static const char *
own_numbers(const str cells[], struct network_input *input)
{
    uint64_t subscribers = 0;
    if (cells[1].n && !asn_parse(cells[1], &input->asn))
        return "the asn is not an AS number";
    if (cells[4].n && !network_country_parse(cells[4], input->country))
        return "the country is not a code of two letters";
    if (cells[8].n && !str_to_u64(cells[8], UINT32_MAX, &subscribers))
        return "subscribers is not a number";
    if (cells[9].n && !day_parse(cells[9], &input->from))
        return "valid_from is not a date as 2026-01-31";
    if (cells[10].n && !day_parse(cells[10], &input->to))
        return "valid_to is not a date as 2026-01-31";
    input->subscribers = (uint32_t)subscribers;
    return NULL;
}

const char *
network_line_own(struct networks *networks, str line, bool *ret_skip)
{
    *ret_skip = line.n == 0 || line.p[0] == '#' || str_eq(line, STR(NETWORKS_OWN_HEADER));
    if (*ret_skip)
        return NULL;
    struct cells cells;
    const char *fault = cells_parse(&cells, line);
    if (fault)
        return fault;
    if (cells.count != OWN_CELLS)
        return "not the 11 cells that the header names";
    for (size_t i = 0; i < OWN_CELLS; i++)
        cells.cell[i] = str_trim(cells.cell[i]);
    struct network_input input = network_input_empty(SOURCE_OWN);
    fault = network_range_parse(cells.cell[0], &input.first, &input.last);
    if (!fault)
        fault = own_numbers(cells.cell, &input);
    if (!fault)
        fault = own_province(networks, cells.cell[5], input.province);
    if (!fault)
        fault = own_kind(cells.cell[7], &input.kind);
    if (fault)
        return fault;
    input.name = cells.cell[2];
    input.isp = cells.cell[3];
    input.unit = cells.cell[6];
    return networks_add(networks, &input);
}
