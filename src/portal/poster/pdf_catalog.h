/* SPDX-License-Identifier: Apache-2.0 */
/* What cairo 1.16 cannot write into a PDF's catalog (inner to poster/). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* Writes PDF with its natural language (ISO 32000-1, 14.9.2), which screen readers need, and the
 * wish that its title be shown instead of the file's name, as an incremental update (7.5.6): the
 * old bytes stay, a new catalog and a cross-reference section follow. */
errcode pdf_add_catalog(str pdf, const char *language, struct buf *out, struct err *err);
