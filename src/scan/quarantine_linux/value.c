/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/quarantine/setting.h"

errcode
quarantine_take_value(struct quarantine *quarantine, const struct quarantine_value *value,
                      const char *why, uint64_t *ret_number, struct err *err)
{
    (void)quarantine;
    (void)why;
    (void)ret_number;
    return err_set(err, ERR_UNSUPPORTED, "%s: only Windows has a registry", value->key);
}

enum in_place
value_stands(const struct about *about)
{
    (void)about;
    return IN_PLACE_UNKNOWN;
}

/* A quarantine that was brought here from Windows. */
errcode
value_restore(struct quarantine *quarantine, const struct entry *entry, struct copy_reader *reader,
              struct err *err)
{
    (void)quarantine;
    (void)reader;
    return err_set(err, ERR_UNSUPPORTED,
                   "%s: only Windows has a registry; give a path to restore its bytes to",
                   entry->about.path.p);
}
