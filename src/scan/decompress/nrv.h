/* SPDX-License-Identifier: Apache-2.0 */
/* The methods of UCL, with which UPX packs. */
#pragma once

#include "base/buf.h"

enum nrv_method { NRV2B = 2, NRV2D = 5, NRV2E = 8 }; /* their numbers in UPX's headers */

/* Adds SIZE bytes to OUT; false when it is not exactly that. Memory: SIZE bytes. */
bool nrv_decompress(str data, enum nrv_method method, size_t size, struct buf *out);
