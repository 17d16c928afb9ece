/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of programs share. */
#pragma once

#include "scan/unpack/reader.h"

bool program_is_pe(str data);
