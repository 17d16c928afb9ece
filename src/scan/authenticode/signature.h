/* SPDX-License-Identifier: Apache-2.0 */
/* One Authenticode signature (Microsoft, "Windows Authenticode Portable Executable Signature
 * Format") and whether it holds for the file: as libyara 4.5 judges, who the signer is and whether
 * anybody trusts it is not asked. */
#pragma once

#include "scan/authenticode/countersignature.h"
#include "scan/pe/pe_file.h"

enum signature_state {
    SIGNATURE_VALID,
    SIGNATURE_INVALID,    /* shown, and not verified */
    SIGNATURE_NO_SIGNER,  /* not shown, unless its digest is another file's (so does libyara) */
    SIGNATURE_UNREADABLE, /* never shown */
};
struct signature {
    enum signature_state state;
    struct signed_data data;
    str digest_algorithm, digest; /* of the file, as signed; p NULL when they were not read */
    str file_digest;              /* as it is; empty when it was not computed */
    bool has_signer;
    struct chain chain;
    str program_name, signer_digest_name, signer_digest; /* empty (p NULL) when not read */
    struct countersignature *countersignatures;
    size_t countersignature_count;
    str nested; /* SET OF further signatures, independent of this one */
};
void signature_read(struct authenticode_work *work, str s, struct signature *ret);

/* The digests that Authenticode takes of a file, each once. */
struct file_digests {
    str data;
    size_t header; /* offset of the PE header */
    bool is_64bit;
    size_t table; /* offset of the certificate table */
    bool known[DIGEST_KINDS];
    uint8_t digests[DIGEST_KINDS][DIGEST_MAX];
};
/* Compares the digest that was signed with the file's. */
void signature_check_file(struct signature *signature, struct file_digests *files);
