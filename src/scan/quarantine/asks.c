/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/inner.h"

unsigned
quarantine_asks(const char *path)
{
    struct place place;
    if (place_open(path, &place, NULL) != OK)
        return 0;
    unsigned flags = place_asks(&place);
    place_close(&place);
    return flags;
}

errcode
place_permits(const struct place *place, unsigned flags, struct err *err)
{
    unsigned missing = place_asks(place) & ~flags;
    if (missing & QUARANTINE_NETWORK)
        return err_set(err, ERR_DENIED,
                       "%s lies on a network file system: it is other machines' too, and is left "
                       "there unless that is asked for",
                       place->path);
    if (missing & QUARANTINE_SYSTEM)
        return err_set(err, ERR_DENIED,
                       "%s is of a package or of the system, which may not start without it; it is "
                       "left there unless that is asked for",
                       place->path);
    return OK;
}
