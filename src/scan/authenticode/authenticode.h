/* SPDX-License-Identifier: Apache-2.0 */
/* `pe.signatures` and what belongs to it, with the names, texts and verdicts of libyara 4.5. */
#pragma once

#include "scan/modules/module.h"
#include "scan/pe/pe_file.h"

enum { SIGNATURES_MAX = 16 }; /* of one file, the nested ones with them (seen: 4) */

/* An item of `signatures`. */
extern const struct shape authenticode_signature_shape;

/* The values of `signatures` (an array of that shape), `number_of_signatures` and `is_signed`: true
 * when a signature verifies, whoever made it. Signatures that cannot be read or have no signer are
 * not counted. Never undefined, whatever PE holds. */
void authenticode_load(struct module_run *run, const struct pe_file *pe,
                       struct value *ret_signatures, struct value *ret_count,
                       struct value *ret_is_signed);
