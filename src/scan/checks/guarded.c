/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/checks/guarded.h"

static bool
is_below(str name, str site)
{
    if (name.n < site.n)
        return false;
    str tail = str_from(name, name.n - site.n);
    return str_eq_nocase(tail, site) && (name.n == site.n || tail.p[-1] == '.');
}

enum guarded
guarded_find(str name)
{
    const struct guarded_site *found = NULL;
    size_t longest = 0;
    if (str_ends(name, STR(".")))
        name.n--;
    for (const struct guarded_site *site = guarded_sites; site->name; site++) {
        str text = str_of(site->name);
        if (text.n <= longest || !is_below(name, text))
            continue;
        found = site;
        longest = text.n;
    }
    return found ? found->kind : GUARDED_NOT;
}
